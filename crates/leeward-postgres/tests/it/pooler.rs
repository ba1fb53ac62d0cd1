//! Behind PgBouncer in transaction mode. Where it is not installed the tests say so, and pass.

use crate::common::{count, counted, database, get, one, options, put};
use leeward_postgres::{Options, PostgresError};
use leeward_store::{BoxError, Expect, Store, StoreError, conformance::Harness};
use leeward_test_postgres::Database;
use pollster::block_on;
use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};
use tempfile::TempDir;

/// A pooler before one database, with three connections to it.
struct Pooler {
    process: Child,
    url: String,
    database: Database,
    _dir: TempDir,
}

impl Pooler {
    fn start() -> Option<Self> {
        let database = database()?;
        let Some(program) = program() else {
            assert!(std::env::var_os("LEEWARD_REQUIRE_POSTGRES").is_none(), "PgBouncer is not installed");
            eprintln!("tests behind a pooler did not run: PgBouncer is not installed");
            return None;
        };
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (login, place) =
            database.url().strip_prefix("postgres://").unwrap().split_once('@').map(owned).unwrap();
        let (user, password) = login.split_once(':').map(owned).unwrap();
        let (host, name) = place.split_once('/').map(owned).unwrap();
        let (host, server_port) = host.split_once(':').map(owned).unwrap();
        let ini = dir.path().join("pgbouncer.ini");
        let users = dir.path().join("users.txt");
        fs::write(&users, format!("\"{user}\" \"{password}\"\n")).unwrap();
        let config = format!(
            "[databases]\n{name} = host={host} port={server_port} user={user} password={password}\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = plain\nauth_file = {users}\n\
             pool_mode = transaction\ndefault_pool_size = 3\nunix_socket_dir =\nserver_reset_query =\n",
            users = users.display()
        );
        fs::write(&ini, config).unwrap();
        let mut command = Command::new(program);
        // It refuses to run as root.
        if fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0) {
            command.args(["-u", "nobody"]);
        }
        let process =
            command.arg("-q").arg(&ini).stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
        let url = format!("postgres://{user}:{password}@127.0.0.1:{port}/{name}");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Self { process, url, database, _dir: dir })
    }
}

fn owned((a, b): (&str, &str)) -> (String, String) {
    (a.to_owned(), b.to_owned())
}

fn program() -> Option<PathBuf> {
    ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer", "/opt/homebrew/bin/pgbouncer"]
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.exists())
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

fn behind() -> Options {
    options().behind_pooler(true)
}

#[test]
fn many_clients_share_its_connections() {
    let Some(pooler) = Pooler::start() else { return };
    let stores: Vec<_> = (0..3).map(|_| block_on(behind().open(&pooler.url)).unwrap()).collect();
    std::thread::scope(|scope| {
        for task in 0..9_u8 {
            let store = &stores[usize::from(task) % 3];
            scope.spawn(move || {
                for turn in 0..10 {
                    block_on(store.commit(one(&[task, turn], Expect::Absent, &[turn]))).unwrap();
                    assert_eq!(get(store, &[task, turn]).unwrap(), [turn]);
                }
                block_on(count(store.clone(), 3));
            });
        }
    });
    assert_eq!(counted(&stores[0]), 27);
}

#[test]
fn its_server_connections_may_be_killed() {
    let Some(pooler) = Pooler::start() else { return };
    let store = block_on(behind().open(&pooler.url)).unwrap();
    for turn in 0..20_u8 {
        let answer = std::thread::scope(|scope| {
            let commit = scope.spawn(|| block_on(store.commit(one(&[turn], Expect::Absent, b"once"))));
            let _ = pooler.database.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                 AND pid <> pg_backend_pid() AND application_name <> 'psql'",
            );
            commit.join().unwrap()
        });
        answer.unwrap();
        assert_eq!(get(&store, &[turn]).unwrap(), b"once");
    }
}

#[test]
fn without_the_option_it_says_what_to_set() {
    let Some(pooler) = Pooler::start() else { return };
    let store = block_on(options().open(&pooler.url)).unwrap();
    let told = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..8_u8)
            .map(|task| {
                let store = &store;
                scope.spawn(move || (0..40).find_map(|turn| put(store, &[task, turn], b"1").err()))
            })
            .collect();
        tasks.into_iter().filter_map(|task| task.join().unwrap()).next()
    });
    let Some(error) = told else { return };
    let StoreError::Backend(cause) = &error else { panic!("{error:?}") };
    let cause = cause.downcast_ref::<PostgresError>().unwrap();
    assert!(matches!(cause, PostgresError::BehindPooler(_)), "{cause:?}");
}

mod conforming {
    use super::*;

    struct Behind {
        pooler: Option<Pooler>,
        count: AtomicUsize,
    }

    impl Behind {
        fn new() -> Self {
            Self { pooler: Pooler::start(), count: AtomicUsize::new(0) }
        }
    }

    impl Harness for Behind {
        fn open(&self) -> Result<Store, BoxError> {
            let number = self.count.fetch_add(1, Ordering::Relaxed);
            let Some(pooler) = &self.pooler else { return Ok(Store::memory()) };
            Ok(block_on(behind().schema(&format!("store_{number}")).open(&pooler.url))?)
        }
    }

    leeward_store::conformance_tests!(Behind::new());
}
