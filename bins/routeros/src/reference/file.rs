//! The format of the file.

use routeros_client::board;
use routeros_client::schema::Kind;
use routeros_client::version::Version;

const INTRODUCTION: &str = "# The file of desired state

TOML. A whole example: [office.toml](../operate/office.toml). `routeros check FILE` says what is wrong with a file, with line
numbers and without a device; `routeros adopt` writes one from a running device.

- A property that is not declared is not managed. `property = \"\"` clears it.
- An item that is not declared is left alone, unless `purge` names its kind.
- Names are RouterOS' own. An unknown one is an error that names the nearest known one.
- Booleans may be `true`, `false`, `\"yes\"` or `\"no\"`. Lists may be TOML lists or text with commas.
- What the tool made or changed carries the owner's word in its comment, and `cleanup` takes back only that:
  `attic: TEXT` for what it made, `attic(was COMMENT): TEXT` for what it changed, `attic(was NAME/COMMENT)` for what it
  adopted under a new name.

## The top of the file

| key | value | |
|---|---|---|
| `owner` | one word of letters, digits, `-`, `_`, `.` | required; the marker in comments |
| `purge` | list of kinds | kinds whose static items are removed where the file does not declare them |

## [device]

| key | value | |
|---|---|---|
| `board` | model | another board is refused; the ports of a known board are checked |
| `identity` | text | the name of the device |
| `minimum-version` | version, as `7.16` | an older device is refused |
";

const MANAGEMENT: &str = "
## [management]

The way that is kept open. `apply` and `bootstrap` refuse an operator who comes by another port, and every plan is
followed step by step to see that the address is reached from this port all the time.

| key | value | |
|---|---|---|
| `port` | name of a port | required |
| `address` | IP address of the device | required; dialled where no `--host` is given |

## Items

What can be written in a section, with types and defaults: [what each kind has](routeros-attributes.md).

| section | menu | told apart by | can be purged | |
|---|---|---|---|---|
";

pub(super) fn page() -> String {
    let mut page = String::from(INTRODUCTION);
    let boards: Vec<_> = board::known().map(|name| format!("`{name}`")).collect();
    page.push_str(&format!(
        "\nKnown boards: {}. The oldest version that is supported at all is {}.\n",
        boards.join(", "),
        Version::LEAST
    ));
    page.push_str(MANAGEMENT);
    for kind in Kind::ALL {
        // Interfaces are only read; the identity stands in [device].
        if matches!(kind, Kind::Interface | Kind::Identity) {
            continue;
        }
        page.push_str(&row(kind));
    }
    page
}

fn row(kind: Kind) -> String {
    let menu = kind.menu();
    let section = match menu.singleton {
        true => format!("`[{kind}]`"),
        false => format!("`[[{kind}]]`"),
    };
    let keys: Vec<_> = menu.keys.iter().map(|key| format!("`{key}`")).collect();
    let purge = if menu.can_add { "yes" } else { "no" };
    format!(
        "| {section} | `{}` | {} | {purge} | {} |\n",
        menu.path,
        keys.join(", "),
        note(kind)
    )
}

fn note(kind: Kind) -> &'static str {
    match kind {
        Kind::Bridge => "`adopt = \"NAME\"` takes over the bridge of that name under the new one",
        Kind::BridgePort => "`interfaces = […]` in place of `interface` declares several alike",
        Kind::Ethernet => "`interfaces = […]` in place of `default-name` declares several alike",
        _ => "",
    }
}
