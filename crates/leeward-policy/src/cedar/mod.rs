//! Rules in [Cedar](https://www.cedarpolicy.com), both ways: ours as Cedar text, and a service's own rules
//! written in Cedar.
//!
//! - [`CedarText::of`] writes a [`PolicySet`](crate::PolicySet) as a schema and one Cedar policy for each rule: for
//!   reviewers, for other engines, and for a second opinion on ours.
//! - [`CedarRules`] are rules of a service over the facts that leeward knows, in that schema.
//! - [`CedarPolicies`] are rules of a service over entities and a schema of its own.
//!
//! Cedar by itself skips a policy that fails to evaluate, and so permits when the one that would have denied
//! fails. Here every such failure, and every entity that is asked about and absent, denies:
//! [`CedarAnswer::Indeterminate`].
//!
//! ```
//! use leeward_policy::{cedar::*, *};
//! let rules = CedarRules::read(
//!     r#"@id("statistics-for-auditors")
//!        permit (principal, action == Leeward::Action::"read statistics", resource)
//!        when { context.auditor && context.purpose == "HQUALIMP" };"#,
//! )?;
//! let auditor = Facts::from_set(Set::of(&[Fact::Auditor])).unwrap();
//! let asked = |purpose| rules.evaluate(Operation::ReadStatistics, purpose, auditor);
//! assert!(asked(Purpose::QualityImprovement).is_permitted());
//! assert!(!asked(Purpose::Research).is_permitted());
//! # Ok::<(), CedarError>(())
//! ```

mod engine;
mod error;
mod export;
mod limits;
mod rules;
mod schema;

/// The library whose types [`CedarPolicies`] takes.
pub use cedar_policy;
pub use engine::{CedarAnswer, CedarPolicies};
pub use error::CedarError;
pub use export::CedarText;
pub use limits::{MAX_BYTES, MAX_DEPTH, MAX_JOINTS, MAX_POLICIES};
pub use rules::CedarRules;
