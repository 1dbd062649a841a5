//! nginx on one folder: static files, or PUT by WebDAV, which its package
//! `nginx-light` can do.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::bench::process;
use crate::cleanup::Child;

const PATIENCE: Duration = Duration::from_secs(10);

/// What it does with its folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Serves {
    /// Files, by sendfile, as Debian's configuration has it.
    Sendfile,
    /// Files, read and written.
    Read,
    /// Files, and takes them by PUT.
    Dav,
}

/// A running nginx.
pub(crate) struct Nginx {
    child: Child,
    address: SocketAddr,
}

impl Nginx {
    /// Starts it on `root`; what it needs beside that goes into `folder`.
    ///
    /// # Errors
    /// If it does not listen in time; the message has its log.
    pub(crate) fn start(folder: &Path, root: &Path, serves: Serves) -> Result<Self> {
        // nginx cannot say which port it took, so a free one is looked for.
        let free = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
        let address = free.local_addr().context("looking for a free port")?;
        drop(free);
        let file = folder.join("nginx.conf");
        fs::write(&file, configuration(folder, root, address, serves))
            .with_context(|| format!("writing {}", file.display()))?;
        let log = folder.join("error.log");
        let output = fs::File::create(&log).context("making nginx's log")?;
        let mut command = Command::new("nginx");
        command.arg("-c").arg(&file).arg("-e").arg(&log);
        command.stdin(Stdio::null()).stderr(output);
        let mut child = Child::spawn(&mut command)?;
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = child.inner().try_wait().context("waiting for nginx")?;
            if ended.is_some() || start.elapsed() > PATIENCE {
                let log = fs::read_to_string(&log).unwrap_or_default();
                bail!("nginx does not listen; its log:\n{log}");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(Self { child, address })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The processes that do the work.
    ///
    /// # Errors
    /// If it is gone.
    pub(crate) fn workers(&self) -> Result<Vec<u32>> {
        process::children(self.child.id())
    }
}

fn configuration(folder: &Path, root: &Path, address: SocketAddr, serves: Serves) -> String {
    let own = |name: &str| -> PathBuf { folder.join(name) };
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|kind| format!("  {kind}_temp_path {};\n", own(kind).display()))
        .collect();
    let how = match serves {
        Serves::Sendfile => "sendfile on; tcp_nopush on;",
        Serves::Read => "sendfile off; output_buffers 2 128k;",
        Serves::Dav => "dav_methods PUT; create_full_put_path on; client_max_body_size 0;",
    };
    format!(
        "daemon off;\nuser root;\nworker_processes auto;\npid {pid};\n\
         events {{ worker_connections 1024; }}\n\
         http {{\n{temporary}  access_log off;\n  default_type application/octet-stream;\n  \
         keepalive_requests 1000000000;\n  server {{\n    listen {address};\n    root {root};\n    \
         {how}\n  }}\n}}\n",
        pid = own("nginx.pid").display(),
        root = root.display(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_serving_is_configured() {
        let address = SocketAddr::from(([127, 0, 0, 1], 9));
        let text = |serves| configuration(Path::new("/f"), Path::new("/r"), address, serves);
        assert!(text(Serves::Dav).contains("dav_methods PUT"));
        assert!(text(Serves::Read).contains("sendfile off"));
        let files = text(Serves::Sendfile);
        assert!(
            files.contains("listen 127.0.0.1:9;") && files.contains("root /r;"),
            "{files}"
        );
        assert_eq!(files.matches('{').count(), files.matches('}').count());
    }
}
