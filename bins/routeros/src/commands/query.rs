//! `query`: what a device has.

use routeros_client::device::Device;
use routeros_client::failure::Result;
use routeros_client::schema::Kind;

use super::DONE;
use crate::args::{Query, Subject};
use crate::console::Console;
use crate::show;
use crate::surroundings::Clock;

impl Subject {
    /// The kinds that are shown.
    fn kinds(self) -> &'static [Kind] {
        match self {
            Subject::Interfaces => &[Kind::Interface],
            Subject::Vlans => &[Kind::Vlan, Kind::BridgeVlan],
            Subject::Bridges => &[Kind::Bridge],
            Subject::BridgePorts => &[Kind::BridgePort],
            Subject::IpAddresses => &[Kind::Address],
            Subject::Dhcp => &[
                Kind::Pool,
                Kind::DhcpServer,
                Kind::DhcpNetwork,
                Kind::DhcpLease,
            ],
            Subject::Dns => &[Kind::Dns, Kind::DnsStatic],
        }
    }
}

pub(super) fn run(args: &Query, console: Console) -> Result<u8> {
    let mut ssh = args.connection.ssh(console, None)?;
    let mut clock = Clock::start();
    let mut hear = |event: &_| console.event(event);
    let mut device = Device::new(&mut ssh, &mut clock, &mut hear);
    let facts = device.facts()?;
    for kind in args.subject.kinds() {
        let rows = device.rows(*kind, facts.version)?;
        if console.json {
            rows.iter().for_each(|row| console.value(row));
        } else {
            console.data(&show::table(*kind, &rows));
        }
    }
    Ok(DONE)
}
