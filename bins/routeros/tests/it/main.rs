//! The program against a simulated switch, over real SSH.

mod office;
mod world;
