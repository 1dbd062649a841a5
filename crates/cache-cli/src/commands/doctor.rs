//! `garret doctor`: why does Nix not fetch? One verdict a substituter.

mod address;
mod negative;
mod verdict;

use nar_format::StorePath;
use nar_format::narinfo::NarInfo;
use nar_format::signing::PublicKey;

use super::substituters::Probe;
use crate::api::Origin;
use crate::args::Doctor;
use crate::commands::Session;
use crate::env::Secret;
use crate::error::{CliError, ErrorKind, Result};
use crate::files;
use crate::jwt;
use crate::netrc;
use crate::nixsettings::NixSettings;
use crate::store::{LocalStore, StoreLocation};
use address::Address;
use verdict::{Verdict, date};

pub(super) async fn run(session: &Session<'_>, args: Doctor) -> Result<()> {
    let location = StoreLocation::find(args.store.as_deref(), session.env)?;
    let store = LocalStore::open(location);
    let path = args
        .path
        .as_deref()
        .map(|path| store.resolve(path))
        .transpose()?;
    let settings = NixSettings::load(session.env)?;
    let substituters = settings.substituters();
    if substituters.is_empty() {
        return Err(
            CliError::new(ErrorKind::Partial, "Nix has no substituter at all")
                .hint("add one: garret use CACHE")
                .hint("where that was done: NIX_CONFIG and `substituters =` override nix.conf"),
        );
    }
    let mut bad = 0;
    for url in &substituters {
        let verdict = examine(session, &settings, &store, url, path.as_ref()).await?;
        bad += usize::from(!verdict.is_good());
        match session.console.json {
            true => session.console.value(&verdict)?,
            false => verdict
                .lines()
                .iter()
                .try_for_each(|line| session.console.data(line))?,
        }
    }
    match bad {
        0 => Ok(()),
        _ => {
            let message = format!(
                "{bad} of {} substituters have something wrong",
                substituters.len()
            );
            Err(CliError::new(ErrorKind::Partial, message))
        }
    }
}

async fn examine(
    session: &Session<'_>,
    settings: &NixSettings,
    store: &LocalStore,
    url: &str,
    path: Option<&StorePath>,
) -> Result<Verdict> {
    let address = Address::of(url);
    let mut verdict = Verdict::new(&address.shown);
    let Some(origin) = &address.origin else {
        verdict.note("no HTTP cache; not looked at");
        return Ok(verdict);
    };
    judge_hearing(session, settings, store, &mut verdict, &address);
    let (login, token, holder) = credentials(settings, &address, origin);
    if let Some(token) = &token {
        judge_token(session, &mut verdict, token);
    }
    let probe = Probe::new(&address.plain, login, token.clone())?;
    match probe.cache_info().await {
        Ok(info) if info.store_dir != *store.store_dir() => {
            verdict.bad(format!(
                "is for the store {}, here it is {}",
                info.store_dir,
                store.store_dir()
            ));
            return Ok(verdict);
        }
        Ok(_) => verdict.good("reachable"),
        Err((None, why)) => {
            verdict.bad(format!("no answer ({why}); is it up, is the port open?"));
            return Ok(verdict);
        }
        Err((Some(401 | 403), _)) => {
            verdict.bad(match &token {
                None => format!("wants a token, and {holder} has none for {}", origin.host()),
                Some(_) => format!("does not take the token in {holder}; ask for a new one"),
            });
            return Ok(verdict);
        }
        Err((Some(_), why)) => {
            verdict.bad(format!(
                "is no binary cache ({why}); is the name of the cache in the URL right?"
            ));
            return Ok(verdict);
        }
    }
    let narinfo = match path {
        None => None,
        Some(path) => {
            // Nix notes answers by the URL without its parameters.
            let url = url.split('?').next().unwrap_or(url);
            judge_path(session, settings, store, &mut verdict, &probe, url, path).await
        }
    };
    judge_key(settings, &mut verdict, &probe, narinfo.as_ref()).await;
    Ok(verdict)
}

