use super::*;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

fn dumped(path: &Path) -> Result<Vec<u8>, DumpError> {
    let mut nar = Vec::new();
    dump(path, &mut |bytes| {
        assert!(bytes.len() <= 2 * BLOCK, "a piece of {} bytes", bytes.len());
        nar.extend_from_slice(bytes);
        true
    })?;
    Ok(nar)
}

#[test]
fn a_single_file_is_as_the_format_says() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("f");
    std::fs::write(&path, "hello").expect("file");
    let mut want = Vec::new();
    for word in [
        "nix-archive-1",
        "(",
        "type",
        "regular",
        "contents",
        "hello",
        ")",
    ] {
        want.extend((word.len() as u64).to_le_bytes());
        want.extend(word.as_bytes());
        want.resize(want.len().next_multiple_of(8), 0);
    }
    assert_eq!(dumped(&path).expect("dumped"), want);
    assert_eq!(measure(&path).expect("measured"), want.len() as u64);
}

#[test]
fn links_are_not_followed() {
    let dir = tempfile::tempdir().expect("folder");
    symlink("/etc/passwd", dir.path().join("link")).expect("link");
    symlink("nowhere", dir.path().join("broken")).expect("link");
    let nar = dumped(dir.path()).expect("dumped");
    let text = String::from_utf8_lossy(&nar);
    assert!(text.contains("/etc/passwd") && text.contains("nowhere") && !text.contains("root:"));
}

#[test]
fn a_socket_has_no_nar() {
    let dir = tempfile::tempdir().expect("folder");
    let _socket = UnixListener::bind(dir.path().join("socket")).expect("socket");
    assert!(matches!(dumped(dir.path()), Err(DumpError::Kind { .. })));
}

#[test]
fn a_file_that_grows_or_shrinks_meanwhile_is_told() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("f");
    for (name, len) in [
        ("grows", 3 * BLOCK as u64 + 1),
        ("shrinks", BLOCK as u64 + 1),
    ] {
        std::fs::write(&path, vec![7; 3 * BLOCK]).expect("file");
        let result = dump(&path, &mut |_| {
            let file = std::fs::OpenOptions::new()
                .write(true)
                .open(&path)
                .expect("file");
            file.set_len(len).expect("changed");
            true
        });
        assert!(
            matches!(result, Err(DumpError::Changed { .. })),
            "{name}: {result:?}"
        );
    }
}

#[test]
fn what_took_the_place_of_a_file_is_neither_followed_nor_waited_for() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("b");
    for put in ["link", "pipe", "socket", "folder"] {
        std::fs::write(dir.path().join("a"), vec![1; 2 * BLOCK]).expect("file");
        std::fs::write(&path, "b").expect("file");
        let mut replaced = false;
        let result = dump(dir.path(), &mut |_| {
            if !std::mem::replace(&mut replaced, true) {
                std::fs::remove_file(&path).expect("removed");
                match put {
                    "link" => symlink("/etc/passwd", &path).expect("link"),
                    "pipe" => pipe(&path),
                    "socket" => drop(UnixListener::bind(&path).expect("socket")),
                    _ => std::fs::create_dir(&path).expect("folder"),
                }
            }
            true
        });
        assert!(
            matches!(&result, Err(DumpError::Changed { path: of }) if *of == path),
            "{put}: {result:?}"
        );
        std::fs::remove_dir_all(dir.path()).expect("emptied");
        std::fs::create_dir(dir.path()).expect("folder");
    }
}

fn pipe(path: &Path) {
    let (kind, mode) = (rustix::fs::FileType::Fifo, Mode::RUSR | Mode::WUSR);
    rustix::fs::mknodat(rustix::fs::CWD, path, kind, mode, 0).expect("pipe");
}

#[test]
fn files_of_any_length_are_read_whole() {
    let dir = tempfile::tempdir().expect("folder");
    let path = dir.path().join("f");
    let lens = [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 5];
    // The first read has less room than the buffer, by the head of the archive.
    let lens = lens.into_iter().chain(2 * BLOCK - 120..2 * BLOCK - 100);
    for len in lens {
        let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
        std::fs::write(&path, &bytes).expect("file");
        let mut nar = Vec::new();
        let mut encoder = Encoder::new();
        encoder.file(false, len as u64, &mut nar).expect("a file");
        nar.extend(bytes);
        encoder.end_file(len as u64, &mut nar).expect("its end");
        encoder.finish().expect("whole");
        assert!(dumped(&path).expect("dumped") == nar, "{len} bytes");
    }
}

#[test]
fn many_empty_folders_are_not_gathered() {
    let dir = tempfile::tempdir().expect("folder");
    for name in 1000..5000 {
        std::fs::create_dir(dir.path().join(name.to_string())).expect("folder");
    }
    // Each piece is looked at there.
    assert!(dumped(dir.path()).expect("dumped").len() > 2 * BLOCK);
}

#[test]
fn who_takes_the_bytes_may_stop() {
    let dir = tempfile::tempdir().expect("folder");
    std::fs::write(dir.path().join("f"), vec![0; 4 * BLOCK]).expect("file");
    let mut calls = 0;
    let result = dump(dir.path(), &mut |_| {
        calls += 1;
        false
    });
    assert!(matches!(result, Err(DumpError::Stopped)));
    assert_eq!(calls, 1);
}

#[test]
fn what_is_not_there_or_not_readable_is_named() {
    let error = dump(Path::new("/absent/x"), &mut |_| true).expect_err("absent");
    assert_eq!(error.to_string(), "cannot read /absent/x");
}
