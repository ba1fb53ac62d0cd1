//! A conversation to play, line by line.

use crate::failure::Failure;
use std::{
    fs,
    io::{self, IsTerminal, Read},
    path::Path,
};

/// The longest line, in bytes of UTF-8.
pub(crate) const MAX_LINE: usize = 64 * 1024;

/// More than this is no conversation.
const MAX_SCRIPT: u64 = 64 * 1024 * 1024;

const BUILT_IN: &str = include_str!("conversation.txt");

/// Who says a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speaker {
    Seeker,
    Counsellor,
}

/// What is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) speaker: Speaker,
    pub(crate) text: String,
}

/// The lines of `file`, else of standard input, else the built-in ones.
pub(crate) fn load(file: Option<&Path>) -> Result<Vec<Line>, Failure> {
    if let Some(path) = file {
        let name = path.display().to_string();
        let opened =
            fs::File::open(path).map_err(|error| Failure::new(format!("cannot read {name}: {error}")))?;
        let lines = parse(&name, &read(opened, &name)?)?;
        return if lines.is_empty() { Err(Failure::new(format!("{name} holds no line"))) } else { Ok(lines) };
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

fn read(source: impl Read, name: &str) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    source
        .take(MAX_SCRIPT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::new(format!("cannot read {name}: {error}")))?;
    if bytes.len() as u64 > MAX_SCRIPT {
        return Err(Failure::new(format!("{name} is longer than 64 MiB")));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(valid).filter(|byte| **byte == b'\n').count() + 1;
        Failure::new(format!("line {line} of {name} is not UTF-8"))
    })
}

fn parse(name: &str, text: &str) -> Result<Vec<Line>, Failure> {
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

fn at(name: &str, number: usize, why: &str) -> Failure {
    Failure::new(format!("line {number} of {name} {why}"))
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
