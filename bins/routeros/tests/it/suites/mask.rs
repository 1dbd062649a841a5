//! What differs from run to run is masked in transcripts.

use std::net::SocketAddr;

/// Shapes that are masked: `x` is a hex digit, `d` a digit, `a` a letter.
const SHAPES: &[(&str, &str)] = &[
    ("xx:xx:xx:xx:xx:xx", "MAC"),
    ("dddd-dd-dd dd:dd:dd", "TIME"),
    ("aaa/dd/dddd dd:dd:dd", "TIME"),
    ("aaa/dd dd:dd:dd", "TIME"),
    ("dddd-dd-dd", "DAY"),
];

/// MAC addresses that the tests chose are shown, and times of which the device
/// makes dates.
const CHOSEN: [&str; 2] = ["02:00:00:", "1970-"];

/// What is masked in a case.
#[derive(Default)]
pub(crate) struct Masks(Vec<(String, &'static str)>);

impl Masks {
    pub(crate) fn word(&mut self, word: &str, mask: &'static str) {
        self.0.push((word.to_owned(), mask));
    }

    pub(crate) fn port(&mut self, dial: SocketAddr) {
        let port = dial.port();
        self.word(&format!("127.0.0.1:{port}"), "127.0.0.1:PORT");
        self.word(&format!("127.0.0.1 port {port}"), "127.0.0.1 port PORT");
        self.0
            .push((format!("[127.0.0.1]:{port}"), "[127.0.0.1]:PORT"));
    }

    pub(crate) fn apply(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (word, mask) in &self.0 {
            text = text.replace(word, mask);
        }
        for (shape, mask) in SHAPES {
            text = replace(&text, shape, mask);
        }
        text
    }
}

fn replace(text: &str, shape: &str, mask: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let found = rest.get(..shape.len());
        let found = found.filter(|found| {
            fits(found, shape) && !CHOSEN.iter().any(|start| found.starts_with(start))
        });
        if let Some(found) = found {
            out.push_str(mask);
            rest = &rest[found.len()..];
        } else {
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

fn fits(text: &str, shape: &str) -> bool {
    text.chars()
        .zip(shape.chars())
        .all(|(letter, kind)| match kind {
            'x' => letter.is_ascii_hexdigit(),
            'd' => letter.is_ascii_digit(),
            'a' => letter.is_ascii_lowercase(),
            other => letter == other,
        })
}
