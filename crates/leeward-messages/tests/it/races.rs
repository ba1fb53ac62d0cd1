//! Many at once: one winner for each epoch and each key package, and everybody heard once.

use crate::support::{Room, now, seeker, staff};
use leeward_messages::{Draft, Error, MemberId};
use leeward_store::StoreError;
use pollster::block_on;
use std::{collections::BTreeSet, sync::Barrier, thread};

/// Runs `act` for each member on a thread of its own, all at once.
fn at_once<T: Send>(members: &[MemberId], act: impl Fn(MemberId) -> T + Sync) -> Vec<T> {
    let (barrier, act) = (&Barrier::new(members.len()), &act);
    thread::scope(|scope| {
        let start = |member| {
            scope.spawn(move || {
                barrier.wait();
                act(member)
            })
        };
        let threads: Vec<_> = members.iter().copied().map(start).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn of_concurrent_commits_one_wins_each_epoch_and_the_rest_retry() {
    for _ in 0..5 {
        let members = [seeker(), staff(), staff(), staff()];
        let room = block_on(Room::of(members[0], &members[1..]));
        let epoch = block_on(room.epoch(members[0])).unwrap();
        let guests: Vec<MemberId> = members.iter().map(|_| staff()).collect();
        for &guest in &guests {
            block_on(room.service.key_package(guest, now())).unwrap();
        }
        let guest_of = |member| guests[members.iter().position(|other| *other == member).unwrap()];
        let lost = at_once(&members, |member| {
            block_on(async {
                let mut lost = 0;
                loop {
                    match room.service.add(room.id, member, guest_of(member), now()).await {
                        Ok(()) => return lost,
                        Err(error) if error.is_behind() => lost += 1,
                        Err(error) => panic!("{error}"),
                    }
                    room.texts(member).await;
                }
            })
        });
        block_on(async {
            for &member in &members {
                room.texts(member).await;
                assert_eq!(room.epoch(member).await.unwrap(), epoch + 4);
                let roster = room.roster(member).await.unwrap();
                assert_eq!(roster.len(), 8, "{lost:?}");
            }
            for &guest in &guests {
                room.service.join(room.id, guest, now()).await.unwrap();
                room.texts(guest).await;
            }
            room.say(guests[0], "all here").await;
            for &member in members.iter().chain(&guests[1..]) {
                assert_eq!(room.texts(member).await, ["all here"]);
            }
        });
    }
}

#[test]
fn thirty_two_members_who_commit_at_once_over_one_store_end_in_one_epoch() {
    const MEMBERS: usize = 32;
    let members: Vec<_> = (0..MEMBERS).map(|_| staff()).collect();
    let room = block_on(Room::of(members[0], &members[1..]));
    let before = block_on(room.epoch(members[0])).unwrap();
    at_once(&members, |member| {
        block_on(async {
            while let Err(error) = room.service.refresh(room.id, member, now()).await {
                assert!(error.is_behind() || is_contended(&error), "{error}");
            }
        });
    });
    block_on(async {
        for &member in &members {
            room.say(member, &member_text(member)).await;
        }
        let mut seen = BTreeSet::new();
        for &member in &members {
            let heard = room.texts(member).await;
            let others = members.iter().filter(|other| **other != member);
            assert_eq!(heard, others.map(|other| member_text(*other)).collect::<Vec<_>>());
            let roster = room.service.roster(room.id, member, now()).await.unwrap();
            assert_eq!((roster.epoch, roster.members.len()), (before + MEMBERS as u64, MEMBERS));
            seen.insert(roster.verification.to_string());
        }
        assert_eq!(seen.len(), 1, "all have the same epoch authenticator");
    });
}

fn is_contended(error: &Error) -> bool {
    matches!(error, Error::Store(StoreError::Contended { .. }))
}

fn member_text(member: MemberId) -> String {
    format!("{member:?}")
}

#[test]
fn concurrent_messages_reach_everyone_once_in_one_order() {
    const EACH: usize = 20;
    let members = [seeker(), staff(), staff()];
    let room = block_on(Room::of(members[0], &members[1..]));
    // Two threads for each member: one member's states race as well.
    let authors = [members, members].concat();
    let places = at_once(&authors, |member| {
        let places = (0..EACH).map(|number| block_on(room.say(member, &format!("{number}"))));
        places.collect::<Vec<u64>>()
    });
    let all: BTreeSet<u64> = places.iter().flatten().copied().collect();
    assert_eq!(all.len(), authors.len() * EACH);

    let heard = members.map(|member| {
        let mut heard = Vec::new();
        while block_on(room.service.unread(room.id, member, now())).unwrap() {
            let page = block_on(room.service.receive(room.id, member, now())).unwrap();
            heard.extend(
                page.into_iter().map(|message| (message.seq, message.from, message.body.expose().to_vec())),
            );
        }
        heard
    });
    for (member, heard) in members.iter().zip(&heard) {
        let seqs: Vec<u64> = heard.iter().map(|(seq, ..)| *seq).collect();
        let own: BTreeSet<u64> = authors
            .iter()
            .zip(&places)
            .filter(|(author, _)| *author == member)
            .flat_map(|(_, places)| places)
            .copied()
            .collect();
        let expected: Vec<u64> = all.difference(&own).copied().collect();
        assert_eq!(seqs, expected);
    }
    let of_third: Vec<_> = heard[0].iter().filter(|(_, from, _)| *from == members[2]).collect();
    assert!(of_third.iter().all(|message| heard[1].contains(message)));
}

#[test]
fn a_message_is_handed_out_to_one_of_two_readers() {
    let (person, first) = (seeker(), staff());
    let room = block_on(Room::of(person, &[first]));
    for number in 0..30 {
        block_on(room.say(person, &format!("{number}")));
    }
    let heard = at_once(&[first; 4], |member| block_on(room.texts(member)));
    let mut all: Vec<usize> = heard.iter().flatten().map(|text| text.parse().unwrap()).collect();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..30));
}

#[test]
fn a_key_package_is_claimed_once() {
    for _ in 0..5 {
        let (hosts, guest) = ([seeker(), seeker(), seeker()], staff());
        let room = block_on(Room::of(hosts[0], &[]));
        let open = |host| (host, block_on(room.service.open(host, now())).unwrap());
        let opened = hosts.map(open);
        block_on(room.service.key_package(guest, now())).unwrap();
        let added = at_once(&hosts, |host| {
            let (_, id) = opened.iter().find(|(other, _)| *other == host).unwrap();
            match block_on(room.service.add(*id, host, guest, now())) {
                Ok(()) => Some(*id),
                Err(Error::NoKeyPackage) => None,
                Err(error) => panic!("{error}"),
            }
        });
        let winners: Vec<_> = added.into_iter().flatten().collect();
        assert_eq!(winners.len(), 1);
        block_on(room.service.join(winners[0], guest, now())).unwrap();
    }
}

#[test]
fn futures_can_be_sent_to_other_threads() {
    fn is_send<T: Send>(_: T) {}
    let (person, first) = (seeker(), staff());
    let room = block_on(Room::of(person, &[first]));
    let (service, id) = (&room.service, room.id);
    is_send(service.open(person, now()));
    is_send(service.key_package(person, now()));
    is_send(service.add(id, person, first, now()));
    is_send(service.join(id, first, now()));
    is_send(service.remove(id, person, first, now()));
    is_send(service.roster(id, person, now()));
    is_send(service.refresh(id, person, now()));
    is_send(service.readmit(id, person, first, now()));
    is_send(service.rejoin(id, person, now()));
    is_send(service.send(id, person, &Draft::text(""), now()));
    is_send(service.receive(id, person, now()));
    is_send(service.receive_into(id, person, now(), |_, _| Ok(())));
    is_send(service.unread(id, person, now()));
    is_send(service.skip(id, person, 0, now()));
    is_send(service.last_sent(id, person, now()));
}
