//! Tests of the client.

mod design;
mod properties;
mod transcripts;
