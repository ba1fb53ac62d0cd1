use crate::codes::codes;

codes! {
    /// How it ended, with the numbers of OCSF `status_id`.
    Outcome

    /// Nobody knows.
    Unknown = 0, "unknown";
    /// It was done, or allowed.
    Success = 1, "success";
    /// It was not done, or refused.
    Failure = 2, "failure";
}
