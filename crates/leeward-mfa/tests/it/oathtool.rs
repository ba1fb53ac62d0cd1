//! Another implementation as an oracle: `oathtool` of OATH Toolkit. Where it is not installed the test says
//! so and passes, unless `LEEWARD_OATHTOOL` is set, as CI sets it.

use crate::support::at;
use leeward_mfa::{Algorithm, Digits, HotpSecret, Period, TotpSecret};
use std::process::Command;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn oathtool(args: &[&str]) -> String {
    let output = Command::new("oathtool").args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn oathtool_makes_the_same_codes() {
    if Command::new("oathtool").arg("--version").output().is_err() {
        assert!(std::env::var_os("LEEWARD_OATHTOOL").is_none(), "oathtool is not installed");
        eprintln!("oathtool is not installed: nothing was compared");
        return;
    }
    let secret: Vec<u8> = (0..64).map(|n: u8| n.wrapping_mul(37).wrapping_add(11)).collect();
    let algorithms = [
        (Algorithm::Sha1, "--totp=sha1"),
        (Algorithm::Sha256, "--totp=sha256"),
        (Algorithm::Sha512, "--totp=sha512"),
    ];
    for (length, second) in [(16, 59_i64), (20, 1_700_000_010), (32, 20_000_000_000), (64, 1_234_567_890)] {
        let (key, key_hex) = (&secret[..length], hex(&secret[..length]));
        for (digits, wanted) in [(Digits::Six, "--digits=6"), (Digits::Eight, "--digits=8")] {
            for (algorithm, mode) in algorithms {
                for (period, step) in [(Period::HalfMinute, "30s"), (Period::Minute, "60s")] {
                    let ours =
                        TotpSecret::from_bytes(key, algorithm, digits, period).unwrap().code_at(at(second));
                    let (step, now) = (format!("--time-step-size={step}"), format!("--now=@{second}"));
                    assert_eq!(oathtool(&[mode, wanted, &step, &now, &key_hex]), *ours, "{mode} {second}");
                }
            }
            let counter = second.unsigned_abs();
            let ours = HotpSecret::from_bytes(key, digits).unwrap().code_at(counter);
            assert_eq!(oathtool(&["--hotp", wanted, &format!("--counter={counter}"), &key_hex]), *ours);
        }
    }
}
