use crate::code::Fault;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use leeward_event::{ConversationId, CorrelationId, SeekerId, StaffId};
use leeward_messages::MemberId;
use leeward_store::Timestamp;
use serde_json::{Map, Value, json};

/// The fields of one request.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a>(&'a Map<String, Value>);

impl<'a> Request<'a> {
    pub(crate) fn of(value: &'a Value) -> Result<Self, Fault> {
        value.as_object().map(Self).ok_or(Fault::NotUnderstood("a request is a JSON object"))
    }

    /// `None` when the field is absent or `null`.
    fn field(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    fn wanted(self, name: &'static str) -> Result<&'a Value, Fault> {
        self.field(name).ok_or(Fault::Field(name))
    }

    pub(crate) fn has(self, name: &str) -> bool {
        self.field(name).is_some()
    }

    pub(crate) fn text(self, name: &'static str) -> Result<&'a str, Fault> {
        self.wanted(name)?.as_str().ok_or(Fault::Field(name))
    }

    pub(crate) fn bytes(self, name: &'static str) -> Result<Vec<u8>, Fault> {
        STANDARD.decode(self.text(name)?).map_err(|_| Fault::Field(name))
    }

    pub(crate) fn number(self, name: &'static str) -> Result<u64, Fault> {
        self.wanted(name)?.as_u64().ok_or(Fault::Field(name))
    }

    pub(crate) fn number_if_any(self, name: &'static str) -> Result<Option<u64>, Fault> {
        self.has(name).then(|| self.number(name)).transpose()
    }

    pub(crate) fn time_if_any(self, name: &'static str) -> Result<Option<Timestamp>, Fault> {
        let time = |seconds| Timestamp::from_second(i64::try_from(seconds).ok()?).ok();
        let seconds = self.number_if_any(name)?;
        seconds.map(|seconds| time(seconds).ok_or(Fault::Field(name))).transpose()
    }

    pub(crate) fn conversation(self) -> Result<ConversationId, Fault> {
        self.text("conversation")?.parse().map_err(|_| Fault::Field("conversation"))
    }

    pub(crate) fn hold(self) -> Result<CorrelationId, Fault> {
        self.text("hold")?.parse().map_err(|_| Fault::Field("hold"))
    }

    pub(crate) fn staff(self, name: &'static str) -> Result<StaffId, Fault> {
        match self.member(name)? {
            MemberId::Staff(staff) => Ok(staff),
            MemberId::Seeker(_) => Err(Fault::Field(name)),
        }
    }

    pub(crate) fn member(self, name: &'static str) -> Result<MemberId, Fault> {
        member(self.text(name)?).ok_or(Fault::Field(name))
    }

    pub(crate) fn members(self, name: &'static str) -> Result<Vec<MemberId>, Fault> {
        let one = |value: &Value| value.as_str().and_then(member).ok_or(Fault::Field(name));
        self.list(name)?.iter().map(one).collect()
    }

    pub(crate) fn requests(self, name: &'static str) -> Result<Vec<Self>, Fault> {
        self.list(name)?.iter().map(Self::of).collect()
    }

    /// Nothing when the field is absent.
    fn list(self, name: &'static str) -> Result<&'a [Value], Fault> {
        let Some(list) = self.field(name) else { return Ok(&[]) };
        list.as_array().map(Vec::as_slice).ok_or(Fault::Field(name))
    }
}

fn member(text: &str) -> Option<MemberId> {
    let (kind, id) = text.split_once(':')?;
    match kind {
        "staff" => Some(id.parse::<StaffId>().ok()?.into()),
        "seeker" => Some(id.parse::<SeekerId>().ok()?.into()),
        _ => None,
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn named(member: MemberId) -> String {
    match member {
        MemberId::Staff(id) => format!("staff:{id}"),
        MemberId::Seeker(id) => format!("seeker:{id}"),
    }
}

pub(crate) fn seconds(time: Timestamp) -> Value {
    json!(time.as_second())
}
