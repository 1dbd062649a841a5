//! `garret use`: make Nix fetch from a cache, and take it back.

mod remove;

use std::path::{Path, PathBuf};

use cache_api::{CacheInfo, KeyState};
use nar_format::signing::PublicKey;

use super::snippet::{About, snippet};
use crate::api::Api;
use crate::args::Use;
use crate::commands::Session;
use crate::config::{CacheRef, Used};
use crate::env::Secret;
use crate::error::{CliError, ErrorKind, Result};
use crate::files;
use crate::netrc::{self, NetrcError};
use crate::nixconf::{self, Wanted};
use crate::nixsettings::NixSettings;
use crate::store::StoreLocation;

pub(super) async fn run(session: &Session<'_>, args: Use) -> Result<()> {
    let (cache, api) = session.cache(&args.cache)?;
    if args.remove {
        return remove::run(session, &args, &cache, &api).await;
    }
    let info = api.cache(&cache.cache).await;
    let info = info
        .map_err(|error| error.while_doing(format!("cannot look at the cache {}", cache.cache)))?;
    let token = cache
        .server
        .read_token()?
        .filter(|_| !info.settings.is_public);
    if token.is_none() && !info.settings.is_public {
        return Err(CliError::new(
            ErrorKind::Config,
            format!("{} is private and there is no token", cache.cache),
        )
        .hint(format!(
            "garret login {} {} TOKEN",
            cache.server_name, cache.server.url
        )));
    }
    // The address is the one that was typed: what a server says of itself may be anybody's.
    let mut wanted = Wanted {
        substituter: api.origin().substituter(&cache.cache),
        keys: active_keys(&info)?,
        netrc_file: None,
    };
    if let Some(kind) = args.print {
        let about = About {
            wanted: &wanted,
            server: &api.origin().to_string(),
            server_name: &cache.server_name,
            cache: cache.cache.as_str(),
            private_host: token.as_ref().map(|_| api.origin().host()),
        };
        return session.console.data(snippet(kind, &about).trim_end());
    }
    let target = Target::find(session, args.system)?;
    let mut written = true;
    if let Some(token) = &token {
        may_fetch(&api, &cache).await?;
        wanted.netrc_file = Some(target.netrc.clone());
        let host = api.origin().host();
        written &= write_netrc(session, &target.netrc, host, token, args.replace_token)?;
    }
    written &= write_nix_conf(session, &target, &wanted)?;
    remember(session, &target, &wanted)?;
    if !written {
        session
            .console
            .warn("Nix does not fetch from it before that is done");
    }
    tell(session, &args, &target, &wanted, &info, written)
}

/// Asks as Nix would: a token that may only push is no use to it, and Nix would not say so.
async fn may_fetch(api: &Api, cache: &CacheRef) -> Result<()> {
    let route = format!("/{}/nix-cache-info", cache.cache);
    let answer = api.get(&route).await;
    answer.map(drop).map_err(|error| {
        error.while_doing(format!("cannot fetch from {} with this token", cache.cache))
    })
}

/// The files that are changed.
struct Target {
    conf: PathBuf,
    netrc: PathBuf,
    /// Whether nix.conf must say which netrc it is.
    name_netrc: bool,
}

impl Target {
    fn find(session: &Session<'_>, system: bool) -> Result<Target> {
        let env = session.env;
        let conf = if system {
            env.system_nix_conf()
        } else {
            env.user_nix_conf()
        };
        let text = files::read_optional(&conf)?.unwrap_or_default();
        let named = nixconf::text_value(&[text], "netrc-file").map(PathBuf::from);
        let netrc = named
            .clone()
            .unwrap_or_else(|| conf.with_file_name("netrc"));
        Ok(Target {
            conf,
            netrc,
            name_netrc: named.is_none() && !system,
        })
    }
}

/// The keys that sign, each of which is a key indeed: a text with a line break in it would be a
/// setting of Nix that the server chose.
fn active_keys(info: &CacheInfo) -> Result<Vec<String>> {
    let active = info
        .public_keys
        .iter()
        .filter(|key| key.state == KeyState::Active);
    let keys = active.map(|key| {
        key.public_key
            .parse::<PublicKey>()
            .map(|key| key.to_string())
    });
    keys.collect::<Result<_, _>>().map_err(|error| {
        let what = format!("the server names a key of {} that is none", info.name);
        CliError::new(ErrorKind::Server, what).because(error)
    })
}

