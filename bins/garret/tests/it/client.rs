//! A client that keeps its connection and believes nothing it is given: a
//! puller of narinfos and NARs.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use nar_format::NarHash;

use crate::http::Answer;

/// One connection at most; lost ones are opened anew.
pub(crate) struct Client {
    host: String,
    token: String,
    stream: Option<BufReader<TcpStream>>,
    /// How long each narinfo took, connecting included.
    pub(crate) narinfos: Vec<Duration>,
    pub(crate) nar_bytes: u64,
}

impl Client {
    /// An empty token is none.
    pub(crate) fn new(origin: &str, token: &str) -> Self {
        Self {
            host: origin
                .trim_start_matches("http://")
                .trim_end_matches('/')
                .to_owned(),
            token: token.to_owned(),
            stream: None,
            narinfos: Vec::new(),
            nar_bytes: 0,
        }
    }

    /// One request without a body. A kept connection that the server closed
    /// meanwhile is opened anew, once.
    pub(crate) fn ask(&mut self, method: &str, path: &str, more: &str) -> Result<Answer, String> {
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n{more}", self.host);
        if !self.token.is_empty() {
            request.push_str(&format!("Authorization: Bearer {}\r\n", self.token));
        }
        request.push_str("\r\n");
        let kept = self.stream.is_some();
        match self.exchange(&request) {
            Err(_) if kept => self.exchange(&request),
            answer => answer,
        }
        .map_err(|error| format!("{method} {path}: {error}"))
    }

    fn exchange(&mut self, request: &str) -> std::io::Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                let stream = TcpStream::connect(&self.host)?;
                stream.set_read_timeout(Some(Duration::from_secs(120)))?;
                stream.set_nodelay(true)?;
                BufReader::new(stream)
            }
        };
        stream.get_mut().write_all(request.as_bytes())?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        let mut answer = Answer::of_head(head);
        let length = answer.header("content-length");
        let length = length.and_then(|text| text.parse().ok()).unwrap_or(0);
        answer.body = vec![0; length];
        stream.read_exact(&mut answer.body)?;
        self.stream = Some(stream);
        Ok(answer)
    }

    /// A path's narinfo, timed; `None` where the cache does not have it.
    pub(crate) fn narinfo(&mut self, cache: &str, path: &str) -> Result<Option<String>, String> {
        let hash = &path["/nix/store/".len()..][..32];
        let started = Instant::now();
        let answer = self.ask("GET", &format!("/{cache}/{hash}.narinfo"), "")?;
        self.narinfos.push(started.elapsed());
        match answer.status {
            200 => Ok(Some(answer.text())),
            404 => Ok(None),
            status => Err(format!("{path}: narinfo answered {status}")),
        }
    }

    /// Takes a path's narinfo and its NAR, the latter in `parts` ranges, and
    /// compares every fact. `false` where the cache does not have it.
    pub(crate) fn pull(&mut self, cache: &str, path: &str, parts: usize) -> Result<bool, String> {
        let Some(text) = self.narinfo(cache, path)? else {
            return Ok(false);
        };
        let field = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            line.ok_or_else(|| format!("{path}: no {name}in {text}"))
        };
        if field("StorePath: ")? != path || !field("Sig: ")?.contains(':') {
            return Err(format!("{path}: a wrong narinfo: {text}"));
        }
        let size: usize = number(field("FileSize: ")?)?;
        let file = self.nar(&format!("/{cache}/{}", field("URL: ")?), size, parts)?;
        let nar = zstd::decode_all(file.as_slice()).map_err(|error| format!("{path}: {error}"))?;
        self.nar_bytes += nar.len() as u64;
        if nar.len() != number(field("NarSize: ")?)?
            || NarHash::of(&nar).to_string() != field("NarHash: ")?
        {
            return Err(format!("{path}: the NAR is not the one of its narinfo"));
        }
        Ok(true)
    }

    fn nar(&mut self, url: &str, size: usize, parts: usize) -> Result<Vec<u8>, String> {
        let mut file = Vec::with_capacity(size);
        let step = size.div_ceil(parts.max(1)).max(1);
        while file.len() < size {
            let end = (file.len() + step).min(size);
            let range = format!("Range: bytes={}-{}\r\n", file.len(), end - 1);
            let (range, wanted) = if parts > 1 {
                (&range[..], 206)
            } else {
                ("", 200)
            };
            let answer = self.ask("GET", url, range)?;
            if answer.status != wanted || answer.body.len() != end - file.len() {
                let (status, len) = (answer.status, answer.body.len());
                return Err(format!("{url} {range}answered {status} with {len} bytes"));
            }
            file.extend_from_slice(&answer.body);
        }
        Ok(file)
    }
}

fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| format!("{text} is no number"))
}

/// The median and the 99th percentile, in milliseconds.
pub(crate) fn percentiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |per_mille: usize| {
        let index = (times.len() * per_mille / 1000).min(times.len().saturating_sub(1));
        times
            .get(index)
            .map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    format!(
        "p50 {:.2} ms, p99 {:.2} ms of {}",
        at(500),
        at(990),
        times.len()
    )
}
