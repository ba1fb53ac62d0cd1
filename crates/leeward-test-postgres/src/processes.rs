//! The server is a process and its children, each in a process group of its own: signals go to each of them.

use rustix::process::{Pid, Signal, kill_process};
use std::{fs, thread::sleep, time::Duration};

/// Kills the server and all its processes at once, and waits until they are gone.
pub(crate) fn kill(server: u32) {
    let children = stop(server);
    for &pid in children.iter().chain([&server]) {
        signal(pid, Signal::KILL);
    }
    wait_until(|| children.iter().all(|pid| is_gone(*pid)));
}

/// Freezes the server and all its processes.
pub(crate) fn freeze(server: u32) {
    for pid in stop(server) {
        signal(pid, Signal::STOP);
        wait_until(|| is_gone(pid) || state(pid) == Some('T'));
    }
}

pub(crate) fn thaw(server: u32) {
    for pid in children(server).into_iter().chain([server]) {
        signal(pid, Signal::CONT);
    }
}

pub(crate) fn signal(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).unwrap();
    // It may have ended meanwhile.
    let _ = kill_process(pid, signal);
}

/// Stops the server alone, so that it starts no more processes, and gives those that it has.
fn stop(server: u32) -> Vec<u32> {
    signal(server, Signal::STOP);
    wait_until(|| is_gone(server) || state(server) == Some('T'));
    children(server)
}

fn children(parent: u32) -> Vec<u32> {
    let all = fs::read_dir("/proc").expect("/proc, to find the server's processes").filter_map(Result::ok);
    let pids = all.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(|pid| status(*pid).is_some_and(|(_, of)| of == parent)).collect()
}

fn is_gone(pid: u32) -> bool {
    state(pid).is_none_or(|state| matches!(state, 'Z' | 'X'))
}

fn state(pid: u32) -> Option<char> {
    status(pid).map(|(state, _)| state)
}

/// State and parent, from `pid (name) state parent ...`, in which the name may hold anything.
fn status(pid: u32) -> Option<(char, u32)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    Some((fields.next()?.chars().next()?, fields.next()?.parse().ok()?))
}

fn wait_until(condition: impl Fn() -> bool) {
    for _ in 0..10_000 {
        if condition() {
            return;
        }
        sleep(Duration::from_millis(1));
    }
    panic!("a process of the server does not follow its signal");
}
