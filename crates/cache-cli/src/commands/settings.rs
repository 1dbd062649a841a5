//! Settings of a cache, from options to the bodies of the protocol.

use std::path::Path;

use nar_format::signing::SecretKey;

use cache_api::{ConfigureCache, CreateCache, Retention, SizeLimit, byte_size, duration};

use crate::args::{Configure, Create, Settings};
use crate::error::{CliError, ErrorKind, Result, io_error};

/// What `cache create` asks for. A new cache is private unless it is said otherwise.
pub(super) fn create(args: &Create) -> Result<CreateCache> {
    let change = changes(&args.settings)?;
    let key = args.secret_file.as_deref().map(read_secret).transpose()?;
    Ok(CreateCache {
        is_public: change.is_public,
        store_dir: change.store_dir,
        priority: change.priority,
        retention: change.retention,
        max_size: change.max_size,
        upstream_keys: change.upstream_keys,
        key,
    })
}

/// What `cache configure` asks for: what is named, and nothing else.
pub(super) fn configure(args: &Configure) -> Result<ConfigureCache> {
    let mut change = changes(&args.settings)?;
    if args.reset_retention {
        change.retention = Some(Retention::Default);
    }
    if args.no_upstream_keys {
        change.upstream_keys = Some(Vec::new());
    }
    match change.is_empty() {
        true => Err(CliError::new(ErrorKind::Usage, "nothing to change")
            .hint("garret cache configure --help")),
        false => Ok(change),
    }
}

/// A secret key's file. What is none is not sent anywhere: it may be another secret.
pub(super) fn read_secret(file: &Path) -> Result<String> {
    let text = std::fs::read_to_string(file)
        .map_err(|error| io_error("read the secret key in", file, error))?;
    let text = text.trim();
    match text.parse::<SecretKey>() {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(CliError::new(
            ErrorKind::Usage,
            format!("{} holds no secret signing key", file.display()),
        )
        .because(error)
        .hint("nix-store --generate-binary-cache-key NAME SECRET-FILE PUBLIC-FILE makes one")),
    }
}

fn changes(settings: &Settings) -> Result<ConfigureCache> {
    let is_public = match (settings.public, settings.private) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    };
    let retention = settings.retention.as_deref().map(|text| {
        duration::parse_seconds(text)
            .map(Retention::Seconds)
            .map_err(|error| {
                CliError::new(ErrorKind::Usage, format!("{text:?} is no time"))
                    .because(error)
                    .hint("such as '90 days', 12h or 0 (for ever)")
            })
    });
    let max_size = settings.max_size.as_deref().map(|text| match text {
        "none" => Ok(SizeLimit::None),
        text => byte_size::parse(text)
            .map(SizeLimit::Bytes)
            .map_err(|error| {
                CliError::new(ErrorKind::Usage, format!("{text:?} is no size"))
                    .because(error)
                    .hint("such as '200 GiB', 500M or none")
            }),
    });
    Ok(ConfigureCache {
        is_public,
        store_dir: settings.store_dir.clone(),
        priority: settings.priority,
        retention: retention.transpose()?,
        max_size: max_size.transpose()?,
        upstream_keys: (!settings.upstream_keys.is_empty()).then(|| settings.upstream_keys.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cache, Cli, Command};
    use clap::Parser;

    fn parsed(line: &[&str]) -> Cache {
        let line = [&["garret", "cache"], line].concat();
        match Cli::try_parse_from(line).expect("valid").command {
            Command::Cache(cache) => cache,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn only_what_is_named_is_sent() {
        for (line, want) in [
            (&["--public"][..], r#"{"is_public":true}"#),
            (&["--private"], r#"{"is_public":false}"#),
            (&["--priority", "7"], r#"{"priority":7}"#),
            (&["--retention", "90 days"], r#"{"retention":7776000}"#),
            (&["--retention", "0"], r#"{"retention":0}"#),
            (&["--reset-retention"], r#"{"retention":"default"}"#),
            (&["--max-size", "1 KiB"], r#"{"max_size":1024}"#),
            (&["--max-size", "none"], r#"{"max_size":"none"}"#),
            (
                &["--upstream-key", "a", "--upstream-key", "b"],
                r#"{"upstream_keys":["a","b"]}"#,
            ),
            (&["--no-upstream-keys"], r#"{"upstream_keys":[]}"#),
        ] {
            let Cache::Configure(args) = parsed(&[&["configure", "c"], line].concat()) else {
                panic!("{line:?}")
            };
            let json = serde_json::to_string(&configure(&args).expect("valid")).expect("JSON");
            assert_eq!(json, want, "{line:?}");
        }
    }

    #[test]
    fn what_means_nothing_is_refused_with_an_example() {
        for line in [&[][..], &["--retention", "90"], &["--max-size", "big"]] {
            let Cache::Configure(args) = parsed(&[&["configure", "c"], line].concat()) else {
                panic!("{line:?}")
            };
            let error = configure(&args).expect_err("refused");
            assert!(
                error.kind == ErrorKind::Usage && !error.hints.is_empty(),
                "{line:?}"
            );
        }
    }

    #[test]
    fn a_new_cache_leaves_the_defaults_to_the_server() {
        let Cache::Create(args) = parsed(&["create", "c"]) else {
            panic!("create")
        };
        let new = create(&args).expect("valid");
        assert_eq!(serde_json::to_string(&new).expect("JSON"), "{}");
        assert!(!new.settings().expect("defaults").is_public, "private");
    }
}
