//! Whatever is typed, and whatever is stored.

use crate::support::{
    Attempt, RIGHT, account, at, credentials, governor, owner, passphrase, put_record, quick, record, store,
};
use leeward_credentials::{CredentialError, ForeignHash, HashParams, HashedPassphrase, Passphrase, Salt};
use proptest::prelude::*;

fn salt() -> Salt {
    Salt::generate(&ring::rand::SystemRandom::new()).unwrap()
}

#[test]
fn a_mebibyte_is_refused_before_any_work() {
    let refused = Passphrase::new("x".repeat(1 << 20));
    assert!(matches!(refused, Err(CredentialError::TooLong)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_a_passphrase_that_nothing_else_matches(typed in any::<String>(), more in any::<char>()) {
        let typed = Passphrase::new(typed.chars().take(200).collect::<String>()).unwrap();
        let longer = Passphrase::new(format!("{}{more}", typed.expose())).unwrap();
        let governor = quick();
        pollster::block_on(async {
            let hashed = governor.hash(&typed, salt()).await.unwrap();
            assert!(governor.check(&typed, &hashed).await.unwrap());
            assert!(!governor.check(&longer, &hashed).await.unwrap());
            let read = HashedPassphrase::from_bytes(&hashed.to_bytes()).unwrap();
            assert!(governor.check(&typed, &read).await.unwrap());
            let phc = HashedPassphrase::from_phc(&hashed.to_phc().unwrap()).unwrap();
            assert!(governor.check(&typed, &phc).await.unwrap());
        });
    }

    #[test]
    fn a_record_with_another_byte_in_its_hash_accepts_nothing(at_byte in 25_usize..91, change in 1_u8..) {
        pollster::block_on(async {
            let store = store();
            let credentials = credentials(&store, &governor(1, 4, HashParams::INSECURE_FOR_TESTS));
            credentials.set(account(1), &passphrase(RIGHT), owner(1), at(0)).await.unwrap();
            let mut bytes = record(&store, account(1)).await.unwrap();
            bytes[at_byte] ^= change;
            put_record(&store, account(1), bytes).await;
            assert!(credentials.attempt(account(1), &passphrase(RIGHT), at(0)).await.is_err());
        });
    }

    #[test]
    fn no_text_that_is_to_be_imported_panics(text in "[$a-z0-9_=,./]{0,80}", bytes in any::<Vec<u8>>()) {
        let shapes = ["", "$argon2id$v=19$", "$2a$10$", "pbkdf2_sha256$", "scrypt$", "bcrypt_sha256$$2b$04$"];
        for shape in shapes {
            let text = format!("{shape}{text}");
            let _ = (ForeignHash::parse(&text), HashedPassphrase::from_phc(&text));
        }
        let _ = HashedPassphrase::from_bytes(&bytes);
    }
}
