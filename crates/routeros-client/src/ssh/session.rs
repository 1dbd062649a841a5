//! Commands and files over one connection.

use std::io::{Read, Write};
use std::net::IpAddr;
use std::path::Path;

use crate::link::{FileError, Lost, Session};

/// No answer is longer.
const LONGEST: u64 = 64 << 20;

/// An SSH connection.
pub(super) struct Exec {
    ssh: ssh2::Session,
    own: Option<IpAddr>,
}

impl Exec {
    pub(super) fn new(ssh: ssh2::Session, own: Option<IpAddr>) -> Self {
        Exec { ssh, own }
    }

    fn run(&mut self, line: &str) -> Result<Vec<u8>, Lost> {
        let mut channel = self.ssh.channel_session().map_err(|error| lost(&error))?;
        let merged = channel.handle_extended_data(ssh2::ExtendedData::Merge);
        merged.map_err(|error| lost(&error))?;
        channel.exec(line).map_err(|error| lost(&error))?;
        // A status may come before the last of the text, so only the end of
        // the channel counts.
        let mut answer = Vec::new();
        let read = Read::by_ref(&mut channel)
            .take(LONGEST)
            .read_to_end(&mut answer);
        read.map_err(|error| broken(&error))?;
        channel.wait_close().map_err(|error| lost(&error))?;
        Ok(answer)
    }
}

/// As libssh2 numbers them.
const TIMEOUT: i32 = -9;
const DISCONNECTED: i32 = -13;

fn lost(error: &ssh2::Error) -> Lost {
    Lost(match error.code() {
        ssh2::ErrorCode::Session(TIMEOUT) => "the device did not answer in time".to_owned(),
        ssh2::ErrorCode::Session(DISCONNECTED) => "the connection ended".to_owned(),
        _ => format!("the connection broke: {}", error.message()),
    })
}

fn broken(error: &std::io::Error) -> Lost {
    Lost(match error.kind() {
        std::io::ErrorKind::TimedOut => "the device did not answer in time".to_owned(),
        _ => format!("the connection broke: {error}"),
    })
}

impl Session for Exec {
    fn own_address(&self) -> Option<IpAddr> {
        self.own
    }

    fn exec(&mut self, line: &str) -> Result<String, Lost> {
        let answer = self.run(line)?;
        Ok(String::from_utf8_lossy(&answer).replace("\r\n", "\n"))
    }

    fn put_file(&mut self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        let sftp = self.ssh.sftp().map_err(|error| of_file(&error))?;
        let mut file = sftp
            .create(Path::new(name))
            .map_err(|error| of_file(&error))?;
        file.write_all(bytes).map_err(|error| broken(&error))?;
        file.close().map_err(|error| of_file(&error))
    }

    fn get_file(&mut self, name: &str) -> Result<Vec<u8>, FileError> {
        let sftp = self.ssh.sftp().map_err(|error| of_file(&error))?;
        let file = sftp
            .open(Path::new(name))
            .map_err(|error| of_file(&error))?;
        let mut bytes = Vec::new();
        let read = file.take(LONGEST).read_to_end(&mut bytes);
        read.map_err(|error| broken(&error))?;
        Ok(bytes)
    }
}

/// Trouble of SFTP itself is the device's no, all else a broken connection.
fn of_file(error: &ssh2::Error) -> FileError {
    match error.code() {
        ssh2::ErrorCode::SFTP(_) => FileError::Refused(error.message().to_owned()),
        ssh2::ErrorCode::Session(_) => FileError::Lost(lost(error)),
    }
}
