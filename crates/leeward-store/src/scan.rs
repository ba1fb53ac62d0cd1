use crate::{Entry, Key, Prefix, StoreError, limits};

/// A walk over the keys with one [`Prefix`], a page at a time.
///
/// ```
/// # pollster::block_on(async {
/// use leeward_store::{Batch, Expect, Scan, Space, Store};
/// const LINE: Space = Space::public("app.line");
/// let store = Store::memory();
/// let mut batch = Batch::new();
/// for n in 0_u64..5 {
///     batch.put(LINE.key(&[&n.to_be_bytes()])?, Expect::Absent, b"...");
/// }
/// store.commit(batch).await?;
///
/// let mut next = Some(Scan::all(LINE.prefix(&[])?).limit(2));
/// let mut seen = 0;
/// while let Some(scan) = next {
///     let page = store.scan(&scan).await?;
///     seen += page.items.len();
///     next = page.next;
/// }
/// assert_eq!(seen, 5);
/// # Ok::<(), leeward_store::StoreError>(()) }).unwrap();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    prefix: Prefix,
    after: Option<Key>,
    backward: bool,
    limit: usize,
}

/// One page of a [`Scan`]: a consistent snapshot, in order.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What was found.
    pub items: Vec<Item>,
    /// How to go on; `None` at the end.
    pub next: Option<Scan>,
}

/// One entry of a [`Page`].
#[derive(Clone, Debug)]
pub struct Item {
    /// Where it lies.
    pub key: Key,
    /// What it holds.
    pub entry: Entry,
}

impl Scan {
    /// Every key with this prefix, ascending, in pages of 100.
    #[must_use]
    pub const fn all(prefix: Prefix) -> Self {
        Self { prefix, after: None, backward: false, limit: 100 }
    }

    /// Descending instead.
    #[must_use]
    pub const fn backward(mut self) -> Self {
        self.backward = true;
        self
    }

    /// At most this many entries a page, from 1 to [`limits::MAX_PAGE`]; others are clamped.
    #[must_use]
    pub const fn limit(mut self, entries: usize) -> Self {
        self.limit = match entries {
            0 => 1,
            n if n > limits::MAX_PAGE => limits::MAX_PAGE,
            n => n,
        };
        self
    }

    /// Only what comes after `key` in the direction of the walk, `key` itself left out.
    #[must_use]
    pub fn after(mut self, key: Key) -> Self {
        self.after = Some(key);
        self
    }

    /// The prefix walked over.
    #[must_use]
    pub const fn prefix(&self) -> &Prefix {
        &self.prefix
    }

    /// The key after which the walk goes on, if it does not start at its end of the prefix.
    #[must_use]
    pub const fn cursor(&self) -> Option<&Key> {
        self.after.as_ref()
    }

    /// Whether the walk descends.
    #[must_use]
    pub const fn is_backward(&self) -> bool {
        self.backward
    }

    /// The most entries a page holds.
    #[must_use]
    pub const fn page_size(&self) -> usize {
        self.limit
    }

    /// The byte range to read, for backends: `low <= key < high`, with the cursor applied. Empty
    /// when `low >= high`.
    #[must_use]
    pub fn range(&self) -> (Vec<u8>, Vec<u8>) {
        let low = self.prefix.as_bytes().to_vec();
        let high = self.prefix.end();
        match (&self.after, self.backward) {
            (None, _) => (low, high),
            (Some(key), true) => (low, high.min(key.as_bytes().to_vec())),
            (Some(key), false) => {
                // The least byte string above the key itself.
                let mut above = key.as_bytes().to_vec();
                above.push(0);
                (low.max(above), high)
            }
        }
    }

    /// Makes the page, for backends, from rows in the direction of the walk: `rows` yields the bytes
    /// of keys and their entries, and is read no further than the page needs.
    ///
    /// # Errors
    /// The first error of `rows`, or [`StoreError::Corrupt`] for bytes that are no key of the space.
    pub fn page(
        &self,
        rows: impl IntoIterator<Item = Result<(Vec<u8>, Entry), StoreError>>,
    ) -> Result<Page, StoreError> {
        let mut page = Page::default();
        let mut bytes = 0_usize;
        for row in rows {
            let (key, entry) = row?;
            bytes = bytes.saturating_add(entry.value.len());
            let full = page.items.len() >= self.limit || bytes > limits::MAX_PAGE_BYTES;
            if let (true, Some(last)) = (full, page.items.last()) {
                page.next = Some(self.clone().after(last.key.clone()));
                break;
            }
            page.items.push(Item { key: Key::from_bytes(self.prefix.space(), &key)?, entry });
        }
        Ok(page)
    }
}
