//! Where a published log is read from.

use crate::{args::Args, failure::Failure};
use leeward_audit::{
    DirSource, Listed, Source, SourceError,
    tiles::{CHECKPOINT_FILE, VKEY_FILE},
};
use std::path::{Path, PathBuf};

/// A directory, or a server.
pub(crate) enum Place {
    Dir(PathBuf, DirSource),
    #[cfg(feature = "http")]
    Web(crate::http::HttpSource),
}

impl Place {
    /// What the command line names.
    pub(crate) fn open(args: &Args) -> Result<Self, Failure> {
        let place =
            args.place().ok_or_else(|| args.usage("say where the log is: a directory, or an address"))?;
        match place.to_str().filter(|place| place.contains("://")) {
            Some(url) => Self::open_url(url, args),
            None => Self::open_dir(Path::new(place)),
        }
    }

    fn open_dir(dir: &Path) -> Result<Self, Failure> {
        let shown = dir.display();
        let found = dir.metadata().map_err(|error| Failure::file(&shown, &error))?;
        if !found.is_dir() {
            return Err(Failure::new(format!(
                "`{shown}` is no directory: name the one that holds `checkpoint`"
            )));
        }
        if [CHECKPOINT_FILE, VKEY_FILE].iter().all(|file| dir.join(file).symlink_metadata().is_err()) {
            return Err(Failure::new(format!("there is no log in `{shown}`: it holds no `checkpoint`")));
        }
        Ok(Self::Dir(dir.to_path_buf(), DirSource::new(dir)))
    }

    #[cfg(feature = "http")]
    fn open_url(url: &str, args: &Args) -> Result<Self, Failure> {
        crate::http::HttpSource::open(url, args).map(Self::Web)
    }

    #[cfg(not(feature = "http"))]
    fn open_url(_: &str, _: &Args) -> Result<Self, Failure> {
        Err(Failure::new("this program was built without the feature `http`: give a directory"))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Dir(dir, _) => dir.display().fmt(f),
            #[cfg(feature = "http")]
            Self::Web(web) => web.fmt(f),
        }
    }
}

impl Source for Place {
    fn read(&self, file: &str, limit: usize) -> Result<Vec<u8>, SourceError> {
        match self {
            Self::Dir(_, dir) => dir.read(file, limit),
            #[cfg(feature = "http")]
            Self::Web(web) => web.read(file, limit),
        }
    }

    fn list(&self, dir: &str, limit: usize) -> Result<Option<Vec<Listed>>, SourceError> {
        match self {
            Self::Dir(_, source) => source.list(dir, limit),
            #[cfg(feature = "http")]
            Self::Web(web) => web.list(dir, limit),
        }
    }
}
