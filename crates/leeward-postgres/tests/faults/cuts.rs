use crate::load::{Random, assert_waited_for, open, rounds, say, seed, survives};
use leeward_test_postgres::{Proxy, shared};
use std::{thread, time::Duration};

/// Each connection is cut after a number of bytes that nobody foresees: in the handshake, in a question,
/// in an answer.
#[test]
fn connections_cut_at_any_byte_lose_double_and_tear_nothing() {
    let Some(server) = shared() else { return };
    let database = server.database();
    let (proxy, cuts) = (Proxy::before(&database), rounds(500));
    let (store, left) = (open(&proxy.url()), open(&database.url()));
    let tally = survives(&store, &left, |progress| {
        // Few get through the handshake at first, and then more.
        for (most, cuts) in [(6_000, cuts * 8 / 10), (20_000, cuts * 2 / 10)] {
            let before = proxy.cuts();
            proxy.cut_at_random(seed() + most, most);
            proxy.cut_now();
            while proxy.cuts() - before < cuts {
                progress.wait_for(1);
            }
        }
        proxy.cut_none();
        progress.wait_for(50);
    });
    say(format_args!("{} connections cut at random bytes: {tally}", proxy.cuts()));
    assert_waited_for(&tally);
}

/// All connections at once, and for a while nobody gets in.
#[test]
fn a_network_that_comes_and_goes_is_only_waited_for() {
    let Some(server) = shared() else { return };
    let database = server.database();
    let (proxy, mut random, rounds) = (Proxy::before(&database), Random::new(2), rounds(40));
    let (store, left) = (open(&proxy.url()), open(&database.url()));
    let tally = survives(&store, &left, |progress| {
        for _ in 0..rounds {
            progress.wait_for(5 + random.below(20));
            match random.below(3) {
                0 => proxy.cut_now(),
                1 => {
                    proxy.refuse();
                    proxy.cut_now();
                    thread::sleep(Duration::from_millis(random.below(200)));
                    proxy.admit();
                }
                _ => {
                    // What is held back is lost when it is cut.
                    proxy.stall();
                    thread::sleep(Duration::from_millis(random.below(100)));
                    proxy.cut_now();
                    proxy.resume();
                }
            }
        }
        progress.wait_for(50);
    });
    say(format_args!("{rounds} cuts and outages of the network: {tally}"));
    assert_waited_for(&tally);
}
