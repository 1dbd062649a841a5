//! Three ways to show a push: bars on a terminal, plain lines, lines of JSON.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::{Event, Progress};
use crate::console::Console;

/// A line for each path, without anything that moves: for logs.
#[derive(Debug)]
pub struct Plain {
    console: Console,
}

impl Plain {
    /// Lines to stderr of this console.
    pub fn new(console: Console) -> Plain {
        Plain { console }
    }
}

impl Progress for Plain {
    fn event(&self, event: &Event<'_>) {
        if let Some(line) = line(event) {
            match event {
                Event::Failed { .. } => self.console.warn(&line),
                _ => self.console.talk(&line),
            }
        }
    }
}

fn line(event: &Event<'_>) -> Option<String> {
    match event {
        Event::Planned { send: 0, .. } | Event::Read(_) | Event::Sent(_) => None,
        Event::Planned {
            send,
            bytes,
            present,
            ..
        } => {
            let size = cache_api::byte_size::format(*bytes);
            Some(format!(
                "pushing {send} paths of {size}, {present} are there"
            ))
        }
        Event::Published { path, .. } => Some(format!("pushed {path}")),
        Event::Failed { path, error } => Some(format!("{path}: {}", error.one_line())),
        Event::Note(note) => Some((*note).to_owned()),
    }
}

/// An object for each event but the frequent ones.
#[derive(Debug)]
pub struct Json {
    console: Console,
}

impl Json {
    /// Lines to stdout of this console.
    pub fn new(console: Console) -> Json {
        Json { console }
    }
}

impl Progress for Json {
    fn event(&self, event: &Event<'_>) {
        let value = match event {
            Event::Read(_) | Event::Sent(_) => return,
            Event::Planned {
                send,
                bytes,
                present,
                upstream,
            } => json!({
                "event": "planned", "send": send, "bytes": bytes, "present": present, "upstream": upstream
            }),
            Event::Published { path, nar_size } => {
                json!({"event": "published", "path": path.to_string(), "bytes": nar_size})
            }
            Event::Failed { path, error } => {
                json!({"event": "failed", "path": path.to_string(), "error": error.one_line()})
            }
            Event::Note(note) => json!({"event": "note", "text": note}),
        };
        // The last line of the command tells whether stdout takes anything.
        let _ = self.console.value(&value);
    }
}

/// One bar of bytes read, with paths and bytes sent beside it.
#[derive(Debug)]
pub struct Bars {
    console: Console,
    bar: ProgressBar,
    state: std::sync::Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    paths: usize,
    published: usize,
    sent: u64,
}

impl Bars {
    /// A bar on stderr; what must be told stands above it.
    pub fn new(console: Console) -> Bars {
        let bar = ProgressBar::new(0);
        let template = "{bar:30} {bytes}/{total_bytes} {bytes_per_sec} {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Bars {
            console,
            bar,
            state: std::sync::Mutex::default(),
        }
    }

    fn update(&self, change: impl FnOnce(&mut State)) {
        let mut state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        change(&mut state);
        let sent = cache_api::byte_size::format(state.sent);
        self.bar.set_message(format!(
            "{}/{} paths, sent {sent}",
            state.published, state.paths
        ));
    }
}

impl Progress for Bars {
    fn event(&self, event: &Event<'_>) {
        match event {
            Event::Planned { send, bytes, .. } => {
                self.bar.set_length(*bytes);
                self.update(|state| state.paths = *send);
            }
            Event::Read(bytes) => self.bar.inc(*bytes),
            Event::Sent(bytes) => self.update(|state| state.sent += bytes),
            Event::Published { .. } => self.update(|state| state.published += 1),
            Event::Failed { .. } | Event::Note(_) => {
                let text = line(event).unwrap_or_default();
                self.bar.suspend(|| self.console.warn(&text));
            }
        }
    }

    fn close(&self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::testing::Kept;
    use crate::error::{CliError, ErrorKind};
    use nar_format::StorePath;

    fn shown(front: impl FnOnce(Console) -> Box<dyn Progress>) -> (String, String) {
        let (out, err) = (Kept::default(), Kept::default());
        let front = front(Console::new(out.clone(), err.clone(), std::io::empty()));
        let path = StorePath::from_base_name(&format!("{}-a", "0".repeat(32))).expect("valid");
        let error = CliError::new(ErrorKind::Server, "refused").because("full");
        front.event(&Event::Planned {
            send: 2,
            bytes: 2048,
            present: 1,
            upstream: 0,
        });
        front.event(&Event::Read(10));
        front.event(&Event::Sent(10));
        front.event(&Event::Published {
            path: &path,
            nar_size: 10,
        });
        front.event(&Event::Failed {
            path: &path,
            error: &error,
        });
        front.close();
        (out.text(), err.text())
    }

    #[test]
    fn plain_lines_are_talk() {
        let (out, err) = shown(|console| Box::new(Plain::new(console)));
        assert_eq!(out, "");
        let zeros = "0".repeat(32);
        assert_eq!(
            err,
            format!(
                "pushing 2 paths of 2 KiB, 1 are there\npushed {zeros}-a\nwarning: {zeros}-a: refused: full\n"
            )
        );
    }

    #[test]
    fn json_is_data_one_object_a_line() {
        let (out, err) = shown(|console| Box::new(Json::new(console)));
        assert_eq!(err, "");
        let events: Vec<serde_json::Value> = out
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let names: Vec<_> = events
            .iter()
            .map(|event| event["event"].as_str().unwrap_or_default())
            .collect();
        assert_eq!(names, ["planned", "published", "failed"]);
    }

    #[test]
    fn bars_say_what_failed_too() {
        let (out, err) = shown(|console| Box::new(Bars::new(console)));
        assert_eq!(out, "");
        assert!(err.contains("refused: full"), "{err}");
    }
}
