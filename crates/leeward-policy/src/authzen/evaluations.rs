use super::{DecisionPoint, Endpoint, Pep, json::member, query::Query, refusal::Refusal};
use serde_json::{Map, Value, json};

/// The most questions in one request.
const MAX_EVALUATIONS: usize = 256;

/// What a question of a batch takes from the request when it does not say it itself, each as a whole.
const DEFAULTS: [(&str, &str); 4] = [
    ("subject", "subject is no object"),
    ("action", "action is no object"),
    ("resource", "resource is no object"),
    ("context", "context is no object"),
];

/// When a batch ends early (`AuthZEN` 1.0, 7.1.2.1).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Semantic {
    ExecuteAll,
    DenyOnFirstDeny,
    PermitOnFirstPermit,
}

/// Questions of one request: `None` when it is a single one.
pub(super) struct Batch<'a> {
    items: &'a [Value],
    semantic: Semantic,
}

impl<'a> Batch<'a> {
    pub(super) fn parse(body: &'a Map<String, Value>) -> Result<Option<Self>, Refusal> {
        let items = match body.get("evaluations") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(items)) if items.is_empty() => return Ok(None),
            Some(Value::Array(items)) => items.as_slice(),
            Some(_) => return Err(Refusal::bad_request("evaluations is no array")),
        };
        if items.len() > MAX_EVALUATIONS {
            return Err(Refusal::TOO_LARGE);
        }
        if !items.iter().all(Value::is_object) {
            return Err(Refusal::bad_request("an evaluation is no object"));
        }
        DEFAULTS.iter().try_for_each(|(name, otherwise)| member(body, name, otherwise).map(drop))?;
        Ok(Some(Self { items, semantic: Semantic::parse(body)? }))
    }
}

impl Semantic {
    fn parse(body: &Map<String, Value>) -> Result<Self, Refusal> {
        let options = member(body, "options", "options is no object")?;
        match options.and_then(|options| options.get("evaluations_semantic")) {
            None | Some(Value::Null) => Ok(Self::ExecuteAll),
            Some(Value::String(name)) => Self::named(name),
            Some(_) => Err(UNKNOWN_SEMANTIC),
        }
    }

    fn named(name: &str) -> Result<Self, Refusal> {
        match name {
            "execute_all" => Ok(Self::ExecuteAll),
            "deny_on_first_deny" => Ok(Self::DenyOnFirstDeny),
            "permit_on_first_permit" => Ok(Self::PermitOnFirstPermit),
            _ => Err(UNKNOWN_SEMANTIC),
        }
    }

    fn ends_with(self, decision: bool) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !decision,
            Self::PermitOnFirstPermit => decision,
        }
    }
}

const UNKNOWN_SEMANTIC: Refusal = Refusal::bad_request("options.evaluations_semantic is not known");

impl<P: DecisionPoint> Endpoint<P> {
    /// In the order of the questions. One that fails is denied, and says so.
    pub(super) async fn batch(&self, pep: &Pep, body: &Map<String, Value>, batch: Batch<'_>) -> Value {
        let mut answers = Vec::with_capacity(batch.items.len());
        for item in batch.items {
            let (decision, answer) = self.item(pep, body, item).await;
            answers.push(answer);
            if batch.semantic.ends_with(decision) {
                break;
            }
        }
        json!({ "evaluations": answers })
    }

    async fn item(&self, pep: &Pep, body: &Map<String, Value>, item: &Value) -> (bool, Value) {
        let answer = match question(body, item) {
            Ok(query) => self.decide(pep, &query).await,
            Err(refusal) => Err(refusal),
        };
        match answer {
            Ok(answer) => (answer.is_permitted(), answer.into_json()),
            Err(Refusal { status, message }) => (
                false,
                json!({ "decision": false, "context": { "error": { "status": status, "message": message } } }),
            ),
        }
    }
}

fn question(body: &Map<String, Value>, item: &Value) -> Result<Query, Refusal> {
    let own = |name: &str| item.get(name).filter(|value| !value.is_null());
    let merged = DEFAULTS.iter().filter_map(|(name, _)| {
        let value = own(name).or_else(|| body.get(*name))?;
        Some(((*name).to_owned(), value.clone()))
    });
    Query::parse(&merged.collect())
}
