use leeward_event::*;
use leeward_store::Timestamp;
use proptest::prelude::*;
use std::num::NonZeroU32;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

#[test]
fn a_full_event_is_pinned() {
    let event = Event::new(
        Action::BreakGlassOpened,
        Actor::Staff(StaffId::from_bytes([0x11; 16])),
        at(1_767_000_059),
    )
    .about(Subject::Conversation(ConversationId::from_bytes([0x22; 16])))
    .outcome(Outcome::Success)
    .reason(Reason::EmergencyTreatment)
    .correlation(CorrelationId::from_bytes([0x33; 16]))
    .detail(Detail::ReadAuditLog)
    .purpose(Purpose::BreakTheGlass)
    .times(NonZeroU32::new(258).unwrap());
    let expected = "01 00d3 01c15f10 01 0028 \
                    01 11111111111111111111111111111111 \
                    03 22222222222222222222222222222222 \
                    01 33333333333333333333333333333333 \
                    000a 0002 00000102";
    assert_eq!(hex(&event.encode()), expected.replace(' ', ""));
    assert_eq!(Event::decode(&event.encode()).unwrap(), event);
}

#[test]
fn the_least_event_is_pinned() {
    let event = Event::new(Action::PassphraseChecked, Actor::Unknown, at(0)).outcome(Outcome::Failure);
    let expected = format!("01006f00000000020000{}00000001", "00".repeat(55));
    assert_eq!(hex(&event.encode()), expected);
    assert_eq!(Event::decode(&event.encode()).unwrap(), event);
}

#[test]
fn a_component_is_pinned() {
    let event = Event::new(Action::VaultOpened, Actor::Component(Component::Vault), at(60));
    let expected = format!("0101900000000101000003{}0007{}00000001", "00".repeat(14), "00".repeat(38));
    assert_eq!(hex(&event.encode()), expected);
    assert_eq!(Event::decode(&event.encode()).unwrap(), event);
}

#[test]
fn a_later_form_is_named_and_anything_else_refused() {
    let mut bytes = Event::new(Action::LogRead, Actor::Unknown, at(0)).encode();
    bytes[0] = 2;
    assert!(matches!(Event::decode(&bytes), Err(EventError::UnknownVersion { version: 2 })));
    for bytes in [&b""[..], &[0; 69], &[1], &[1; 69], &[1; 1_000_000]] {
        assert!(matches!(Event::decode(bytes), Err(EventError::Malformed)));
    }
}

#[test]
fn every_code_stands_for_one_value() {
    fn distinct(codes: impl Iterator<Item = u16>) {
        let mut codes: Vec<_> = codes.collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
    }
    distinct(Action::ALL.iter().map(|value| value.code()));
    distinct(Reason::ALL.iter().map(|value| value.code()));
    distinct(Outcome::ALL.iter().map(|value| value.code()));
    distinct(Component::ALL.iter().map(|value| value.code()));
    distinct(Detail::ALL.iter().map(|value| value.code()));
    distinct(Purpose::ALL.iter().map(|value| value.code()));
    let optional =
        Detail::ALL.iter().map(|value| value.code()).chain(Purpose::ALL.iter().map(|value| value.code()));
    assert!(!optional.into_iter().any(|code| code == 0), "0 stands for none");
    assert!(Reason::ALL.iter().all(|value| value.code() != 0), "0 stands for no reason");
    assert!(Outcome::ALL.iter().all(|value| value.code() < 256), "an outcome takes one byte");
    for action in Action::ALL {
        assert_eq!(Action::from_code(action.code()), Some(*action));
    }
}

