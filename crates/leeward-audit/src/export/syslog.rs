//! RFC 5424 messages, and how they follow each other.

use super::{
    facts::{Facts, Party, Role, hex},
    hash_hex,
    kind::{Severity, What},
};
use crate::Checkpoint;
use leeward_event::{Detail, Outcome, Purpose, Reason};
use std::fmt::Write;

/// How one message is told from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// One message to a line, as files have it. No message holds a line feed.
    Lines,
    /// The length of each message in octets, a space, and the message (RFC 5425 4.3): for TLS.
    OctetCounting,
}

/// "Log audit" (RFC 5424 6.2.1).
const FACILITY: u8 = 13;

/// The name of the structured data: the number is the one set aside for documentation (RFC 5612), since
/// leeward has none of its own.
const SD_ID: &str = "leeward@32473";

pub(super) fn line(facts: &Facts, checkpoint: &Checkpoint, framing: Framing) -> String {
    let message = message(facts, checkpoint);
    match framing {
        Framing::Lines => message + "\n",
        Framing::OctetCounting => format!("{} {message}", message.len()),
    }
}

fn message(facts: &Facts, checkpoint: &Checkpoint) -> String {
    let priority = FACILITY.saturating_mul(8).saturating_add(severity(facts));
    let time = facts.happened.start();
    let id = message_id(facts.what);
    let mut message = format!("<{priority}>1 {time} - leeward-audit - {id} [{SD_ID}");
    for (name, value) in parameters(facts, checkpoint) {
        // Writing to a text cannot fail.
        let _ = write!(message, " {name}=\"{}\"", escaped(&value));
    }
    format!("{message}] {}", facts.sentence())
}

fn parameters(facts: &Facts, checkpoint: &Checkpoint) -> impl Iterator<Item = (&'static str, String)> {
    let owned = |words: &str| words.to_owned();
    let party = |party: Option<&Party>| {
        let role = party.map(|party| owned(party.role.words()));
        (role, party.and_then(Party::uid), party.and_then(own_name))
    };
    let (actor_role, actor, actor_alias) = party(Some(&facts.actor));
    let (subject_role, subject, subject_alias) = party(facts.subject.as_ref());
    [
        ("index", Some(facts.index.to_string())),
        ("logged", Some(facts.logged.start().to_string())),
        ("action", Some(facts.what.code())),
        ("outcome", Some(owned(facts.outcome.words()))),
        ("actorRole", actor_role),
        ("actor", actor),
        ("actorAlias", actor_alias),
        ("subjectRole", subject_role),
        ("subject", subject),
        ("subjectAlias", subject_alias),
        ("reason", facts.reason.map(Reason::words).map(owned)),
        ("detail", facts.detail.map(Detail::words).map(owned)),
        ("purpose", facts.purpose.map(Purpose::words).map(owned)),
        ("correlation", facts.correlation.map(|id| id.to_string())),
        ("times", facts.times.map(|times| times.to_string())),
        ("details", Some(owned(facts.details))),
        ("entry", Some(hex(&facts.entry))),
        ("leafHash", Some(hash_hex(&facts.leaf))),
        ("origin", Some(owned(checkpoint.origin()))),
        ("treeSize", Some(checkpoint.size().to_string())),
        ("rootHash", Some(hash_hex(checkpoint.root()))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
}

fn own_name(party: &Party) -> Option<String> {
    match party.role {
        Role::Component(component) => Some(component.words().to_owned()),
        _ => party.alias.as_ref().map(ToString::to_string),
    }
}

/// `MSGID`: the words of the action, as one.
fn message_id(what: What) -> String {
    what.words().replace(' ', "-")
}

/// RFC 5424 6.2.1, table 2.
fn severity(facts: &Facts) -> u8 {
    match facts.what.kind().severity {
        Severity::Informational if facts.outcome == Outcome::Failure => 5,
        Severity::Informational => 6,
        Severity::Low => 5,
        Severity::Medium => 4,
        Severity::High => 3,
        Severity::Critical => 2,
    }
}

/// A parameter's value (RFC 5424 6.3.3).
fn escaped(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for c in value.chars() {
        if matches!(c, '"' | '\\' | ']') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_event::Action;

    #[test]
    fn what_would_end_a_value_is_escaped() {
        assert_eq!(escaped(r#"a"b]c\d[e"#), r#"a\"b\]c\\d[e"#);
    }

    #[test]
    fn every_action_has_a_message_id_of_at_most_32_printable_characters() {
        let events = Action::ALL.iter().copied().map(What::Event);
        for what in events.chain([What::Unknown, What::Seal]) {
            let id = message_id(what);
            assert!(id.len() <= 32 && id.bytes().all(|byte| byte.is_ascii_graphic()), "{id}");
        }
    }
}
