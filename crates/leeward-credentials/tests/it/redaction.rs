//! No secret is printed.

use crate::support::{RIGHT, credentials, passphrase, quick, store};
use leeward_credentials::Salt;

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
}
