//! The commands: one file each. They talk to people and own files, terminal and exit codes.
