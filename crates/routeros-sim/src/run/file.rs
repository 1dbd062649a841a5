//! Files, as `/file` shows and changes them, and the log.

use super::{Done, Run};
use crate::device::Device;
use crate::state::{Given, Item, Refusal, Val};
use crate::system::files::kind;

impl Run<'_> {
    fn file_name(&self, id: u32) -> Done<String> {
        let item = self.device.state.item("/file", id);
        let name = item.and_then(|item| item.text("name")).map(str::to_owned);
        name.ok_or_else(|| Refusal::new("no such item").into())
    }

    pub(super) fn remove_file(&mut self, id: u32) -> Done<()> {
        let name = self.file_name(id)?;
        self.device.files.remove(&name);
        self.device.refresh();
        Ok(())
    }

    pub(super) fn set_file(&mut self, id: u32, given: &Given) -> Done<()> {
        let name = self.file_name(id)?;
        let contents = given.get("contents").cloned().flatten();
        let contents = contents.ok_or_else(|| Refusal::unknown("setting this of a file"))?;
        self.device
            .write_file(&name, contents.into_bytes())
            .map_err(Into::into)
    }
}

impl Device {
    /// Writes a file of the device.
    pub(crate) fn write_file(&mut self, name: &str, contents: Vec<u8>) -> Result<(), Refusal> {
        let now = self.state.started + self.state.uptime;
        self.files
            .write(name, contents, now)
            .map_err(|error| Refusal::unknown(format_args!("what a device says of: {error}")))?;
        self.refresh();
        Ok(())
    }

    /// Makes `/file` agree with the files; a file keeps its id.
    pub(crate) fn refresh(&mut self) {
        let old = std::mem::take(self.state.table_mut("/file"));
        for (name, file) in self.files.iter() {
            let size = i64::try_from(file.contents.len()).unwrap_or(i64::MAX);
            let mut item = Item::new(0)
                .with("name", Val::text(name))
                .with("size", Val::Number(size))
                .with(
                    "last-modified",
                    Val::text(crate::time::timestamp(file.written)),
                );
            if let Some(kind) = kind(name) {
                item = item.with("type", Val::text(kind));
            }
            if let Ok(text) = str::from_utf8(&file.contents) {
                item = item.with("contents", Val::text(text));
            }
            match old.iter().find(|old| old.text("name") == Some(name)) {
                Some(old) => {
                    item.id = old.id;
                    self.state.table_mut("/file").push(item);
                }
                None => {
                    self.state.insert("/file", item);
                }
            }
        }
    }

    /// Writes a line into the log.
    pub(crate) fn log(&mut self, topics: &str, message: &str) {
        let topics = topics.split(',').map(Val::text).collect();
        let line = Item::new(0)
            .with("time", Val::Text(self.state.now()))
            .with("topics", Val::List(topics))
            .with("message", Val::text(message));
        self.state.insert("/log", line);
        let lines = self.state.table_mut("/log");
        if lines.len() > LOG_LINES {
            lines.remove(0);
        }
    }
}

const LOG_LINES: usize = 1000;
