//! A list of things to do, as five people share it.

use super::users::User;
use leeward_policy::authzen::Query;

pub(super) fn permits(query: &Query) -> bool {
    let Some(user) = User::of(query.subject().id()) else {
        return false;
    };
    let own = query.resource().property("ownerID") == Some(user.email);
    match query.action().name() {
        "can_read_user" | "can_read_todos" => true,
        "can_create_todo" => user.is("admin") || user.is("editor"),
        "can_update_todo" => user.is("evil_genius") || (user.is("editor") && own),
        "can_delete_todo" => user.is("admin") || (user.is("editor") && own),
        _ => false,
    }
}
