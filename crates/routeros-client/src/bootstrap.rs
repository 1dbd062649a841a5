//! A device from the factory gets its name, a key and a password: what is
//! needed before anybody else may be near it.

use std::net::IpAddr;
use std::time::Duration;

use crate::apply::{accepts, refuse_elsewhere, refuse_pending};
use crate::command::{Command, Target, quote::quoted};
use crate::desired::Desired;
use crate::device::{Device, Event, Facts, Told};
use crate::failure::{Code, Failure, Result};
use crate::link::Connector;
use crate::schema::Kind;
use crate::value::Value;

/// How often a command whose answer is lost is sent again.
const TRIES: u32 = 5;
/// How long to wait between two logins.
const PAUSE: Duration = Duration::from_secs(1);
/// The file in which a key comes to the device; it removes it itself.
const KEY_FILE: &str = "attic-key.pub";

/// What a device from the factory is to get.
pub struct Wanted<'a> {
    /// The file: its board, its version, its management port, its name.
    pub desired: &'a Desired,
    /// The user.
    pub user: &'a str,
    /// A public key, as OpenSSH writes it.
    pub key: Option<&'a str>,
    /// The new password; nothing where the user has it already.
    pub password: Option<&'a str>,
    /// The password until now, for the way back.
    pub old_password: &'a str,
}

/// Gives a device its name, then the key, and the password last: `then` logs
/// in with the new ones, and until it could, the old connection stays. Returns
/// what was changed.
///
/// # Errors
/// Where the device is not the one that is meant, or refuses.
pub fn bootstrap(
    device: &mut Device<'_>,
    wanted: &Wanted<'_>,
    then: &mut dyn Connector,
) -> Result<Vec<&'static str>> {
    let facts = device.facts()?;
    device.say(&Event::Connected {
        facts: facts.clone(),
    });
    accepts(wanted.desired, &facts)?;
    refuse_pending(device)?;
    if wanted.desired.management.is_some() {
        let place = device.place()?;
        refuse_elsewhere(wanted.desired, Some(&place))?;
    }
    let mut changed = Vec::new();
    if name(device, &facts, wanted.desired)? {
        changed.push("identity");
    }
    if let Some(key) = wanted.key
        && authorize(device, wanted.user, key, then)?
    {
        changed.push("key");
    }
    if let Some(password) = wanted.password {
        set_password(device, wanted, password, then)?;
        changed.push("password");
    }
    Ok(changed)
}

/// The address by which a file's device is managed.
#[must_use]
pub fn address(desired: &Desired) -> Option<IpAddr> {
    desired.management.as_ref().map(|way| way.address)
}

fn name(device: &mut Device<'_>, facts: &Facts, desired: &Desired) -> Result<bool> {
    let Some(identity) = desired.of(Kind::Identity).next() else {
        return Ok(false);
    };
    let name = identity.text("name");
    if facts.identity == name {
        return Ok(false);
    }
    let command =
        Command::set(Kind::Identity, Target::Singleton).with("name", Value::Text(name.clone()));
    insist(device, &command.to_string(), |device| {
        Ok(device.identity()? == name)
    })?;
    device.say(&Event::note(format!("the device is named {name}")));
    Ok(true)
}

/// Sends a command until it is seen to be done.
fn insist(
    device: &mut Device<'_>,
    line: &str,
    mut done: impl FnMut(&mut Device<'_>) -> Result<bool>,
) -> Result<()> {
    for _ in 0..TRIES {
        if let Told::Refused(refusal) = device.tell(line)? {
            let failure = Failure::new(
                Code::CommandRefused,
                format!("the device refused: {refusal}"),
            );
            return Err(failure.hint("the same command may be given again"));
        }
        if done(device)? {
            return Ok(());
        }
    }
    Err(Failure::new(
        Code::CommandRefused,
        "the device does not do what it is told",
    ))
}

fn keys(device: &mut Device<'_>, user: &str) -> Result<u64> {
    device.ask_number(&format!(
        "[:len [/user/ssh-keys/find where user={}]]",
        quoted(user)
    ))
}

fn authorize(
    device: &mut Device<'_>,
    user: &str,
    key: &str,
    then: &mut dyn Connector,
) -> Result<bool> {
    if keys(device, user)? > 0 {
        device.say(&Event::note(format!("{user} has a key already; it stays")));
        return Ok(false);
    }
    device.put_file(KEY_FILE, key.as_bytes())?;
    let import = format!(
        "/user/ssh-keys/import public-key-file={KEY_FILE} user={}",
        quoted(user)
    );
    insist(device, &import, |device| Ok(keys(device, user)? > 0))?;
    // From now on the device takes no password: where the key does not log in
    // either, nobody could once this connection ends.
    if let Err(failure) = proven(device, then) {
        let back = format!("/user/ssh-keys/remove [find where user={}]", quoted(user));
        let gone = insist(device, &back, |device| Ok(keys(device, user)? == 0));
        let what = match gone {
            Ok(()) => "it was removed again, and the password holds as before",
            Err(_) => "and it could not be removed: without its private half nobody logs in",
        };
        return Err(failure
            .hint(format!(
                "the device took the key, but nobody logs in with it; {what}"
            ))
            .hint("give its private half with --key, or add it to the agent"));
    }
    device.say(&Event::note(format!("the key may log in as {user}")));
    Ok(true)
}

/// Whether the new proofs log in.
fn proven(device: &mut Device<'_>, then: &mut dyn Connector) -> Result<()> {
    let mut tries = 1;
    loop {
        match then.connect() {
            Err(failure) if failure.is_passing() && tries < TRIES => {
                tries += 1;
                device.pause(PAUSE);
            }
            other => return other.map(drop),
        }
    }
}

fn password_of(user: &str, password: &str) -> String {
    // Never displayed: only the device is told.
    format!(
        "/user/set [find where name={}] password={}",
        quoted(user),
        quoted(password)
    )
}

fn set_password(
    device: &mut Device<'_>,
    wanted: &Wanted<'_>,
    password: &str,
    then: &mut dyn Connector,
) -> Result<()> {
    let line = password_of(wanted.user, password);
    let mut last = Failure::new(Code::ConnectionLost, "every answer was lost");
    for _ in 0..TRIES {
        match device.tell(&line) {
            Ok(Told::Refused(refusal)) => {
                return Err(Failure::new(
                    Code::CommandRefused,
                    format!("the device refused the password: {refusal}"),
                ));
            }
            // A lost answer, or an old password that is not taken any more:
            // whether the new one is, tells the next login.
            Ok(Told::Done | Told::Unknown(_)) => {}
            Err(failure) => last = failure,
        }
        match then.connect() {
            Ok(_) => {
                device.say(&Event::note(format!(
                    "{} has a new password, and could log in with it",
                    wanted.user
                )));
                return Ok(());
            }
            Err(failure) if failure.is_passing() => device.pause(PAUSE),
            Err(failure) => last = failure,
        }
    }
    let back = device.tell(&password_of(wanted.user, wanted.old_password));
    let what = match back {
        Ok(Told::Done) => "the old password holds again",
        _ => "whether the old or the new password holds is not known: try both",
    };
    Err(last.hint(format!("the new password did not log in; {what}")))
}
