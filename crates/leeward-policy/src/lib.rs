#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod access;
mod access_record;
mod adopted;
mod approval;
mod assignment;
mod authority;
#[cfg(feature = "authzen")]
#[cfg_attr(docsrs, doc(cfg(feature = "authzen")))]
pub mod authzen;
mod break_glass;
mod builder;
#[cfg(feature = "cedar")]
#[cfg_attr(docsrs, doc(cfg(feature = "cedar")))]
pub mod cedar;
mod compiled;
mod consent;
mod decision;
mod default_policy;
mod description;
mod documentation;
mod error;
mod evaluation;
mod explanation;
mod fact;
mod facts;
mod filter;
mod flaw;
mod glass;
mod in_force;
mod invariant;
#[cfg(feature = "serde")]
mod loader;
mod matrix;
mod obligation;
mod obligations;
mod operation;
mod permit;
mod pip;
mod policy_set;
mod readiness;
mod record;
mod requester;
mod residual;
mod review;
mod rule;
mod sat;
mod service;
mod set;
mod staff;
mod staff_record;
mod standing;
mod target;
mod team;
mod trail;
mod validate;
mod vocabulary;

pub use access::{
    Access, AccessRequest, ApproveAccess, Assign, CloseConversation, DeleteCaseNote, DeleteTranscript,
    DiscloseIdentity, ErasePerson, ExportAuditLog, ExportRecords, JoinConversation, ManagePolicy,
    ManageStaff, ManageTeam, OpenBreakGlass, Question, ReadAccessReport, ReadAuditLog, ReadCaseNote,
    ReadConsent, ReadContactHint, ReadExport, ReadMetadata, ReadPolicy, ReadProfile, ReadReport, ReadRoster,
    ReadSafetyPlan, ReadStaff, ReadStatistics, ReadTranscript, RecordConsent, RecordTraining, ResolveReport,
    Restrict, ReviewBreakGlass, WriteCaseNote, WriteContactHint, WriteProfile, WriteReport, WriteSafetyPlan,
};
pub use access_record::{AccessRecord, Accesses};
pub use approval::ApprovalRequest;
pub use authority::By;
pub use break_glass::{BreakGlassGrant, BreakGlassScope, GrantState};
pub use builder::PolicyBuilder;
pub use consent::{ConsentDirective, Consents};
pub use decision::{Decision, Denial, DenialClass};
pub use description::{Describe, RecordDescription};
pub use documentation::{Disclosure, Emergency, Statement};
pub use error::PolicyError;
pub use evaluation::Evaluation;
pub use explanation::{Explanation, WhyNot};
pub use fact::Fact;
pub use facts::Facts;
pub use filter::{
    Filter, FilterError, RowFilter, RowPredicates,
    sql::{Column, Condition, Dialect, Operand, SqlClause, SqlMapping, Value},
};
pub use flaw::{Counterexample, Flaw};
pub use glass::Opened;
pub use in_force::PolicyInForce;
pub use invariant::Invariant;
pub use matrix::{DecisionMatrix, MatrixDiff};
pub use obligation::{Obligation, ObligationKind};
pub use obligations::Obligations;
pub use operation::Operation;
pub use permit::{Conditional, Duty, Next, Permit, Redeemed};
pub use pip::PolicyInformationPoint;
pub use policy_set::{PolicyHash, PolicySet};
pub use requester::{Party, Requester};
pub use residual::{Known, Residual};
pub use review::{Documentation, Review, Verdict};
pub use rule::{Effect, Rule, RuleId};
pub use service::Policies;
pub use set::{Member, Set};
pub use staff_record::{Period, StaffRecord};
pub use standing::{Consent, ServiceFacts, Standing, Thresholds};
pub use target::{ApprovalTarget, Membership, RecordOf, Target};
pub use vocabulary::{Action, Confidentiality, Field, OverrideReason, Purpose, ResourceType, Role};
