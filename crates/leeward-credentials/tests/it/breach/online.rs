#![expect(clippy::disallowed_methods, reason = "a slow server is made, and waited for")]

use super::support::{Set, hash, listed, passphrase, unlisted};
use leeward_credentials::breach::{
    BreachCheck, BreachError, BreachVerdict, OnError, RangeClient, RangeSource,
};
use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// A server that answers as it was told, and keeps what it was asked.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/range/", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let keeps = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let request: Vec<_> =
                    lines.map_while(Result::ok).take_while(|line| !line.is_empty()).collect();
                let request = request.join("\n");
                keeps.lock().unwrap().push(request.clone());
                answer(&request, &mut stream);
            }
        });
        Self { address, asked }
    }

    /// One that answers all with this.
    fn of(status: &'static str, headers: &'static str, body: Vec<u8>) -> Self {
        Self::start(move |_, stream| {
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
            );
            // Who was sent too much hangs up.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        })
    }

    fn client(&self) -> RangeClient {
        RangeClient::insecure_for_tests(&self.address)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// The set as a server has it: each range padded to the same number of lines.
fn serving(set: &Set) -> Server {
    let lines: Vec<_> = set.lines("\r\n").lines().map(str::to_owned).collect();
    Server::start(move |request, stream| {
        let prefix = request.strip_prefix("GET /range/").and_then(|rest| rest.get(..5)).unwrap();
        let found =
            lines.iter().filter_map(|line| line.strip_prefix(prefix)).map(|line| format!("{line}\r\n"));
        let padding = (0..8).map(|number| format!("{number:035X}:0\r\n"));
        let body: String = found.chain(padding).collect();
        let length = body.len();
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
            .unwrap();
    })
}

#[test]
fn online_and_offline_agree() {
    let set = Set::of(200);
    let server = serving(&set);
    let online = BreachCheck::by_ranges(server.client());
    let offline = BreachCheck::by_ranges(set.sorted());
    for number in 0..200 {
        let asked = passphrase(&listed(number));
        let said = [&online, &offline].map(|check| check.check(&asked, OnError::FailClosed).unwrap());
        let [BreachVerdict::Breached { count: one }, BreachVerdict::Breached { count: other }] = said else {
            panic!("{said:?}")
        };
        assert_eq!(one, other);
    }
}

#[test]
fn a_server_is_told_five_digits_and_nothing_else() {
    let set = Set::of(1);
    let server = serving(&set);
    let hash = hash(&listed(0));
    server.client().range(hash.prefix()).unwrap();
    let [request] = &server.asked()[..] else { panic!("asked once") };
    let mut lines: Vec<_> = request.lines().collect();
    assert_eq!(lines.remove(0), format!("GET /range/{} HTTP/1.1", hash.prefix()));
    lines.retain(|line| !line.to_lowercase().starts_with("host: 127.0.0.1:"));
    let mut lines: Vec<_> = lines.into_iter().map(str::to_lowercase).collect();
    lines.sort();
    assert_eq!(lines, ["accept-encoding: gzip", "accept: */*", "add-padding: true", "user-agent: leeward"]);
}

#[test]
fn what_is_no_range_is_an_error_and_never_an_all_clear() {
    let suffix = "0".repeat(35);
    let long = format!("{suffix}:1\r\n").repeat(150_000).into_bytes();
    for (status, headers, body) in [
        ("503 Service Unavailable", "", b"".to_vec()),
        ("429 Too Many Requests", "Retry-After: 2\r\n", b"".to_vec()),
        ("302 Found", "Location: http://127.0.0.1:1/\r\n", b"".to_vec()),
        ("204 No Content", "", b"".to_vec()),
        ("200 OK", "", b"".to_vec()),
        ("200 OK", "", b"<html>a captive portal</html>".to_vec()),
        ("200 OK", "", format!("{suffix}:0\r\n").into_bytes()),
        ("200 OK", "", long),
    ] {
        let server = Server::of(status, headers, body);
        let check = BreachCheck::by_ranges(server.client());
        let asked = passphrase(&unlisted(0));
        check.check(&asked, OnError::FailClosed).expect_err(status);
        assert!(
            matches!(check.check(&asked, OnError::FailOpen), Ok(BreachVerdict::Unchecked(_))),
            "{status}"
        );
        assert_eq!(server.asked().len(), 2);
    }
}

#[test]
fn a_compressed_answer_is_capped_as_it_comes_out() {
    // 8 MiB of the same byte, by `gzip -9`.
    let bomb = include_bytes!("bomb.gz").to_vec();
    let server = Server::of("200 OK", "Content-Encoding: gzip\r\n", bomb);
    let refused = server.client().range(hash(&listed(0)).prefix()).unwrap_err();
    assert!(matches!(refused, BreachError::Malformed { what: "more than 4 MiB", file: None }), "{refused:?}");
}

#[test]
fn a_silent_or_slow_server_is_given_up_on() {
    for slow in [false, true] {
        let server = Server::start(move |_, stream| {
            let mut write = || stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n");
            if slow && write().is_ok() {
                while stream.write_all(b"0").is_ok() {
                    thread::sleep(Duration::from_millis(20));
                }
            } else {
                thread::sleep(Duration::from_secs(3));
            }
        });
        let begun = Instant::now();
        let client = server.client().timeout(Duration::from_millis(300));
        let refused = client.range(hash(&listed(0)).prefix()).unwrap_err();
        assert!(matches!(refused, BreachError::Unreachable(_)), "{refused:?}");
        assert!(begun.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn nobody_is_asked_in_the_clear() {
    for base in ["http://api.pwnedpasswords.com/range/", "ftp://x/", "", "//x/", "HTTP://x/"] {
        assert!(matches!(RangeClient::new(base), Err(BreachError::NotHttps)), "{base}");
    }
    RangeClient::new(RangeClient::PUBLIC).unwrap();
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let client = RangeClient::insecure_for_tests(&format!("http://{closed}/range/"));
    let refused = client.range(hash(&listed(0)).prefix()).unwrap_err();
    assert!(matches!(refused, BreachError::Unreachable(_)), "{refused:?}");
}
