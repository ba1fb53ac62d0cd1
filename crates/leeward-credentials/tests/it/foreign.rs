//! Hashes that other services made.

use crate::support::{
    Attempt, WRONG, account, at, credentials, events, governor, owner, passphrase, quick, record, store,
};
use leeward_credentials::{
    CredentialError, ForeignHash, Governor, GovernorConfig, HashParams, Peppers, Salt,
};

const FIRST: &str = "seven lamps above the quay";
/// The accent stands alone: nobody normalised it.
const SECOND: &str = "cafe\u{301} am Ufer, 東京, 🌊";

/// Made by Django 5.2.19, with argon2-cffi 25.1.0 and bcrypt 5.0.0, at low costs:
/// `from django.contrib.auth import hashers as h`, and then
/// `h.PBKDF2PasswordHasher().encode(p, "saltysalt", iterations=1000)`, likewise `PBKDF2SHA1PasswordHasher`;
/// `a = h.Argon2PasswordHasher(); a.time_cost=1; a.memory_cost=256; a.parallelism=2; a.encode(p, "saltysaltysalt")`;
/// `h.ScryptPasswordHasher().encode(p, "saltysalt", n=1024, r=8, p=2)`;
/// `b = h.BCryptSHA256PasswordHasher(); b.rounds = 4; b.encode(p, b.salt())`, likewise `BCryptPasswordHasher`.
const DJANGO: [(&str, &str); 13] = [
    (FIRST, "pbkdf2_sha256$1000$saltysalt$u3WLAbux1whke6wHlcQ/yhwltlSPyLJJfkVbhZ0iEBo="),
    (FIRST, "pbkdf2_sha1$1000$saltysalt$BKuDuLRo0clYtoYZX0h32q8qEpQ="),
    (
        FIRST,
        "argon2$argon2id$v=19$m=256,t=1,p=2$c2FsdHlzYWx0eXNhbHQ$EvncBbxUHiGfMvb9Y/Kk1hVEkIm4pBSFoDFPPsf2ueg",
    ),
    (
        FIRST,
        "scrypt$1024$saltysalt$8$2$eP0wqWHa6ELwfeROpYdm7Ukc6fYu5Fn8fQEUVU/rTsKHtKkfRvUFb10vQ50VvK2VC/vzI+XoXu2r9rpGT0WaKA==",
    ),
    (FIRST, "bcrypt_sha256$$2b$04$wNlDCf7JQ42cXlnruQ6czumyHujcmLkDIvWO/wtenpIKB3oTeaPrW"),
    (FIRST, "bcrypt$$2b$04$F6gjjTttYQ9B0dI5J0iZrOknmRSexdgjBXnXK67dzMLL4tsJrtV86"),
    (SECOND, "pbkdf2_sha256$1000$saltysalt$ZKoauKqMwFPchB6t/GWRoC/8IucwNajqmKAxYBsvKw4="),
    (SECOND, "pbkdf2_sha1$1000$saltysalt$Xo66xlVyZGIMfoZ81T85Qb7VzeY="),
    (
        SECOND,
        "argon2$argon2id$v=19$m=256,t=1,p=2$c2FsdHlzYWx0eXNhbHQ$p9FLWm3zMUD2h01qTMJ+QEqRp0Bxr/bU2bZ2U3OwR0s",
    ),
    (
        SECOND,
        "scrypt$1024$saltysalt$8$2$UD0cyqJjPffr/VHuXlatMxo9zlxYw+KDu5Hkbx5mBQMicuJgDnDObMehLN9qjnCWxM9p8RsiBXzPVNTgk0W2Tg==",
    ),
    (SECOND, "bcrypt_sha256$$2b$04$f6ECgkl9nWL16taeCKjoheE4RCLHYvEl.JeNYYZX3FSKskKMHEiX."),
    (SECOND, "bcrypt$$2b$04$2Unozbsi.CcGB0MQ.zVgKufOzKpnzeIxFqXhmQ6flwNI5kzsyI6vm"),
    (
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "bcrypt_sha256$$2b$04$71aAXnY0XdkpXvlyaDwI9u86y73c3qlDCRjG702RbMsHBSZHFTrLG",
    ),
];

