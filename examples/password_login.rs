//! A sign-in by passphrase, to copy: choosing one with guidance in a person's language, and checking it behind the
//! throttle, in the governor's pool. A second factor would come between `SignIn` and the session.
//!
//! ```sh
//! cargo run -p leeward-examples --example password_login
//! ```

use jiff::Timestamp;
use leeward_credentials::{
    AccountError, Attack, Catalogue, ChangeDue, Chooser, CredentialError, Credentials, Directory, Governor,
    GovernorConfig, Language, LoginName, Passphrase, PasswordPolicy, Strength,
};
use leeward_event::{
    Actor, StaffId,
    assurance::{AssuranceError, ProvedFactor, SignIn},
};
use leeward_seal::{IndexRoot, SealError};
use leeward_session::{SessionError, SessionKey, SessionKeys, SessionPolicy, SessionToken, Sessions};
use leeward_store::Store;
use leeward_throttle::{DeviceCookie, DeviceKey, DeviceKeys, Guess, Profile, Throttle, ThrottleError};
use ring::rand::SystemRandom;

/// What a web service keeps for as long as it runs.
struct Door {
    policy: PasswordPolicy,
    governor: Governor,
    credentials: Credentials,
    throttle: Throttle,
    sessions: Sessions,
    directory: Directory,
    store: Store,
}

/// What the page that asks for a new passphrase shows.
#[derive(Debug)]
struct Advice {
    refusals: Vec<String>,
    strength: String,
}

/// What comes of an attempt to sign in.
#[derive(Debug)]
enum Answer {
    /// Give the client both: the token opens the session, the cookie makes its device known.
    Welcome(SessionToken, DeviceCookie),
    /// The passphrase was right and has to be changed now: ask for a new one, and call `change`.
    Change(Box<ChangeDue>),
    /// The same words for an unknown name, a wrong passphrase, and one that is too long.
    No,
    /// Too many attempts, or too much to do: try again in so many seconds.
    Later(u64),
}

impl Door {
    fn open(store: &Store) -> Result<Self, Failure> {
        let rng = SystemRandom::new();
        let policy = PasswordPolicy::nist().context_word("Harbour Line");
        let governor = Governor::start(GovernorConfig::default())?;
        // A service keeps these keys where the store is not, and the same ones from start to start.
        let devices = DeviceKeys::new(DeviceKey::generate(1, &rng)?);
        let sessions = SessionKeys::new(&SessionKey::generate(1, &rng)?);
        Ok(Self {
            credentials: Credentials::new(store, policy.clone(), governor.clone()),
            throttle: Throttle::new(store, Profile::nist_cap_100(), devices),
            sessions: Sessions::new(store, SessionPolicy::nist(), sessions),
            directory: Directory::new(store, &IndexRoot::generate(&rng)?)?,
            store: store.clone(),
            policy,
            governor,
        })
    }

    /// Makes an account with a name and no passphrase yet.
    async fn enrol(&self, name: &str) -> Result<StaffId, Failure> {
        let (directory, name) = (&self.directory, &LoginName::parse(name)?);
        let account = StaffId::generate(&SystemRandom::new()).map_err(CredentialError::from)?;
        self.store.transact(|tx| async move { directory.claim_in(&tx, name, account).await }).await?;
        Ok(account)
    }

    /// What to say while somebody chooses, before anything is set.
    async fn advise(&self, name: &str, typed: &str, words: &Catalogue) -> Result<Advice, Failure> {
        let (passphrase, chooser) = (Passphrase::new(typed)?, Chooser::new().named(name));
        let refusals = self.policy.refusals(&passphrase, &chooser).into_iter();
        let refusals =
            refusals.map(|refusal| format!("{} {}", words.text(&refusal), words.text(&refusal.guidance())));
        let strength = self.governor.measure(&passphrase, &self.policy, &chooser).await?;
        Ok(Advice { refusals: refusals.collect(), strength: say(&strength, words) })
    }

    async fn choose(&self, account: StaffId, name: &str, typed: &str, now: Timestamp) -> Result<(), Failure> {
        let (passphrase, chooser) = (Passphrase::new(typed)?, Chooser::new().named(name));
        self.credentials.choose(account, &passphrase, &chooser, Actor::Staff(account), now).await?;
        // What was guessed at the old passphrase says nothing about the new one.
        self.throttle.rebound(account, Guess::Passphrase).await?;
        Ok(())
    }

