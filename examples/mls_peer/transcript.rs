//! What is kept of what was said.

use crate::{
    code::Fault,
    peer::{Answer, Peer},
    request::{Request, base64},
};
use leeward_event::Actor;
use leeward_messages::{Conversations, DeliveryService as _, Error, transcript::TranscriptKey};
use leeward_store::Timestamp;
use serde_json::{Value, json};

/// What a request is answered with, if it is one of these.
pub(crate) async fn act(peer: &Peer, op: &str, ask: Request<'_>, now: Timestamp) -> Option<Answer> {
    let conversations = &peer.conversations;
    Some(match op {
        "keep_transcript" => keep_transcript(conversations, ask).await,
        "keep_record" => keep_record(conversations, ask, now).await,
        "export" => export(conversations, ask, now).await,
        _ => return None,
    })
}

async fn keep_transcript(conversations: &Conversations, ask: Request<'_>) -> Answer {
    let (conversation, staff) = (ask.conversation()?, ask.staff("member")?);
    conversations.keep_transcript(conversation, staff, &key(ask)?).await?;
    Ok(json!({}))
}

async fn keep_record(conversations: &Conversations, ask: Request<'_>, now: Timestamp) -> Answer {
    let (conversation, by, place) = (ask.conversation()?, ask.member("by")?, ask.number("place")?);
    conversations.delivery().keep_record(conversation, by, place, &ask.bytes("record")?, now).await?;
    Ok(json!({}))
}

async fn export(conversations: &Conversations, ask: Request<'_>, now: Timestamp) -> Answer {
    let (conversation, by) = (ask.conversation()?, Actor::Staff(ask.staff("by")?));
    let (transcript, head) = conversations.delivery().transcripts().export(conversation, by, now).await?;
    let (opened, mut lines) = (transcript.open(&[key(ask)?], &head)?, Vec::new());
    opened.write_json_lines(&mut lines).map_err(Error::from)?;
    let lines: Result<Vec<Value>, _> = serde_json::Deserializer::from_slice(&lines).into_iter().collect();
    let lines = lines.map_err(|error| Error::from(std::io::Error::from(error)))?;
    Ok(json!({ "transcript": base64(&transcript.encode()?), "head": base64(&head.encode()), "lines": lines }))
}

fn key(ask: Request<'_>) -> Result<TranscriptKey, Fault> {
    let key = ask.bytes("key")?.try_into().map_err(|_| Fault::Field("key"))?;
    Ok(TranscriptKey::from_bytes(&key))
}
