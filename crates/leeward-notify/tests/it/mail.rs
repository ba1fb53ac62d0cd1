//! Against a small SMTP server on this machine.

use crate::support::{MAIL, at, deliver, mail, notice, options, store, with_addresses};
use leeward_notify::{Delivered, IndexRoot, Mail, MailServer, NoticeKind, Notifier};
use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

/// Answers as RFC 5321 says, with `to_recipient` after RCPT, and hands on what it was given.
fn server(to_recipient: &'static str) -> (u16, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (given, taken) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client that hangs up early is no concern of the test's.
            let _ended = converse(stream.unwrap(), to_recipient, &given);
        }
    });
    (port, taken)
}

fn converse(mut stream: TcpStream, to_recipient: &str, given: &Sender<String>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    stream.write_all(b"220 here\r\n")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "RCPT" => to_recipient,
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                let text: Vec<_> =
                    lines.by_ref().map(Result::unwrap).take_while(|line| line != ".").collect();
                given.send(text.join("\n")).unwrap();
                "250 taken"
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n"),
            _ => "250 fine",
        };
        stream.write_all(format!("{answer}\r\n").as_bytes())?;
    }
    Ok(())
}

fn delivered(to_recipient: &'static str) -> (Delivered, Receiver<String>) {
    let (port, taken) = server(to_recipient);
    let store = store();
    with_addresses(&store, [mail(MAIL)]);
    notice(&store, NoticeKind::FactorAdded);
    let server = MailServer::dangerous_in_the_clear("127.0.0.1", port);
    let channel = Mail::start(server, "Post <post@example.org>").unwrap();
    let notifier = Notifier::new(&store, &IndexRoot::from_bytes(&[7; 32]), options()).unwrap().mail(channel);
    (deliver(&notifier, at(0)), taken)
}

#[test]
fn a_server_gets_plain_text_from_a_neutral_sender() {
    let (done, taken) = delivered("250 fine");
    assert_eq!(done.sent, 1);
    let text = taken.recv().unwrap();
    for line in ["From: Post <post@example.org>", "To: anna@example.org", "Subject: A message for you"] {
        assert!(text.lines().any(|header| header == line), "{line}: {text}");
    }
    assert!(text.contains("Message-ID: <") && text.contains("@example.org>"), "{text}");
    assert!(text.contains("Content-Type: text/plain"), "{text}");
}

#[test]
fn a_server_that_is_busy_is_asked_again_and_one_that_refuses_is_not() {
    let (busy, _taken) = delivered("451 later");
    assert_eq!((busy.to_retry, busy.given_up), (1, 0));
    let (refused, _taken) = delivered("550 no such mailbox anna@example.org");
    assert_eq!((refused.to_retry, refused.given_up), (0, 1));
}

#[test]
fn a_server_without_encryption_gets_nothing_unless_that_was_chosen() {
    let (port, taken) = server("250 fine");
    let store = store();
    with_addresses(&store, [mail(MAIL)]);
    notice(&store, NoticeKind::FactorAdded);
    let server = MailServer::starttls("127.0.0.1").port(port).login("post", "hunter2");
    assert!(!format!("{server:?}").contains("hunter2"));
    let channel = Mail::start(server, "Post <post@example.org>").unwrap();
    let notifier = Notifier::new(&store, &IndexRoot::from_bytes(&[7; 32]), options()).unwrap().mail(channel);
    assert_eq!(deliver(&notifier, at(0)).sent, 0);
    assert!(taken.try_recv().is_err());
}

#[test]
fn a_sender_or_root_that_cannot_be_read_starts_nothing() {
    assert!(Mail::start(MailServer::tls("mail.example.org"), "nobody").is_err());
    let server = MailServer::tls("mail.example.org").root_certificate(b"no certificate");
    assert!(Mail::start(server, "Post <post@example.org>").is_err());
}
