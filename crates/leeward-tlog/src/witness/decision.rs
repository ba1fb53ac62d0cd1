use super::{AddCheckpoint, RequestError, Seen};
use crate::{
    Checkpoint,
    cosignature::{Cosigner, CosignerKey, cosign},
    merkle::{empty_root, verify_consistency},
    note::{Note, NoteError, VerifierKey},
};

/// A witness: it cosigns the checkpoints of logs that it knows, while they only grow.
///
/// It is the decision alone. What it needs around it: an HTTP server that takes at most
/// [`MAX_REQUEST`](super::MAX_REQUEST) bytes, and a store in which what it must [remember](Seen) is
/// replaced by compare-and-set, and durable, before the answer leaves.
#[derive(Debug)]
pub struct Witness {
    cosigner: Box<dyn Cosigner>,
    logs: Vec<VerifierKey>,
}

/// A request whose signature holds, by a log that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    asked: AddCheckpoint,
    checkpoint: Checkpoint,
    /// The checkpoint with the signatures of known keys alone.
    note: Note,
}

/// What a witness decides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// Cosigned. Store `remember` in the place of what `decide` was given, and only if that is still
    /// there; answer when it is durable. If it is not there any more, decide again.
    Cosign {
        /// What to remember of this log from now on.
        remember: Seen,
        /// What to answer then.
        answer: Response,
    },
    /// Refused. There is nothing to remember.
    Refuse(Response),
}

/// An HTTP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Witness {
    /// The witness with this key, of the logs with these: one of each log, or of a log that changes its
    /// key, the old and the new one. A key's name is the origin of its log.
    #[must_use]
    pub fn new(cosigner: impl Cosigner + 'static, logs: Vec<VerifierKey>) -> Self {
        Self { cosigner: Box::new(cosigner), logs }
    }

    /// The key that verifies what it cosigns: give it to the logs, and to whoever reads them.
    #[must_use]
    pub fn key(&self) -> &CosignerKey {
        self.cosigner.key()
    }

    /// The logs that it knows.
    #[must_use]
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// Reads the body of an `add-checkpoint` request, and checks its signature.
    ///
    /// # Errors
    /// What to answer: 400 to what is not written as a request is, 404 to a log that is not known, and
    /// 403 to a signature that is not by its key.
    pub fn read(&self, body: &[u8]) -> Result<Request, Response> {
        let asked = AddCheckpoint::parse(body).map_err(|error| bad_request(&error))?;
        let text = asked.checkpoint().text();
        let checkpoint = Checkpoint::parse(text);
        let checkpoint = checkpoint.ok_or_else(|| bad_request(&RequestError::Malformed))?;
        let keys = self.logs.iter().filter(|key| key.name() == checkpoint.origin()).cloned();
        let keys: Vec<VerifierKey> = keys.collect();
        if keys.is_empty() {
            return Err(Response::text(404, "this log is not known here"));
        }
        let signed = asked.checkpoint().verify(&keys);
        let signed = signed.map_err(|_| Response::text(403, "no signature by a key of this log holds"))?;
        let note = asked.checkpoint().only(|line| signed.iter().any(|key| line.claims(key.name(), key.id())));
        Ok(Request { note, asked, checkpoint })
    }

    /// Decides a request at `now`, in POSIX seconds, by what was `seen` of its log.
    ///
    /// It cosigns a tree that begins with the last one; the same tree again, with the new time; and of a
    /// log of which nothing was seen, whatever it shows first. It refuses with 400 when the request says
    /// that the log has shrunk, with 409 when it does not begin at what was cosigned last (the answer
    /// says that size), and with 422 when the proof does not hold, or the tree is another of the same size.
    ///
    /// # Errors
    /// [`NoteError::Name`] when what was seen is of another log; those of [`cosign`]. Nothing was decided.
    pub fn decide(&self, request: &Request, seen: Option<&Seen>, now: u64) -> Result<Decision, NoteError> {
        if seen.is_some_and(|seen| seen.origin() != request.origin()) {
            return Err(NoteError::Name);
        }
        let (old, size) = (request.asked.old_size(), request.checkpoint.size());
        let last = seen.map_or(0, Seen::size);
        if old > size {
            return Ok(Decision::Refuse(Response::text(400, "the old size is larger than the new one")));
        }
        if old != last {
            let body = format!("{last}\n");
            return Ok(Decision::Refuse(Response { status: 409, content_type: "text/x.tlog.size", body }));
        }
        if !request.only_grows(seen) {
            return Ok(Decision::Refuse(Response::text(422, "the proof does not hold")));
        }
        let line = cosign(&request.note, &*self.cosigner, now)?;
        let answer = Response { body: format!("{line}\n"), ..Response::text(200, "") };
        Ok(Decision::Cosign {
            remember: Seen::new(request.checkpoint.clone(), request.note.clone().with_signature(line)?),
            answer,
        })
    }
}

impl Request {
    /// Whose log it is: what was seen is stored by this name.
    #[must_use]
    pub fn origin(&self) -> &str {
        self.checkpoint.origin()
    }

    fn only_grows(&self, seen: Option<&Seen>) -> bool {
        let (proof, size, root) = (self.asked.proof(), self.checkpoint.size(), self.checkpoint.root());
        match seen.filter(|seen| seen.size() > 0) {
            Some(seen) => verify_consistency(proof, seen.size(), seen.root(), size, root).is_ok(),
            None => proof.is_empty() && (size > 0 || *root == empty_root()),
        }
    }
}

impl Response {
    fn text(status: u16, sentence: &str) -> Self {
        Self { status, content_type: "text/plain; charset=utf-8", body: format!("{sentence}\n") }
    }
}

fn bad_request(error: &RequestError) -> Response {
    Response::text(400, &error.to_string())
}
