use std::{
    env,
    io::{self, Write},
    sync::Once,
};

/// Says once in each test program that tests did not run, or fails if they must.
pub(crate) fn did_not_run(once: &Once, why: &str) {
    let required = env::var("LEEWARD_REQUIRE_POSTGRES").is_ok_and(|value| !value.is_empty() && value != "0");
    assert!(!required, "LEEWARD_REQUIRE_POSTGRES is set, and {why}");
    // Past the test runner, which would show what is printed only if the test failed.
    once.call_once(|| drop(writeln!(io::stderr(), "PostgreSQL tests did not run: {why}")));
}

pub(crate) fn no_server() {
    static ONCE: Once = Once::new();
    did_not_run(
        &ONCE,
        "its programs are not installed (Debian: postgresql), and DATABASE_URL names no server",
    );
}

pub(crate) fn not_ours_to_stop() {
    static ONCE: Once = Once::new();
    did_not_run(&ONCE, "some would stop or change the server, and DATABASE_URL names one that is not ours");
}
