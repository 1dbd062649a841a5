//! What serving files costs at the least when their bytes are checked on the way:
//! no HTTP library, a thread a connection, `pread`, xxh3 and `write`.

use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::FileExt;
use std::path::{Component, Path};
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use chunk_store::frame::frame_sum;

/// Bytes of a read: as many as a cache reads at once when it serves.
const READ: usize = 256 << 10;
/// Most bytes of an answer's head.
const HEAD: usize = 256;

/// Listens, says where, and serves the files of a folder until it is killed.
pub(crate) fn measure(root: &Path) -> Result<serde_json::Value> {
    let listener = TcpListener::bind("127.0.0.1:0").context("listening")?;
    let address = listener.local_addr().context("listening")?;
    println!("{address}");
    accept(&listener, root)?;
    Ok(serde_json::Value::Null)
}

fn accept(listener: &TcpListener, root: &Path) -> Result<()> {
    let root: Arc<Path> = root.into();
    for stream in listener.incoming() {
        let stream = stream.context("accepting a connection")?;
        let root = Arc::clone(&root);
        std::thread::spawn(move || {
            if let Err(error) = connection(stream, &root) {
                eprintln!("measure serve: {error:#}");
            }
        });
    }
    Ok(())
}

/// Answers one request after the other until the other end is gone.
fn connection(mut stream: TcpStream, root: &Path) -> Result<()> {
    stream.set_nodelay(true).context("setting up a socket")?;
    let reading = stream.try_clone().context("setting up a socket")?;
    let mut requests = BufReader::new(reading);
    let mut buffer = vec![0; HEAD + READ];
    let mut line = String::new();
    while let Some(path) = request(&mut requests, &mut line)? {
        let whole = answer(&mut stream, &root.join(path), &mut buffer)?;
        if !whole {
            break;
        }
    }
    Ok(())
}

/// The path that the next request's first line names; its other lines are skipped.
fn request(requests: &mut impl BufRead, line: &mut String) -> Result<Option<String>> {
    let mut asked = None;
    loop {
        line.clear();
        // Whoever has had enough hangs up in the middle of an answer.
        if requests.read_line(line).unwrap_or(0) == 0 {
            return Ok(None);
        }
        if line.trim_end().is_empty() {
            return asked.context("a request without a path").map(Some);
        }
        if asked.is_none() {
            let path = line.split(' ').nth(1).context("a request without a path")?;
            let path = path.trim_start_matches('/');
            let mut parts = Path::new(path).components();
            ensure!(
                parts.all(|part| matches!(part, Component::Normal(_))),
                "{path} leads out of the folder"
            );
            asked = Some(path.to_owned());
        }
    }
}

/// Whether all of it was taken.
fn answer(stream: &mut impl Write, path: &Path, buffer: &mut [u8]) -> Result<bool> {
    let file = File::open(path).with_context(|| format!("opening {}", path.display()))?;
    let length = file.metadata().context("looking at a file")?.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
    // With the first bytes of the file, so that there is no write for it alone.
    let mut before = head.len();
    buffer[..before].copy_from_slice(head.as_bytes());
    let mut at = 0;
    loop {
        let piece = &mut buffer[before..before + READ];
        let read = file.read_at(piece, at).context("reading a file")?;
        black_box(frame_sum(&piece[..read]));
        at += read as u64;
        if stream.write_all(&buffer[..before + read]).is_err() {
            return Ok(false);
        }
        if at >= length || read == 0 {
            return Ok(at == length);
        }
        before = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn files_of_any_length_are_served_whole_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let lengths = [0, 1, READ - 1, READ, READ + 1, 3 * READ + 7];
        let bytes = |length: usize| (0..length).map(|i| (i % 251) as u8).collect::<Vec<_>>();
        for length in lengths {
            let name = format!("{length}.nar.zst");
            std::fs::write(folder.path().join(name), bytes(length)).unwrap();
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        let root = folder.path().to_path_buf();
        let server = std::thread::spawn(move || connection(stream, &root));
        for length in lengths {
            let request = format!("GET /{length}.nar.zst HTTP/1.1\r\nHost: x\r\n\r\n");
            client.write_all(request.as_bytes()).unwrap();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
            let mut answer = vec![0; head.len() + length];
            client.read_exact(&mut answer).unwrap();
            assert!(answer == [head.as_bytes(), &bytes(length)].concat());
        }
        drop(client);
        server.join().unwrap().unwrap();
    }

    #[test]
    fn nothing_outside_of_the_folder_is_served() {
        let path = |text: &str| request(&mut text.as_bytes(), &mut String::new());
        let inside = path("GET /a/b HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        assert_eq!(inside.as_deref(), Some("a/b"));
        assert!(path("GET /../a HTTP/1.1\r\n\r\n").is_err());
        assert!(path("\r\n").is_err());
        assert_eq!(path("").unwrap(), None);
    }
}
