use crate::common::{options, put};
use leeward_postgres::{Options, PostgresError};
use leeward_test_postgres::{Server, Setup};
use pollster::block_on;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::{path::PathBuf, time::Duration};
use tempfile::TempDir;

struct Encrypted {
    server: Server,
    dir: TempDir,
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Issuer {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A server that admits nobody without TLS, with a certificate for this name.
fn encrypted(name: &str) -> Option<Encrypted> {
    let dir = tempfile::tempdir().unwrap();
    let (ours, others) = (authority(), authority());
    std::fs::write(dir.path().join("ours.pem"), ours.pem()).unwrap();
    std::fs::write(dir.path().join("others.pem"), others.pem()).unwrap();
    std::fs::write(dir.path().join("empty.pem"), "").unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &ours).unwrap();
    let server = Setup::new()
        .set("ssl", "on")
        .set("ssl_cert_file", "server.crt")
        .set("ssl_key_file", "server.key")
        .file("server.crt", certificate.pem())
        .file("server.key", key.serialize_pem())
        .file("pg_hba.conf", "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        .start()?;
    Some(Encrypted { server, dir })
}

impl Encrypted {
    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

fn quick() -> Options {
    options().connect_timeout(Duration::from_secs(3))
}

#[test]
fn a_certificate_is_checked_by_the_roots_that_are_named() {
    let Some(encrypted) = encrypted("127.0.0.1") else { return };
    let database = encrypted.server.database();
    let url = |more: &str| format!("{}?sslmode={more}", database.url());
    for mode in ["require", "verify-ca", "verify-full"] {
        let store = block_on(quick().root_certificates(encrypted.file("ours.pem")).open(&url(mode))).unwrap();
        put(&store, b"a", mode.as_bytes()).unwrap();
    }
    let by_url = url(&format!("require&sslrootcert={}", encrypted.file("ours.pem").display()));
    put(&block_on(quick().open(&by_url)).unwrap(), b"a", b"1").unwrap();
    put(&block_on(quick().open(&url("prefer"))).unwrap(), b"a", b"2").unwrap();
    let used = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'leeward' AND NOT ssl";
    assert_eq!(encrypted.server.sql(used).unwrap(), "0");
    let refused = |file: &str| {
        block_on(quick().root_certificates(encrypted.file(file)).open(&url("require"))).unwrap_err()
    };
    assert!(matches!(refused("others.pem"), PostgresError::Untrusted(_)), "{:?}", refused("others.pem"));
    for file in ["empty.pem", "none.pem"] {
        assert!(matches!(refused(file), PostgresError::NoRoots(_)), "{:?}", refused(file));
    }
    // On loopback no TLS is the default, and this server admits nobody without.
    let error = block_on(quick().open(&database.url())).unwrap_err();
    assert!(matches!(error, PostgresError::AccessDenied(_)), "{error:?}");
}

#[test]
fn a_certificate_for_another_name_is_refused() {
    let Some(encrypted) = encrypted("db.example") else { return };
    let database = encrypted.server.database();
    let url = format!("{}?sslmode=require", database.url());
    let error = block_on(quick().root_certificates(encrypted.file("ours.pem")).open(&url)).unwrap_err();
    assert!(matches!(error, PostgresError::Untrusted(_)), "{error:?}");
}
