//! A store that fails at any call: nothing that was due is lost, and nobody is told twice under two ids.

use crate::support::{MAIL, at, events, mail, notice, notifier, store, with_addresses};
use leeward_event::Action;
use leeward_notify::{Kept, NoticeKind};
use leeward_store::testing::{Call, Fault, at_every_call};
use pollster::block_on;

#[test]
fn what_was_interrupted_is_sent_by_the_next_and_the_reader_sees_one_message() {
    for fault in [Fault::Refuse, Fault::LoseRequest, Fault::LoseAnswer] {
        let met = at_every_call(Call::Any, &fault, |plan| {
            let (store, kept) = (store(), Kept::new());
            with_addresses(&store, [mail(MAIL)]);
            notice(&store, NoticeKind::FactorAdded);
            let before = events(&store, Action::NoticeSent).len();
            let _interrupted = block_on(notifier(&plan.over(&store), &kept).deliver_due(at(0)));
            for minute in 1..4 {
                block_on(notifier(&store, &kept).deliver_due(at(minute * 600))).unwrap();
            }
            assert_eq!(kept.count(), 1);
            assert_eq!(events(&store, Action::NoticeSent).len(), before + 1);
        });
        assert!(met >= 8, "{met} calls");
    }
}
