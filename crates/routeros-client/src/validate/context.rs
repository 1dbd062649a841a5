//! What the checks share.

use std::collections::BTreeSet;

use super::{CODES, Finding};
use crate::board;
use crate::desired::{Desired, Item};
use crate::row::State;
use crate::schema::Kind;
use crate::value::{Prefix, Value};
use crate::version::Version;

pub(super) struct Context<'a> {
    pub(super) desired: &'a Desired,
    pub(super) state: Option<&'a State>,
    /// The ports of the board under the names that they will have; `None`
    /// where the board is not known.
    pub(super) ports: Option<BTreeSet<String>>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Context<'a> {
    pub(super) fn new(desired: &'a Desired, state: Option<&'a State>) -> Self {
        let mut context = Context {
            desired,
            state,
            ports: None,
            findings: Vec::new(),
        };
        context.ports = context.sockets().map(|sockets| context.renamed(sockets));
        context
    }

    /// The sockets of the board, under the names that the board gives them.
    pub(super) fn sockets(&self) -> Option<Vec<String>> {
        let seen = self.state.map(|state| state.of(Kind::Ethernet));
        match seen {
            Some(rows) if !rows.is_empty() => {
                Some(rows.iter().map(|row| row.text("default-name")).collect())
            }
            _ => board::ports(self.desired.board.as_deref()?),
        }
    }

    fn renamed(&self, sockets: Vec<String>) -> BTreeSet<String> {
        let name = |socket: String| {
            let declared = self
                .desired
                .of(Kind::Ethernet)
                .find(|item| item.text("default-name") == socket);
            let declared = declared.and_then(|item| item.get("name"));
            let seen = self.state.and_then(|state| {
                let mut rows = state.of(Kind::Ethernet).iter();
                rows.find(|row| row.text("default-name") == socket)?
                    .get("name")
            });
            declared.or(seen).map_or(socket, ToString::to_string)
        };
        sockets.into_iter().map(name).collect()
    }

    /// The oldest version that the file has to do with.
    pub(super) fn version(&self) -> Version {
        let device = self.state.map(|state| state.version);
        let known = device.filter(|version| *version != Version::default());
        known
            .or(self.desired.minimum_version)
            .unwrap_or(Version::LEAST)
    }

    /// The names that items of a kind will have.
    pub(super) fn names(&self, kind: Kind) -> BTreeSet<String> {
        let declared = self.desired.of(kind);
        let rows = self.state.map(|state| state.of(kind)).unwrap_or_default();
        let mut names: BTreeSet<String> = rows.iter().map(|row| row.text("name")).collect();
        for item in declared {
            if let Some(old) = &item.adopt {
                names.remove(old);
            }
            names.insert(item.text("name"));
        }
        names
    }

    /// The interfaces that are ports of a bridge.
    pub(super) fn slaves(&self) -> BTreeSet<String> {
        let declared = self.desired.of(Kind::BridgePort);
        declared.map(|item| item.text("interface")).collect()
    }

    /// The declared addresses of the device, with their interface.
    pub(super) fn addresses(&self) -> Vec<(&'a Item, Prefix, String)> {
        let prefix = |item: &'a Item| match item.get("address") {
            Some(Value::Prefix(prefix)) => Some((item, *prefix, item.text("interface"))),
            _ => None,
        };
        self.desired.of(Kind::Address).filter_map(prefix).collect()
    }

    pub(super) fn find(
        &mut self,
        code: &'static str,
        item: &Item,
        text: impl Into<String>,
        advice: impl Into<String>,
    ) {
        let name = format!("{} {}", item.kind, item.key());
        self.find_at(code, item.line, name.trim_end().to_owned(), text, advice);
    }

    pub(super) fn find_at(
        &mut self,
        code: &'static str,
        line: usize,
        item: String,
        text: impl Into<String>,
        advice: impl Into<String>,
    ) {
        debug_assert!(CODES.iter().any(|(known, _)| *known == code), "{code}");
        self.findings.push(Finding {
            code,
            line,
            item,
            text: text.into(),
            advice: advice.into(),
        });
    }
}
