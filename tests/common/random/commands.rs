//! Commands of every service.

use super::{Choices, Key, Kind, Scenario, Store};

/// The restore of a copy in a Region.
pub(super) fn restore(store: &Store, region: &str) -> String {
    let name = store.name;
    let command = match store.of {
        "ebs-volume" => format!("ec2 create-volume --snapshot-id snap-{name} --availability-zone {region}a"),
        "rds-snapshot" => format!(
            "rds restore-db-instance-from-db-snapshot --db-instance-identifier new --db-snapshot-identifier {name}"
        ),
        "rds-automated-backup" => format!(
            "rds restore-db-instance-to-point-in-time --source-db-instance-identifier {name} --target-db-instance-identifier new"
        ),
        _ => format!(
            "backup start-restore-job --recovery-point-arn arn:aws:backup:{region}:111122223333:recovery-point:{name} --iam-role-arn arn:aws:iam::111122223333:role/r"
        ),
    };
    format!("aws {command} --region {region}")
}

impl Scenario {
    /// A command of any service.
    pub(super) fn command(&self, c: &mut Choices) -> String {
        match c.below(12) {
            0..=4 => self.kms_command(c),
            5 => {
                let (capacity, region) = (c.below(4), c.pick(&self.regions));
                format!(
                    "aws autoscaling set-desired-capacity --auto-scaling-group-name c0 --desired-capacity {capacity} --region {region}"
                )
            }
            _ => {
                let store = &self.stores[c.below(self.stores.len())];
                match store.kind {
                    Kind::Database => self.rds_command(c, store),
                    Kind::Table | Kind::Strong if c.below(3) > 0 => self.item_command(c, store),
                    Kind::Table | Kind::Strong => self.table_command(c, store),
                    Kind::Buckets => self.bucket_command(c, store),
                    Kind::Copies => self.copy_command(c, store),
                    Kind::Secret => self.secret_command(c, store),
                }
            }
        }
    }

    fn rds_command(&self, c: &mut Choices, store: &Store) -> String {
        let name = store.name;
        let place = c.pick(&store.regions);
        let cluster = format!("--target-db-cluster-identifier {name}-{place}");
        let global = format!("--global-cluster-identifier {name}");
        let own = match store.regions.len() {
            1 => format!("--db-cluster-identifier {name} --region {place}"),
            _ => format!("--db-cluster-identifier {name}-{place} --region {place}"),
        };
        // Little else makes sense for a cluster on its own.
        let kind = if store.regions.len() == 1 && c.below(2) == 0 { 7 } else { c.below(10) };
        match kind {
            6 => format!(
                "aws rds create-db-instance --db-instance-identifier i --engine aurora-postgresql {own}"
            ),
            7 => format!("aws rds {}-db-cluster {own}", c.pick(&["stop", "start"])),
            8 => {
                let bound = c.pick(&["30", "-1"]);
                format!(
                    "aws rds modify-db-cluster-parameter-group --db-cluster-parameter-group-name {name} --parameters ParameterName=rds.global_db_rpo,ParameterValue={bound} --region {place}"
                )
            }
            0 | 5 | 9 => format!(
                "aws rds failover-global-cluster {global} {cluster} --allow-data-loss --region {place}"
            ),
            1 => format!("aws rds switchover-global-cluster {global} {cluster} --region {place}"),
            2 => {
                let region = c.pick(&self.regions);
                format!("aws rds failover-global-cluster {global} {cluster} --switchover --region {region}")
            }
            3 => format!(
                "aws rds remove-from-global-cluster {global} --db-cluster-identifier {name}-{place} --region {place}"
            ),
            _ => format!("aws rds describe-global-clusters {global} --region {place}"),
        }
    }

    /// A command on items: of clients', or of one that nobody else knows.
    fn item_command(&self, c: &mut Choices, store: &Store) -> String {
        let name = store.name;
        let region = c.pick(&store.regions);
        let id = match c.one_in(3) {
            true => "{\"S\":\"own\"}".to_owned(),
            false => format!("{{\"N\":\"{}\"}}", c.below(store.items as usize)),
        };
        let condition = c.pick(&[
            "",
            " --condition-expression attribute_not_exists(id)",
            " --condition-expression attribute_exists(id)",
        ]);
        let key = format!("'{{\"id\":{id}}}'");
        let to_table = format!("--table-name {name} --region {region}");
        match c.below(6) {
            0 => format!("aws dynamodb put-item --item {key}{condition} {to_table}"),
            1 => format!("aws dynamodb get-item --key {key} --consistent-read {to_table}"),
            2 => format!(
                "aws dynamodb update-item --key {key} --update-expression 'SET v = :one' --expression-attribute-values '{{\":one\":{{\"N\":\"1\"}}}}'{condition} {to_table}"
            ),
            3 => format!("aws dynamodb delete-item --key {key}{condition} {to_table}"),
            4 => format!("aws dynamodb get-item --key {key} {to_table}"),
            _ => format!(
                "aws dynamodb transact-write-items --transact-items '[{{\"Put\":{{\"TableName\":\"{name}\",\"Item\":{{\"id\":{id}}}}}}},{{\"Delete\":{{\"TableName\":\"{name}\",\"Key\":{{\"id\":{{\"S\":\"other\"}}}}}}}}]' --region {region}"
            ),
        }
    }

