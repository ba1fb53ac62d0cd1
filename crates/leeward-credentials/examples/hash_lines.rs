//! Hashes and checks what it is told, line by line, so that other implementations can be held beside it:
//! `hash M T P PASSPHRASE PEPPER` answers with a PHC string, `check PASSPHRASE HASH` with `right` or `wrong`.
//! Passphrases and peppers are in hexadecimal; a pepper of `-` is none.
#![allow(clippy::print_stdout, reason = "it answers")]

use leeward_credentials::{
    ForeignHash, Governor, GovernorConfig, HashParams, Passphrase, Pepper, PepperId, Peppers, Salt,
};
use ring::rand::SystemRandom;
use std::{error::Error, io};

type Failure = Box<dyn Error>;

fn main() -> Result<(), Failure> {
    for line in io::stdin().lines() {
        println!("{}", answer(&line?)?);
    }
    Ok(())
}

fn answer(line: &str) -> Result<String, Failure> {
    let fields: Vec<_> = line.split(' ').collect();
    match fields[..] {
        ["hash", memory_kib, passes, lanes, passphrase, pepper] => {
            let params = HashParams::new(memory_kib.parse()?, passes.parse()?, lanes.parse()?)?;
            hash(params, passphrase, pepper)
        }
        ["check", passphrase, hash] => check(passphrase, hash),
        _ => Err("neither `hash` nor `check`".into()),
    }
}

fn hash(params: HashParams, passphrase: &str, pepper: &str) -> Result<String, Failure> {
    let peppers = match pepper {
        "-" => Peppers::none(),
        secret => {
            let secret = <[u8; 32]>::try_from(bytes(secret)?.as_slice())?;
            Peppers::current(Pepper::new(PepperId::new(1.try_into()?), Box::new(secret)))
        }
    };
    let governor = Governor::start(GovernorConfig::default().params(params).peppers(peppers))?;
    let (passphrase, salt) = (typed(passphrase)?, Salt::generate(&SystemRandom::new())?);
    let phc = pollster::block_on(governor.hash(&passphrase, salt))?.to_phc().ok_or("no PHC string")?;
    Ok(phc.to_string())
}

fn check(passphrase: &str, hash: &str) -> Result<String, Failure> {
    // Room for Django's Argon2.
    let config = GovernorConfig::default().ceiling(HashParams::new(102_400, 4, 8)?);
    let governor = Governor::start(config)?;
    let (foreign, salt) = (ForeignHash::parse(hash)?, Salt::generate(&SystemRandom::new())?);
    let right = pollster::block_on(async {
        let imported = governor.import(&foreign, salt).await?;
        governor.check(&typed(passphrase)?, &imported).await.map_err(Failure::from)
    });
    Ok(if right? { "right" } else { "wrong" }.into())
}

fn typed(passphrase: &str) -> Result<Passphrase, Failure> {
    Ok(Passphrase::new(String::from_utf8(bytes(passphrase)?)?)?)
}

fn bytes(hexadecimal: &str) -> Result<Vec<u8>, Failure> {
    let digits: Option<Vec<_>> = hexadecimal.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.ok_or("no hexadecimal")?;
    digits
        .chunks(2)
        .map(|pair| Ok(u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit))?))
        .collect()
}
