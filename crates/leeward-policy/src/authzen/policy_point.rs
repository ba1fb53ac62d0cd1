use super::{
    Answer, ApiKeys, DecisionPoint, Headers, NotAuthenticated, Obligation, Pep, Query, Search, Undecided,
    asked::{Asker, Named, operation},
    query::supported_obligations,
};
use crate::{
    Access, AccessRequest, Decision, DenialClass, Member, Operation, Policies, PolicyError,
    PolicyInformationPoint, obligation, obligation::level,
};
use jiff::Timestamp;
use leeward_event::assurance::Aal;
use serde_json::{Map, Value};
use std::fmt;

/// A decision point that answers from what [`Policies`] has on record, so that a service that keeps its records there
/// writes none.
///
/// | of a question | is |
/// |---|---|
/// | subject | `staff` or `seeker`, and their id in 32 hexadecimal digits; or `service`, and any id |
/// | action, and type of the resource | an [`Operation`], as in `read` and `case-note` |
/// | id of the resource | that of the conversation, the person or the member of staff; where there is one of it, its type again; where it is of either, `person:` goes before a person's |
/// | context | `purpose`, as HL7 names it; `aal`, 1 to 3, and 1 when it is not said; `proved_at`, when they last proved who they are (RFC 3339) |
///
/// What a rule obliges to comes with the permit: as `notification`, `step-up`, or `custom`, of which the properties say
/// the `kind` and, by kind, the `fields` to leave, `within_hours` or the `number` of the service's own. An enforcement
/// point that does not say in `supported_obligations` that it can is denied.
///
/// The context is believed, since the enforcement point is authenticated. Properties are not looked at. What takes two
/// people to name, such as an assignment, is denied: [`Policies`] carries that out itself.
///
/// An evaluation is a decision: it is on record, and the enforcement point carries it out or the record says too much. A
/// search is none. It finds members of staff, and conversations and persons that were [described](Policies::describe); what
/// takes an approval, which serves once, it leaves out. Seekers are not searched for as subjects.
pub struct PolicyPoint<C> {
    pub(super) policies: Policies,
    keys: ApiKeys,
    clock: C,
}

/// What becomes of a decision.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Recorded,
    Preview,
}

impl<C> PolicyPoint<C> {
    /// Answers whoever shows one of the keys, by the clock.
    #[must_use]
    pub const fn new(policies: Policies, keys: ApiKeys, clock: C) -> Self {
        Self { policies, keys, clock }
    }
}

impl<C: Fn() -> Timestamp + Send + Sync> DecisionPoint for PolicyPoint<C> {
    async fn authenticate(&self, headers: &Headers<'_>) -> Result<Pep, NotAuthenticated> {
        self.keys.authenticate(headers)
    }

    async fn evaluate(&self, _: &Pep, query: &Query) -> Result<Answer, Undecided> {
        let answer = self.ask(query, Mode::Recorded).await?;
        // Who does not speak of obligations may not look for any, and would show what is to be masked.
        Ok(match supported_obligations(query.context()) {
            Some(_) => answer,
            None => answer.for_whoever_can(Some(&[])),
        })
    }

    async fn preview(&self, _: &Pep, query: &Query) -> Result<Answer, Undecided> {
        self.ask(query, Mode::Preview).await
    }

