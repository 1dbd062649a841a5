//! A file tree in memory, and both ways between it and a NAR.

use std::collections::BTreeMap;

use nar_format::nar::{Decoder, Encoder, Event, NarError};

/// A node of a file tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    File { executable: bool, content: Vec<u8> },
    Link(Vec<u8>),
    Dir(BTreeMap<Vec<u8>, Tree>),
}

impl Tree {
    /// The NAR of the tree.
    pub(crate) fn nar(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = Encoder::new();
        self.write(&mut encoder, &mut out);
        encoder.finish().unwrap();
        out
    }

    fn write(&self, encoder: &mut Encoder, out: &mut Vec<u8>) {
        match self {
            Tree::File {
                executable,
                content,
            } => {
                let size = content.len() as u64;
                encoder.file(*executable, size, out).unwrap();
                out.extend_from_slice(content);
                encoder.end_file(size, out).unwrap();
            }
            Tree::Link(target) => encoder.symlink(target, out).unwrap(),
            Tree::Dir(entries) => {
                encoder.enter_directory(out).unwrap();
                for (name, node) in entries {
                    encoder.entry(name, out).unwrap();
                    node.write(encoder, out);
                }
                encoder.leave_directory(out).unwrap();
            }
        }
    }
}

/// An event that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owned {
    Enter,
    Entry(Vec<u8>),
    Leave,
    Link(Vec<u8>),
    File {
        executable: bool,
        size: u64,
        offset: u64,
    },
    Data(Vec<u8>),
    EndFile,
}

/// Decodes a NAR that comes in slices of these sizes, in turn. Data in a row
/// is joined, so that the outcome does not depend on the cuts.
pub(crate) fn decode(nar: &[u8], sizes: &[usize]) -> Result<Vec<Owned>, NarError> {
    let mut events = Vec::new();
    let mut decoder = Decoder::new();
    let mut rest = nar;
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let size = sizes
            .next()
            .map_or(rest.len(), |&size| size.min(rest.len()));
        let (slice, after) = rest.split_at(size);
        decoder.push(slice, &mut |event| keep(event, &mut events))?;
        rest = after;
    }
    decoder.finish()?;
    assert_eq!(decoder.offset(), nar.len() as u64);
    Ok(events)
}

fn keep(event: Event<'_>, events: &mut Vec<Owned>) {
    let event = match event {
        Event::EnterDirectory => Owned::Enter,
        Event::Entry(name) => Owned::Entry(name.to_vec()),
        Event::LeaveDirectory => Owned::Leave,
        Event::Symlink(target) => Owned::Link(target.to_vec()),
        Event::File {
            executable,
            size,
            offset,
        } => Owned::File {
            executable,
            size,
            offset,
        },
        Event::Data(more) => {
            assert!(!more.is_empty());
            if let Some(Owned::Data(data)) = events.last_mut() {
                data.extend_from_slice(more);
                return;
            }
            Owned::Data(more.to_vec())
        }
        Event::EndFile => Owned::EndFile,
    };
    events.push(event);
}

/// Encodes events again.
pub(crate) fn encode(events: &[Owned]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new();
    let mut open = 0;
    for event in events {
        match event {
            Owned::Enter => encoder.enter_directory(&mut out).unwrap(),
            Owned::Entry(name) => encoder.entry(name, &mut out).unwrap(),
            Owned::Leave => encoder.leave_directory(&mut out).unwrap(),
            Owned::Link(target) => encoder.symlink(target, &mut out).unwrap(),
            Owned::File {
                executable,
                size,
                offset,
            } => {
                encoder.file(*executable, *size, &mut out).unwrap();
                assert_eq!(*offset, out.len() as u64, "offset of the content");
                open = *size;
            }
            Owned::Data(data) => out.extend_from_slice(data),
            Owned::EndFile => encoder.end_file(open, &mut out).unwrap(),
        }
    }
    encoder.finish().unwrap();
    out
}
