//! Names that a reader gives to people and conversations.

use crate::{failure::Failure, input};
use leeward_audit::export::Alias;
use leeward_event::Subject;
use std::{collections::HashMap, ffi::OsStr, path::Path};

/// The longest file of aliases, in bytes.
const MAX_ALIASES: usize = 16 * 1024 * 1024;

/// Names by identifier.
pub(crate) struct Aliases(HashMap<u128, Alias>);

impl Aliases {
    /// Reads lines of an identifier, a space and a name. Empty lines and those that begin with `#` say
    /// nothing.
    pub(crate) fn read(path: &OsStr) -> Result<Self, Failure> {
        let bytes = input::read(path, MAX_ALIASES)?;
        let shown = Path::new(path).display();
        let text = std::str::from_utf8(&bytes).map_err(|_| Failure::new(format!("`{shown}` is no text")))?;
        let mut aliases = HashMap::new();
        for (number, line) in
            (1_u64..).zip(text.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        {
            let (id, alias) = parse(line).ok_or_else(|| {
                Failure::new(format!(
                    "line {number} of `{shown}` is not an identifier of 32 hexadecimal digits, a space and a \
                     name of at most 64 letters, digits, spaces and - _ ' ."
                ))
            })?;
            aliases.insert(id, alias);
        }
        Ok(Self(aliases))
    }

    pub(crate) fn of(&self, who: Subject) -> Option<Alias> {
        self.0.get(&u128::from_be_bytes(who.id_bytes())).cloned()
    }
}

fn parse(line: &str) -> Option<(u128, Alias)> {
    let (id, alias) = line.trim_end().split_once(' ')?;
    let id = u128::from_str_radix(id, 16).ok().filter(|_| id.len() == 32)?;
    Some((id, alias.parse().ok()?))
}
