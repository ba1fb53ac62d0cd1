//! Whether a passphrase is made of names.

use super::forms::{Forms, fold};
use zeroize::Zeroizing;

/// A part of a name counts from this length, or when it is the whole of a word of [`SHORTEST_WORD`].
const SHORTEST_PART: usize = 4;
const SHORTEST_WORD: usize = 3;
/// Letters that may be left over: `my`, `the`.
const LEFT_OVER: usize = 3;
const MAX_WORDS: usize = 64;
const MAX_LEN: usize = 64;

/// A name, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word(Vec<char>);

impl Word {
    /// The words that a name is made of, by spaces, signs and inner capitals, and the name whole.
    pub(crate) fn of(name: &str) -> Vec<Self> {
        let name: String = name.chars().take(MAX_LEN * 4).collect();
        let pieces = name.split(|c: char| !c.is_alphanumeric()).flat_map(humps);
        let mut words: Vec<_> = pieces.filter_map(Self::folded).take(MAX_WORDS).collect();
        // The name whole, unless it is one of them.
        words.extend(Self::folded(&name).filter(|whole| !words.contains(whole)));
        words
    }

    pub(crate) fn into_text(self) -> String {
        self.0.into_iter().collect()
    }

    fn folded(piece: &str) -> Option<Self> {
        let word: Vec<_> = fold(piece).chars().take(MAX_LEN).collect();
        (word.len() >= SHORTEST_WORD).then_some(Self(word))
    }
}

/// Whether nothing but a few letters is left when the words and parts of them are taken out.
pub(crate) fn is_made_of(forms: &Forms, words: &[Word]) -> bool {
    !words.is_empty() && forms.all().any(|form| is_covered(form, words))
}

fn is_covered(text: &str, words: &[Word]) -> bool {
    let text: Zeroizing<Vec<char>> = Zeroizing::new(text.chars().collect());
    let letters = text.iter().filter(|c| c.is_alphabetic()).count();
    let left = left_over(&text, &longest_parts(&text, words));
    left < letters && left <= LEFT_OVER
}

/// For each place, how much from there on is part of a word.
fn longest_parts(text: &[char], words: &[Word]) -> Vec<usize> {
    let mut longest: Vec<usize> = vec![0; text.len()];
    for Word(word) in words {
        // How long text and word agree from here and from there; row by row, from the back.
        let mut below = vec![0_usize; word.len().saturating_add(1)];
        for (c, longest) in text.iter().zip(&mut longest).rev() {
            let agree = |(own, after): (&char, &usize)| if own == c { after.saturating_add(1) } else { 0 };
            let row: Vec<_> = word.iter().zip(below.iter().skip(1)).map(agree).chain([0]).collect();
            let part = row.iter().copied().max().filter(|len| *len >= SHORTEST_PART);
            let whole = row.first().copied().filter(|len| *len == word.len());
            *longest = part.or(whole).unwrap_or(0).max(*longest);
            below = row;
        }
    }
    longest
}

/// The fewest letters that no part covers.
fn left_over(text: &[char], longest: &[usize]) -> usize {
    let mut fewest = vec![usize::MAX; text.len().saturating_add(1)];
    if let Some(start) = fewest.first_mut() {
        *start = 0;
    }
    for (at, (c, part)) in text.iter().zip(longest).enumerate() {
        let here = fewest.get(at).copied().unwrap_or(usize::MAX);
        let mut reach = |len: usize, cost: usize| {
            if let Some(there) = fewest.get_mut(at.saturating_add(len)) {
                *there = cost.min(*there);
            }
        };
        reach(1, here.saturating_add(usize::from(c.is_alphabetic())));
        (SHORTEST_WORD..=*part).for_each(|len| reach(len, here));
    }
    fewest.last().copied().unwrap_or(usize::MAX)
}

fn humps(piece: &str) -> Vec<&str> {
    let mut starts = vec![0];
    let pairs = piece.char_indices().zip(piece.char_indices().skip(1));
    starts
        .extend(pairs.filter(|((_, a), (_, b))| a.is_lowercase() && b.is_uppercase()).map(|(_, (at, _))| at));
    let ends = starts.iter().skip(1).copied().chain([piece.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| piece.get(*start..end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made_of(text: &str, name: &str) -> bool {
        is_made_of(&Forms::new(text), &Word::of(name))
    }

    #[test]
    fn names_and_parts_of_them_however_they_are_dressed() {
        for (text, name) in [
            ("leewardcrisisline2026", "Leeward Crisis Line"),
            ("L33w4rd-Cr1s1s-L1n3!", "Leeward Crisis Line"),
            ("my leeward line 2026", "Leeward Crisis Line"),
            ("enilsisircdraweel", "LeewardCrisisLine"),
            ("schmidtmaria1984!!", "maria.schmidt@example.org"),
            ("schmi maria schmi 1", "maria.schmidt@example.org"),
            ("leo84930271846502", "Leo"),
            ("mk1984mk1984mk1984", "mk1984"),
        ] {
            assert!(made_of(text, name), "{text}: {name}");
        }
    }

    #[test]
    fn a_name_within_a_passphrase_is_no_reason_to_refuse_it() {
        for (text, name) in [
            ("leeward saves my evening", "Leeward"),
            ("christmas in a stable", "christina"),
            ("seven lamps above the quay", "Al Ba"),
            ("849302718465029", "Leeward"),
            ("", "Leeward"),
        ] {
            assert!(!made_of(text, name), "{text}: {name}");
        }
    }

    #[test]
    fn a_name_without_letters_or_end_is_no_trouble() {
        for name in ["", "--", "a", &"x".repeat(100_000), &"ab ".repeat(10_000)] {
            assert!(!made_of("seven lamps above the quay", name));
        }
    }
}
