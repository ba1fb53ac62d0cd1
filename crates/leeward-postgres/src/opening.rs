use crate::{
    Options, PostgresError,
    address::Address,
    engine::{Ended, Engine, Tries},
    fault::Fault,
    home::Home,
    purge, schema,
    sql::Sql,
    tls,
};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The oldest major version that PostgreSQL's authors still mend.
const OLDEST: u32 = 15;

/// Opens the database and settles its schema, in the runtime that will serve it.
pub(crate) async fn open(url: &str, options: &Options) -> Result<Arc<Engine>, PostgresError> {
    let mut address = Address::parse(url)?;
    set_timeouts(&mut address.config, options.settings.connect_timeout);
    let sql = Sql::new(&options.schema)?;
    let home = Home::find(options.own_thread)?;
    let opening = home.spawn(settled(address, sql, options.clone()));
    // It panics where the runtime has no timers or no I/O.
    let (sql, config, tls) = opening.await.map_err(|_| PostgresError::NoRuntime)??;
    let engine = Arc::new(Engine::new(home, sql, options.settings.clone(), config, tls)?);
    let collecting = Arc::clone(&engine);
    drop(engine.home.spawn(async move { purge::collect_slots(&collecting).await }));
    Ok(engine)
}

async fn settled(
    address: Address,
    sql: Sql,
    options: Options,
) -> Result<(Sql, Config, MakeRustlsConnect), PostgresError> {
    let roots = options.roots.as_ref().or(address.roots.as_ref());
    let tls = tls::connector(address.tls, roots.map(AsRef::as_ref))?;
    let mut tries = Tries::within(options.settings.connect_timeout);
    loop {
        match attempt(&address.config, &tls, &sql, &options).await {
            Ok(()) => return Ok((sql, address.config, tls)),
            Err(fault) if fault.is_last() || !tries.again().await => return Err(fault.error),
            Err(_) => {}
        }
    }
}

async fn attempt(
    config: &Config,
    tls: &MakeRustlsConnect,
    sql: &Sql,
    options: &Options,
) -> Result<(), Fault> {
    let limit = to_connect(config, options.settings.connect_timeout);
    let connecting = timeout(limit, config.connect(tls.clone())).await.map_err(|_| Fault::silent())?;
    let (client, connection) = connecting.map_err(Fault::of_connecting)?;
    require_recent(connection.parameter("server_version"))?;
    let driver = Ended(tokio::spawn(async move { drop(connection.await) }));
    let limit = options.settings.statement_timeout;
    let settled = timeout(limit, schema::settle(&client, sql)).await.map_err(|_| Fault::silent())?;
    drop(driver);
    settled
}

/// A server whose machine is gone acknowledges nothing, which is noticed as soon as that it cannot be
/// reached; without this, TCP takes a quarter of an hour.
fn set_timeouts(config: &mut Config, one: Duration) {
    config.connect_timeout(one);
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(one);
    }
}

/// How long to connect may take at the most: so long for each of the hosts.
pub(crate) fn to_connect(config: &Config, one: Duration) -> Duration {
    let hosts = config.get_hosts().len().max(config.get_hostaddrs().len());
    one.saturating_mul(u32::try_from(hosts).unwrap_or(u32::MAX))
}

fn require_recent(version: Option<&str>) -> Result<(), Fault> {
    let digits = version.and_then(|version| version.split(|c: char| !c.is_ascii_digit()).next());
    match digits.and_then(|digits| digits.parse().ok()) {
        Some(found) if found < OLDEST => Err(Fault::last(PostgresError::TooOld { found, needed: OLDEST })),
        _ => Ok(()),
    }
}
