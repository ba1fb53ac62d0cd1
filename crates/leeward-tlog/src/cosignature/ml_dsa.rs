use crate::Checkpoint;
use ml_dsa::{EncodedVerifyingKey, MlDsa44, Signature, VerifyingKey};

/// The bytes of an ML-DSA-44 public key (FIPS 204).
pub(super) type PublicKey = [u8; 1312];

/// The first field of a signed message.
const LABEL: &[u8; 12] = b"subtree/v1\n\0";

/// The `cosigned_message` of a whole tree; `None` when a name is longer than it can say.
pub(super) fn message(cosigner: &str, checkpoint: &Checkpoint, time: u64) -> Option<Vec<u8>> {
    let mut message = LABEL.to_vec();
    push_short(&mut message, cosigner)?;
    message.extend(time.to_be_bytes());
    push_short(&mut message, checkpoint.origin())?;
    message.extend(0_u64.to_be_bytes());
    message.extend(checkpoint.size().to_be_bytes());
    message.extend(checkpoint.root().as_bytes());
    Some(message)
}

/// FIPS 204, with an empty context.
pub(super) fn verifies(public: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    let key = VerifyingKey::<MlDsa44>::decode(&EncodedVerifyingKey::<MlDsa44>::from(*public));
    Signature::try_from(signature).is_ok_and(|signature| key.verify_with_context(message, &[], &signature))
}

fn push_short(message: &mut Vec<u8>, text: &str) -> Option<()> {
    message.push(u8::try_from(text.len()).ok()?);
    message.extend(text.as_bytes());
    Some(())
}
