use crate::{code::Fault, members, request::Request, service, transcript};
use leeward_messages::{Conversations, Error, ServiceKey};
use leeward_store::{Store, Timestamp};
use serde_json::{Value, json};

/// The service's key for the credentials of its staff, which everybody knows.
const SEED: [u8; 32] = [7; 32];

/// What a request is answered with.
pub(crate) type Answer = Result<Value, Fault>;

/// A delivery service, and members of this engine.
pub(crate) struct Peer {
    pub(crate) conversations: Conversations,
    pub(crate) key: ServiceKey,
}

impl Peer {
    pub(crate) fn new(store: &Store) -> Result<Self, Error> {
        let conversations = Conversations::new(store, ServiceKey::from_seed(&SEED)?);
        Ok(Self { conversations, key: ServiceKey::from_seed(&SEED)? })
    }

    /// The answer to one line; `None` is one that is too long.
    pub(crate) async fn answer(&self, line: Option<&[u8]>) -> Value {
        let (id, answer) = match line.map(serde_json::from_slice::<Value>) {
            None => (None, Err(Fault::NotUnderstood("the line is too long"))),
            Some(Err(_)) => (None, Err(Fault::NotUnderstood("the line is not JSON"))),
            Some(Ok(request)) => (request.get("id").cloned(), self.done(&request).await),
        };
        match answer {
            Ok(ok) => json!({ "id": id, "ok": ok }),
            Err(fault) => json!({ "id": id, "error": fault.to_json() }),
        }
    }

    async fn done(&self, request: &Value) -> Answer {
        let request = Request::of(request)?;
        let now = request.time_if_any("now")?.unwrap_or_else(now);
        let op = request.text("op")?;
        match members::act(self, op, request, now).await {
            Some(answer) => answer,
            None => match service::act(self, op, request, now).await {
                Some(answer) => answer,
                None => transcript::act(self, op, request, now)
                    .await
                    .unwrap_or(Err(Fault::NotUnderstood("there is no such `op`"))),
            },
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the engine compares key packages with the system's clock")]
fn now() -> Timestamp {
    Timestamp::now()
}
