use super::Proof;

/// An authentication assurance level (NIST SP 800-63B-4, 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Aal {
    /// One factor (2.1).
    One,
    /// A multi-factor authenticator, or a passphrase and something held (2.2).
    Two,
    /// A passkey that cannot leave its device, on a device that verified its user (2.3).
    ///
    /// The standard also accepts a device-bound key without user verification beside a passphrase.
    /// That stays at [`Two`](Self::Two) here: whoever has seen the passphrase and takes the key would
    /// have both.
    Three,
}

impl Aal {
    /// What these proofs add up to, and `None` when there are none.
    ///
    /// Two authenticators add up when they differ, one is known and the other held: two passphrases,
    /// two devices, or one authenticator proved twice do not. Freshness is the caller's matter:
    /// [`SignIn::from_factors`](super::SignIn::from_factors) and
    /// [`Requirement`](super::Requirement) leave old proofs out before they count.
    #[must_use]
    pub fn of(proofs: &[Proof]) -> Option<Self> {
        let alone = proofs.iter().map(|proof| proof.kind().alone()).max()?;
        Some(if proofs.iter().any(|proof| is_second_of(proof, proofs)) {
            alone.max(Self::Two)
        } else {
            alone
        })
    }
}

fn is_second_of(held: &Proof, proofs: &[Proof]) -> bool {
    let other = |known: &Proof| known.kind().is_known() && known.authenticator() != held.authenticator();
    held.kind().is_held() && proofs.iter().any(other)
}
