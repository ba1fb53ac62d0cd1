use super::Wording;
use crate::{CodePurpose, NoticeKind};

impl Wording {
    /// English.
    #[must_use]
    pub fn english() -> Self {
        Self {
            subject: "A message for you".to_owned(),
            opening: "Hello,\nthis is an automatic message, and there is no hurry with it.\nYou can read it when you have a quiet moment to yourself.\nIf it was not meant for you, please delete it.\nNobody reads what is sent in answer to it.".to_owned(),
            some_notice: "Something about how you sign in to your account was changed.".to_owned(),
            after_notice: "If that was you, there is nothing to do. If it was not, sign in and look through your account, or speak to the person who looks after it.".to_owned(),
            before_stop_code: "If it was not you, stop it: sign in, or enter these characters where you would ask for lost access.".to_owned(),
            some_purpose: "Here is the code that you asked for.".to_owned(),
            minutes: "It can be used for {n} minutes.".to_owned(),
            hours: "It can be used for {n} hours.".to_owned(),
            after_code: "Nobody will ever ask you for it. If you did not ask for it, there is nothing to do: without it, nothing happens.".to_owned(),
            notices: NOTICES.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect(),
            purposes: PURPOSES.iter().map(|(purpose, text)| (*purpose, (*text).to_owned())).collect(),
        }
    }
}

const NOTICES: &[(NoticeKind, &str)] = &[
    (NoticeKind::PassphraseSet, "The passphrase of your account was changed."),
    (
        NoticeKind::PassphraseChangeForced,
        "The passphrase of your account has to be changed at the next sign-in.",
    ),
    (NoticeKind::FactorAdded, "A way to sign in was added to your account."),
    (NoticeKind::FactorRemoved, "A way to sign in was removed from your account."),
    (NoticeKind::FactorSuspended, "A way to sign in to your account was paused."),
    (
        NoticeKind::FactorDisabled,
        "A way to sign in to your account was switched off after too many wrong attempts.",
    ),
    (NoticeKind::FactorReinstated, "A way to sign in to your account that was paused works again."),
    (
        NoticeKind::RecoveryCodesIssued,
        "New recovery codes were made for your account. The old ones no longer work.",
    ),
    (NoticeKind::RecoveryCodeUsed, "A recovery code of your account was used."),
    (
        NoticeKind::RecoveryCodesFew,
        "Few recovery codes of your account are left. Make new ones when you next sign in.",
    ),
    (
        NoticeKind::RecoveryCodesUsedUp,
        "The last recovery code of your account was used. Make new ones when you next sign in.",
    ),
    (
        NoticeKind::RecoveryStarted,
        "Somebody asked for a way back into your account without the usual sign-in. It opens after a waiting time, during which you can stop it.",
    ),
    (
        NoticeKind::RecoveryCompleted,
        "Somebody got back into your account without the usual sign-in. Every device was signed out.",
    ),
    (NoticeKind::RecoveryCancelled, "The way back into your account was stopped."),
    (NoticeKind::AddressAdded, "An address was added to your account."),
    (NoticeKind::AddressChanged, "An address of your account is written to at other hours."),
    (NoticeKind::AddressRemoved, "An address of your account was removed or is no longer used."),
    (
        NoticeKind::RegistrationAttempted,
        "Somebody tried to make a new account with this address. You have one already, and nothing was changed.",
    ),
    (NoticeKind::DeviceTrusted, "A device was remembered for your account."),
    (
        NoticeKind::SessionRefreshReused,
        "A sign-in of your account was used from two places at once, and was ended.",
    ),
    (NoticeKind::PhoneCodeUsed, "A code that was sent by telephone was used for your account."),
];

const PURPOSES: &[(CodePurpose, &str)] = &[
    (CodePurpose::ConfirmAddress, "Here is the code with which you confirm this address."),
    (CodePurpose::SignIn, "Here is the code with which you finish your sign-in."),
    (CodePurpose::Recover, "Here is the code with which you get back into your account."),
];
