use std::{fmt, str::FromStr};

/// A version of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OcsfVersion {
    /// 1.8.0, of March 2026.
    V1_8_0,
}

impl fmt::Display for OcsfVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V1_8_0 => "1.8.0",
        })
    }
}

/// A version of OCSF that this release does not write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this release writes OCSF {}, and no other version", OcsfVersion::V1_8_0)]
pub struct UnknownOcsfVersion;

impl FromStr for OcsfVersion {
    type Err = UnknownOcsfVersion;

    fn from_str(version: &str) -> Result<Self, UnknownOcsfVersion> {
        match version {
            "1.8.0" => Ok(Self::V1_8_0),
            _ => Err(UnknownOcsfVersion),
        }
    }
}
