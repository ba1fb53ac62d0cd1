//! Who may do what to which record, and why: default deny, assignment, break-glass, reasons.
