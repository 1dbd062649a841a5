//! `check-config`, and `--mode db-migrations`.

use cache_api::duration;

use crate::cli::Global;
use crate::config::Env;
use crate::config::secret;
use crate::failure::{Failure, Kind};
use crate::open;

/// Checks everything that can be checked without touching anything.
pub(crate) fn run(global: &Global, env: &Env) -> Result<(), Failure> {
    let (source, config) = open::load(global, env)?;
    let signing = match &config.signing {
        Some(secret) => {
            let key = secret
                .key()
                .map_err(|error| Failure::say(Kind::Config, error))?;
            for warning in key.warnings() {
                tracing::warn!("the signing key from {}: {warning}", secret.origin());
            }
            format!("{} from {}", key.algorithm(), secret.origin())
        }
        None if matches!(source, crate::config::Source::Nothing(_)) => {
            "HS256, made at the first start".to_owned()
        }
        None => return Err(Failure::say(Kind::Config, secret::MISSING)),
    };
    println!("configuration: {}", source.name());
    println!("listen:        {}", config.listen);
    println!("database:      {}", config.database.display());
    println!("storage:       {}", config.storage.display());
    println!("signing key:   {signing}");
    println!(
        "retention:     {}",
        match config.default_retention {
            None => "for ever, where a cache says nothing".to_owned(),
            Some(period) => duration::format_seconds(period.as_secs()),
        }
    );
    Ok(())
}

/// Makes or migrates the database and ends.
pub(crate) fn migrate(global: &Global, env: &Env) -> Result<(), Failure> {
    let (_, config) = open::load(global, env)?;
    open::runtime()?.block_on(async {
        let engine = open::engine(&config, &open::clock()).await?;
        engine.close().await;
        Ok(())
    })
}
