//! What a guesser tries first. Only the passphrase as a whole is compared, never a word within it
//! (NIST SP 800-63B-4 3.1.1.2).

use zeroize::Zeroizing;

const COMMON: &str = include_str!("common.txt");

/// Runs along a keyboard, a number row or the alphabet. Any stretch of one, either way, is common.
const WALKS: [&str; 6] = [
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/// `qwerty`, in bytes. Fewer letters say nothing about the rest of a passphrase.
const SHORTEST_WALK: usize = 6;

/// A shorter unit, repeated until the passphrase is long enough, counts as the unit alone.
const SHORT_UNIT: usize = 8;

/// Whether the whole is on the list, a listed word over and over, or a walk, perhaps dressed up with
/// digits and signs.
pub(crate) fn is_common(folded: &Folded) -> bool {
    let letters = folded.letters();
    let walks = is_walk(&folded.0) || (letters.len() >= SHORTEST_WALK && is_walk(&letters));
    walks || COMMON.lines().any(|listed| *folded.0 == listed || repeats(&letters, listed))
}

/// Whether its letters are nothing but these words, one after the other.
pub(crate) fn is_made_of(folded: &Folded, words: &[Folded]) -> bool {
    let letters = folded.letters();
    let words: Vec<_> = words.iter().map(Folded::letters).filter(|word| !word.is_empty()).collect();
    !letters.is_empty() && consumes(&letters, &words)
}

/// Whether it is one short unit over and over, of whatever characters.
pub(crate) fn is_repetition(normalised: &str) -> bool {
    let length = normalised.chars().count();
    let has_period = |period| normalised.chars().zip(normalised.chars().skip(period)).all(|(a, b)| a == b);
    (1..SHORT_UNIT).any(|period| length >= period.saturating_mul(2) && has_period(period))
}

/// Lower case, letters and digits only.
pub(crate) struct Folded(Zeroizing<String>);

impl Folded {
    pub(crate) fn new(text: &str) -> Self {
        let mut folded = Zeroizing::new(String::with_capacity(text.len().saturating_mul(3)));
        folded.extend(text.chars().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()));
        Self(folded)
    }

    fn letters(&self) -> Zeroizing<String> {
        let mut letters = Zeroizing::new(String::with_capacity(self.0.len()));
        letters.extend(self.0.chars().filter(|c| c.is_alphabetic()));
        letters
    }
}

fn is_walk(text: &str) -> bool {
    let backwards = backwards(text);
    let along = |walk: &&str| walk.contains(text) || walk.contains(backwards.as_str());
    !text.is_empty() && WALKS.iter().any(along)
}

fn backwards(text: &str) -> Zeroizing<String> {
    // Not `collect`: growing would leave copies behind.
    let mut backwards = Zeroizing::new(String::with_capacity(text.len()));
    backwards.extend(text.chars().rev());
    backwards
}

fn repeats(letters: &str, listed: &str) -> bool {
    !letters.is_empty() && letters.split(listed).all(str::is_empty)
}

/// Whether `text` is a sequence of `words`: position by position, each reached from an earlier one.
fn consumes(text: &str, words: &[Zeroizing<String>]) -> bool {
    let mut reached = vec![false; text.len().saturating_add(1)];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for at in 0..text.len() {
        if reached.get(at) != Some(&true) {
            continue;
        }
        for word in words {
            let fits = text.get(at..).is_some_and(|rest| rest.starts_with(word.as_str()));
            if let (true, Some(end)) = (fits, reached.get_mut(at.saturating_add(word.len()))) {
                *end = true;
            }
        }
    }
    reached.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_line_is_folded_and_long_enough_to_matter() {
        for line in COMMON.lines() {
            assert_eq!(*Folded::new(line).0, line);
            assert!(line.chars().count() >= 8, "{line}");
        }
    }

    #[test]
    fn no_form_of_a_passphrase_grows_and_leaves_a_copy_behind() {
        for text in ["seven lamps above the quay", "ȺȾȺȾȺȾȺȾȺȾȺȾȺȾȺȾ", "İİİİİİİİİİİİİİİİ", "灯火🌊🕰 Ǆ ΰ"]
        {
            let folded = Folded::new(text);
            assert_eq!(folded.0.capacity(), text.len() * 3);
            for form in [folded.letters(), backwards(&folded.0)] {
                assert_eq!(form.capacity(), folded.0.len());
            }
        }
    }

    #[test]
    fn a_word_within_a_passphrase_is_no_reason_to_refuse_it() {
        assert!(!is_common(&Folded::new("a password my cat would like")));
        assert!(!is_made_of(&Folded::new("leeward saves my evening"), &[Folded::new("Leeward")]));
    }
}
