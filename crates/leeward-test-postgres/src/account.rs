use std::{
    fs, io,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::Command,
};

/// Whom the server runs as.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Account {
    /// Whoever runs the test.
    Own,
    /// Somebody without rights, because PostgreSQL refuses to run as root.
    Other { user: u32, group: u32 },
}

impl Account {
    pub(crate) fn choose() -> Self {
        if !rustix::process::geteuid().is_root() {
            return Self::Own;
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let named = |name| accounts.lines().find_map(|line| parse(line, name));
        named("postgres").or_else(|| named("nobody")).expect("an account `postgres` or `nobody`")
    }

    /// Gives the file or folder to this account.
    pub(crate) fn own(self, path: &Path) -> io::Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Other { user, group } => chown(path, Some(user), Some(group)),
        }
    }

    /// Runs the command as this account.
    pub(crate) fn run(self, command: &mut Command) -> &mut Command {
        match self {
            Self::Own => command,
            Self::Other { user, group } => command.uid(user).gid(group),
        }
    }
}

/// `name:x:user:group:...`
fn parse(line: &str, name: &str) -> Option<Account> {
    let mut fields = line.split(':');
    fields.next().filter(|field| *field == name)?;
    let mut number = || fields.next()?.parse().ok();
    let _password: Option<u32> = number();
    Some(Account::Other { user: number()?, group: number()? })
}

#[cfg(test)]
mod tests {
    use super::{Account, parse};

    #[test]
    fn an_account_is_found_by_its_whole_name() {
        let line = "postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash";
        assert!(matches!(parse(line, "postgres"), Some(Account::Other { user: 101, group: 104 })));
        assert!(parse(line, "post").is_none());
    }
}
