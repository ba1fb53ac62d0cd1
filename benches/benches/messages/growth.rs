use crate::{
    room::{Room, now, service},
    talk::{median, timed},
};
use jiff::SignedDuration;
use leeward_messages::Draft;
use pollster::block_on;
use std::path::Path;

/// How many messages are sent before they are read.
const AT_ONCE: usize = 10;

/// What grows with the messages of one conversation, of 100 B each: the files of the clients and of the delivery
/// service, the memory of the process, and the time of a message. A service that never prunes keeps the whole log;
/// one that does keeps, for a week, what tells that a message was sent twice.
pub(crate) fn measure(largest: usize) {
    println!("\ngrowth of one conversation, 100 B a message, in SQLite");
    println!(
        "{:>9} {:>10} {:>12} {:>12} {:>16} {:>10} {:>11}",
        "messages", "pruned", "clients, kB", "service, kB", "a week on, kB", "VmRSS, kB", "a turn, µs"
    );
    for pruned in [false, true] {
        let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
        let files = ["clients.db", "service.db"].map(|name| dir.path().join(name));
        let [clients, delivery] = [0, 1].map(|at| leeward_sqlite::open(&files[at]).unwrap().assume_sealed());
        let room = block_on(Room::open(&service(&clients, &delivery)));
        let (mut said, mut next, mut taken) = (0, 100.min(largest), Vec::new());
        while said < largest {
            taken.push(timed(|| batch(&room)).0 / AT_ONCE as f64);
            said += AT_ONCE;
            if pruned && said.is_multiple_of(100) {
                block_on(room.conversations.delivery().prune(room.id, now())).unwrap();
            }
            if said >= next {
                let [clients, service] = [0, 1].map(|at| size(&files[at]));
                block_on(delivery.purge(now() + SignedDuration::from_hours(8 * 24))).unwrap();
                let later = size(&files[1]);
                let turn = median(std::mem::take(&mut taken));
                println!(
                    "{said:>9} {pruned:>10} {clients:>12} {service:>12} {later:>16} {:>10} {turn:>11.0}",
                    resident()
                );
                next *= 10;
            }
        }
    }
}

fn batch(room: &Room) {
    block_on(async {
        for _ in 0..AT_ONCE {
            room.say(room.seeker, &Draft::bytes(&[b'x'; 100])).await;
        }
        assert_eq!(room.hear(room.counsellor).await, AT_ONCE);
        assert_eq!(room.hear(room.seeker).await, 0);
    });
}

/// A database file, without the log of writes that are in it.
fn size(path: &Path) -> i64 {
    let connection = rusqlite::Connection::open(path).unwrap();
    let pages = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0)).unwrap();
    let bytes = (pages("PRAGMA page_count") - pages("PRAGMA freelist_count")) * pages("PRAGMA page_size");
    bytes / 1_024
}

fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    resident.unwrap_or("unknown").trim().trim_end_matches(" kB").to_owned()
}
