use crate::{CredentialError, Passphrase};
use ring::rand::SecureRandom;
use secrecy::SecretString;
use zeroize::Zeroizing;

/// Digits and letters, without the letters that look like another: `i`, `l`, `o` and `u`.
const ALPHABET: [u8; 32] = *b"0123456789abcdefghjkmnpqrstvwxyz";
const GROUPS: usize = 5;
const GROUP: usize = 4;
const LEN: usize = GROUPS * GROUP + GROUPS - 1;

/// A random passphrase to hand to someone at enrolment: five groups of four such as
/// `8x2k-v0md-3hqs-yt6n-c4ea`, 100 bits.
///
/// Show it once, with [`Passphrase::expose`].
///
/// # Errors
/// [`CredentialError::Random`] when the source of randomness fails.
pub fn generate_passphrase(rng: &dyn SecureRandom) -> Result<Passphrase, CredentialError> {
    let mut random = Zeroizing::new([0_u8; GROUPS * GROUP]);
    rng.fill(random.as_mut()).map_err(|_| CredentialError::Random)?;
    // Exactly as long as it becomes: to shrink may leave a copy behind.
    let mut text = String::with_capacity(LEN);
    for (index, group) in random.chunks(GROUP).enumerate() {
        if index > 0 {
            text.push('-');
        }
        text.extend(group.iter().map(symbol));
    }
    Passphrase::new(SecretString::from(text))
}

/// One of 32 symbols: a byte modulo 32 is uniform.
fn symbol(random: &u8) -> char {
    ALPHABET.get(usize::from(random % 32)).copied().map_or('0', char::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_taken_is_the_length() {
        let generated = generate_passphrase(&ring::rand::SystemRandom::new()).unwrap();
        assert_eq!(generated.expose().len(), LEN);
    }
}
