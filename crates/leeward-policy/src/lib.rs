#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod access;
mod assignment;
mod authority;
mod break_glass;
mod decision;
mod default_policy;
mod error;
mod evaluation;
mod fact;
mod glass;
mod matrix;
mod obligation;
mod permit;
mod policy_set;
mod record;
mod rule;
mod service;
mod set;
mod staff;
mod validate;
mod vocabulary;

pub use access::{
    Access, AccessRequest, Assign, JoinConversation, ManageStaff, Membership, OpenBreakGlass, ReadAuditLog,
    ReadCaseNote, ReadMetadata, ReadRoster, Requester, Restrict, Target, WriteCaseNote,
};
pub use authority::By;
pub use break_glass::BreakGlassGrant;
pub use decision::{Decision, Denial, DenialClass};
pub use error::PolicyError;
pub use evaluation::{Evaluation, WhyNot};
pub use fact::{Fact, Facts, Standing};
pub use glass::Opened;
pub use matrix::DecisionMatrix;
pub use obligation::Obligation;
pub use permit::{Conditional, Duty, Next, Permit};
pub use policy_set::{PolicyHash, PolicySet};
pub use rule::{Effect, Rule, RuleId};
pub use service::Policies;
pub use set::{Member, Set};
pub use validate::{Flaw, Invariant};
pub use vocabulary::{Action, Operation, OverrideReason, Purpose, ResourceType, Role};
