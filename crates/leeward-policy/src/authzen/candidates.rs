use super::{Search, Sought, asked::PERSON};
use crate::{
    Member, Operation, Policies, PolicyError, RecordOf, ResourceType,
    record::{description, staff},
};
use leeward_event::{ConversationId, StaffId};
use leeward_store::{Item, Key, Prefix, Scan};
use std::collections::BTreeSet;

/// Which ids there are of what is sought, in the order of the ids.
pub(super) async fn of(
    policies: &Policies,
    search: &Search,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, PolicyError> {
    match (search.sought(), search.kind()) {
        (Sought::Subject, Some("staff")) => everybody(policies, after, limit).await,
        (Sought::Resource, Some(kind)) => match ResourceType::from_name(kind) {
            Some(kind) => resources(policies, kind, after, limit).await,
            None => Ok(Vec::new()),
        },
        (Sought::Action, _) => {
            let kind = search.resource().and_then(|resource| ResourceType::from_name(resource.kind()));
            Ok(kind.map_or_else(Vec::new, |kind| page(actions(kind), after, limit)))
        }
        (Sought::Subject | Sought::Resource, _) => Ok(Vec::new()),
    }
}

async fn resources(
    policies: &Policies,
    kind: ResourceType,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, PolicyError> {
    let name = match kind {
        ResourceType::CaseNote
        | ResourceType::Roster
        | ResourceType::Metadata
        | ResourceType::Transcript
        | ResourceType::Report => |of| matches!(of, RecordOf::Conversation(_)).then(|| text(of)),
        ResourceType::Profile
        | ResourceType::SafetyPlan
        | ResourceType::ContactHint
        | ResourceType::Consent => |of| match of {
            RecordOf::Person(person) => Some(person.to_string()),
            RecordOf::Conversation(_) => None,
        },
        ResourceType::Conversation | ResourceType::Export | ResourceType::AccessReport => |of| Some(text(of)),
        ResourceType::AuditLog | ResourceType::Policy | ResourceType::Statistics => {
            return Ok(page([kind.name()], after, limit));
        }
        ResourceType::Staff | ResourceType::Team | ResourceType::Training => {
            return everybody(policies, after, limit).await;
        }
        ResourceType::Grant | ResourceType::Approval => return Ok(Vec::new()),
    };
    records(policies, name, after, limit).await
}

fn text(of: RecordOf) -> String {
    match of {
        RecordOf::Conversation(conversation) => conversation.to_string(),
        RecordOf::Person(person) => format!("{PERSON}{person}"),
    }
}

fn actions(kind: ResourceType) -> BTreeSet<&'static str> {
    let of_kind = Operation::ALL.iter().filter(|operation| operation.resource() == kind);
    of_kind.map(|operation| operation.action().name()).collect()
}

fn page(names: impl IntoIterator<Item = &'static str>, after: Option<&str>, limit: usize) -> Vec<String> {
    let names = names.into_iter().filter(|name| after.is_none_or(|after| *name > after));
    names.take(limit).map(str::to_owned).collect()
}

async fn everybody(
    policies: &Policies,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, PolicyError> {
    let after = after.and_then(|id| id.parse::<StaffId>().ok()).map(staff::key).transpose()?;
    let name = |item: &Item| {
        let staff = staff::whose(&item.key).ok_or(PolicyError::Corrupt { what: "staff" })?;
        Ok(Some(staff.to_string()))
    };
    walk(policies, staff::everybody()?, after, limit, name).await
}

async fn records(
    policies: &Policies,
    name: fn(RecordOf) -> Option<String>,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<String>, PolicyError> {
    // A key does not say of which kind the record is.
    let id = after.and_then(|id| id.trim_start_matches(PERSON).parse::<ConversationId>().ok());
    let after = id.map(|id| description::key(id.into())).transpose()?;
    let name = |item: &Item| description::whose(item).map(name);
    walk(policies, description::everything()?, after, limit, name).await
}

async fn walk(
    policies: &Policies,
    prefix: Prefix,
    after: Option<Key>,
    limit: usize,
    name: impl Fn(&Item) -> Result<Option<String>, PolicyError>,
) -> Result<Vec<String>, PolicyError> {
    let scan = Scan::all(prefix).limit(limit);
    let mut rest = Some(match after {
        Some(key) => scan.after(key),
        None => scan,
    });
    let mut found = Vec::new();
    while let Some(scan) = rest {
        let page = policies.store.scan(&scan).await?;
        for item in &page.items {
            found.extend(name(item)?);
            if found.len() == limit {
                return Ok(found);
            }
        }
        rest = page.next;
    }
    Ok(found)
}
