//! Seals a file in pieces, or opens one: `seal_file seal|open KEY_FILE CONTEXT IN OUT`.
//!
//! The key file holds 32 random bytes. OUT must not be there yet, and what was opened is kept only if the
//! message is whole.

use leeward_seal::{
    SealKey,
    cobblestone::{HEADER_LEN, Opener, Sealer},
};
use ring::rand::SystemRandom;
use std::{
    env, fs,
    io::{Read, Write},
};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [verb, key, context, from, to] = args.as_slice() else {
        return Err("usage: seal_file seal|open KEY_FILE CONTEXT IN OUT".into());
    };
    let key = SealKey::try_from(fs::read(key)?.as_slice())?;
    let (input, output) = (fs::File::open(from)?, fs::File::create_new(to)?);
    let done = match verb.as_str() {
        "seal" => seal(&key, context.as_bytes(), input, output),
        "open" => open(&key, context.as_bytes(), input, output),
        _ => Err("say seal or open".into()),
    };
    if done.is_err() {
        fs::remove_file(to)?;
    }
    done
}

fn seal(key: &SealKey, context: &[u8], mut input: impl Read, mut output: impl Write) -> Result<(), Failure> {
    let (mut piece, mut sealed) = (vec![0; 64 * 1024], Vec::new());
    let mut sealer = Sealer::new(key, context, &SystemRandom::new(), &mut sealed)?;
    loop {
        output.write_all(&sealed)?;
        sealed.clear();
        match input.read(&mut piece)? {
            0 => break,
            len => sealer.update(piece.get(..len).unwrap_or_default(), &mut sealed)?,
        }
    }
    sealer.finish(&mut sealed)?;
    Ok(output.write_all(&sealed)?)
}

fn open(key: &SealKey, context: &[u8], mut input: impl Read, mut output: impl Write) -> Result<(), Failure> {
    let (mut piece, mut opened) = (vec![0; 64 * 1024], Vec::with_capacity(80 * 1024));
    let mut header = [0; HEADER_LEN];
    input.read_exact(&mut header)?;
    let mut opener = Opener::new(key, context, &header)?;
    loop {
        match input.read(&mut piece)? {
            0 => break,
            len => opener.update(piece.get(..len).unwrap_or_default(), &mut opened)?,
        }
        output.write_all(&opened)?;
        opened.clear();
    }
    opener.finish(&mut opened)?;
    Ok(output.write_all(&opened)?)
}
