//! `garret cache …`: make, change and look at caches.

use cache_api::{AddKey, CacheInfo, KeyState, byte_size, duration};

use super::settings;
use crate::api::Api;
use crate::args::{Cache, Configure, Create, Key};
use crate::commands::Session;
use crate::error::{CliError, ErrorKind, Result};

pub(super) async fn run(session: &Session<'_>, args: Cache) -> Result<()> {
    match args {
        Cache::Create(args) => create(session, &args).await,
        Cache::Configure(args) => configure(session, &args).await,
        Cache::Destroy { cache, yes } => destroy(session, &cache, yes).await,
        Cache::Info { cache } => info(session, &cache).await,
        Cache::List { server } => list(session, server.as_deref()).await,
        Cache::Key(Key::Add {
            cache,
            name,
            secret_file,
        }) => {
            let secret = secret_file
                .as_deref()
                .map(settings::read_secret)
                .transpose()?;
            add_key(session, &cache, AddKey { secret, name }).await
        }
        Cache::Key(Key::Retire { cache, key }) => retire_key(session, &cache, &key).await,
    }
}

async fn create(session: &Session<'_>, args: &Create) -> Result<()> {
    let (cache, api) = session.cache(&args.cache)?;
    let made = api
        .create_cache(&cache.cache, &settings::create(args)?)
        .await;
    let made =
        made.map_err(|error| error.while_doing(format!("cannot make the cache {}", cache.cache)))?;
    if session.console.json {
        return session.console.value(&made);
    }
    let (kind, change) = match made.settings.is_public {
        true => (
            "public: anybody who reaches the server may fetch from it",
            "--private",
        ),
        false => ("private: only tokens may fetch from it", "--public"),
    };
    session.console.talk(&format!("made {}, {kind}", made.name));
    session.console.talk(&format!(
        "to change that: garret cache configure {} {change}",
        args.cache
    ));
    show(session, &made)
}

async fn configure(session: &Session<'_>, args: &Configure) -> Result<()> {
    let change = settings::configure(args)?;
    let (cache, api) = session.cache(&args.cache)?;
    let changed = api.configure_cache(&cache.cache, &change).await;
    show(
        session,
        &changed.map_err(|error| {
            error.while_doing(format!("cannot change the cache {}", cache.cache))
        })?,
    )
}

async fn destroy(session: &Session<'_>, name: &str, yes: bool) -> Result<()> {
    let (cache, api) = session.cache(name)?;
    if !yes {
        if !session.env.stdin_is_terminal {
            return Err(CliError::new(
                ErrorKind::Usage,
                format!("will not destroy {} unasked", cache.cache),
            )
            .hint("--yes destroys it without a question"));
        }
        session.console.warn(&format!(
            "all paths of {} on {} will be gone",
            cache.cache,
            api.origin()
        ));
        session
            .console
            .talk("type the name of the cache to destroy it:");
        if session.console.read_line()?.as_deref().map(str::trim) != Some(cache.cache.as_str()) {
            return Err(CliError::new(
                ErrorKind::Usage,
                "another name was typed; nothing was destroyed",
            ));
        }
    }
    let gone = api.destroy_cache(&cache.cache).await;
    gone.map_err(|error| error.while_doing(format!("cannot destroy the cache {}", cache.cache)))?;
    session.console.talk(&format!("destroyed {}", cache.cache));
    Ok(())
}

async fn info(session: &Session<'_>, name: &str) -> Result<()> {
    let (cache, api) = session.cache(name)?;
    let info = api.cache(&cache.cache).await;
    show(
        session,
        &info.map_err(|error| {
            error.while_doing(format!("cannot look at the cache {}", cache.cache))
        })?,
    )
}

async fn list(session: &Session<'_>, server: Option<&str>) -> Result<()> {
    let (name, server) = session.config()?.server(server)?;
    let api = Api::new(server.url.clone(), server.read_token()?.as_ref())?;
    let caches = api.caches().await;
    let caches =
        caches.map_err(|error| error.while_doing(format!("cannot list the caches of {name}")))?;
    for cache in &caches {
        match session.console.json {
            true => session.console.value(cache)?,
            false => {
                let kind = if cache.settings.is_public {
                    "public"
                } else {
                    "private"
                };
                session.console.data(&format!(
                    "{:<30} {kind:<8} {}",
                    cache.name.as_str(),
                    cache.substituter
                ))?;
            }
        }
    }
    if caches.is_empty() {
        session.console.talk(
            "no cache yet, or none that this token may see; make one: garret cache create NAME",
        );
    }
    Ok(())
}

async fn add_key(session: &Session<'_>, name: &str, key: AddKey) -> Result<()> {
    let (cache, api) = session.cache(name)?;
    let info = api.add_key(&cache.cache, &key).await;
    let info =
        info.map_err(|error| error.while_doing(format!("cannot add a key to {}", cache.cache)))?;
    session.console.talk(
        "both keys sign now; trust the new one everywhere (garret use), then retire the old one",
    );
    show(session, &info)
}

async fn retire_key(session: &Session<'_>, name: &str, key: &str) -> Result<()> {
    let (cache, api) = session.cache(name)?;
    let info = api.retire_key(&cache.cache, key).await;
    show(
        session,
        &info.map_err(|error| {
            error.while_doing(format!("cannot retire {key} of {}", cache.cache))
        })?,
    )
}

fn show(session: &Session<'_>, info: &CacheInfo) -> Result<()> {
    match session.console.json {
        true => session.console.value(info),
        false => lines(info)
            .iter()
            .try_for_each(|line| session.console.data(line)),
    }
}

fn lines(info: &CacheInfo) -> Vec<String> {
    let settings = &info.settings;
    let retention = match settings.retention {
        None => "as the server is set".to_owned(),
        Some(0) => "for ever".to_owned(),
        Some(seconds) => duration::format_seconds(seconds),
    };
    let mut rows = vec![
        ("cache", info.name.to_string()),
        ("substituter", info.substituter.clone()),
        (
            "open to",
            if settings.is_public {
                "everybody"
            } else {
                "tokens only"
            }
            .to_owned(),
        ),
        ("store", settings.store_dir.clone()),
        ("priority", settings.priority.to_string()),
        ("kept unused", retention),
        (
            "at most",
            settings
                .max_size
                .map_or_else(|| "any size".to_owned(), byte_size::format),
        ),
    ];
    for key in &info.public_keys {
        let name = if key.state == KeyState::Active {
            "public key"
        } else {
            "retired key"
        };
        rows.push((name, key.public_key.clone()));
    }
    rows.extend(
        settings
            .upstream_keys
            .iter()
            .map(|key| ("not pushed if by", key.clone())),
    );
    rows.into_iter()
        .map(|(name, value)| format!("{name:>16}: {value}"))
        .collect()
}
