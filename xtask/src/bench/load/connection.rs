//! One kept connection, and just enough of HTTP/1.1 to read the answers.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How much is read at once: Nix reads as much, wrk a thirtieth.
const BUFFER: usize = 256 << 10;
/// How long a server may be silent.
const PATIENCE: Duration = Duration::from_secs(60);

/// The status of an answer with what was asked for.
pub(crate) const FOUND: &str = "200";
/// The status of an answer without.
pub(crate) const ABSENT: &str = "404";

/// A connection to one server.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// What every answer has to be.
    status: &'static str,
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// If nobody listens there.
    pub(crate) fn open(server: SocketAddr) -> Result<Self> {
        let stream =
            TcpStream::connect(server).with_context(|| format!("connecting to {server}"))?;
        stream
            .set_nodelay(true)
            .context("setting up a connection")?;
        stream
            .set_read_timeout(Some(PATIENCE))
            .context("setting a timeout")?;
        Ok(Self {
            stream,
            buffer: vec![0; BUFFER],
            status: FOUND,
        })
    }

    /// Where other answers are wanted than 200.
    pub(crate) fn wants(mut self, status: &'static str) -> Self {
        self.status = status;
        self
    }

    /// Asks.
    ///
    /// # Errors
    /// If the connection is gone.
    pub(crate) fn send(&mut self, request: &[u8]) -> Result<()> {
        self.stream.write_all(request).context("asking")
    }

    /// Reads the answer to what was asked, which must be 200 or what is
    /// wanted in its place; `body` gets it piece
    /// by piece, and may break off, after which the connection is of no use.
    ///
    /// # Errors
    /// If the answer is another one, or ends too soon.
    pub(crate) fn receive(
        &mut self,
        mut body: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>> {
        let mut have = 0;
        let (head, length) = loop {
            let read = self.read(have)?;
            have += read;
            if let Some(head) = head(&self.buffer[..have], self.status)? {
                break head;
            }
            if have == self.buffer.len() {
                bail!("an answer's head is too long");
            }
        };
        let mut left = length;
        let mut from = head;
        loop {
            let piece = have - from;
            if piece > left {
                bail!("more was answered than was announced");
            }
            if piece > 0 && body(&self.buffer[from..have]).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            left -= piece;
            if left == 0 {
                return Ok(ControlFlow::Continue(()));
            }
            have = self.read(0)?;
            from = 0;
        }
    }

    fn read(&mut self, at: usize) -> Result<usize> {
        let read = self
            .stream
            .read(&mut self.buffer[at..])
            .context("reading")?;
        if read == 0 {
            bail!("the server closed the connection in the middle of an answer");
        }
        Ok(read)
    }
}

/// Where the head of an answer ends, and how long its body is. Nothing while it
/// is not complete.
fn head(bytes: &[u8], wanted: &str) -> Result<Option<(usize, usize)>> {
    const END: &[u8] = b"\r\n\r\n";
    let Some(end) = bytes.windows(END.len()).position(|window| window == END) else {
        return Ok(None);
    };
    let text = std::str::from_utf8(&bytes[..end]).context("reading an answer's head")?;
    let mut lines = text.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if status.split(' ').nth(1) != Some(wanted) {
        bail!("the server answered {status}");
    }
    let length = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    let length = length.context("an answer without a length")?;
    let length = length.trim().parse().context("reading a length")?;
    Ok(Some((end + END.len(), length)))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn heads_are_read() {
        let full = b"HTTP/1.1 200 OK\r\nServer: x\r\ncontent-LENGTH: 12\r\n\r\nbody";
        assert_eq!(head(full, FOUND).unwrap(), Some((full.len() - 4, 12)));
        assert_eq!(head(b"HTTP/1.1 200 OK\r\nContent-", FOUND).unwrap(), None);
        for wrong in [
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        ] {
            assert!(head(wrong.as_bytes(), FOUND).is_err(), "{wrong}");
        }
        let absent = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(head(absent, ABSENT).unwrap(), Some((absent.len(), 0)));
        assert!(head(full, ABSENT).is_err());
    }

    #[test]
    fn answers_come_in_pieces_and_one_after_the_other() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 1];
            for pieces in [
                ["HTTP/1.1 200 OK\r\nContent-Le", "ngth: 3\r\n\r\na", "bc"],
                ["HTTP/1.1 200 OK\r\n", "Content-Length: 2\r\n\r\n", "de"],
                ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "f", ""],
            ] {
                stream.read_exact(&mut asked).unwrap();
                for piece in pieces {
                    stream.write_all(piece.as_bytes()).unwrap();
                    std::thread::sleep(Duration::from_millis(5));
                }
            }
        });
        let mut connection = Connection::open(address).unwrap();
        let mut got = Vec::new();
        for _ in 0..2 {
            connection.send(b"x").unwrap();
            let answer = connection.receive(|piece| {
                got.extend_from_slice(piece);
                ControlFlow::Continue(())
            });
            assert!(answer.unwrap().is_continue());
        }
        assert_eq!(got, b"abcde");
        connection.send(b"x").unwrap();
        let cut = connection.receive(|_| ControlFlow::Continue(()));
        assert!(cut.is_err(), "an answer that ends too soon is no answer");
        server.join().unwrap();
    }
}