/// Made by `make_password(FIRST, hasher=..)` of Django 5.2.19 as it comes.
const DJANGO_AT_ITS_COST: [&str; 6] = [
    "pbkdf2_sha256$1000000$pYNaAJgV6ruCrtVr0IY5PB$0BNn51Z6gnZ7lxr0BfnvY8pGa9zIA8eb+ULcwWqgOIU=",
    "pbkdf2_sha1$1000000$75FThzo36UKIfQG67wfIwq$e+yctmOJ/PaRTvq3eHJPyW3xepQ=",
    "argon2$argon2id$v=19$m=102400,t=2,p=8$cGY5eEtpTDY0ZXlDSWFmZDNTYlpvbg$+MeZ36gUewTh6s3G2X89rxyx3TjcB55tIJeKvImKW8M",
    "bcrypt_sha256$$2b$12$GtpT9yhqZvtfPBQRPH0p5et81S7FSYuRD1ygHoPLyQJoXqPi9KT46",
    "bcrypt$$2b$12$qD.V1SjeiXBq83KGhnvh5OdbMQXZyKFRdiXoOixzfXgZdZnpETX8.",
    "scrypt$16384$CBQ93XpziujBYF2YAsniUZ$8$5$1cbpUzp77mhoJSeyAyaLsWqTpRFEThhJcRG6HgxGxpWCUf3FfSwU9aCOir/fXV11zMuhfKBY0o5vyn6NE8lvAA==",
];

const DEVISE_PEPPER: &str = "a pepper of the old service";

/// Made by Devise 4.8.1 over bcrypt 3.1.18, in pairs without and with `DEVISE_PEPPER`:
/// `Devise::Encryptor.digest(Struct.new(:pepper, :stretches).new(pepper, 4), p)`.
const DEVISE: [(&str, [&str; 2]); 3] = [
    (
        FIRST,
        [
            "$2a$04$XnDoCtArSBfcMNE0FybfFuxhnyATvTY9fOeh2VEH/cRmZ1JV8YT5K",
            "$2a$04$iYlIW3V/4JKUDh0OrDKs0e6p5yug9WdWIB2cFPLAjsz9Qs5bKDr1y",
        ],
    ),
    (
        "café am Ufer, 東京, 🌊",
        [
            "$2a$04$cGCvhUhJfECBNyNBQF2rP.FsgsdcuHX.hn.1bxlrFR1psiWSLQF.e",
            "$2a$04$rBr3ZRSLhAhgvVD3BzRzdu3E1IdOkmdlA4GPt3Mk/V.SWMt28SQOq",
        ],
    ),
    (
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        [
            "$2a$04$RSu.xbGtRVVaYFuYrSdMTOrYjD6gUE4dlZ95BY1eUJjjQFM9CbYkG",
            "$2a$04$vP6QcYIdi..4ZqyGKvVOi.j35TlF4YcSyXJEZdCptc8EWicPRrdXG",
        ],
    ),
];

/// Cheap hashes, with room for what the fixtures cost.
fn roomy(peppers: Peppers) -> Governor {
    let ceiling = HashParams::new(19_456, 2, 2).unwrap();
    let config = GovernorConfig::default().params(HashParams::INSECURE_FOR_TESTS).ceiling(ceiling);
    Governor::start(config.peppers(peppers)).unwrap()
}

fn salt() -> Salt {
    Salt::generate(&ring::rand::SystemRandom::new()).unwrap()
}

fn accepts(governor: &Governor, foreign: &ForeignHash, typed: &str) -> bool {
    pollster::block_on(async {
        let imported = governor.import(foreign, salt()).await.unwrap();
        assert!(imported.is_imported() && governor.is_outdated(&imported));
        assert!(imported.to_phc().is_none());
        governor.check(&passphrase(typed), &imported).await.unwrap()
    })
}

#[test]
fn what_django_made_is_accepted_and_nothing_else() {
    let governor = roomy(Peppers::none());
    for (typed, text) in DJANGO {
        let foreign = ForeignHash::parse(text).unwrap();
        assert!(accepts(&governor, &foreign, typed), "{text}");
        for other in [&typed[1..], &format!("{typed} "), WRONG] {
            assert!(!accepts(&governor, &foreign, other), "{text}");
        }
    }
}

