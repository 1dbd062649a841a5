//! One large path: memory does not grow with it.
//!
//! `GARRET_BIG_BYTES` sets its size; without it a size that any machine has
//! time for, yet well above what both ends together may hold in memory.

use std::io::Write;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::nix::{Nix, is_here};
use crate::world::{World, summary};

/// What the server, and the client, may hold at most.
const MEMORY: u64 = 256 << 20;

#[test]
fn memory_stays_bounded_whatever_the_size_of_a_path() {
    if !is_here() {
        return;
    }
    let size = std::env::var("GARRET_BIG_BYTES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(700 << 20);
    let source = Nix::empty();
    let file = source.file("big", "");
    write_noise(&file, size);
    let path = source.run("nix-store", "", &["--add", file.to_str().expect("utf-8")]);
    let path = path.trim();
    std::fs::remove_file(&file).expect("removed");

    let world = World::start();
    let key = world.cache("team", true);
    let store = source.store();
    let push = world
        .garret()
        .args([
            "push",
            "--json",
            "--store",
            store.to_str().expect("utf-8"),
            "team",
            path,
        ])
        .stdout(Stdio::piped())
        .spawn()
        .expect("garret starts");
    let (client, out) = watch(push);
    let said = summary(&out);
    assert_eq!(said["paths_pushed"], 1, "{said}");

    let sink = Nix::empty();
    let answer = sink.realise(&world.url("team"), &key, path);
    assert!(answer.ok, "{}", answer.err);
    let server = peak(world.server_pid()).expect("the server runs");
    eprintln!("{size} bytes: client peak {client} bytes, server peak {server} bytes");
    assert!(client < MEMORY, "client: {client}");
    assert!(server < MEMORY, "server: {server}");
}

/// Waits for the child while reading its high-water mark of memory.
fn watch(mut child: Child) -> (u64, String) {
    let mut most = 0;
    loop {
        most = most.max(peak(child.id()).unwrap_or(0));
        if child.try_wait().expect("a child").is_some() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().expect("output");
    assert!(output.status.success());
    (most, String::from_utf8_lossy(&output.stdout).into_owned())
}

/// `VmHWM` of a process, in bytes.
fn peak(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}

/// Bytes that neither compress nor repeat, so that every one of them travels.
fn write_noise(path: &std::path::Path, size: u64) {
    let file = std::fs::File::create(path).expect("a file");
    let mut out = std::io::BufWriter::with_capacity(1 << 20, file);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut left = size;
    while left > 0 {
        let mut block = [0_u8; 4096];
        for word in block.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        let n = left.min(4096);
        out.write_all(&block[..usize::try_from(n).expect("small")])
            .expect("written");
        left -= n;
    }
    out.flush().expect("written");
}
