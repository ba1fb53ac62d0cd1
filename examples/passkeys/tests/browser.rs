//! The page in a real Chromium, with a virtual authenticator.
//!
//! Without a browser on the machine each test says so and passes, unless `LEEWARD_REQUIRE_BROWSER` is set.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    reason = "a failing test panics"
)]

mod driver;

use driver::{Device, Tab, with_browser};
use leeward_event::{Action, Event, Outcome, Reason, outbox};
use leeward_example_passkeys::{http, site::Site};
use leeward_store::Store;
use serde_json::{Value, json};
use std::net::TcpListener;

/// A service of its own on a port of its own, over a store that others may share.
fn serve(store: &Store) -> String {
    let listener = TcpListener::bind("localhost:0").unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let site = Site::new(store, &origin).unwrap();
    std::thread::spawn(move || http::serve(&listener, &site));
    origin
}

fn store() -> Store {
    Store::memory().assume_sealed()
}

async fn events(store: &Store) -> Vec<Event> {
    let staged = outbox::pending(store, 100).await.unwrap();
    staged.into_iter().map(|staged| staged.event).collect()
}

async fn last_refusal(store: &Store) -> Option<Reason> {
    let event = *events(store).await.last().unwrap();
    assert_eq!((event.what(), event.how()), (Action::FactorChecked, Outcome::Failure));
    event.why()
}

/// Binds a passkey for a name, by the page's own button.
async fn bind(tab: &Tab, name: &str) -> String {
    tab.type_name(name).await;
    tab.click("#bind").await;
    tab.said().await
}

const IN: &str = "Signed in at AAL";

#[test]
fn a_passkey_is_bound_and_signs_in_by_a_button() {
    with_browser(async |browser| {
        let store = store();
        let tab = browser.open(&serve(&store)).await;
        tab.plug_in(&Device::local()).await;
        assert_eq!(bind(&tab, "night desk 3").await, "Bound. This passkey stays on this device.");
        for typed in ["night desk 3", ""] {
            tab.type_name(typed).await;
            tab.click("#sign-in").await;
            assert_eq!(tab.said().await, format!("{IN}3, with a passkey that stays on its device."));
        }
        let [bound, .., signed_in] = &events(&store).await[..] else { panic!() };
        assert_eq!((bound.what(), bound.how()), (Action::FactorEnrolled, Outcome::Success));
        assert_eq!((signed_in.what(), signed_in.how()), (Action::FactorChecked, Outcome::Success));
    });
}

#[test]
fn a_passkey_signs_in_by_autofill() {
    with_browser(async |browser| {
        let tab = browser.open(&serve(&store())).await;
        let device = tab.plug_in(&Device::local()).await;
        bind(&tab, "night desk 3").await;
        tab.reload().await;
        tab.touch(&device).await;
        assert_eq!(tab.said().await, format!("{IN}3, with a passkey that stays on its device."));
    });
}

#[test]
fn a_synced_passkey_is_recorded_as_such() {
    with_browser(async |browser| {
        let tab = browser.open(&serve(&store())).await;
        tab.plug_in(&Device::synced()).await;
        assert_eq!(
            bind(&tab, "night desk 3").await,
            "Bound. This passkey may be copied to your other devices."
        );
        tab.click("#sign-in").await;
        assert_eq!(tab.said().await, format!("{IN}2, with a passkey that is synced."));
    });
}

#[test]
fn an_answer_that_was_given_before_is_refused() {
    with_browser(async |browser| {
        let store = store();
        let tab = browser.open(&serve(&store)).await;
        tab.plug_in(&Device::local()).await;
        bind(&tab, "night desk 3").await;
        tab.click("#sign-in").await;
        assert!(tab.said().await.starts_with(IN));
        let again = tab.run("post('/sign-in/finish', window.lastAnswer)").await;
        assert_eq!(again, refused());
        assert_eq!(last_refusal(&store).await, Some(Reason::Reused));
        tab.run("post('/sign-in/begin', { how: 'anyone' })").await;
        let in_another_ceremony = tab.run("post('/sign-in/finish', window.lastAnswer)").await;
        assert_eq!(in_another_ceremony, refused());
        assert_eq!(last_refusal(&store).await, Some(Reason::Foreign));
    });
}

#[test]
fn an_answer_from_another_origin_is_refused() {
    with_browser(async |browser| {
        let store = store();
        let (here, elsewhere) = (serve(&store), serve(&store));
        let tab = browser.open(&here).await;
        tab.plug_in(&Device::local()).await;
        bind(&tab, "night desk 3").await;
        // Cookies know no ports, and the page itself begins a ceremony: so these are documents without it.
        let [here_too, elsewhere] = [here.as_str(), &elsewhere].map(|origin| format!("{origin}/page.css"));
        tab.go(&here_too).await;
        let asked = tab.run("post('/sign-in/begin', { how: 'anyone' })").await;
        tab.go(&elsewhere).await;
        let answer = tab.run(&format!("ask({asked})")).await;
        tab.go(&here_too).await;
        assert_eq!(tab.run(&format!("post('/sign-in/finish', {answer})")).await, refused());
        assert_eq!(last_refusal(&store).await, Some(Reason::Foreign));
        tab.go(&here).await;
        tab.type_name("night desk 3").await;
        tab.click("#sign-in").await;
        assert!(tab.said().await.starts_with(IN), "the passkey itself is good");
    });
}

#[test]
fn a_user_whom_the_device_did_not_verify_is_refused() {
    with_browser(async |browser| {
        let store = store();
        let tab = browser.open(&serve(&store)).await;
        let device = tab.plug_in(&Device::local()).await;
        bind(&tab, "night desk 3").await;
        tab.set_verified(&device, false).await;
        tab.click("#sign-in").await;
        assert!(!tab.said().await.starts_with(IN), "the browser keeps to what it was asked for");
        let mut asked = tab.run("post('/sign-in/begin', { how: 'anyone' })").await;
        asked["publicKey"]["userVerification"] = json!("discouraged");
        let answer = tab.run(&format!("ask({asked})")).await;
        assert_eq!(tab.run(&format!("post('/sign-in/finish', {answer})")).await, refused());
        assert_eq!(last_refusal(&store).await, Some(Reason::UserNotVerified));
    });
}

#[test]
fn a_device_that_has_a_passkey_of_the_account_makes_no_second_one() {
    with_browser(async |browser| {
        let tab = browser.open(&serve(&store())).await;
        tab.plug_in(&Device::local()).await;
        bind(&tab, "night desk 3").await;
        assert!(!bind(&tab, "night desk 3").await.starts_with("Bound"));
        assert!(bind(&tab, "night desk 4").await.starts_with("Bound"));
    });
}

#[test]
fn a_script_never_sees_the_ceremony() {
    with_browser(async |browser| {
        let tab = browser.open(&serve(&store())).await;
        tab.run("post('/sign-in/begin', { how: 'anyone' })").await;
        assert_eq!(tab.run("document.cookie").await, json!(""));
    });
}

/// What the page is told of any passkey that was not accepted.
fn refused() -> Value {
    json!({ "status": 403, "error": "the passkey was not accepted: begin again" })
}
