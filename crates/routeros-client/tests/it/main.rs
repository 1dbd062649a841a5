//! Tests of the client.

mod design;
mod device;
mod fake;
mod first_minutes;
mod properties;
mod sim;
mod transcripts;
