use std::{
    io::{self, Write},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A process that ends the server when this one ends, however that comes about.
#[derive(Debug)]
pub(crate) struct Watchdog(Child);

impl Watchdog {
    pub(crate) fn start(data: &Path, folder: &Path) -> io::Result<Self> {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", include_str!("watchdog.sh"), "watchdog"]).arg(data).arg(folder);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.current_dir("/").process_group(0).spawn().map(Self)
    }

    /// The server that is to end with this process; none while it is stopped.
    pub(crate) fn watch(&mut self, pid: Option<u32>) -> io::Result<()> {
        let line = pid.map(|pid| pid.to_string()).unwrap_or_default();
        self.0.stdin.as_mut().map_or(Ok(()), |stdin| writeln!(stdin, "{line}"))
    }

    /// Has it do its work now; [`wait`](Self::wait) tells when that is done.
    pub(crate) fn release(&mut self) {
        drop(self.0.stdin.take());
    }

    pub(crate) fn wait(&mut self) {
        let _ = self.0.wait();
    }
}
