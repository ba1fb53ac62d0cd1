//! A file that a member of this engine sends; what a blob store would keep is answered instead.

use crate::{
    peer::Answer,
    request::{Request, base64},
};
use leeward_messages::{
    Conversations, Draft,
    attachment::{FileType, encrypt},
};
use leeward_store::Timestamp;
use ring::rand::SystemRandom;
use serde_json::json;

pub(crate) async fn send(all: &Conversations, ask: Request<'_>, now: Timestamp) -> Answer {
    let (conversation, member, file) = (ask.conversation()?, ask.member("member")?, ask.bytes("file")?);
    let kind = FileType { media_type: ask.text("media_type")?, name: ask.text("name")? };
    let mut stored = Vec::new();
    let descriptor = encrypt(conversation, kind, file.as_slice(), &mut stored, &SystemRandom::new())?;
    let place = all.send(conversation, member, &Draft::attachment(&descriptor), now).await?;
    Ok(json!({ "place": place, "stored": base64(&stored) }))
}
