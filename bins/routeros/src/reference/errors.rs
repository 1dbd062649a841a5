//! What can go wrong.

use routeros_client::failure::Code;
use routeros_client::reach::Rule;
use routeros_client::refusal::{Reason, Refusal};
use routeros_client::validate::CODES;

use super::cell;

const INTRODUCTION: &str = "# Errors of routeros

A command that fails prints `error[CODE]: MESSAGE` and its `hint:` lines to stderr; with `--json` also one object
`{\"event\": \"failed\", \"code\", \"message\", \"hints\"}` to stdout. Of a command line that cannot be read, stderr says
`error: MESSAGE`; the object has the code `usage`.

## Exit codes

| exit code | meaning |
|---|---|
| 0 | done, or nothing to do |
| 1 | failed |
| 2 | `plan` or `--dry-run`: there is something to do |
| 3 | refused before anything was changed |
| 4 | the device went, or will go, back on its own |
| 5 | the device was not reached, or not trusted |
| 64 | the command line is wrong |

## Failures

| code | exit code | meaning |
|---|---|---|
";

const FINDINGS: &str = "
## Findings of check

`E-` is an error and nothing is sent, `W-` a warning, `N-` a note.

| code | meaning |
|---|---|
";

const RULES: &str = "
## Rules of reachability

Why a plan is refused with `lockout`. The word is what `apply --force` takes; `--force lockout` stands for all of them.

| rule | the device is not reached because |
|---|---|
";

const REFUSALS: &str = "
## Refusals of the device

RouterOS ends a command that it refused with exit status 0, so only text and place tell. These texts are recognised; any
other text where a command should be silent is a refusal with the reason `other`.

| text | reason |
|---|---|
";

/// A text for every way in which a refusal is recognised.
const TEXTS: &[&str] = &[
    "bad command name bogus (line 1 column 13)",
    "bad parameter proplist (line 1 column 9)",
    "expected end of command (line 1 column 61)",
    "syntax error (line 1 column 44)",
    "expected item id (line 1 column 20)",
    "missing value(s) of argument(s) address interface",
    "invalid value for argument address",
    "value of range expects range of ip addresses",
    "input does not match any value of bridge",
    "ambiguous value of interface, more than one possible value matches input",
    "value of vlan-range out of range (1..4094)",
    "no such item",
    "failure: already have interface with such name",
    "failure: each interface can appear only once",
    "failure: can not change dynamic",
    "failure: not allowed by device-mode",
    "not enough permissions (9)",
    "Cannot open import file, file does not exist",
    "found 2 error(s) in import file",
    "runtime limit exceeded",
    "failure: anything else",
];

pub(super) fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    for code in Code::ALL {
        page.push_str(&format!(
            "| `{}` | {} | {} |\n",
            code.name(),
            code.exit_code(),
            code.meaning()
        ));
    }
    page.push_str(FINDINGS);
    for (code, meaning) in CODES {
        page.push_str(&format!("| `{code}` | {meaning} |\n"));
    }
    page.push_str(RULES);
    for rule in Rule::ALL {
        page.push_str(&format!("| `{}` | {} |\n", rule.word(), broken(rule)));
    }
    page.push_str(REFUSALS);
    for refusal in TEXTS.iter().filter_map(|text| Refusal::of_silent(text)) {
        page.push_str(&format!(
            "| `{}` | {} |\n",
            cell(&refusal.text),
            word(&refusal.reason)
        ));
    }
    page
}

fn broken(rule: Rule) -> &'static str {
    match rule {
        Rule::Port => "the port is absent or switched off",
        Rule::Bridge => "the bridge of the port is absent or switched off",
        Rule::FrameTypes => "the port or the bridge does not take such frames",
        Rule::Vlan => "the frames are in another VLAN than the address",
        Rule::Address => "no interface on the way holds the address",
        Rule::Route => "answers would leave by another interface, or not at all",
        Rule::Service => "SSH is switched off, or not for this operator",
    }
}

fn word(reason: &Reason) -> &'static str {
    match reason {
        Reason::UnknownCommand { .. } => "unknown-command",
        Reason::UnknownArgument { .. } => "unknown-argument",
        Reason::Syntax => "syntax",
        Reason::Expected { .. } => "expected",
        Reason::Missing { .. } => "missing",
        Reason::InvalidValue { .. } => "invalid-value",
        Reason::NoMatch { .. } => "no-match",
        Reason::Ambiguous => "ambiguous",
        Reason::OutOfRange { .. } => "out-of-range",
        Reason::NoSuchItem => "no-such-item",
        Reason::AlreadyExists => "already-exists",
        Reason::RepeatedInterface => "repeated-interface",
        Reason::Dynamic => "dynamic",
        Reason::DeviceMode => "device-mode",
        Reason::NotPermitted => "not-permitted",
        Reason::MissingFile => "missing-file",
        Reason::Import => "import",
        Reason::Timeout => "timeout",
        Reason::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_is_shown_once_at_least() {
        let words: std::collections::BTreeSet<_> = TEXTS
            .iter()
            .filter_map(|text| Refusal::of_silent(text))
            .map(|refusal| word(&refusal.reason))
            .collect();
        assert_eq!(words.len(), 19, "{words:?}");
    }
}
