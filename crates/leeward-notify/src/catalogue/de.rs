use super::Wording;
use crate::{CodePurpose, NoticeKind};

impl Wording {
    /// German.
    #[must_use]
    pub fn german() -> Self {
        Self {
            subject: "Eine Nachricht für dich".to_owned(),
            opening: "Hallo,\ndies ist eine automatische Nachricht, und sie eilt nicht.\nDu kannst sie lesen, wenn du einen ruhigen Augenblick für dich hast.\nFalls sie nicht für dich bestimmt ist, lösche sie bitte.\nAntworten auf diese Nachricht liest niemand.".to_owned(),
            some_notice: "An der Anmeldung zu deinem Konto wurde etwas geändert.".to_owned(),
            after_notice: "Wenn du das warst, ist nichts zu tun. Wenn nicht, melde dich an und sieh dein Konto durch, oder sprich mit der Person, die es betreut.".to_owned(),
            before_stop_code: "Wenn du das nicht warst, verhindere es: Melde dich an, oder gib diese Zeichen dort ein, wo du verlorenen Zugang meldest.".to_owned(),
            some_purpose: "Hier ist der Code, um den du gebeten hast.".to_owned(),
            minutes: "Er gilt {n} Minuten.".to_owned(),
            hours: "Er gilt {n} Stunden.".to_owned(),
            after_code: "Niemand wird dich je danach fragen. Wenn du nicht darum gebeten hast, ist nichts zu tun: Ohne ihn geschieht nichts.".to_owned(),
            notices: NOTICES.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect(),
            purposes: PURPOSES.iter().map(|(purpose, text)| (*purpose, (*text).to_owned())).collect(),
        }
    }
}

const NOTICES: &[(NoticeKind, &str)] = &[
    (NoticeKind::PassphraseSet, "Die Passphrase deines Kontos wurde geändert."),
    (
        NoticeKind::PassphraseChangeForced,
        "Die Passphrase deines Kontos muss bei der nächsten Anmeldung geändert werden.",
    ),
    (NoticeKind::FactorAdded, "Deinem Konto wurde eine Möglichkeit zur Anmeldung hinzugefügt."),
    (NoticeKind::FactorRemoved, "Von deinem Konto wurde eine Möglichkeit zur Anmeldung entfernt."),
    (NoticeKind::FactorSuspended, "Eine Möglichkeit zur Anmeldung an deinem Konto ruht."),
    (
        NoticeKind::FactorDisabled,
        "Eine Möglichkeit zur Anmeldung an deinem Konto wurde nach zu vielen falschen Versuchen abgeschaltet.",
    ),
    (NoticeKind::FactorReinstated, "Eine ruhende Möglichkeit zur Anmeldung an deinem Konto gilt wieder."),
    (
        NoticeKind::RecoveryCodesIssued,
        "Für dein Konto wurden neue Wiederherstellungscodes erstellt. Die alten gelten nicht mehr.",
    ),
    (NoticeKind::RecoveryCodeUsed, "Ein Wiederherstellungscode deines Kontos wurde benutzt."),
    (
        NoticeKind::RecoveryCodesFew,
        "Von deinen Wiederherstellungscodes sind nur noch wenige übrig. Erstelle bei der nächsten Anmeldung neue.",
    ),
    (
        NoticeKind::RecoveryCodesUsedUp,
        "Dein letzter Wiederherstellungscode wurde benutzt. Erstelle bei der nächsten Anmeldung neue.",
    ),
    (
        NoticeKind::RecoveryStarted,
        "Jemand möchte ohne die übliche Anmeldung wieder in dein Konto. Das gelingt erst nach einer Wartezeit, in der du es verhindern kannst.",
    ),
    (
        NoticeKind::RecoveryCompleted,
        "Jemand ist ohne die übliche Anmeldung wieder in dein Konto gelangt. Alle Geräte wurden abgemeldet.",
    ),
    (NoticeKind::RecoveryCancelled, "Der Weg zurück in dein Konto wurde abgebrochen."),
    (NoticeKind::AddressAdded, "Deinem Konto wurde eine Adresse hinzugefügt."),
    (NoticeKind::AddressChanged, "Für eine Adresse deines Kontos gelten andere Zeiten."),
    (NoticeKind::AddressRemoved, "Eine Adresse deines Kontos wurde entfernt oder wird nicht mehr benutzt."),
    (
        NoticeKind::RegistrationAttempted,
        "Jemand wollte mit dieser Adresse ein neues Konto anlegen. Du hast schon eines, und nichts wurde geändert.",
    ),
    (NoticeKind::DeviceTrusted, "Ein Gerät wurde für dein Konto gemerkt."),
    (
        NoticeKind::SessionRefreshReused,
        "Eine Anmeldung deines Kontos wurde an zwei Orten zugleich benutzt und deshalb beendet.",
    ),
    (NoticeKind::PhoneCodeUsed, "Ein Code, der per Telefon kam, wurde für dein Konto benutzt."),
];

const PURPOSES: &[(CodePurpose, &str)] = &[
    (CodePurpose::ConfirmAddress, "Hier ist der Code, mit dem du diese Adresse bestätigst."),
    (CodePurpose::SignIn, "Hier ist der Code, mit dem du deine Anmeldung abschließt."),
    (CodePurpose::Recover, "Hier ist der Code, mit dem du wieder in dein Konto kommst."),
];
