mod kept;
#[cfg(feature = "smtp")]
mod mail;
mod spool;
mod text;

pub use kept::Kept;
#[cfg(feature = "smtp")]
#[cfg_attr(docsrs, doc(cfg(feature = "smtp")))]
pub use mail::{Mail, MailServer};
pub use spool::Spool;
pub use text::{TextGateway, Texts};

use crate::Message;
use std::{fmt, future::Future, pin::Pin};

/// What [`Channel::deliver`] returns.
pub type Delivery<'a> = Pin<Box<dyn Future<Output = Result<(), ChannelError>> + Send + 'a>>;

/// A way out: mail, a text message, a directory.
///
/// `deliver` hands one message on and says whether it was taken. A message may come again with the same
/// [`id`](Message::id), after an answer was lost: a channel that can tell then sends it once. The future
/// runs on any executor, so a channel that has to wait brings its own thread or runtime.
pub trait Channel: Send + Sync + 'static {
    /// Hands `message` on.
    ///
    /// # Errors
    /// [`ChannelError::not_now`] when it is worth trying again; [`ChannelError::never`] when the address
    /// or the message was refused for good.
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a>;
}

/// Why a channel did not take a message. What it wraps must not hold the address.
#[derive(Debug)]
pub struct ChannelError {
    for_good: bool,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl ChannelError {
    /// It is worth trying again later.
    pub fn not_now(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { for_good: false, source: source.into() }
    }

    /// It will never be taken.
    pub fn never(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { for_good: true, source: source.into() }
    }

    /// Whether trying again is useless.
    #[must_use]
    pub const fn is_for_good(&self) -> bool {
        self.for_good
    }
}

impl fmt::Display for ChannelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.for_good {
            "the channel refused the message for good"
        } else {
            "the channel could not take the message now: try again later"
        })
    }
}

impl std::error::Error for ChannelError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.source.as_ref())
    }
}
