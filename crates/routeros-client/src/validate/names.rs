//! Names of hosts.

use super::context::Context;
use crate::schema::Kind;

pub(super) fn check(context: &mut Context<'_>) {
    let names: Vec<String> = context
        .desired
        .of(Kind::DnsStatic)
        .map(|item| item.text("name"))
        .collect();
    for item in context.desired.of(Kind::DnsStatic) {
        let name = item.text("name");
        let Some(host) = name.strip_suffix(".local") else {
            continue;
        };
        let text = "names under .local belong to multicast DNS: many machines never ask a server \
                    for them";
        let others = [".internal", ".home.arpa"].map(|zone| format!("{host}{zone}"));
        let advice = match others.iter().find(|other| names.contains(other)) {
            Some(other) => format!("{other} is declared beside it: use that one"),
            None => format!("declare {} beside it", others[0]),
        };
        context.find("W-local-name", item, text, advice);
    }
}
