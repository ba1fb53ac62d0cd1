use std::time::Instant;

/// The pool measures its own work. What it says about a passphrase never depends on it.
#[expect(clippy::disallowed_methods, reason = "how long a thread worked is no time of the application's")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
