//! Addresses of hosts, of networks and of interfaces.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{ValueError, read::malformed};

/// A MAC address; printed in upper case, as the device compares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

/// An address and the length of its network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    /// The address, with its host's bits.
    pub address: IpAddr,
    /// How many bits are the network's.
    pub length: u8,
}

/// Reads an IP address.
pub(super) fn address(text: &str) -> Result<IpAddr, ValueError> {
    text.parse().map_err(|_| malformed("an IP address", text))
}

impl Mac {
    /// Reads six pairs of digits with `:`, `-` or `.` between them.
    ///
    /// # Errors
    /// Where the text is no MAC address.
    pub fn read(text: &str) -> Result<Self, ValueError> {
        let error = || malformed("a MAC address", text);
        let mut bytes = [0; 6];
        let mut parts = text.split([':', '-', '.']);
        for byte in &mut bytes {
            let part = parts
                .next()
                .filter(|part| part.len() == 2)
                .ok_or_else(error)?;
            if !part.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(error());
            }
            *byte = u8::from_str_radix(part, 16).map_err(|_| error())?;
        }
        parts.next().map_or(Ok(Mac(bytes)), |_| Err(error()))
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "{a:02X}:{b:02X}:{c:02X}:{d:02X}:{e:02X}:{g:02X}")
    }
}

impl Prefix {
    /// Reads `10.0.0.1/24`; a bare address is a network of its own.
    ///
    /// # Errors
    /// Where the text is no address with a length.
    pub fn read(text: &str) -> Result<Self, ValueError> {
        let error = || malformed("an address with the length of its network", text);
        let (host, length) = text
            .split_once('/')
            .map_or((text, None), |(host, length)| (host, Some(length)));
        let address: IpAddr = host.parse().map_err(|_| error())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            None => most,
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                digits.parse().map_err(|_| error())?
            }
            Some(_) => return Err(error()),
        };
        if length > most {
            Err(error())
        } else {
            Ok(Prefix { address, length })
        }
    }

    /// The same network without its host's bits.
    #[must_use]
    pub fn network(self) -> Self {
        let address = match self.address {
            IpAddr::V4(address) => {
                IpAddr::V4(Ipv4Addr::from_bits(address.to_bits() & mask4(self.length)))
            }
            IpAddr::V6(address) => {
                IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & mask6(self.length)))
            }
        };
        Prefix {
            address,
            length: self.length,
        }
    }

    /// Whether an address lies in this network.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.address.is_ipv4()
            && Prefix {
                address,
                length: self.length,
            }
            .network()
                == self.network()
    }

    /// Whether the two networks have an address in common.
    #[must_use]
    pub fn overlaps(self, other: Prefix) -> bool {
        let wider = if self.length <= other.length {
            self
        } else {
            other
        };
        let narrower = if self.length <= other.length {
            other
        } else {
            self
        };
        wider.contains(narrower.address)
    }
}

fn mask4(length: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(length)).unwrap_or(0)
}

fn mask6(length: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(length)).unwrap_or(0)
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_keep_the_host_and_networks_drop_it() {
        let prefix = Prefix::read("10.0.0.1/24").expect("reads");
        assert_eq!(prefix.to_string(), "10.0.0.1/24");
        assert_eq!(prefix.network().to_string(), "10.0.0.0/24");
        assert_eq!(
            Prefix::read("10.0.0.1").expect("reads").to_string(),
            "10.0.0.1/32"
        );
        assert_eq!(
            Prefix::read("0.0.0.0/0")
                .expect("reads")
                .network()
                .to_string(),
            "0.0.0.0/0"
        );
        assert_eq!(
            Prefix::read("fd00::1/64")
                .expect("reads")
                .network()
                .to_string(),
            "fd00::/64"
        );
        for text in [
            "10.0.0.1/33",
            "10.0.0/24",
            "10.0.0.1/",
            "10.0.0.1/+8",
            "300.1.1.1/24",
        ] {
            assert!(Prefix::read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn networks_know_what_lies_in_them() {
        let net = |text| Prefix::read(text).expect("reads");
        assert!(net("10.0.0.1/24").contains("10.0.0.254".parse().expect("address")));
        assert!(!net("10.0.0.1/24").contains("10.0.1.1".parse().expect("address")));
        assert!(!net("10.0.0.1/0").contains("::1".parse().expect("address")));
        assert!(
            net("10.0.0.0/8").overlaps(net("10.9.0.0/16"))
                && net("10.9.0.0/16").overlaps(net("10.0.0.0/8"))
        );
        assert!(!net("10.0.0.0/24").overlaps(net("10.0.1.0/24")));
    }

    #[test]
    fn a_mac_address_has_no_case() {
        assert_eq!(
            Mac::read("0c:84-53.9f:00:0A").expect("reads").to_string(),
            "0C:84:53:9F:00:0A"
        );
        for text in [
            "0c:84:53:9f:00",
            "0c:84:53:9f:00:0a:0b",
            "0c8453:9f:00:0a",
            "**:**:**:**:**:**",
            "+c:84:53:9f:00:0a",
        ] {
            assert!(Mac::read(text).is_err(), "{text}");
        }
    }
}
