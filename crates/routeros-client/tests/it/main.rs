//! Tests of the client.

mod design;
mod device;
mod properties;
mod transcripts;
