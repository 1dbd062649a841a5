//! A `garretd` of one's own: everything it keeps lies in one folder.

use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{Programs, http};
use crate::cleanup::Child;
use crate::shell;

/// How long the server may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// How to run it. By default everything is as `garretd` alone would have it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settings {
    /// What it logs (`GARRET_LOG`).
    pub(crate) log: Option<&'static str>,
    /// Lines of TOML, in place of no configuration at all. Database, storage and
    /// metrics' address come in front of them.
    pub(crate) config: Option<String>,
}

impl Settings {
    /// Without a log line for each request.
    pub(crate) fn quiet() -> Self {
        Self {
            log: Some("warn"),
            config: None,
        }
    }
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    program: PathBuf,
    /// The arguments by which its commands find its configuration.
    place: Vec<OsString>,
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
    /// Starts `garretd` on a free port in `folder`, on what an earlier one left
    /// in its folder `server`, if there is anything.
    ///
    /// # Errors
    /// If it does not listen in time; the message has the end of its log.
    pub(crate) fn start(programs: &Programs, folder: &Path, settings: &Settings) -> Result<Self> {
        let (data, log) = (folder.join("server"), folder.join("garretd.log"));
        let port_file = folder.join("port");
        let metrics_file = folder.join("port.metrics");
        for old in [&port_file, &metrics_file] {
            if old.exists() {
                fs::remove_file(old).with_context(|| format!("removing {}", old.display()))?;
            }
        }
        let place = place(folder, &data, settings)?;
        let output = fs::File::create(&log).context("making the server's log")?;
        let mut command = Command::new(programs.garretd());
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--port-file"])
            .arg(&port_file)
            .args(&place)
            .stdin(Stdio::null())
            .stdout(output.try_clone().context("making the server's log")?)
            .stderr(output)
            // Its own group: Ctrl-C is for this program, which then stops it,
            // and with `--keep` it outlives the terminal's interrupts.
            .process_group(0);
        if let Some(filter) = settings.log {
            command.env("GARRET_LOG", filter);
        }
        let mut child = Child::spawn(&mut command)?;
        let start = Instant::now();
        let listens = loop {
            if let Some(port) = port(&port_file) {
                break port;
            }
            let ended = child.inner().try_wait().context("waiting for the server")?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let log = fs::read_to_string(&log).unwrap_or_default();
                bail!("garretd does not listen; its log:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        let metrics = port(&metrics_file).context("garretd serves no metrics")?;
        let local = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
        Ok(Self {
            child,
            program: programs.garretd(),
            place,
            data,
            log,
            address: local(listens),
            metrics: local(metrics),
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
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

    /// The folder with all that it keeps.
    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// A token for one cache, made by the server's own command.
    ///
    /// # Errors
    /// If the command fails.
    pub(crate) fn token(&self, cache: &str) -> Result<String> {
        let mut command = Command::new(&self.program);
        command.args(["make-token", "--sub", "xtask", "--validity", "1 day"]);
        command.args(&self.place);
        for permission in ["--pull", "--push", "--create-cache", "--configure-cache"] {
            command.args([permission, cache]);
        }
        Ok(shell::read(&mut command)?.trim().to_owned())
    }

    /// Its metrics page.
    ///
    /// # Errors
    /// If the page cannot be read.
    pub(crate) fn metrics(&self) -> Result<String> {
        http::get(self.metrics, "/metrics").context("reading the metrics")
    }

    /// What its metrics page says of pulls.
    ///
    /// # Errors
    /// If the page cannot be read.
    pub(crate) fn counts(&self) -> Result<Counts> {
        let page = self.metrics()?;
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

/// Arguments that name the configuration, which is written if there is one.
fn place(folder: &Path, data: &Path, settings: &Settings) -> Result<Vec<OsString>> {
    let Some(config) = &settings.config else {
        return Ok(vec!["--data-dir".into(), data.into()]);
    };
    fs::create_dir_all(data).with_context(|| format!("making {}", data.display()))?;
    let file = folder.join("garretd.toml");
    let text = format!(
        "database.url = \"sqlite://{0}/garret.db\"\n\
         storage = {{ type = \"local\", path = \"{0}/storage\" }}\n\
         metrics.listen = \"127.0.0.1:0\"\n{config}",
        data.display()
    );
    fs::write(&file, text).with_context(|| format!("writing {}", file.display()))?;
    Ok(vec!["--config".into(), file.into()])
}

/// The port in a file that the server writes. Nothing while it is not complete.
fn port(file: &Path) -> Option<u16> {
    let text = fs::read_to_string(file).ok()?;
    text.strip_suffix('\n')?.parse().ok()
}

/// Bytes of all files below a folder.
///
/// # Errors
/// If a folder cannot be read.
pub(crate) fn size(folder: &Path) -> Result<u64> {
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
        let folder = crate::cleanup::TempDir::new("xtask-test").unwrap();
        let file = folder.path().join("port");
        assert_eq!(port(&file), None);
        for (text, wanted) in [
            ("", None),
            ("80", None),
            ("8080\n", Some(8080)),
            ("x\n", None),
        ] {
            fs::write(&file, text).unwrap();
            assert_eq!(port(&file), wanted, "{text:?}");
        }
    }
}
