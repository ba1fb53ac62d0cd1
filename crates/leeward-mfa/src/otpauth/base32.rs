use zeroize::Zeroizing;

/// Decodes Base32 (RFC 4648 6) as the key URI format has it: without padding, or with it, in capital or
/// small letters. Bits that make no whole byte at the end are dropped.
pub(super) fn decode(text: &str, max: usize) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.trim_end_matches('=');
    let mut bytes = Zeroizing::new(Vec::with_capacity(max));
    let (mut held, mut bits) = (0_u16, 0_u32);
    for symbol in text.bytes() {
        held = (held << 5) | u16::from(value(symbol)?);
        bits = bits.saturating_add(5);
        if bits >= 8 {
            bits = bits.saturating_sub(8);
            let [_, byte] = (held >> bits).to_be_bytes();
            held &= (1 << bits) - 1;
            if bytes.len() >= max {
                return None;
            }
            bytes.push(byte);
        }
    }
    Some(bytes)
}

const fn value(symbol: u8) -> Option<u8> {
    match symbol {
        b'A'..=b'Z' => Some(symbol.wrapping_sub(b'A')),
        b'a'..=b'z' => Some(symbol.wrapping_sub(b'a')),
        b'2'..=b'7' => Some(symbol.wrapping_sub(b'2').wrapping_add(26)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_4648_section_10() {
        let vectors =
            [("", ""), ("MY======", "f"), ("MZXQ====", "fo"), ("MZXW6===", "foo"), ("MZXW6YQ=", "foob")];
        for (text, bytes) in vectors.into_iter().chain([("MZXW6YTB", "fooba"), ("mzxw6ytboi", "foobar")]) {
            assert_eq!(decode(text, 6).unwrap().as_slice(), bytes.as_bytes(), "{text}");
        }
        for other in ["M1", "MZ W6", "MZXW6YTBOI7", "=MY"] {
            assert!(decode(other, 5).is_none(), "{other}");
        }
    }
}
