//! A passphrase as a guesser's rules see it.

use zeroize::Zeroizing;

/// Signs and digits that stand for a letter. Those that stand for two are in the second table too.
const LEET: [(char, char); 12] = [
    ('0', 'o'),
    ('1', 'i'),
    ('3', 'e'),
    ('4', 'a'),
    ('5', 's'),
    ('7', 't'),
    ('8', 'b'),
    ('9', 'g'),
    ('@', 'a'),
    ('$', 's'),
    ('!', 'i'),
    ('|', 'i'),
];
const LEET_L: [char; 3] = ['1', '!', '|'];

/// The forms that are compared: wiped when dropped.
pub(crate) struct Forms {
    /// Lower case, letters and digits only.
    folded: Zeroizing<String>,
    /// Letters only.
    letters: Zeroizing<String>,
    others: Vec<Zeroizing<String>>,
}

impl Forms {
    pub(crate) fn new(text: &str) -> Self {
        let dressing = |c: char| !c.is_alphabetic();
        let cores = [text, text.trim_end_matches(dressing), text.trim_matches(dressing)];
        let mut others: Vec<_> = cores.iter().flat_map(|core| unleeted(core)).collect();
        let (folded, letters) = (fold(text), filtered(text, char::is_alphabetic));
        others.push(backwards(&folded));
        others.push(backwards(&letters));
        Self { folded, letters, others }
    }

    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    pub(crate) fn letters(&self) -> &str {
        &self.letters
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &str> {
        let others = self.others.iter().map(|form| form.as_str());
        [self.folded(), self.letters()].into_iter().chain(others)
    }
}

/// Lower case, letters and digits only.
pub(crate) fn fold(text: &str) -> Zeroizing<String> {
    filtered(text, char::is_alphanumeric)
}

/// The piece that the text is over and over, cut off anywhere; `None` when there is none.
pub(crate) fn unit(text: &str) -> Option<&str> {
    let starts =
        text.char_indices().map(|(at, _)| at).skip(1).take_while(|at| at.saturating_mul(2) <= text.len());
    let period = |at: &usize| text.get(*at..).is_some_and(|rest| text.starts_with(rest));
    // Each try may cost the whole length: this many cover every entry of a list.
    starts.take(64).find(period).and_then(|at| text.get(..at))
}

fn filtered(text: &str, keep: fn(char) -> bool) -> Zeroizing<String> {
    // Room for all it can become: growing would leave copies behind.
    let mut kept = Zeroizing::new(String::with_capacity(text.len().saturating_mul(3)));
    kept.extend(text.chars().flat_map(char::to_lowercase).filter(|c| keep(*c)));
    kept
}

fn unleeted(text: &str) -> [Zeroizing<String>; 2] {
    [false, true].map(|l| {
        let mut plain = Zeroizing::new(String::with_capacity(text.len().saturating_mul(3)));
        let letters = text.chars().map(|c| letter(c, l)).flat_map(char::to_lowercase);
        plain.extend(letters.filter(|c| c.is_alphabetic()));
        plain
    })
}

fn letter(c: char, l: bool) -> char {
    if l && LEET_L.contains(&c) {
        return 'l';
    }
    LEET.iter().find(|(sign, _)| *sign == c).map_or(c, |(_, letter)| *letter)
}

fn backwards(text: &str) -> Zeroizing<String> {
    let mut backwards = Zeroizing::new(String::with_capacity(text.len()));
    backwards.extend(text.chars().rev());
    backwards
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_of_a_passphrase_grows_and_leaves_a_copy_behind() {
        for text in ["seven lamps above the quay", "ȺȾȺȾȺȾȺȾȺȾȺȾȺȾȺȾ", "İİİİİİİİİİİİİİİİ", "灯火🌊🕰 Ǆ ΰ"]
        {
            let forms = Forms::new(text);
            assert_eq!(forms.folded.capacity(), text.len() * 3);
            for form in forms.all() {
                assert!(form.len() <= text.len() * 3);
            }
            assert!(forms.others.iter().all(|form| form.len() <= form.capacity()));
            assert_eq!(forms.others.last().unwrap().capacity(), forms.letters.len());
        }
    }

    #[test]
    fn the_forms_are_what_rules_of_guessers_make() {
        let forms = Forms::new("P4$$w0rd! 2026");
        for form in ["p4w0rd2026", "pwrd", "password", "6202dr0w4p"] {
            assert!(forms.all().any(|found| found == form), "{form}: {:?}", forms.all().collect::<Vec<_>>());
        }
        assert!(Forms::new("b0bby1ee").all().any(|form| form == "bobbylee"));
    }

    #[test]
    fn a_unit_is_the_shortest_piece_that_repeats() {
        for (text, found) in [
            ("abcabcabc", Some("abc")),
            ("abcabcab", Some("abc")),
            ("zzzz", Some("z")),
            ("abca", None),
            ("", None),
            ("é", None),
            ("éé", Some("é")),
        ] {
            assert_eq!(unit(text), found, "{text}");
        }
    }
}
