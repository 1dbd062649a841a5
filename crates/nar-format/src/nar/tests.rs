//! Hostile NARs, limits, and an encoder called in the wrong order.

use super::{Decoder, Encoder, Event, Limits, NarError};

/// A string as it lies in a NAR.
fn string(bytes: &[u8]) -> Vec<u8> {
    let mut wire = (bytes.len() as u64).to_le_bytes().to_vec();
    wire.extend_from_slice(bytes);
    wire.resize(wire.len().next_multiple_of(8), 0);
    wire
}

/// Strings one after another.
fn strings(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| string(part)).collect()
}

/// A NAR whose root node is these strings.
fn nar(parts: &[&[u8]]) -> Vec<u8> {
    [strings(&[b"nix-archive-1"]), strings(parts)].concat()
}

/// A NAR of one directory with these names, each an empty file.
fn directory(names: &[&[u8]]) -> Vec<u8> {
    let mut parts: Vec<&[u8]> = vec![b"(", b"type", b"directory"];
    for name in names {
        parts.extend::<[&[u8]; 5]>([b"entry", b"(", b"name", name, b"node"]);
        parts.extend::<[&[u8]; 6]>([b"(", b"type", b"regular", b"contents", b"", b")"]);
        parts.push(b")");
    }
    parts.push(b")");
    nar(&parts)
}

/// A NAR of one file whose size field says `size`, and nothing after it.
fn file_of_size(size: u64) -> Vec<u8> {
    let head = nar(&[b"(", b"type", b"regular", b"contents"]);
    [head, size.to_le_bytes().to_vec()].concat()
}

/// A NAR of `depth` directories within each other.
fn nested(depth: usize) -> Vec<u8> {
    let open = strings(&[b"(", b"type", b"directory"]);
    let entry = strings(&[b"entry", b"(", b"name", b"d", b"node"]);
    let mut wire = string(b"nix-archive-1");
    for level in 0..depth {
        wire.extend_from_slice(&open);
        if level + 1 < depth {
            wire.extend_from_slice(&entry);
        }
    }
    wire.extend(string(b")").repeat(depth * 2 - 1));
    wire
}

fn decode(wire: &[u8], slice: usize, limits: Limits) -> (Result<(), NarError>, Vec<String>) {
    let mut events = Vec::new();
    let mut decoder = Decoder::with_limits(limits);
    let mut sink = |event: Event<'_>| events.push(format!("{event:?}"));
    let pushed = wire
        .chunks(slice)
        .try_for_each(|part| decoder.push(part, &mut sink));
    let result = pushed.and_then(|()| decoder.finish());
    if let Err(error) = pushed {
        let again = decoder.push(b"", &mut |_| panic!("an event after an error"));
        assert_eq!(again, Err(error), "the error is repeated");
        assert_eq!(decoder.finish(), Err(error));
    } else {
        assert_eq!(decoder.offset(), wire.len() as u64);
    }
    (result, events)
}

/// Every way of cutting the bytes has the same outcome.
#[track_caller]
fn check_with(limits: Limits, name: &str, wire: &[u8], want: Result<(), NarError>) {
    for slice in [wire.len().max(1), 1, 7, 8, 13] {
        let (got, _) = decode(wire, slice, limits);
        assert_eq!(got, want, "{name}, in slices of {slice}");
    }
}

#[track_caller]
fn check(name: &str, wire: &[u8], want: Result<(), NarError>) {
    check_with(Limits::default(), name, wire, want);
}

fn unexpected(expected: &'static str) -> Result<(), NarError> {
    Err(NarError::Unexpected { expected })
}

const SIZE: Result<(), NarError> = Err(NarError::Size { limit: u64::MAX });

