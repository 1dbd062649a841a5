//! `cargo xtask demo`: the whole way of a closure through a cache of one's own,
//! with a real Nix at both ends.

mod pull;
mod secrets;
mod table;

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::cleanup::TempDir;
use crate::corpus::{self, Corpus};
use crate::garret::{CacheInfo, Client, Programs, Server, Settings, client};
use crate::shell::step;
use crate::workspace::Profile;
use crate::{host, nix};
use pull::Puller;
use table::Row;

const CACHE: &str = "demo";

/// How to run it.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    /// Leave the server running, and say how to use and stop it
    #[arg(long)]
    keep: bool,
    /// Let server and client log all they can, and search the logs for secrets
    #[arg(long)]
    trace: bool,
}

/// Builds, serves, pushes three times, pulls twice, and prints one table.
///
/// # Errors
/// If any step fails; what was started and made is ended and removed first.
pub(crate) fn run(options: &Options) -> Result<()> {
    host::ensure(&[host::CORPUS])?;
    nix::require()?;
    let programs = Programs::build(Profile::Dev)?;
    let (closure, rebuilt) = corpus::demo_pair()?;

    let folder = TempDir::new("garret-demo")?;
    let settings = Settings {
        log: options.trace.then_some("trace"),
        config: None,
    };
    let server = Server::start(&programs, folder.path(), &settings)?;
    step(&format!("garretd listens on {}", server.url()));
    let client_log = options.trace.then(|| folder.path().join("garret.log"));
    let client = Client::new(&programs, &folder.path().join("home"), client_log.clone())?;
    let token = server.token(CACHE)?;
    client.login("demo", &server.url(), &token)?;
    let info = client.create(CACHE, "--private")?;

    step("pushing");
    let mut rows = vec![push("first push", &client, &server, &closure)?];
    rows.push(push("the same again", &client, &server, &closure)?);
    rows.push(push("rebuilt, other hashes", &client, &server, &rebuilt)?);

    step("substituting into empty stores with Nix, signatures checked");
    let netrc = folder.path().join("netrc");
    client::write_private(&netrc, &format!("machine 127.0.0.1\npassword {token}\n"))?;
    let stores = TempDir::new("garret-demo-pulled")?;
    let puller = Puller {
        folder: stores.path(),
        info: &info,
        server: &server,
        netrc: &netrc,
    };
    puller.refused_with_another_key(&closure)?;
    rows.push(puller.whole("pull of the first", &closure)?);
    rows.push(puller.whole("pull of the rebuilt", &rebuilt)?);

    println!("\n{}", table::render(&rows));
    check(&rows)?;
    if let Some(client_log) = client_log {
        let found = secrets::search(&[server.log(), &client_log], server.data(), &[&token])?;
        println!("{found}\n");
    }
    if options.keep {
        println!(
            "{}",
            how_to_use(folder.path(), &server, &client, &info, &closure)
        );
        server.keep();
        folder.keep();
        return Ok(());
    }
    server.stop()?;
    println!("Nothing is left behind; `cargo xtask demo --keep` leaves the server up.");
    Ok(())
}

fn push(step: &'static str, client: &Client, server: &Server, corpus: &Corpus) -> Result<Row> {
    let pushed = client
        .push(CACHE, &corpus.store, &[&corpus.top])
        .with_context(|| step.to_owned())?;
    eprintln!("{step}: {} requests", pushed.requests);
    let (paths, nar_bytes) = (corpus.paths.len(), corpus.nar_bytes());
    if usize::try_from(pushed.paths) != Ok(paths) {
        bail!(
            "the closure has {paths} paths, garret speaks of {}",
            pushed.paths
        );
    }
    Ok(Row {
        step,
        paths,
        nar_bytes,
        sent: pushed.bytes_sent,
        stored: server.stored()?,
        saved: Some(nar_bytes - pushed.nar_bytes + pushed.bytes_known),
        seconds: pushed.seconds,
        hits: pushed.paths - pushed.paths_pushed,
    })
}

/// What the demo is to show, or it has failed.
fn check(rows: &[Row]) -> Result<()> {
    let [first, again, rebuilt, ..] = rows else {
        bail!("rows are missing");
    };
    if first.paths < 50 {
        bail!("the closure has only {} paths", first.paths);
    }
    if again.sent > 0 {
        bail!("pushing the same again sent {} bytes", again.sent);
    }
    if rebuilt.sent * 25 > rebuilt.nar_bytes {
        bail!(
            "the rebuilt closure sent more than 4 % of its NAR bytes: {}",
            rebuilt.sent
        );
    }
    Ok(())
}

fn how_to_use(
    folder: &Path,
    server: &Server,
    client: &Client,
    info: &CacheInfo,
    closure: &Corpus,
) -> String {
    format!(
        "The server is still up at {url} (log: {log}).\n\n\
         As the client of this demo:\n  {client} cache info {CACHE}\n\n\
         Pull something into a store of your own:\n  \
         nix-store --store /tmp/pulled --realise {top} \\\n    \
         --option substituters {substituter} \\\n    \
         --option trusted-public-keys {keys} \\\n    \
         --option netrc-file {folder}/netrc\n\n\
         Stop it and remove everything:\n  kill {pid}; rm -rf {folder} /tmp/pulled\n",
        url = server.url(),
        log = server.log().display(),
        client = client.typed(),
        top = closure.top,
        substituter = info.substituter,
        keys = info.keys(),
        folder = folder.display(),
        pid = server.pid(),
    )
}
