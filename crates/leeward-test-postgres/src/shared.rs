use crate::{
    Database, Server,
    admin::Admin,
    pieces::Pieces,
    programs::{self, Programs},
    setup::Setup,
    telling,
};
use std::{env, sync::OnceLock};

/// The server that a whole test program uses: one of its own, or the one that `DATABASE_URL` names.
#[derive(Debug)]
pub struct Shared(Kind);

#[derive(Debug)]
enum Kind {
    Own(Server),
    Given { admin: Admin, url: Pieces },
}

/// The server of this test program; `None` if there is none, which it has then said.
pub fn shared() -> Option<&'static Shared> {
    static SHARED: OnceLock<Option<Shared>> = OnceLock::new();
    let shared = SHARED.get_or_init(|| match given() {
        Some(url) => Some(Shared::given(&url)),
        None => Programs::find().map(|programs| Shared(Kind::Own(Setup::new().start_with(programs)))),
    });
    if shared.is_none() {
        telling::no_server();
    }
    shared.as_ref()
}

/// The server that somebody else runs for these tests.
pub(crate) fn given() -> Option<String> {
    env::var("DATABASE_URL").ok().filter(|url| !url.is_empty())
}

impl Shared {
    fn given(url: &str) -> Self {
        let pieces = Pieces::parse(url).expect("DATABASE_URL begins with postgres://");
        let psql = programs::psql().expect("`psql`, to create databases with");
        Self(Kind::Given { admin: Admin { psql, connection: url.to_owned() }, url: pieces })
    }

    /// An empty database of its own for one test.
    #[must_use]
    pub fn database(&self) -> Database {
        match &self.0 {
            Kind::Own(server) => server.database(),
            Kind::Given { admin, url } => Database::create(admin, url, None),
        }
    }

    /// The server itself, unless `DATABASE_URL` names one. It is not to be stopped: others use it.
    #[must_use]
    pub const fn server(&self) -> Option<&Server> {
        match &self.0 {
            Kind::Own(server) => Some(server),
            Kind::Given { .. } => None,
        }
    }
}