#[test]
fn what_devise_made_is_accepted_with_its_pepper_and_without() {
    let governor = roomy(Peppers::none().with_devise_pepper(DEVISE_PEPPER));
    for (typed, [plain, peppered]) in DEVISE {
        let (plain, peppered) =
            (ForeignHash::parse(plain).unwrap(), ForeignHash::parse_devise_with_pepper(peppered).unwrap());
        assert!(accepts(&governor, &plain, typed), "{typed}");
        assert!(accepts(&governor, &peppered, typed), "{typed}");
        assert!(!accepts(&governor, &plain, WRONG));
        assert!(!accepts(&governor, &peppered, WRONG));
    }
    let without = quick();
    let peppered = ForeignHash::parse_devise_with_pepper(DEVISE[0].1[1]).unwrap();
    pollster::block_on(async {
        let imported = without.import(&peppered, salt()).await.unwrap();
        let refused = without.check(&passphrase(FIRST), &imported).await;
        assert!(matches!(refused, Err(CredentialError::MissingPepper)));
    });
}

#[test]
fn django_hashes_at_the_cost_they_come_with_are_within_the_maxima() {
    let costs: Vec<_> =
        DJANGO_AT_ITS_COST.iter().map(|text| ForeignHash::parse(text).unwrap().memory_kib()).collect();
    assert_eq!(costs, [0, 0, 102_400, 0, 0, 16_390]);
    let governor = roomy(Peppers::none());
    let quick_ones = [DJANGO_AT_ITS_COST[0], DJANGO_AT_ITS_COST[5]];
    for text in quick_ones {
        assert!(accepts(&governor, &ForeignHash::parse(text).unwrap(), FIRST), "{text}");
    }
    let refused =
        pollster::block_on(governor.import(&ForeignHash::parse(DJANGO_AT_ITS_COST[2]).unwrap(), salt()));
    assert!(matches!(refused, Err(CredentialError::CostlyParams)), "100 MiB are over this ceiling");
    assert!(governor.stats().peak_memory_kib <= governor.memory_budget_kib());
}

#[test]
fn an_imported_passphrase_is_hashed_anew_at_the_first_sign_in() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &roomy(Peppers::none()));
        for (number, (typed, text)) in (1..).zip(DJANGO) {
            let foreign = ForeignHash::parse(text).unwrap();
            let imported = credentials.import(account(number), &foreign, owner(9), at(0)).await.unwrap();
            let before = record(&store, account(number)).await.unwrap();
            assert!(before.len() > 91);
            let wrong = credentials.attempt(account(number), &passphrase(WRONG), at(1)).await;
            assert!(matches!(wrong, Err(CredentialError::Rejected)));
            assert_eq!(record(&store, account(number)).await.unwrap(), before);

            let proved = credentials.attempt(account(number), &passphrase(typed), at(2)).await.unwrap();
            assert_eq!(proved.authenticator(), imported, "it is the same passphrase");
            assert_eq!(
                record(&store, account(number)).await.unwrap().len(),
                91,
                "nothing of the old is left"
            );
            assert!(credentials.attempt(account(number), &passphrase(typed), at(3)).await.is_ok());
        }
    });
}

#[test]
fn the_hash_that_was_imported_is_not_in_the_store() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &roomy(Peppers::none()));
        let (_, text) = DJANGO[0];
        credentials.import(account(1), &ForeignHash::parse(text).unwrap(), owner(9), at(0)).await.unwrap();
        let tag = [0xbb_u8, 0x75, 0x8b, 0x01]; // `u3WLAQ` of its base64
        assert!(!record(&store, account(1)).await.unwrap().windows(4).any(|window| window == tag));
    });
}

#[test]
fn an_import_never_replaces_a_passphrase() {
    pollster::block_on(async {
        let store = store();
        let credentials = credentials(&store, &roomy(Peppers::none()));
        let foreign = ForeignHash::parse(DJANGO[0].1).unwrap();
        credentials.set(account(1), &passphrase(WRONG), owner(1), at(0)).await.unwrap();
        let before = (record(&store, account(1)).await, events(&store).await.len());
        let refused = credentials.import(account(1), &foreign, owner(9), at(1)).await;
        assert!(matches!(refused, Err(CredentialError::Enrolled)));
        assert_eq!((record(&store, account(1)).await, events(&store).await.len()), before);
    });
}

