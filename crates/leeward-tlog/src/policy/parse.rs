use super::{Log, Policy, PolicyError, Quorum, Witness};
use crate::{
    checkpoint::parse_decimal,
    cosignature::CosignerKey,
    note::{NoteError, VerifierKey, vkey::Vkey},
};
use std::collections::{HashMap, HashSet};

/// The longest policy that is read, in bytes.
pub const MAX_POLICY: usize = 256 * 1024;

/// The most logs, witnesses and groups that a policy may have, each: a note carries the signatures of
/// that many witnesses and of a log that changes its key.
pub const MAX_OF_A_KIND: usize = 48;

/// The signature type of a log's own signatures, with which nobody witnesses.
const LOG_TYPE: u8 = 0x01;

pub(super) fn parse(policy: &[u8]) -> Result<Policy, PolicyError> {
    if policy.len() > MAX_POLICY {
        return Err(PolicyError::TooLarge);
    }
    let mut parser = Parser::new();
    for (number, line) in (1..).zip(policy.split_inclusive(|byte| *byte == b'\n')) {
        let at = At { line: number };
        let line = line.strip_suffix(b"\n").ok_or_else(|| at.is("does not end with a newline"))?;
        if line.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
            return Err(at.is("has a control character"));
        }
        let words: Vec<&[u8]> = line.split(is_space).filter(|word| !word.is_empty()).collect();
        parser.line(at, &words)?;
    }
    if parser.has_quorum { Ok(parser.policy) } else { Err(PolicyError::Quorum) }
}

const fn is_space(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

struct Parser<'a> {
    policy: Policy,
    has_quorum: bool,
    groups: usize,
    /// The item of each name, and whether it is a member of a group already.
    names: HashMap<&'a [u8], (usize, bool)>,
    /// Public keys and, by name and id, the lines that they sign.
    seen: HashSet<(char, Vec<u8>)>,
}

impl<'a> Parser<'a> {
    fn new() -> Self {
        let policy = Policy { logs: Vec::new(), witnesses: Vec::new(), quorum: Quorum::default() };
        Self { policy, has_quorum: false, groups: 0, names: HashMap::new(), seen: HashSet::new() }
    }

    fn line(&mut self, at: At, words: &[&'a [u8]]) -> Result<(), PolicyError> {
        match words {
            [] => Ok(()),
            [first, ..] if first.starts_with(b"#") => Ok(()),
            [b"log", key] => self.log(at, key, None),
            [b"log", key, url] => self.log(at, key, Some(url)),
            [b"witness", name, key] => self.witness(at, name, key, None),
            [b"witness", name, key, url] => self.witness(at, name, key, Some(url)),
            [b"group", name, threshold, members @ ..] => self.group(at, name, threshold, members),
            [b"quorum", name] => self.quorum(at, name),
            _ => Err(at.is("is none that a policy has")),
        }
    }

    fn log(&mut self, at: At, key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyError> {
        check_count(self.policy.logs.len())?;
        let key = self.key(at, 'l', key)?;
        let key = known(at, VerifierKey::from_vkey(key))?;
        self.policy.logs.push(Log { key, url: text(url) });
        Ok(())
    }

    fn witness(&mut self, at: At, name: &'a [u8], key: &[u8], url: Option<&[u8]>) -> Result<(), PolicyError> {
        let number = self.policy.witnesses.len();
        check_count(number)?;
        let key = self.key(at, 'w', key)?;
        if key.kind == LOG_TYPE {
            return Err(PolicyError::Key { line: at.line, source: NoteError::KeyType { kind: key.kind } });
        }
        let key = known(at, CosignerKey::from_vkey(key))?;
        self.name(at, name)?;
        self.policy.quorum.push_witness(number);
        self.policy.witnesses.push(Witness { name: name.to_vec(), key, url: text(url) });
        Ok(())
    }

    fn group(
        &mut self,
        at: At,
        name: &'a [u8],
        threshold: &[u8],
        names: &[&[u8]],
    ) -> Result<(), PolicyError> {
        check_count(self.groups)?;
        self.groups = self.groups.saturating_add(1);
        let threshold = at.threshold(threshold, names.len())?;
        let members = names.iter().map(|member| self.member(at, member)).collect::<Result<_, _>>()?;
        self.name(at, name)?;
        self.policy.quorum.push_group(threshold, members);
        Ok(())
    }

    fn quorum(&mut self, at: At, name: &[u8]) -> Result<(), PolicyError> {
        if std::mem::replace(&mut self.has_quorum, true) {
            return Err(at.is("is a second quorum line"));
        }
        let item = match name {
            b"none" => None,
            name => Some(self.names.get(name).ok_or_else(|| at.is(UNDEFINED))?.0),
        };
        self.policy.quorum.need(item);
        Ok(())
    }

    /// Reads a key, which no other log, or no other witness, may have.
    fn key(&mut self, at: At, whose: char, key: &[u8]) -> Result<Vkey, PolicyError> {
        let text = std::str::from_utf8(key).map_err(|_| NoteError::Key);
        let key = text.and_then(str::parse::<Vkey>);
        let key = key.map_err(|source| PolicyError::Key { line: at.line, source })?;
        // Of two keys with one name and id, nobody could tell which of them a signature is by.
        let line = format!("{} {:08x}", key.name, key.id);
        match self.seen.insert((whose, key.public.clone())) && self.seen.insert(('s', line.into_bytes())) {
            true => Ok(key),
            false => Err(at.is("has a key that an earlier line has")),
        }
    }

    fn name(&mut self, at: At, name: &'a [u8]) -> Result<(), PolicyError> {
        let item = self.names.len();
        match name == b"none" || self.names.insert(name, (item, false)).is_some() {
            true => Err(at.is("defines a name that is defined already")),
            false => Ok(()),
        }
    }

    fn member(&mut self, at: At, name: &[u8]) -> Result<usize, PolicyError> {
        let (item, taken) = self.names.get_mut(name).ok_or_else(|| at.is(UNDEFINED))?;
        match std::mem::replace(taken, true) {
            true => Err(at.is("has a member that is in a group already")),
            false => Ok(*item),
        }
    }
}

const UNDEFINED: &str = "has a name that no earlier line defines";

/// A key of a type that is not known signs nothing; any other must be in order.
fn known<T>(at: At, key: Result<T, NoteError>) -> Result<Option<T>, PolicyError> {
    match key {
        Err(NoteError::KeyType { .. }) => Ok(None),
        key => key.map(Some).map_err(|source| PolicyError::Key { line: at.line, source }),
    }
}

/// An address, of which any bytes are allowed, though only text is of use.
fn text(url: Option<&[u8]>) -> Option<String> {
    String::from_utf8(url?.to_vec()).ok()
}

fn check_count(count: usize) -> Result<(), PolicyError> {
    if count < MAX_OF_A_KIND { Ok(()) } else { Err(PolicyError::TooLarge) }
}

/// Where the parser is.
#[derive(Clone, Copy)]
struct At {
    line: usize,
}

impl At {
    const fn is(self, what: &'static str) -> PolicyError {
        PolicyError::Line { line: self.line, what }
    }

    fn threshold(self, text: &[u8], members: usize) -> Result<usize, PolicyError> {
        let threshold = match text {
            b"all" => Some(members),
            b"any" => Some(1),
            digits => {
                std::str::from_utf8(digits).ok().and_then(parse_decimal).and_then(|k| k.try_into().ok())
            }
        };
        let threshold = threshold.filter(|threshold| (1..=members).contains(threshold));
        threshold.ok_or_else(|| self.is("asks for none of its members, or for more than it has"))
    }
}
