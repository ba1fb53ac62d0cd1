use crate::{
    awake::Awake,
    matrix::{Megolm, Olm},
    mls_rs,
    raw::Pair,
    room::Room,
    talk::{Talk, median},
};

const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// What one message may take of what raw `openmls` takes.
const TARGET: f64 = 1.3;

/// Each message encrypted and decrypted: the contestants take turns, message by message.
pub(crate) fn measure(messages: usize) {
    for size in SIZES {
        let mut contestants: [(&str, Box<dyn Talk>); 7] = [
            ("openmls, group in memory", Box::new(Pair::new(false))),
            ("openmls, group read from its store each time", Box::new(Pair::new(true))),
            ("leeward, group in memory, without store", Box::new(Awake::new())),
            ("leeward, through client, service and store", Box::new(Room::in_memory())),
            ("mls-rs", mls_rs::pair()),
            ("Olm, ping-pong", Box::new(Olm::new())),
            ("Megolm", Box::new(Megolm::new())),
        ];
        let mut taken = vec![[Vec::new(), Vec::new()]; contestants.len()];
        let body = vec![b'x'; size];
        for _ in 0..messages {
            for ((_, contestant), taken) in contestants.iter_mut().zip(&mut taken) {
                let turn = contestant.turn(&body);
                taken.iter_mut().zip(turn).for_each(|(taken, turn)| taken.push(turn));
            }
        }
        let rows: Vec<[f64; 2]> = taken.into_iter().map(|taken| taken.map(median)).collect();
        show(size, messages, contestants.map(|(name, _)| name), &rows);
    }
}

fn show(size: usize, messages: usize, names: [&str; 7], rows: &[[f64; 2]]) {
    println!("\n{size} B, median of {messages} messages, µs");
    println!("{:46} {:>9} {:>9} {:>9} {:>9}", "", "encrypt", "decrypt", "both", "of raw");
    let raw = rows[0].iter().sum::<f64>();
    for (name, row) in names.iter().zip(rows) {
        let both = row.iter().sum::<f64>();
        println!("{name:46} {:>9.1} {:>9.1} {both:>9.1} {:>9.2}", row[0], row[1], both / raw);
    }
    for (what, row) in [("group in memory", rows[2]), ("through the store", rows[3])] {
        let ratio = row.iter().sum::<f64>() / raw;
        let verdict = if ratio <= TARGET { "holds" } else { "MISSED" };
        println!("target, at most {TARGET} of openmls in memory, {what}: {ratio:.2}, {verdict}");
    }
}
