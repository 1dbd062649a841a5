//! Commands whose work is done by the surroundings: backups, resets, reboots, keys, safe mode.

use std::collections::BTreeMap;

use super::{Done, Run, Value};
use crate::state::Refusal;

impl Run<'_> {
    pub(super) fn outside(
        &mut self,
        path: &str,
        verb: &str,
        _args: &BTreeMap<&'static str, String>,
    ) -> Done<Value> {
        Err(Refusal::unknown(format_args!("{path} {verb}")).into())
    }
}
