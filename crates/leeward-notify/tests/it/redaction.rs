use crate::support::{at, mail, notifier, store};
use leeward_notify::{
    Address, CodeMessage, CodePurpose, Email, Kept, Notice, NoticeKind, OneTimeCode, Phone,
};
use std::time::Duration;

#[test]
fn nothing_prints_an_address_or_a_code() {
    let code = OneTimeCode::from_text("90210345").unwrap();
    let message = CodeMessage { purpose: CodePurpose::SignIn, code: &code, valid_for: Duration::ZERO };
    let notice = Notice::new(crate::support::ANNA, NoticeKind::RecoveryStarted, at(0))
        .stop_code(OneTimeCode::from_text("90210345").unwrap());
    let printed = format!(
        "{:?} {:?} {:?} {:?} {:?} {message:?} {notice:?} {:?}",
        Email::parse("anna@example.org").unwrap(),
        Phone::parse("+4915123456789").unwrap(),
        Address::email("anna@example.org").unwrap(),
        Address::phone("+4915123456789").unwrap(),
        mail("anna@example.org"),
        notifier(&store(), &Kept::new()),
    );
    for secret in ["anna", "example.org", "15123", "90210345"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
