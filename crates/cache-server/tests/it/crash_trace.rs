//! What the I/O shim wrote down of a run: one line for each call that changed
//! a file, in the order in which they happened.

use bytes::Bytes;

/// The shim's name of a file: its inode number, which a later file may get again.
pub(crate) type FileId = u64;

/// One line of a trace. Paths are relative to the folder that was watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Create(FileId, String),
    /// A file without a name.
    Tmpfile(FileId),
    Write(FileId, u64, Bytes),
    Truncate(FileId, u64),
    Fsync(FileId),
    FsyncDir(String),
    Link(FileId, String),
    Rename(String, String),
    Unlink(String),
    Mkdir(String),
    Rmdir(String),
    /// What the run says of itself.
    Mark(String),
}

/// Reads a trace and the bytes that were written.
pub(crate) fn parse(text: &str, data: &Bytes) -> Vec<Op> {
    let line = |line: &str| op(line, data).unwrap_or_else(|| panic!("not a trace line: {line:?}"));
    text.lines().map(line).collect()
}

fn op(line: &str, data: &Bytes) -> Option<Op> {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let path = |text: &str| text.trim_start_matches("./").trim_matches('/').to_owned();
    if word == "mark" {
        return Some(Op::Mark(rest.to_owned()));
    }
    let fields: Vec<&str> = rest.split(' ').collect();
    let number = |at: usize| fields.get(at)?.parse::<u64>().ok();
    let op = match (word, &fields[..]) {
        ("create", [_, name]) => Op::Create(number(0)?, path(name)),
        ("tmpfile", [_]) => Op::Tmpfile(number(0)?),
        ("write", [_, _, _, _]) => {
            let (len, from) = (number(2)? as usize, number(3)? as usize);
            (from + len <= data.len()).then_some(())?;
            Op::Write(number(0)?, number(1)?, data.slice(from..from + len))
        }
        ("truncate", [_, _]) => Op::Truncate(number(0)?, number(1)?),
        ("fsync", [_]) => Op::Fsync(number(0)?),
        ("fsyncdir", [name]) => Op::FsyncDir(path(name.trim_start_matches('.'))),
        ("link", [_, name]) => Op::Link(number(0)?, path(name)),
        ("rename", [from, to]) => Op::Rename(path(from), path(to)),
        ("unlink", [name]) => Op::Unlink(path(name)),
        ("mkdir", [name]) => Op::Mkdir(path(name)),
        ("rmdir", [name]) => Op::Rmdir(path(name)),
        _ => return None,
    };
    Some(op)
}

#[test]
fn a_trace_is_read_as_the_shim_writes_it() {
    let text = "mkdir tmp\ncreate 7 tmp/1-0\nwrite 7 4 3 2\nfsync 7\nlink 7 packs/A\n\
                fsyncdir packs\nfsyncdir .\nfsyncdir \nunlink tmp/1-0\nmark is team 1 1\n";
    let data = Bytes::from_static(b"..abc");
    let name = |text: &str| text.to_owned();
    let ops = [
        Op::Mkdir(name("tmp")),
        Op::Create(7, name("tmp/1-0")),
        Op::Write(7, 4, Bytes::from_static(b"abc")),
        Op::Fsync(7),
        Op::Link(7, name("packs/A")),
        Op::FsyncDir(name("packs")),
        Op::FsyncDir(name("")),
        Op::FsyncDir(name("")),
        Op::Unlink(name("tmp/1-0")),
        Op::Mark(name("is team 1 1")),
    ];
    assert_eq!(parse(text, &data), ops);
    for wrong in ["write 7 0 9 0", "create x y", "chmod 7"] {
        assert!(op(wrong, &data).is_none(), "{wrong}");
    }
}
