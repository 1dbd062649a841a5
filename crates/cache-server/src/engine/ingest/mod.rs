//! The only way bytes come in.

mod admission;
mod pack;
mod questions;

pub use admission::Admission;
pub(super) use admission::Admissions;
