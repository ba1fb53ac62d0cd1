//! Splits, combines and seals for other people's programs: see tests/interop.
//!
//! ```text
//! interop split SECRET THRESHOLD COUNT    shares, one a line: the value, and behind it the place
//! interop combine SHARE...                the secret
//! interop seal SECRET THRESHOLD KEY...    a sealed set for trustees with these X25519 public keys
//! ```
//! All bytes are hexadecimal.

use leeward_escrow::{
    PublicKey, SealedSet, Secret, Terms, Trustee,
    shamir::{Share, combine, split},
};
use leeward_event::{ConversationId, StaffId, Subject};
use ring::rand::SystemRandom;
use std::{
    env,
    error::Error,
    io::{self, Write},
};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (mut out, rng) = (io::stdout().lock(), SystemRandom::new());
    match words.as_slice() {
        ["split", secret, threshold, count] => {
            let secret = Secret::from_bytes(&bytes(secret)?)?;
            for share in split(&secret, threshold.parse()?, count.parse()?, &rng)? {
                writeln!(out, "{}{:02x}", hex(share.expose_value()), share.index())?;
            }
        }
        ["combine", shares @ ..] => {
            let shares = shares.iter().map(|text| share(text)).collect::<Result<Vec<_>, _>>()?;
            writeln!(out, "{}", hex(combine(&shares)?.expose()))?;
        }
        ["seal", secret, threshold, keys @ ..] => {
            let trustees = keys.iter().zip(1..).map(|(key, number)| {
                let key = PublicKey::decode(&[vec![1, 0, 0x20], bytes(key)?].concat())?;
                Ok(Trustee::new(StaffId::from_bytes([number; 16]), key))
            });
            let trustees = trustees.collect::<Result<Vec<_>, Box<dyn Error>>>()?;
            let terms = Terms {
                subject: Subject::Conversation(ConversationId::generate(&rng)?),
                purpose: "interop".to_owned(),
                policy_version: 3,
                threshold: threshold.parse()?,
            };
            let set = SealedSet::seal(&Secret::from_bytes(&bytes(secret)?)?, &terms, &trustees, &rng)?;
            writeln!(out, "{}", hex(&set.encode()))?;
        }
        _ => return Err("split, combine or seal".into()),
    }
    Ok(())
}

fn share(text: &str) -> Result<Share, Box<dyn Error>> {
    let bytes = bytes(text)?;
    let (place, value) = bytes.split_last().ok_or("no share")?;
    Ok(Share::from_parts(*place, value)?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(text: &str) -> Result<Vec<u8>, Box<dyn Error>> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err("half a byte".into()) };
    pairs.iter().map(|pair| Ok(u8::from_str_radix(str::from_utf8(pair)?, 16)?)).collect()
}
