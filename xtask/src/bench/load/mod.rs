//! The load generator: blocking connections that are kept alive, and never a
//! second request on one before the first was answered.

pub(crate) mod bodies;
pub(crate) mod connection;
pub(crate) mod questions;

use std::net::SocketAddr;

/// `GET` of a path, with a token if there is one.
pub(crate) fn request(server: SocketAddr, path: &str, token: Option<&str>) -> Vec<u8> {
    let token = token.map_or(String::new(), |t| format!("Authorization: Bearer {t}\r\n"));
    format!("GET {path} HTTP/1.1\r\nHost: {server}\r\n{token}\r\n").into_bytes()
}

/// `1 connection`, `16 connections`.
pub(crate) fn counted(connections: usize) -> String {
    let plural = if connections == 1 { "" } else { "s" };
    format!("{connections} connection{plural}")
}