    async fn candidates(
        &self,
        _: &Pep,
        search: &Search,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<String>, Undecided> {
        super::candidates::of(&self.policies, search, after, limit).await.map_err(|_| Undecided)
    }
}

impl<C: Fn() -> Timestamp + Send + Sync> PolicyPoint<C> {
    async fn ask(&self, query: &Query, mode: Mode) -> Result<Answer, Undecided> {
        let operation = operation(query.action().name(), query.resource().kind());
        let (Some(operation), Some(asker)) = (operation, Asker::of(query)) else { return Ok(Answer::deny()) };
        macro_rules! decide {
            ($($name:ident)*) => {
                match operation {
                    $(Operation::$name => self.decide::<crate::$name>(asker, query, mode).await,)*
                    Operation::Assign
                    | Operation::Restrict
                    | Operation::ReviewBreakGlass
                    | Operation::ApproveAccess => Ok(Answer::deny()),
                }
            };
        }
        decide! {
            ReadCaseNote WriteCaseNote ReadRoster ReadMetadata JoinConversation OpenBreakGlass ManageStaff
            ReadAuditLog ReadTranscript ReadProfile WriteProfile ReadSafetyPlan WriteSafetyPlan ReadContactHint
            WriteContactHint DiscloseIdentity WriteReport ReadReport ResolveReport ExportRecords ReadExport
            ExportAuditLog DeleteTranscript DeleteCaseNote ErasePerson RecordConsent ReadConsent
            ReadAccessReport ManagePolicy ReadPolicy ManageTeam RecordTraining CloseConversation ReadStaff
            ReadStatistics
        }
    }

    async fn decide<A: Access>(&self, asker: Asker, query: &Query, mode: Mode) -> Result<Answer, Undecided>
    where
        A::Target: Named,
    {
        let Some(target) = A::Target::named(query.resource()) else { return Ok(Answer::deny()) };
        let request = AccessRequest::<A>::new(asker.requester, target, asker.purpose);
        let now = (self.clock)();
        let decision = match mode {
            Mode::Recorded => self.policies.decide(&request, now).await,
            Mode::Preview => match self.policies.standing(&request.question(), now).await {
                Ok(standing) => self.policies.policy().decide(&request, &standing, now),
                Err(PolicyError::UnknownStaff) => return Ok(Answer::deny()),
                Err(_) => return Err(Undecided),
            },
        };
        answer(decision, asker.requester.aal())
    }
}

fn answer<A: Access>(decision: Decision<A>, aal: Aal) -> Result<Answer, Undecided> {
    let denial = match decision {
        Decision::Permit(conditional) => return Ok(conditional.open().fold(Answer::permit(), oblige)),
        Decision::Deny(denial) => denial,
    };
    match denial.class() {
        DenialClass::NotPermitted => Ok(Answer::deny()),
        DenialClass::ApprovalNeeded => Ok(Answer::deny().saying("reason", "approval-needed")),
        DenialClass::StrongerSignInNeeded => {
            let stronger = if aal == Aal::One { "aal2" } else { "aal3" };
            Ok(Answer::deny().obliging(Obligation::step_up("stronger-sign-in", stronger)))
        }
        // Nobody of that id is denied like anybody else.
        DenialClass::Unavailable if matches!(denial.cause(), Some(PolicyError::UnknownStaff)) => {
            Ok(Answer::deny())
        }
        DenialClass::Unavailable => Err(Undecided),
    }
}

fn oblige(answer: Answer, met: obligation::Obligation) -> Answer {
    let id = met.to_string();
    match met {
        // The evaluation is on record already.
        obligation::Obligation::Audit => answer,
        obligation::Obligation::Notify(role) => {
            answer.obliging(Obligation::notification(id, role.name(), "access"))
        }
        obligation::Obligation::StepUp { aal, .. } => {
            answer.obliging(Obligation::step_up(id, format!("aal{}", level(aal))))
        }
        _ => answer.obliging(Obligation::custom(id, properties(met))),
    }
}

/// For a program: the kind, and what goes with it.
fn properties(met: obligation::Obligation) -> Map<String, Value> {
    let mut properties = Map::from_iter([("kind".to_owned(), Value::from(met.kind().name()))]);
    let more = match met {
        obligation::Obligation::Mask(fields) => {
            Some(("fields", fields.iter().map(Member::name).collect::<Value>()))
        }
        obligation::Obligation::Review { within_hours } => Some(("within_hours", Value::from(within_hours))),
        obligation::Obligation::Service(number) => Some(("number", Value::from(number))),
        _ => None,
    };
    properties.extend(more.map(|(name, value)| (name.to_owned(), value)));
    properties
}

impl<C> fmt::Debug for PolicyPoint<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyPoint").field("policies", &self.policies).finish_non_exhaustive()
    }
}
