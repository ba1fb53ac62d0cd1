use crate::common::{child, database, get, open, options, put, role};
use leeward_postgres::{Options, PostgresError};
use leeward_test_postgres::Database;
use pollster::block_on;
use std::{
    error::Error,
    io::{Read, Write},
    net::TcpListener,
    time::Duration,
};

/// What is there, down to the last column and function.
const EVERYTHING: &str = "
    SELECT n.nspname, c.relname, a.attname, a.atttypid FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid WHERE n.nspname !~ '^pg_|^information' ORDER BY 1, 2, 3;
    SELECT oid, proname, prosrc FROM pg_proc WHERE pronamespace::regnamespace::text !~ '^pg_|^information' ORDER BY 1";

fn refused_and_unchanged(database: &Database, url: &str) -> PostgresError {
    let before = database.sql(EVERYTHING);
    let error = block_on(options().connect_timeout(Duration::from_millis(300)).open(url)).unwrap_err();
    assert_eq!(database.sql(EVERYTHING), before);
    let sentence = error.to_string();
    assert!(!sentence.contains('\n') && sentence.contains(':'), "{sentence}");
    error
}

#[test]
fn what_was_put_is_there_after_reopening() {
    let Some(database) = database() else { return };
    put(&open(&database.url()).unwrap(), b"a", b"1").unwrap();
    assert_eq!(get(&open(&database.url()).unwrap(), b"a").unwrap(), b"1");
}

#[test]
fn a_wrong_password_is_refused() {
    let Some(database) = database() else { return };
    let (user, rest) = database.url().split_once("@").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    let name = user.rsplit_once(':').unwrap().0.to_owned();
    for login in [format!("{name}:wrong"), name] {
        let error = refused_and_unchanged(&database, &format!("{login}@{rest}"));
        assert!(matches!(error, PostgresError::AccessDenied(_)), "{error:?}");
        assert!(error.source().is_some());
    }
}

#[test]
fn a_database_that_is_not_there_is_refused() {
    let Some(database) = database() else { return };
    let error = refused_and_unchanged(&database, &format!("{}_not", database.url()));
    assert!(matches!(error, PostgresError::NoDatabase(_)), "{error:?}");
}

#[test]
fn a_server_without_tls_is_refused_where_tls_is_required() {
    let Some(database) = database() else { return };
    for mode in ["require", "verify-full"] {
        let error = refused_and_unchanged(&database, &format!("{}?sslmode={mode}", database.url()));
        assert!(matches!(error, PostgresError::NoTls(_)), "{error:?}");
    }
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let Some(database) = database() else { return };
    put(&open(&database.url()).unwrap(), b"a", b"1").unwrap();
    let _ = database.sql("UPDATE leeward.meta SET schema = 2");
    let error = refused_and_unchanged(&database, &database.url());
    assert!(matches!(error, PostgresError::NewerSchema { found: 2, known: 1, .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the database has schema 2 and this program knows only 1: use a newer program"
    );
}

#[test]
fn a_schema_that_is_not_ours_is_refused_and_left_alone() {
    let Some(database) = database() else { return };
    for theirs in [
        "CREATE SCHEMA leeward; CREATE TABLE leeward.entry (a integer)",
        "CREATE SCHEMA leeward; CREATE TABLE leeward.meta (a integer)",
        "CREATE SCHEMA leeward; CREATE TABLE leeward.meta (maker text, schema integer)",
        "CREATE SCHEMA leeward; CREATE TABLE leeward.meta AS SELECT 'they'::text AS maker, 1 AS schema",
        "CREATE SCHEMA leeward; CREATE FUNCTION leeward.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA leeward; CREATE TYPE leeward.mood AS ENUM ('calm')",
    ] {
        let _ = database.sql(theirs);
        let error = refused_and_unchanged(&database, &database.url());
        assert!(matches!(error, PostgresError::Foreign), "{theirs}: {error:?}");
        let _ = database.sql("DROP SCHEMA leeward CASCADE");
    }
    let _ = database.sql("CREATE SCHEMA leeward");
    put(&open(&database.url()).unwrap(), b"a", b"an empty one is nobody's").unwrap();
}

#[test]
fn a_server_that_only_reads_is_refused() {
    let Some(database) = database() else { return };
    let _ =
        database.sql(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name()));
    let error = refused_and_unchanged(&database, &database.url());
    assert!(matches!(error, PostgresError::ReadOnly), "{error:?}");
}

#[test]
fn nobody_at_that_port_is_said_so() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = options().connect_timeout(Duration::from_millis(200));
    let error = block_on(options.open(&format!("postgres://a:b@127.0.0.1:{port}/c"))).unwrap_err();
    assert!(matches!(error, PostgresError::Unreachable(Some(_))), "{error:?}");
}

