//! The same people at the gateway in front of it, which knows routes only.

use super::users::User;
use leeward_policy::authzen::Query;

pub(super) fn permits(query: &Query) -> bool {
    let Some(user) = User::of(query.subject().id()) else {
        return false;
    };
    let named = (query.subject().kind(), query.resource().kind()) == ("identity", "route");
    named
        && match (query.action().name(), query.resource().id()) {
            ("GET", _) => true,
            ("POST", "/todos") | ("DELETE", "/todos/{todoId}") => user.is("admin") || user.is("editor"),
            ("PUT", "/todos/{todoId}") => user.is("evil_genius") || user.is("editor"),
            _ => false,
        }
}
