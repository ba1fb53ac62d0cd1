//! Hostile input: one plain function for each target, which panics when a promise is broken.
//!
//! `cargo test -p leeward-fuzz` replays `corpus/` through every target on stable. To search for more:
//!
//! ```text
//! cargo +nightly fuzz run store_key --fuzz-dir fuzz --features libfuzzer
//! ```
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a target that fails panics")]

mod accounts;
mod audit;
mod breach;
mod escrow;
mod event;
mod franking;
mod input;
mod messages;
mod messages_snapshot;
mod messages_transcript;
mod mfa;
mod passkey;
mod policy;
mod policy_cedar;
mod policy_file;
mod policy_list;
mod policy_rows;
mod records;
mod seal;
mod session;
mod store;
mod throttle;
mod tlog;
mod vault;

pub use accounts::account_rows;
pub use audit::{
    audit_bundle, audit_checkpoint, audit_cursor, audit_entry, audit_merkle, audit_minimum_index, audit_note,
    audit_pack, audit_proof, audit_tile_path, audit_vkey,
};
pub use breach::{breach_filter, breach_range};
pub use escrow::{escrow_forms, escrow_rows};
pub use event::{event_decode, event_id};
pub use franking::{abuse_report, attachment_descriptor, message_content, transcript_record};
pub use messages::messages_rows;
pub use messages_snapshot::messages_snapshot;
pub use messages_transcript::transcript_rows;
pub use mfa::{hotp_factor, otpauth_uri, recovery_code, totp_factor};
pub use passkey::{passkey_registration, passkey_sign_in};
pub use policy::authzen_request;
pub use policy_cedar::policy_cedar;
pub use policy_file::policy_file;
pub use policy_list::policy_list;
pub use policy_rows::policy_rows;
pub use records::{credentials_import, hashed_passphrase};
pub use seal::{cobblestone_open, context_encoding};
pub use session::{session_rows, session_token};
pub use store::{store_key, store_key_order};
pub use throttle::device_cookie;
pub use tlog::{tlog_answer, tlog_cosignature, tlog_policy, tlog_request, tlog_subtree, tlog_witness};
pub use vault::{vault_passphrase_header, vault_rows};

/// A target: it takes any bytes.
pub type Target = fn(&[u8]);

/// Every target by the name of its corpus.
pub const TARGETS: &[(&str, Target)] = &[
    ("abuse_report", abuse_report),
    ("account_rows", account_rows),
    ("attachment_descriptor", attachment_descriptor),
    ("audit_bundle", audit_bundle),
    ("audit_checkpoint", audit_checkpoint),
    ("audit_cursor", audit_cursor),
    ("audit_entry", audit_entry),
    ("audit_merkle", audit_merkle),
    ("audit_minimum_index", audit_minimum_index),
    ("audit_note", audit_note),
    ("audit_pack", audit_pack),
    ("audit_proof", audit_proof),
    ("audit_tile_path", audit_tile_path),
    ("audit_vkey", audit_vkey),
    ("authzen_request", authzen_request),
    ("breach_filter", breach_filter),
    ("breach_range", breach_range),
    ("cobblestone_open", cobblestone_open),
    ("context_encoding", context_encoding),
    ("credentials_import", credentials_import),
    ("device_cookie", device_cookie),
    ("escrow_forms", escrow_forms),
    ("escrow_rows", escrow_rows),
    ("event_decode", event_decode),
    ("event_id", event_id),
    ("hashed_passphrase", hashed_passphrase),
    ("hotp_factor", hotp_factor),
    ("message_content", message_content),
    ("messages_rows", messages_rows),
    ("messages_snapshot", messages_snapshot),
    ("otpauth_uri", otpauth_uri),
    ("passkey_registration", passkey_registration),
    ("passkey_sign_in", passkey_sign_in),
    ("policy_cedar", policy_cedar),
    ("policy_file", policy_file),
    ("policy_list", policy_list),
    ("policy_rows", policy_rows),
    ("recovery_code", recovery_code),
    ("session_rows", session_rows),
    ("session_token", session_token),
    ("store_key", store_key),
    ("store_key_order", store_key_order),
    ("tlog_answer", tlog_answer),
    ("tlog_cosignature", tlog_cosignature),
    ("tlog_policy", tlog_policy),
    ("tlog_request", tlog_request),
    ("tlog_subtree", tlog_subtree),
    ("tlog_witness", tlog_witness),
    ("totp_factor", totp_factor),
    ("transcript_record", transcript_record),
    ("transcript_rows", transcript_rows),
    ("vault_passphrase_header", vault_passphrase_header),
    ("vault_rows", vault_rows),
];

/// The program that feeds a target: libFuzzer's under `--cfg fuzzing`, otherwise one that does nothing.
#[macro_export]
macro_rules! fuzz {
    ($target:ident) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|data: &[u8]| $crate::$target(data));

        #[cfg(not(fuzzing))]
        fn main() {}
    };
}
