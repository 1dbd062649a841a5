//! `plan`, `apply` and `cleanup`: the same way to different goals.

use std::collections::BTreeSet;

use routeros_client::apply::{
    Agreed, CLOSE, Goal, Outcome, Settings, Survey, apply as carry_out, survey,
};
use routeros_client::bootstrap::address;
use routeros_client::device::Device;
use routeros_client::failure::{Code, Failure, Result};
use routeros_client::plan::Plan;
use routeros_client::ssh::Ssh;
use routeros_client::value;
use routeros_client::words::counted;

use super::{CHANGES, DONE, agreed};
use crate::args::{Connection, Safety};
use crate::connection::keeper;
use crate::console::Console;
use crate::surroundings::Clock;

fn way(goal: &dyn Goal, connection: &Connection, console: Console) -> Result<Ssh> {
    connection.ssh(
        console,
        address(goal.desired()).map(|address| address.to_string()),
    )
}

/// Says what is to be done.
pub(super) fn look(goal: &dyn Goal, connection: &Connection, console: Console) -> Result<u8> {
    let mut ssh = way(goal, connection, console)?;
    let mut clock = Clock::start();
    let mut hear = |event: &_| console.event(event);
    let mut device = Device::new(&mut ssh, &mut clock, &mut hear);
    let found = survey(&mut device, goal, &BTreeSet::new())?;
    report(&found, console);
    Ok(if found.plan.is_empty() { DONE } else { CHANGES })
}

fn report(found: &Survey, console: Console) {
    let Survey { plan, lockout, .. } = found;
    if console.json {
        console.value(&serde_json::json!({
            "event": "plan", "steps": plan.steps, "warnings": plan.warnings, "lockout": lockout,
        }));
        return;
    }
    console.data(plan.to_string().trim_end());
    if let Some(lockout) = lockout {
        console.warn(&format!("apply will refuse this plan: {lockout}"));
    }
}

/// Makes a device be as a goal says.
pub(super) fn run(
    goal: &dyn Goal,
    connection: &Connection,
    safety: &Safety,
    console: Console,
) -> Result<u8> {
    refuse_hurry(safety, connection)?;
    let mut ssh = way(goal, connection, console)?;
    let mut clock = Clock::start();
    let mut hear = |event: &_| console.event(event);
    let mut device = Device::new(&mut ssh, &mut clock, &mut hear);
    let outcome = carry_out(
        &mut device,
        goal,
        &mut Settings {
            confirm_within: safety.confirm_within,
            boot: safety.boot_time,
            insisted: safety
                .force
                .iter()
                .flat_map(|rules| rules.0.clone())
                .collect(),
            keep_backup: safety.keep_backup,
            keep: &mut keeper(safety.backup_dir.clone()),
            agree: &mut |plan| agree(plan, safety.yes, console),
        },
    )?;
    let steps = match outcome {
        Outcome::Unchanged => 0,
        Outcome::Applied(steps) => steps,
    };
    match console.json {
        true => console.value(&serde_json::json!({"event": "finished", "steps": steps})),
        false if steps == 0 => console.data("no change"),
        false => console.data(&format!("done: {}, confirmed", counted(steps, "step"))),
    }
    Ok(DONE)
}

/// Refuses a time in which one lost answer could not be made up for.
fn refuse_hurry(safety: &Safety, connection: &Connection) -> Result<()> {
    let (silent, connecting) = (connection.command_timeout, connection.connect_timeout);
    let least = silent + connecting + CLOSE;
    if safety.confirm_within >= least {
        return Ok(());
    }
    let said = |time: std::time::Duration| value::Duration::from_seconds(time.as_secs());
    let message = format!(
        "--confirm-within {} is too short: the device would go back while an answer is awaited",
        said(safety.confirm_within)
    );
    Err(Failure::new(Code::Usage, message).hint(format!(
        "give at least {}: a lost answer is seen after {} (--command-timeout), connecting again may take {} (--connect-timeout), and a device that goes back still answers for {}",
        said(least), said(silent), said(connecting), said(CLOSE)
    )))
}

fn agree(plan: &Plan, yes: bool, console: Console) -> Result<Agreed> {
    match (yes, console.json) {
        // Nobody is asked about what is not shown.
        (false, _) => console.insist(plan.to_string().trim_end()),
        (true, false) => console.talk(plan.to_string().trim_end()),
        (true, true) => {}
    }
    agreed(yes, "carry it out?", console)?;
    Ok(if yes { Agreed::AtOnce } else { Agreed::Asked })
}
