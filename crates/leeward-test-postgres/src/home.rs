use crate::{account::Account, programs::Programs, setup::Setup};
use std::{
    fmt::Write as _,
    fs::{self, File, OpenOptions, Permissions},
    io,
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// Of every server, for those who know the place.
pub(crate) const PASSWORD: &str = "a-password-for-tests";

/// What every server has; later lines win.
const SETTINGS: &str = "
listen_addresses = '127.0.0.1'
max_connections = 400
fsync = on
synchronous_commit = on
shared_buffers = 32MB
huge_pages = off
# Files of the data directory, so that a kill leaves nothing elsewhere.
dynamic_shared_memory_type = mmap
";

/// The folders of one server: its data, its log, its socket.
#[derive(Debug)]
pub(crate) struct Home {
    programs: Programs,
    account: Account,
    folder: PathBuf,
    data: PathBuf,
    /// Not in one of the folders when that lies elsewhere.
    guard: Option<TempDir>,
}

impl Home {
    pub(crate) fn make(programs: Programs, setup: &Setup) -> io::Result<Self> {
        let account = Account::choose();
        let guard = tempfile::Builder::new().prefix("leeward-postgres-").tempdir()?;
        let folder = guard.path().to_owned();
        account.own(&folder)?;
        let place = setup.place.clone().unwrap_or_else(|| folder.clone());
        let home = Self { programs, account, data: place.join("data"), folder, guard: Some(guard) };
        home.make_cluster()?;
        home.write_settings(setup)?;
        Ok(home)
    }

    /// A command that runs one of the server's programs as the server.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.path(program));
        // A group of its own: Ctrl-C in a terminal goes to the tests alone.
        self.account.run(&mut command).current_dir(&self.folder).env("LC_ALL", "C").process_group(0);
        command
    }

    fn make_cluster(&self) -> io::Result<()> {
        fs::create_dir(&self.data)?;
        self.account.own(&self.data)?;
        let password = self.folder.join("password");
        self.write(&password, PASSWORD.as_bytes())?;
        let mut initdb = self.command("initdb");
        initdb.args(["--no-sync", "--no-locale", "--encoding=UTF8", "--username=postgres"]);
        initdb.args(["--auth-local=trust", "--auth-host=scram-sha-256"]);
        let output = initdb.arg("--pwfile").arg(&password).arg("-D").arg(&self.data).output()?;
        match output.status.success() {
            true => Ok(()),
            false => Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned())),
        }
    }

    fn write_settings(&self, setup: &Setup) -> io::Result<()> {
        let mut settings = SETTINGS.to_owned();
        for (name, value) in &setup.settings {
            let _ = writeln!(settings, "{name} = '{}'", value.replace('\'', "''"));
        }
        self.write(&self.data.join("leeward.conf"), settings.as_bytes())?;
        let conf = self.data.join("postgresql.conf");
        let standard = fs::read_to_string(&conf)?;
        self.write(&conf, format!("{standard}\ninclude 'leeward.conf'\n").as_bytes())?;
        setup.files.iter().try_for_each(|(name, contents)| self.write(&self.data.join(name), contents))
    }

    fn write(&self, path: &Path, contents: &[u8]) -> io::Result<()> {
        fs::write(path, contents)?;
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
        self.account.own(path)
    }

    /// Starts the server, which may not be ready yet.
    pub(crate) fn spawn(&self, port: u16) -> io::Result<Child> {
        let log = OpenOptions::new().create(true).append(true).open(self.log_path())?;
        let mut postgres = self.command("postgres");
        postgres.arg("-D").arg(&self.data).arg("-k").arg(&self.folder).arg("-p").arg(port.to_string());
        postgres.stdin(Stdio::null()).stdout(File::try_clone(&log)?).stderr(log).spawn()
    }

    /// Whether the server with this id says that it takes connections.
    pub(crate) fn is_ready(&self, pid: u32) -> bool {
        let status = fs::read_to_string(self.data.join("postmaster.pid")).unwrap_or_default();
        let mut lines = status.lines();
        let ours = lines.next() == Some(pid.to_string().as_str());
        ours && lines.nth(6).is_some_and(|state| state.starts_with("ready"))
    }

    pub(crate) fn psql(&self) -> PathBuf {
        self.programs.path("psql")
    }

    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Somebody else removes the folders from now on.
    pub(crate) fn hand_over(&mut self) {
        if let Some(guard) = self.guard.take() {
            let _ = guard.keep();
        }
    }

    fn log_path(&self) -> PathBuf {
        self.folder.join("log")
    }
}
