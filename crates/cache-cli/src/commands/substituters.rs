//! What one substituter answers, asked as Nix would ask it.

use std::time::Duration;

use cache_api::{CacheInfo, routes};
use nar_format::cache_info::CacheInfo as NixCacheInfo;
use nar_format::narinfo::NarInfo;
use nar_format::{PathHash, StoreDir};

use crate::api::{Api, Origin};
use crate::env::Secret;
use crate::error::{CliError, ErrorKind, Result};

/// Time for one answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Longest narinfo or cache info that is read.
const MAX_TEXT: usize = 1 << 20;

/// A substituter and what Nix would send along.
pub(super) struct Probe {
    http: reqwest::Client,
    url: String,
    password: Option<Secret>,
    login: String,
}

/// An answer.
pub(super) enum Answer {
    Text(u16, String),
    Nothing(String),
}

impl Probe {
    pub(super) fn new(url: &str, login: Option<String>, password: Option<Secret>) -> Result<Probe> {
        // No proxy for names of this machine, as curl does it by NO_PROXY in most set-ups.
        let loopback = url
            .parse::<Origin>()
            .is_ok_and(|origin| origin.is_loopback());
        let mut builder = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .user_agent("garret doctor");
        if loopback {
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|error| {
            CliError::new(ErrorKind::Network, "cannot set up HTTPS").because(error)
        })?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Probe {
            http,
            url,
            password,
            login: login.unwrap_or_default(),
        })
    }

    pub(super) async fn get(&self, file: &str) -> Answer {
        let mut request = self.http.get(format!("{}/{file}", self.url));
        if let Some(password) = &self.password {
            request = request.basic_auth(&self.login, Some(password.expose()));
        }
        let mut response = match request.send().await {
            Ok(response) => response,
            Err(error) => return Answer::Nothing(chain(&error.without_url())),
        };
        let status = response.status().as_u16();
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(piece)) if body.len() + piece.len() <= MAX_TEXT => {
                    body.extend_from_slice(&piece)
                }
                Ok(Some(_)) => return Answer::Nothing("an answer without end".to_owned()),
                Ok(None) => {
                    return Answer::Text(status, String::from_utf8_lossy(&body).into_owned());
                }
                Err(error) => return Answer::Nothing(chain(&error.without_url())),
            }
        }
    }

    /// `nix-cache-info`, or why not.
    pub(super) async fn cache_info(&self) -> Result<NixCacheInfo, (Option<u16>, String)> {
        match self.get("nix-cache-info").await {
            Answer::Nothing(why) => Err((None, why)),
            Answer::Text(200, text) => text.parse::<NixCacheInfo>().map_err(|error| {
                (
                    Some(200),
                    format!("what it says is no nix-cache-info: {error}"),
                )
            }),
            Answer::Text(status, _) => Err((Some(status), format!("HTTP {status}"))),
        }
    }

    /// The narinfo of a path; `None` where the cache does not have it.
    pub(super) async fn narinfo(
        &self,
        hash: &PathHash,
        dir: &StoreDir,
    ) -> Result<Option<NarInfo>, String> {
        match self.get(&format!("{hash}.narinfo")).await {
            Answer::Nothing(why) => Err(why),
            Answer::Text(200, text) => NarInfo::parse(&text, dir)
                .map(Some)
                .map_err(|error| error.to_string()),
            Answer::Text(404 | 410 | 401 | 403, _) => Ok(None),
            Answer::Text(status, _) => Err(format!("HTTP {status}")),
        }
    }

    /// The cache as a Garret server describes it; `None` where it is none.
    pub(super) async fn described(&self) -> Option<CacheInfo> {
        let (origin, cache) = self.url.rsplit_once('/')?;
        let api = Api::new(origin.parse().ok()?, self.password.as_ref()).ok()?;
        let route = routes::cache(&cache.parse().ok()?);
        serde_json::from_slice(&api.get(&route).await.ok()??).ok()
    }
}

fn chain(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}
