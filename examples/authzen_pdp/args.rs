use crate::scenario::Scenario;

pub(crate) const USAGE: &str = "\
usage: authzen_pdp --scenario todo|gateway|search|certification|default [--listen ADDR] [--url URL] [--key KEY]

  --listen ADDR  where to listen (127.0.0.1:0: any free port, which is printed)
  --url URL      the URL in the metadata, of what speaks TLS in front (https://ADDR)
  --key KEY      what enforcement points show in Authorization; without it, anybody may ask";

/// What the program was told.
pub(crate) struct Args {
    pub(crate) scenario: Scenario,
    pub(crate) listen: String,
    pub(crate) url: Option<String>,
    pub(crate) key: Option<String>,
}

impl Args {
    /// `None` when help is wanted.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Option<Self>, String> {
        let (mut scenario, mut listen, mut url, mut key) = (None, "127.0.0.1:0".to_owned(), None, None);
        while let Some(name) = args.next() {
            if name == "--help" {
                return Ok(None);
            }
            let value = args.next().ok_or_else(|| format!("{name} wants a value\n{USAGE}"))?;
            match name.as_str() {
                "--scenario" => scenario = Some(Scenario::named(&value).ok_or("no such scenario")?),
                "--listen" => listen = value,
                "--url" => url = Some(value),
                "--key" => key = Some(value),
                _ => return Err(USAGE.to_owned()),
            }
        }
        let scenario = scenario.ok_or(USAGE)?;
        Ok(Some(Self { scenario, listen, url, key }))
    }
}
