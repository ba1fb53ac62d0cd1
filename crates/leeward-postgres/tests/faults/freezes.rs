use crate::{
    load::{Random, assert_waited_for, open, options, rounds, say, survives},
    ram::Mortal,
};
use pollster::block_on;
use std::{thread, time::Duration};

/// Shorter than the server may take, so that whoever waits is answered in the end.
#[test]
fn a_server_that_hangs_for_a_while_is_only_waited_for() {
    let Some(Mortal { database, server, .. }) = &Mortal::start() else { return };
    let (mut random, freezes) = (Random::new(3), rounds(8));
    let (store, left) = (open(&database.url()), open(&database.url()));
    let tally = survives(&store, &left, |progress| {
        for _ in 0..freezes {
            progress.wait_for(1 + random.below(50));
            server.freeze();
            thread::sleep(Duration::from_millis(200 + random.below(1_500)));
            server.thaw();
        }
        progress.wait_for(50);
    });
    say(format_args!("{freezes} freezes of up to two seconds: {tally}"));
    assert_waited_for(&tally);
}

/// Longer than a statement may take: the client gives up, and the server goes on with what it had begun
/// when it comes back.
#[test]
fn a_server_that_hangs_longer_than_a_statement_may_take_doubles_nothing() {
    let Some(Mortal { database, server, .. }) = &Mortal::start() else { return };
    let quick =
        options().statement_timeout(Duration::from_millis(500)).connect_timeout(Duration::from_secs(1));
    let store = block_on(quick.open(&database.url())).unwrap();
    let (left, freezes) = (open(&database.url()), rounds(3));
    let tally = survives(&store, &left, |progress| {
        for _ in 0..freezes {
            progress.wait_for(30);
            server.freeze();
            thread::sleep(Duration::from_secs(4));
            server.thaw();
        }
        progress.wait_for(50);
    });
    say(format_args!("{freezes} freezes longer than a statement may take: {tally}"));
    assert_eq!(tally.unknown, 0, "the server was back in time: {tally}");
}

/// Longer than anyone waits: then nobody knows, says so, and it is there wholly or not at all.
#[test]
fn a_server_that_hangs_longer_than_anyone_waits_leaves_outcomes_unknown_and_whole() {
    let Some(Mortal { database, server, .. }) = &Mortal::start() else { return };
    let impatient = options()
        .statement_timeout(Duration::from_millis(300))
        .connect_timeout(Duration::from_millis(500))
        .settle_timeout(Duration::from_secs(1));
    let store = block_on(impatient.open(&database.url())).unwrap();
    let (left, freezes) = (open(&database.url()), rounds(2));
    let tally = survives(&store, &left, |progress| {
        for _ in 0..freezes {
            progress.wait_for(30);
            server.freeze();
            thread::sleep(Duration::from_secs(7));
            server.thaw();
        }
        progress.wait_for(50);
    });
    say(format_args!("{freezes} freezes longer than anyone waits: {tally}"));
    assert!(tally.unknown + tally.refused > 0, "{tally}");
}
