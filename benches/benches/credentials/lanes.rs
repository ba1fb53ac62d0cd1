use crate::{PASSPHRASE, contestant::THREADS, millis, percentile};
use leeward_credentials::{CredentialError, Governor, GovernorConfig, HashParams, Lane, Passphrase};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How long a known device waits, alone and while strangers ask as fast as they are answered.
pub(crate) fn measure(samples: usize, strangers: usize) {
    let config = GovernorConfig::default().workers(THREADS).params(HashParams::OWASP_1_PASS);
    let governor = Governor::start(config).unwrap();
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_time().build().unwrap();
    runtime.block_on(async {
        let known = governor.in_lane(Lane::KnownDevice);
        wait(&known, 4).await;
        let mut alone = wait(&known, samples).await;

        let (over, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let flood: Vec<_> = (0..strangers)
            .map(|_| tokio::spawn(stranger(governor.clone(), Arc::clone(&over), Arc::clone(&served))))
            .collect();
        tokio::time::sleep(Duration::from_millis(200)).await;
        let mut flooded = wait(&known, samples).await;
        over.store(true, Ordering::Relaxed);
        for stranger in flood {
            stranger.await.unwrap();
        }

        let (alone_p99, flooded_p99) = (percentile(&mut alone, 99), percentile(&mut flooded, 99));
        println!("a known device waits, m=47104 KiB, t=1, on 2 threads");
        println!(
            "    alone            p50 {:6.1} ms, p99 {:6.1} ms",
            millis(percentile(&mut alone, 50)),
            millis(alone_p99)
        );
        println!(
            "    {strangers} strangers    p50 {:6.1} ms, p99 {:6.1} ms: {:.2} times; {} of them served",
            millis(percentile(&mut flooded, 50)),
            millis(flooded_p99),
            flooded_p99.as_secs_f64() / alone_p99.as_secs_f64(),
            served.load(Ordering::Relaxed)
        );
        println!("  target: at most 3 times the 99th percentile alone");
    });
}

/// One after the other, with a pause as long as the work between them.
async fn wait(known: &Governor, samples: usize) -> Vec<Duration> {
    let passphrase = Passphrase::new(PASSPHRASE).unwrap();
    let mut times = Vec::new();
    for _ in 0..samples {
        let begun = Instant::now();
        known.check_nothing(&passphrase).await.unwrap();
        times.push(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    times
}

/// One who asks again as soon as there was an answer, and who was refused after a moment.
async fn stranger(governor: Governor, over: Arc<AtomicBool>, served: Arc<AtomicU64>) {
    let passphrase = Passphrase::new("a guess at somebody's passphrase").unwrap();
    while !over.load(Ordering::Relaxed) {
        match governor.check_nothing(&passphrase).await {
            Ok(()) => drop(served.fetch_add(1, Ordering::Relaxed)),
            Err(CredentialError::Busy { .. }) => tokio::time::sleep(Duration::from_millis(20)).await,
            Err(error) => panic!("{error}"),
        }
    }
}