#[test]
fn the_codes_of_details_and_purposes_are_pinned() {
    let details: String = Detail::ALL.iter().map(|detail| format!("{}={detail:?} ", detail.code())).collect();
    assert_eq!(
        details.trim_end(),
        "1=ReadCaseNote 2=WriteCaseNote 3=ReadRoster 4=ReadMetadata 5=JoinConversation 6=Assign \
         7=Restrict 8=OpenBreakGlass 9=ManageStaff 10=ReadAuditLog 11=ReadTranscript 12=ReadProfile \
         13=WriteProfile 14=ReadSafetyPlan 15=WriteSafetyPlan 16=ReadContactHint 17=WriteContactHint \
         18=DiscloseIdentity 19=WriteReport 20=ReadReport 21=ResolveReport 22=ExportRecords 23=ReadExport \
         24=ExportAuditLog 25=DeleteTranscript 26=DeleteCaseNote 27=ErasePerson 28=ReviewBreakGlass \
         29=ApproveAccess 30=RecordConsent 31=ReadConsent 32=ReadAccessReport 33=ManagePolicy \
         34=ReadPolicy 35=ManageTeam 36=RecordTraining 37=CloseConversation 38=ReadStaff \
         39=ReadStatistics 100=Counsellor 101=Supervisor 102=Moderator 103=Auditor 104=Administrator \
         105=Seeker 106=PeerSupporter 107=PrivacyOfficer 108=Service 109=WorkgroupManager 130=Passphrase \
         131=Totp 132=Hotp 133=RecoveryCode 134=OutOfBandCode 135=AddressCode 136=RecoveryStep \
         137=Receipt 138=Passkey 140=Team 141=Supervision 142=Person 143=Opening 144=Closing \
         145=Confidentiality 146=ServiceFacts"
    );
    let purposes: String =
        Purpose::ALL.iter().map(|purpose| format!("{}={purpose:?} ", purpose.code())).collect();
    assert_eq!(
        purposes.trim_end(),
        "1=Treatment 2=BreakTheGlass 3=Operations 4=Administration 5=Compliance 6=EmergencyTreatment \
         7=EmergencyRoomTreatment 8=QualityImprovement 9=PatientSafety 10=Legal 11=Training 12=Research \
         13=PublicHealth 14=Threat 15=Disaster 16=PersonRequest 17=FamilyRequest 18=PowerOfAttorney \
         19=SupportNetwork"
    );
}

/// Known answers: a code that was given away is never given to another value.
#[test]
fn the_codes_are_pinned() {
    let table: String = Action::ALL.iter().map(|action| format!("{}={action:?} ", action.code())).collect();
    assert_eq!(
        table.trim_end(),
        "100=StaffEnrolled 101=StaffSuspended 102=StaffReinstated 103=StaffRemoved 110=PassphraseSet \
         111=PassphraseChecked 112=PassphraseChangeForced 115=AddressProofSent 116=AddressProved \
         117=AddressRemoved 120=FactorEnrolled 121=FactorChecked 122=FactorRemoved 123=FactorRenamed \
         124=FactorSuspended 125=FactorReinstated 126=FactorSuspected 127=RecoveryCodesIssued \
         128=OutOfBandCodeSent 130=SessionStarted 131=SessionRotated 132=SessionEnded 133=StepUpGranted \
         134=StepUpUsed 135=RefreshReused 140=RecoveryStarted 141=RecoveryStepProved 142=RecoveryApproved \
         143=RecoveryCancelled 144=RecoveryCompleted 150=AttemptThrottled 151=AuthenticatorDisabled \
         152=DeviceTrusted 153=DevicesForgotten 160=NoticeSent 161=NoticeWithheld 162=NoticeFailed \
         200=RoleGranted 201=RoleRevoked 202=AssignmentMade 203=AssignmentEnded \
         204=RelationshipChanged 205=DutyChanged 206=TrainingRecorded 207=ConflictLifted 208=PolicyAdopted \
         209=DecisionImpossible 210=AccessDecided 211=BreakGlassOpened 212=BreakGlassClosed \
         213=BreakGlassReviewed 214=ApprovalRequested 215=ApprovalGiven 216=ApprovalRefused \
         217=ApprovalUsed 218=ConsentRecorded 219=ConsentRevoked 300=ConversationOpened \
         301=MemberAdded 302=MemberRemoved 303=ConversationClosed 304=MemberJoined 305=EntrySkipped 306=KeysRefreshed 307=MemberReadmitted 308=RollbackDetected 310=RecordRead 311=RecordWritten \
         312=RecordDeleted 313=RecordExported 314=MessageReported 315=TranscriptPolicyChanged 316=TranscriptExported 400=VaultOpened 401=KeyRotated 402=SubjectErased \
         403=LegalHoldPlaced 404=LegalHoldLifted 405=CanaryOpened 406=OldKeysDestroyed \
         420=EscrowDeposited 421=EscrowRequested 422=EscrowConsented 423=EscrowRefused \
         424=EscrowOpened 425=EscrowClosed 426=EscrowRehearsed 427=EscrowReshared \
         428=EscrowShredded 429=TrusteeChanged 430=EscrowRehearsalBegun 500=LogOpened \
         501=LogRead 502=LogGap 503=LogShortened"
    );
    let table: String = Reason::ALL.iter().map(|reason| format!("{}={reason:?} ", reason.code())).collect();
    assert_eq!(
        table.trim_end(),
        "1=WrongSecret 2=Reused 3=Expired 4=Throttled 5=Busy 6=NotEnrolled 7=WeakSecret 8=Revoked \
         9=SignedOut 10=Unreadable 11=Foreign 12=UserNotVerified 13=CloneSuspected 14=NotAccepted \
         15=BreachedSecret 16=ReusedSecret 17=Malformed 20=Assigned 21=Supervision 22=OwnRecord \
         23=RolePermits 24=NotAssigned 25=NoRule 26=Suspended 27=ConflictOfInterest 28=WeakAssurance \
         29=FactsUnavailable 30=TrainingLapsed 31=NoPurpose 32=NoConsent 33=ReviewDue 34=NotApproved 35=NotEligible \
         36=Confidential 37=StalePolicy 38=Justified 39=NotJustified 40=EmergencyTreatment \
         41=ProfessionalJudgement \
         42=PublicSafety 43=ThirdPartySafety 44=IncompetentSubject 60=HandOver 61=Requested \
         62=RetentionEnded 63=Scheduled 64=Compromise 65=FactorChanged 66=UnsafeToContact 67=BudgetSpent \
         68=CoolingOff 69=Cancelled 70=Undelivered"
    );
    let table: String = Component::ALL.iter().map(|part| format!("{}={part:?} ", part.code())).collect();
    assert_eq!(
        table.trim_end(),
        "1=Application 2=Credentials 3=Mfa 4=Session 5=Policy 6=Messages 7=Vault 8=Audit 9=Notify 10=Escrow"
    );
    let table: String = Outcome::ALL.iter().map(|how| format!("{}={how:?} ", how.code())).collect();
    assert_eq!(table.trim_end(), "0=Unknown 1=Success 2=Failure");
}

