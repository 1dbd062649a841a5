//! What each kind has.

use routeros_client::schema::{Attribute, Kind};

use super::{cell, types};

const INTRODUCTION: &str = "# What each kind has

The properties that the program knows, under the names that RouterOS has for them, as RouterOS 7.16 has them unless a
version is named. What a device shows beyond these is kept and shown by `query --json`, and never compared or changed.
Properties that are only shown cannot be declared. How a file is written: [the file](routeros-file.md).
";

pub(super) fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    for kind in Kind::ALL {
        let menu = kind.menu();
        let form = match (menu.singleton, menu.can_add) {
            (true, _) => "there is exactly one",
            (false, true) => "items are added, changed and removed",
            (false, false) => "items are there or not; declared ones are changed",
        };
        page.push_str(&format!(
            "\n## {kind}\n\nMenu `{}`: {form}.{}\n\n",
            menu.path,
            keys(menu.keys)
        ));
        page.push_str("| property | value | default | versions | |\n|---|---|---|---|---|\n");
        for attribute in menu.attributes {
            page.push_str(&row(attribute));
        }
    }
    page
}

fn keys(keys: &[&str]) -> String {
    match keys {
        [] => String::new(),
        keys => format!(" Told apart by `{}`.", keys.join("`, `")),
    }
}

fn row(attribute: &Attribute) -> String {
    let default = match attribute.default {
        None => String::new(),
        Some(text) => format!("`{text}`"),
    };
    let versions = match (attribute.since, attribute.gone_after) {
        (None, None) => String::new(),
        (Some(since), None) => format!("from 7.{since}"),
        (None, Some(last)) => format!("to 7.{last}"),
        (Some(since), Some(last)) => format!("7.{since} to 7.{last}"),
    };
    let shown = if attribute.read_only {
        "only shown"
    } else {
        ""
    };
    let notes: Vec<_> = [shown, attribute.note]
        .into_iter()
        .filter(|note| !note.is_empty())
        .collect();
    format!(
        "| `{}` | {} | {default} | {versions} | {} |\n",
        attribute.name,
        cell(&types::describe(attribute.kind)),
        cell(&notes.join("; "))
    )
}
