//! Which question to ask, by version.

use super::{ReadError, json, records};
use crate::command::OK;
use crate::row::Row;
use crate::schema::Kind;
use crate::version::Version;

/// Commands to send for the items of a kind, and how to read the answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategy {
    kind: Kind,
    /// What to send, each as a command of its own.
    pub commands: Vec<String>,
    json: bool,
}

/// How to ask for the items of a kind.
///
/// From 7.16 as JSON. Before 7.20 that leaves out every flag, so a second
/// question asks for them by name. Before 7.16 one record a line, where a
/// comment with `;` can make an item unreadable.
#[must_use]
pub fn strategy(kind: Kind, version: Version) -> Strategy {
    let menu = kind.menu();
    let path = menu.path;
    let as_json = |print: String| {
        format!(":put [:serialize to=json options=json.no-string-conversion value=[{print}]]")
    };
    let commands = match (version.at_least(16), menu.singleton) {
        (true, true) => vec![as_json(format!("{path}/print as-value"))],
        (false, true) => vec![format!(":put [{path}/print as-value]; :put \"{OK}\"")],
        (false, false) => vec![format!(
            ":foreach i in=[{path} find] do={{:put [{path} get $i]}}; :put \"{OK}\""
        )],
        (true, false) => {
            let mut commands = vec![as_json(format!("{path}/print detail as-value"))];
            if !version.at_least(20) && !menu.flags.is_empty() {
                let flags = menu.flags.join(",");
                commands.push(as_json(format!(
                    "{path}/print as-value proplist=.id,{flags}"
                )));
            }
            commands
        }
    };
    Strategy {
        kind,
        commands,
        json: version.at_least(16),
    }
}

impl Strategy {
    /// Reads the answers to [`Self::commands`], in their order.
    ///
    /// # Errors
    /// Where the device refused, or an answer is cut off or not understood.
    pub fn read<S: AsRef<str>>(&self, answers: &[S]) -> Result<Vec<Row>, ReadError> {
        let mut answers = answers.iter().map(AsRef::as_ref);
        let first = answers.next().ok_or(ReadError::Silent)?;
        if !self.json {
            return records(self.kind, first);
        }
        let mut rows = json(self.kind, first)?;
        if self.commands.len() > 1 {
            let flags = json(self.kind, answers.next().ok_or(ReadError::Silent)?)?;
            for row in &mut rows {
                // One that came or went between the questions keeps no flags.
                if let Some(seen) = flags
                    .iter()
                    .find(|seen| seen.id.is_some() && seen.id == row.id)
                {
                    row.flags = seen.flags;
                    row.values.extend(seen.values.clone());
                }
            }
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trap_as_value_without_put_prints_nothing() {
        for version in [
            Version::new(7, 12, 0),
            Version::new(7, 16, 0),
            Version::new(7, 20, 0),
            Version::new(7, 23, 0),
        ] {
            for kind in Kind::ALL {
                for command in strategy(kind, version).commands {
                    assert!(
                        command.starts_with(":put [") || command.contains("do={:put ["),
                        "{command}"
                    );
                }
            }
        }
        let strategy = strategy(Kind::Address, Version::new(7, 20, 0));
        assert_eq!(strategy.read(&["\r\n"]), Err(ReadError::Silent));
    }

    #[test]
    fn trap_flags_are_missing_before_7_20() {
        let old = strategy(Kind::Address, Version::new(7, 16, 2));
        assert!(
            old.commands[1]
                .contains("/ip/address/print as-value proplist=.id,dynamic,disabled,invalid,slave")
        );
        assert_eq!(
            strategy(Kind::Address, Version::new(7, 20, 0))
                .commands
                .len(),
            1
        );
        let items =
            r#"[{".id":"*1","address":"10.0.0.1/24"},{".id":"*a","address":"10.0.1.1/24"}]"#;
        let flags = r#"[{".id":"*A","dynamic":true,"disabled":false},{".id":"*1","dynamic":false,"disabled":true}]"#;
        let rows = old.read(&[items, flags]).expect("reads");
        assert_eq!(
            (rows[0].flags.dynamic, rows[0].flags.disabled),
            (Some(false), Some(true))
        );
        assert_eq!(
            (rows[1].flags.dynamic, rows[1].flags.disabled),
            (Some(true), Some(false))
        );
        // Not asked for, a flag is unknown, never false.
        assert_eq!(
            json(Kind::Address, items).expect("reads")[0].flags.dynamic,
            None
        );
    }

    #[test]
    fn old_versions_answer_records_and_prove_their_end() {
        let old = strategy(Kind::DhcpServer, Version::new(7, 12, 1));
        assert_eq!(
            old.commands,
            [
                ":foreach i in=[/ip/dhcp-server find] do={:put [/ip/dhcp-server get $i]}; :put \"@@OK\""
            ]
        );
        let answer =
            ".id=*1;disabled=false;invalid=false;lease-time=00:30:00;name=dhcp-attic\r\n@@OK\r\n";
        let rows = old.read(&[answer]).expect("reads");
        assert_eq!(rows[0].text("lease-time"), "30m");
        assert_eq!(old.read(&["@@OK\n"]), Ok(vec![]));
        assert_eq!(old.read(&[".id=*1;name=dhcp-at"]), Err(ReadError::CutOff));
    }
}
