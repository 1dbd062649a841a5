//! Boards and versions.

use super::context::Context;
use crate::schema::Kind;

pub(super) fn check(context: &mut Context<'_>) {
    device(context);
    let minor = context.version().minor;
    for item in &context.desired.items {
        for name in item.values.keys() {
            let attribute = item.kind.attribute(name);
            let Some(attribute) = attribute.filter(|found| !found.exists_in(minor)) else {
                continue;
            };
            let (text, advice) = match attribute.since {
                Some(since) if since > minor => (
                    format!("{name} came with 7.{since}, and 7.{minor} has to do"),
                    format!("leave it out, or declare minimum-version = \"7.{since}\""),
                ),
                _ => (
                    format!("{name} is gone in 7.{minor}"),
                    "leave it out".to_owned(),
                ),
            };
            context.find("E-version", item, text, advice);
        }
        if item.kind == Kind::DhcpServer && item.get("lease-time").is_none() {
            let text = "lease-time is not declared, so what the device has stays: 30m at a new \
                        server, 10m at one that RouterOS 6 made";
            context.find("N-lease-time", item, text, "declare it");
        }
    }
}

fn device(context: &mut Context<'_>) {
    let Some(state) = context.state else {
        return;
    };
    let at = |name: &str| (context.desired.device_line.max(1), format!("device {name}"));
    if let Some(board) = &context.desired.board
        && !state.board.is_empty()
        && *board != state.board
    {
        let (line, item) = at("board");
        let text = format!("the file is for {board}, the device is {}", state.board);
        context.find_at("E-board", line, item, text, "take the file of this board");
    }
    if let Some(least) = context.desired.minimum_version
        && state.version < least
    {
        let (line, item) = at("minimum-version");
        let text = format!("the file needs {least}, the device runs {}", state.version);
        context.find_at("E-version", line, item, text, "upgrade the device first");
    }
}