    /// In place of the passphrase that was proved just now, here or on a page that asks for both. A second factor
    /// would be added to the `SignIn` first.
    async fn change(
        &self,
        proved: ProvedFactor,
        name: &str,
        typed: &str,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let (passphrase, chooser) = (Passphrase::new(typed)?, Chooser::new().named(name));
        let present = SignIn::from_factors(proved, [], now)?;
        self.credentials.change(&present, &passphrase, &chooser, now).await?;
        self.throttle.rebound(present.account(), Guess::Passphrase).await?;
        Ok(())
    }

    async fn sign_in(
        &self,
        name: &str,
        typed: &str,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        let (Ok(name), Ok(passphrase)) = (LoginName::parse(name), Passphrase::new(typed)) else {
            return Ok(Answer::No);
        };
        // An unknown name has an account too, made up and always the same: nothing below tells them apart.
        let account = self.directory.find(&name).await?;
        let client = self.throttle.client(account, cookie);
        let gate = match self.throttle.knock(account, Guess::Passphrase, &client, now).await {
            Ok(gate) => gate,
            Err(ThrottleError::Wait { retry_after }) => return Ok(Answer::Later(retry_after.as_secs())),
            Err(error) => return Err(error.into()),
        };
        let proved = match self.credentials.verify(gate, account, &passphrase, now).await {
            Ok(proved) => proved,
            Err(CredentialError::ChangeDue(due)) => return Ok(Answer::Change(due)),
            Err(CredentialError::Rejected) => return Ok(Answer::No),
            Err(CredentialError::Busy { retry_after }) => return Ok(Answer::Later(retry_after.as_secs())),
            Err(error) => return Err(error.into()),
        };
        let sign_in = SignIn::from_factors(proved, [], now)?;
        let (gate, cookie) = self.throttle.signed_in(&sign_in, &client, now).await?;
        let (token, _session) = self.sessions.start(gate, sign_in, now).await?;
        Ok(Answer::Welcome(token, cookie))
    }
}

fn say(strength: &Strength, words: &Catalogue) -> String {
    let time = words.text(&strength.time_to_guess(Attack::SlowHash));
    let mut said = vec![words.text(&strength.score()), time];
    said.extend(strength.warning().map(|warning| words.text(&warning)));
    said.extend(strength.suggestions().iter().map(|suggestion| words.text(suggestion)));
    said.join("; ")
}

fn main() -> Result<(), Failure> {
    // A service seals: `vault.seal(&leeward_sqlite::open(path)?)`, as `crisis_line` does.
    let store = Store::memory().assume_sealed();
    pollster::block_on(story(&Door::open(&store)?))
}

#[expect(clippy::print_stdout, reason = "it tells what happens")]
async fn story(door: &Door) -> Result<(), Failure> {
    let (name, german) = ("maria.schmidt", Catalogue::new(Language::from_preferences("de-AT,en;q=0.5")));
    for typed in ["schmidt1984", "HarbourLine-2026", "sieben Laternen am Kai"] {
        let Advice { refusals, strength } = door.advise(name, typed, &german).await?;
        println!("{typed}: {strength}");
        refusals.iter().for_each(|refusal| println!("  {refusal}"));
    }
    let account = door.enrol(name).await?;
    door.choose(account, name, "sieben Laternen am Kai", now()).await?;
    for (name, typed) in [
        (name, "acht Laternen am Kai"),
        ("somebody.else", "sieben Laternen am Kai"),
        (name, "sieben Laternen am Kai"),
    ] {
        println!("{name}: {}", outcome(&door.sign_in(name, typed, None, now()).await?, &german));
    }

    // It was seen in somebody's notes.
    door.credentials.force_change(account, Actor::Staff(account), now()).await?;
    let answer = door.sign_in(name, "sieben Laternen am Kai", None, now()).await?;
    println!("{name}: {}", outcome(&answer, &german));
    if let Answer::Change(due) = answer {
        door.change(due.into_proved(), name, "neun Boote unter dem Mond", now()).await?;
    }
    let answer = door.sign_in(name, "neun Boote unter dem Mond", None, now()).await?;
    println!("{name}: {}", outcome(&answer, &german));
    Ok(())
}

