//! A file tree, and NARs of it written and read as plainly as can be: the whole
//! in memory, by recursion, nothing shared with the codec under test.

use nar_format::nar::Event;

use crate::input::Input;

/// The limits of the format's defaults, written down again.
const MOST: (usize, usize, usize) = (255, 4095, 2048);

/// A node of a file tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tree {
    File { executable: bool, content: Vec<u8> },
    Link(Vec<u8>),
    Dir(Vec<(Vec<u8>, Tree)>),
}

/// An event that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Owned {
    Enter,
    Entry(Vec<u8>),
    Leave,
    Link(Vec<u8>),
    File(bool, u64, u64),
    Data(Vec<u8>),
    EndFile,
}

impl Owned {
    /// Adds an event; data in a row is joined, since only the slicing parts it.
    pub(crate) fn keep(event: Event<'_>, events: &mut Vec<Self>) {
        let event = match event {
            Event::EnterDirectory => Self::Enter,
            Event::Entry(name) => Self::Entry(name.to_vec()),
            Event::LeaveDirectory => Self::Leave,
            Event::Symlink(target) => Self::Link(target.to_vec()),
            Event::File {
                executable,
                size,
                offset,
            } => Self::File(executable, size, offset),
            Event::Data(more) => {
                assert!(!more.is_empty(), "an event of no data");
                if let Some(Self::Data(data)) = events.last_mut() {
                    return data.extend_from_slice(more);
                }
                Self::Data(more.to_vec())
            }
            Event::EndFile => Self::EndFile,
        };
        events.push(event);
    }
}

/// What is written: bytes, and the events that a decoder must make of them.
#[derive(Default)]
pub(crate) struct Written {
    pub(crate) nar: Vec<u8>,
    pub(crate) events: Vec<Owned>,
}

impl Written {
    fn strings(&mut self, strings: &[&[u8]]) {
        for string in strings {
            self.nar.extend((string.len() as u64).to_le_bytes());
            self.nar.extend_from_slice(string);
            self.nar.resize(self.nar.len().next_multiple_of(8), 0);
        }
    }

    fn node(&mut self, tree: &Tree) {
        self.strings(&[b"(", b"type"]);
        match tree {
            Tree::File {
                executable,
                content,
            } => {
                self.strings(&[b"regular"]);
                if *executable {
                    self.strings(&[b"executable", b""]);
                }
                self.strings(&[b"contents"]);
                let (size, start) = (content.len() as u64, self.nar.len() as u64 + 8);
                self.events.push(Owned::File(*executable, size, start));
                if size > 0 {
                    self.events.push(Owned::Data(content.clone()));
                }
                self.events.push(Owned::EndFile);
                self.strings(&[content]);
            }
            Tree::Link(target) => {
                self.events.push(Owned::Link(target.clone()));
                self.strings(&[b"symlink", b"target", target]);
            }
            Tree::Dir(entries) => {
                self.strings(&[b"directory"]);
                self.events.push(Owned::Enter);
                for (name, node) in entries {
                    self.events.push(Owned::Entry(name.clone()));
                    self.strings(&[b"entry", b"(", b"name", name, b"node"]);
                    self.node(node);
                    self.strings(&[b")"]);
                }
                self.events.push(Owned::Leave);
            }
        }
        self.strings(&[b")"]);
    }
}

impl Tree {
    /// The NAR and its events.
    pub(crate) fn write(&self) -> Written {
        let mut out = Written::default();
        out.strings(&[b"nix-archive-1"]);
        out.node(self);
        out
    }

