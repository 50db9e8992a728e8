//! Failovers to Regions that cannot serve, that need a control plane, or that people notice late.

use super::{declared, is_in, keyring_at};
use crate::client::ClientSetup;
use crate::faults::{Fault, Scope};
use crate::model::setup::{Action, RunbookSetup, RunbookStep, Setup};
use crate::scenario::context::Context;
use crate::scenario::problem::Problem;
use crate::scenario::source::Span as Place;
use crate::scenario::tree::Value;
use crate::scenario::value;
use crate::services::kms::KeySetup;
use crate::services::{Command, Plane, Service, route53};
use crate::sim::Span;

/// Warns of runbooks and records.
pub fn check(cx: &Context, setup: &Setup) {
    for runbook in &setup.runbooks {
        for (number, step) in runbook.steps.iter().enumerate() {
            if let RunbookStep::Run { command, .. } = step
                && command.operation.plane == Plane::Control
            {
                let at = step_at(cx, runbook, number);
                made_too_late(cx, command, &at);
                match command.operation.service {
                    Service::Route53 => edited_record(cx, &at),
                    _ => failing_control_plane(cx, setup, command, &at),
                }
            }
        }
    }
    records(cx, setup);
}

/// A failover to a Region that cannot serve.
pub fn idle_failover(cx: &Context, setup: &Setup, index: usize, client: &ClientSetup) {
    let store = &setup.stores[client.store];
    let entry = &cx.scenario.tables("clients")[index];
    let list =
        entry.value.table().and_then(|table| table.get("failover")).map(Value::items).unwrap_or_default();
    for (region, item) in client.failover.iter().zip(list) {
        let name = cx.regions.name(region.index());
        if !store.regions.contains(region) {
            let message = format!(
                "client `{}` fails over to `{name}`, where store `{}` has no replica",
                client.name, store.name
            );
            cx.sink
                .report(Problem::warning(&item.span, message).and(&cx.stores.at(client.store), "the store"));
        }
        let keys: Vec<&KeySetup> = declared(setup, client).collect();
        if !keys.is_empty() && !keys.iter().any(|key| is_in(key, *region)) {
            let message = format!("client `{}` fails over to `{name}`, where it has no key", client.name);
            cx.sink.report(
                Problem::warning(&item.span, message)
                    .and(&keyring_at(cx, index), "its keyring")
                    .help(format!("its KMS calls go on to `{}`", cx.regions.name(keys[0].primary.index())))
                    .rule("KMS-ESDK-4"),
            );
        }
    }
}

/// Where a step of a runbook is written.
fn step_at(cx: &Context, runbook: &RunbookSetup, number: usize) -> Place {
    let entry = cx.scenario.tables("runbooks").iter().find(|entry| entry.key == runbook.name);
    let steps = entry.and_then(|entry| entry.value.table()).and_then(|table| table.get("steps"));
    let step = steps.and_then(|steps| steps.items().get(number));
    step.map_or(0..0, |step| step.span.clone())
}

/// A step that makes something when it is needed, which is when making things may fail.
fn made_too_late(cx: &Context, command: &Command, at: &Place) {
    let name = command.operation.name;
    let adds_replica = command.arguments.get("ReplicaUpdates").is_some_and(|list| list.0.contains("Create"));
    let makes = name == "ReplicateKey" || (name.starts_with("Create") && name != "CreateGrant");
    if makes || adds_replica {
        let message = format!("`{}` makes something only when it is needed", command.operation.cli_name());
        cx.sink.report(
            Problem::warning(at, message)
                .help("make it beforehand: a recovery should use what is there, and the data planes alone")
                .rule("CP-2"),
        );
    }
}

/// A step that needs a control plane which some fault of the file stops.
fn failing_control_plane(cx: &Context, setup: &Setup, command: &Command, at: &Place) {
    let stops = |fault: &Fault| {
        let (regions, service) = match fault {
            Fault::Scope(Scope::RegionOutage { region, .. }) => (std::slice::from_ref(region), None),
            Fault::Scope(Scope::ControlPlaneOutage { regions, service, calls }) if calls.are_all() => {
                (regions.as_slice(), *service)
            }
            _ => return false,
        };
        regions.iter().any(|region| cx.regions.name(region.index()) == command.region)
            && service.is_none_or(|service| service == command.operation.service)
    };
    let hit = setup.timeline.iter().find_map(|entry| match &entry.action {
        Action::Fault { fault, .. } if stops(fault) => Some((fault, entry.at)),
        _ => None,
    });
    if let Some((fault, since)) = hit {
        let message = format!(
            "`{}` needs the control plane of {} in `{}`, which is down from {since} on ({})",
            command.operation.cli_name(),
            command.operation.service,
            command.region,
            fault.kind()
        );
        cx.sink.report(
            Problem::warning(at, message)
                .help("a recovery that uses data planes alone need not wait for the end of the fault")
                .rule("CP-1"),
        );
    }
}

/// A failover by editing DNS.
fn edited_record(cx: &Context, at: &Place) {
    let message = format!("editing a record needs Route 53's control plane, which is in `{}`", route53::HOME);
    cx.sink.report(
        Problem::warning(at, message)
            .help("a health check (`policy = \"failover\"`) or a routing control needs data planes alone")
            .rule("CP-3"),
    );
}

/// Answers kept longer than this make a failover slow whatever else is fast.
const LONG: Span = Span::secs(300);

/// Records that clients follow late, or to where nothing is.
fn records(cx: &Context, setup: &Setup) {
    for (client, record) in &setup.records {
        let Some(entry) = cx.scenario.tables("records").iter().find(|entry| entry.key == record.name) else {
            continue;
        };
        let kept = record.ttl + record.client_cache;
        if kept > LONG {
            let message =
                format!("answers of record `{}` are kept up to {}", record.name, value::short(kept));
            let help = "a failover is over when the last of them has expired: a TTL of 60s is usual";
            cx.sink.report(Problem::warning(&entry.at, message).help(help).rule("R53-2"));
        }
        let Some(store) = setup.clients.get(*client).and_then(|client| setup.stores.get(client.store)) else {
            continue;
        };
        if let Some(idle) = record.secondary.filter(|region| !store.regions.contains(region)) {
            let name = cx.regions.name(idle.index());
            let message = format!(
                "record `{}` fails over to `{name}`, where `{}` has no replica",
                record.name, store.name
            );
            let help = "replicas, keys and capacity must be there before they are needed";
            cx.sink.report(Problem::warning(&entry.at, message).help(help).rule("CP-2"));
        }
    }
}
