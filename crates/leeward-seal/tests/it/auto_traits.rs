use leeward_seal::{
    Context, Index, IndexKey, IndexRoot, IndexTag, Plaintext, SealError, SealKey,
    cobblestone::{ChunkReader, Opener, Sealer},
};

fn crosses_threads<T: Send + Sync + Unpin + 'static>() {}

#[test]
fn every_type_crosses_threads() {
    crosses_threads::<SealKey>();
    crosses_threads::<Plaintext>();
    crosses_threads::<SealError>();
    crosses_threads::<Context<'static>>();
    crosses_threads::<IndexRoot>();
    crosses_threads::<Index<'static>>();
    crosses_threads::<IndexKey>();
    crosses_threads::<IndexTag>();
    crosses_threads::<Sealer>();
    crosses_threads::<Opener>();
    crosses_threads::<ChunkReader>();
}
