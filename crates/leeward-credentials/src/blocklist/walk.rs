//! Runs along a keyboard, the alphabet or the digits.

use zeroize::Zeroizing;

/// A shorter run may be chance.
const SHORTEST_RUN: usize = 4;
/// A form with fewer characters says nothing about the rest of the passphrase.
const SHORTEST_FORM: usize = 6;
/// One character in so many may lie off every run.
const STRAY: usize = 6;

/// Rows of keys, from the digits down, of QWERTY, QWERTZ, AZERTY and ЙЦУКЕН.
const LAYOUTS: [[&str; 4]; 4] = [
    ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"],
    ["1234567890ß", "qwertzuiopü", "asdfghjklöä", "yxcvbnm"],
    ["1234567890", "azertyuiop", "qsdfghjklm", "wxcvbn"],
    ["1234567890", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"],
];
/// How far each row lies to the right, in quarters of a key.
const SHIFTS: [i32; 4] = [0, 2, 3, 5];
const KEY: i32 = 4;

/// Straight ways over a block of digits, either way.
const KEYPAD: [&str; 4] = ["789456123", "147258369", "741852963", "159357"];

/// What a passphrase runs along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walk {
    /// Keys that lie beside each other.
    Keys,
    /// The alphabet or the digits.
    Sequence,
}

/// What nearly all of the text runs along; `None` when it does not.
pub(crate) fn walk(form: &str) -> Option<Walk> {
    let text: Zeroizing<Vec<char>> = Zeroizing::new(form.chars().collect());
    if text.len() < SHORTEST_FORM {
        return None;
    }
    let (mut at, mut strays, mut kind) = (0, 0_usize, None);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (run, along) = longest_run(rest);
        if run < SHORTEST_RUN {
            strays = strays.saturating_add(1);
            at = at.saturating_add(1);
        } else {
            kind = kind.or(Some(along));
            at = at.saturating_add(run);
        }
    }
    kind.filter(|_| strays.saturating_mul(STRAY) <= text.len())
}

fn longest_run(text: &[char]) -> (usize, Walk) {
    let sequence = [1, -1].map(|step| run(text, |a, b| code(b) - code(a) == step));
    let keys = LAYOUTS.iter().map(|layout| run(text, |a, b| are_neighbours(layout, a, b)));
    let sequence = sequence.into_iter().max().unwrap_or(0);
    let keys = keys.chain([keypad(text)]).max().unwrap_or(0);
    if keys > sequence { (keys, Walk::Keys) } else { (sequence, Walk::Sequence) }
}

fn run(text: &[char], mut goes_on: impl FnMut(char, char) -> bool) -> usize {
    let pairs = text.iter().zip(text.iter().skip(1));
    pairs.take_while(|(a, b)| goes_on(**a, **b)).count().saturating_add(1)
}

fn keypad(text: &[char]) -> usize {
    let ways = KEYPAD.iter().flat_map(|way| [way.chars().collect::<Vec<_>>(), way.chars().rev().collect()]);
    ways.map(|way| text.iter().zip(&way).take_while(|(a, b)| a == b).count()).max().unwrap_or(0)
}

fn are_neighbours(layout: &[&str; 4], a: char, b: char) -> bool {
    let (Some((ax, ay)), Some((bx, by))) = (place(layout, a), place(layout, b)) else { return false };
    (ax - bx).abs() <= KEY && (ay - by).abs() <= 1
}

fn place(layout: &[&str; 4], key: char) -> Option<(i32, i32)> {
    (0_i32..).zip(layout.iter().zip(SHIFTS)).find_map(|(y, (row, shift))| {
        let x = (0_i32..).zip(row.chars()).find(|(_, c)| *c == key)?.0;
        Some((x * KEY + shift, y))
    })
}

fn code(c: char) -> i64 {
    i64::from(u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_on_each_layout_and_along_the_alphabet() {
        for (text, along) in [
            ("qwertyuiopasdfghjkl", Walk::Keys),
            ("1qaz2wsx3edc4rfv", Walk::Keys),
            ("qwertzuiopasdfg", Walk::Keys),
            ("azertyuiopqsdfgh", Walk::Keys),
            ("йцукенгшщзфывапр", Walk::Keys),
            ("poiuytrewqlkjhgfdsa", Walk::Keys),
            ("zaq1xsw2cde3vfr4", Walk::Keys),
            ("741852963", Walk::Keys),
            ("abcdefghijklmnop", Walk::Sequence),
            ("zyxwvutsrqponml", Walk::Sequence),
            ("123456789012345", Walk::Keys),
            ("абвгдежзийклмноп", Walk::Sequence),
        ] {
            assert_eq!(walk(text), Some(along), "{text}");
        }
    }

    #[test]
    fn words_and_chance_are_no_runs() {
        for text in [
            "849302718465029",
            "sevenlampsabovethequay",
            "tidalclockbel",
            "propertyassessor",
            "abc",
            "",
            "灯火港",
        ] {
            assert_eq!(walk(text), None, "{text}");
        }
    }
}
