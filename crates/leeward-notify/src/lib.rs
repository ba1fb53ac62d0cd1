#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod budget;
mod catalogue;
mod channel;
mod code;
mod contact;
mod email;
mod error;
mod hours;
mod kind;
mod language;
mod message;
mod notice;
mod notifier;
mod options;
mod phone;
mod purpose;
mod rate;
mod record;

pub use address::{Address, AddressId};
pub use catalogue::{Catalogue, Wording};
pub use channel::{Channel, ChannelError, Delivery, Kept, Spool, TextGateway, Texts};
#[cfg(feature = "smtp")]
#[cfg_attr(docsrs, doc(cfg(feature = "smtp")))]
pub use channel::{Mail, MailServer};
pub use code::OneTimeCode;
pub use contact::Contact;
pub use email::Email;
pub use error::NotifyError;
pub use hours::Hours;
pub use kind::NoticeKind;
pub use language::Language;
pub use leeward_seal::IndexRoot;
pub use message::{Message, MessageId};
pub use notice::{Notice, WaitingNotice, waiting};
pub use notifier::{CodeMessage, Delivered, Notifier};
pub use options::NotifyOptions;
pub use phone::{Countries, Phone};
pub use purpose::CodePurpose;
pub use rate::Rate;

/// The most addresses that an account has.
pub const MAX_ADDRESSES: usize = 16;
