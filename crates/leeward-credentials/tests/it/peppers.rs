//! Keys without which a stolen database is worth nothing.

use crate::support::{Attempt, RIGHT, WRONG, account, at, credentials, owner, passphrase, record, store};
use leeward_credentials::{
    CredentialError, Governor, GovernorConfig, HashParams, HashedPassphrase, Pepper, PepperId, Peppers, Salt,
};

fn id(number: u32) -> PepperId {
    PepperId::new(number.try_into().unwrap())
}

fn pepper(number: u32, byte: u8) -> Pepper {
    Pepper::new(id(number), Box::new([byte; 32]))
}

fn with(peppers: Peppers) -> Governor {
    let config = GovernorConfig::default().params(HashParams::INSECURE_FOR_TESTS);
    Governor::start(config.peppers(peppers)).unwrap()
}

fn salt() -> Salt {
    Salt::generate(&ring::rand::SystemRandom::new()).unwrap()
}

#[test]
fn a_stolen_hash_cannot_be_guessed_at_without_its_pepper() {
    pollster::block_on(async {
        let hashed = with(Peppers::current(pepper(1, 7))).hash(&passphrase(RIGHT), salt()).await.unwrap();
        assert_eq!(hashed.pepper(), Some(id(1)));

        let thief = with(Peppers::none());
        let missing = thief.check(&passphrase(RIGHT), &hashed).await;
        assert!(matches!(missing, Err(CredentialError::MissingPepper)));
        assert_eq!(thief.stats().computed, 0, "nothing is computed");
        let guessed = with(Peppers::current(pepper(1, 8)));
        assert!(!guessed.check(&passphrase(RIGHT), &hashed).await.unwrap());

        // Nor by leaving the pepper's id out of the stored form.
        let mut bytes = hashed.to_bytes().to_vec();
        bytes[14..18].fill(0);
        let stripped = HashedPassphrase::from_bytes(&bytes).unwrap();
        assert!(!thief.check(&passphrase(RIGHT), &stripped).await.unwrap());
    });
}

#[test]
fn a_pepper_is_changed_as_people_sign_in() {
    pollster::block_on(async {
        let store = store();
        let which = async || record(&store, account(1)).await.unwrap()[39..43].to_vec();
        let none = credentials(&store, &with(Peppers::none()));
        none.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
        assert_eq!(which().await, [0; 4]);

        let first = credentials(&store, &with(Peppers::current(pepper(1, 7))));
        first.attempt(account(1), &passphrase(WRONG), at(1)).await.unwrap_err();
        assert_eq!(which().await, [0; 4], "a wrong passphrase renews nothing");
        let _proved = first.attempt(account(1), &passphrase(RIGHT), at(1)).await.unwrap();
        assert_eq!(which().await, [0, 0, 0, 1]);

        let peppers = Peppers::current(pepper(2, 9)).with_retired(pepper(1, 7)).unwrap();
        let second = credentials(&store, &with(peppers));
        let _proved = second.attempt(account(1), &passphrase(RIGHT), at(2)).await.unwrap();
        assert_eq!(which().await, [0, 0, 0, 2]);

        let alone = credentials(&store, &with(Peppers::current(pepper(2, 9))));
        assert!(alone.attempt(account(1), &passphrase(RIGHT), at(3)).await.is_ok(), "the old one can go");
        let lost = first.attempt(account(1), &passphrase(RIGHT), at(4)).await;
        assert!(matches!(lost, Err(CredentialError::MissingPepper)));
    });
}

#[test]
fn two_peppers_of_one_id_are_refused() {
    let twice = Peppers::current(pepper(1, 7)).with_retired(pepper(1, 8));
    assert!(matches!(twice, Err(CredentialError::Governor { .. })));
}

#[test]
fn no_pepper_is_printed() {
    let peppers = Peppers::current(pepper(1, 7)).with_devise_pepper("a pepper of the old service");
    assert_eq!(format!("{:?}", pepper(1, 7)), "Pepper { id: 1, .. }");
    assert_eq!(format!("{peppers:?}"), "Peppers { ids: [1], .. }");
    let printed = format!("{:?}", with(peppers));
    assert!(!printed.contains("7, 7") && !printed.contains("old service"), "{printed}");
    let made = Pepper::generate(id(3), &ring::rand::SystemRandom::new()).unwrap();
    assert_ne!(made.expose(), &[0; 32]);
}

#[test]
fn a_phc_string_says_everything_but_the_secret() {
    pollster::block_on(async {
        for (peppers, keyid) in [(Peppers::none(), ""), (Peppers::current(pepper(1, 7)), ",keyid=AAAAAQ")] {
            let governor = with(peppers);
            let hashed = governor.hash(&passphrase(RIGHT), salt()).await.unwrap();
            let text = hashed.to_phc().unwrap();
            assert!(text.starts_with(&format!("$argon2id$v=19$m=64,t=1,p=1{keyid}$")), "{}", *text);
            let read = HashedPassphrase::from_phc(&text).unwrap();
            assert_eq!(read.to_bytes(), hashed.to_bytes());
            assert!(governor.check(&passphrase(RIGHT), &read).await.unwrap());
        }
    });
}

#[test]
fn hostile_phc_strings_are_refused() {
    let (salt, tag) = ("AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert!(HashedPassphrase::from_phc(&format!("$argon2id$v=19$m=64,t=1,p=1${salt}${tag}")).is_ok());
    for params in
        ["m=4194304,t=1,p=1", "m=64,t=4294967295,p=1", "m=64,t=1,p=16777215", "m=4294967296,t=1,p=1"]
    {
        let refused = HashedPassphrase::from_phc(&format!("$argon2id$v=19${params}${salt}${tag}"));
        assert!(matches!(refused, Err(CredentialError::CostlyParams)), "{params}");
    }
    let others = [
        format!("$argon2i$v=19$m=64,t=1,p=1${salt}${tag}"),
        format!("$argon2id$v=16$m=64,t=1,p=1${salt}${tag}"),
        format!("$argon2id$m=64,t=1,p=1${salt}${tag}"),
        format!("$argon2id$v=19$m=064,t=1,p=1${salt}${tag}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,keyid=AAAAAA${salt}${tag}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,keyid=AQ${salt}${tag}"),
        format!("$argon2id$v=19$m=64,t=1,p=1,data=AAAAAQ${salt}${tag}"),
        format!("$argon2id$v=19$m=64,t=1,p=1${salt}=${tag}"),
        format!("$argon2id$v=19$m=64,t=1,p=1${salt}${tag}$"),
        format!("$argon2id$v=19$m=64,t=1,p=1$AAAA${tag}"),
        format!("x$argon2id$v=19$m=64,t=1,p=1${salt}${tag}"),
        "$argon2id$".repeat(100),
    ];
    for text in &others {
        let refused = HashedPassphrase::from_phc(text);
        assert!(matches!(refused, Err(CredentialError::Import { .. })), "{text}");
    }
}
