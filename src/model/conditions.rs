//! What a condition of a runbook comes to now: monitoring sees finished requests, keys and replicas as they are.

use super::Simulation;
use crate::runlog::Class;
use crate::runlog::expression::{Expression, Metric, MetricName, Value};
use crate::runlog::metrics::holds;
use crate::services::kms::SetId;
use crate::world::RegionId;

impl Simulation {
    /// Whether a condition holds now; `None`: nothing to go by.
    pub(super) fn condition(&self, condition: &Expression) -> Option<bool> {
        let value = self.measure(&condition.metric)?;
        Some(holds(&value, condition.op, &condition.bound))
    }

    fn measure(&self, metric: &Metric) -> Option<Value> {
        let arg = |i: usize| metric.args.get(i).map(String::as_str);
        let region = |i| arg(i).and_then(|name| self.region_named(name));
        let name = |region: RegionId| Value::Text(self.setup.world.regions[region.index()].name.clone());
        match metric.name {
            MetricName::Success => {
                let client =
                    self.setup.clients.iter().position(|client| Some(client.name.as_str()) == arg(0))?;
                self.runbooks.success(client).map(Value::Share)
            }
            MetricName::State => {
                let state = self.kms.state(self.key_named(arg(0)?)?, region(1)?);
                Some(Value::Text(state.map_or("deleted", |state| state.name()).to_owned()))
            }
            MetricName::Primary => self.kms.primary(self.key_named(arg(0)?)?).map(name),
            MetricName::Writer => {
                let store = &self.stores[self.store_named(arg(0)?)?];
                store.writer().map(|member| name(store.replicas().regions[usize::from(member)]))
            }
            MetricName::Staleness => {
                let replicas = self.stores[self.store_named(arg(0)?)?].replicas();
                let to = replicas.replica_in(region(1)?)?;
                Some(Value::Duration(replicas.staleness(to, self.kernel.now())))
            }
            MetricName::Decryptable => self.share(Class::Decryptable, metric),
            MetricName::Unreachable => self.share(Class::Unreachable, metric),
            MetricName::Recoverable => self.share(Class::Recoverable, metric),
            MetricName::Denied => self.share(Class::Denied, metric),
            MetricName::Lost => self.share(Class::Lost, metric),
            MetricName::Status => {
                let store = &self.stores[self.store_named(arg(0)?)?];
                let replica = store.replicas().replica_in(region(1)?)?;
                Some(Value::Text(store.status(replica)))
            }
            MetricName::Items => {
                let store = &self.stores[self.store_named(arg(0)?)?];
                let replica = store.replicas().replica_in(region(1)?)?;
                Some(Value::Number(store.items(replica) as f64))
            }
            MetricName::Home => {
                let client =
                    self.setup.clients.iter().position(|client| Some(client.name.as_str()) == arg(0))?;
                Some(name(self.clients[client].home))
            }
            MetricName::Error => {
                let mut answers = self.recorder.answers.iter().rev();
                let answer = answers.find(|answer| answer.name.as_deref() == arg(0))?;
                Some(Value::Text(answer.error.clone().unwrap_or_else(|| "ok".to_owned())))
            }
            _ => None,
        }
    }

    /// The share of a replica's items in a class, for the named reader or the worst.
    fn share(&self, class: Class, metric: &Metric) -> Option<Value> {
        let store = self.store_named(metric.args.first()?)?;
        let region = self.region_named(metric.args.get(1)?)?;
        let share =
            self.ledger.share(store, region, metric.args.get(2).map(String::as_str), class, &self.setup);
        share.map(Value::Share)
    }

    fn key_named(&self, name: &str) -> Option<SetId> {
        self.setup.keys.iter().position(|key| key.name == name).map(|i| SetId(i as u32))
    }

    fn store_named(&self, name: &str) -> Option<usize> {
        self.setup.stores.iter().position(|store| store.name == name)
    }
}