fn outcome(answer: &Answer, words: &Catalogue) -> String {
    match answer {
        Answer::Welcome(token, cookie) => {
            let (token, cookie) = (token.reveal(), cookie.reveal());
            format!("welcome, with a token of {} characters and a cookie of {}", token.len(), cookie.len())
        }
        Answer::Change(due) => words.text(&due.reason()),
        Answer::No => "the name or the passphrase is not right".to_owned(),
        Answer::Later(seconds) => format!("come back in {seconds} s"),
    }
}

#[expect(clippy::disallowed_methods, reason = "an application may read the clock")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Whatever a service answers with its page for errors, and tells its operator.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Credential(#[from] CredentialError),
    #[error(transparent)]
    Account(#[from] AccountError),
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error(transparent)]
    Throttle(#[from] ThrottleError),
    #[error(transparent)]
    Session(#[from] SessionError),
    #[error(transparent)]
    Assurance(#[from] AssuranceError),
}

#[cfg(test)]
mod tests {
    use super::*;
    use leeward_credentials::Refusal;

    const RIGHT: &str = "seven lamps above the quay";
    const NAME: &str = "maria.schmidt";

    fn door() -> Door {
        Door::open(&Store::memory().assume_sealed()).unwrap()
    }

    async fn enrolled(door: &Door, now: Timestamp) {
        let account = door.enrol(NAME).await.unwrap();
        door.choose(account, NAME, RIGHT, now).await.unwrap();
    }

    #[test]
    fn the_whole_story_is_told() {
        pollster::block_on(story(&door())).unwrap();
    }

    #[test]
    fn a_refused_choice_comes_with_what_to_do_and_sets_nothing() {
        pollster::block_on(async {
            let (door, english) = (door(), Catalogue::new(Language::English));
            let advice = door.advise(NAME, "schmidtmaria1984", &english).await.unwrap();
            let says = "The passphrase is made of your own name. Take words that nobody connects with you or with \
                        this service.";
            assert_eq!(advice.refusals, [says]);
            let account = door.enrol(NAME).await.unwrap();
            let refused = door.choose(account, NAME, "schmidtmaria1984", now()).await;
            assert!(matches!(
                refused,
                Err(Failure::Credential(CredentialError::Refused(Refusal::PersonalWord)))
            ));
            assert!(matches!(door.sign_in(NAME, "schmidtmaria1984", None, now()).await.unwrap(), Answer::No));
        });
    }

    #[test]
    fn strangers_who_guess_have_to_wait_and_the_known_device_does_not() {
        pollster::block_on(async {
            let (door, now) = (door(), now());
            enrolled(&door, now).await;
            let Answer::Welcome(_, cookie) = door.sign_in(NAME, RIGHT, None, now).await.unwrap() else {
                panic!()
            };
            let mut guesses = 0;
            while let Answer::No = door.sign_in(NAME, "eight lamps above the quay", None, now).await.unwrap()
            {
                guesses += 1;
            }
            assert!((1..100).contains(&guesses), "{guesses}");
            let stranger = door.sign_in(NAME, RIGHT, None, now).await.unwrap();
            assert!(matches!(stranger, Answer::Later(_)), "{stranger:?}");
            let owner = door.sign_in(NAME, RIGHT, Some(&cookie.reveal()), now).await.unwrap();
            assert!(matches!(owner, Answer::Welcome(..)), "{owner:?}");
        });
    }

    #[test]
    fn an_unknown_name_a_wrong_passphrase_and_one_that_is_too_long_get_one_answer() {
        pollster::block_on(async {
            let (door, long) = (door(), "x".repeat(1 << 20));
            enrolled(&door, now()).await;
            for (name, typed) in [(NAME, "eight lamps"), ("nobody", RIGHT), (NAME, &long), ("nobody", "\0")] {
                let answer = door.sign_in(name, typed, None, now()).await.unwrap();
                assert!(matches!(answer, Answer::No), "{answer:?}");
            }
        });
    }
}
