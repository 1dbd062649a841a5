//! Commands that cannot be misread: every value is quoted, so that none can
//! end its command and start another.

mod parts;
pub mod quote;
mod reading;
mod sentinel;

pub use parts::{Command, Target, Verb};
pub(crate) use reading::count;
pub use reading::find_count;
pub(crate) use sentinel::before_mark;
pub use sentinel::{ERROR, OK, Outcome, guarded};
