//! No secret is printed.

use crate::support::{RIGHT, credentials, passphrase, quick, store};
use leeward_credentials::{ForeignHash, GovernorConfig, Salt};

#[test]
fn debug_shows_no_secret() {
    let governor = quick();
    let salt = Salt::generate(&ring::rand::SystemRandom::new()).unwrap();
    let hashed = pollster::block_on(governor.hash(&passphrase(RIGHT), salt)).unwrap();
    let params = "HashParams { memory_kib: 64, passes: 1, lanes: 1 }";
    assert_eq!(format!("{:?}", passphrase(RIGHT)), "Passphrase([redacted])");
    assert_eq!(format!("{hashed:?}"), format!("HashedPassphrase {{ params: {params}, .. }}"));
    let credentials = format!("{:?}", credentials(&store(), &governor));
    assert!(
        credentials.starts_with("Credentials { policy: PasswordPolicy { min_alone: 15, "),
        "{credentials}"
    );
    assert!(credentials.ends_with(" }, .. }"), "{credentials}");
    let foreign = "pbkdf2_sha256$1000$saltysalt$u3WLAbux1whke6wHlcQ/yhwltlSPyLJJfkVbhZ0iEBo=";
    let foreign = ForeignHash::parse(foreign).unwrap();
    assert_eq!(format!("{foreign:?}"), "ForeignHash { scheme: PBKDF2, .. }");
    let config = format!("{:?}", GovernorConfig::default().migrating(&foreign));
    assert!(config.contains("migrating: Some(PBKDF2)") && !config.contains("saltysalt"), "{config}");
}
