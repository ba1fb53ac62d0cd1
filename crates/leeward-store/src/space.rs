/// The first segment of every key: which crate's records these are, and how they are protected.
///
/// A space is a constant. Its name is part of every stored key, so it never changes.
///
/// ```
/// use leeward_store::Space;
/// /// One record for each conversation; shredding a conversation erases its record.
/// const CASE_NOTE: Space = Space::sealed_for("app.case-note", 0);
/// /// Published by design.
/// const TILE: Space = Space::public("app.tile");
/// assert_eq!(CASE_NOTE.name(), "app.case-note");
/// # let _ = TILE;
/// ```
///
/// A name that no key could begin with does not compile:
/// ```compile_fail,E0080
/// const NAMELESS: leeward_store::Space = leeward_store::Space::sealed("");
/// # let _ = NAMELESS;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Space {
    name: &'static str,
    protection: Protection,
}

/// Whether the values of a [`Space`] are sealed, and under whose key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protection {
    /// Secrets and personal data.
    Sealed {
        /// Which segment after the space names the person or conversation whose data key seals the
        /// value; `None` means the service's own key.
        subject: Option<u8>,
    },
    /// Public by design, such as log tiles and checkpoints.
    Public,
}

impl Space {
    /// The longest name of a space, in bytes.
    pub const MAX_NAME: usize = 64;

    /// Secrets that belong to the service itself, sealed under its own key.
    ///
    /// # Panics
    /// When `name` is empty or longer than [`MAX_NAME`](Self::MAX_NAME): at compile time, in a
    /// constant.
    #[must_use]
    pub const fn sealed(name: &'static str) -> Self {
        Self::new(name, Protection::Sealed { subject: None })
    }

    /// Data of one person or conversation, whose id is segment number `subject` after the space
    /// (the first is 0). It is sealed under that subject's key and erased with it.
    ///
    /// # Panics
    /// When `name` is empty or longer than [`MAX_NAME`](Self::MAX_NAME): at compile time, in a
    /// constant.
    #[must_use]
    pub const fn sealed_for(name: &'static str, subject: u8) -> Self {
        Self::new(name, Protection::Sealed { subject: Some(subject) })
    }

    /// Data that anyone may read, such as log tiles and checkpoints. Never personal data.
    ///
    /// # Panics
    /// When `name` is empty or longer than [`MAX_NAME`](Self::MAX_NAME): at compile time, in a
    /// constant.
    #[must_use]
    pub const fn public(name: &'static str) -> Self {
        Self::new(name, Protection::Public)
    }

    const fn new(name: &'static str, protection: Protection) -> Self {
        assert!(!name.is_empty() && name.len() <= Self::MAX_NAME, "a space has a name of 1 to 64 bytes");
        Self { name, protection }
    }

    /// The name, which is the first segment of every key in the space.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// How values in this space are protected.
    #[must_use]
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// Whether values here may only be written through a handle that seals.
    #[must_use]
    pub const fn is_sealed(&self) -> bool {
        matches!(self.protection, Protection::Sealed { .. })
    }

    /// The index among the segments of the one that names the subject.
    pub(crate) fn subject_segment(&self) -> Option<usize> {
        match self.protection {
            Protection::Sealed { subject } => subject.map(usize::from),
            Protection::Public => None,
        }
    }
}
