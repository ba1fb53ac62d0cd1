//! A browser, started for one test and stopped with it.

use chromiumoxide::{
    Browser as Chromium, BrowserConfig, Page,
    cdp::browser_protocol::web_authn::{
        AddVirtualAuthenticatorParams, AuthenticatorId, AuthenticatorProtocol, AuthenticatorTransport,
        EnableParams, SetAutomaticPresenceSimulationParams, SetUserVerifiedParams,
        VirtualAuthenticatorOptions,
    },
};
use futures_util::StreamExt;
use serde_json::Value;
use std::{env, path::PathBuf, sync::Mutex, time::Duration};

/// Browsers are heavy: one at a time.
static ONE: Mutex<()> = Mutex::new(());

/// What helps a test: to send as the page does, and to ask the authenticator without the page.
const HELPERS: &str = "
    window.post = async (path, body) => {
        const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
        const answer = await response.json();
        return response.ok ? answer : { status: response.status, ...answer };
    };
    window.ask = async (options) => {
        const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options.publicKey);
        return (await navigator.credentials.get({ publicKey })).toJSON();
    };
";

pub(crate) struct Browser(Chromium);

pub(crate) struct Tab(Page);

/// A virtual authenticator, which verifies its user and touches itself.
pub(crate) struct Device(VirtualAuthenticatorOptions);

/// Runs a test with a browser, if there is one.
pub(crate) fn with_browser(test: impl AsyncFnOnce(&Browser)) {
    let Some(program) = program() else {
        assert!(env::var_os("LEEWARD_REQUIRE_BROWSER").is_none(), "no chromium was found");
        eprintln!("not run: no chromium on the path (LEEWARD_BROWSER names one elsewhere)");
        return;
    };
    let _one = ONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let profile = tempfile::tempdir().unwrap();
        let config = BrowserConfig::builder()
            .chrome_executable(program)
            .user_data_dir(profile.path())
            .new_headless_mode()
            // A container's root has no sandbox to give; the pages are this package's own.
            .no_sandbox()
            .launch_timeout(Duration::from_secs(60))
            .request_timeout(Duration::from_secs(20));
        let (chromium, mut says) = Chromium::launch(config.build().unwrap()).await.unwrap();
        let listening = tokio::spawn(async move { while says.next().await.is_some() {} });
        let mut browser = Browser(chromium);
        // Whether the test passed or not, the browser ends with it: dropping it kills the process.
        tokio::time::timeout(Duration::from_secs(90), test(&browser))
            .await
            .expect("the browser took too long");
        let _ = browser.0.close().await;
        let _ = browser.0.wait().await;
        listening.abort();
    });
}

fn program() -> Option<PathBuf> {
    if let Some(named) = env::var_os("LEEWARD_BROWSER") {
        return Some(named.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    let path = env::var_os("PATH")?;
    env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name))).find(|file| file.is_file())
}

impl Browser {
    pub(crate) async fn open(&self, origin: &str) -> Tab {
        let page = self.0.new_page("about:blank").await.unwrap();
        page.evaluate_on_new_document(HELPERS).await.unwrap();
        page.execute(EnableParams::default()).await.unwrap();
        let tab = Tab(page);
        tab.go(origin).await;
        tab
    }
}

impl Device {
    pub(crate) fn local() -> Self {
        Self::new(false)
    }

    pub(crate) fn synced() -> Self {
        Self::new(true)
    }

    fn new(synced: bool) -> Self {
        let options = VirtualAuthenticatorOptions::builder()
            .protocol(AuthenticatorProtocol::Ctap2)
            .transport(AuthenticatorTransport::Internal)
            .has_resident_key(true)
            .has_user_verification(true)
            .is_user_verified(true)
            .automatic_presence_simulation(true)
            .default_backup_eligibility(synced)
            .default_backup_state(synced);
        Self(options.build().unwrap())
    }
}

impl Tab {
    pub(crate) async fn go(&self, origin: &str) {
        self.0.goto(origin).await.unwrap();
    }

    pub(crate) async fn reload(&self) {
        self.0.reload().await.unwrap();
    }

    pub(crate) async fn plug_in(&self, device: &Device) -> AuthenticatorId {
        let added = self.0.execute(AddVirtualAuthenticatorParams::new(device.0.clone())).await.unwrap();
        added.result.authenticator_id.clone()
    }

    pub(crate) async fn set_verified(&self, device: &AuthenticatorId, verified: bool) {
        self.0.execute(SetUserVerifiedParams::new(device.clone(), verified)).await.unwrap();
    }

    /// The user takes what autofill offers.
    pub(crate) async fn touch(&self, device: &AuthenticatorId) {
        self.0.execute(SetAutomaticPresenceSimulationParams::new(device.clone(), true)).await.unwrap();
    }

    pub(crate) async fn type_name(&self, name: &str) {
        let name = Value::from(name);
        self.run(&format!("document.getElementById('name').value = {name}")).await;
    }

    pub(crate) async fn click(&self, selector: &str) {
        self.run("document.getElementById('said').textContent = ''").await;
        self.0.find_element(selector).await.unwrap().click().await.unwrap();
    }

    /// What the page says in the end.
    pub(crate) async fn said(&self) -> String {
        for _ in 0..200 {
            let said = self.run("document.getElementById('said').textContent").await;
            match said.as_str() {
                Some("" | "Follow your browser.") | None => {
                    tokio::time::sleep(Duration::from_millis(50)).await
                }
                Some(said) => return said.to_owned(),
            }
        }
        panic!("the page said nothing for ten seconds");
    }

    /// The value of an expression, awaited.
    pub(crate) async fn run(&self, expression: &str) -> Value {
        let function = format!("async () => {{ return JSON.stringify(await ({expression})); }}");
        let result = self.0.evaluate_function(function).await.unwrap();
        let text: String = result.into_value().unwrap_or_else(|_| "null".into());
        serde_json::from_str(&text).unwrap()
    }
}
