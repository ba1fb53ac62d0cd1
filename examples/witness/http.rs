//! As much of HTTP/1.1 as a witness needs: one request, of a bounded size and in a bounded time, and one
//! answer.

use leeward_tlog::witness::{MAX_REQUEST, Response};
use std::{
    io::{self, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 8 * 1024;

/// How long a request may take, from the first byte to the last.
const PATIENCE: Duration = Duration::from_secs(15);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Other,
}

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    content_type: &'static str,
    body: String,
}

impl Answer {
    pub(crate) const fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, body }
    }

    pub(crate) fn text(status: u16, sentence: &str) -> Self {
        Self::new(status, "text/plain; charset=utf-8", format!("{sentence}\n"))
    }
}

impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Self::new(response.status, response.content_type, response.body)
    }
}

/// What the head of a request says.
struct Head {
    method: Method,
    path: String,
    length: usize,
    /// The client waits to be told before it sends the body.
    expects: bool,
}

/// Reads one request, answers it, and closes the connection.
pub(crate) fn serve(mut stream: &TcpStream, answer: impl FnOnce(Request) -> Answer) -> io::Result<()> {
    let answer = read(stream).map_or_else(
        |refusal| refusal,
        |request| request.map_or_else(|| Answer::text(408, "too slow"), answer),
    );
    stream.set_write_timeout(Some(PATIENCE))?;
    let Answer { status, content_type, body } = answer;
    write!(
        stream,
        "HTTP/1.1 {status} {}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        reason(status),
        body.len()
    )?;
    stream.flush()
}

/// The request; `None` when it did not come in time, or not whole.
fn read(stream: &TcpStream) -> Result<Option<Request>, Answer> {
    let mut source = Source { stream, until: now() + PATIENCE, read: Vec::new() };
    let Some(end) = source.head() else { return Ok(None) };
    if end > MAX_HEAD {
        return Err(Answer::text(431, "the head of the request is too large"));
    }
    let body = source.read.split_off(end);
    let Head { method, path, length, expects } =
        parse(&source.read).ok_or_else(|| Answer::text(400, "this is no request"))?;
    if length > MAX_REQUEST {
        return Err(Answer::text(413, "the request is too large"));
    }
    if expects && body.is_empty() {
        let mut stream = stream;
        let _ = stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n");
    }
    source.read = body;
    let whole = source.fill(length);
    Ok(whole.then_some(Request { method, path, body: source.read }))
}

/// What was read of a connection so far.
struct Source<'a> {
    stream: &'a TcpStream,
    until: Instant,
    read: Vec<u8>,
}

impl Source<'_> {
    /// Reads until the head has ended or is too long, and returns where it ends.
    fn head(&mut self) -> Option<usize> {
        loop {
            let end = self.read.windows(4).position(|four| four == b"\r\n\r\n");
            match end {
                Some(at) => return Some(at.saturating_add(4)),
                None if self.read.len() > MAX_HEAD => return Some(self.read.len()),
                None => self.more().then_some(())?,
            }
        }
    }

    /// Reads until there are exactly so many bytes.
    fn fill(&mut self, length: usize) -> bool {
        while self.read.len() < length {
            if !self.more() {
                return false;
            }
        }
        self.read.len() == length
    }

    /// Reads some more, within what time is left.
    fn more(&mut self) -> bool {
        let left = self.until.saturating_duration_since(now());
        let mut chunk = [0; 4096];
        let mut stream = self.stream;
        let waits = !left.is_zero() && stream.set_read_timeout(Some(left)).is_ok();
        match waits.then(|| stream.read(&mut chunk)) {
            Some(Ok(count)) if count > 0 => {
                self.read.extend(chunk.iter().take(count));
                true
            }
            _ => false,
        }
    }
}

fn parse(head: &[u8]) -> Option<Head> {
    let mut lines = std::str::from_utf8(head).ok()?.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, path, version) = (words.next()?, words.next()?, words.next()?);
    let method = match method {
        "GET" => Method::Get,
        "POST" => Method::Post,
        _ => Method::Other,
    };
    let mut length = None;
    let mut parsed = Head { method, path: path.to_owned(), length: 0, expects: false };
    for (name, value) in
        lines.take_while(|line| !line.is_empty()).map(|line| line.split_once(':').unwrap_or((line, "")))
    {
        match name.to_ascii_lowercase().as_str() {
            "content-length" if length.is_none() => length = Some(digits(value.trim())?),
            // A body whose length is told in two ways is read in two ways.
            "content-length" | "transfer-encoding" => return None,
            "expect" => parsed.expects = value.trim().eq_ignore_ascii_case("100-continue"),
            _ => {}
        }
    }
    parsed.length = length.unwrap_or(0);
    (version.starts_with("HTTP/1.") && words.next().is_none()).then_some(parsed)
}

/// A number without a sign.
fn digits(text: &str) -> Option<usize> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

#[expect(clippy::disallowed_methods, reason = "an application may read the clock")]
fn now() -> Instant {
    Instant::now()
}

const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        _ => "Internal Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_body_is_told_in_one_way() {
        let length = |lines: &str| {
            parse(format!("POST / HTTP/1.1\r\n{lines}\r\n\r\n").as_bytes()).map(|head| head.length)
        };
        assert_eq!(length("Host: a"), Some(0));
        assert_eq!(length("Content-Length: 7"), Some(7));
        for twice in
            ["content-length: 0\r\nContent-Length: 7", "Content-Length: 7\r\nTransfer-Encoding: chunked"]
        {
            assert_eq!(length(twice), None, "{twice}");
        }
        for number in ["+7", "-1", "7, 7", "", "99999999999999999999999"] {
            assert_eq!(length(&format!("Content-Length: {number}")), None, "{number}");
        }
    }
}
