use crate::PostgresError;
use std::{net::IpAddr, path::PathBuf};
use tokio_postgres::config::{ChannelBinding, Config, Host, SslMode, TargetSessionAttrs};

/// Where the server is, and how the way there is protected.
pub(crate) struct Address {
    pub(crate) config: Config,
    pub(crate) tls: Tls,
    pub(crate) roots: Option<PathBuf>,
}

/// What `sslmode` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tls {
    /// None.
    Off,
    /// If the server offers it, and without asking who the server is.
    IfOffered,
    /// Always, with a certificate for the host's name that a root vouches for.
    Checked,
}

impl Address {
    /// Reads a URL of the form that PostgreSQL documents, and `sslmode` and `sslrootcert` of libpq.
    pub(crate) fn parse(url: &str) -> Result<Self, PostgresError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(bad("it begins with `postgres://` or `postgresql://`"));
        }
        let (url, mode, roots) = take_tls(url)?;
        // Its error may quote what it could not read, and that may be a password.
        let mut config: Config = url.parse().map_err(|_| {
            bad("it is `postgres://user:password@host:port/database`, with every special character as %XX")
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(bad("name a host, or a directory with the server's socket as `?host=/path`"));
        }
        let tls = mode.unwrap_or_else(|| if is_local(&config) { Tls::Off } else { Tls::Checked });
        if tls == Tls::Off && config.get_channel_binding() == ChannelBinding::Require {
            return Err(bad("`channel_binding=require` needs TLS: take another `sslmode`"));
        }
        if tls != Tls::Off && config.get_hosts().is_empty() {
            return Err(bad("with `hostaddr` and TLS, name the host too, for the certificate"));
        }
        apply(&mut config, tls);
        Ok(Self { config, tls, roots })
    }
}

fn apply(config: &mut Config, tls: Tls) {
    config.ssl_mode(match tls {
        Tls::Off => SslMode::Disable,
        Tls::IfOffered => SslMode::Prefer,
        Tls::Checked => SslMode::Require,
    });
    if tls == Tls::Off {
        config.channel_binding(ChannelBinding::Disable);
    }
    // Of several, the one that writes is wanted, wherever it stands in the list.
    if config.get_hosts().len().max(config.get_hostaddrs().len()) > 1 {
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
    }
    if config.get_application_name().is_none() {
        config.application_name("leeward");
    }
}

/// Takes out what the library does not know, or knows as something weaker.
fn take_tls(url: &str) -> Result<(String, Option<Tls>, Option<PathBuf>), PostgresError> {
    let after_login = url.find('@').map_or(0, |at| at.saturating_add(1));
    let question = url.get(after_login..).and_then(|rest| rest.find('?'));
    let Some((base, query)) = question.and_then(|at| url.split_at_checked(after_login.saturating_add(at)))
    else {
        return Ok((url.to_owned(), None, None));
    };
    let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
    for pair in query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => mode = Some(tls_of(value)?),
            // As newer clients of PostgreSQL call those of the platform.
            Some(("sslrootcert", "system")) => roots = None,
            Some(("sslrootcert", value)) => roots = Some(decoded(value)?.into()),
            _ => rest.push(pair),
        }
    }
    let mark = if rest.is_empty() { "" } else { "?" };
    Ok((format!("{base}{mark}{}", rest.join("&")), mode, roots))
}

fn tls_of(mode: &str) -> Result<Tls, PostgresError> {
    match mode {
        "disable" => Ok(Tls::Off),
        "prefer" => Ok(Tls::IfOffered),
        "require" | "verify-ca" | "verify-full" => Ok(Tls::Checked),
        _ => Err(bad("`sslmode` is `disable`, `prefer`, `require` or `verify-full`")),
    }
}

/// Whether nobody but this machine sees what is said.
fn is_local(config: &Config) -> bool {
    let local = |host: &Host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(local) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

fn decoded(text: &str) -> Result<String, PostgresError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        (rest, _) = match (first, after.split_first_chunk::<2>()) {
            (b'%', Some((digits, after))) => (after, bytes.push(byte_of(digits).ok_or_else(bad_escape)?)),
            (b'%', None) => return Err(bad_escape()),
            _ => (after, bytes.push(*first)),
        };
    }
    String::from_utf8(bytes).map_err(|_| bad_escape())
}

fn byte_of(digits: &[u8; 2]) -> Option<u8> {
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

const fn bad_escape() -> PostgresError {
    bad("a `%` is followed by two hexadecimal digits")
}

const fn bad(what: &'static str) -> PostgresError {
    PostgresError::BadUrl { what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(url: &str) -> Tls {
        Address::parse(url).unwrap().tls
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted() {
        assert_eq!(tls("postgres://u@db.example/d"), Tls::Checked);
        assert_eq!(tls("postgres://u@localhost,db.example/d"), Tls::Checked);
        assert_eq!(tls("postgres://u@localhost/d?hostaddr=10.0.0.1"), Tls::Checked);
        for local in ["localhost/d", "127.0.0.1:99/d", "/d?host=/run/postgresql", "%2Frun%2Fpg/d"] {
            assert_eq!(tls(&format!("postgresql://{local}")), Tls::Off, "{local}");
        }
    }

    #[test]
    fn the_url_has_the_last_word() {
        for (mode, wanted) in [
            ("disable", Tls::Off),
            ("prefer", Tls::IfOffered),
            ("require", Tls::Checked),
            ("verify-ca", Tls::Checked),
            ("verify-full", Tls::Checked),
        ] {
            let parsed = Address::parse(&format!("postgres://u:p%3F@h/d?a=b&sslmode={mode}"));
            assert!(parsed.is_err(), "an unknown parameter was taken");
            for host in ["h", "localhost"] {
                assert_eq!(tls(&format!("postgres://u:p%3F@{host}/d?sslmode={mode}")), wanted);
            }
        }
        let address = Address::parse("postgres://u@h/d?connect_timeout=3&sslrootcert=%2Fa%20b.pem").unwrap();
        assert_eq!(address.roots, Some("/a b.pem".into()));
        assert!(address.config.get_connect_timeout().is_some());
    }

    #[test]
    fn protection_that_was_asked_for_is_never_left_out() {
        for url in [
            "postgres://u@localhost/d?channel_binding=require",
            "postgres://u@h/d?sslmode=disable&channel_binding=require",
            "postgres:///d?hostaddr=10.0.0.1",
        ] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
        assert_eq!(tls("postgres://u@h/d?channel_binding=require"), Tls::Checked);
        let address = Address::parse("postgres://u@h/d?sslrootcert=system").unwrap();
        assert_eq!((address.tls, address.roots), (Tls::Checked, None));
    }

    #[test]
    fn of_several_hosts_the_one_that_writes_is_wanted() {
        let wanted = |url: &str| Address::parse(url).unwrap().config.get_target_session_attrs();
        assert_eq!(wanted("postgres://u@a,b/d"), TargetSessionAttrs::ReadWrite);
        assert_eq!(wanted("postgres://u@a/d"), TargetSessionAttrs::Any);
    }

    #[test]
    fn an_error_never_quotes_the_url() {
        for url in [
            "mysql://u:secret@h/d",
            "host=h password=secret",
            "postgres://u:secret@h:port/d",
            "postgres://u:secret@h/d?sslmode=secret",
            "postgres://u:secret@h/d?sslrootcert=%zz",
            "postgres://u:secret@h/d?sslrootcert=%4",
            "postgres://u@h/d?secret=1",
            "postgres:///d",
        ] {
            let error = Address::parse(url).err().unwrap();
            assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        }
    }
}