#[test]
fn sound_nars_pass() {
    check("empty directory", &directory(&[]), Ok(()));
    check(
        "names by byte",
        &directory(&[b"A", b"a", b"a.b", b"a0", b"\xff"]),
        Ok(()),
    );
    check("dots in names", &directory(&[b"...", b".a", b"a."]), Ok(()));
    check("longest name", &directory(&[&[b'n'; 255]]), Ok(()));
    let link = |target: &[u8]| nar(&[b"(", b"type", b"symlink", b"target", target, b")"]);
    check("longest target", &link(&[b'/'; 4095]), Ok(()));
    check("target that is no path", &link(b"\xff \n"), Ok(()));
    let exec: &[&[u8]] = &[
        b"(",
        b"type",
        b"regular",
        b"executable",
        b"",
        b"contents",
        b"12345678",
        b")",
    ];
    check("executable", &nar(exec), Ok(()));
    check("deepest", &nested(2048), Ok(()));
}

#[test]
fn bad_names_and_targets() {
    for name in [&b""[..], b".", b"..", b"a/b", b"/", b"a\0", b"\0"] {
        let want = Err(NarError::Name);
        check(&format!("name {name:?}"), &directory(&[name]), want);
    }
    let order = Err(NarError::Order);
    check("unsorted", &directory(&[b"b", b"a"]), order);
    check("duplicate", &directory(&[b"a", b"a"]), order);
    let third: [&[u8]; 3] = [b"a", b"b", b"az"];
    check("below the last one only", &directory(&third), order);
    check("by byte, not by letter", &directory(&[b"a", b"B"]), order);
    check("prefix comes first", &directory(&[b"ab", b"a"]), order);
    let long = Err(NarError::NameLength { limit: 255 });
    check("long name", &directory(&[&[b'n'; 256]]), long);
    let link = |target: &[u8]| nar(&[b"(", b"type", b"symlink", b"target", target, b")"]);
    check("empty target", &link(b""), Err(NarError::Target));
    check("NUL in target", &link(b"a\0b"), Err(NarError::Target));
    let long = Err(NarError::TargetLength { limit: 4095 });
    check("long target", &link(&[b'/'; 4096]), long);
}

#[test]
fn wrong_words() {
    check("nothing", b"", Err(NarError::Truncated));
    check(
        "other magic",
        &string(b"nix-archive-2"),
        Err(NarError::Magic),
    );
    check("gzip", b"\x1f\x8b\x08\0\0\0\0\0\0\0", Err(NarError::Magic));
    check("no node", &nar(&[b")"]), unexpected("("));
    check("no type", &nar(&[b"(", b")"]), unexpected("type"));
    let kind = "regular, symlink or directory";
    check(
        "other type",
        &nar(&[b"(", b"type", b"fifo"]),
        unexpected(kind),
    );
    let regular = |rest: &[&[u8]]| {
        let head: &[&[u8]] = &[b"(", b"type", b"regular"];
        nar(&[head, rest].concat())
    };
    let either = unexpected("executable or contents");
    check("no contents", &regular(&[b")"]), either);
    check(
        "executable twice",
        &regular(&[b"executable", b"", b"executable", b""]),
        unexpected("contents"),
    );
    check(
        "executable, then nothing",
        &regular(&[b"executable", b"", b")"]),
        unexpected("contents"),
    );
    check(
        "marker not empty",
        &regular(&[b"executable", b"x"]),
        unexpected("an empty string"),
    );
    check(
        "contents twice",
        &regular(&[b"contents", b"", b"contents", b""]),
        unexpected(")"),
    );
    check(
        "executable after contents",
        &regular(&[b"contents", b"", b"executable", b""]),
        unexpected(")"),
    );
    let dir: &[&[u8]] = &[b"(", b"type", b"directory", b"contents", b"", b")"];
    check("contents in directory", &nar(dir), unexpected("entry or )"));
    let dir: &[&[u8]] = &[b"(", b"type", b"directory", b"entry", b"(", b"node"];
    check("node before name", &nar(dir), unexpected("name"));
    let dir: &[&[u8]] = &[
        b"(",
        b"type",
        b"directory",
        b"entry",
        b"(",
        b"name",
        b"a",
        b")",
    ];
    check("name without node", &nar(dir), unexpected("node"));
    let link: &[&[u8]] = &[b"(", b"type", b"symlink", b")"];
    check("link without target", &nar(link), unexpected("target"));
}

