use crate::{
    load::{options, rounds, say, survives},
    ram::Disk,
};
use leeward_test_postgres::{Server, Setup};
use pollster::block_on;
use std::{thread, time::Duration};

/// The disk fills up under load, again and again. Nothing is there by halves, and once there is room it
/// goes on; a server that stopped is started again.
#[test]
fn a_full_disk_refuses_and_loses_nothing_and_goes_on_when_there_is_room() {
    let Some(disk) = Disk::mount(120) else {
        return say("disk full: did not run, since a small disk can only be mounted by root");
    };
    let setup = Setup::new().set("max_wal_size", "32MB").set("min_wal_size", "32MB");
    let Some(server) = setup.set("wal_recycle", "off").data_in(disk.path()).start() else { return };
    let database = server.database();
    let rounds = rounds(5);
    let brief = options().settle_timeout(Duration::from_secs(2)).connect_timeout(Duration::from_secs(2));
    let store = block_on(brief.open(&database.url())).unwrap();
    let (mut stopped, left) = (0, store.clone());
    let tally = survives(&store, &left, |progress| {
        for _ in 0..rounds {
            progress.wait_for(50);
            disk.fill();
            // A checkpoint needs room, and so does the next piece of the log.
            drop(server.sql("SELECT pg_switch_wal(); CHECKPOINT"));
            thread::sleep(Duration::from_millis(500));
            disk.free();
            stopped += u64::from(start_if_stopped(&server));
        }
        progress.wait_for(50);
    });
    say(format_args!("disk full {rounds} times, of which the server stopped {stopped}: {tally}"));
    assert!(tally.refused + tally.unknown > 0, "the disk was never full: {tally}");
}

fn start_if_stopped(server: &Server) -> bool {
    let answers = (0..20).any(|_| {
        thread::sleep(Duration::from_millis(100));
        server.sql("SELECT 1").is_ok()
    });
    if !answers {
        server.restart().unwrap();
    }
    !answers
}
