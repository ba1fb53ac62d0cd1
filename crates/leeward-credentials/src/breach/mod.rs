//! Whether a passphrase is among those that were breached (NIST SP 800-63B-4 3.1.1.2, ASVS 5.0 6.2.12).
//!
//! - **Offline, the default:** [`FilterBuilder`] makes one file from the public range files, and
//!   [`BreachFilter`] asks it: three reads of two bytes, and no more memory than its table of 262 KB. It
//!   never misses a passphrase of the set, and one other in 65,536 is taken for one.
//! - **Exact, where the range files are at hand:** [`RangeFiles`], which also says how often.
//! - **Online:** `RangeClient`, behind the feature `online`, which tells a server five hexadecimal digits.
//!
//! [`BreachCheck`] puts them together. What happens when nothing can be asked is never implied: each
//! check is given an [`OnError`].
//!
//! The set is one of SHA-1 hashes, which resist nobody who has the set. [`BreachHash`] is as secret as the
//! passphrase, and is wiped like one.

mod build;
mod check;
mod error;
mod filter;
mod fuse;
mod hash;
mod header;
#[cfg(feature = "online")]
mod online;
mod part;
mod positioned;
mod range;
mod range_files;
mod sorted;

pub use build::FilterBuilder;
pub use check::{BreachCheck, BreachVerdict, OnError};
pub use error::BreachError;
pub use filter::BreachFilter;
pub use hash::{BreachHash, RangePrefix};
pub use header::FilterHeader;
#[cfg(feature = "online")]
#[cfg_attr(docsrs, doc(cfg(feature = "online")))]
pub use online::RangeClient;
pub use range::{Range, RangeSource};
pub use range_files::RangeFiles;
