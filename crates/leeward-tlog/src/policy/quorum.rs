/// Which witnesses are enough: the named items of a policy in the order of their lines, so that each
/// refers only to those before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Quorum {
    items: Vec<Item>,
    /// `None` when no cosignature is needed.
    needed: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    /// The witness of this number.
    Witness(usize),
    /// At least so many of these items.
    Group { threshold: usize, members: Vec<usize> },
}

impl Quorum {
    pub(super) fn push_witness(&mut self, number: usize) {
        self.items.push(Item::Witness(number));
    }

    pub(super) fn push_group(&mut self, threshold: usize, members: Vec<usize>) {
        self.items.push(Item::Group { threshold, members });
    }

    pub(super) const fn need(&mut self, item: Option<usize>) {
        self.needed = item;
    }

    pub(super) fn is_met(&self, signed: impl Fn(usize) -> bool) -> bool {
        let mut met = Vec::with_capacity(self.items.len());
        for item in &self.items {
            met.push(match item {
                Item::Witness(number) => signed(*number),
                Item::Group { threshold, members } => {
                    members.iter().filter(|member| met.get(**member) == Some(&true)).count() >= *threshold
                }
            });
        }
        self.needed.is_none_or(|item| met.get(item) == Some(&true))
    }
}
