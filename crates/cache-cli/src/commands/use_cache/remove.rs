//! `garret use --remove`: take back what `use` wrote, and nothing else.

use std::path::Path;

use super::{Target, active_keys};
use crate::api::Api;
use crate::args::Use;
use crate::commands::Session;
use crate::config::{CacheRef, Config, Used};
use crate::error::{Result, io_error};
use crate::files;
use crate::netrc;
use crate::nixconf;

pub(super) async fn run(
    session: &Session<'_>,
    args: &Use,
    cache: &CacheRef,
    api: &Api,
) -> Result<()> {
    let mut config = session.config()?;
    let substituter = api.origin().substituter(&cache.cache);
    let used = config.used.remove(&substituter);
    let keys = match &used {
        Some(used) => used.keys.clone(),
        None => match api.cache(&cache.cache).await {
            Ok(info) => active_keys(&info).unwrap_or_default(),
            Err(_) => Vec::new(),
        },
    };
    let target = Target::find(session, args.system)?;
    let named = used.as_ref().is_some_and(|used| used.named_netrc);
    let netrc = used
        .and_then(|used| used.netrc)
        .unwrap_or_else(|| target.netrc.clone());
    let others = config.used.values();
    let needed = others
        .into_iter()
        .any(|used| used.netrc.as_ref() == Some(&netrc));
    let emptied = remove_token(session, &config, cache, api, &netrc)?;
    let old = files::read_optional(&target.conf)?.unwrap_or_default();
    let new = nixconf::remove(
        &old,
        &substituter,
        &keys,
        (emptied || named && !needed).then_some(netrc.as_path()),
    );
    if new == old {
        session.console.talk(&format!(
            "{} does not name {substituter}",
            target.conf.display()
        ));
    } else if files::is_symlink(&target.conf) {
        let file = target.conf.display();
        session.console.warn(&format!(
            "{file} is a link to a managed file and was not touched; take out {substituter}"
        ));
    } else {
        files::write_atomic(&target.conf, &new, 0o644, false)?;
        session.console.talk(&format!(
            "took {substituter} out of {}",
            target.conf.display()
        ));
    }
    config.save(&session.env.config_file())
}

/// Takes the token out of netrc, unless another cache that is in use needs it. Tells whether the
/// file is gone by that.
fn remove_token(
    session: &Session<'_>,
    config: &Config,
    cache: &CacheRef,
    api: &Api,
    file: &Path,
) -> Result<bool> {
    let host = api.origin().host();
    let needed = |(url, used): (&String, &Used)| {
        let same_host = url
            .parse::<crate::api::Origin>()
            .is_ok_and(|origin| origin.host() == host);
        same_host && used.netrc.as_deref() == Some(file)
    };
    if config.used.iter().any(needed) {
        return Ok(false);
    }
    let (Some(token), Some(old)) = (cache.server.read_token()?, files::read_optional(file)?) else {
        return Ok(false);
    };
    let new = netrc::remove(&old, host, token.expose());
    if new == old {
        return Ok(false);
    }
    if files::is_symlink(file) {
        session.console.warn(&format!(
            "{} is a link to a managed file and was not touched",
            file.display()
        ));
        return Ok(false);
    }
    session
        .console
        .talk(&format!("took the token out of {}", file.display()));
    match new.trim().is_empty() {
        true => std::fs::remove_file(file)
            .map(|()| true)
            .map_err(|error| io_error("remove", file, error)),
        false => files::write_atomic(file, &new, 0o600, true).map(|()| false),
    }
}
