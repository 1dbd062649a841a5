//! As little of an HTTP client as the tests need, so that they see the bytes.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An answer, whole.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// An answer without its body.
    pub(crate) fn of_head(head: String) -> Self {
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok());
        Self {
            status: status.expect("a status"),
            head,
            body: Vec::new(),
        }
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
    }
}

/// Sends one GET and reads to the end of the connection.
pub(crate) fn get(origin: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    try_get(origin, path, headers).unwrap_or_else(|error| panic!("GET {path}: {error}"))
}

/// As `get`, of a server that may go at any moment. A connection that ends
/// before its answer does is an error.
pub(crate) fn try_get(origin: &str, path: &str, headers: &[(&str, &str)]) -> io::Result<Answer> {
    let host = origin
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let mut stream = TcpStream::connect(&host)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let end = end.ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let answer = Answer {
        body: bytes.split_off(end + 4),
        ..Answer::of_head(head)
    };
    let length = answer.header("content-length");
    match length.and_then(|text| text.parse().ok()) {
        Some(length) if answer.body.len() < length => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(answer),
    }
}