#[test]
fn padding_and_ends() {
    let sound = nar(&[b"(", b"type", b"regular", b"contents", b"12345", b")"]);
    check("sound", &sound, Ok(()));
    for (at, &byte) in sound.iter().enumerate() {
        let mut wire = sound.clone();
        wire[at] ^= 1;
        let content = at >= sound.len() - 24 && at < sound.len() - 19;
        let (got, _) = decode(&wire, wire.len(), Limits::default());
        assert_eq!(got.is_ok(), content, "flipped byte {byte} at {at}");
        check(&format!("flipped {at}"), &wire, got);
        check(
            &format!("cut at {at}"),
            &sound[..at],
            Err(NarError::Truncated),
        );
    }
    for at in [21, 23, sound.len() - 17, sound.len() - 1] {
        let mut wire = sound.clone();
        wire[at] = 0x80;
        check(&format!("padding at {at}"), &wire, Err(NarError::Padding));
    }
    let zero = [sound.clone(), vec![0]].concat();
    check("a zero after the end", &zero, Err(NarError::Trailing));
    let twice = [sound.clone(), sound].concat();
    check("two archives", &twice, Err(NarError::Trailing));
}

#[test]
fn sizes_that_wrap() {
    for size in [
        u64::MAX,
        u64::MAX - 1,
        u64::MAX - 7,
        u64::MAX - 8,
        u64::MAX - 100,
    ] {
        check(&format!("file of {size}"), &file_of_size(size), SIZE);
    }
    let here = file_of_size(0).len() as u64;
    let most = u64::MAX - 7 - here;
    check(
        "largest file",
        &file_of_size(most),
        Err(NarError::Truncated),
    );
    check("one more", &file_of_size(most + 1), SIZE);
    for len in [u64::MAX, u64::MAX - 7, 1 << 63, 1 << 32, 256] {
        let len_field = len.to_le_bytes();
        check("magic", &len_field, Err(NarError::Magic));
        let wire = [nar(&[]), len_field.to_vec()].concat();
        check("word", &wire, unexpected("("));
        let head = nar(&[b"(", b"type", b"directory", b"entry", b"(", b"name"]);
        let want = Err(NarError::NameLength { limit: 255 });
        check("name", &[head, len_field.to_vec()].concat(), want);
    }
}

#[test]
fn depth_and_own_limits() {
    let limits = Limits::default();
    let deep = Err(NarError::Depth { limit: 2048 });
    check("one too deep", &nested(2049), deep);
    check("bomb", &nested(100_000), deep);
    let tight = Limits {
        nar_size: 200,
        depth: 1,
        name: 3,
        target: 2,
    };
    let small = Err(NarError::Size { limit: 200 });
    check_with(tight, "file beyond", &file_of_size(105), small);
    check_with(
        tight,
        "file within",
        &file_of_size(104),
        Err(NarError::Truncated),
    );
    check_with(tight, "many entries", &directory(&[b"a", b"b"]), small);
    let roomy = Limits {
        nar_size: u64::MAX,
        ..tight
    };
    let want = Err(NarError::Depth { limit: 1 });
    check_with(roomy, "depth", &nested(2), want);
    check_with(roomy, "depth", &nested(1), Ok(()));
    let want = Err(NarError::NameLength { limit: 3 });
    check_with(roomy, "name", &directory(&[b"abcd"]), want);
    let exact = directory(&[b"a"]);
    let size = exact.len() as u64;
    check_with(
        Limits {
            nar_size: size,
            ..limits
        },
        "exact",
        &exact,
        Ok(()),
    );
    let limit = size - 1;
    let want = Err(NarError::Size { limit });
    check_with(
        Limits {
            nar_size: limit,
            ..limits
        },
        "less",
        &exact,
        want,
    );
}

