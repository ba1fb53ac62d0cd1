//! RFC 4180, safe to open in a spreadsheet.

use super::{
    facts::{Facts, Party, Role, hex},
    hash_hex,
};
use crate::Checkpoint;
use leeward_event::{Detail, Purpose, Reason};

/// The names of the columns.
pub(super) const HEADER: &str = concat!(
    "index,logged,happened,action_code,action,outcome,actor_role,actor,actor_alias,subject_role,subject,",
    "subject_alias,reason,detail,purpose,correlation,times,details,entry,leaf_hash,checkpoint_origin,",
    "checkpoint_size,checkpoint_root\r\n"
);

pub(super) fn line(facts: &Facts, checkpoint: &Checkpoint) -> String {
    let (actor, subject) = (Some(&facts.actor), facts.subject.as_ref());
    let fields = [
        facts.index.to_string(),
        facts.logged.start().to_string(),
        facts.happened.start().to_string(),
        facts.what.code(),
        facts.what.words().to_owned(),
        facts.outcome.words().to_owned(),
        role(actor),
        uid(actor),
        alias(actor),
        role(subject),
        uid(subject),
        alias(subject),
        facts.reason.map(Reason::words).unwrap_or_default().to_owned(),
        facts.detail.map(Detail::words).unwrap_or_default().to_owned(),
        facts.purpose.map(Purpose::words).unwrap_or_default().to_owned(),
        facts.correlation.map(|id| id.to_string()).unwrap_or_default(),
        facts.times.map(|times| times.to_string()).unwrap_or_default(),
        facts.details.to_owned(),
        hex(&facts.entry),
        hash_hex(&facts.leaf),
        checkpoint.origin().to_owned(),
        checkpoint.size().to_string(),
        hash_hex(checkpoint.root()),
    ];
    fields.map(|field| quoted(&field)).join(",") + "\r\n"
}

fn role(party: Option<&Party>) -> String {
    party.map(|party| party.role.words()).unwrap_or_default().to_owned()
}

fn uid(party: Option<&Party>) -> String {
    party.and_then(Party::uid).unwrap_or_default()
}

fn alias(party: Option<&Party>) -> String {
    match party {
        Some(Party { role: Role::Component(component), .. }) => component.words().to_owned(),
        party => party.and_then(|party| party.alias.as_ref()).map(ToString::to_string).unwrap_or_default(),
    }
}

/// A field that is text to a spreadsheet, whatever it begins with.
fn quoted(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '|', '%']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_begins_a_formula_or_ends_early() {
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for start in ["+", "-", "@", "\t", "\r", "|", "%"] {
            assert_eq!(quoted(start), format!("\"'{start}\""));
        }
        assert_eq!(quoted("a,b"), "\"a,b\"");
    }
}
