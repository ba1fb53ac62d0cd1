use super::server::Server;
use crate::scenario::Scenario;
use authzen_rs::{
    Action, ActionSearchRequest, PageRequest, Resource, ResourceSearchRequest, Subject, SubjectSearchRequest,
    client::AuthZenClient,
};
use serde_json::Value;
use std::collections::BTreeSet;

type Names = BTreeSet<String>;

fn list(json: &str) -> Vec<Value> {
    serde_json::from_str(json).unwrap()
}

fn user(id: &str) -> Subject {
    Subject::new("user", id)
}

fn record(id: &str) -> Resource {
    Resource::new("record", id)
}

async fn subjects(client: &AuthZenClient, sought: Subject, action: &str, resource: Resource) -> Names {
    let request = SubjectSearchRequest::new(sought, Action::new(action), resource);
    let found = client.search_subjects(request).await.unwrap();
    found.results().iter().map(|subject| subject.id().unwrap().to_owned()).collect()
}

async fn resources(client: &AuthZenClient, subject: Subject, action: &str) -> Names {
    let request = ResourceSearchRequest::new(subject, Action::new(action), Resource::query("record"));
    let found = client.search_resources(request).await.unwrap();
    found.results().iter().map(|resource| resource.id().unwrap().to_owned()).collect()
}

async fn actions(client: &AuthZenClient, subject: Subject, resource: Resource) -> Names {
    let found = client.search_actions(ActionSearchRequest::new(subject, resource)).await.unwrap();
    found.results().iter().map(|action| action.name().unwrap().to_owned()).collect()
}

/// The six documented rules, said once more.
fn permitted(user: &Value, action: &str, record: &Value) -> bool {
    let own = record["owner"] == user["id"];
    let near = record["department"] == user["department"];
    let manager = user["role"] == "manager";
    own || (action == "view" && (near || manager)) || (action == "edit" && near && manager)
}

/// 60 searches for subjects, 18 for resources and 120 for actions.
#[tokio::test]
async fn every_search_of_the_scenario() {
    let client = Server::of(Scenario::Search).await.client().await;
    let users = list(include_str!("../vectors/search-users.json"));
    let records = list(include_str!("../vectors/search-records.json"));
    let all = ["view", "edit", "delete"];
    let mut searched = 0;
    let (name, number) =
        (|user: &Value| user["id"].as_str().unwrap().to_owned(), |record: &Value| record["id"].to_string());
    for (record_, action) in records.iter().flat_map(|record| all.map(|action| (record, action))) {
        let wanted =
            users.iter().filter(|user| permitted(user, action, record_)).map(name).collect::<Names>();
        let found = subjects(&client, Subject::query("user"), action, record(&number(record_))).await;
        assert_eq!(found, wanted, "{action} {record_}");
        searched += 1;
    }
    for (user_, action) in users.iter().flat_map(|user| all.map(|action| (user, action))) {
        let wanted =
            records.iter().filter(|record| permitted(user_, action, record)).map(number).collect::<Names>();
        assert_eq!(resources(&client, user(&name(user_)), action).await, wanted, "{user_} {action}");
        searched += 1;
    }
    for (user_, record_) in users.iter().flat_map(|user| records.iter().map(move |record| (user, record))) {
        let wanted = all.iter().filter(|action| permitted(user_, action, record_)).map(ToString::to_string);
        let found = actions(&client, user(&name(user_)), record(&number(record_))).await;
        assert_eq!(found, wanted.collect::<Names>(), "{user_} {record_}");
        searched += 1;
    }
    assert_eq!(searched, 198);
}

#[tokio::test]
async fn the_searches_of_the_certification() {
    let client = Server::of(Scenario::Certification).await.client().await;
    let found = subjects(&client, Subject::query("user"), "read", record("record-1")).await;
    assert!(found.contains("alice") && found.contains("bob"));
    assert!(resources(&client, user("alice"), "read").await.contains("record-1"));
    let found = actions(&client, user("alice"), record("record-1")).await;
    assert!(found.contains("read") && found.contains("write"));
    let archived = || record("record-2").with_property("status", "archived");
    let found = subjects(&client, Subject::query("user"), "write", archived()).await;
    assert!(found.contains("bob"));
    let bob = || user("bob").with_property("role", "admin");
    assert!(resources(&client, bob(), "write").await.contains("record-2"));
    assert!(actions(&client, bob(), archived()).await.contains("write"));
}

#[tokio::test]
async fn what_is_not_known_is_not_found() {
    let client = Server::of(Scenario::Search).await.client().await;
    assert!(subjects(&client, Subject::query("robot"), "view", record("101")).await.is_empty());
    assert!(subjects(&client, Subject::query("user"), "view", record("999")).await.is_empty());
    assert!(actions(&client, user("mallory"), record("101")).await.is_empty());
}

/// An id of what is sought is not looked at.
#[tokio::test]
async fn an_id_of_what_is_sought_says_nothing() {
    let client = Server::of(Scenario::Search).await.client().await;
    let all = subjects(&client, Subject::query("user"), "view", record("101")).await;
    assert_eq!(subjects(&client, user("felix"), "view", record("101")).await, all);
}

#[tokio::test]
async fn pages_hold_everything_once() {
    let client = Server::of(Scenario::Search).await.client().await;
    let whole = resources(&client, user("alice"), "view").await;
    let ask = |page| {
        ResourceSearchRequest::new(user("alice"), Action::new("view"), Resource::query("record"))
            .with_page(page)
    };
    let (mut found, mut page, mut pages) = (Vec::new(), PageRequest::new().with_limit(3), 0);
    loop {
        let answer = client.search_resources(ask(page)).await.unwrap();
        found.extend(answer.results().iter().map(|resource| resource.id().unwrap().to_owned()));
        pages += 1;
        match answer.next_token() {
            Some(token) => page = PageRequest::new().with_limit(3).with_token(token),
            None => break,
        }
    }
    assert_eq!(found.len(), whole.len());
    assert_eq!(found.into_iter().collect::<Names>(), whole);
    assert_eq!(pages, whole.len().div_ceil(3));
}

#[tokio::test]
async fn a_token_leads_on_from_its_own_search_alone() {
    let client = Server::of(Scenario::Search).await.client().await;
    let ask = |who: &str, page| {
        ResourceSearchRequest::new(user(who), Action::new("view"), Resource::query("record")).with_page(page)
    };
    let first = client.search_resources(ask("alice", PageRequest::new().with_limit(1))).await.unwrap();
    let token = first.next_token().unwrap();
    assert!(client.search_resources(ask("alice", PageRequest::new().with_token(token))).await.is_ok());
    let other = client.search_resources(ask("dan", PageRequest::new().with_token(token))).await;
    assert!(matches!(other, Err(authzen_rs::AuthZenError::Pdp { status: 400, .. })));
    let changed = token.replacen(|digit| digit != '0', "0", 1);
    let changed = client.search_resources(ask("alice", PageRequest::new().with_token(changed))).await;
    assert!(matches!(changed, Err(authzen_rs::AuthZenError::Pdp { status: 400, .. })));
}
