use crate::codes::codes;

codes! {
    /// What for: purposes of use of HL7 v3 `ActReason`.
    Purpose

    /// Care (`TREAT`).
    Treatment = 1, "treatment";
    /// Override by somebody who is not provisioned for it (`BTG`).
    BreakTheGlass = 2, "break the glass";
    /// Running the service (`HOPERAT`).
    Operations = 3, "operations";
    /// Administering the system (`HSYSADMIN`).
    Administration = 4, "administration";
    /// Checking that the rules are kept (`HCOMPL`).
    Compliance = 5, "compliance";
    /// Care in an emergency (`ETREAT`).
    EmergencyTreatment = 6, "emergency treatment";
    /// Care in an emergency room (`ERTREAT`).
    EmergencyRoomTreatment = 7, "emergency room treatment";
    /// Making the service better (`HQUALIMP`).
    QualityImprovement = 8, "quality improvement";
    /// Safety of the people served (`PATSFTY`).
    PatientSafety = 9, "patient safety";
    /// Legal proceedings (`HLEGAL`).
    Legal = 10, "legal";
    /// Training of staff (`TRAIN`).
    Training = 11, "training";
    /// Research (`HRESCH`).
    Research = 12, "research";
    /// Public health (`PUBHLTH`).
    PublicHealth = 13, "public health";
    /// Somebody may become the victim of violence (`THREAT`).
    Threat = 14, "threat";
    /// A disaster (`DISASTER`).
    Disaster = 15, "disaster";
    /// The person concerned asked (`PATRQT`).
    PersonRequest = 16, "person request";
    /// The family of the person concerned asked (`FAMRQT`).
    FamilyRequest = 17, "family request";
    /// Somebody with a power of attorney asked (`PWATRNY`).
    PowerOfAttorney = 18, "power of attorney";
    /// Somebody who supports the person concerned asked (`SUPNWK`).
    SupportNetwork = 19, "support network";
}
