//! One file a command.

pub(crate) mod check_config;
pub(crate) mod healthcheck;
pub(crate) mod make_cache;
pub(crate) mod make_token;
pub(crate) mod serve;
