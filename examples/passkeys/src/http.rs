//! As much of HTTP/1.1 as a page on localhost needs. A service has a web framework in its place.

use crate::site::{Request, Response, Site};
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, SystemTime},
};

const MAX_HEAD: u64 = 16 * 1024;
const MAX_BODY: usize = 128 * 1024;
const PATIENCE: Duration = Duration::from_secs(15);

/// Answers every request, each on a thread of its own.
///
/// # Errors
/// When no connection can be accepted any more.
pub fn serve(listener: &TcpListener, site: &Site) -> io::Result<()> {
    std::thread::scope(|scope| {
        for stream in listener.incoming() {
            let stream = stream?;
            // Whoever hangs up hears nothing, and nobody else minds.
            scope.spawn(move || converse(&stream, site));
        }
        Ok(())
    })
}

fn converse(mut stream: &TcpStream, site: &Site) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let response = match read(stream)? {
        Some(request) => pollster::block_on(site.answer(&request, now())),
        None => Response::error(400, "this is no request"),
    };
    let Response { status, content_type, cookie, body } = response;
    let cookie = cookie.map(|cookie| format!("Set-Cookie: {cookie}\r\n")).unwrap_or_default();
    let policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'";
    write!(
        stream,
        "HTTP/1.1 {status} {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n{cookie}\
         Content-Security-Policy: {policy}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn read(stream: &TcpStream) -> io::Result<Option<Request>> {
    let mut head = BufReader::new(stream).take(MAX_HEAD);
    let mut line = String::new();
    head.read_line(&mut line)?;
    let mut words = line.split_ascii_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut request = Request { method: method.into(), path: path.into(), cookie: None, body: String::new() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        if head.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end().split_once(':') {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse().unwrap_or(usize::MAX);
            }
            Some((name, value)) if name.eq_ignore_ascii_case("cookie") => {
                request.cookie = Some(value.trim().into());
            }
            Some(_) => {}
        }
    }
    if length > MAX_BODY {
        return Ok(None);
    }
    let mut body = vec![0; length];
    head.into_inner().read_exact(&mut body)?;
    let Ok(body) = String::from_utf8(body) else { return Ok(None) };
    Ok(Some(Request { body, ..request }))
}

#[expect(clippy::disallowed_methods, reason = "an application may read the clock")]
fn now() -> leeward_store::Timestamp {
    leeward_store::Timestamp::try_from(SystemTime::now()).unwrap_or(leeward_store::Timestamp::UNIX_EPOCH)
}
