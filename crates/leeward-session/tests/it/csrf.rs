use crate::support::{ANNA, aal2, again, at, reauthenticate, sessions, started, store};
use leeward_session::{SessionError, SessionKey, SessionKeys, SessionPolicy, SessionToken, Sessions};

fn refused(sessions: &Sessions, token: &SessionToken, text: &str) -> bool {
    matches!(sessions.check_csrf(token, text), Err(SessionError::Csrf))
}

#[test]
fn a_page_of_this_session_is_told_from_any_other() {
    let store = store();
    let sessions = sessions(&store);
    let ((mine, _), (other, _)) = (started(&sessions, ANNA, at(0)), started(&sessions, ANNA, at(0)));
    let (first, second) = (sessions.csrf(&mine).unwrap(), sessions.csrf(&mine).unwrap());
    assert_ne!(*first, *second, "another text each time");
    for text in [&first, &second] {
        sessions.check_csrf(&again(&mine), text).unwrap();
        assert!(refused(&sessions, &other, text));
    }
    let elsewhere = SessionKeys::new(&SessionKey::from_bytes(7, &[1; 32]));
    let elsewhere = Sessions::new(&store, SessionPolicy::nist(), elsewhere);
    assert!(refused(&elsewhere, &mine, &first), "another service");
    let (renewed, _) = reauthenticate(&sessions, mine, aal2(ANNA, at(1)), at(1)).unwrap();
    assert!(refused(&sessions, &renewed, &first), "a page of before");
}

#[test]
fn no_other_text_serves() {
    let sessions = sessions(&store());
    let (token, _) = started(&sessions, ANNA, at(0));
    let text = sessions.csrf(&token).unwrap();
    for at in 0..text.len() {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        assert!(refused(&sessions, &token, std::str::from_utf8(&bytes).unwrap()), "digit {at}");
    }
    let zero = format!("00000007{}", "0".repeat(128));
    for other in ["", &text[1..], &token.reveal(), &zero, &"0".repeat(1_000_000), "\u{ff10}"] {
        assert!(refused(&sessions, &token, other));
    }
}

#[test]
fn it_does_not_give_the_session_away() {
    let sessions = sessions(&store());
    let (token, _) = started(&sessions, ANNA, at(0));
    let (text, secret) = (sessions.csrf(&token).unwrap(), token.reveal());
    assert!((8..secret.len() - 8).all(|i| !text.contains(&secret[i..i + 8])));
    let none = SessionKeys::new(&SessionKey::from_bytes(8, &[1; 32]));
    let none = Sessions::new(&store(), SessionPolicy::nist(), none);
    assert!(matches!(none.csrf(&token), Err(SessionError::NotFound)));
    assert!(refused(&none, &token, &text));
}
