//! `serve`: everything in one process, until SIGTERM or SIGINT.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use cache_server::http::{self, App, HttpConfig};
use token_auth::{SigningKey, Verifier};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::cli::{Global, ServeArgs};
use crate::config::{Config, Env, Source, secret};
use crate::failure::{Failure, Kind};
use crate::{first_start, nofile, open};

/// Serves until told to stop.
pub(crate) fn run(global: &Global, args: &ServeArgs, env: &Env) -> Result<(), Failure> {
    if let Source::Nothing(data) = open::locate(global, env)? {
        first_start::make_secret(&data)?;
    }
    let (source, config) = open::load(global, env)?;
    let secret = config
        .signing
        .as_ref()
        .ok_or_else(|| Failure::say(Kind::Config, secret::MISSING))?;
    let key = secret
        .key()
        .map_err(|error| Failure::say(Kind::Config, error))?;
    for warning in key.warnings() {
        tracing::warn!("the signing key from {}: {warning}", secret.origin());
    }
    open::runtime()?.block_on(serve(&source, &config, args, &key))
}

async fn serve(
    source: &Source,
    config: &Config,
    args: &ServeArgs,
    key: &SigningKey,
) -> Result<(), Failure> {
    let wanted = args.listen.unwrap_or(config.listen);
    // Before anything is opened: a second server must not touch the first one's store.
    let listener = TcpListener::bind(wanted)
        .await
        .map_err(|error| cannot_listen(wanted, error))?;
    let address = listener
        .local_addr()
        .context("the listener has no address")?;
    let clock = open::clock();
    let engine = open::engine(config, &clock).await?;
    let app = App::new(
        engine.clone(),
        verifier(config, key),
        clock,
        http_config(config),
    );
    let stop = stop_signal()?;
    let metrics = metrics_listener(config, wanted).await?;
    if let (Some(path), Some(listener)) = (&args.port_file, &metrics) {
        let address = listener
            .local_addr()
            .context("the metrics' listener has no address")?;
        write_port(&beside(path, ".metrics"), address.port())?;
    }
    let metrics = metrics.map(|listener| {
        let (app, stop) = (app.clone(), stop.clone());
        tokio::spawn(async move {
            http::serve(listener, http::metrics_router(&app), &app, stopped(stop)).await
        })
    });
    // Files first: whoever reads the line below finds them.
    if let Some(path) = &args.port_file {
        write_port(path, address.port())?;
    }
    let greeting = match source {
        Source::Nothing(data) => {
            first_start::make_admin_token(data, key)?.map(|token| (data, token))
        }
        _ => None,
    };
    // Tests, scripts and the demo read this line.
    let url = format!("http://{address}");
    eprintln!("listening on {url}");
    if let Some((data, token)) = greeting {
        first_start::greet(data, &token, &url);
    }
    let cut = http::serve(listener, http::router(&app), &app, stopped(stop)).await;
    if let Some(metrics) = metrics {
        // It stops by the same signal, and has nothing to lose.
        metrics.abort();
    }
    engine.close().await;
    tracing::info!(cut, "stopped");
    Ok(())
}

fn verifier(config: &Config, key: &SigningKey) -> Verifier {
    let verifier = Verifier::new(key).with_audiences(config.audiences.clone());
    match &config.issuer {
        Some(issuer) => verifier.with_issuer(issuer),
        None => verifier,
    }
}

fn http_config(config: &Config) -> HttpConfig {
    let mut seed = [0; 4];
    open::random(&mut seed);
    let server = &config.server;
    HttpConfig {
        api_endpoint: config.api_endpoint.clone(),
        substituter_endpoint: config.substituter_endpoint.clone(),
        allowed_hosts: config.allowed_hosts.clone(),
        header_timeout: server.header_timeout,
        idle_timeout: server.idle_timeout,
        stall_timeout: server.stall_timeout,
        body_least_rate: server.body_least_rate,
        body_grace: server.body_grace,
        shutdown_deadline: server.shutdown_deadline,
        max_connections: nofile::make_room(server.max_connections),
        max_connections_per_address: server.max_connections_per_address,
        max_requests_per_token: server.max_requests_per_token,
        request_id_seed: u32::from_le_bytes(seed),
        ..HttpConfig::default()
    }
}

fn cannot_listen(address: SocketAddr, error: std::io::Error) -> Failure {
    let hint = match error.kind() {
        ErrorKind::AddrInUse => format!(
            "another program, perhaps another garretd, has port {}: stop it, or choose another with --listen {}:PORT",
            address.port(),
            address.ip()
        ),
        ErrorKind::PermissionDenied => {
            "ports below 1024 need root or CAP_NET_BIND_SERVICE".to_owned()
        }
        ErrorKind::AddrNotAvailable => {
            "this machine does not have that address; 0.0.0.0 stands for all it has".to_owned()
        }
        _ => "choose another address with --listen".to_owned(),
    };
    let error = anyhow::Error::new(error).context(format!("cannot listen on {address}"));
    Failure::new(Kind::Listen, error).hint(hint)
}

/// The metrics' own listener. Where its address is only the default, a busy
/// port is no reason not to serve; beside a port taken by chance it takes one too.
async fn metrics_listener(
    config: &Config,
    main: SocketAddr,
) -> Result<Option<TcpListener>, Failure> {
    let mut metrics = config.metrics;
    if main.port() == 0 && !metrics.configured {
        metrics.listen.set_port(0);
    }
    if !metrics.enabled {
        return Ok(None);
    }
    match TcpListener::bind(metrics.listen).await {
        Ok(listener) => {
            let address = listener
                .local_addr()
                .context("the listener has no address")?;
            tracing::info!("metrics on http://{address}/metrics");
            Ok(Some(listener))
        }
        Err(error) if metrics.configured => Err(cannot_listen(metrics.listen, error)),
        Err(error) => {
            tracing::warn!(
                %error, server = %main,
                "no metrics: cannot listen on {}; set metrics.listen", metrics.listen
            );
            Ok(None)
        }
    }
}

/// Becomes true at the first SIGTERM or SIGINT; the second ends the process.
fn stop_signal() -> Result<watch::Receiver<bool>, Failure> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        let mut second = false;
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if second {
                std::process::exit(130);
            }
            second = true;
            tracing::info!("stopping: running requests may finish; a second signal ends at once");
            let _ = sender.send(true);
        }
    });
    Ok(receiver)
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that the sender is gone, and nobody can say stop any more.
    if stop.wait_for(|stop| *stop).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// `path` with a suffix on its last name.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Whole or not at all: a script may be waiting for the file.
fn write_port(path: &Path, port: u16) -> Result<(), Failure> {
    let temporary = beside(path, ".tmp");
    std::fs::write(&temporary, format!("{port}\n"))
        .and_then(|()| std::fs::rename(&temporary, path))
        .with_context(|| format!("cannot write {}", path.display()))
        .map_err(Failure::from)
}
