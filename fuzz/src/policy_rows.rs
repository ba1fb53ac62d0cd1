use crate::input::Input;
use jiff::SignedDuration;
use leeward_event::{Actor, ConversationId, GrantId, SeekerId, StaffId, TeamId, assurance::Aal};
use leeward_policy::{
    Access, AccessRequest, By, Consent, Describe, Disclosure, Emergency, ExportRecords, OverrideReason,
    Policies, PolicyError, PolicySet, Purpose, ReadCaseNote, RecordOf, Requester, Role, Statement, Verdict,
};
use leeward_store::{Batch, Expect, Key, Scan, Space, Store, StoreError, Timestamp};
use pollster::block_on;
use std::sync::OnceLock;

const ANNA: StaffId = StaffId::from_bytes([0xA1; 16]);
const BELA: StaffId = StaffId::from_bytes([0xB2; 16]);
const CARA: StaffId = StaffId::from_bytes([0xC3; 16]);
const OFFICER: StaffId = StaffId::from_bytes([0xE1; 16]);
const PERSON: SeekerId = SeekerId::from_bytes([0xD1; 16]);
const HERE: ConversationId = ConversationId::from_bytes([1; 16]);
const ELSEWHERE: ConversationId = ConversationId::from_bytes([2; 16]);
const TEAM: TeamId = TeamId::from_bytes([3; 16]);
const BY: By = By::ServiceUnchecked;
const SPACES: [Space; 13] = [
    Space::sealed_for("policy.staff", 0),
    Space::sealed_for("policy.assignment", 0),
    Space::sealed_for("policy.conflict", 0),
    Space::sealed_for("policy.record", 0),
    Space::sealed_for("policy.grant", 0),
    Space::sealed_for("policy.break-glass", 0),
    Space::sealed_for("policy.review", 0),
    Space::sealed_for("policy.approval", 0),
    Space::sealed_for("policy.approval-index", 0),
    Space::sealed_for("policy.consent", 0),
    Space::sealed_for("policy.consent-ledger", 0),
    Space::sealed_for("policy.access", 0),
    Space::sealed("policy.adopted"),
];

/// Over one row that somebody changed every question is answered or refused, and whoever is suspended and has a
/// conflict of interest, which are two rows, is permitted nothing.
pub fn policy_rows(data: &[u8]) {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    let scene = SCENE.get_or_init(|| block_on(Scene::new()).expect("a scene in which all is permitted"));
    let mut input = Input::new(data);
    let mut rows = scene.rows.clone();
    let at = usize::from(input.byte()) % rows.len();
    let (_, row) = rows.get_mut(at).expect("an index below the length");
    let changed = input.change(row);
    let asked = block_on(scene.ask(rows)).expect("rows that can be written");
    assert!(changed || asked.iter().all(|answered| *answered), "unchanged rows are refused: {asked:?}");
}

/// Anna counsels here and broke the glass elsewhere, once before and once now; Bela is suspended and knows the
/// person; Cara supervises, reviewed, and approved what a privacy officer wants to take out.
struct Scene {
    rows: Vec<(Key, Vec<u8>)>,
    reviewed: GrantId,
}

impl Scene {
    async fn new() -> Result<Self, PolicyError> {
        let store = Store::memory().assume_sealed();
        let policies = Policies::new(&store, PolicySet::default_policy());
        policies.adopt(PolicySet::default_policy(), at(0)).await?;
        employ(&policies).await?;
        describe(&policies).await?;
        let reviewed = behind_glass(&policies).await?;
        let asked = policies.request_approval(&export(), at(60), at(1)).await?;
        policies.approve(Requester::new(CARA, Aal::Two), &asked, at(2)).await?;
        assert!(is_permitted(&policies, &note(ANNA, HERE, Purpose::Treatment)).await, "an access to find");
        Ok(Self { rows: rows(&store).await?, reviewed })
    }

