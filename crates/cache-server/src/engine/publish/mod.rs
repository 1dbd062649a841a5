//! A path becomes visible: resolve and lease, verify in one pass, sign, write
//! the record, commit.
//!
//! | file | step |
//! |---|---|
//! | `request.rs` | what a caller sends, checked without looking at anything |
//! | `driver.rs` | one request: its paths side by side, its lines as they come |
//! | `standing.rs` | what is there already under the path |
//! | `prepare.rs` | one path up to the point where it may be committed |
//! | `flights.rs` | one verification of one NAR at a time |
//! | `verify.rs` | reads a NAR back from where it rests and checks all of it |
//! | `commit.rs` | a group of paths: one record, one transaction |

mod commit;
mod driver;
mod flights;
mod prepare;
mod request;
mod standing;
mod verify;

pub use driver::PublishStream;
pub(super) use flights::Flights;
pub use request::PublishRequest;
