//! Identifiers, assurance levels and the vocabulary of what happened.
