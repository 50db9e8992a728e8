//! aurora
