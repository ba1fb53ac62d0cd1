use crate::{
    Confidentiality, Policies, PolicyError, RecordOf, ServiceFacts, break_glass, record::description as rows,
};
use jiff::Timestamp;
use leeward_event::{
    Action as What, Actor, Component, ConversationId, Detail, Event, SeekerId, Subject, TeamId,
};
use leeward_store::Tx;

/// What is on record about a conversation, or about a person, apart from who is assigned to it.
///
/// What was never said of a record is as in [`NONE`](Self::NONE). What is so of a person is so of their
/// conversations too: the stricter confidentiality counts, facts of the service add up, and the team of the person
/// is that of each conversation which has none of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordDescription {
    /// Whose conversation it is.
    pub person: Option<SeekerId>,
    /// The team that it belongs to.
    pub team: Option<TeamId>,
    /// How confidential it is.
    pub confidentiality: Confidentiality,
    /// When it began.
    pub opened_at: Option<Timestamp>,
    /// When it ended, if it has.
    pub closed_at: Option<Timestamp>,
    /// What the service says about it.
    pub service: ServiceFacts,
}

/// One thing to be said about a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Describe {
    /// It begins now. Said again, the first time counts.
    Begun,
    /// It ends now. Said again, the first time counts.
    Ended,
    /// It is no longer ended.
    Resumed,
    /// It belongs to a team, or to none.
    Team(Option<TeamId>),
    /// How confidential it is.
    Confidentiality(Confidentiality),
    /// What the service says about it: all bits at once.
    Service(ServiceFacts),
}

impl RecordDescription {
    /// Nothing was said: nobody is known to be the person, it is of normal confidentiality, no team's, not recent
    /// and not over.
    pub const NONE: Self = Self {
        person: None,
        team: None,
        confidentiality: Confidentiality::Normal,
        opened_at: None,
        closed_at: None,
        service: ServiceFacts::NONE,
    };

    fn with(self, change: Describe, now: Timestamp) -> Self {
        let now = Some(break_glass::to_millisecond(now));
        match change {
            Describe::Begun => Self { opened_at: self.opened_at.or(now), ..self },
            Describe::Ended => Self { closed_at: self.closed_at.or(now), ..self },
            Describe::Resumed => Self { closed_at: None, ..self },
            Describe::Team(team) => Self { team, ..self },
            Describe::Confidentiality(confidentiality) => Self { confidentiality, ..self },
            Describe::Service(service) => Self { service, ..self },
        }
    }

    /// What is so of the person is so of the conversation too.
    pub(crate) fn within(self, person: Self) -> Self {
        Self {
            team: self.team.or(person.team),
            confidentiality: self.confidentiality.max(person.confidentiality),
            service: ServiceFacts::from_bits(self.service.bits() | person.service.bits()),
            ..self
        }
    }
}

impl Describe {
    const fn event_detail(self) -> Detail {
        match self {
            Self::Begun => Detail::Opening,
            Self::Ended | Self::Resumed => Detail::Closing,
            Self::Team(_) => Detail::Team,
            Self::Confidentiality(_) => Detail::Confidentiality,
            Self::Service(_) => Detail::ServiceFacts,
        }
    }
}

impl Policies {
    /// Says something about a conversation or a person. It counts from the next decision on.
    ///
    /// No rule is asked: the service asks for a decision first where a person wants it, such as
    /// [`CloseConversation`](crate::CloseConversation), and says here who `by` is.
    ///
    /// # Errors
    /// [`PolicyError::Corrupt`]; those of the store and the random source.
    pub async fn describe(
        &self,
        of: impl Into<RecordOf>,
        change: Describe,
        by: Actor,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let of = of.into();
        let described = self.store.transact(|tx| async move {
            let description = description(&tx, of).await?.with(change, now);
            tx.put(&rows::key(of)?, rows::encode(of, &description))?;
            self.tell(&tx, &[told(of, change.event_detail(), by, now)])
        });
        described.await
    }

    /// Says whose conversation it is. From then on what the person says about their records, a conflict of
    /// interest with them, a break-glass grant for them and the [description](RecordDescription) of them are so of
    /// the conversation too, and it is the person's own.
    ///
    /// Do it when a conversation begins: **what was said about the records of a person is not known to a
    /// conversation that nobody linked to them**, which is the fact
    /// [`ConsentUnseen`](crate::Fact::ConsentUnseen). No rule is asked.
    ///
    /// # Errors
    /// [`PolicyError::LinkedToAnother`]: a conversation stays one person's; [`PolicyError::Corrupt`]; those of the
    /// store and the random source.
    pub async fn link_person(
        &self,
        conversation: ConversationId,
        person: SeekerId,
        now: Timestamp,
    ) -> Result<(), PolicyError> {
        let of = RecordOf::Conversation(conversation);
        let linked = self.store.transact(|tx| async move {
            let before = description(&tx, of).await?;
            match before.person {
                Some(known) if known != person => return Err(PolicyError::LinkedToAnother),
                Some(_) => return Ok(()),
                None => {}
            }
            let after = RecordDescription { person: Some(person), ..before };
            tx.put(&rows::key(of)?, rows::encode(of, &after))?;
            self.tell(&tx, &[told(of, Detail::Person, Actor::Component(Component::Policy), now)])
        });
        linked.await
    }

    /// What is on record about a conversation or a person.
    ///
    /// # Errors
    /// Those of the store; [`PolicyError::Corrupt`].
    pub async fn description(&self, of: impl Into<RecordOf>) -> Result<RecordDescription, PolicyError> {
        let of = of.into();
        let entry = self.store.get(&rows::key(of)?).await?;
        entry.map_or(Ok(RecordDescription::NONE), |entry| rows::decode(of, entry.value.as_bytes()))
    }
}

pub(crate) async fn description(tx: &Tx, of: RecordOf) -> Result<RecordDescription, PolicyError> {
    let entry = tx.get(&rows::key(of)?).await?;
    entry.map_or(Ok(RecordDescription::NONE), |entry| rows::decode(of, entry.value.as_bytes()))
}

fn told(of: RecordOf, detail: Detail, by: Actor, now: Timestamp) -> Event {
    Event::new(What::RelationshipChanged, by, now).about(Subject::from(of)).detail(detail)
}