    /// Directories within each other.
    pub(crate) fn depth(&self) -> usize {
        match self {
            Self::Dir(entries) => {
                1 + entries
                    .iter()
                    .map(|(_, node)| node.depth())
                    .max()
                    .unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// A legal tree, but for names and targets where the input wants it so.
    pub(crate) fn build(input: &mut Input<'_>, depth: usize) -> Self {
        let kind = match depth {
            0 => input.byte() % 5,
            _ => input.byte() % 9,
        };
        match kind {
            0 => Self::File {
                executable: input.byte() % 2 == 1,
                content: content(input),
            },
            1 => Self::file(b""),
            2 => {
                let len = input.below(80);
                Self::file(input.bytes(len))
            }
            3 => Self::Link(target(input)),
            4 => Self::Dir(Vec::new()),
            5 => (0..input.below(70)).fold(Self::file(b"bottom"), |inner, _| {
                Self::Dir(vec![(b"d".to_vec(), inner)])
            }),
            _ => {
                let count = input.below(6);
                let entry = |input: &mut Input<'_>| (name(input), Self::build(input, depth - 1));
                let mut entries: Vec<_> = (0..count).map(|_| entry(input)).collect();
                if !input.byte().is_multiple_of(16) {
                    entries.sort_by(|a, b| a.0.cmp(&b.0));
                    entries.dedup_by(|a, b| a.0 == b.0);
                }
                Self::Dir(entries)
            }
        }
    }

    fn file(content: &[u8]) -> Self {
        Self::File {
            executable: false,
            content: content.to_vec(),
        }
    }
}

/// Content from empty to larger than a chunk, noise or a run.
fn content(input: &mut Input<'_>) -> Vec<u8> {
    let len = match input.byte() % 8 {
        0..=2 => input.below(40),
        3..=4 => input.word() % 5000,
        5 => 32 * 1024 - 8 + input.below(16),
        6 => 32 * 1024 + input.word(),
        _ => 4 * input.word(),
    };
    crate::pack::raw(len, input.byte())
}

fn name(input: &mut Input<'_>) -> Vec<u8> {
    const HOSTILE: [&[u8]; 8] = [b"..", b".", b"", b"a/b", b"a\0", b"\xff\xfe", b"...", b"\n"];
    match input.byte() % 16 {
        0 => input.choose(&HOSTILE).to_vec(),
        1 => vec![b'n'; 250 + input.below(8)],
        _ => {
            let len = 1 + input.below(9);
            input.bytes(len).to_vec()
        }
    }
}

fn target(input: &mut Input<'_>) -> Vec<u8> {
    match input.byte() % 8 {
        0 => vec![b't'; 4090 + input.below(10)],
        1 => b"../../../etc/passwd".to_vec(),
        _ => {
            let len = input.below(20);
            input.bytes(len).to_vec()
        }
    }
}

/// The tree of a NAR, if that is what the bytes are to the last one.
pub(crate) fn read(nar: &[u8]) -> Option<Tree> {
    let mut rest = nar;
    word(&mut rest, b"nix-archive-1")?;
    let tree = node(&mut rest, 0)?;
    // Padding and trailing bytes are told by writing it again.
    (tree.write().nar == nar).then_some(tree)
}

fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (len, after) = rest.split_first_chunk::<8>()?;
    let len = usize::try_from(u64::from_le_bytes(*len)).ok()?;
    let string = after.get(..len)?;
    *rest = after.get(len.next_multiple_of(8)..)?;
    Some(string)
}

fn word(rest: &mut &[u8], wanted: &[u8]) -> Option<()> {
    (string(rest)? == wanted).then_some(())
}

fn node(rest: &mut &[u8], depth: usize) -> Option<Tree> {
    word(rest, b"(")?;
    word(rest, b"type")?;
    let tree = match string(rest)? {
        b"regular" => {
            let mut tag = string(rest)?;
            let executable = tag == b"executable";
            if executable {
                word(rest, b"")?;
                tag = string(rest)?;
            }
            let content = string(rest)?.to_vec();
            (tag == b"contents").then_some(Tree::File {
                executable,
                content,
            })?
        }
        b"symlink" => {
            word(rest, b"target")?;
            let target = string(rest)?;
            let legal = (1..=MOST.1).contains(&target.len()) && !target.contains(&0);
            legal.then(|| Tree::Link(target.to_vec()))?
        }
        b"directory" if depth < MOST.2 => return entries(rest, depth),
        _ => return None,
    };
    word(rest, b")")?;
    Some(tree)
}

fn entries(rest: &mut &[u8], depth: usize) -> Option<Tree> {
    let mut entries: Vec<(Vec<u8>, Tree)> = Vec::new();
    loop {
        match string(rest)? {
            b"entry" => {}
            b")" => return Some(Tree::Dir(entries)),
            _ => return None,
        }
        word(rest, b"(")?;
        word(rest, b"name")?;
        let name = string(rest)?.to_vec();
        let legal = (1..=MOST.0).contains(&name.len())
            && name != b"."
            && name != b".."
            && !name.contains(&b'/')
            && !name.contains(&0)
            && entries.last().is_none_or(|(last, _)| *last < name);
        word(rest, b"node")?;
        entries.push((legal.then_some(name)?, node(rest, depth + 1)?));
        word(rest, b")")?;
    }
}
