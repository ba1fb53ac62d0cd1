use crate::{PARAMS, contestant::Contestant};
use leeward_credentials::HashParams;
use std::{fs, process::Command};

/// The word by which this program, run by itself, knows what to do.
pub(crate) const CHILD: &str = "memory-of-one";

/// The most memory that a process ever had that verifies for so many callers at once.
pub(crate) fn measure(callers: &[usize]) {
    println!("the most memory of a process, in MiB, by callers at once");
    for (at, params) in PARAMS.into_iter().enumerate() {
        println!("  m={} KiB, t={}", params.memory_kib(), params.passes());
        for contestant in ["governor", "naive"] {
            let peaks: Vec<_> = callers
                .iter()
                .map(|callers| format!("{callers}: {}", of_child(contestant, at, *callers)))
                .collect();
            println!("    {contestant:12} {}", peaks.join(", "));
        }
    }
}

pub(crate) fn work_and_tell(contestant: &str, params: &str, callers: &str) {
    let params: HashParams = PARAMS[params.parse::<usize>().unwrap()];
    let mut contestant =
        if contestant == "naive" { Contestant::naive(params) } else { Contestant::governor(params) };
    contestant.verify(callers.parse().unwrap());
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown");
    println!("{}", peak.trim().trim_end_matches(" kB"));
}

fn of_child(contestant: &str, params: usize, callers: usize) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([CHILD, contestant, &params.to_string(), &callers.to_string()]);
    let output = String::from_utf8(command.output().unwrap().stdout).unwrap();
    output.trim().parse::<u64>().map_or_else(|_| "unknown".into(), |kib| (kib / 1024).to_string())
}
