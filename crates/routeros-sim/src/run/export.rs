//! `export`.

use super::menu::{Args, text_of};
use super::{Done, Run, Value};
use crate::export::{Head, Options, export};
use crate::lang::Command;
use crate::state::{Board, MODEL, Refusal, SERIAL};
use crate::system::files::with_ending;

impl Run<'_> {
    pub(super) fn export(&mut self, command: &Command, args: &Args) -> Done<Value> {
        if args.contains_key("verbose") {
            return Err(Refusal::unknown("all the defaults that export verbose writes").into());
        }
        let options = Options {
            terse: args.contains_key("terse"),
            show_sensitive: args.contains_key("show-sensitive"),
        };
        let state = &self.device.state;
        let head = match state.board {
            Board::Crs326 => Head::Board {
                software_id: "AAAA-0000".into(),
                model: MODEL.into(),
                serial: SERIAL.into(),
            },
            Board::Chr(_) => Head::Virtual { id: String::new() },
        };
        let views = state.export_views(&command.path);
        let text = export(&views, &head, &state.now(), options, state.version);
        match text_of(args, "file") {
            None => self.out.push_str(&text),
            Some(name) => {
                let name = with_ending(&name, ".rsc");
                self.device.write_file(&name, text.into_bytes())?;
            }
        }
        Ok(Value::Nothing)
    }
}
