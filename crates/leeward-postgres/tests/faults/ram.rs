use leeward_test_postgres::{Database, Server, Setup};
use std::{
    fs::{self, File},
    io::Write,
    path::Path,
    process::Command,
};
use tempfile::TempDir;

/// A server to be killed, with an empty database. What it has written is in the cache of the system or in
/// memory, which a kill does not empty, so that it lies in memory where that can be: recovery begins by
/// syncing thousands of files.
pub(crate) struct Mortal {
    // In this order: the server ends before its disk.
    pub(crate) database: Database,
    pub(crate) server: Server,
    _disk: Option<Disk>,
}

impl Mortal {
    pub(crate) fn start() -> Option<Self> {
        let disk = Disk::mount(600);
        // Checking a password a thousand times would take most of the time.
        let trust = "local all all trust\nhost all all 127.0.0.1/32 trust\n";
        let setup = Setup::new().set("max_wal_size", "64MB").file("pg_hba.conf", trust);
        let setup = match &disk {
            Some(disk) => setup.data_in(disk.path()),
            None => setup,
        };
        let server = setup.start()?;
        Some(Self { database: server.database(), server, _disk: disk })
    }
}

/// A disk in memory, gone with this value.
pub(crate) struct Disk(TempDir);

impl Disk {
    /// None where it may not be mounted, as without the rights of root.
    pub(crate) fn mount(mebibytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={mebibytes}m,mode=0755");
        let mut mount = Command::new("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then_some(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Takes all the room that there is.
    pub(crate) fn fill(&self) {
        let mut balloon = File::create(self.path().join("balloon")).unwrap();
        while balloon.write_all(&[0x5A; 4096]).is_ok() {}
    }

    pub(crate) fn free(&self) {
        fs::remove_file(self.path().join("balloon")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(self.path()).output());
    }
}
