//! A simulated switch on the network: a real SSH server that can be cut off, restarted and looked into.

mod exec;
mod fault;
mod gate;
mod options;
mod record;
mod server;
mod sftp;
mod shell;
mod simulator;
mod world;

pub use fault::Fault;
pub use options::{Options, Prompts, Status};
pub use record::Entry;
pub use simulator::Simulator;
