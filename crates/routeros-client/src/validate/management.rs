//! The way to the device, in the declared state.

use super::context::Context;
use crate::board;
use crate::plan::{after, diff};
use crate::reach::{Operator, reach};
use crate::schema::Kind;

pub(super) fn check(context: &mut Context<'_>) {
    let Some(operator) = Operator::expected(context.desired) else {
        let text = "no management port and address: nothing is known of the way to the device";
        let advice = "declare [management] with port and address";
        context.find_at(
            "W-management-undeclared",
            1,
            "management".to_owned(),
            text,
            advice,
        );
        return;
    };
    let line = context
        .desired
        .management
        .as_ref()
        .map_or(1, |found| found.line);
    let item = || "management".to_owned();
    let mut addresses = context.addresses().into_iter();
    let declared = addresses.any(|(_, prefix, _)| prefix.address == operator.device);
    let port = context.slaves().contains(&operator.port)
        || context
            .desired
            .of(Kind::Address)
            .any(|address| address.text("interface") == operator.port);
    if !declared || !port {
        let what = if declared {
            operator.port.clone()
        } else {
            operator.device.to_string()
        };
        let text = format!("{what} is not declared, so only the device can tell");
        let advice = "declare the port and the address, then this can be checked before";
        context.find_at("W-management-undeclared", line, item(), text, advice);
        return;
    }
    let name = context.desired.board.clone().unwrap_or_default();
    let mut state = board::blank(&name, context.version());
    if board::ports(&name).is_none() || !context.findings.iter().all(|found| harmless(found.code)) {
        return;
    }
    let Ok(plan) = diff(context.desired, &state) else {
        return;
    };
    for step in &plan.steps {
        state = after(&state, step);
    }
    if let Err(cut) = reach(&state, &operator) {
        let advice = format!(
            "keep {} and {} in one VLAN, or manage from a port that is",
            operator.port, operator.device
        );
        context.find_at("E-management-cut", line, item(), cut.reason, advice);
    }
}

/// What leaves the declared state whole enough to follow the way in it.
fn harmless(code: &str) -> bool {
    !["E-missing", "E-duplicate", "E-port-unknown", "E-reference"].contains(&code)
}
