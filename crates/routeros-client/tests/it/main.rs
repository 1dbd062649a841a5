//! Tests of the client.

mod properties;
mod transcripts;
