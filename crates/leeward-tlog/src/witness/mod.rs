//! C2SP tlog-witness v1.0.0: a log has its checkpoints cosigned by others, who keep it from showing
//! different trees to different people.
//!
//! Both sides are here without their transport. A log makes an [`AddCheckpoint`], posts it to
//! [`add_checkpoint_url`], and hands the answer to [`AddCheckpoint::read_answer`]. A [`Witness`] reads
//! such a request and decides, from what it has [seen](Seen) of that log.

mod answer;
mod decision;
mod request;
mod seen;

pub use answer::{AnswerError, MAX_ANSWER};
pub use decision::{Decision, Request, Response, Witness};
pub use request::{AddCheckpoint, MAX_REQUEST, RequestError, add_checkpoint_url};
pub use seen::{Seen, monitoring_path};
