/// The parts of `postgres://user:password@host:port/database?options` that tests exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pieces {
    /// `postgres://user:password@`
    before: String,
    host: String,
    database: String,
    /// `?options`, or nothing.
    options: String,
}

impl Pieces {
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let (place, options) = rest.split_once('?').map_or((rest, ""), |(place, options)| (place, options));
        let (authority, database) = place.split_once('/').unwrap_or((place, ""));
        let (user, host) = authority.rsplit_once('@').map_or(("", authority), |(user, host)| (user, host));
        let at = if user.is_empty() { "" } else { "@" };
        let question = if options.is_empty() { "" } else { "?" };
        Some(Self {
            before: format!("{scheme}://{user}{at}"),
            host: host.to_owned(),
            database: database.to_owned(),
            options: format!("{question}{options}"),
        })
    }

    /// The address to connect to.
    pub(crate) fn address(&self) -> String {
        if self.host.rsplit_once(':').is_some() { self.host.clone() } else { format!("{}:5432", self.host) }
    }

    pub(crate) fn url(&self) -> String {
        format!("{}{}/{}{}", self.before, self.host, self.database, self.options)
    }

    pub(crate) fn with_database(&self, name: &str) -> Self {
        Self { database: name.to_owned(), ..self.clone() }
    }

    pub(crate) fn with_host(&self, host: &str) -> Self {
        Self { host: host.to_owned(), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::Pieces;

    #[test]
    fn each_part_can_be_exchanged_and_the_others_stay() {
        let url = Pieces::parse("postgres://me:p%40ss@db.example:6000/one?sslmode=require").unwrap();
        assert_eq!(url.address(), "db.example:6000");
        assert_eq!(
            url.with_database("two").url(),
            "postgres://me:p%40ss@db.example:6000/two?sslmode=require"
        );
        assert_eq!(url.with_host("[::1]:7").url(), "postgres://me:p%40ss@[::1]:7/one?sslmode=require");
    }

    #[test]
    fn what_may_be_left_out() {
        let url = Pieces::parse("postgresql://localhost").unwrap();
        assert_eq!(url.address(), "localhost:5432");
        assert_eq!(url.with_database("one").url(), "postgresql://localhost/one");
        assert!(Pieces::parse("host=localhost").is_none());
    }
}
