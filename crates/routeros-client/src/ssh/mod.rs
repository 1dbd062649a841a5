//! The way to a device over SSH, and nothing else of it: one exec channel a
//! command, files by SFTP, host keys checked.

mod known_hosts;
mod login;
mod preferred;
mod session;

pub use known_hosts::{Ask, HostKey, KnownHosts, Trust};
pub use login::{Login, Password};

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::failure::{Code, Failure, Result};
use crate::link::{Connector, Session};

/// Where to connect to, and how long to wait.
#[derive(Clone, Debug)]
pub struct Target {
    /// A name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The user.
    pub user: String,
    /// How long connecting and logging in may take, each step of it.
    pub connect_timeout: Duration,
    /// How long the device may be silent within a command.
    pub command_timeout: Duration,
}

/// Connects over SSH.
pub struct Ssh {
    target: Target,
    logins: Vec<Login>,
    known: KnownHosts,
}

impl Ssh {
    /// A way to a device. The logins are tried in their order.
    #[must_use]
    pub fn new(target: Target, logins: Vec<Login>, known: KnownHosts) -> Self {
        Ssh {
            target,
            logins,
            known,
        }
    }

    /// From now on, these logins.
    pub fn use_logins(&mut self, logins: Vec<Login>) {
        self.logins = logins;
    }

    /// Where it leads to.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    fn stream(&self) -> Result<TcpStream> {
        let Target { host, port, .. } = &self.target;
        let addresses: Vec<SocketAddr> = (host.as_str(), *port)
            .to_socket_addrs()
            .map_err(|error| unreachable(&self.target, &error.to_string()))?
            .collect();
        let mut last = String::from("the name has no address");
        for address in addresses {
            match TcpStream::connect_timeout(&address, self.target.connect_timeout) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error.to_string(),
            }
        }
        Err(unreachable(&self.target, &last))
    }
}

fn unreachable(target: &Target, why: &str) -> Failure {
    let Target { host, port, .. } = target;
    Failure::new(
        Code::Unreachable,
        format!("cannot reach {host} port {port}: {why}"),
    )
    .hint(format!(
        "check the cable, and that this machine has an address in the network of {host}"
    ))
}

impl Connector for Ssh {
    fn connect(&mut self) -> Result<Box<dyn Session>> {
        let stream = self.stream()?;
        // Commands are small, and each waits for the one before.
        let _ = stream.set_nodelay(true);
        let failed = |error: &ssh2::Error| unreachable(&self.target, error.message());
        let own = stream.local_addr().map(|address| address.ip()).ok();
        let mut ssh = ssh2::Session::new().map_err(|error| failed(&error))?;
        ssh.set_tcp_stream(stream);
        ssh.set_timeout(millis(self.target.connect_timeout));
        self.known.prefer(&ssh, &self.target)?;
        ssh.handshake().map_err(|error| failed(&error))?;
        self.known.check(&ssh, &self.target)?;
        login::log_in(&ssh, &self.target, &self.logins)?;
        ssh.set_timeout(millis(self.target.command_timeout));
        Ok(Box::new(session::Exec::new(ssh, own)))
    }
}

/// Never 0, which would mean for ever.
fn millis(time: Duration) -> u32 {
    u32::try_from(time.as_millis()).unwrap_or(u32::MAX).max(1)
}
