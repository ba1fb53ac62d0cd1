use super::CedarError;

/// The most bytes of policies or of a schema that are read.
pub const MAX_BYTES: usize = 1 << 20;
/// The most policies that are read.
pub const MAX_POLICIES: usize = 4_096;
/// The most brackets that are open at one place.
pub const MAX_DEPTH: usize = 32;
/// The most operators, brackets and conditionals in one policy. Cedar walks a chain such as `a && b && …` by recursion,
/// so that its length is a depth; this many fit in 2 MiB of stack, a thread's usual, and every rule of ours fits.
pub const MAX_JOINTS: usize = 256;

/// Refuses what Cedar's own parser, which has no such limits, should not be given.
pub(super) fn check(text: &str) -> Result<(), CedarError> {
    if text.len() > MAX_BYTES {
        return Err(CedarError::TooLong { max: MAX_BYTES });
    }
    let mut scan = Scan { line: 1, depth: 0, joints: 0 };
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = match byte {
            b'"' => scan.pass_string(after),
            b'/' if after.first() == Some(&b'/') => pass_comment(after),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => scan.pass_word(rest),
            _ => scan.see(byte, after),
        };
        if scan.depth > MAX_DEPTH || scan.joints > MAX_JOINTS {
            return Err(CedarError::TooDeep { line: scan.line });
        }
    }
    Ok(())
}

struct Scan {
    line: usize,
    depth: usize,
    joints: usize,
}

impl Scan {
    const fn see<'a>(&mut self, byte: u8, after: &'a [u8]) -> &'a [u8] {
        match byte {
            b'\n' => self.line = self.line.saturating_add(1),
            b';' => self.joints = 0,
            b'(' | b'[' | b'{' => {
                self.depth = self.depth.saturating_add(1);
                self.joint();
            }
            b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            b'.' | b'&' | b'|' | b'+' | b'-' | b'*' | b'!' | b'<' | b'>' | b'=' => self.joint(),
            _ => {}
        }
        after
    }

    const fn joint(&mut self) {
        self.joints = self.joints.saturating_add(1);
    }

    fn pass_word<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let of_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let end = rest.iter().position(|byte| !of_word(byte)).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        if matches!(word, b"if" | b"then" | b"else" | b"when" | b"unless" | b"in" | b"has" | b"like" | b"is")
        {
            self.joint();
        }
        after
    }

    fn pass_string<'a>(&mut self, mut rest: &'a [u8]) -> &'a [u8] {
        loop {
            rest = match rest {
                [b'\\', _, after @ ..] => after,
                [b'"', after @ ..] => return after,
                [byte, after @ ..] => {
                    self.line = self.line.saturating_add(usize::from(*byte == b'\n'));
                    after
                }
                [] => return rest,
            };
        }
    }
}

fn pass_comment(rest: &[u8]) -> &[u8] {
    let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
    rest.get(end..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Option<usize> {
        match check(text) {
            Err(CedarError::TooDeep { line }) => Some(line),
            _ => None,
        }
    }

    #[test]
    fn depth_and_length_of_chains_are_counted_for_each_policy() {
        assert_eq!(line(&"(".repeat(MAX_DEPTH)), None);
        assert_eq!(line(&format!("\n{}", "(".repeat(MAX_DEPTH + 1))), Some(2));
        assert_eq!(line(&"a.".repeat(MAX_JOINTS + 1)), Some(1));
        assert_eq!(line(&"if a then a else ".repeat(MAX_JOINTS)), Some(1));
        assert_eq!(line(&"a.;".repeat(MAX_JOINTS + 1)), None);
    }

    #[test]
    fn strings_and_comments_hide_nothing_and_count_for_nothing() {
        assert_eq!(line(&format!("\"{}\"", "(".repeat(99))), None);
        assert_eq!(line(&format!("// {}", "(".repeat(99))), None);
        assert_eq!(line(&format!("// \"\n{}", "(".repeat(99))), Some(2));
        assert_eq!(line(&format!("\"// \\\" \"\n{}", "(".repeat(99))), Some(2));
    }

    #[test]
    fn a_hundred_megabytes_are_refused_unread() {
        let text = " ".repeat(100 << 20);
        assert!(matches!(check(&text), Err(CedarError::TooLong { max: MAX_BYTES })));
    }
}
