//! No secret is printed.

use crate::{
    support::{START, account, at, enrol, finish, mfa, pending, permit, store},
    vectors::rfc_secret,
};
use leeward_event::AuthenticatorId;
use leeward_mfa::TotpFactor;

#[test]
fn debug_shows_no_secret() {
    pollster::block_on(async {
        let secret = rfc_secret();
        assert_eq!(format!("{secret:?}"), "TotpSecret([redacted])");
        let factor = TotpFactor::new(AuthenticatorId::from_bytes([1; 16]), secret);
        let id = "AuthenticatorId(01010101010101010101010101010101)";
        assert_eq!(format!("{factor:?}"), format!("TotpFactor {{ authenticator: {id}, .. }}"));

        let mfa = mfa(&store());
        assert_eq!(
            format!("{mfa:?}"),
            r#"Mfa { issuer: Label("Harbour Line"), skew: OneStep, profile: StaffCodes, .. }"#
        );
        let enrolment = mfa.enrol_totp(&permit(account(1), START), "night desk", at(START)).await.unwrap();
        let shown = format!("{enrolment:?}");
        assert!(shown.starts_with("TotpEnrolment { account: StaffId("), "{shown}");
        assert!(shown.ends_with("tries: Tries { began: 2023-11-14T22:13:30Z, left: 5 }, .. }"), "{shown}");

        enrol(&mfa, account(1), START).await;
        let waiting = pending(&mfa, account(1), START).await;
        let refused = finish(waiting, "314159", START).await.unwrap_err();
        let shown = format!("{refused:?} {refused}");
        assert!(!shown.contains("314159"), "{shown}");
        assert!(shown.contains("PendingMfa { account: StaffId("), "{shown}");
    });
}
