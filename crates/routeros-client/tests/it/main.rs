//! Tests of the client.

#[path = "../../../routeros-sim/tests/it/cases.rs"]
mod cases;
mod design;
mod device;
mod fake;
mod first_minutes;
mod properties;
mod sim;
mod transcripts;
