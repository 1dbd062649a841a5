//! `.ls`: the listing of a NAR, with the offset of each file's content.

use std::fmt::Write as _;

use crate::nar::Event;

/// Greatest length of a listing's JSON by default, in bytes.
pub const MAX_LISTING_LEN: usize = 64 * 1024 * 1024;

/// A listing in the form that Nix writes beside the narinfo:
/// `{"version":1,"root":NODE}`. A node has `type` (`regular`, `symlink` or
/// `directory`) and then `size`, `executable` (only if true) and `narOffset`;
/// or `target`; or `entries`, by name.
///
/// JSON holds nothing but Unicode: bytes of names and targets that are not
/// UTF-8 appear as U+FFFD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    json: String,
}

impl Listing {
    /// The JSON text, byte for byte what Nix 2.8 writes.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.json.clone()
    }

    /// As [`to_json`](Self::to_json), without a copy.
    #[must_use]
    pub fn into_json(self) -> String {
        self.json
    }
}

/// Makes a listing of the events of one NAR, as they come.
#[derive(Debug, Clone)]
pub struct ListingBuilder {
    /// The JSON so far; its memory is given back once it is too long.
    json: String,
    limit: usize,
    too_long: bool,
    depth: usize,
    /// Whether the root node has ended.
    complete: bool,
    /// Whether an entry stands before the next one in its directory.
    comma: bool,
}

impl ListingBuilder {
    /// A builder at the start of a NAR that gives up beyond
    /// [`MAX_LISTING_LEN`] bytes.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(MAX_LISTING_LEN)
    }

    /// A builder that gives up beyond `limit` bytes of JSON.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self {
            json: String::from("{\"version\":1,\"root\":"),
            limit,
            too_long: false,
            depth: 0,
            complete: false,
            comma: false,
        }
    }

    /// Takes the next event of the NAR.
    pub fn event(&mut self, event: &Event<'_>) {
        if self.too_long {
            return;
        }
        match *event {
            Event::EnterDirectory => {
                self.json.push_str("{\"type\":\"directory\",\"entries\":{");
                self.depth += 1;
                self.comma = false;
            }
            Event::Entry(name) => {
                if self.comma {
                    self.json.push(',');
                }
                push_string(&mut self.json, name);
                self.json.push(':');
            }
            Event::LeaveDirectory => {
                self.json.push_str("}}");
                self.depth = self.depth.saturating_sub(1);
                self.node_ended();
            }
            Event::Symlink(target) => {
                self.json.push_str("{\"type\":\"symlink\",\"target\":");
                push_string(&mut self.json, target);
                self.json.push('}');
                self.node_ended();
            }
            Event::File {
                executable,
                size,
                offset,
            } => push_file(&mut self.json, executable, size, offset),
            Event::Data(_) => {}
            Event::EndFile => self.node_ended(),
        }
        if self.json.len() > self.limit {
            self.too_long = true;
            self.json = String::new();
        }
    }

    /// The listing, unless the NAR is incomplete or the listing too long.
    #[must_use]
    pub fn finish(mut self) -> Option<Listing> {
        if self.too_long || !self.complete {
            return None;
        }
        self.json.push('}');
        Some(Listing { json: self.json })
    }

    fn node_ended(&mut self) {
        self.comma = true;
        self.complete = self.depth == 0;
    }
}

impl Default for ListingBuilder {
    fn default() -> Self {
        Self::new()
    }
}

fn push_file(json: &mut String, executable: bool, size: u64, offset: u64) {
    let executable = if executable {
        ",\"executable\":true"
    } else {
        ""
    };
    // Writing to a string cannot fail.
    let _ = write!(
        json,
        "{{\"type\":\"regular\",\"size\":{size}{executable},\"narOffset\":{offset}}}"
    );
}

fn push_string(json: &mut String, bytes: &[u8]) {
    json.push('"');
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control < ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(control));
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Event, ListingBuilder};

    fn list(limit: usize, events: &[Event<'_>]) -> Option<String> {
        let mut builder = ListingBuilder::with_limit(limit);
        events.iter().for_each(|event| builder.event(event));
        Some(builder.finish()?.into_json())
    }

    #[test]
    fn names_are_json_strings() {
        let events = [
            Event::EnterDirectory,
            Event::Entry(b"\x01\x1f\n\r\t\"\\/\x7f"),
            Event::Symlink(b"\xff\xc3\xbc"),
            Event::LeaveDirectory,
        ];
        let json = list(1000, &events).unwrap();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        let entry = &value["root"]["entries"]["\u{1}\u{1f}\n\r\t\"\\/\u{7f}"];
        assert_eq!(entry["target"], "\u{fffd}ü");
    }

    #[test]
    fn nothing_of_a_part_or_beyond_the_limit() {
        let link = Event::Symlink(b"t");
        let whole = list(1000, &[link]).unwrap();
        let without_last_brace = whole.len() - 1;
        assert!(list(without_last_brace, &[link]).is_some());
        assert!(list(without_last_brace - 1, &[link]).is_none());
        assert!(list(1000, &[]).is_none());
        assert!(list(1000, &[Event::EnterDirectory]).is_none());
        let file = Event::File {
            executable: false,
            size: 1,
            offset: 96,
        };
        assert!(list(1000, &[file, Event::Data(b"x")]).is_none());
        let open = [Event::EnterDirectory, Event::Entry(b"a"), link];
        assert!(list(1000, &open).is_none());
    }
}
