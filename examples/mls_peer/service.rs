//! The delivery service, as clients of another make speak to it, and what stands around it.

use crate::{
    code,
    peer::{Answer, Peer},
    request::{Request, base64, named, seconds},
};
use leeward_event::Actor;
use leeward_messages::{
    AbuseReport, CredentialIssuer as _, Delivered, Delivery, DeliveryService as _, Error, MAX_PAGE,
    Submission,
};
use leeward_store::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a retired franking key still verifies reports.
const REPORTABLE: Duration = Duration::from_secs(90 * 24 * 60 * 60);

pub(crate) async fn act(peer: &Peer, op: &str, ask: Request<'_>, now: Timestamp) -> Option<Answer> {
    let delivery = peer.conversations.delivery();
    Some(match op {
        "open_log" => open_log(delivery, ask, now).await,
        "publish" => publish(delivery, ask, now).await,
        "claim" => claim(delivery, ask, now).await,
        "submit" => submit(delivery, ask, now).await,
        "fetch" => fetch(delivery, ask, now).await,
        "acknowledge" => acknowledge(delivery, ask).await,
        "position" => position(delivery, ask).await,
        "hold_notice" => hold_notice(delivery, ask).await,
        "invitation" => invitation(delivery, ask).await,
        "joined" => joined(delivery, ask, now).await,
        "agents" => agents(delivery).await,
        "credential" => credential(peer, ask, now),
        "service_key" => Ok(json!({ "public_key": base64(&peer.key.public_key()) })),
        "report" => report(delivery, ask, now).await,
        "rotate" => rotate(delivery, now).await,
        "prune" => prune(delivery, ask, now).await,
        "prune_due" => prune_due(delivery, ask, now).await,
        "place_hold" => place_hold(delivery, ask, now).await,
        "lift_hold" => lift_hold(delivery, ask, now).await,
        _ => return None,
    })
}

async fn open_log(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    delivery.open(ask.conversation()?, ask.member("member")?, now).await?;
    Ok(json!({}))
}

async fn publish(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    let until = ask.time_if_any("until")?.unwrap_or(Timestamp::MAX);
    delivery.publish(ask.member("member")?, &ask.bytes("key_package")?, until, now).await?;
    Ok(json!({}))
}

async fn claim(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    let claimed = delivery.claim(ask.member("by")?, ask.member("of")?, now).await?;
    let key_package = claimed.ok_or(Error::NoKeyPackage)?;
    Ok(json!({ "key_package": base64(&key_package) }))
}

async fn submit(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    let mut submission = Submission::new(ask.bytes("message")?, ask.number_if_any("previous")?);
    for added in ask.requests("added")? {
        submission = submission.adding(added.member("member")?, added.bytes("welcome")?);
    }
    for removed in ask.members("removed")? {
        submission = submission.removing(removed);
    }
    if ask.has("record") {
        submission = submission.recorded(ask.bytes("record")?);
    }
    let place = delivery.submit(ask.conversation()?, ask.member("by")?, &submission, now).await?;
    Ok(json!({ "place": place }))
}

async fn fetch(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    let (conversation, member, from) = (ask.conversation()?, ask.member("member")?, ask.number("from")?);
    let limit = ask.number_if_any("limit")?.and_then(|limit| limit.try_into().ok()).unwrap_or(MAX_PAGE);
    let entries = delivery.fetch(conversation, member, from, limit, now).await?;
    Ok(json!({ "entries": entries.iter().map(entry).collect::<Vec<_>>() }))
}

fn entry(entry: &Delivered) -> Value {
    json!({
        "place": entry.place,
        "kind": code::entry(entry.kind),
        "accepted_at": seconds(entry.accepted_at),
        "expires_at": entry.expires_at.map(seconds),
        "stamp": base64(&entry.stamp),
        "message": base64(&entry.message),
    })
}

async fn acknowledge(delivery: &Delivery, ask: Request<'_>) -> Answer {
    delivery.acknowledge(ask.conversation()?, ask.member("member")?, ask.number("next")?).await?;
    Ok(json!({}))
}

async fn position(delivery: &Delivery, ask: Request<'_>) -> Answer {
    let position = delivery.position(ask.conversation()?, ask.member("member")?).await?;
    let digest = base64(&position.digest);
    Ok(json!({ "acknowledged": position.acknowledged, "last": position.last, "digest": digest }))
}

async fn hold_notice(delivery: &Delivery, ask: Request<'_>) -> Answer {
    let notice = delivery.hold_notice(ask.conversation()?, ask.member("member")?).await?;
    Ok(json!({ "entry": notice.as_ref().map(entry) }))
}

async fn invitation(delivery: &Delivery, ask: Request<'_>) -> Answer {
    let waiting = delivery.invitation(ask.conversation()?, ask.member("member")?).await?;
    let waiting = waiting.ok_or(Error::NoWelcome)?;
    Ok(json!({ "first": waiting.first, "welcome": base64(&waiting.welcome) }))
}

async fn joined(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    let (conversation, member) = (ask.conversation()?, ask.member("member")?);
    delivery.joined(conversation, member, ask.number("first")?, now).await?;
    Ok(json!({}))
}

async fn agents(delivery: &Delivery) -> Answer {
    Ok(json!({ "agents": base64(&delivery.agents().await?.encode()) }))
}

fn credential(peer: &Peer, ask: Request<'_>, now: Timestamp) -> Answer {
    let proof = peer.key.issue(ask.staff("staff")?, &ask.bytes("signature_key")?, now)?;
    Ok(json!({ "proof": base64(&proof) }))
}

async fn report(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    let refused = |why| Error::Report { why };
    let report = AbuseReport::decode(&ask.bytes("report")?).map_err(refused)?;
    let verified = delivery.hub().report(ask.member("reporter")?, &report, now).await?;
    Ok(json!({
        "sender": named(verified.sender()),
        "conversation": verified.conversation().to_string(),
        "accepted_at": seconds(verified.accepted_at()),
        "sent_at": seconds(verified.sent_at()),
        "kind": code::kind(verified.kind()),
        "body": base64(verified.body().expose()),
        "text": str::from_utf8(verified.body().expose()).ok(),
    }))
}

async fn rotate(delivery: &Delivery, now: Timestamp) -> Answer {
    let retention = REPORTABLE.try_into().unwrap_or_default();
    delivery.hub().rotate(retention, now).await?;
    Ok(json!({}))
}

async fn prune(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    Ok(json!({ "changed": delivery.prune(ask.conversation()?, now).await? }))
}

async fn prune_due(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    let limit = ask.number_if_any("limit")?.and_then(|limit| limit.try_into().ok()).unwrap_or(MAX_PAGE);
    Ok(json!({ "done": delivery.prune_due(now, limit).await? }))
}

async fn place_hold(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    let (conversation, hold, by) = (ask.conversation()?, ask.hold()?, ask.staff("by")?);
    let why = code::hold_reason(ask.text("why")?)?;
    delivery.place_hold(conversation, hold, why, Actor::Staff(by), now).await?;
    Ok(json!({}))
}

async fn lift_hold(delivery: &Delivery, ask: Request<'_>, now: Timestamp) -> Answer {
    let by = Actor::Staff(ask.staff("by")?);
    delivery.lift_hold(ask.conversation()?, ask.hold()?, by, now).await?;
    Ok(json!({}))
}