    /// Whether each was answered as over the rows as they were.
    async fn ask(&self, rows: Vec<(Key, Vec<u8>)>) -> Result<[bool; 11], PolicyError> {
        let store = Store::memory().assume_sealed();
        let mut batch = Batch::new();
        for (key, value) in rows {
            batch.put(key, Expect::Absent, value);
        }
        store.commit(batch).await?;
        let policies = &Policies::new(&store, PolicySet::default_policy());
        for purpose in [Purpose::Treatment, Purpose::BreakTheGlass] {
            assert!(!is_permitted(policies, &note(BELA, HERE, purpose)).await, "suspended, and interested");
        }
        let written = policies.break_glass_documentation(ELSEWHERE, self.reviewed).await;
        Ok([
            policies.adopted().await.is_ok_and(|adopted| adopted == Some(policies.policy().hash())),
            is_permitted(policies, &note(ANNA, HERE, Purpose::Treatment)).await,
            is_permitted(policies, &note(ANNA, ELSEWHERE, Purpose::BreakTheGlass)).await,
            is_permitted(policies, &export()).await,
            policies.glass_eligible().await.is_ok_and(|eligible| eligible == [ANNA]),
            policies.reviews_due().await.is_ok_and(|due| due.len() == 1),
            policies.approvals_due(at(3)).await.is_ok(),
            policies.description(HERE).await.is_ok_and(|described| described.person == Some(PERSON)),
            written.is_ok_and(|written| written.is_some_and(|written| written.review.is_some())),
            policies.accesses(HERE, None).await.is_ok_and(|found| !found.accesses.is_empty()),
            policies.consents(PERSON, None).await.is_ok_and(|said| said.directives.len() == 1),
        ])
    }
}

async fn employ(policies: &Policies) -> Result<(), PolicyError> {
    let roles = [Role::Counsellor, Role::Counsellor, Role::Supervisor, Role::PrivacyOfficer];
    for (staff, role) in [ANNA, BELA, CARA, OFFICER].into_iter().zip(roles) {
        policies.grant_role(staff, role, BY, at(0)).await?;
        policies.record_training(staff, at(1_000), BY, at(0)).await?;
    }
    policies.allow_break_glass(ANNA, BY, at(0)).await?;
    policies.begin_duty(ANNA, at(480), BY, at(0)).await?;
    policies.join_team(ANNA, TEAM, BY, at(0)).await?;
    policies.supervise_team(CARA, TEAM, BY, at(0)).await
}

async fn describe(policies: &Policies) -> Result<(), PolicyError> {
    policies.link_person(HERE, PERSON, at(0)).await?;
    for change in [Describe::Begun, Describe::Team(Some(TEAM))] {
        policies.describe(HERE, change, Actor::Staff(CARA), at(0)).await?;
    }
    let said = (Purpose::Treatment, Consent::Granted);
    policies.record_consent(PERSON, said, 1, Actor::Seeker(PERSON), at(0)).await?;
    policies.assign(ANNA, HERE, BY, at(0)).await?;
    policies.assign(BELA, HERE, BY, at(0)).await?;
    policies.recuse(BELA, PERSON, BY, at(0)).await?;
    policies.suspend(BELA, BY, at(0)).await
}

async fn behind_glass(policies: &Policies) -> Result<GrantId, PolicyError> {
    let (anna, words) = (Requester::new(ANNA, Aal::Two), Statement::new("she is on a bridge")?);
    let why = Emergency {
        reason: OverrideReason::EmergencyTreatment,
        nature: words.clone(),
        recipient: words.clone(),
        affiliation: words.clone(),
        discloser: words.clone(),
        disclosure: Disclosure::ToPerson,
    };
    let first = policies.open_break_glass(anna, ELSEWHERE, &why, at(60), at(0)).await?.grant;
    let cara = Requester::new(CARA, Aal::Two);
    policies.review_break_glass(cara, &first, Verdict::Justified, &words, at(1)).await?;
    let _ = policies.open_break_glass(anna, ELSEWHERE, &why, at(60), at(1)).await?;
    Ok(first.id)
}

fn note(staff: StaffId, of: ConversationId, purpose: Purpose) -> AccessRequest<ReadCaseNote> {
    AccessRequest::new(Requester::new(staff, Aal::Two), of, purpose)
}

fn export() -> AccessRequest<ExportRecords> {
    let officer = Requester::new(OFFICER, Aal::Two).proved_at(at(0));
    AccessRequest::new(officer, RecordOf::Conversation(HERE), Purpose::PersonRequest)
}

async fn is_permitted<A: Access>(policies: &Policies, request: &AccessRequest<A>) -> bool {
    policies.decide(request, at(3)).await.is_permitted()
}

async fn rows(store: &Store) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
    let mut rows = Vec::new();
    for space in SPACES {
        let page = store.scan(&Scan::all(space.prefix(&[])?)).await?;
        assert!(!page.items.is_empty(), "no row in {}", space.name());
        rows.extend(page.items.into_iter().map(|item| (item.key, item.entry.value.as_bytes().to_vec())));
    }
    Ok(rows)
}

fn at(minute: i64) -> Timestamp {
    let moment = Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_mins(minute));
    moment.unwrap_or(Timestamp::MAX)
}
