//! An operator with a real, blocking SSH client.

use std::io::Read;
use std::net::{SocketAddr, TcpStream};

use routeros_sim::ssh::Options;
use routeros_sim::{Simulator, Version};

use crate::fake::Fake;

/// A simulator around the tiny machine, whose clock is moved by hand.
pub(crate) fn simulator(options: impl FnOnce(&mut Options)) -> Simulator {
    let mut chosen = Options::new(Version::new(16));
    chosen.speed = 0;
    options(&mut chosen);
    Simulator::with(Box::new(Fake::new("")), chosen).expect("a simulator starts")
}

/// The usual place: ether24, 192.168.88.10.
pub(crate) fn rescue(simulator: &Simulator) -> SocketAddr {
    simulator
        .dial("ether24", "192.168.88.1", "192.168.88.10")
        .expect("a listener")
}

/// A connection up to the key exchange; blocking calls give up after `patience` ms.
pub(crate) fn connect(dial: SocketAddr, patience: u32) -> Result<ssh2::Session, ssh2::Error> {
    let tcp = TcpStream::connect(dial).expect("TCP always answers");
    let mut session = ssh2::Session::new()?;
    session.set_tcp_stream(tcp);
    session.set_timeout(patience);
    session.handshake()?;
    Ok(session)
}

/// A session of `admin` without a password.
pub(crate) fn login(dial: SocketAddr) -> ssh2::Session {
    let session = connect(dial, 20_000).expect("a handshake");
    session.userauth_password("admin", "").expect("no password");
    session
}

/// A command's text and status; ssh2 shows no status as 0.
pub(crate) fn exec(session: &ssh2::Session, line: &str) -> Result<(String, i32), String> {
    let mut channel = session.channel_session().map_err(|e| e.to_string())?;
    channel.exec(line).map_err(|e| e.to_string())?;
    let mut text = String::new();
    channel
        .read_to_string(&mut text)
        .map_err(|e| e.to_string())?;
    channel.wait_close().map_err(|e| e.to_string())?;
    let status = channel.exit_status().map_err(|e| e.to_string())?;
    Ok((text, status))
}
