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
    /// Where one of them is not there, or where it may be one of several.
    pub fn place(&mut self) -> Result<Place> {
        let mut places = Vec::new();
        for operator in self.operators()? {
            places.push(self.place_of(operator));
        }
        // The newest session is most likely this one; where others come by
        // other ports, likely is not enough.
        let Some(newest) = places.pop() else {
            return Err(unknown("the device shows no session over SSH"));
        };
        let newest = newest?;
        for other in places {
            if other.as_ref().map(|place| &place.port) != Ok(&newest.port) {
                let other = match other {
                    Ok(place) => format!("{} by {}", place.operator, place.port),
                    Err(failure) => failure.message,
                };
                let Place { operator, port } = newest;
                return Err(unknown(&format!(
                    "several sessions over SSH are open: {operator} by {port}, and {other}"
                ))
                .hint("end the others"));
            }
        }
        Ok(newest)
    }

    fn place_of(&mut self, operator: IpAddr) -> Result<Place> {
        let ours = format!("address={}", quoted(&operator.to_string()));
        let found = self.ask_lines(&each("/ip/arp", &ours, "mac-address"))?;
        let mac = only(found, &format!("the ARP entries for {operator}"))?;
        let Some(mac) = mac else {
            return Err(unknown(&format!(
                "the device has no ARP entry for {operator}; it comes through a router"
            )));
        };
        let here = format!("mac-address={}", quoted(&mac));
        let ports = self.ask_lines(&each("/interface/bridge/host", &here, "on-interface"))?;
        if let Some(port) = only(ports, &format!("the bridge's host entries for {mac}"))? {
            return Ok(Place { operator, port });
        }
        // No bridge saw it: the address is on a port of its own.
        let interfaces = self.ask_lines(&each("/ip/arp", &ours, "interface"))?;
        match only(interfaces, &format!("the ARP entries for {operator}"))? {
            Some(port) => Ok(Place { operator, port }),
            None => Err(unknown(&format!("no bridge has seen {mac}"))),
        }
    }

    /// Whose session this may be: the address that this machine has on the
    /// way there, if the device shows it; else every one, the newest last.
    fn operators(&mut self) -> Result<Vec<IpAddr>> {
        let active = self.ask_lines(&each("/user/active", "via=\"ssh\"", "address"))?;
        let own = self.own_address();
        let mut addresses: Vec<IpAddr> = Vec::new();
        for address in active.iter().filter_map(|text| text.parse().ok()) {
            if Some(address) == own {
                return Ok(vec![address]);
            }
            addresses.retain(|known| *known != address);
            addresses.push(address);
        }
        Ok(addresses)
    }
}

/// What all entries say; nothing where there is none. The device keeps entries
/// for a while after a cable was moved, and does not say which is the newest.
fn only(found: Vec<String>, entries: &str) -> Result<Option<String>> {
    let mut said: Vec<String> = found.into_iter().filter(|text| !text.is_empty()).collect();
    said.sort_unstable();
    said.dedup();
    match said.len() {
        0 | 1 => Ok(said.pop()),
        _ => Err(unknown(&format!("{entries} name {}", said.join(" and ")))
            .hint("where the cable was moved, wait five minutes: old entries go by themselves")),
    }
}

fn unknown(why: &str) -> Failure {
    Failure::new(
        Code::PlaceUnknown,
        format!("by which port you come is not known: {why}"),
    )
    .hint("connect this machine to the management port directly, with an address in its network")
}
