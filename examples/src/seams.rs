//! What the types of different crates keep apart, where one crate sees them all.

/// A sign-in that waits for its second factor starts no session, even with the gate of one that is finished:
/// ```compile_fail,E0308
/// use leeward_mfa::PendingMfa;
/// use leeward_session::Sessions;
/// use leeward_store::Timestamp;
/// use leeward_throttle::SessionGate;
/// async fn skip_the_code(sessions: &Sessions, gate: SessionGate, pending: PendingMfa, now: Timestamp) {
///     let started = sessions.start(gate, pending, now).await;
/// }
/// ```
/// it gets no gate:
/// ```compile_fail,E0308
/// use leeward_mfa::PendingMfa;
/// use leeward_store::Timestamp;
/// use leeward_throttle::{Client, Throttle};
/// async fn skip_the_code(throttle: &Throttle, pending: &PendingMfa, now: Timestamp) {
///     let ended = throttle.signed_in(pending, &Client::unknown(), now).await;
/// }
/// ```
/// and it is no session:
/// ```compile_fail,E0308
/// use leeward_mfa::PendingMfa;
/// use leeward_session::Session;
/// fn read_notes(session: &Session) {}
/// fn skip_the_code(pending: &PendingMfa) {
///     read_notes(pending);
/// }
/// ```
/// The sign-in that it becomes does start one:
/// ```
/// use leeward_event::assurance::SignIn;
/// use leeward_session::Sessions;
/// use leeward_store::Timestamp;
/// use leeward_throttle::SessionGate;
/// async fn walk_in(sessions: &Sessions, gate: SessionGate, sign_in: SignIn, now: Timestamp) {
///     let started = sessions.start(gate, sign_in, now).await;
/// }
/// ```
struct PendingMfaIsNoSession;
