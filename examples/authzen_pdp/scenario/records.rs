//! Users with a role and a department, and records with an owner and a department.

use super::owned;
use leeward_policy::authzen::{Query, Search, Sought, Value};

const USERS: &str = include_str!("../vectors/search-users.json");
const RECORDS: &str = include_str!("../vectors/search-records.json");

pub(crate) struct Records {
    users: Vec<User>,
    records: Vec<Record>,
}

struct User {
    id: String,
    department: String,
    is_manager: bool,
}

struct Record {
    id: String,
    department: String,
    owner: String,
}

impl Records {
    pub(super) fn of_scenario() -> Self {
        Self {
            users: list(USERS).iter().map(User::read).collect(),
            records: list(RECORDS).iter().map(Record::read).collect(),
        }
    }

    pub(super) fn permits(&self, query: &Query) -> bool {
        if (query.subject().kind(), query.resource().kind()) != ("user", "record") {
            return false;
        }
        let user = self.users.iter().find(|user| user.id == query.subject().id());
        let record = self.records.iter().find(|record| record.id == query.resource().id());
        let (Some(user), Some(record)) = (user, record) else {
            return false;
        };
        let (own, near) = (record.owner == user.id, record.department == user.department);
        match query.action().name() {
            "view" => own || near || user.is_manager,
            "edit" => own || (near && user.is_manager),
            "delete" => own,
            _ => false,
        }
    }

    pub(super) fn candidates(&self, search: &Search) -> Vec<String> {
        match (search.sought(), search.kind()) {
            (Sought::Subject, Some("user")) => self.users.iter().map(|user| user.id.clone()).collect(),
            (Sought::Resource, Some("record")) => {
                self.records.iter().map(|record| record.id.clone()).collect()
            }
            (Sought::Action, None) => owned(&["view", "edit", "delete"]),
            _ => Vec::new(),
        }
    }
}

impl User {
    fn read(from: &Value) -> Self {
        let is_manager = text(from, "role") == "manager";
        Self { id: text(from, "id"), department: text(from, "department"), is_manager }
    }
}

impl Record {
    fn read(from: &Value) -> Self {
        Self { id: text(from, "id"), department: text(from, "department"), owner: text(from, "owner") }
    }
}

fn list(json: &str) -> Vec<Value> {
    serde_json::from_str(json).unwrap_or_default()
}

/// Ids of records are numbers in the file, and text in `AuthZEN`.
fn text(from: &Value, name: &str) -> String {
    match from.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(number) => number.to_string(),
        None => String::new(),
    }
}
