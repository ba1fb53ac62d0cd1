//! A conversation to play: lines of `seeker: ...` and `counsellor: ...`.

use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::Path,
};

/// The longest line, in bytes of UTF-8.
pub const MAX_LINE: usize = 64 * 1024;

/// More than this is no conversation.
const MAX_SCRIPT: u64 = 64 * 1024 * 1024;

const BUILT_IN: &str = include_str!("conversation.txt");

/// Why a script cannot be played.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// It could not be read.
    #[error("{name} cannot be read")]
    Unreadable {
        /// Which script.
        name: String,
        /// The cause.
        source: io::Error,
    },
    /// It has no line.
    #[error("{name} holds no line")]
    Empty {
        /// Which script.
        name: String,
    },
    /// It is longer than any conversation.
    #[error("{name} is longer than 64 MiB")]
    TooLong {
        /// Which script.
        name: String,
    },
    /// A line is not one.
    #[error("line {number} of {name} {why}")]
    Line {
        /// Which script.
        name: String,
        /// The line, counted from 1.
        number: usize,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// Who says a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaker {
    /// The person in crisis.
    Seeker,
    /// Whoever is there for them.
    Counsellor,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who says it.
    pub speaker: Speaker,
    /// What is said: 1 byte to [`MAX_LINE`].
    pub text: String,
}

/// The lines of `file`, else of standard input, else the built-in ones.
///
/// # Errors
/// [`ScriptError`].
pub fn load(file: Option<&Path>) -> Result<Vec<Line>, ScriptError> {
    if let Some(path) = file {
        let name = path.display().to_string();
        let opened = fs::File::open(path);
        let opened = opened.map_err(|source| ScriptError::Unreadable { name: name.clone(), source })?;
        let lines = parse(&name, &read(opened, &name)?)?;
        return if lines.is_empty() { Err(ScriptError::Empty { name }) } else { Ok(lines) };
    }
    let input = io::stdin();
    if !input.is_terminal() {
        let lines = parse("standard input", &read(input, "standard input")?)?;
        if !lines.is_empty() {
            return Ok(lines);
        }
    }
    parse("the built-in conversation", BUILT_IN)
}

fn read(source: impl Read, name: &str) -> Result<String, ScriptError> {
    let mut bytes = Vec::new();
    let read = source.take(MAX_SCRIPT + 1).read_to_end(&mut bytes);
    read.map_err(|source| ScriptError::Unreadable { name: name.to_owned(), source })?;
    if bytes.len() as u64 > MAX_SCRIPT {
        return Err(ScriptError::TooLong { name: name.to_owned() });
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count();
        at(name, before + 1, "is not UTF-8")
    })
}

fn parse(name: &str, text: &str) -> Result<Vec<Line>, ScriptError> {
    let numbered = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).zip(1_usize..);
    let spoken = numbered.filter(|(line, _)| !line.is_empty());
    spoken.map(|(line, number)| parse_line(line).map_err(|why| at(name, number, why))).collect()
}

fn parse_line(line: &str) -> Result<Line, &'static str> {
    let (speaker, text) = if let Some(text) = line.strip_prefix("seeker: ") {
        (Speaker::Seeker, text)
    } else if let Some(text) = line.strip_prefix("counsellor: ") {
        (Speaker::Counsellor, text)
    } else {
        return Err("begins with neither `seeker: ` nor `counsellor: `");
    };
    match text.len() {
        0 => Err("says nothing"),
        1..=MAX_LINE => Ok(Line { speaker, text: text.to_owned() }),
        _ => Err("is longer than 65,536 bytes"),
    }
}

fn at(name: &str, number: usize, why: &'static str) -> ScriptError {
    ScriptError::Line { name: name.to_owned(), number, why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse("x", text).unwrap_err().to_string()
    }

    #[test]
    fn lines_keep_their_bytes() {
        let lines = parse("x", "seeker:  مرحبا \r\n\ncounsellor: 🌊: b\n").unwrap();
        let texts: Vec<_> = lines.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(texts, [" مرحبا ", "🌊: b"]);
        assert_eq!(lines[0].speaker, Speaker::Seeker);
    }

    #[test]
    fn the_longest_line_passes_and_one_byte_more_does_not() {
        assert!(parse("x", &format!("seeker: {}", "a".repeat(MAX_LINE))).is_ok());
        assert!(refusal(&format!("seeker: {}", "a".repeat(MAX_LINE + 1))).contains("65,536"));
    }

    #[test]
    fn a_malformed_line_is_named() {
        assert!(refusal("seeker: a\nsomebody: b").starts_with("line 2 of x begins with neither"));
        assert_eq!(refusal("seeker: "), "line 1 of x says nothing");
    }

    #[test]
    fn bytes_that_are_no_text_are_named() {
        let refused = read(&b"seeker: a\nseeker: \xff\n"[..], "x").unwrap_err().to_string();
        assert_eq!(refused, "line 2 of x is not UTF-8");
    }

    #[test]
    fn the_built_in_conversation_parses() {
        assert!(parse("x", BUILT_IN).unwrap().len() >= 8);
    }
}
