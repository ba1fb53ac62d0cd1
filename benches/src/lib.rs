//! Measurements beside other people's code.
