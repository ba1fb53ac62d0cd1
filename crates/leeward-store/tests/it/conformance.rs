//! The suite over the backend in memory, unsealed and sealed.

mod public {
    leeward_store::conformance_tests!(leeward_store::Store::memory);
}
mod sealed {
    leeward_store::conformance_tests!(|| leeward_store::Store::memory().assume_sealed());
}
