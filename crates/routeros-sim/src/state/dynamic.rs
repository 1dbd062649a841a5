//! Rows that the device makes of its own accord.

use super::item::Note;
use super::members::holds;
use super::{Item, State, Val};
use crate::menu::Space;

const TABLE: &str = "/interface/bridge/vlan";

/// A row that ought to be there.
#[derive(PartialEq, Eq)]
struct Wanted {
    bridge: u32,
    vid: i64,
    tagged: Vec<u32>,
    untagged: Vec<u32>,
    note: Note,
}

impl State {
    /// Makes the dynamic rows agree with the rest; those that stay keep their ids.
    pub(crate) fn settle(&mut self) {
        let wanted = self.wanted_rows();
        let Some(menu) = self.menu(TABLE) else { return };
        let mut old: Vec<Item> = Vec::new();
        self.table_mut(TABLE).retain(|item| {
            if item.dynamic {
                old.push(item.clone());
            }
            !item.dynamic
        });
        for row in wanted {
            let kept = old.iter().find(|item| {
                item.reference("bridge") == Some(row.bridge)
                    && holds(item, row.vid)
                    && item.note == Some(row.note)
            });
            let id = match kept {
                Some(item) => item.id,
                None => self.next_id(menu),
            };
            let mut item = Item::new(id)
                .with("bridge", Val::Ref(Space::Interface, row.bridge))
                .with("vlan-ids", Val::List(vec![Val::text(row.vid.to_string())]))
                .with("tagged", list(&row.tagged))
                .with("untagged", list(&row.untagged));
            item.dynamic = true;
            item.note = Some(row.note);
            self.table_mut(TABLE).push(item);
        }
        self.table_mut(TABLE).sort_by_key(|item| item.id);
    }

    fn wanted_rows(&self) -> Vec<Wanted> {
        let bridges: Vec<u32> = self
            .items("/interface/bridge")
            .iter()
            .filter(|item| Self::enabled(item) && self.filters(item.id))
            .map(|item| item.id)
            .collect();
        let mut rows = Vec::new();
        for bridge in bridges {
            self.rows_by_pvid(bridge, &mut rows);
            self.rows_by_vlan(bridge, &mut rows);
        }
        rows
    }

    fn rows_by_pvid(&self, bridge: u32, rows: &mut Vec<Wanted>) {
        for (id, vid) in self.untagged_homes(bridge) {
            let listed = self.vlan_rows(bridge).any(|item| {
                let member = Val::Ref(Space::Interface, id);
                holds(item, vid)
                    && (item.list("untagged").contains(&member)
                        || item.list("tagged").contains(&member))
            });
            if listed {
                continue;
            }
            let same = rows
                .iter_mut()
                .find(|row| row.bridge == bridge && row.vid == vid && row.note == Note::ByPvid);
            match same {
                Some(row) => row.untagged.push(id),
                None => rows.push(Wanted {
                    bridge,
                    vid,
                    tagged: Vec::new(),
                    untagged: vec![id],
                    note: Note::ByPvid,
                }),
            }
        }
    }

    fn rows_by_vlan(&self, bridge: u32, rows: &mut Vec<Wanted>) {
        for vlan in self.items("/interface/vlan") {
            let Some(Val::Number(vid)) = self.get("/interface/vlan", vlan, "vlan-id") else {
                continue;
            };
            let member = Val::Ref(Space::Interface, bridge);
            let listed = self
                .vlan_rows(bridge)
                .any(|item| holds(item, vid) && item.list("tagged").contains(&member));
            let made = rows
                .iter()
                .any(|row| row.bridge == bridge && row.vid == vid && row.note == Note::ByVlan);
            if self.bridge_is_tagged(bridge, vid) && !listed && !made {
                rows.push(Wanted {
                    bridge,
                    vid,
                    tagged: vec![bridge],
                    untagged: Vec::new(),
                    note: Note::ByVlan,
                });
            }
        }
    }
}

fn list(ids: &[u32]) -> Val {
    Val::List(
        ids.iter()
            .map(|id| Val::Ref(Space::Interface, *id))
            .collect(),
    )
}