/// The user name and password that Nix would send, and where they were or should be.
fn credentials(
    settings: &NixSettings,
    address: &Address,
    origin: &Origin,
) -> (Option<String>, Option<Secret>, String) {
    // As curl does: what the URL says is not looked up.
    if let Some(password) = &address.password {
        return (
            address.login.clone(),
            Some(password.clone()),
            "the URL".to_owned(),
        );
    }
    let file = settings.netrc_file();
    let text = files::read_optional(&file)
        .unwrap_or_default()
        .unwrap_or_default();
    let entry = netrc::lookup(&text, origin.host());
    let token = entry
        .as_ref()
        .and_then(|entry| entry.password())
        .map(Secret::new);
    (
        entry.and_then(|entry| entry.login),
        token,
        file.display().to_string(),
    )
}

/// Whether the daemon takes this substituter from this user at all.
fn judge_hearing(
    session: &Session<'_>,
    settings: &NixSettings,
    store: &LocalStore,
    verdict: &mut Verdict,
    address: &Address,
) {
    let env = session.env;
    if !settings.is_heard(env, &store.location().state_dir, &address.plain, &[]) {
        let user = env.user.as_deref().unwrap_or("this user");
        verdict.bad(format!(
            "ignored by Nix, since {user} is not trusted; root must add to {}: \
             extra-trusted-substituters = {}",
            env.system_nix_conf().display(),
            address.shown
        ));
    }
}

fn judge_token(session: &Session<'_>, verdict: &mut Verdict, token: &Secret) {
    let now = (session.env.now)();
    let Some(times) = jwt::times(token) else {
        return;
    };
    match (times.not_before, times.expires) {
        (Some(from), _) if from > now + 60 => {
            verdict.bad(format!("the token is not valid before {}", date(from)))
        }
        (_, Some(until)) if until <= now => {
            verdict.bad(format!(
                "the token expired on {}: ask for a new one, then garret login and use",
                date(until)
            ));
        }
        (_, Some(until)) => verdict.good(format!("token valid until {}", date(until))),
        (_, None) => verdict.good("token without an end"),
    }
}

async fn judge_path(
    session: &Session<'_>,
    settings: &NixSettings,
    store: &LocalStore,
    verdict: &mut Verdict,
    probe: &Probe,
    url: &str,
    path: &StorePath,
) -> Option<NarInfo> {
    let there = probe.narinfo(&path.hash(), store.store_dir()).await;
    let now = (session.env.now)();
    let folder = session.env.cache_home.join("nix");
    let forgotten = negative::remembered(&folder, url, &path.hash(), now, settings.negative_ttl());
    match (&there, forgotten) {
        (Ok(Some(_)), Some(until)) => verdict.bad(format!(
            "has the path, but Nix remembers until {} that it had not: --option narinfo-cache-negative-ttl 0",
            date(until)
        )),
        (Ok(Some(_)), None) => verdict.good("has the path"),
        (Ok(None), _) => verdict.note("does not have the path: not pushed, or pushed from another build"),
        (Err(why), _) => verdict.bad(format!("cannot say whether it has the path ({why})")),
    }
    there.ok().flatten()
}

async fn judge_key(
    settings: &NixSettings,
    verdict: &mut Verdict,
    probe: &Probe,
    narinfo: Option<&NarInfo>,
) {
    let trusted = settings.trusted_keys();
    if let Some(narinfo) = narinfo {
        let fingerprint = narinfo.fingerprint();
        let keys: Vec<PublicKey> = trusted.iter().filter_map(|key| key.parse().ok()).collect();
        let signed = narinfo
            .sigs
            .iter()
            .any(|sig| keys.iter().any(|key| key.verify(&fingerprint, sig)));
        if signed || narinfo.ca.is_some() {
            return verdict.good("signed by a trusted key");
        }
        let names: Vec<&str> = narinfo.sigs.iter().map(|sig| sig.name.as_str()).collect();
        return verdict.bad(format!(
            "signed by none of the trusted keys, but by: {}",
            names.join(", ")
        ));
    }
    if let Some(info) = probe.described().await {
        let active = info
            .public_keys
            .iter()
            .filter(|key| key.state == cache_api::KeyState::Active);
        let active: Vec<&str> = active.map(|key| key.public_key.as_str()).collect();
        match active
            .iter()
            .any(|key| trusted.iter().any(|trusted| trusted == key))
        {
            true => verdict.good("key trusted"),
            false => verdict.bad(format!(
                "its key is not trusted; add: extra-trusted-public-keys = {}",
                active.join(" ")
            )),
        }
    }
}
