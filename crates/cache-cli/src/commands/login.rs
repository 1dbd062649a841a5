//! `garret login`: remember a server, after asking it whether it takes the token.

use crate::api::{Api, Origin};
use crate::args::Login;
use crate::commands::Session;
use crate::config::Server;
use crate::env::Secret;
use crate::error::{CliError, ErrorKind, Result};
use crate::jwt;

pub(super) async fn run(session: &Session<'_>, args: Login) -> Result<()> {
    let url: Origin = args.url.parse().map_err(|error| {
        CliError::new(
            ErrorKind::Usage,
            format!("{:?} cannot be a server's URL", args.url),
        )
        .because(error)
        .hint("such as http://10.0.0.10:8080, without the name of a cache")
    })?;
    check_name(&args.name)?;
    let mut config = session.config()?;
    let old = config.servers.get(&args.name);
    let same_server = old.filter(|old| old.url == url);
    let token = match typed_token(session, args.token.as_deref())? {
        Some(token) => Some(token),
        // A token is for the server it was given for, never for another one of the same name.
        None => same_server.and_then(|old| old.token.clone()),
    };
    let api = Api::new(url.clone(), token.as_ref())?;
    let info = api.server_info().await;
    let info = info.map_err(|error| error.while_doing(format!("cannot log in to {url}")))?;
    let token_file = match token {
        Some(_) => None,
        None => same_server.and_then(|old| old.token_file.clone()),
    };
    let server = Server {
        url: url.clone(),
        token: token.clone(),
        token_file,
    };
    config.servers.insert(args.name.clone(), server);
    if args.set_default || config.servers.len() == 1 {
        config.default_server = Some(args.name.clone());
    }
    config.save(&session.env.config_file())?;
    session.console.talk(&format!(
        "logged in to {} ({} {} at {url})",
        args.name, info.name, info.version
    ));
    match token {
        None => session
            .console
            .talk("without a token: only public caches can be used"),
        Some(token) => tell_expiry(session, &token),
    }
    if url.is_plain() && !url.is_loopback() {
        session
            .console
            .talk("plain http: whoever sees the network traffic can take the token");
    }
    Ok(())
}

fn check_name(name: &str) -> Result<()> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "_-+.".contains(c);
    match !name.is_empty() && name.len() <= 50 && name.chars().all(legal) {
        true => Ok(()),
        false => Err(CliError::new(
            ErrorKind::Usage,
            format!("{name:?} cannot be the name of a server"),
        )
        .hint("letters, digits, _ - + and dots, at most 50")),
    }
}

fn typed_token(session: &Session<'_>, typed: Option<&str>) -> Result<Option<Secret>> {
    let token = match typed {
        Some("-") => Some(Secret::new(
            &session.console.read_line()?.unwrap_or_default(),
        )),
        Some(token) => Some(Secret::new(token)),
        None => session.env.token.clone(),
    };
    match &token {
        Some(token) if token.expose().is_empty() => {
            Err(CliError::new(ErrorKind::Usage, "the token is empty")
                .hint("did the command before the | fail?"))
        }
        _ => Ok(token),
    }
}

fn tell_expiry(session: &Session<'_>, token: &Secret) {
    let now = (session.env.now)();
    match jwt::times(token).and_then(|times| times.expires) {
        Some(expires) if expires <= now => session
            .console
            .warn("the token has expired; ask for a new one"),
        Some(expires) => {
            let left = match expires - now {
                days @ 172_800.. => format!("{} days", days / 86_400),
                hours @ 7_200.. => format!("{} hours", hours / 3_600),
                seconds => format!("{} minutes", seconds.div_ceil(60)),
            };
            session
                .console
                .talk(&format!("the token is valid for {left}"));
        }
        None => {}
    }
}
