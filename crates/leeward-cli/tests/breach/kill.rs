#![expect(clippy::disallowed_methods, reason = "a process is killed after a while")]

use crate::support::{Set, program, run};
use std::{fs, process::Stdio, thread, time::Duration};

/// Killed again and again, wherever it happens to be, it makes what it would have made at once, and nothing
/// appears under the filter's name before.
#[test]
fn a_build_that_is_killed_goes_on() {
    let set = Set::of(30_000);
    assert_eq!(run(set.build("whole")).code, 0);
    let whole = fs::read(set.path("whole")).unwrap();

    let mut kills = 0;
    for wait in (1..).map(|round| Duration::from_millis(40 + round)) {
        let mut child = program().args(set.build("filter")).stdout(Stdio::null()).spawn().unwrap();
        thread::sleep(wait);
        child.kill().unwrap();
        if child.wait().unwrap().success() || set.path("filter").exists() {
            break;
        }
        kills += 1;
    }
    assert!(kills >= 3, "{kills}");
    assert_eq!(run(set.build("filter")).code, 0);
    assert_eq!(fs::read(set.path("filter")).unwrap(), whole);
}
