use crate::{Channel, Delivery, Message, MessageId};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use zeroize::Zeroizing;

/// A channel that keeps what it is given, for tests. Its clones keep the same.
///
/// ```
/// use leeward_notify::Kept;
/// let kept = Kept::new();
/// assert!(kept.bodies_to("anna@example.org").is_empty());
/// ```
#[derive(Clone, Default)]
pub struct Kept(Arc<Mutex<Vec<One>>>);

struct One {
    id: MessageId,
    to: String,
    subject: String,
    body: Zeroizing<String>,
}

impl Kept {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many messages came, each once however often it came.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// The texts of the messages to an address, in the order in which they came.
    #[must_use]
    pub fn bodies_to(&self, address: &str) -> Vec<Zeroizing<String>> {
        self.lock().iter().filter(|one| one.to == address).map(|one| one.body.clone()).collect()
    }

    /// The subjects of all messages, in the order in which they came.
    #[must_use]
    pub fn subjects(&self) -> Vec<String> {
        self.lock().iter().map(|one| one.subject.clone()).collect()
    }

    /// The last code that came to an address: a line of letters, digits and hyphens with a digit in it.
    #[must_use]
    pub fn last_code_to(&self, address: &str) -> Option<Zeroizing<String>> {
        let is_code = |line: &&str| {
            line.bytes().any(|byte| byte.is_ascii_digit())
                && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        let bodies = self.bodies_to(address);
        let code = bodies.iter().rev().find_map(|body| body.lines().find(is_code));
        code.map(|code| Zeroizing::new(code.to_owned()))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<One>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Channel for Kept {
    fn deliver<'a>(&'a self, message: &'a Message) -> Delivery<'a> {
        let mut kept = self.lock();
        if kept.iter().all(|one| one.id != message.id()) {
            kept.push(One {
                id: message.id(),
                to: message.to().expose().to_owned(),
                subject: message.subject().to_owned(),
                body: Zeroizing::new(message.expose_body().to_owned()),
            });
        }
        Box::pin(std::future::ready(Ok(())))
    }
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({} messages)", self.count())
    }
}
