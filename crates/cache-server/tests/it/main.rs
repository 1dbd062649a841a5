//! Integration tests of the engine and its HTTP server.

#![expect(clippy::unwrap_used, reason = "tests may panic, their helpers too")]

#[cfg(target_os = "linux")]
mod crash_check;
#[cfg(target_os = "linux")]
mod crash_choices;
#[cfg(target_os = "linux")]
mod crash_images;
#[cfg(target_os = "linux")]
mod crash_marks;
#[cfg(target_os = "linux")]
mod crash_model;
#[cfg(target_os = "linux")]
mod crash_model_tests;
#[cfg(target_os = "linux")]
mod crash_replay;
#[cfg(target_os = "linux")]
mod crash_runs;
#[cfg(target_os = "linux")]
mod crash_trace;
mod engine_damage;
mod engine_faults;
mod engine_identity;
mod engine_lifecycle;
mod engine_packs;
mod engine_publish;
mod engine_support;
mod engine_tenants;
mod http_bad_input;
mod http_bad_packs;
mod http_limits;
mod http_routes;
mod http_support;
mod http_tenants;
mod model;
#[cfg(target_os = "linux")]
mod nth_io;
#[cfg(target_os = "linux")]
mod shim;
#[cfg(target_os = "linux")]
mod shim_self;
