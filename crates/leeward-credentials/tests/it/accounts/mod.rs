//! Names, proved addresses, registration and recovery.

mod addresses;
mod directory;
mod faults;
mod model;
mod races;
mod recovering;
mod redaction;
mod registering;
mod staff;
mod support;
mod uniform;
