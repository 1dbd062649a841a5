//! The device's clock: what falls due is run, and a restart begins anew.

use super::reset::AFTER_RESET;
use crate::device::{Device, Event, Session};
use crate::state::Val;
use crate::time::timestamp;

const SCHEDULER: &str = "/system/scheduler";

/// How many scripts one moment may start.
const AT_ONCE: usize = 100;

impl Device {
    /// Milliseconds since 1970, by the device's clock.
    pub(crate) fn now(&self) -> u64 {
        self.state.started + self.state.uptime
    }

    /// Lets the device's clock run by `millis`; scheduler entries that fall due are run.
    pub fn tick(&mut self, millis: u64) -> Vec<Event> {
        let waited = self.around.ahead.min(millis);
        self.around.ahead -= waited;
        self.state.uptime += millis - waited;
        for _ in 0..AT_ONCE {
            self.keep_timers();
            let Some(id) = self.around.schedule.due(self.now()) else {
                break;
            };
            self.run_entry(id);
            if self.events.contains(&Event::Reboot) {
                break;
            }
        }
        self.keep_timers();
        std::mem::take(&mut self.events)
    }

    /// Starts after a reboot, with the state that was ordered.
    pub fn boot(&mut self) -> Vec<Event> {
        let now = self.now();
        if let Some(next) = self.around.next.take() {
            self.state = next;
        }
        self.state.started = now;
        self.state.uptime = 0;
        self.around.ahead = 0;
        self.around.schedule.sync(&self.state.timers(), now);
        self.around.schedule.boot(now);
        self.state.table_mut("/log").clear();
        self.state.settle();
        if let Some(script) = self.around.run_after_reset.take() {
            self.around.deadline = Some(AFTER_RESET);
            self.run_own(
                "run-after-reset",
                &format!("/import file-name=\"{script}\""),
                "admin",
            );
            self.around.deadline = None;
        }
        self.keep_timers();
        std::mem::take(&mut self.events)
    }

    /// Makes the timers agree with the scheduler's entries, and the entries show them.
    pub(crate) fn keep_timers(&mut self) {
        let now = self.now();
        self.around.schedule.sync(&self.state.timers(), now);
        for item in self.state.table_mut(SCHEDULER) {
            let count = self.around.schedule.run_count(item.id);
            item.values
                .insert("run-count", Val::Number(i64::from(count)));
            match self.around.schedule.next_run(item.id) {
                Some(next) => item.values.insert("next-run", Val::Text(timestamp(next))),
                None => item.values.remove("next-run"),
            };
        }
    }

    fn run_entry(&mut self, id: u32) {
        let Some(entry) = self.state.item(SCHEDULER, id) else {
            return;
        };
        let text = |name| entry.text(name).unwrap_or_default().to_owned();
        let (event, owner) = (text("on-event"), text("owner"));
        let scripts = self.state.items("/system/script").iter();
        let script = scripts
            .filter(|script| script.text("name") == Some(&event))
            .find_map(|script| script.text("source"));
        let source = script.map_or(event.clone(), str::to_owned);
        let owner = if owner.is_empty() {
            "admin".to_owned()
        } else {
            owner
        };
        self.run_own("scheduler", &source, &owner);
    }

    /// Runs a script that nobody watches; how it failed is in the log.
    fn run_own(&mut self, by: &str, source: &str, user: &str) {
        let session = Session {
            user: user.to_owned(),
            from: None,
        };
        let (_, failure) = self.run_script(source, &session);
        if let Some(failure) = failure {
            let message = format!("executing script from {by} failed, please check it manually");
            self.log("script,error", &message);
            self.log("script,error", &failure);
        }
    }
}
