#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod class;
mod client;
mod conclude;
mod count;
mod decide;
mod device_cookie;
mod device_key;
mod devices;
mod error;
mod gate;
mod guess;
mod profile;
mod reader;
mod record;
mod recovery_gate;
mod service;
mod session_gate;
mod standing;
mod tally;

pub use class::{Class, DeviceId, Lane};
pub use client::Client;
pub use count::Count;
pub use decide::{Step, decide};
pub use device_cookie::DeviceCookie;
pub use device_key::{DeviceKey, DeviceKeys};
pub use devices::TrustedDevice;
pub use error::ThrottleError;
pub use gate::{Admitted, Gate};
pub use guess::Guess;
pub use profile::{Profile, Shares};
pub use recovery_gate::RecoveryGate;
pub use service::Throttle;
pub use session_gate::SessionGate;
pub use standing::Standing;
pub use tally::{Decision, Refusal, Tally};
