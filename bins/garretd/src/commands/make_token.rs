//! `make-token`: stdout holds the token alone.

use cache_api::duration;
use token_auth::{CachePattern, Claims, Issuer, Permission};

use crate::cli::{Global, MakeToken};
use crate::config::{Config, Env, secret};
use crate::failure::{Failure, Kind};
use crate::{first_start, open};

/// Makes and prints a token.
pub(crate) fn run(global: &Global, args: &MakeToken, env: &Env) -> Result<(), Failure> {
    let (_, config) = open::load(global, env)?;
    let claims = claims(args, &config, open::unix_now(), &first_start::fresh_id())?;
    if claims.caches.is_empty() {
        eprintln!(
            "note: this token grants nothing but what is public; see --pull, --push and so on"
        );
    }
    if args.dump_claims {
        println!("{}", shown(&claims));
        return Ok(());
    }
    let secret = config
        .signing
        .as_ref()
        .ok_or_else(|| Failure::say(Kind::Config, secret::MISSING))?;
    let key = secret
        .key()
        .map_err(|error| Failure::say(Kind::Config, error))?;
    let token = Issuer::new(&key)
        .and_then(|issuer| issuer.issue(&claims))
        .map_err(|error| Failure::new(Kind::Config, error))?;
    println!("{token}");
    Ok(())
}

/// The claims; patterns stand in the order of the permissions, and within each as given.
fn claims(args: &MakeToken, config: &Config, now: u64, id: &str) -> Result<Claims, Failure> {
    let validity = duration::parse_seconds(&args.validity).map_err(|error| {
        Failure::say(Kind::Usage, format!("--validity: {error}")).hint("write it as '90 days'")
    })?;
    if validity == 0 {
        return Err(Failure::say(Kind::Usage, "--validity must be more than 0"));
    }
    let mut claims = Claims::new(id, now);
    claims.sub = Some(args.sub.clone());
    claims.exp = Some(now.saturating_add(validity));
    claims.iss.clone_from(&config.issuer);
    claims.aud.clone_from(&config.audiences);
    let granted = [
        (&args.pull, Permission::Pull),
        (&args.push, Permission::Push),
        (&args.delete, Permission::Delete),
        (&args.create_cache, Permission::CreateCache),
        (&args.configure_cache, Permission::ConfigureCache),
        (
            &args.configure_cache_retention,
            Permission::ConfigureCacheRetention,
        ),
        (&args.destroy_cache, Permission::DestroyCache),
    ];
    for (patterns, permission) in granted {
        for text in patterns {
            let pattern: CachePattern = text.parse().map_err(|error| {
                Failure::say(
                    Kind::Usage,
                    format!("--{} `{text}`: {error}", permission.word()),
                )
            })?;
            claims.grant(pattern, permission);
        }
    }
    Ok(claims)
}

/// The claims as JSON for people and scripts.
fn shown(claims: &Claims) -> String {
    let grants = claims.caches.iter().map(|(pattern, permissions)| {
        let letters = permissions
            .iter()
            .map(|permission| (permission.letters().to_owned(), 1.into()));
        (
            pattern.to_string(),
            serde_json::Value::Object(letters.collect()),
        )
    });
    let caches: serde_json::Map<String, serde_json::Value> = grants.collect();
    serde_json::json!({
        "exp": claims.exp, "nbf": claims.nbf, "iat": claims.iat, "jti": claims.jti, "sub": claims.sub,
        "iss": claims.iss, "aud": claims.aud, token_auth::NAMESPACE: { "caches": caches },
    })
    .to_string()
}
