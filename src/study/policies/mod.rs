//! Key policies and IAM policies to start from, with the scenario that proves them: `mrksim init --policy`.

/// (file name, text): the policies, then the proof.
pub const FILES: [(&str, &str); 6] = [
    ("key-policy.json", include_str!("key-policy.json")),
    ("iam-application.json", include_str!("iam-application.json")),
    ("iam-key-administrator.json", include_str!("iam-key-administrator.json")),
    ("iam-database-administrator.json", include_str!("iam-database-administrator.json")),
    ("iam-replication.json", include_str!("iam-replication.json")),
    ("proof.toml", include_str!("proof.toml")),
];
