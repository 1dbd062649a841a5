//! The suite that every blob store must pass.
