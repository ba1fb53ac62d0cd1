#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod channel;
mod code;
mod email;
mod error;
mod kind;
mod message;
mod notice;
mod phone;
mod record;

pub use address::{Address, AddressId};
pub use channel::{Channel, ChannelError, Delivery};
pub use code::OneTimeCode;
pub use email::Email;
pub use error::NotifyError;
pub use kind::NoticeKind;
pub use message::{Message, MessageId};
pub use notice::{Notice, WaitingNotice, waiting};
pub use phone::{Countries, Phone};

/// The most addresses that an account has.
pub const MAX_ADDRESSES: usize = 16;
