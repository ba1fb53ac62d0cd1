//! Second factors that work once: TOTP with single use by compare-and-set.
