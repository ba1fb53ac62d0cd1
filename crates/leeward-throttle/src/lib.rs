#![forbid(unsafe_code)]
//! Empty.
