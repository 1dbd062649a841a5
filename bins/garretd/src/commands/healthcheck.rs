//! `healthcheck`: one request to a running server, for containers and units.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use anyhow::Context as _;

use crate::cli::{Global, Healthcheck};
use crate::config::Env;
use crate::failure::{Failure, Kind};
use crate::open;

const TIMEOUT: Duration = Duration::from_secs(5);

/// Asks `/readyz`.
pub(crate) fn run(global: &Global, args: &Healthcheck, env: &Env) -> Result<(), Failure> {
    let authority = match &args.url {
        Some(url) => authority(url)?,
        None => here(open::load(global, env)?.1.listen).to_string(),
    };
    let status = ask(&authority).map_err(Failure::from)?;
    match status {
        200 => Ok(()),
        status => Err(Failure::say(
            Kind::Work,
            format!("http://{authority}/readyz answers {status}"),
        )),
    }
}

/// `HOST:PORT` of an `http://` URL.
fn authority(url: &str) -> Result<String, Failure> {
    let rest = url.strip_prefix("http://").ok_or_else(|| {
        Failure::say(Kind::Work, format!("`{url}` must begin with http://"))
            .hint("give the server's own address, not the TLS proxy's")
    })?;
    let authority = rest.split('/').next().unwrap_or_default();
    let has_port = authority
        .rsplit_once(':')
        .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    Ok(if has_port {
        authority.to_owned()
    } else {
        format!("{authority}:80")
    })
}

/// Where this machine reaches a listener.
fn here(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn ask(authority: &str) -> anyhow::Result<u16> {
    let cannot = || format!("cannot reach http://{authority}/");
    let address = authority
        .to_socket_addrs()
        .with_context(cannot)?
        .next()
        .with_context(cannot)?;
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT).with_context(cannot)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    write!(
        stream,
        "GET /readyz HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"
    )?;
    let mut line = String::new();
    BufReader::new(stream)
        .read_line(&mut line)
        .with_context(cannot)?;
    let status = line
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    status.with_context(|| format!("http://{authority}/ does not speak HTTP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        assert_eq!(authority("http://a:1/x").expect("ok"), "a:1");
        assert_eq!(authority("http://a").expect("ok"), "a:80");
        assert_eq!(authority("http://[::1]").expect("ok"), "[::1]:80");
        assert!(authority("https://a").is_err());
        let here = |text: &str| here(text.parse().expect("address")).to_string();
        assert_eq!(here("0.0.0.0:8080"), "127.0.0.1:8080");
        assert_eq!(here("[::]:8080"), "[::1]:8080");
    }
}
