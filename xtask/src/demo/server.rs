//! A `garretd` of the demo's own: everything it keeps lies in one folder.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::http;
use crate::cleanup::Child;
use crate::{shell, workspace};

/// How long the server may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub(crate) struct Server {
    child: Child,
    data: PathBuf,
    log: PathBuf,
    address: SocketAddr,
    metrics: SocketAddr,
}

/// What the server has counted so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    /// Questions for a narinfo that were answered with one.
    pub(crate) hits: u64,
    /// Bytes of NARs sent.
    pub(crate) nars_sent: u64,
}

impl Server {
    /// Starts `garretd` on a free port, everything by default, in `folder`.
    ///
    /// # Errors
    /// If it does not listen in time; the message has the end of its log.
    pub(crate) fn start(folder: &Path) -> Result<Self> {
        let (data, log) = (folder.join("server"), folder.join("garretd.log"));
        let port_file = folder.join("port");
        let output = fs::File::create(&log).context("making the server's log")?;
        let mut command = Command::new(workspace::binary("garretd")?);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&data)
            .arg("--port-file")
            .arg(&port_file)
            .stdin(Stdio::null())
            .stdout(output.try_clone().context("making the server's log")?)
            .stderr(output)
            // Its own group: Ctrl-C is for this program, which then stops it,
            // and with `--keep` it outlives the terminal's interrupts.
            .process_group(0);
        let mut child = Child::spawn(&mut command)?;
        let start = Instant::now();
        let (port, metrics) = loop {
            if let Some(ports) = ports(&fs::read_to_string(&port_file).unwrap_or_default()) {
                break ports;
            }
            let ended = child.inner().try_wait().context("waiting for the server")?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let log = fs::read_to_string(&log).unwrap_or_default();
                bail!("garretd does not listen; its log:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        Ok(Self {
            child,
            data,
            log,
            address: local(port),
            metrics: local(metrics),
        })
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its process id.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its log file.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// A token for one cache, made by the server's own command.
    ///
    /// # Errors
    /// If the command fails.
    pub(crate) fn token(&self, cache: &str) -> Result<String> {
        let mut command = Command::new(workspace::binary("garretd")?);
        command.args([
            "make-token",
            "--sub",
            "demo",
            "--validity",
            "1 day",
            "--data-dir",
        ]);
        command.arg(&self.data);
        for permission in ["--pull", "--push", "--create-cache", "--configure-cache"] {
            command.args([permission, cache]);
        }
        Ok(shell::read(&mut command)?.trim().to_owned())
    }

    /// What its metrics page says.
    ///
    /// # Errors
    /// If the page cannot be read.
    pub(crate) fn counts(&self) -> Result<Counts> {
        let page = http::get(self.metrics, "/metrics").context("reading the metrics")?;
        Ok(Counts {
            hits: http::counter(&page, "garret_narinfo_requests_total", "result=\"hit\""),
            nars_sent: http::counter(&page, "garret_http_sent_bytes_total", "/nar/"),
        })
    }

    /// Bytes of all files that it stores: packs, records, database.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub(crate) fn stored(&self) -> Result<u64> {
        size(&self.data)
    }

    /// Stops it as an administrator would (SIGTERM).
    ///
    /// # Errors
    /// If it does not end cleanly.
    pub(crate) fn stop(mut self) -> Result<()> {
        let status = self.child.stop()?;
        if !status.success() {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            bail!("garretd ended with {status}; its log:\n{log}");
        }
        Ok(())
    }

    /// Leaves it running.
    pub(crate) fn keep(self) {
        self.child.keep();
    }
}

/// The file's two lines: where the server listens, and where its metrics are.
/// Nothing while the file is not complete.
fn ports(text: &str) -> Option<(u16, u16)> {
    let mut lines = text.strip_suffix('\n')?.lines();
    Some((lines.next()?.parse().ok()?, lines.next()?.parse().ok()?))
}

fn size(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("listing {}", folder.display()))? {
        let entry = entry.context("listing the storage")?;
        let meta = entry.metadata().context("looking at the storage")?;
        sum += if meta.is_dir() {
            size(&entry.path())?
        } else {
            meta.len()
        };
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_written_port_file_is_waited_for() {
        assert_eq!(ports("8080\n9464\n"), Some((8080, 9464)));
        for text in ["", "80", "8080\n", "8080\n94", "x\ny\n"] {
            assert_eq!(ports(text), None, "{text:?}");
        }
    }
}
