use super::check::check;
use crate::MfaError;
use ring::rand::SecureRandom;
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Digits and capital letters that are not taken for each other: without I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 5;
const SYMBOLS: usize = 24;
/// What is longer is no code.
const MAX_TYPED: usize = 128;

/// A code to be kept on paper: 120 random bits, in five groups of five characters, of which the last is a
/// check.
///
/// It has more than the 112 bits from which on a plain hash protects it as well as a slow one does (NIST
/// SP 800-63B-4 3.1.2.2): a stolen database is of no use for guessing, and checking a code costs nothing
/// that a flood could use up.
///
/// ```
/// use leeward_mfa::RecoveryCode;
/// # let rng = ring::rand::SystemRandom::new();
/// let code = RecoveryCode::generate(&rng)?;
/// let written = code.expose(); // such as K7Q2M-0ZRXA-9D3TV-WH5BC-4GJN8
/// assert_eq!(written.len(), 29);
/// let typed = written.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
/// assert_eq!(*RecoveryCode::parse(&typed)?.expose(), *written);
/// # Ok::<(), leeward_mfa::MfaError>(())
/// ```
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct RecoveryCode(Box<[u8; Self::LEN]>);

impl RecoveryCode {
    /// Bytes of what is random in it.
    pub const LEN: usize = 15;

    /// A new code.
    ///
    /// # Errors
    /// [`MfaError::Random`] when the source of randomness fails.
    pub fn generate(rng: &dyn SecureRandom) -> Result<Self, MfaError> {
        let mut code = Self(Box::new([0; Self::LEN]));
        rng.fill(code.0.as_mut_slice()).map_err(|_| MfaError::Random)?;
        Ok(code)
    }

    /// Reads a code as it was typed: in capital or small letters, with or without spaces and hyphens, in
    /// full-width characters too, with O for 0 and I or L for 1.
    ///
    /// # Errors
    /// [`MfaError::MistypedCode`] when it has another length, another character, or a check that does not
    /// fit: it was mistyped, which may be said at once, since it was compared with nothing.
    pub fn parse(typed: &str) -> Result<Self, MfaError> {
        let symbols = symbols(typed).ok_or(MfaError::MistypedCode)?;
        let (given, random) = symbols.split_last().ok_or(MfaError::MistypedCode)?;
        if random.len() != SYMBOLS || check(random) != *given {
            return Err(MfaError::MistypedCode);
        }
        let mut code = Self(Box::new([0; Self::LEN]));
        pack(random, &mut code.0);
        Ok(code)
    }

    /// As it is shown and printed, once.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        let mut symbols = Zeroizing::new(unpack(&self.0).to_vec());
        let check = check(&symbols);
        symbols.push(check);
        let mut text = Zeroizing::new(String::with_capacity(SYMBOLS.saturating_add(GROUP)));
        for (place, symbol) in symbols.iter().enumerate() {
            if place > 0 && place.is_multiple_of(GROUP) {
                text.push('-');
            }
            text.push(ALPHABET.get(usize::from(*symbol)).copied().map_or('0', char::from));
        }
        text
    }

    pub(super) fn bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

fn symbols(typed: &str) -> Option<Zeroizing<Vec<u8>>> {
    if typed.len() > MAX_TYPED {
        return None;
    }
    let mut symbols = Zeroizing::new(Vec::with_capacity(MAX_TYPED));
    for typed in typed.chars().filter(|typed| !typed.is_whitespace() && !matches!(typed, '-' | '－')) {
        symbols.push(symbol(typed)?);
    }
    Some(symbols)
}

fn symbol(typed: char) -> Option<u8> {
    let narrow = match u32::from(typed) {
        wide @ 0xFF01..=0xFF5E => char::from_u32(wide.wrapping_sub(0xFEE0))?,
        _ => typed,
    };
    let meant = match narrow.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let place = ALPHABET.iter().position(|symbol| char::from(*symbol) == meant)?;
    u8::try_from(place).ok()
}

/// Eight symbols of five bits are five bytes.
fn pack(symbols: &[u8], bytes: &mut [u8; RecoveryCode::LEN]) {
    for (symbols, bytes) in symbols.chunks(8).zip(bytes.chunks_mut(5)) {
        let bits = symbols.iter().fold(0_u64, |bits, symbol| (bits << 5) | u64::from(*symbol));
        let [_, _, _, packed @ ..] = bits.to_be_bytes();
        bytes.copy_from_slice(&packed);
    }
}

fn unpack(bytes: &[u8; RecoveryCode::LEN]) -> [u8; SYMBOLS] {
    let mut symbols = [0; SYMBOLS];
    for (symbols, bytes) in symbols.chunks_mut(8).zip(bytes.chunks(5)) {
        let mut bits = bytes.iter().fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
        for symbol in symbols.iter_mut().rev() {
            [.., *symbol] = (bits & 31).to_be_bytes();
            bits >>= 5;
        }
    }
    symbols
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_pinned() {
        let code = RecoveryCode(Box::new([
            0, 0x44, 0x32, 0x14, 0xC7, 0x42, 0x54, 0xB6, 0x35, 0xCF, 0x84, 0x65, 0x3A, 0x56, 0xD7,
        ]));
        assert_eq!(*code.expose(), "01234-56789-ABCDE-FGHJK-MNPQE");
        assert_eq!(RecoveryCode::parse(&code.expose()).unwrap().0, code.0);
    }

    #[test]
    fn every_mistake_of_one_character_and_every_exchange_of_two_is_noticed() {
        let code = RecoveryCode(Box::new([7, 99, 200, 13, 5, 66, 1, 254, 90, 31, 128, 77, 2, 3, 44]));
        let written: Vec<char> = code.expose().chars().filter(|c| *c != '-').collect();
        let typed = |characters: &[char]| RecoveryCode::parse(&characters.iter().collect::<String>());
        for place in 0..written.len() {
            for symbol in ALPHABET.iter().copied().map(char::from).filter(|symbol| *symbol != written[place])
            {
                let mut wrong = written.clone();
                wrong[place] = symbol;
                assert!(typed(&wrong).is_err(), "{place} {symbol}");
            }
            for other in (0..place).filter(|other| written[*other] != written[place]) {
                let mut wrong = written.clone();
                wrong.swap(place, other);
                // The check itself has the weight 1, and no place of the code does.
                assert!(typed(&wrong).is_err(), "{place} {other}");
            }
        }
    }
}
