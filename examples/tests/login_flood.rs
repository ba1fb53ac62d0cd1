//! A flood of sign-ins, as a process whose memory is measured.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a failing test panics"
)]

use std::process::Command;

fn flood(arguments: &[&str]) -> serde_json::Value {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().unwrap().parent().unwrap().join("examples/login_flood");
    assert!(program.exists(), "build it first: cargo build -p leeward-examples --examples");
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn memory_stays_within_the_budget_and_64_mib_under_a_thousand_sign_ins() {
    for (budget_mib, queue) in [(46, "1000"), (92, "16")] {
        let report = flood(&["--clients", "1000", "--budget", &budget_mib.to_string(), "--queue", queue]);
        let (served, busy) = (report["served"].as_u64().unwrap(), report["busy"].as_u64().unwrap());
        assert_eq!(served + busy, 1000);
        assert!(report["known_device"]["served"].as_u64().unwrap() > 0, "{report}");
        assert!(report["unknown"]["served"].as_u64().unwrap() > 0, "{report}");
        if let Some(peak_kib) = report["peak_rss_kib"].as_u64() {
            assert!(peak_kib <= (budget_mib + 64) * 1024, "{report}");
        }
    }
}

#[test]
fn without_a_governor_memory_grows_with_the_callers() {
    let peak = |clients| flood(&["--clients", clients, "--naive"])["peak_rss_kib"].as_u64();
    if let (Some(one), Some(twelve)) = (peak("1"), peak("12")) {
        assert!(twelve > one + 2 * 47_104, "{one} {twelve}");
    }
}
