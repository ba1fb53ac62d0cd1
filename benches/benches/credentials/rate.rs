use crate::{PARAMS, contestant::Contestant, percentile};

/// Verifications a second: the contestants take turns, and the median round of each is shown.
pub(crate) fn measure(rounds: usize, callers: usize) {
    println!("verifications a second, and what the governor does for one of the other");
    for params in PARAMS {
        let contestants = [
            (Some(Contestant::governor(params)), callers),
            (Some(Contestant::naive(params)), 2),
            (Some(Contestant::naive(params)), callers),
            (Contestant::cffi(params), callers),
        ];
        let mut contestants: Vec<_> =
            contestants.into_iter().filter_map(|(one, callers)| Some((one?, callers))).collect();
        let mut times: Vec<_> = contestants.iter().map(|_| Vec::new()).collect();
        for _ in 0..rounds {
            for ((contestant, callers), times) in contestants.iter_mut().zip(&mut times) {
                times.push(contestant.verify(*callers));
            }
        }
        println!("  m={} KiB, t={}", params.memory_kib(), params.passes());
        let mut ours = None;
        for ((contestant, callers), times) in contestants.iter().zip(&mut times) {
            let rate = *callers as f64 / percentile(times, 50).as_secs_f64();
            let ours = *ours.get_or_insert(rate);
            println!("    {:28} {callers:3} at once {rate:8.1}/s {:6.2}", contestant.name(), ours / rate);
        }
    }
    println!("  target: 2 at least, of `argon2` 2 at once, at m=47104");
}