#[test]
fn events_of_a_tree() {
    let mut wire = Vec::new();
    let mut encoder = Encoder::new();
    encoder.enter_directory(&mut wire).unwrap();
    encoder.entry(b"a", &mut wire).unwrap();
    encoder.file(true, 3, &mut wire).unwrap();
    let offset = wire.len();
    wire.extend_from_slice(b"abc");
    encoder.end_file(3, &mut wire).unwrap();
    encoder.entry(b"b", &mut wire).unwrap();
    encoder.symlink(b"a", &mut wire).unwrap();
    encoder.leave_directory(&mut wire).unwrap();
    encoder.finish().unwrap();
    let (result, events) = decode(&wire, wire.len(), Limits::default());
    assert_eq!(result, Ok(()));
    let want = format!(
        "EnterDirectory|Entry([97])|File {{ executable: true, size: 3, offset: {offset} }}|\
         Data([97, 98, 99])|EndFile|Entry([98])|Symlink([97])|LeaveDirectory"
    );
    assert_eq!(events.join("|"), want);
}

#[test]
fn content_is_passed_on_uncopied() {
    let head = file_of_size(100);
    let content = [7u8; 60];
    let mut decoder = Decoder::new();
    decoder.push(&head, &mut |_| {}).unwrap();
    let mut seen = None;
    let mut sink = |event: Event<'_>| match event {
        Event::Data(data) => seen = Some((data.as_ptr(), data.len())),
        other => panic!("{other:?}"),
    };
    decoder.push(&content, &mut sink).unwrap();
    assert_eq!(seen, Some((content.as_ptr(), 60)));
}

type Step = fn(&mut Encoder, &mut Vec<u8>) -> Result<(), NarError>;

#[test]
fn encoder_refuses_wrong_order() {
    let enter: Step = |e, out| e.enter_directory(out);
    let leave: Step = |e, out| e.leave_directory(out);
    let name: Step = |e, out| e.entry(b"m", out);
    let link: Step = |e, out| e.symlink(b"t", out);
    let file: Step = |e, out| e.file(false, 2, out);
    let end: Step = |e, out| e.end_file(2, out);
    let call = |call| NarError::Call { call };
    let table: &[(&[Step], NarError)] = &[
        (&[leave], call("leave_directory")),
        (&[name], call("entry")),
        (&[end], call("end_file")),
        (&[link, link], call("symlink")),
        (&[link, enter], call("enter_directory")),
        (&[enter, link], call("symlink")),
        (&[enter, file], call("file")),
        (&[enter, enter], call("enter_directory")),
        (&[enter, name, leave], call("leave_directory")),
        (&[enter, name, name], call("entry")),
        (&[enter, name, link, name], NarError::Order),
        (&[enter, leave, leave], call("leave_directory")),
        (&[file, link], call("symlink")),
        (&[file, end, end], call("end_file")),
        (
            &[file, |e, out| e.end_file(3, out)],
            NarError::FileSize {
                announced: 2,
                written: 3,
            },
        ),
        (
            &[file, |e, out| e.end_file(1, out)],
            NarError::FileSize {
                announced: 2,
                written: 1,
            },
        ),
        (&[|e, out| e.symlink(b"", out)], NarError::Target),
        (&[enter, |e, out| e.entry(b"..", out)], NarError::Name),
        (
            &[|e, out| e.file(false, u64::MAX, out)],
            NarError::Size { limit: u64::MAX },
        ),
    ];
    for (at, (steps, want)) in table.iter().enumerate() {
        let (last, before) = steps.split_last().unwrap();
        let mut encoder = Encoder::new();
        let mut out = Vec::new();
        for step in before.iter() {
            step(&mut encoder, &mut out).unwrap();
        }
        let len = out.len();
        assert_eq!(last(&mut encoder, &mut out), Err(*want), "row {at}");
        assert_eq!(out.len(), len, "row {at}: nothing was written");
    }
    assert_eq!(Encoder::new().finish(), Err(NarError::Truncated));
}
