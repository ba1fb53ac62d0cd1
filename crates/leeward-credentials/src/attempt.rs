use crate::AccountError;
use leeward_store::StoreError;
use leeward_throttle::Admitted;

/// Gives an attempt back that was not judged because the store failed. One whose outcome is not known may
/// have been.
pub(crate) async fn settle<T>(
    admitted: Admitted,
    judged: Result<T, AccountError>,
) -> Result<T, AccountError> {
    if let Err(AccountError::Store(error)) = &judged
        && !matches!(error, StoreError::OutcomeUnknown(_))
    {
        // What cannot be given back stays counted, and the first error is the one to tell.
        let _kept = admitted.refund().await;
    }
    judged
}
