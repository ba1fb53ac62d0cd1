/// Reads numbers and strings from fuzzed bytes; an input that ends early yields zeroes.
pub(crate) struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        for (to, from) in array.iter_mut().zip(self.take(N)) {
            *to = *from;
        }
        array
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let [byte] = self.array();
        byte
    }

    pub(crate) fn u16(&mut self) -> u16 {
        u16::from_be_bytes(self.array())
    }

    /// Up to 255 bytes behind their length.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        let len = usize::from(self.byte());
        self.take(len)
    }

    /// Uses the rest up: gives `row` other bytes, or changes single bytes of it. Returns whether it differs.
    pub(crate) fn change(mut self, row: &mut Vec<u8>) -> bool {
        let before = row.clone();
        if self.byte().is_multiple_of(2) {
            *row = self.rest().to_vec();
        } else {
            self.flip(row);
        }
        *row != before
    }

    /// Changes single bytes: each where two bytes say, by the mask in a third.
    pub(crate) fn flip(mut self, row: &mut [u8]) {
        while !self.is_empty() {
            let (at, mask) = (usize::from(self.u16()), self.byte());
            if let Some(byte) = row.get_mut(at) {
                *byte ^= mask;
            }
        }
    }

    pub(crate) const fn rest(self) -> &'a [u8] {
        self.0
    }

    const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }
}