#[test]
fn a_server_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://a:b@{}/c", silent.local_addr().unwrap());
    let error = block_on(options().connect_timeout(Duration::from_millis(200)).open(&url)).unwrap_err();
    assert!(matches!(error, PostgresError::TimedOut(_) | PostgresError::Unreachable(_)), "{error:?}");
}

#[test]
fn an_old_server_is_refused() {
    for (version, found) in [("14.13 (Debian 14.13-1)", 14), ("9.6.24", 9)] {
        let url = server_that_says(version);
        let error = block_on(options().open(&url)).unwrap_err();
        assert!(
            matches!(error, PostgresError::TooOld { found: is, needed: 15, .. } if is == found),
            "{error:?}"
        );
    }
}

/// The name of a severity is in the language of the server's messages.
#[test]
fn an_error_in_another_language_is_understood() {
    let mut error = b"SFEHLER\0VERROR\0C42501\0Mkeine Berechtigung\0\0".to_vec();
    let length = u32::try_from(error.len() + 4).unwrap().to_be_bytes();
    error.splice(0..0, [&b"E"[..], &length].concat());
    error.extend([b'Z', 0, 0, 0, 5, b'I']);
    let url = server_that_answers("15.1", error);
    let error = block_on(options().connect_timeout(Duration::from_secs(2)).open(&url)).unwrap_err();
    assert!(matches!(error, PostgresError::NotPermitted(_)), "{error:?}");
}

#[test]
fn a_handshake_that_is_cut_says_nothing_of_the_certificate() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://a:b@{}/c?sslmode=prefer", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut client in listener.incoming().map(Result::unwrap) {
            client.read_exact(&mut [0; 8]).unwrap();
            client.write_all(b"S").unwrap();
        }
    });
    let error = block_on(options().connect_timeout(Duration::from_millis(200)).open(&url)).unwrap_err();
    assert!(matches!(error, PostgresError::Unreachable(Some(_))), "{error:?}");
}

/// The first answers no packet, as a machine that is gone.
#[test]
fn of_several_hosts_one_that_is_gone_is_passed_over() {
    let Some(database) = database() else { return };
    let gone = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (address, _full) = gone.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let (address, mut waiting) = (listener.local_addr().unwrap(), Vec::new());
        let brief = Duration::from_millis(300);
        while let Ok(one) = tokio::time::timeout(brief, tokio::net::TcpStream::connect(address)).await {
            waiting.push(one);
        }
        (address, (listener, waiting))
    });
    let url = database.url().replacen('@', &format!("@{address},"), 1);
    let store = block_on(options().connect_timeout(Duration::from_millis(500)).open(&url)).unwrap();
    put(&store, b"a", b"1").unwrap();
}

/// What a server says until it is ready, and nothing more.
fn server_that_says(version: &str) -> String {
    server_that_answers(version, Vec::new())
}

/// What it says until it is ready, and to the first question.
fn server_that_answers(version: &str, answer: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://a:b@{}/c", listener.local_addr().unwrap());
    let mut greeting = vec![b'R', 0, 0, 0, 8, 0, 0, 0, 0];
    let parameter = format!("server_version\0{version}\0");
    greeting.push(b'S');
    greeting.extend(u32::try_from(parameter.len() + 4).unwrap().to_be_bytes());
    greeting.extend(parameter.as_bytes());
    greeting.extend([b'Z', 0, 0, 0, 5, b'I']);
    std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let _ = client.read(&mut [0; 1024]).unwrap();
        client.write_all(&greeting).unwrap();
        let _ = client.read(&mut [0; 1024]);
        let _ = client.write_all(&answer);
        // Until the client hangs up.
        let _ = client.read(&mut [0; 1024]);
    });
    url
}

#[test]
fn without_a_runtime_it_says_what_to_do() {
    let url = "postgres://a@localhost/b";
    let error = block_on(Options::new().open(url)).unwrap_err();
    assert!(matches!(error, PostgresError::NoRuntime), "{error:?}");
    let bare = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let error = bare.block_on(Options::new().open(url)).unwrap_err();
    assert!(matches!(error, PostgresError::NoRuntime), "{error:?}");
}

#[test]
fn many_may_open_an_empty_database_at_once() {
    if let Some(url) = role() {
        return put(&open(&url).unwrap(), &std::process::id().to_be_bytes(), b"here").map(drop).unwrap();
    }
    let Some(database) = database() else { return };
    let url = &database.url();
    let mut children: Vec<_> = (0..3)
        .map(|_| child("opening::many_may_open_an_empty_database_at_once", url).spawn().unwrap())
        .collect();
    std::thread::scope(|scope| {
        for writer in 0..6_u8 {
            scope.spawn(move || put(&open(url).unwrap(), &[writer], b"here").unwrap());
        }
    });
    let store = open(url).unwrap();
    assert!((0..6_u8).all(|writer| get(&store, &[writer]).is_some()));
    for child in &mut children {
        assert!(child.wait().unwrap().success());
        assert!(get(&store, &child.id().to_be_bytes()).is_some());
    }
}