    fn table_command(&self, c: &mut Choices, store: &Store) -> String {
        let name = store.name;
        let region = c.pick(&store.regions);
        let all: Vec<&str> = store.later.iter().chain(&store.regions).copied().collect();
        let other = c.pick(&all);
        let to_table = format!("--table-name {name} --region {region}");
        let update = |what: &str| {
            format!("--replica-updates '[{{\"{what}\":{{\"RegionName\":\"{other}\"}}}}]' {to_table}")
        };
        match c.below(14) {
            8 | 9 => format!(
                "aws dynamodb restore-table-to-point-in-time --source-table-name {name} --target-table-name restored --use-latest-restorable-time --region {region}"
            ),
            10 => {
                let key = self.key(c);
                format!(
                    "aws dynamodb update-table --sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=${key} {to_table}"
                )
            }
            11 => {
                let on = c.one_in(2);
                format!(
                    "aws dynamodb update-time-to-live --time-to-live-specification Enabled={on} {to_table}"
                )
            }
            12 => format!("aws dynamodb create-backup --backup-name b {to_table}"),
            13 => format!("aws dynamodb list-backups {to_table}"),
            0..=2 => format!("aws dynamodb update-table {}", update("Create")),
            3 | 4 => format!("aws dynamodb update-table {}", update("Delete")),
            5 => format!("aws dynamodb delete-table {to_table}"),
            6 => format!("aws dynamodb update-table --multi-region-consistency EVENTUAL {to_table}"),
            _ => format!("aws dynamodb describe-table {to_table}"),
        }
    }

    fn secret_command(&self, c: &mut Choices, store: &Store) -> String {
        let name = store.name;
        let region = c.pick(&store.regions);
        let all: Vec<&str> = store.later.iter().chain(&store.regions).copied().collect();
        let other = c.pick(&all);
        let of = format!("--secret-id {name} --region {region}");
        match c.below(8) {
            0 => format!("aws secretsmanager get-secret-value {of}"),
            1 => format!("aws secretsmanager put-secret-value --secret-string x {of}"),
            2 => format!("aws secretsmanager rotate-secret {of}"),
            3 => format!("aws secretsmanager describe-secret {of}"),
            4 => format!(
                "aws secretsmanager replicate-secret-to-regions --add-replica-regions Region={other} --force-overwrite-replica-secret {of}"
            ),
            5 => format!(
                "aws secretsmanager remove-regions-from-replication --remove-replica-regions {other} {of}"
            ),
            _ => {
                format!("aws secretsmanager stop-replication-to-replica --secret-id {name} --region {other}")
            }
        }
    }

    fn bucket_command(&self, c: &mut Choices, store: &Store) -> String {
        let name = store.name;
        let region = c.pick(&store.regions);
        let key = if c.one_in(3) { "own".to_owned() } else { c.below(store.items as usize).to_string() };
        let state = |on: bool| if on { "Enabled" } else { "Disabled" };
        match c.below(6) {
            0 | 1 => format!("aws s3api put-object --bucket {name} --key {key} --body x --region {region}"),
            2 => format!("aws s3api head-object --bucket {name} --key {key} --region {region}"),
            3 => format!("aws s3api get-object --bucket {name} --key {key} --region {region}"),
            4 => format!("aws s3api delete-object --bucket {name} --key {key} --region {region}"),
            _ => {
                let (kms, markers) = (state(c.one_in(2)), state(c.one_in(2)));
                format!(
                    "aws s3api put-bucket-replication --bucket {name} --replication-configuration '{{\"Rules\":[{{\"SourceSelectionCriteria\":{{\"SseKmsEncryptedObjects\":{{\"Status\":\"{kms}\"}}}},\"DeleteMarkerReplication\":{{\"Status\":\"{markers}\"}}}}]}}' --region {region}"
                )
            }
        }
    }

    fn copy_command(&self, c: &mut Choices, store: &Store) -> String {
        let name = store.name;
        let (from, to) = (store.regions[0], c.pick(&store.regions));
        match c.below(4) {
            0 | 1 => restore(store, to),
            2 if store.of == "ebs-volume" => format!(
                "aws ec2 copy-snapshot --source-region {from} --source-snapshot-id snap-{name} --region {to}"
            ),
            2 if store.of == "rds-snapshot" => format!(
                "aws rds copy-db-snapshot --source-db-snapshot-identifier {name} --target-db-snapshot-identifier new --source-region {from} --region {to}"
            ),
            _ => format!("aws ec2 describe-snapshots --snapshot-ids snap-{name} --region {to}"),
        }
    }

    fn kms_command(&self, c: &mut Choices) -> String {
        let Key { name: key, regions: places, .. } = c.pick(&self.keys);
        // Mostly where the key is at the start.
        let anywhere = c.one_in(4);
        let region = c.pick(if anywhere { &self.regions } else { &places });
        let other = c.pick(&self.regions);
        let simple = |operation: &str, more: &str| {
            format!("aws kms {operation} --key-id ${key} {more} --region {region}")
        };
        match c.below(14) {
            0 => simple("describe-key", ""),
            1 => simple("disable-key", ""),
            2 => simple("enable-key", ""),
            3 | 4 => simple("schedule-key-deletion", "--pending-window-in-days 7"),
            5 => simple("cancel-key-deletion", ""),
            6 | 7 => {
                let other = if anywhere { other } else { c.pick(&places) };
                simple("update-primary-region", &format!("--primary-region {other}"))
            }
            8 | 12 => {
                let without = self.regions.iter().filter(|region| !places.contains(region));
                let other = without.copied().next_back().unwrap_or(other);
                let from = if anywhere { region } else { places[0] };
                format!("aws kms replicate-key --key-id ${key} --replica-region {other} --region {from}")
            }
            9 | 13 => simple("encrypt", "--plaintext aGVsbG8="),
            10 => format!("aws kms delete-alias --alias-name alias/{key} --region {region}"),
            _ => {
                format!("aws kms update-alias --alias-name alias/{key} --target-key-id $k0 --region {region}")
            }
        }
    }
}
