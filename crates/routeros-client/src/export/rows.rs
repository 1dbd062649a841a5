//! From statements to rows.

use super::{Export, Statement, Token};
use crate::row::{Row, State};
use crate::schema::Kind;

impl Export {
    /// The items of the kinds that are known. What an export leaves out is at
    /// its default and absent here.
    #[must_use]
    pub fn state(&self) -> State {
        let mut state = State {
            version: self.head.version.unwrap_or_default(),
            board: self.head.model.clone().unwrap_or_default(),
            ..State::default()
        };
        for statement in &self.statements {
            let Statement::Command {
                path, verb, tokens, ..
            } = statement
            else {
                continue;
            };
            let Some(kind) = Kind::by_path(path) else {
                continue;
            };
            if matches!(verb.as_str(), "add" | "set") {
                state
                    .rows
                    .entry(kind)
                    .or_default()
                    .push(row(kind, verb == "set", tokens));
            }
        }
        state
    }
}

fn row(kind: Kind, set: bool, tokens: &[Token]) -> Row {
    let mut row = Row::new(kind);
    for (place, token) in tokens.iter().enumerate() {
        match token {
            Token::Argument { name, value } => row.take(name, value),
            Token::Word(name) if set && place == 0 => row.take("name", name),
            Token::Word(flag) => row.take(flag, "yes"),
            Token::Find(conditions) => {
                for condition in conditions {
                    if let Token::Argument { name, value } = condition {
                        row.take(name, value);
                    }
                }
            }
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::parse;

    #[test]
    fn rows_of_every_shape_of_command() {
        let text = "# 2026-04-05 06:07:08 by RouterOS 7.20.8\n# model = CRS326-24G-2S+\n/interface ethernet\nset [ find default-name=ether1 ] comment=\"cache NIC 1\"\n/ip dhcp-server\nadd address-pool=pool-attic interface=*2C lease-time=1h name=dhcp-attic\n/ip service\nset telnet disabled=yes\n/ip dns\nset servers=10.0.0.1\n/port\nset 0 name=serial0\n";
        let state = parse(text).expect("parses").state();
        assert_eq!(state.board, "CRS326-24G-2S+");
        assert_eq!(state.of(Kind::Ethernet)[0].key(), "ether1");
        assert_eq!(state.of(Kind::Service)[0].key(), "telnet");
        assert_eq!(state.of(Kind::Service)[0].flags.disabled, Some(true));
        assert_eq!(state.of(Kind::Dns)[0].text("servers"), "10.0.0.1");
        assert_eq!(
            state.of(Kind::DhcpServer)[0].dangling().count(),
            1,
            "trap: dangling ids in exports"
        );
        assert_eq!(state.rows.len(), 4);
    }

    #[test]
    fn trap_the_default_of_lease_time_is_not_in_an_export_and_depends_on_the_version() {
        let state = parse("/ip dhcp-server\nadd interface=vlan10-attic name=dhcp-attic\n")
            .expect("parses")
            .state();
        assert_eq!(state.of(Kind::DhcpServer)[0].get("lease-time"), None);
        let default = Kind::DhcpServer
            .attribute("lease-time")
            .and_then(|attribute| attribute.default);
        assert_eq!(default, Some("30m"));
    }
}
