//! The fixture of the certification: two people, two records, and rules over what the request says.

use super::owned;
use leeward_policy::authzen::{Entity, Query, Search, Sought, Value};

pub(super) fn permits(query: &Query) -> bool {
    let (subject, record) = (query.subject(), query.resource());
    let known = ["alice", "bob"].contains(&subject.id()) && ["record-1", "record-2"].contains(&record.id());
    if !known || (subject.kind(), record.kind()) != ("user", "record") {
        return false;
    }
    match query.action().name() {
        "read" => true,
        "write" => may_write(subject, record),
        "delete" => {
            let softly = query.action().properties().get("soft") == Some(&Value::Bool(true));
            softly && may_write(subject, record)
        }
        _ => false,
    }
}

/// What is active is written by its owner, what is archived by an administrator.
fn may_write(subject: &Entity, record: &Entity) -> bool {
    let archived = match record.property("status") {
        Some(status) => status != "active",
        None => record.id() == "record-2",
    };
    if archived { is_admin(subject) } else { subject.id() == "alice" }
}

fn is_admin(subject: &Entity) -> bool {
    subject.property("role").map_or_else(|| subject.id() == "bob", |role| role == "admin")
}

pub(super) fn candidates(search: &Search) -> Vec<String> {
    match (search.sought(), search.kind()) {
        (Sought::Subject, Some("user")) => owned(&["alice", "bob"]),
        (Sought::Resource, Some("record")) => owned(&["record-1", "record-2"]),
        (Sought::Action, None) => owned(&["read", "write", "delete"]),
        _ => Vec::new(),
    }
}
