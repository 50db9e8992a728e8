//! Reports: each a function of the finished run log, one format a file.
