use crate::{
    raw::Pair,
    room::{Room, service},
    talk::median,
};
use leeward_messages::Draft;
use rusqlite::{Connection, params};
use std::{
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Instant,
};
use tokio::runtime::{Builder, Runtime};

/// Turns of all conversations together in one round.
const TURNS: usize = 1_024;
const TEXT: [u8; 100] = [b'x'; 100];

/// A turn: one says a hundred bytes, the other reads them, and what both must remember is on the disk. All
/// conversations go on at once.
pub(crate) fn measure(rounds: usize, conversations: &[usize]) {
    let dir = tempfile::tempdir_in(std::env::current_dir().unwrap()).unwrap();
    let runtime = Builder::new_multi_thread().worker_threads(2).build().unwrap();
    println!("\ndurable turns a second through SQLite, 100 B, median of {rounds} rounds");
    println!("{:>14} {:>20} {:>12} {:>9}", "conversations", "openmls, saved whole", "leeward", "of raw");
    for &count in conversations {
        let each = if rounds == 1 { 1 } else { (TURNS / count).max(2) };
        let mut plain = plain(&dir.path().join(format!("plain-{count}.db")), count);
        let store = leeward_sqlite::open(dir.path().join(format!("leeward-{count}.db"))).unwrap();
        let rooms = rooms(&runtime, &service(&store.clone().assume_sealed(), &store.assume_sealed()), count);
        let (mut raw, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..rounds {
            raw.push(rate(count * each, || on_threads(&mut plain, each)));
            ours.push(rate(count * each, || on_tokio(&runtime, &rooms, each)));
        }
        let (raw, ours) = (median(raw), median(ours));
        println!("{count:>14} {raw:>20.0} {ours:>12.0} {:>9.2}", ours / raw);
    }
}

fn rate(turns: usize, work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    turns as f64 / start.elapsed().as_secs_f64()
}

fn rooms(runtime: &Runtime, service: &leeward_messages::Conversations, count: usize) -> Vec<Arc<Room>> {
    let open = |_| {
        let service = service.clone();
        runtime.spawn(async move { Arc::new(Room::open(&service).await) })
    };
    let opened: Vec<_> = (0..count).map(open).collect();
    opened.into_iter().map(|room| runtime.block_on(room).unwrap()).collect()
}

fn on_tokio(runtime: &Runtime, rooms: &[Arc<Room>], each: usize) {
    let talk = |room: &Arc<Room>| {
        let room = Arc::clone(room);
        runtime.spawn(async move {
            for _ in 0..each {
                room.say(room.seeker, &Draft::bytes(&TEXT)).await;
                assert_eq!(room.hear(room.counsellor).await, 1);
            }
        })
    };
    let talking: Vec<_> = rooms.iter().map(talk).collect();
    talking.into_iter().for_each(|talk| runtime.block_on(talk).unwrap());
}

/// `openmls` with its store in memory, written out as a whole to a row for each member.
struct Plain {
    file: Mutex<Connection>,
    pairs: Vec<Pair>,
}

fn plain(path: &Path, count: usize) -> Plain {
    let file = Connection::open(path).unwrap();
    file.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE member (id INTEGER PRIMARY KEY, store BLOB NOT NULL)",
    )
    .unwrap();
    Plain { file: Mutex::new(file), pairs: (0..count).map(|_| Pair::new(false)).collect() }
}

/// A thread for each conversation, since the call blocks.
fn on_threads(plain: &mut Plain, each: usize) {
    let Plain { file, pairs } = plain;
    let file = &*file;
    thread::scope(|scope| {
        for (id, pair) in pairs.iter_mut().enumerate() {
            scope.spawn(move || (0..each).for_each(|_| talk(file, pair, id)));
        }
    });
}

fn talk(file: &Mutex<Connection>, pair: &mut Pair, id: usize) {
    let save = |member: usize, store: &[u8]| {
        let file = file.lock().unwrap();
        let sql = "INSERT OR REPLACE INTO member (id, store) VALUES (?1, ?2)";
        file.prepare_cached(sql).unwrap().execute(params![(2 * id + member) as i64, store]).unwrap();
    };
    let [from, to] = &mut pair.members;
    let message = from.say(&TEXT, &[]);
    save(0, &from.whole_store());
    assert!(to.hear(&message).is_some());
    save(1, &to.whole_store());
}
