//! Sealing and opening records, beside the primitive below and other people's formats.
//!
//! `cargo bench -p leeward-benches --bench seal --features peers`

#![allow(clippy::expect_used, reason = "a benchmark that cannot start stops")]

use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, measurement::WallTime};
use leeward_seal::{Context, SealKey};
use leeward_store::{Batch, Expect, Space, Store};
use leeward_vault::{MemoryKey, Vault};
use pollster::block_on;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    rand::SystemRandom,
};
use std::hint::black_box;

type Group<'a> = BenchmarkGroup<'a, WallTime>;

const SIZES: [usize; 4] = [100, 1_000, 64_000, 1_000_000];
const KEY: [u8; 32] = [7; 32];
const NOTE: Space = Space::sealed_for("bench.note", 0);
const CONTEXT: Context<'_> = Context {
    purpose: "record",
    space: "bench.note",
    key: b"0123456789abcdef",
    subject: b"fedcba9876543210",
    schema_version: 1,
};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for (name, bench) in [("seal", seal as fn(&mut Group<'_>, &[u8])), ("open", open)] {
        let mut group = criterion.benchmark_group(name);
        for size in SIZES {
            group.throughput(Throughput::Bytes(size as u64));
            bench(&mut group, &vec![b'x'; size]);
        }
        group.finish();
    }
    let mut group = criterion.benchmark_group("vault");
    SIZES.into_iter().filter(|size| *size < 1_000_000).for_each(|size| vault(&mut group, &vec![b'x'; size]));
    group.finish();
    criterion.final_summary();
}

/// One record through a store in memory, sealed by a vault and bare.
fn vault(group: &mut Group<'_>, text: &[u8]) {
    let store = Store::memory();
    let vault = block_on(Vault::open(&store, MemoryKey::from_bytes(&KEY))).expect("a new vault");
    for (name, store) in [("sealed", vault.seal(&store)), ("bare", Store::memory().assume_sealed())] {
        let key = NOTE.key(&[b"seeker-7", b"note-1"]).expect("a short key");
        let put = || {
            let mut batch = Batch::new();
            batch.put(key.clone(), Expect::Any, black_box(text));
            block_on(store.commit(batch)).expect("memory")
        };
        put();
        let size = text.len();
        group.bench_function(BenchmarkId::new(format!("put, {name}"), size), |b| b.iter(put));
        group.bench_function(BenchmarkId::new(format!("get, {name}"), size), |b| {
            b.iter(|| block_on(store.get(black_box(&key))).expect("memory"));
        });
    }
}

fn seal(group: &mut Group<'_>, plaintext: &[u8]) {
    let (key, rng) = (SealKey::from_bytes(&KEY), SystemRandom::new());
    bench(group, "leeward", plaintext, |text| leeward_seal::seal(&key, &CONTEXT, text, &rng).is_ok());
    let raw = raw::key();
    bench(group, "ring", plaintext, |text| raw::seal(&raw, text));
    bench(group, "ring, key set up each time", plaintext, |text| raw::seal(&raw::key(), text));
    raw::seal_in_place(group, &raw, plaintext);
    #[cfg(feature = "peers")]
    peers::seal(group, plaintext);
}

fn open(group: &mut Group<'_>, plaintext: &[u8]) {
    let (key, rng) = (SealKey::from_bytes(&KEY), SystemRandom::new());
    let sealed = leeward_seal::seal(&key, &CONTEXT, plaintext, &rng).unwrap_or_default();
    assert!(leeward_seal::open(&key, &CONTEXT, &sealed).is_ok());
    bench(group, "leeward", &sealed, |sealed| leeward_seal::open(&key, &CONTEXT, sealed).is_ok());
    let raw = raw::key();
    let sealed = raw::seal(&raw, plaintext);
    bench(group, "ring", &sealed, |sealed| raw::open(&raw, sealed));
    bench(group, "ring, key set up each time", &sealed, |sealed| raw::open(&raw::key(), sealed));
    #[cfg(feature = "peers")]
    peers::open(group, plaintext);
}

fn bench<O>(group: &mut Group<'_>, name: &str, input: &[u8], run: impl Fn(&[u8]) -> O) {
    group.bench_function(BenchmarkId::new(name, input.len()), |b| b.iter(|| run(black_box(input))));
}

/// The primitive alone: no context, no commitment, one nonce for ever; into a new vector as ours.
mod raw {
    use super::*;

    pub(super) fn key() -> LessSafeKey {
        let key = UnboundKey::new(&AES_256_GCM, black_box(&KEY));
        LessSafeKey::new(key.expect("the key has 32 bytes"))
    }

    fn nonce() -> Nonce {
        Nonce::assume_unique_for_key([1; 12])
    }

    pub(super) fn seal(key: &LessSafeKey, plaintext: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(plaintext.len() + 16);
        out.extend_from_slice(plaintext);
        let sealed = key.seal_in_place_append_tag(nonce(), Aad::empty(), &mut out);
        assert!(sealed.is_ok());
        out
    }

    pub(super) fn seal_in_place(group: &mut Group<'_>, key: &LessSafeKey, plaintext: &[u8]) {
        let mut buffer = plaintext.to_vec();
        group.bench_function(BenchmarkId::new("ring, in place", plaintext.len()), |b| {
            b.iter(|| key.seal_in_place_separate_tag(nonce(), Aad::empty(), black_box(&mut buffer)).is_ok());
        });
    }

    pub(super) fn open(key: &LessSafeKey, sealed: &[u8]) -> Vec<u8> {
        let mut out = sealed.to_vec();
        let opened = key.open_in_place(nonce(), Aad::empty(), &mut out).map(|text| text.len());
        assert!(opened.is_ok());
        out.truncate(opened.unwrap_or_default());
        out
    }
}

#[cfg(feature = "peers")]
mod peers {
    use super::*;
    use aes_gcm::{Aes256Gcm, KeyInit, aead::Aead};
    use age::x25519::Identity;

    pub(super) fn seal(group: &mut Group<'_>, plaintext: &[u8]) {
        let recipient = Identity::generate().to_public();
        bench(group, "age, x25519", plaintext, |text| age::encrypt(&recipient, text).is_ok());
        let cipher = Aes256Gcm::new(&KEY.into());
        bench(group, "aes-gcm", plaintext, |text| cipher.encrypt(&[1; 12].into(), text).is_ok());
    }

    pub(super) fn open(group: &mut Group<'_>, plaintext: &[u8]) {
        let identity = Identity::generate();
        let sealed = age::encrypt(&identity.to_public(), plaintext).unwrap_or_default();
        assert!(age::decrypt(&identity, &sealed).is_ok());
        bench(group, "age, x25519", &sealed, |sealed| age::decrypt(&identity, sealed).is_ok());
        let cipher = Aes256Gcm::new(&KEY.into());
        let sealed = cipher.encrypt(&[1; 12].into(), plaintext).unwrap_or_default();
        assert!(cipher.decrypt(&[1; 12].into(), sealed.as_slice()).is_ok());
        bench(group, "aes-gcm", &sealed, |sealed| cipher.decrypt(&[1; 12].into(), sealed).is_ok());
    }
}
