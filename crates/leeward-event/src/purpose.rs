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
}
