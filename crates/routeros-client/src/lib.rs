//! Provisions MikroTik RouterOS 7 switches over SSH.
//!
//! The core is sans-IO: [`value`] and [`schema`] know what the seven kinds of
//! entity are made of, [`row`] holds what a device or a file says of them,
//! [`command`] writes commands that cannot be misread, [`read`] and [`refusal`]
//! understand what the device answers, and [`export`] parses and writes its
//! configuration text.

pub mod board;
pub mod command;
pub mod desired;
pub mod export;
pub mod plan;
pub mod reach;
pub mod read;
pub mod refusal;
pub mod render;
pub mod row;
pub mod schema;
pub mod validate;
pub mod value;
pub mod version;

pub mod adopt;
pub mod apply;
pub mod backup;
pub mod bootstrap;
pub mod device;
pub mod failure;
pub mod link;
pub mod renewal;
pub mod ssh;
pub mod words;

mod timer;
