//! The device, its power, its cables and its clock, under one lock.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::sync::{broadcast, watch};

use super::fault::{Fault, Faults};
use super::options::{Options, Status};
use super::record::Entry;
use crate::device::{Event, Reply, Session};
use crate::machine::Machine;
use crate::reach::{Cut, Operator, reach};

/// The device is looked at this often, in milliseconds of its clock.
const STEP: u64 = 100;

/// What a cable carries at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// Whether bytes pass; if not, they wait, as TCP would repeat them.
    pub(super) open: bool,
    /// Connections with a lower number are refused.
    pub(super) oldest: u64,
    /// The number of a new connection.
    pub(super) next: u64,
}

/// One operator who dials one address.
#[derive(Debug)]
struct Dial {
    operator: Operator,
    to: Ipv4Addr,
    socket: SocketAddr,
    link: watch::Sender<Link>,
    cut: Option<Cut>,
    since: Option<u64>,
    longest: u64,
}

/// What becomes of a command.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The connection ends.
    Drop,
    /// Nothing comes, ever.
    Never,
    /// An answer.
    Answer {
        /// Its text, with LF line ends.
        text: String,
        /// The status of the channel, if one is said.
        status: Option<u32>,
        /// Not before this time of the simulator's clock.
        at: u64,
    },
}

pub(super) struct World {
    pub(super) machine: Box<dyn Machine>,
    pub(super) faults: Faults,
    pub(super) entries: Vec<Entry>,
    pub(super) clock: watch::Sender<u64>,
    pub(super) lines: broadcast::Sender<String>,
    options: Options,
    booting: u64,
    stalled: u64,
    boots: u64,
    link: Link,
    dials: Vec<Dial>,
}

impl World {
    pub(super) fn new(machine: Box<dyn Machine>, options: Options) -> Self {
        Self {
            machine,
            faults: Faults::default(),
            entries: Vec::new(),
            clock: watch::Sender::new(0),
            lines: broadcast::Sender::new(64),
            options,
            booting: 0,
            stalled: 0,
            boots: 0,
            link: Link {
                open: true,
                oldest: 0,
                next: 0,
            },
            dials: Vec::new(),
        }
    }

    pub(super) fn now(&self) -> u64 {
        *self.clock.borrow()
    }

    /// The seed of the present host key.
    pub(super) fn host_key(&self) -> u64 {
        self.options
            .host_key_seed
            .wrapping_add(self.machine.host_key() << 32)
    }

    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    pub(super) fn boots(&self) -> u64 {
        self.boots
    }

    pub(super) fn is_up(&self) -> bool {
        self.booting == 0
    }

    /// The TCP port that the next operator's listener is to take; 0 for any.
    pub(super) fn first_port(&self) -> u16 {
        if self.dials.is_empty() {
            self.options.tcp_port
        } else {
            0
        }
    }

    pub(super) fn plug(
        &mut self,
        operator: Operator,
        to: Ipv4Addr,
        socket: SocketAddr,
    ) -> watch::Receiver<Link> {
        self.machine.attach(&operator);
        let link = watch::Sender::new(self.link);
        let receiver = link.subscribe();
        self.dials.push(Dial {
            operator,
            to,
            socket,
            link,
            cut: None,
            since: None,
            longest: 0,
        });
        self.refresh();
        receiver
    }

    /// Lets the clock run.
    pub(super) fn advance(&mut self, millis: u64) {
        let mut left = millis;
        while left > 0 {
            let step = left.min(STEP);
            left -= step;
            self.step(step);
        }
    }

    fn step(&mut self, millis: u64) {
        let now = self.now() + millis;
        self.clock.send_replace(now);
        let events = if self.booting > 0 {
            self.booting = self.booting.saturating_sub(millis);
            if self.booting == 0 {
                self.has_booted()
            } else {
                Vec::new()
            }
        } else {
            self.stalled = self.stalled.saturating_sub(millis);
            self.machine.tick(millis)
        };
        self.meet(&events);
        self.refresh();
    }

    fn has_booted(&mut self) -> Vec<Event> {
        self.boots += 1;
        self.link.oldest = self.link.next;
        let now = self.now();
        for dial in &mut self.dials {
            if let Some(since) = dial.since.replace(now) {
                dial.longest = dial.longest.max(now - since);
            }
        }
        self.machine.boot()
    }

