//! What is known of boards before one is asked.

use crate::row::{Row, State};
use crate::schema::Kind;
use crate::value::Value;
use crate::version::Version;

/// Board, sockets `ether1…`, sockets `sfp-sfpplus1…`.
const BOARDS: &[(&str, usize, usize)] = &[
    ("CRS305-1G-4S+", 1, 4),
    ("CRS309-1G-8S+", 1, 8),
    ("CRS310-8G+2S+", 8, 2),
    ("CRS317-1G-16S+", 1, 16),
    ("CRS326-24G-2S+", 24, 2),
    ("CRS328-24P-4S+", 24, 4),
];

/// The services of RouterOS 7.
const SERVICES: &[&str] = &[
    "api", "api-ssl", "ftp", "ssh", "telnet", "winbox", "www", "www-ssl",
];

/// The boards that are known.
pub fn known() -> impl Iterator<Item = &'static str> {
    BOARDS.iter().map(|(name, ..)| *name)
}

/// The sockets of a board; `None` where it is not known.
#[must_use]
pub fn ports(board: &str) -> Option<Vec<String>> {
    let (_, copper, fibre) = BOARDS.iter().find(|(name, ..)| *name == board)?;
    let copper = (1..=*copper).map(|number| format!("ether{number}"));
    let fibre = (1..=*fibre).map(|number| format!("sfp-sfpplus{number}"));
    Some(copper.chain(fibre).collect())
}

/// A board without any configuration: its sockets and its services.
#[must_use]
pub fn blank(board: &str, version: Version) -> State {
    let text = |text: &str| Value::Text(text.to_owned());
    let socket = |name: String| {
        Row::new(Kind::Ethernet)
            .with("default-name", text(&name))
            .with("name", text(&name))
    };
    let service = |name: &&str| Row::new(Kind::Service).with("name", text(name));
    let sockets = ports(board).unwrap_or_default();
    let rows = [
        (Kind::Ethernet, sockets.into_iter().map(socket).collect()),
        (Kind::Service, SERVICES.iter().map(service).collect()),
    ];
    State {
        rows: rows.into(),
        version,
        board: board.to_owned(),
    }
}
