use crate::AuditError;
use std::io;

/// Runs work that blocks on a thread of its own, whatever executor the caller has.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AuditError> + Send + 'static,
) -> Result<T, AuditError> {
    let (answer, answered) = futures_channel::oneshot::channel();
    let spawned = std::thread::Builder::new().name("leeward-audit".to_owned()).spawn(move || {
        // Who does not wait any more needs no answer.
        let _ = answer.send(work());
    });
    spawned.map_err(AuditError::io("a thread"))?;
    answered.await.unwrap_or_else(|_| {
        let stopped = io::Error::other("the thread that works for the log stopped");
        Err(AuditError::io("a thread")(stopped))
    })
}
