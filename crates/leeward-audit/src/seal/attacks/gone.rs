//! What somebody tries who says that entries are no longer kept.

use super::{Log, START, event, tree};
use crate::{
    LogEntry,
    seal::{EpochSeal, SealBody, SealError},
};
use leeward_event::CoarseTime;

/// Whoever took the log over signs that what they cannot seal anew is no longer kept.
#[test]
fn entries_that_are_said_to_be_gone_are_told() {
    let (log, began) = (Log::of_six_epochs(), CoarseTime::from_minutes(START));
    for gone in 1..log.entries.len() - 1 {
        let sealed = log.check_without(0..gone).unwrap();
        assert_eq!((sealed.from, sealed.began, sealed.epochs), (gone as u64, began, 7), "{gone}");
    }
    assert_eq!(log.check_without(0..log.entries.len()), Err(SealError::Never));

    // A change before them leaves them out of what is shown.
    let mut changed = Log::taken_over_in(5);
    let (at, gone) = (changed.seal_of(1) - 1, changed.seal_of(1)..changed.entries.len());
    changed.entries[at] = event(START + 14, 99);
    changed.log(changed.start, 1);
    changed.seal();
    assert_eq!(changed.check_without(gone.clone()).unwrap().from, gone.end as u64);
    assert!(changed.check().is_err());
}

/// What is left is dated back, with the number of the epoch whose key is there.
#[test]
fn a_log_that_was_moved_to_another_time_began_at_another() {
    let mut log = Log::taken_over_in(5);
    let gone = 0..log.entries.len();
    log.log(log.start - 1, 1);
    log.seal();
    let index = gone.end as u64 + 1;
    assert_eq!(log.check_without(gone.clone()), Err(SealError::Outside { index, epoch: 5 }));
    let mut log = Log::taken_over_in(5);
    log.start -= 100;
    log.log(log.start, 1);
    log.seal();
    assert_eq!(log.check_without(gone).unwrap().began, CoarseTime::from_minutes(START - 100));
}

#[test]
fn a_forged_number_of_an_epoch_costs_nothing() {
    let mut log = Log::taken_over_in(5);
    let gone = 0..log.entries.len();
    let (index, minute) = (gone.end as u64, CoarseTime::from_minutes);
    for (epoch, start) in [(u32::MAX, u32::MAX - 15), (14, u32::MAX - 15), (5, 14)] {
        let body = SealBody {
            epoch,
            start: minute(start),
            end: minute(start + 15),
            size: index,
            root: tree(&log.entries).root(),
        };
        log.entries.push(LogEntry::Seal(EpochSeal::new(body, &log.key)).encode());
        assert_eq!(log.check_without(gone.clone()), Err(SealError::Discontinuous { index, expected: 0 }));
        log.entries.pop();
    }
}
