//! `bootstrap`: the first minutes of a device from the factory.

use std::path::Path;

use routeros_client::bootstrap::{Wanted, address, bootstrap};
use routeros_client::device::Device;
use routeros_client::failure::{Code, Failure, Result};
use routeros_client::link::Connector;
use routeros_client::ssh::{Login, Password};

use super::{DONE, agreed, file};
use crate::args::Bootstrap;
use crate::connection::{read, secret};
use crate::console::Console;
use crate::surroundings::{Clock, variable};

pub(super) fn run(args: &Bootstrap, console: Console) -> Result<u8> {
    let desired = file::load(&args.file, console)?;
    let connection = &args.connection;
    let host = address(&desired).map(|address| address.to_string());
    let new = new_password(args.new_password_file.as_deref(), console)?;
    let old = connection
        .given_password(console)?
        .unwrap_or_else(|| Password::new(""));
    let key = args.authorize_key.as_deref().map(read).transpose()?;
    let later = later_logins(args, &new)?;
    let mut after = connection.ssh_with(console, host.clone(), later.clone())?;
    // With the key, the old password is not taken any more.
    let mut now = vec![Login::Password(old.clone())];
    now.extend(later.clone());
    let mut before = connection.ssh_with(console, host.clone(), now)?;
    let is_new = match after.connect() {
        Ok(_) => false,
        Err(failure) if failure.code == Code::LoginRefused => true,
        Err(failure) => return Err(failure),
    };
    agreed(
        args.yes || !is_new,
        "give this device its name and a password?",
        console,
    )?;
    let mut then = connection.ssh_with(console, host, later)?;
    let mut clock = Clock::start();
    let mut hear = |event: &_| console.event(event);
    let way = if is_new { &mut before } else { &mut after };
    let mut device = Device::new(way, &mut clock, &mut hear);
    let wanted = Wanted {
        desired: &desired,
        user: &connection.user,
        key: key.as_deref(),
        password: is_new.then_some(new.reveal()),
        old_password: old.reveal(),
    };
    let changed = bootstrap(&mut device, &wanted, &mut then)?;
    match console.json {
        true => console.value(&serde_json::json!({"event": "finished", "changed": changed})),
        false if changed.is_empty() => console.data("no change"),
        false => console.data(&format!("done: {}", changed.join(", "))),
    }
    Ok(DONE)
}

/// The proofs that are to be taken from now on.
fn later_logins(args: &Bootstrap, new: &Password) -> Result<Vec<Login>> {
    let mut logins = args.connection.keys()?;
    if logins.is_empty() && args.authorize_key.is_some() {
        logins.push(Login::Agent);
    }
    logins.push(Login::Password(new.clone()));
    Ok(logins)
}

fn new_password(file: Option<&Path>, console: Console) -> Result<Password> {
    let new = match (file, variable("ROUTEROS_NEW_PASSWORD")) {
        (Some(file), _) => secret(file)?,
        (None, Some(text)) => Password::new(text),
        (None, None) => {
            let once = console.password("new password")?;
            if console.password("new password again")? != once {
                return Err(Failure::new(Code::Usage, "the two passwords differ")
                    .hint("nothing was changed"));
            }
            Password::new(once)
        }
    };
    if new.reveal().is_empty() {
        return Err(Failure::new(Code::Usage, "the new password is empty")
            .hint("give one with --new-password-file or in $ROUTEROS_NEW_PASSWORD"));
    }
    Ok(new)
}
