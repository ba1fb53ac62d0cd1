//! Small programs, one idea each, and one complete one.