fn any_event() -> impl Strategy<Value = Event> {
    let actor = prop_oneof![
        Just(Actor::Unknown),
        any::<[u8; 16]>().prop_map(|id| Actor::Staff(StaffId::from_bytes(id))),
        any::<[u8; 16]>().prop_map(|id| Actor::Seeker(SeekerId::from_bytes(id))),
        prop::sample::select(Component::ALL).prop_map(Actor::Component),
    ];
    let subject = prop_oneof![
        any::<[u8; 16]>().prop_map(|id| Subject::Staff(StaffId::from_bytes(id))),
        any::<[u8; 16]>().prop_map(|id| Subject::Seeker(SeekerId::from_bytes(id))),
        any::<[u8; 16]>().prop_map(|id| Subject::Conversation(ConversationId::from_bytes(id))),
    ];
    let codes = (
        prop::sample::select(Action::ALL),
        prop::sample::select(Outcome::ALL),
        prop::option::of(prop::sample::select(Reason::ALL)),
    );
    let rest = (prop::option::of(subject), prop::option::of(any::<[u8; 16]>()), 0..4_000_000_000_i64);
    let exactly = prop::option::of((prop::sample::select(Detail::ALL), prop::sample::select(Purpose::ALL)));
    (codes, actor, rest, exactly).prop_map(|(codes, actor, rest, exactly)| {
        let ((action, outcome, reason), (subject, correlation, second)) = (codes, rest);
        let mut event = Event::new(action, actor, at(second)).outcome(outcome);
        if let Some(reason) = reason {
            event = event.reason(reason);
        }
        if let Some(subject) = subject {
            event = event.about(subject);
        }
        if let Some(id) = correlation {
            event = event.correlation(CorrelationId::from_bytes(id));
        }
        if let Some((detail, purpose)) = exactly {
            event = event.detail(detail).purpose(purpose).times(NonZeroU32::new(7).unwrap());
        }
        event
    })
}

proptest! {
    #[test]
    fn what_was_encoded_decodes(event in any_event()) {
        prop_assert_eq!(Event::decode(&event.encode()).unwrap(), event);
    }

    #[test]
    fn one_event_has_one_encoding(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(event) = Event::decode(&bytes) {
            prop_assert_eq!(event.encode(), bytes);
        }
    }

    #[test]
    fn a_changed_byte_is_another_event_or_none(event in any_event(), place in 0..69_usize, flip in 1..=255_u8) {
        let mut bytes = event.encode();
        bytes[place] ^= flip;
        prop_assert_ne!(Event::decode(&bytes).ok(), Some(event));
    }
}