#[test]
fn what_costs_too_much_is_refused_before_anything_is_taken() {
    let tag = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let blow = "......................dWYULlqsJpiZYWw4HYhwHeMRsQ8bdWW";
    let texts = [
        format!("$argon2id$v=19$m=4194304,t=1,p=1$c2FsdHlzYWx0${tag}"),
        format!("$argon2id$v=19$m=19456,t=4294967295,p=1$c2FsdHlzYWx0${tag}"),
        format!("argon2$argon2i$v=19$m=19456,t=99999999999999999999,p=1$c2FsdHlzYWx0${tag}"),
        format!("$2a$31${blow}"),
        format!("$2b$16${blow}"),
        format!("pbkdf2_sha256$2147483648$saltysalt${tag}="),
        format!("pbkdf2_sha1$4000001$saltysalt${tag}="),
        format!("scrypt$1048576$saltysalt$8$1${tag}="),
        format!("scrypt$2147483648$saltysalt$8$1${tag}="),
        format!("scrypt$2$saltysalt$1048576$1${tag}="),
    ];
    for text in &texts {
        let refused = ForeignHash::parse(text);
        assert!(matches!(refused, Err(CredentialError::CostlyParams)), "{text}");
    }
}

#[test]
fn what_is_no_hash_is_refused() {
    let long = format!("pbkdf2_sha256$1000$saltysalt${}", "A".repeat(600));
    let texts = [
        "",
        "$",
        "$$",
        "$2a$",
        "md5$salt$0123",
        "$1$abc$def",
        "plain",
        &long,
        "$2a$04$short",
        "$2x$04$XnDoCtArSBfcMNE0FybfFuxhnyATvTY9fOeh2VEH/cRmZ1JV8YT5K",
        "$2a$4$$XnDoCtArSBfcMNE0FybfFuxhnyATvTY9fOeh2VEH/cRmZ1JV8YT5K",
        "$2a$03$XnDoCtArSBfcMNE0FybfFuxhnyATvTY9fOeh2VEH/cRmZ1JV8YT5K",
        "$2a$04$XnDoCtArSBfcMNE0FybfFuxhnyATvTY9fOeh2VEH/cRmZ1JV8YT5é",
        "$2a$04$éXnDoCtArSBfcMNE0FybfFuxhnyATvTY9fOeh2VEH/cRmZ1JV8YTK",
        "pbkdf2_sha256$0$saltysalt$u3WLAbux1whke6wHlcQ/yhwltlSPyLJJfkVbhZ0iEBo=",
        "pbkdf2_sha256$+10$saltysalt$u3WLAbux1whke6wHlcQ/yhwltlSPyLJJfkVbhZ0iEBo=",
        "pbkdf2_sha256$1000$$u3WLAbux1whke6wHlcQ/yhwltlSPyLJJfkVbhZ0iEBo=",
        "pbkdf2_sha256$1000$saltysalt$AAAA",
        "pbkdf2_sha256$1000$saltysalt",
        "scrypt$1000$saltysalt$8$2$eP0wqWHa6ELwfeROpYdm7Ukc6fYu5Fn8fQEUVU/rTsKHtKkfRvUFb10vQ50VvK2VC/vzI+XoXu2r9rpGT0WaKA==",
        "scrypt$1024$saltysalt$0$2$eP0wqWHa6ELwfeROpYdm7Ukc6fYu5Fn8fQEUVU/rTsKHtKkfRvUFb10vQ50VvK2VC/vzI+XoXu2r9rpGT0WaKA==",
        "scrypt$0$saltysalt$8$2$eP0wqWHa6ELwfeROpYdm7Ukc6fYu5Fn8fQEUVU/rTsKHtKkfRvUFb10vQ50VvK2VC/vzI+XoXu2r9rpGT0WaKA==",
        "$argon2id$v=19$m=256,t=1,p=2,keyid=AAAAAQ$c2FsdHlzYWx0eXNhbHQ$EvncBbxUHiGfMvb9Y/Kk1hVEkIm4pBSFoDFPPsf2ueg",
        "$argon2id$v=20$m=256,t=1,p=2$c2FsdHlzYWx0eXNhbHQ$EvncBbxUHiGfMvb9Y/Kk1hVEkIm4pBSFoDFPPsf2ueg",
        "$argon2id$v=19$t=1,m=256,p=2$c2FsdHlzYWx0eXNhbHQ$EvncBbxUHiGfMvb9Y/Kk1hVEkIm4pBSFoDFPPsf2ueg",
        "$argon2id$v=19$m=256,t=1,p=2$c2FsdA$EvncBbxUHiGfMvb9Y/Kk1hVEkIm4pBSFoDFPPsf2ueg",
        "$argon2id$v=19$m=256,t=1,p=2$c2FsdHlzYWx0eXNhbHQ$EvncBbxUHiGfMvb9Y/Kk1hVEkIm4pBSFoDFPPsf2ueh",
    ];
    for text in texts {
        let refused = ForeignHash::parse(text);
        assert!(matches!(refused, Err(CredentialError::Import { .. })), "{text}: {refused:?}");
    }
}

