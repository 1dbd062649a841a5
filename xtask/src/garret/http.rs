//! One HTTP request: reading a page of metrics.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, bail};

const PATIENCE: Duration = Duration::from_secs(10);

/// The body of `GET path`.
///
/// # Errors
/// If the server cannot be reached or does not answer 200.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("connecting to {address}"))?;
    stream
        .set_read_timeout(Some(PATIENCE))
        .context("setting a timeout")?;
    // HTTP/1.0: the body is neither chunked nor followed by another answer.
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.write_all(request.as_bytes()).context("asking")?;
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .context("reading the answer")?;
    body(&answer).map(str::to_owned)
}

fn body(answer: &str) -> Result<&str> {
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .context("no end of the header")?;
    let status = head.split(' ').nth(1).unwrap_or_default();
    if status != "200" {
        bail!("the server answered {status}");
    }
    Ok(body)
}

/// The sum of a counter over all its labels that contain `label`.
pub(crate) fn counter(page: &str, name: &str, label: &str) -> u64 {
    let lines = page.lines().filter(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['{', ' ']))
    });
    lines
        .filter(|line| line.contains(label))
        .filter_map(|line| line.rsplit_once(' '))
        .filter_map(|(_, value)| value.parse::<u64>().ok())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_good_answer_has_a_body() {
        assert_eq!(body("HTTP/1.1 200 OK\r\nA: b\r\n\r\nx").unwrap(), "x");
        assert!(body("HTTP/1.1 404 Not Found\r\n\r\nx").is_err());
        assert!(body("HTTP/1.1 200 OK\r\n").is_err());
    }

    #[test]
    fn counters_are_summed_by_label() {
        let page = "# HELP hits_total x\nhits_total{cache=\"a\",kind=\"hit\"} 3\n\
                    hits_total{cache=\"b\",kind=\"hit\"} 4\nhits_total{kind=\"miss\"} 9\nhits_total_other 7\n";
        assert_eq!(counter(page, "hits_total", "kind=\"hit\""), 7);
        assert_eq!(counter(page, "hits_total", ""), 16);
        assert_eq!(counter(page, "none", ""), 0);
    }
}
