//! Logs at an address, on servers of every kind.

use crate::support::{Ran, Service};
use leeward_audit::serve::PublishedDir;
use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// Serves each request on a new connection by this function, for as long as the test runs.
fn serve(answer: impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = answer.clone();
            thread::spawn(move || converse(stream, &*answer));
        }
    });
    format!("http://{address}/logs/audit")
}

fn converse(mut stream: TcpStream, answer: &dyn Fn(&str, &mut TcpStream) -> std::io::Result<()>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.is_empty() {
            return;
        }
        let path = line.split(' ').nth(1).unwrap().to_owned();
        while line != "\r\n" {
            line.clear();
            if reader.read_line(&mut line).is_err() || line.is_empty() {
                return;
            }
        }
        if answer(path.strip_prefix("/logs/audit/").unwrap_or(""), &mut stream).is_err() {
            return;
        }
    }
}

fn respond(
    stream: &mut TcpStream,
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len())?;
    for (name, value) in headers {
        write!(stream, "{name}: {value}\r\n")?;
    }
    stream.write_all(b"\r\n")?;
    stream.write_all(body)
}

/// What any web framework does with [`PublishedDir`].
fn published(dir: &Path) -> impl Fn(&str, &mut TcpStream) -> std::io::Result<()> + Send + Sync + use<> {
    let log = PublishedDir::new(dir);
    move |path, stream| match log.get(path) {
        Ok(served) => respond(stream, 200, &served.headers(), &served.bytes),
        Err(error) => respond(stream, error.status(), &error.headers(), error.to_string().as_bytes()),
    }
}

fn verify(service: &Service, url: &str, more: &str) -> Ran {
    service.run(&format!("verify {url} --vkey-file @vkey {more}"))
}

#[test]
fn a_served_log_verifies_and_is_exported() {
    let service = Service::new();
    let url = serve(published(&service.path("log")));
    let ran = verify(&service, &format!("{url}/"), "--since @kept");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("not looked for"), "{}", ran.out);
    let ran = service.run(&format!("export {url} --vkey-file @vkey --format ocsf"));
    assert_eq!((ran.code, ran.out.lines().count()), (0, 600), "{}", ran.err);
    let ran = service.run(&format!("inspect {url} --count 1"));
    assert!(ran.code == 0 && ran.out.contains("       599  "), "{ran:?}");

    service.flip("log/tile/entries/000", 40);
    let ran = verify(&service, &url, "");
    assert_eq!(ran.code, 1);
    assert!(ran.sentence().starts_with("http://") && ran.sentence().contains("entry 0"), "{ran:?}");
}

/// A gzip file that holds these bytes as they are (RFC 1952, RFC 1951 3.2.4).
fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let crc = !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
    });
    let len = u16::try_from(bytes.len()).unwrap();
    let head = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1];
    let lens = [len.to_le_bytes(), (!len).to_le_bytes()].concat();
    [&head[..], &lens, bytes, &crc.to_le_bytes(), &u32::from(len).to_le_bytes()].concat()
}

#[test]
fn bundles_may_be_compressed_without_being_asked_and_other_encodings_are_no_verdict() {
    let service = Service::new();
    for (encoding, code) in [("gzip", 0), ("br", 2)] {
        let log = PublishedDir::new(service.path("log"));
        let url = serve(move |path, stream| match log.get(path) {
            Ok(served) if path.starts_with("tile/entries/") => {
                respond(stream, 200, &[("content-encoding", encoding)], &gzipped(&served.bytes))
            }
            Ok(served) => respond(stream, 200, &served.headers(), &served.bytes),
            Err(error) => respond(stream, error.status(), &[], b""),
        });
        let ran = verify(&service, &url, "");
        assert_eq!(ran.code, code, "{encoding}: {ran:?}");
    }
}

#[test]
fn what_is_compressed_is_measured_as_it_comes_out() {
    let service = Service::new();
    // Two million zeroes, in blocks of one byte and a copy of 258 of the last (RFC 1951 3.2.6).
    let mut bits: Vec<bool> = Vec::new();
    let mut push = |value: u32, count: u32, first_is_high: bool| {
        bits.extend((0..count).map(|at| value >> (if first_is_high { count - 1 - at } else { at }) & 1 == 1));
    };
    push(0b011, 3, false);
    push(0x30, 8, true);
    for _ in 0..8000 {
        push(0b1100_0101, 8, true);
        push(0, 5, true);
    }
    push(0, 7, true);
    let deflated = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |all, bit| all << 1 | u8::from(*bit)));
    let body: Vec<u8> = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255].into_iter().chain(deflated).collect();
    assert!(body.len() < 16_384);
    let url = serve(move |_, stream| respond(stream, 200, &[("content-encoding", "gzip")], &body));
    let ran = verify(&service, &url, "");
    assert_eq!(ran.code, 1, "a key file is never so long: {ran:?}");
    assert!(ran.sentence().contains("has the wrong length"), "{ran:?}");
}

#[test]
fn a_server_that_does_not_answer_as_it_should_ends_with_2_or_1_and_one_sentence() {
    let service = Service::new();
    for (status, code) in [(404, 1), (410, 1), (403, 2), (500, 2), (301, 2), (204, 2)] {
        let url =
            serve(move |_, stream| respond(stream, status, &[("location", "http://127.0.0.1:1/")], b""));
        let ran = verify(&service, &url, "");
        assert_eq!(ran.code, code, "{status}: {ran:?}");
        ran.sentence();
    }
    let url = serve(|_, stream| {
        stream.write_all(b"\0\0 nonsense \r\n\r\n").and_then(|()| Err(std::io::ErrorKind::Other.into()))
    });
    assert_eq!(verify(&service, &url, "").code, 2);
    for url in [
        "http://127.0.0.1:1/x",
        "ftp://x",
        "http://",
        "http://u@h/",
        "http://h/?q",
        "http://nowhere.invalid/",
    ] {
        let ran = verify(&service, url, "");
        assert_eq!(ran.code, 2, "{url}: {ran:?}");
        ran.sentence();
    }
}

#[test]
fn a_server_that_sends_without_end_is_cut_off() {
    let service = Service::new();
    let endless = |stream: &mut TcpStream| {
        stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 1000000000000\r\n\r\n")?;
        loop {
            stream.write_all(&[b'x'; 65_536])?;
        }
    };
    let headers = |stream: &mut TcpStream| {
        stream.write_all(b"HTTP/1.1 200 X\r\n")?;
        loop {
            stream.write_all(
                b"x: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n",
            )?;
        }
    };
    let began = now();
    let ran = verify(&service, &serve(move |_, stream| endless(stream)), "");
    assert_eq!(ran.code, 1, "a key file is never so long: {ran:?}");
    assert_eq!(verify(&service, &serve(move |_, stream| headers(stream)), "").code, 2);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_server_that_is_slow_is_given_up_on() {
    let service = Service::new();
    let silent = serve(|_, _| {
        thread::park_timeout(Duration::from_secs(60));
        Ok(())
    });
    let slow = serve(|_, stream| {
        stream.write_all(b"HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n")?;
        loop {
            stream.write_all(b"x")?;
            thread::park_timeout(Duration::from_millis(100));
        }
    });
    for url in [silent, slow] {
        let began = now();
        let ran = verify(&service, &url, "--max-time 2");
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.sentence().contains("too long"), "{ran:?}");
        assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    }
}

#[expect(clippy::disallowed_methods, reason = "a test of time takes its time")]
fn now() -> Instant {
    Instant::now()
}