/// Whether netrc holds the token now.
fn write_netrc(
    session: &Session<'_>,
    file: &Path,
    host: &str,
    token: &Secret,
    force: bool,
) -> Result<bool> {
    let old = files::read_optional(file)?.unwrap_or_default();
    let new = netrc::add(&old, host, token.expose(), force).map_err(|error| match error {
        NetrcError::OtherPassword => CliError::new(
            ErrorKind::Config,
            format!("{} has another token for {host}", file.display()),
        )
        .because(error)
        .hint("it was left as it is; to put this one in its place: --replace-token")
        .hint("netrc knows hosts, not ports or caches: one token must do for all caches of a host"),
        NetrcError::Unfit => {
            CliError::new(ErrorKind::Config, "cannot write the token to netrc").because(error)
        }
    })?;
    if new == old {
        return Ok(true);
    }
    if files::is_symlink(file) {
        session.console.warn(&format!(
            "{} is a link to a managed file and was not touched; it needs:",
            file.display()
        ));
        let lines = format!("machine {host}\nlogin garret\npassword TOKEN");
        return session.console.data(&lines).map(|()| false);
    }
    files::write_atomic(file, &new, 0o600, true)?;
    session
        .console
        .talk(&format!("wrote the token to {}", file.display()));
    Ok(true)
}

/// Whether nix.conf says it now.
fn write_nix_conf(session: &Session<'_>, target: &Target, wanted: &Wanted) -> Result<bool> {
    let mut wanted = wanted.clone();
    wanted.netrc_file = wanted.netrc_file.filter(|_| target.name_netrc);
    let old = files::read_optional(&target.conf)?.unwrap_or_default();
    let new = nixconf::add(&old, &wanted);
    if new == old {
        session
            .console
            .talk(&format!("{} has it already", target.conf.display()));
        return Ok(true);
    }
    if files::is_symlink(&target.conf) {
        let file = target.conf.display();
        session.console.warn(&format!(
            "{file} is a link to a managed file and was not touched; it needs:"
        ));
        return session
            .console
            .data(wanted.snippet().trim_end())
            .map(|()| false);
    }
    files::write_atomic(&target.conf, &new, 0o644, false)?;
    session
        .console
        .talk(&format!("changed {}", target.conf.display()));
    Ok(true)
}

fn remember(session: &Session<'_>, target: &Target, wanted: &Wanted) -> Result<()> {
    let mut config = session.config()?;
    let netrc = wanted.netrc_file.clone();
    // The line may stand there since another cache of the same file was taken into use.
    let named_before = |used: &Used| used.named_netrc && used.netrc == netrc;
    let named_netrc =
        netrc.is_some() && (target.name_netrc || config.used.values().any(named_before));
    config.used.insert(
        wanted.substituter.clone(),
        Used {
            keys: wanted.keys.clone(),
            netrc,
            named_netrc,
        },
    );
    config.save(&session.env.config_file())
}

fn tell(
    session: &Session<'_>,
    args: &Use,
    target: &Target,
    wanted: &Wanted,
    info: &CacheInfo,
    written: bool,
) -> Result<()> {
    let (env, console) = (session.env, &session.console);
    let settings = NixSettings::load(env)?;
    let location = StoreLocation::find(None, env);
    let state_dir = location
        .as_ref()
        .map(|location| location.state_dir.clone())
        .unwrap_or_default();
    if let Ok(location) = &location
        && info.settings.store_dir != location.store_dir.as_str()
    {
        console.warn(&format!(
            "the cache is for {}, the store here is {}",
            info.settings.store_dir, location.store_dir
        ));
    }
    let system_netrc = settings.system_netrc_file();
    if wanted.netrc_file.is_some()
        && target.name_netrc
        && system_netrc != target.netrc
        && system_netrc.exists()
    {
        console.warn(&format!(
            "what {} holds is not seen any more with these settings",
            system_netrc.display()
        ));
    }
    if settings.is_heard(env, &state_dir, &wanted.substituter, &wanted.keys) {
        if written {
            console.talk(&format!("Nix now fetches from {}", wanted.substituter));
        }
    } else if !args.system {
        let user = env.user.as_deref().unwrap_or("this user");
        console.warn(&format!(
            "Nix will ignore this, since {user} is not trusted; root must add to {}:",
            env.system_nix_conf().display()
        ));
        console.data(&format!(
            "extra-trusted-substituters = {}\nextra-trusted-public-keys = {}",
            wanted.substituter,
            wanted.keys.join(" ")
        ))?;
        if wanted.netrc_file.is_some() {
            console.warn(&format!(
                "and the token belongs into {}, since it is the daemon that fetches",
                system_netrc.display()
            ));
        }
    }
    Ok(())
}
