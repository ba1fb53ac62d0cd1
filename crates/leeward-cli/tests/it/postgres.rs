//! A store in PostgreSQL.

use crate::support::{STAFF, Service};
use pollster::block_on;

#[test]
fn a_log_in_postgresql_is_exported_and_its_password_never_told() {
    let Some(server) = leeward_test_postgres::shared() else { return };
    let (database, empty) = (server.database(), server.database());
    let plain = block_on(leeward_postgres::Options::new().own_thread(true).open(&database.url())).unwrap();
    let service = Service::over(&plain, tempfile::tempdir().unwrap());
    let export = |url: &str| {
        let rest = format!("--key-file @root.key --as {STAFF} --vkey-file @vkey --format csv --count 3");
        service.run(&format!("export --store {url} {rest}"))
    };
    let ran = export(&database.url());
    assert_eq!((ran.code, &*ran.err), (0, ""), "{ran:?}");
    assert_eq!(ran.out.matches("\"shown\"").count(), 3);

    let ran = export(&empty.url());
    assert_eq!((ran.code, ran.sentence()), (2, "there is no audit log in the database"));
    let ran = export("postgres://somebody:hunter2@127.0.0.1:1/nowhere");
    assert_eq!(ran.code, 2);
    assert!(ran.sentence().starts_with("the database: ") && !ran.err.contains("hunter2"), "{ran:?}");
}
