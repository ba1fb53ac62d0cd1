use crate::common::{get, open, options, put};
use leeward_postgres::PostgresError;
use leeward_test_postgres::shared;
use pollster::block_on;
use std::time::Duration;

/// As the README says.
const GRANTS: &str = "
    GRANT USAGE ON SCHEMA leeward TO ROLE;
    GRANT SELECT ON leeward.meta, leeward.version TO ROLE;
    GRANT SELECT, INSERT, UPDATE, DELETE ON leeward.entry, leeward.slot TO ROLE;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA leeward TO ROLE;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA leeward TO ROLE";

#[test]
fn a_role_with_few_rights_is_told_and_then_served() {
    let Some(server) = shared().and_then(leeward_test_postgres::Shared::server) else { return };
    let database = server.database();
    let role = format!("few_{}", database.name());
    server.sql(&format!("CREATE ROLE {role} LOGIN PASSWORD 'few'")).unwrap();
    let url = format!("postgres://{role}:few@127.0.0.1:{}/{}", server.port(), database.name());
    let attempt = || block_on(options().connect_timeout(Duration::from_millis(300)).open(&url));
    let told = |step: &str| {
        let error = attempt().unwrap_err();
        assert!(matches!(error, PostgresError::NotPermitted(_)), "{step}: {error:?}");
    };
    told("it may not create a schema");
    assert_eq!(database.sql("SELECT to_regnamespace('leeward') IS NULL"), "t");
    let owner = open(&database.url()).unwrap();
    put(&owner, b"a", b"1").unwrap();
    told("it may not use the schema");
    let _ = database.sql(&GRANTS.replace("ROLE", &role));
    let store = attempt().unwrap();
    assert_eq!(get(&store, b"a").unwrap(), b"1");
    put(&store, b"a", b"2").unwrap();
    block_on(store.purge(leeward_store::Timestamp::UNIX_EPOCH)).unwrap();
    assert_eq!(get(&owner, b"a").unwrap(), b"2");
    drop((store, owner, database));
    server.sql(&format!("DROP ROLE {role}")).unwrap();
}
