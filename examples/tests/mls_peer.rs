//! The peer that other people's clients are tested against, line by line.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a failing test panics")]

use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

const COUNSELLOR: &str = "staff:00112233445566778899aabbccddeeff";
const SEEKER: &str = "seeker:ffeeddccbbaa99887766554433221100";

struct Peer {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Peer {
    /// The program lies beside the tests that cargo builds.
    fn start(arguments: &[&str]) -> Self {
        let tests = std::env::current_exe().unwrap();
        let program = tests.parent().unwrap().parent().unwrap().join("examples/mls_peer");
        assert!(program.exists(), "build it first: cargo build -p leeward-examples --examples");
        let mut command = Command::new(program);
        let mut child = command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    fn kept_in(dir: &Path) -> Self {
        Self::start(&["--dir", dir.to_str().unwrap()])
    }

    fn line(&mut self, line: &[u8]) -> Value {
        self.input.write_all(line).unwrap();
        self.input.write_all(b"\n").unwrap();
        let mut answer = String::new();
        self.output.read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    fn ask(&mut self, request: &Value) -> Value {
        let answer = self.line(request.to_string().as_bytes());
        assert!(answer["ok"].is_object(), "{request}: {answer}");
        answer["ok"].clone()
    }

    /// A conversation of one member of staff and one seeker.
    fn conversation(&mut self) -> Value {
        let room = self.ask(&json!({ "op": "open", "member": COUNSELLOR }))["conversation"].clone();
        self.ask(&json!({ "op": "key_package", "member": SEEKER }));
        self.ask(&json!({ "op": "add", "conversation": room, "by": COUNSELLOR, "member": SEEKER }));
        self.ask(&json!({ "op": "join", "conversation": room, "member": SEEKER }));
        room
    }

    fn say(&mut self, room: &Value, member: &str, text: &str) {
        self.ask(&json!({ "op": "send", "conversation": room, "member": member, "text": text }));
    }

    fn hear(&mut self, room: &Value, member: &str) -> Value {
        self.ask(&json!({ "op": "receive", "conversation": room, "member": member }))["messages"].clone()
    }

    fn code(&mut self, line: &[u8]) -> String {
        self.line(line)["error"]["code"].as_str().unwrap().to_owned()
    }

    /// Ends its input, and how it took that.
    fn end(mut self) -> bool {
        drop(self.input);
        self.child.wait().unwrap().success()
    }
}

#[test]
fn members_converse_and_report_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut peer = Peer::kept_in(folder.path());
    let room = peer.conversation();
    peer.say(&room, SEEKER, "is anyone there?");
    assert!(peer.end());

    let mut peer = Peer::kept_in(folder.path());
    let messages = peer.hear(&room, COUNSELLOR);
    assert_eq!((&messages[0]["from"], &messages[0]["text"]), (&json!(SEEKER), &json!("is anyone there?")));
    assert_eq!(peer.hear(&room, COUNSELLOR), json!([]), "it is read once");
    let report = json!({ "op": "report", "reporter": COUNSELLOR, "report": messages[0]["report"] });
    let verified = peer.ask(&report);
    assert_eq!((&verified["sender"], &verified["conversation"]), (&json!(SEEKER), &room));
    let roster = json!({ "op": "roster", "conversation": room, "member": COUNSELLOR });
    let here = peer.ask(&roster);
    assert_eq!(here["members"][1], json!({ "member": SEEKER, "place": 1, "alias": "seeker 2" }));
    let there = peer.ask(&json!({ "op": "roster", "conversation": room, "member": SEEKER }));
    assert_eq!(here["verification"], there["verification"]);

    peer.ask(&json!({ "op": "remove", "conversation": room, "by": COUNSELLOR, "member": SEEKER }));
    assert_eq!(peer.hear(&room, SEEKER), json!([]));
    let gone = json!({ "id": 7, "op": "receive", "conversation": room, "member": SEEKER });
    let gone = peer.line(gone.to_string().as_bytes());
    assert_eq!((&gone["id"], &gone["error"]["code"]), (&json!(7), &json!("not_a_member")));
    assert!(peer.end());
}

#[test]
fn a_transcript_is_kept_and_exported() {
    let mut peer = Peer::start(&[]);
    let (room, key) = (peer.conversation(), "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=");
    peer.say(&room, SEEKER, "before");
    peer.hear(&room, COUNSELLOR);
    let keep = json!({ "op": "keep_transcript", "conversation": room, "member": COUNSELLOR, "key": key });
    peer.ask(&keep);
    peer.say(&room, COUNSELLOR, "I am here");
    peer.say(&room, SEEKER, "thank you");
    peer.hear(&room, COUNSELLOR);
    let ask = |by: &str, record: &str| {
        let ask =
            json!({ "op": "keep_record", "conversation": room, "by": by, "place": 2, "record": record });
        ask.to_string().into_bytes()
    };
    for (by, record, why) in [(SEEKER, "AQ==", "forbidden"), (COUNSELLOR, "AQ==", "malformed")] {
        assert_eq!(peer.line(&ask(by, record))["error"]["why"], why);
    }
    let export = json!({ "op": "export", "conversation": room, "by": COUNSELLOR, "key": key });
    let lines = peer.ask(&export)["lines"].clone();
    assert_eq!((&lines[0]["line"], &lines[0]["head"]["count"]), (&json!("transcript"), &json!(3)));
    assert_eq!((&lines[1]["line"], &lines[1]["from"]), (&json!("unrecorded"), &json!(SEEKER)));
    assert_eq!((&lines[2]["text"], &lines[3]["text"]), (&json!("I am here"), &json!("thank you")));
    assert!(peer.end());
}

#[test]
fn whatever_a_line_holds_the_answer_is_one_line_with_a_code() {
    let mut peer = Peer::start(&[]);
    let room = peer.conversation();
    let garbage: [&[u8]; 7] = [b"", b"\xff\xfe", b"{", b"[[[[", b"\"op\"", b"{\"op\": 1}", b"\0\0\0\0"];
    for line in garbage {
        assert!(["not_understood", "field"].contains(&peer.code(line).as_str()), "{line:?}");
    }
    assert_eq!(peer.code(&vec![b'['; 1024 * 1024]), "not_understood", "deep");
    assert_eq!(peer.code(&vec![b' '; 5 * 1024 * 1024]), "not_understood", "long");
    let nobody = "seeker:00000000000000000000000000000000";
    let fields = [
        json!({ "op": "open" }),
        json!({ "op": "open", "member": 7 }),
        json!({ "op": "open", "member": "staff:0" }),
        json!({ "op": "open", "member": nobody.replace("seeker", "nobody") }),
        json!({ "op": "open", "member": nobody, "now": -1 }),
        json!({ "op": "open", "member": nobody, "now": u64::MAX }),
        json!({ "op": "publish", "member": nobody, "key_package": "?" }),
        json!({ "op": "credential", "staff": nobody }),
        json!({ "op": "send", "conversation": room, "member": SEEKER, "text": "", "time_to_live": 59 }),
    ];
    for request in fields {
        assert_eq!(peer.code(request.to_string().as_bytes()), "field", "{request}");
    }
    for message in ["", "AAAA", "AAEAAQ=="] {
        let submit = json!({ "op": "submit", "conversation": room, "by": SEEKER, "message": message });
        assert_eq!(peer.code(submit.to_string().as_bytes()), "submission_refused");
    }
    let long = "x".repeat(65_537);
    let send = json!({ "op": "send", "conversation": room, "member": SEEKER, "text": long });
    assert_eq!(peer.code(send.to_string().as_bytes()), "body_too_long");
    let missing = json!({ "op": "fetch", "conversation": room, "member": SEEKER, "from": u64::MAX });
    assert!(peer.line(missing.to_string().as_bytes())["ok"]["entries"].is_array());

    peer.say(&room, COUNSELLOR, "and it goes on");
    assert_eq!(peer.hear(&room, SEEKER)[0]["text"], "and it goes on");
    assert!(peer.end());
}
