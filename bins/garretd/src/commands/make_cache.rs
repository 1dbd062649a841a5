//! `make-cache`: makes a cache without a running server (beside one is fine too).

use cache_api::{CacheName, CreateCache, ErrorCode, Retention, duration};

use crate::cli::{Global, MakeCache};
use crate::config::Env;
use crate::failure::{Failure, Kind};
use crate::open;

/// Makes a cache and prints what clients need of it.
pub(crate) fn run(global: &Global, args: &MakeCache, env: &Env) -> Result<(), Failure> {
    let (_, config) = open::load(global, env)?;
    let name: CacheName = args.name.parse().map_err(|error| {
        Failure::say(Kind::Usage, format!("`{}`: {error}", args.name))
            .hint(ErrorCode::InvalidCacheName.hint())
    })?;
    let retention = args
        .retention_period
        .as_deref()
        .map(duration::parse_seconds)
        .transpose();
    let retention = retention.map_err(|error| {
        Failure::say(Kind::Usage, format!("--retention-period: {error}"))
            .hint("write it as '90 days'")
    })?;
    let request = CreateCache {
        is_public: Some(args.public),
        retention: retention.map(Retention::Seconds),
        priority: args.priority,
        ..CreateCache::default()
    };
    let origin = config
        .api_endpoint
        .clone()
        .unwrap_or_else(|| format!("http://{}/", config.listen));
    open::runtime()?.block_on(async {
        let engine = open::engine(&config, &open::clock()).await?;
        let made = engine.create_cache(&name, &request, &origin).await;
        engine.close().await;
        let info = made.map_err(|error| {
            let hint = error.code().hint();
            Failure::new(Kind::Work, error).hint(hint)
        })?;
        let visibility = if info.settings.is_public {
            "public"
        } else {
            "private"
        };
        eprintln!("made the {visibility} cache {name}");
        println!("substituters = {}", info.substituter);
        for key in &info.public_keys {
            println!("trusted-public-keys = {}", key.public_key);
        }
        Ok(())
    })
}
