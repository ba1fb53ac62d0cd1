#![cfg_attr(fuzzing, no_main)]
#![allow(missing_docs, reason = "documented in the library")]

leeward_fuzz::fuzz!(transcript_rows);
