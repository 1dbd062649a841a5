//! `adopt`: a file from a running device.

use routeros_client::adopt::adopt;
use routeros_client::device::Device;
use routeros_client::failure::{Code, Failure, Result};

use super::DONE;
use crate::args::Adopt;
use crate::console::Console;
use crate::surroundings::Clock;

pub(super) fn run(args: &Adopt, console: Console) -> Result<u8> {
    let mut ssh = args.connection.ssh(console, None)?;
    let mut clock = Clock::start();
    let mut hear = |event: &_| console.event(event);
    let mut device = Device::new(&mut ssh, &mut clock, &mut hear);
    let facts = device.facts()?;
    let place = match device.place() {
        Ok(place) => Some(place),
        Err(failure) if failure.code == Code::PlaceUnknown => {
            console.warn(&format!("the file gets no [management]: {failure}"));
            None
        }
        Err(failure) => return Err(failure),
    };
    let state = device.state(&facts)?;
    let text = adopt(&facts, &state, place.as_ref());
    match &args.output {
        Some(file) => std::fs::write(file, &text).map_err(|error| {
            Failure::new(
                Code::LocalFile,
                format!("cannot write {}: {error}", file.display()),
            )
        })?,
        None if console.json => {
            console.value(&serde_json::json!({"event": "adopted", "file": text}))
        }
        None => console.data(text.trim_end()),
    }
    Ok(DONE)
}
