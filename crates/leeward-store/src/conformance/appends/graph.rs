use super::Reason;
use std::collections::VecDeque;

/// Who comes before whom, by numbers. A node without a name stands for a moment.
pub(super) struct Graph {
    next: Vec<Vec<(usize, Reason)>>,
}

/// From how many nodes the shortest cycle is looked for.
const STARTS: usize = 100;

impl Graph {
    pub(super) fn new(nodes: usize) -> Self {
        Self { next: vec![Vec::new(); nodes] }
    }

    pub(super) fn add(&mut self, before: usize, after: usize, reason: Reason) {
        if before != after
            && let Some(next) = self.next.get_mut(before)
        {
            next.push((after, reason));
        }
    }

    /// A short cycle, if there is one: nodes, each with the reason why it comes before the next.
    pub(super) fn cycle(&self) -> Option<Vec<(usize, Reason)>> {
        let left = self.without_first()?;
        let starts = left.iter().enumerate().filter(|(_, left)| **left).map(|(node, _)| node);
        // Not each of them lies on a cycle: some only come after one.
        let mut shortest: Option<Vec<_>> = None;
        let mut found = 0;
        for start in starts {
            if found == STARTS {
                break;
            }
            if let Some(cycle) = self.through(start, &left) {
                found += 1;
                if shortest.as_ref().is_none_or(|shortest| cycle.len() < shortest.len()) {
                    shortest = Some(cycle);
                }
            }
        }
        shortest
    }

    /// Takes away what has nothing before it, again and again (Kahn 1962). What is then left is on a
    /// cycle, or after one; `None` when nothing is.
    fn without_first(&self) -> Option<Vec<bool>> {
        let mut before = vec![0_usize; self.next.len()];
        for (after, _) in self.next.iter().flatten() {
            if let Some(before) = before.get_mut(*after) {
                *before = before.saturating_add(1);
            }
        }
        let mut ready: Vec<usize> =
            before.iter().enumerate().filter(|(_, before)| **before == 0).map(|(node, _)| node).collect();
        while let Some(node) = ready.pop() {
            for (after, _) in self.after(node) {
                if let Some(before) = before.get_mut(*after) {
                    *before = before.saturating_sub(1);
                    if *before == 0 {
                        ready.push(*after);
                    }
                }
            }
        }
        before.iter().any(|before| *before > 0).then(|| before.iter().map(|before| *before > 0).collect())
    }

    fn after(&self, node: usize) -> &[(usize, Reason)] {
        self.next.get(node).map_or(&[], Vec::as_slice)
    }

    /// The shortest way from `start` back to it.
    fn through(&self, start: usize, left: &[bool]) -> Option<Vec<(usize, Reason)>> {
        let mut came_from: Vec<Option<(usize, Reason)>> = vec![None; self.next.len()];
        let mut queue = VecDeque::from([start]);
        while let Some(node) = queue.pop_front() {
            for &(after, reason) in self.after(node) {
                let from = came_from.get_mut(after)?;
                if from.is_some() || !left.get(after).copied().unwrap_or(false) {
                    continue;
                }
                *from = Some((node, reason));
                if after == start {
                    return walk_back(&came_from, start);
                }
                queue.push_back(after);
            }
        }
        None
    }
}

fn walk_back(came_from: &[Option<(usize, Reason)>], start: usize) -> Option<Vec<(usize, Reason)>> {
    let mut steps = Vec::new();
    let mut node = start;
    loop {
        let (before, reason) = (*came_from.get(node)?)?;
        steps.push((before, reason));
        node = before;
        if node == start {
            steps.reverse();
            return Some(steps);
        }
    }
}