#[test]
fn while_hashes_are_migrated_every_check_does_the_work_of_one() {
    let sample = ForeignHash::parse(DJANGO[2].1).unwrap();
    let ceiling = HashParams::new(19_456, 2, 2).unwrap();
    let config = GovernorConfig::default().params(HashParams::INSECURE_FOR_TESTS).ceiling(ceiling);
    let padded = Governor::start(config.clone().migrating(&sample)).unwrap();
    let plain = Governor::start(config).unwrap();
    pollster::block_on(async {
        let imported = padded.import(&sample, salt()).await.unwrap();
        let new = padded.hash(&passphrase(FIRST), salt()).await.unwrap();
        assert_eq!(filled(&plain, plain.check_nothing(&passphrase(WRONG))).await, 64);
        assert_eq!(filled(&padded, padded.check_nothing(&passphrase(WRONG))).await, 64 + 256);
        for (hashed, typed) in [(&imported, FIRST), (&imported, WRONG), (&new, FIRST), (&new, WRONG)] {
            assert_eq!(filled(&padded, padded.check(&passphrase(typed), hashed)).await, 64 + 256);
        }
    });

    let costly = ForeignHash::parse(DJANGO_AT_ITS_COST[2]).unwrap();
    let refused = Governor::start(GovernorConfig::default().migrating(&costly));
    assert!(matches!(refused, Err(CredentialError::CostlyParams)));
}

/// The work of one check, in KiB that Argon2 fills.
async fn filled<T>(governor: &Governor, check: impl Future<Output = Result<T, CredentialError>>) -> u64 {
    let before = governor.stats().filled_kib;
    check.await.unwrap();
    governor.stats().filled_kib - before
}

#[test]
fn an_older_cheaper_hash_is_no_quicker_to_refuse() {
    let now = governor(1, 8, HashParams::OWASP);
    pollster::block_on(async {
        let old = quick().hash(&passphrase(FIRST), salt()).await.unwrap();
        let nothing = filled(&now, now.check_nothing(&passphrase(WRONG))).await;
        assert_eq!(nothing, 2 * 19_456);
        for typed in [FIRST, WRONG] {
            assert_eq!(filled(&now, now.check(&passphrase(typed), &old)).await, nothing, "{typed}");
        }
    });
}

#[test]
fn migrating_what_has_devises_pepper_needs_that_pepper() {
    let text = "$2a$04$......................dWYULlqsJpiZYWw4HYhwHeMRsQ8bdWW";
    let sample = ForeignHash::parse_devise_with_pepper(text).unwrap();
    let config = GovernorConfig::default().params(HashParams::INSECURE_FOR_TESTS).migrating(&sample);
    let refused = Governor::start(config.clone());
    assert!(matches!(refused, Err(CredentialError::MissingPepper)), "{refused:?}");
    let peppers = Peppers::none().with_devise_pepper("of the old service".to_owned());
    let governor = Governor::start(config.peppers(peppers)).unwrap();
    pollster::block_on(governor.check_nothing(&passphrase(FIRST))).unwrap();
}
