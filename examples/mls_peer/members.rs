//! What the members of this engine are told to do.

use crate::{
    attachment,
    code::{self, Fault},
    peer::{Answer, Peer},
    request::{Request, base64, named, seconds},
};
use leeward_messages::{Conversations, Draft, Received, Roster, SframeSuite, TimeToLive};
use leeward_store::Timestamp;
use serde_json::{Value, json};

pub(crate) async fn act(peer: &Peer, op: &str, ask: Request<'_>, now: Timestamp) -> Option<Answer> {
    let all = &peer.conversations;
    Some(match op {
        "open" => open(all, ask, now).await,
        "key_package" => key_package(all, ask, now).await,
        "add" | "readmit" | "remove" => change(all, op, ask, now).await,
        "join" | "rejoin" | "refresh" => on_its_own(all, op, ask, now).await,
        "send" => send(all, ask, now).await,
        "send_attachment" => attachment::send(all, ask, now).await,
        "receive" => receive(all, ask, now).await,
        "skip" => skip(all, ask, now).await,
        "held" => held(all, ask).await,
        "roster" => roster(all, ask, now).await,
        "sframe_base_key" => sframe_base_key(all, ask).await,
        _ => return None,
    })
}

async fn open(all: &Conversations, ask: Request<'_>, now: Timestamp) -> Answer {
    let conversation = all.open(ask.member("member")?, now).await?;
    Ok(json!({ "conversation": conversation.to_string() }))
}

async fn key_package(all: &Conversations, ask: Request<'_>, now: Timestamp) -> Answer {
    all.key_package(ask.member("member")?, now).await?;
    Ok(json!({}))
}

async fn change(all: &Conversations, op: &str, ask: Request<'_>, now: Timestamp) -> Answer {
    let (conversation, by, member) = (ask.conversation()?, ask.member("by")?, ask.member("member")?);
    match op {
        "add" => all.add(conversation, by, member, now).await?,
        "readmit" => all.readmit(conversation, by, member, now).await?,
        _ => all.remove(conversation, by, member, now).await?,
    }
    Ok(json!({}))
}

async fn on_its_own(all: &Conversations, op: &str, ask: Request<'_>, now: Timestamp) -> Answer {
    let (conversation, member) = (ask.conversation()?, ask.member("member")?);
    match op {
        "join" => all.join(conversation, member, now).await?,
        "rejoin" => all.rejoin(conversation, member, now).await?,
        _ => all.refresh(conversation, member, now).await?,
    }
    Ok(json!({}))
}

async fn send(all: &Conversations, ask: Request<'_>, now: Timestamp) -> Answer {
    let (conversation, member) = (ask.conversation()?, ask.member("member")?);
    let place = all.send(conversation, member, &draft(ask)?, now).await?;
    Ok(json!({ "place": place }))
}

fn draft(ask: Request<'_>) -> Result<Draft, Fault> {
    let draft = if ask.has("bytes") {
        Draft::bytes(&ask.bytes("bytes")?)
    } else if ask.has("control") {
        Draft::control(&ask.bytes("control")?)
    } else {
        Draft::text(ask.text("text")?)
    };
    let Some(seconds) = ask.number_if_any("time_to_live")? else { return Ok(draft) };
    let whole = u32::try_from(seconds / 60).ok().filter(|_| seconds % 60 == 0);
    let after = whole.and_then(TimeToLive::minutes).ok_or(Fault::Field("time_to_live"))?;
    Ok(draft.disappearing(after))
}

async fn receive(all: &Conversations, ask: Request<'_>, now: Timestamp) -> Answer {
    let messages = all.receive(ask.conversation()?, ask.member("member")?, now).await?;
    Ok(json!({ "messages": messages.iter().map(message).collect::<Vec<_>>() }))
}

fn message(message: &Received) -> Value {
    json!({
        "place": message.seq,
        "from": named(message.from),
        "kind": code::kind(message.kind),
        "body": base64(message.body.expose()),
        "text": str::from_utf8(message.body.expose()).ok(),
        "sent_at": seconds(message.sent_at),
        "accepted_at": seconds(message.accepted_at),
        "expires_at": message.expires_at.map(seconds),
        "report": base64(&message.report.encode()),
    })
}

async fn skip(all: &Conversations, ask: Request<'_>, now: Timestamp) -> Answer {
    all.skip(ask.conversation()?, ask.member("member")?, ask.number("place")?, now).await?;
    Ok(json!({}))
}

async fn held(all: &Conversations, ask: Request<'_>) -> Answer {
    let held = all.held(ask.conversation()?, ask.member("member")?).await?;
    Ok(json!({ "held": held.map(|notice| json!({
        "legal": notice.legal,
        "abuse_report": notice.abuse_report,
        "since": seconds(notice.since),
    })) }))
}

async fn roster(all: &Conversations, ask: Request<'_>, now: Timestamp) -> Answer {
    let Roster { epoch, members, verification, .. } =
        all.roster(ask.conversation()?, ask.member("member")?, now).await?;
    let members = members
        .iter()
        .map(|one| json!({ "member": named(one.member), "place": one.place, "alias": one.alias() }));
    let members: Vec<_> = members.collect();
    Ok(json!({ "epoch": epoch, "members": members, "verification": verification.to_string() }))
}

async fn sframe_base_key(all: &Conversations, ask: Request<'_>) -> Answer {
    let (conversation, member) = (ask.conversation()?, ask.member("member")?);
    let key = all.sframe_base_key(conversation, member, SframeSuite::Aes128Gcm).await?;
    Ok(json!({ "key": base64(key.expose()), "epoch": key.epoch(), "leaf": key.leaf() }))
}
