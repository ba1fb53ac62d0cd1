use crate::Fact;

/// Whether a fact is the same for every record somebody asks for, or has to be asked of each. What a new
/// fact is must be said here before anything compiles.
pub(super) const fn is_of_requester(fact: Fact) -> bool {
    match fact {
        Fact::Counsellor
        | Fact::Supervisor
        | Fact::Moderator
        | Fact::Auditor
        | Fact::Administrator
        | Fact::Seeker
        | Fact::PeerSupporter
        | Fact::PrivacyOfficer
        | Fact::Service
        | Fact::WorkgroupManager
        | Fact::OnDuty
        | Fact::GlassEligible
        | Fact::ReviewDue
        | Fact::Suspended
        | Fact::AalTwo
        | Fact::AalThree
        | Fact::Fresh
        | Fact::Trained => true,
        Fact::Assigned
        | Fact::SameTeam
        | Fact::Supervises
        | Fact::OwnRecord
        | Fact::GlassBroken
        | Fact::Approved
        | Fact::ConcernsSelf
        | Fact::ConflictOfInterest
        | Fact::Consented
        | Fact::ConsentRevoked
        | Fact::EmergencyOnly
        | Fact::Restricted
        | Fact::VeryRestricted
        | Fact::Recent
        | Fact::Closed
        | Fact::ConsentUnseen
        | Fact::Service0
        | Fact::Service1
        | Fact::Service2
        | Fact::Service3
        | Fact::Service4
        | Fact::Service5
        | Fact::Service6
        | Fact::Service7
        | Fact::Service8
        | Fact::Service9
        | Fact::Service10
        | Fact::Service11
        | Fact::Service12
        | Fact::Service13
        | Fact::Service14
        | Fact::Service15 => false,
    }
}
