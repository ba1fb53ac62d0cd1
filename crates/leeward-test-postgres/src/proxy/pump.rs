use super::{
    Direction,
    control::{Connection, Control},
};
use std::{
    io::{Read, Write},
    sync::Arc,
    thread,
};

/// Passes bytes on in both directions until one of the two ends, or the proxy cuts them.
pub(super) fn start(control: &Arc<Control>, connection: &Arc<Connection>) {
    for direction in [Direction::ToServer, Direction::ToClient] {
        let (control, connection) = (Arc::clone(control), Arc::clone(connection));
        thread::spawn(move || pump(&control, &connection, direction));
    }
}

fn pump(control: &Control, connection: &Connection, direction: Direction) {
    let (mut from, mut to) = match direction {
        Direction::ToServer => (&connection.client, &connection.server),
        Direction::ToClient => (&connection.server, &connection.client),
    };
    let mut buffer = [0; 16 * 1024];
    while let Ok(read) = from.read(&mut buffer) {
        if read == 0 || !control.may_pass(connection) {
            break;
        }
        let passed = control.admit(connection, direction, read);
        let written = buffer.get(..passed).is_some_and(|bytes| to.write_all(bytes).is_ok());
        if passed < read {
            control.cut(connection);
        }
        if !written || passed < read {
            break;
        }
    }
    control.close(connection);
}