    /// Runs a command that came over the network.
    pub(super) fn exec(&mut self, line: &str, port: &str, session: &Session) -> Outcome {
        let faults = self.faults.next();
        if faults.contains(&Fault::CutBefore) {
            return Outcome::Drop;
        }
        let reply = self.run(line, port, session);
        let at = self.now();
        let entry = self.entry(line, port, session, &reply);
        self.entries.push(entry);
        self.meet(&reply.events);
        let mut status = match self.options.status {
            Status::OnError => Some(reply.status),
            Status::Zero => Some(0),
            Status::Unsaid => None,
        };
        let mut text = reply.text;
        let mut wait = 0;
        let mut lost = None;
        for fault in faults {
            match fault {
                Fault::CutBefore | Fault::CutAfter => lost = Some(Outcome::Drop),
                Fault::Stall => lost = Some(Outcome::Never),
                Fault::CloseWithoutStatus => status = None,
                Fault::Truncate(bytes) => {
                    let mut ends = (0..=bytes.min(text.len())).rev();
                    let end = ends.find(|end| text.is_char_boundary(*end));
                    text.truncate(end.unwrap_or(0));
                    status = None;
                }
                Fault::Reboot => self.fail_power(),
                Fault::Slow(millis) => wait += millis,
            }
        }
        self.refresh();
        lost.unwrap_or(Outcome::Answer {
            text,
            status,
            at: at + wait,
        })
    }

    /// Runs a script that has come as a file; no fault meets it.
    pub(super) fn import(&mut self, line: &str, port: &str, session: &Session) -> String {
        let reply = self.run(line, port, session);
        let entry = self.entry(line, port, session, &reply);
        self.entries.push(entry);
        self.meet(&reply.events);
        self.refresh();
        reply.text
    }

    fn run(&mut self, line: &str, port: &str, session: &Session) -> Reply {
        if let Some(address) = session.from {
            let port = port.to_owned();
            self.machine.attach(&Operator { port, address });
        }
        self.machine.exec(line, session)
    }

    fn entry(&self, line: &str, port: &str, session: &Session, reply: &Reply) -> Entry {
        Entry {
            at: self.now(),
            port: port.to_owned(),
            user: session.user.clone(),
            command: line.to_owned(),
            answer: reply.text.clone(),
            status: reply.status,
        }
    }

    /// Does what the device's events ask for.
    pub(super) fn meet(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::Reboot => {
                    self.link.next += 1;
                    self.link.oldest = self.link.next;
                    self.booting = self.options.boot.max(1);
                    self.stalled = 0;
                }
                Event::PortsRestart => self.stalled = self.options.ports_restart,
            }
        }
    }

    /// The power fails and is back at once: nobody closes connections.
    pub(super) fn fail_power(&mut self) {
        self.link.next += 1;
        self.booting = self.options.boot.max(1);
        self.stalled = 0;
        self.refresh();
    }

    /// Looks at every cable anew; to be called after anything that may have changed the device.
    pub(super) fn refresh(&mut self) {
        let now = self.now();
        let network = self.is_up().then(|| self.machine.network());
        for dial in &mut self.dials {
            let found = network
                .as_ref()
                .map(|network| reach(network, &dial.operator, dial.to));
            dial.cut = found.as_ref().and_then(|found| found.clone().err());
            let open = self.stalled == 0 && matches!(found, Some(Ok(_)));
            if open {
                if let Some(since) = dial.since.take() {
                    dial.longest = dial.longest.max(now - since);
                }
            } else if dial.since.is_none() {
                dial.since = Some(now);
            }
            let link = Link { open, ..self.link };
            dial.link.send_if_modified(|old| {
                let changed = *old != link;
                *old = link;
                changed
            });
        }
    }

    /// The longest time without a way through, and why there is none now.
    pub(super) fn unreachable(&self, socket: SocketAddr) -> Option<(u64, Option<Cut>)> {
        let dial = self.dials.iter().find(|dial| dial.socket == socket)?;
        let open = dial.since.map_or(0, |since| self.now() - since);
        Some((dial.longest.max(open), dial.cut.clone()))
    }
}
