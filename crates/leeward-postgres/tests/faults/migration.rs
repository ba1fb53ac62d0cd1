use crate::{
    load::{Random, options, rounds, say},
    ram::Mortal,
};
use leeward_postgres::Options;
use leeward_store::{Batch, Expect, Key, Space, Store};
use pollster::block_on;
use std::{
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

const SEAT: Space = Space::public("seat");
const INSTANCES: u8 = 8;

fn seat(instance: u8) -> Key {
    SEAT.key(&[&[instance]]).unwrap()
}

/// Opens it, and again as long as the server is not there.
fn open(options: &Options, url: &str) -> (Store, u64) {
    let until = Instant::now() + Duration::from_secs(60);
    let mut failed = 0;
    loop {
        match block_on(options.open(url)) {
            Ok(store) => return (store, failed),
            Err(error) => assert!(Instant::now() < until, "{error:?}"),
        }
        failed += 1;
    }
}

/// Many instances start at once on an empty database, and the server dies while they make the schema.
#[test]
fn a_server_killed_while_many_make_the_schema_has_it_whole_or_not_at_all() {
    let Some(Mortal { database, server, .. }) = &Mortal::start() else { return };
    let (mut random, rounds, mut again) = (Random::new(4), rounds(20), 0);
    for round in 0..rounds {
        let options = options().schema(&format!("round_{round}"));
        let (options, start, url) = (&options, &Barrier::new(usize::from(INSTANCES) + 1), &database.url());
        let stores: Vec<(Store, u64)> = thread::scope(|scope| {
            let opening = |_| {
                scope.spawn(move || {
                    start.wait();
                    open(options, url)
                })
            };
            let opening: Vec<_> = (0..INSTANCES).map(opening).collect();
            start.wait();
            thread::sleep(Duration::from_micros(random.below(60_000)));
            server.kill();
            server.restart().unwrap();
            opening.into_iter().map(|opened| opened.join().unwrap()).collect()
        });
        again += stores.iter().map(|(_, failed)| failed).sum::<u64>();
        for (instance, (store, _)) in (0_u8..).zip(&stores) {
            let mut batch = Batch::new();
            batch.put(seat(instance), Expect::Absent, &[instance]);
            block_on(store.commit(batch)).unwrap();
        }
        let everyone = |(store, _): &(Store, u64)| {
            (0..INSTANCES).all(|instance| block_on(store.get(&seat(instance))).unwrap().is_some())
        };
        assert!(stores.iter().all(everyone), "round {round}: they do not see one table");
    }
    say(format_args!(
        "{rounds} kills while {INSTANCES} instances made the schema: all opened, {again} after an error"
    ));
}
