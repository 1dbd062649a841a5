//! What ties each form to a real device.

/// Why a form may be printed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tie {
    /// A step of a transcript: its file and its command.
    Seen(&'static str, &'static str),
    /// A test that states a known rule in values of its own.
    Rule(&'static str),
    /// An entry of `src/inferred.md`: nobody knows, and the client needs it.
    Inferred(&'static str),
}

use Tie::{Inferred, Rule, Seen};

const DETAIL: &str = "chr-7.16-exec-detail";
const SURVEY: &str = "chr-7.16-exec-survey";
const LISTS: &str = "chr-7.16-exec-firewall-lists";
const TABLES: &str = "chr-7.16-asserted-l2-tables";
const EXPORT: &str = "chr-7.16-exec-export";
const OFFICE: &str = "crs326-7.24.1-vlan-export";
const SHOWN: &str = "/export show-sensitive";

/// Forms that show in another way what the second form shows, in versions in which that is tied.
pub(super) const DERIVED: &[(&str, &str, Tie)] = &[
    (
        "brief",
        "print",
        Seen(DETAIL, "/ip address print brief where interface!=ether8"),
    ),
    (
        "show-ids",
        "print",
        Rule("printed::forms::ids_stand_in_place_of_numbers_in_the_case_of_the_version"),
    ),
    (
        "as-value",
        "get",
        Rule("printed::values::flags_come_with_7_20_or_by_name"),
    ),
    (
        "json",
        "get",
        Rule("printed::values::json_of_every_kind_of_value"),
    ),
    ("export terse", "export", Seen(EXPORT, "/export terse")),
];

/// Menus, forms, minor versions, and ties.
pub(super) const TIES: &[(&str, &str, &str, Tie)] = &[
    (
        "/interface",
        "print",
        "16",
        Seen("e50ug-7.x-vlan-tables", "/interface print"),
    ),
    (
        "/interface",
        "detail",
        "16",
        Seen(DETAIL, "/interface print detail where name=bridge1"),
    ),
    (
        "/interface",
        "terse",
        "16",
        Seen(DETAIL, "/interface print terse where name=ether2"),
    ),
    ("/interface", "get", "12-24", Inferred("Records")),
    (
        "/interface",
        "export",
        "12-24",
        Seen(EXPORT, "/interface bridge export"),
    ),
    (
        "/interface/ethernet",
        "print",
        "16",
        Seen(SURVEY, "/interface ethernet print where name=ether1"),
    ),
    ("/interface/ethernet", "get", "12-24", Inferred("Records")),
    (
        "/interface/ethernet",
        "export",
        "12-24",
        Seen("rb5009-7.18.2-exec", SHOWN),
    ),
    (
        "/interface/vlan",
        "print",
        "16",
        Seen(TABLES, "/interface vlan print"),
    ),
    (
        "/interface/vlan",
        "detail",
        "16",
        Seen(DETAIL, "/interface vlan print detail"),
    ),
    ("/interface/vlan", "get", "12-24", Inferred("Records")),
    (
        "/interface/vlan",
        "export",
        "12-24",
        Seen(OFFICE, "/export"),
    ),
    (
        "/interface/list",
        "print",
        "16",
        Seen(LISTS, "/interface list print"),
    ),
    (
        "/interface/list",
        "export",
        "12-24",
        Seen(LISTS, "/interface list export"),
    ),
    (
        "/interface/list/member",
        "print",
        "16",
        Seen(LISTS, "/interface list member print"),
    ),
    (
        "/interface/list/member",
        "detail",
        "16",
        Seen(LISTS, "/interface list member print detail"),
    ),
    (
        "/interface/list/member",
        "export",
        "12-24",
        Seen("rb5009-7.18.2-exec", SHOWN),
    ),
    (
        "/interface/bridge",
        "print",
        "16",
        Rule("printed::forms::blocks"),
    ),
    (
        "/interface/bridge",
        "detail",
        "16",
        Seen(DETAIL, "/interface bridge print detail"),
    ),
    ("/interface/bridge", "get", "12-24", Inferred("Records")),
    (
        "/interface/bridge",
        "export",
        "12-24",
        Seen(OFFICE, "/export"),
    ),
    (
        "/interface/bridge/port",
        "print",
        "16",
        Seen(TABLES, "/interface bridge port print"),
    ),
    (
        "/interface/bridge/port",
        "detail",
        "16",
        Seen(DETAIL, "/interface bridge port print detail"),
    ),
    (
        "/interface/bridge/port",
        "get",
        "12-24",
        Inferred("Records"),
    ),
    (
        "/interface/bridge/port",
        "export",
        "12-24",
        Seen(OFFICE, "/export"),
    ),
    (
        "/interface/bridge/vlan",
        "print",
        "16",
        Seen("e50ug-7.x-vlan-tables", "/interface bridge vlan print"),
    ),
    (
        "/interface/bridge/vlan",
        "detail",
        "16",
        Seen(DETAIL, "/interface bridge vlan print detail"),
    ),
    (
        "/interface/bridge/vlan",
        "get",
        "12-24",
        Inferred("Records"),
    ),
    (
        "/interface/bridge/vlan",
        "export",
        "12-24",
        Seen(OFFICE, "/export"),
    ),
    (
        "/ip/address",
        "print",
        "16",
        Seen(
            SURVEY,
            "/ip address print without-paging where interface!=ether8",
        ),
    ),
    (
        "/ip/address",
        "detail",
        "16",
        Seen(DETAIL, "/ip address print detail where interface!=ether8"),
    ),
    (
        "/ip/address",
        "terse",
        "16",
        Seen(SURVEY, "/ip address print terse where interface!=ether8"),
    ),
    (
        "/ip/address",
        "value-list",
        "16",
        Seen(
            DETAIL,
            "/ip address print value-list where interface=ether1",
        ),
    ),
    ("/ip/address", "get", "12-24", Inferred("Records")),
    ("/ip/address", "export", "12-24", Seen(OFFICE, "/export")),
    (
        "/ip/arp",
        "print",
        "16",
        Seen(SURVEY, "/ip arp print where address=10.0.0.2"),
    ),
    ("/ip/pool", "print", "16", Seen(TABLES, "/ip pool print")),
    (
        "/ip/pool",
        "detail",
        "16",
        Seen(DETAIL, "/ip pool print detail"),
    ),
    ("/ip/pool", "get", "12-24", Inferred("Records")),
    ("/ip/pool", "export", "12-24", Seen(OFFICE, "/export")),
    (
        "/ip/dhcp-client",
        "export",
        "12-24",
        Seen("chr-7.22.1-files-and-backup", "/export"),
    ),
    (
        "/ip/dhcp-server",
        "print",
        "16",
        Seen(TABLES, "/ip dhcp-server print"),
    ),
    (
        "/ip/dhcp-server",
        "detail",
        "16",
        Seen(DETAIL, "/ip dhcp-server print detail"),
    ),
    ("/ip/dhcp-server", "get", "12-24", Inferred("Records")),
    (
        "/ip/dhcp-server",
        "export",
        "12-18 20-24",
        Seen(OFFICE, "/export"),
    ),
    (
        "/ip/dhcp-server/network",
        "print",
        "16",
        Seen(TABLES, "/ip dhcp-server network print"),
    ),
    (
        "/ip/dhcp-server/network",
        "detail",
        "16",
        Seen(DETAIL, "/ip dhcp-server network print detail"),
    ),
    (
        "/ip/dhcp-server/network",
        "get",
        "12-24",
        Inferred("Records"),
    ),
    (
        "/ip/dhcp-server/network",
        "export",
        "12-24",
        Seen(OFFICE, "/export"),
    ),
    (
        "/ip/dhcp-server/lease",
        "print",
        "22",
        Seen("chr-7.22.1-files-and-backup", "/ip dhcp-server lease print"),
    ),
    (
        "/ip/dhcp-server/lease",
        "get",
        "12-24",
        Rule("state::one_record_a_line_of_leases"),
    ),
    (
        "/ip/dhcp-server/lease",
        "export",
        "12-24",
        Rule("state::leases_are_exported_between_clients_and_networks"),
    ),
    ("/ip/dns", "print", "16", Seen(SURVEY, "/ip dns print")),
    ("/ip/dns", "get", "12-24", Inferred("Records")),
    ("/ip/dns", "export", "12-24", Seen(OFFICE, "/export")),
    ("/ip/dns/static", "get", "12-24", Inferred("Records")),
    (
        "/ip/dns/static",
        "export",
        "12-24",
        Seen("rb5009-7.18.2-exec", SHOWN),
    ),
    (
        "/ip/neighbor/discovery-settings",
        "export",
        "12-24",
        Seen(EXPORT, "/export"),
    ),
    (
        "/ip/service",
        "print",
        "16",
        Seen(SURVEY, "/ip service print"),
    ),
    (
        "/ip/service",
        "detail",
        "16",
        Seen(DETAIL, "/ip service print detail where name=ssh"),
    ),
    ("/ip/service", "get", "12-24", Inferred("Records")),
    ("/ip/service", "export", "12-24", Seen(OFFICE, "/export")),
    ("/port", "export", "12-24", Seen(EXPORT, "/export")),
    (
        "/system/clock",
        "print",
        "16",
        Seen(SURVEY, "/system clock print"),
    ),
    ("/system/clock", "export", "12-24", Seen(OFFICE, "/export")),
    (
        "/system/identity",
        "print",
        "16",
        Seen(SURVEY, "/system identity print"),
    ),
    ("/system/identity", "get", "12-24", Inferred("Records")),
    (
        "/system/identity",
        "export",
        "12-24",
        Seen(EXPORT, "/export"),
    ),
    (
        "/system/note",
        "export",
        "12-24",
        Seen("rb5009-7.18.2-exec", SHOWN),
    ),
    (
        "/system/package",
        "print",
        "16",
        Seen(SURVEY, "/system package print"),
    ),
    (
        "/system/resource",
        "print",
        "16",
        Seen(SURVEY, "/system resource print"),
    ),
    ("/system/scheduler", "export", "12-24", Inferred("Sections")),
    ("/user", "print", "16", Seen(SURVEY, "/user print")),
    (
        "/file",
        "print",
        "22",
        Seen("chr-7.22.1-files-and-backup", "/file/print"),
    ),
];

/// Forms of any menu, and the versions in which the rule is known.
pub(super) const GENERAL: &[(&str, &str, Tie)] = &[
    (
        "count-only",
        "12-24",
        Rule("printed::forms::the_number_of_items_alone"),
    ),
    ("nothing", "16", Rule("printed::forms::nothing_to_print")),
    (
        "proplist",
        "12-24",
        Rule("printed::values::flags_come_with_7_20_or_by_name"),
    ),
    (
        "get name",
        "12-24",
        Rule("language::printing_as_value_and_getting_print_nothing_without_put"),
    ),
];

/// Commands beside `add`, `set`, `remove` and their like, and what is known of them.
pub(super) const COMMANDS: &[(&str, &str, Tie)] = &[
    (
        "/ip/dns/static",
        "move",
        Rule("errors::a_place_must_be_there_and_only_ordered_menus_have_places"),
    ),
    (
        "/system",
        "reboot",
        Rule("ssh_cuts::an_ordered_restart_closes_connections_and_keeps_files"),
    ),
    ("/system", "reset-configuration", Inferred("Resets")),
    (
        "/system/backup",
        "save",
        Seen(
            "manual-samples",
            "/system/backup/save name=test password=<hidden>",
        ),
    ),
    (
        "/system/backup",
        "load",
        Seen("manual-samples", "/system/backup/load name=test"),
    ),
    (
        "/log",
        "debug",
        Rule("limits::from_7_15_a_failed_command_is_in_the_log"),
    ),
    (
        "/log",
        "error",
        Rule("limits::from_7_15_a_failed_command_is_in_the_log"),
    ),
    (
        "/log",
        "info",
        Rule("limits::from_7_15_a_failed_command_is_in_the_log"),
    ),
    (
        "/log",
        "warning",
        Rule("limits::from_7_15_a_failed_command_is_in_the_log"),
    ),
    (
        "/user/ssh-keys",
        "import",
        Rule("switch::a_key_is_imported_from_a_file_that_is_gone_then"),
    ),
];

/// Texts of refusals, whatever stands in their braces.
pub(super) const REFUSALS: &[(&str, Tie)] = &[
    (
        "bad command name {}",
        Rule("errors::unknown_words_are_named_with_their_column"),
    ),
    (
        "expected end of command",
        Rule("errors::unknown_arguments_are_refused_in_the_words_of_the_version"),
    ),
    (
        "bad parameter {}",
        Rule("errors::unknown_arguments_are_refused_in_the_words_of_the_version"),
    ),
    (
        "syntax error",
        Rule("errors::words_outside_an_enumeration_are_syntax_errors_at_the_value"),
    ),
    (
        "no such item",
        Rule("errors::references_to_nothing_are_refused"),
    ),
    (
        "Script Error: missing value(s) of argument(s) {}",
        Rule("errors::missing_arguments_are_listed"),
    ),
    (
        "Script Error: missing value(s) of argument(s) numbers",
        Rule("errors::missing_arguments_are_listed"),
    ),
    (
        "Script Error: missing value(s) of argument(s) file-name",
        Rule("errors::missing_arguments_are_listed"),
    ),
    (
        "Cannot open import file, file does not exist (:import; line 1)",
        Rule("state::an_imported_file_stops_at_its_first_error_and_keeps_what_was_done"),
    ),
    (
        "Script Error: {} (:import; line 1)",
        Rule("state::an_imported_file_stops_at_its_first_error_and_keeps_what_was_done"),
    ),
    (
        "runtime limit exceeded",
        Rule(
            "switch::a_reset_is_the_factory_with_another_host_key_and_its_script_must_end_in_time",
        ),
    ),
    (
        "item referred by 'place-before' does not exist (11)",
        Rule("errors::a_place_must_be_there_and_only_ordered_menus_have_places"),
    ),
    (
        "input does not match any value of {}",
        Rule("errors::references_to_nothing_are_refused"),
    ),
    (
        "input does not match any value of value-name",
        Rule("errors::references_to_nothing_are_refused"),
    ),
    (
        "input does not match any value of user",
        Rule("errors::references_to_nothing_are_refused"),
    ),
    (
        "invalid value for argument {}",
        Rule("errors::values_that_cannot_be_read_are_refused"),
    ),
    (
        "invalid value for argument disabled",
        Rule("errors::values_that_cannot_be_read_are_refused"),
    ),
    (
        "value of range expects range of ip addresses",
        Rule("errors::values_that_cannot_be_read_are_refused"),
    ),
    (
        "value of {} out of range ({}..{})",
        Rule("errors::values_that_cannot_be_read_are_refused"),
    ),
    (
        "value of {} contains invalid trailing characters",
        Rule("errors::values_that_cannot_be_read_are_refused"),
    ),
    (
        "can not change dynamic",
        Rule("errors::conflicts_are_refused"),
    ),
    (
        "already have such address",
        Rule("errors::conflicts_are_refused"),
    ),
    (
        "pool with such name exists",
        Rule("errors::conflicts_are_refused"),
    ),
    (
        "not allowed by device-mode",
        Rule("limits::a_device_in_the_mode_of_a_home_has_no_scheduler"),
    ),
    (
        "already have interface with such name",
        Rule("errors::conflicts_are_refused"),
    ),
    (
        "device already added as bridge port",
        Rule("errors::conflicts_are_refused"),
    ),
    (
        "interface cannot be in tagged and untagged at the same time",
        Rule("errors::conflicts_are_refused"),
    ),
    (
        "each interface can appear only once",
        Rule("errors::conflicts_are_refused"),
    ),
    ("vlan already added", Rule("errors::conflicts_are_refused")),
    (
        "already have static lease for this client",
        Rule("errors::conflicts_are_refused"),
    ),
    (
        "entry already exists",
        Rule("errors::conflicts_are_refused"),
    ),
];
