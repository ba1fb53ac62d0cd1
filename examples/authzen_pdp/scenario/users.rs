//! The people of the Todo and Gateway scenarios.

/// One of them.
pub(super) struct User {
    pub(super) email: &'static str,
    roles: &'static [&'static str],
}

/// By the letters of the subject id that tell them apart.
const USERS: [(&str, User); 5] = [
    ("A2", User { email: "rick@the-citadel.com", roles: &["admin", "evil_genius"] }),
    ("E2", User { email: "morty@the-citadel.com", roles: &["editor"] }),
    ("I2", User { email: "summer@the-smiths.com", roles: &["editor"] }),
    ("M2", User { email: "beth@the-smiths.com", roles: &["viewer"] }),
    ("Q2", User { email: "jerry@the-smiths.com", roles: &["viewer"] }),
];

impl User {
    pub(super) fn of(subject: &str) -> Option<&'static Self> {
        let rest = subject.strip_prefix("CiRmZD")?;
        USERS.iter().find(|(letters, _)| rest.starts_with(letters)).map(|(_, user)| user)
    }

    pub(super) fn is(&self, role: &str) -> bool {
        self.roles.contains(&role)
    }
}
