//! Whatever is changed in a published log is found.

mod beyond;
mod classes;
mod files;
mod kept;
mod made;
