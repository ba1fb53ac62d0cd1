use super::{Entry, Head, OpenedLine, OpenedTranscript, Said};
use crate::{Kind, MemberId, Refusal};
use jiff::Timestamp;
use leeward_event::ConversationId;
use std::{
    fmt,
    io::{self, Write},
};

impl OpenedTranscript {
    /// The transcript for a clinical record, as JSON lines in clear: first what it is of and from where to where
    /// it is complete, then one line for each message. Each has a field `line`: `transcript`, `said`,
    /// `unreadable`, `unrecorded` or `ended`. Texts stand as `text`, other bodies in hexadecimal as `bytes`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_json_lines(&self, out: &mut impl Write) -> io::Result<()> {
        let (start, end) = (End(&self.start), End(&self.head));
        let conversation: ConversationId = self.conversation;
        writeln!(
            out,
            r#"{{"line":"transcript","version":1,"conversation":"{conversation}","start":{start},"head":{end}}}"#
        )?;
        self.lines.iter().try_for_each(|line| write_line(line, out))
    }
}

fn write_line(line: &OpenedLine, out: &mut impl Write) -> io::Result<()> {
    match line {
        OpenedLine::Said(said) => write_said(said, out),
        OpenedLine::Unreadable { entry, kept_by, why } => {
            let (entry, kept_by, why) = (Accepted(entry), Named(*kept_by), reason(*why));
            writeln!(out, r#"{{"line":"unreadable",{entry},"kept_by":"{kept_by}","why":"{why}"}}"#)
        }
        OpenedLine::Unrecorded(entry) => writeln!(out, r#"{{"line":"unrecorded",{}}}"#, Accepted(entry)),
        OpenedLine::Ended => writeln!(out, r#"{{"line":"ended"}}"#),
    }
}

fn write_said(said: &Said, out: &mut impl Write) -> io::Result<()> {
    let Said { seq, from, sent_at, accepted_ms, kind, body, kept_by, key } = said;
    let (from, kept_by, accepted, kind) = (Named(*from), Named(*kept_by), Time(*accepted_ms), name(*kind));
    write!(
        out,
        r#"{{"line":"said","place":{seq},"from":"{from}","accepted_at":{accepted},"sent_at":"{sent_at}","#
    )?;
    write!(out, r#""kept_by":"{kept_by}","key":"{key}","kind":"{kind}","#)?;
    // Written without a copy that nobody wipes.
    match str::from_utf8(body.expose()) {
        Ok(text) if matches!(said.kind, Kind::Text | Kind::SessionDescription) => {
            write!(out, r#""text":"#)?;
            serde_json::to_writer(&mut *out, text)?;
        }
        _ => write!(out, r#""bytes":"{}""#, Hex(body.expose()))?,
    }
    writeln!(out, "}}")
}

/// What the ledger says of a message.
struct Accepted<'a>(&'a Entry);

impl fmt::Display for Accepted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Entry { seq, sender, accepted_ms, .. } = self.0;
        let (from, at) = (Named(*sender), Time(*accepted_ms));
        write!(f, r#""place":{seq},"from":"{from}","accepted_at":{at}"#)
    }
}

/// Milliseconds since 1970, or `null` of what is no time.
struct Time(u64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match i64::try_from(self.0).ok().and_then(|time| Timestamp::from_millisecond(time).ok()) {
            Some(time) => write!(f, r#""{time}""#),
            None => f.write_str("null"),
        }
    }
}

struct End<'a>(&'a Head);

impl fmt::Display for End<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, r#"{{"count":{},"link":"{}"}}"#, self.0.count, Hex(&self.0.link))
    }
}

struct Named(MemberId);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            MemberId::Staff(id) => write!(f, "staff:{id}"),
            MemberId::Seeker(id) => write!(f, "seeker:{id}"),
        }
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

const fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Bytes => "bytes",
        Kind::Attachment => "attachment",
        Kind::SessionDescription => "session_description",
        Kind::DtlsFingerprint => "dtls_fingerprint",
        Kind::Control => "control",
    }
}

const fn reason(why: Refusal) -> &'static str {
    match why {
        Refusal::UnknownTranscriptKey => "unknown_key",
        Refusal::Franking => "another_message",
        Refusal::Identity => "another_sender",
        _ => "not_authentic",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Body, franking::FrankingTag, transcript::TranscriptKeyId};
    use leeward_event::{SeekerId, StaffId};
    use serde_json::Value;
    use zeroize::Zeroizing;

    const TEXT: &str = "\"so\\\nthen\u{2028}\u{0}\"},{\"line\":\"said\"";

    fn opened() -> OpenedTranscript {
        let (seeker, staff) = (SeekerId::from_bytes([1; 16]).into(), StaffId::from_bytes([2; 16]).into());
        let said = |kind, body: &[u8]| {
            OpenedLine::Said(Said {
                seq: 1,
                from: seeker,
                sent_at: Timestamp::UNIX_EPOCH,
                accepted_ms: 1_500,
                kind,
                body: Body::new(Zeroizing::new(body.to_vec())),
                kept_by: staff,
                key: TranscriptKeyId::from_bytes([6; 16]),
            })
        };
        let entry =
            Entry { seq: 2, sender: seeker, accepted_ms: u64::MAX, tag: FrankingTag::from_bytes([3; 32]) };
        let unreadable = OpenedLine::Unreadable { entry, kept_by: staff, why: Refusal::Franking };
        let lines = vec![
            said(Kind::Text, TEXT.as_bytes()),
            said(Kind::Bytes, b"\xff{"),
            unreadable,
            OpenedLine::Unrecorded(Entry { accepted_ms: 2_000, ..entry }),
            OpenedLine::Ended,
        ];
        let (start, head) = (Head { count: 4, link: [8; 32] }, Head { count: 9, link: [9; 32] });
        OpenedTranscript { conversation: ConversationId::from_bytes([7; 16]), start, head, lines }
    }

    #[test]
    fn the_lines_are_pinned() {
        let mut out = Vec::new();
        opened().write_json_lines(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (seeker, staff) = (format!("seeker:{}", "01".repeat(16)), format!("staff:{}", "02".repeat(16)));
        let said = serde_json::json!({
            "line": "said", "place": 1, "from": seeker, "accepted_at": "1970-01-01T00:00:01.5Z",
            "sent_at": "1970-01-01T00:00:00Z", "kept_by": staff, "key": "06".repeat(16), "kind": "text",
            "text": TEXT,
        });
        let mut bytes = said.clone();
        bytes.as_object_mut().unwrap().remove("text");
        bytes["kind"] = "bytes".into();
        bytes["bytes"] = "ff7b".into();
        let expected = [
            serde_json::json!({
                "line": "transcript", "version": 1, "conversation": "07".repeat(16),
                "start": { "count": 4, "link": "08".repeat(32) },
                "head": { "count": 9, "link": "09".repeat(32) },
            }),
            said,
            bytes,
            serde_json::json!({
                "line": "unreadable", "place": 2, "from": seeker, "accepted_at": null, "kept_by": staff,
                "why": "another_message",
            }),
            serde_json::json!({
                "line": "unrecorded", "place": 2, "from": seeker, "accepted_at": "1970-01-01T00:00:02Z",
            }),
            serde_json::json!({ "line": "ended" }),
        ];
        assert_eq!(lines, expected);
    }
}
