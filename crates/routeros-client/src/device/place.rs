//! By which port the operator comes, as the device sees it.

use std::net::IpAddr;

use super::Device;
use super::question::each;
use crate::command::quote::quoted;
use crate::failure::{Code, Failure, Result};

/// Where the operator is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The operator's address.
    pub operator: IpAddr,
    /// The port, as it is named now.
    pub port: String,
}

impl Device<'_> {
    /// By which port the operator comes: the user's own address, the MAC
    /// address behind it, and the port at which the bridge saw that last.
    ///
    /// # Errors
    /// Where one of them is not there.
    pub fn place(&mut self) -> Result<Place> {
        let operator = self.operator()?;
        let ours = format!("address={}", quoted(&operator.to_string()));
        let found = self.ask_lines(&each("/ip/arp", &ours, "mac-address"))?;
        let Some(mac) = found.last().filter(|mac| !mac.is_empty()) else {
            return Err(unknown(&format!(
                "the device has no ARP entry for {operator}; it comes through a router"
            )));
        };
        let here = format!("mac-address={}", quoted(mac));
        let ports = self.ask_lines(&each("/interface/bridge/host", &here, "on-interface"))?;
        if let Some(port) = ports.into_iter().rfind(|port| !port.is_empty()) {
            return Ok(Place { operator, port });
        }
        // No bridge saw it: the address is on a port of its own.
        let interfaces = self.ask_lines(&each("/ip/arp", &ours, "interface"))?;
        match interfaces.into_iter().rfind(|name| !name.is_empty()) {
            Some(port) => Ok(Place { operator, port }),
            None => Err(unknown(&format!("no bridge has seen {mac}"))),
        }
    }

    /// Whose session this is: the one that came last.
    fn operator(&mut self) -> Result<IpAddr> {
        let active = self.ask_lines(&each("/user/active", "via=\"ssh\"", "address"))?;
        let address = active.iter().rev().find_map(|text| text.parse().ok());
        address.ok_or_else(|| unknown("the device shows no session over SSH"))
    }
}

fn unknown(why: &str) -> Failure {
    Failure::new(
        Code::PlaceUnknown,
        format!("by which port you come is not known: {why}"),
    )
    .hint("connect this machine to the management port directly, with an address in its network")
}
