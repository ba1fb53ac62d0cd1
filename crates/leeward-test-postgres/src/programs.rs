use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Where Debian and its relatives keep the programs, one folder for each major version.
const BY_VERSION: &str = "/usr/lib/postgresql";

/// The folder that holds the server's programs and `psql`.
#[derive(Debug, Clone)]
pub(crate) struct Programs(PathBuf);

impl Programs {
    /// Those on `PATH`, or the newest that are installed.
    pub(crate) fn find() -> Option<Self> {
        on_path().chain(by_version()).find(|folder| is_whole(folder)).map(Self)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

/// `psql` alone, for a server that somebody else runs.
pub(crate) fn psql() -> Option<PathBuf> {
    let programs = Programs::find().map(|programs| programs.path("psql"));
    programs.or_else(|| search_path("psql").next())
}

fn on_path() -> impl Iterator<Item = PathBuf> {
    // A link leads to the folder where the other programs are.
    search_path("initdb").filter_map(|initdb| Some(initdb.canonicalize().ok()?.parent()?.to_owned()))
}

fn by_version() -> impl Iterator<Item = PathBuf> {
    let versions = fs::read_dir(BY_VERSION).into_iter().flatten().filter_map(Result::ok);
    let mut folders: Vec<_> = versions.map(|version| version.path().join("bin")).collect();
    folders.sort_by_key(|folder| major(folder).unwrap_or(0));
    folders.into_iter().rev()
}

fn major(bin: &Path) -> Option<u32> {
    bin.parent()?.file_name()?.to_str()?.parse().ok()
}

fn is_whole(folder: &Path) -> bool {
    ["initdb", "postgres", "psql"].iter().all(|name| folder.join(name).is_file())
}

fn search_path(name: &str) -> impl Iterator<Item = PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&path).collect();
    folders.into_iter().map(move |folder| folder.join(name)).filter(|program| program.is_file())
}
