//! What the device says when it refuses, to the column.

use crate::lab::Lab;

/// Lines, and what each prints on a machine with one bridge.
fn check(minor: u8, cases: &[(&str, &str)]) {
    let mut lab = Lab::chr(minor);
    lab.quietly(&["/interface/bridge/add name=br"]);
    for (line, expected) in cases {
        assert_eq!(
            lab.type_in(line),
            format!("{expected}\n"),
            "7.{minor}: {line}"
        );
    }
}

#[test]
fn unknown_words_are_named_with_their_column() {
    check(
        16,
        &[
            (
                "/ip address bogus",
                "bad command name bogus (line 1 column 13)",
            ),
            (
                "/ip/address/bogus",
                "bad command name bogus (line 1 column 13)",
            ),
            ("/bogus print", "bad command name bogus (line 1 column 2)"),
            (":bogus", "bad command name bogus (line 1 column 2)"),
            (
                ":put 1; /ip address bogus",
                "bad command name bogus (line 1 column 21)",
            ),
        ],
    );
}

#[test]
fn unknown_arguments_are_refused_in_the_words_of_the_version() {
    let print = "/ip address print bogus=1";
    let add = "/ip address add address=10.1.1.1/24 interface=ether1 passive=yes";
    check(
        16,
        &[
            (print, "expected end of command (line 1 column 19)"),
            (add, "expected end of command (line 1 column 61)"),
        ],
    );
    // A name with a dash is given up at its beginning.
    check(
        16,
        &[(
            "/ip address add address=10.1.1.1/24 no-such=yes",
            "expected end of command (line 1 column 37)",
        )],
    );
    // The old words were last seen in 7.19.6, the new ones first in 7.23.2.
    check(19, &[(print, "expected end of command (line 1 column 19)")]);
    for minor in [23, 24] {
        check(
            minor,
            &[
                (print, "bad parameter bogus (line 1 column 19)"),
                (add, "bad parameter passive (line 1 column 61)"),
            ],
        );
    }
}

#[test]
fn words_outside_an_enumeration_are_syntax_errors_at_the_value() {
    check(
        16,
        &[
            (
                "/interface bridge add name=b protocol-mode=bogus",
                "syntax error (line 1 column 44)",
            ),
            (
                "/ip service set ssh disabled=maybe",
                "syntax error (line 1 column 30)",
            ),
        ],
    );
}

#[test]
fn nothing_of_a_line_with_a_syntax_error_is_done() {
    let mut lab = Lab::chr(16);
    let line = "/interface bridge add name=one; /interface bridge add name=two disabled=maybe";
    assert!(lab.type_in(line).starts_with("syntax error"));
    assert_eq!(lab.type_in(":put [:len [/interface bridge find]]"), "0\n");
}

#[test]
fn missing_arguments_are_listed() {
    check(
        16,
        &[
            (
                "/ip address add",
                "Script Error: missing value(s) of argument(s) address interface",
            ),
            (
                "/ip address add address=1.1.1.1/24",
                "Script Error: missing value(s) of argument(s) interface",
            ),
            (
                "/ip pool remove",
                "Script Error: missing value(s) of argument(s) numbers",
            ),
            (
                "/import",
                "Script Error: missing value(s) of argument(s) file-name",
            ),
        ],
    );
}

#[test]
fn values_that_cannot_be_read_are_refused() {
    check(
        16,
        &[
            (
                "/ip address add address=300.1.1.1/24 interface=ether1",
                "invalid value for argument address",
            ),
            (
                "/interface bridge port add bridge=br interface=ether1 pvid=4095",
                "value of pvid out of range (1..4094)",
            ),
            (
                "/interface bridge vlan add bridge=br vlan-ids=0-5",
                "value of vlan-range out of range (1..4094)",
            ),
            (
                "/ip pool add name=p ranges=10.0.0.9-10.0.0.1",
                "value of range expects range of ip addresses",
            ),
            (
                "/interface ethernet set ether1 mtu=1500x",
                "value of mtu contains invalid trailing characters",
            ),
            (
                ":local d maybe; /interface set ether1 disabled=$d",
                "invalid value for argument disabled",
            ),
        ],
    );
}

#[test]
fn references_to_nothing_are_refused() {
    check(
        16,
        &[
            (
                "/interface vlan add name=v interface=nothere vlan-id=5",
                "input does not match any value of interface",
            ),
            (
                "/interface bridge port add bridge=nope interface=ether1",
                "input does not match any value of bridge",
            ),
            (
                "/ip dhcp-server add name=d interface=ether1 address-pool=nope",
                "input does not match any value of address-pool",
            ),
            (
                "/interface bridge port add bridge=br interface=ether99",
                "invalid value for argument interface:\n    \
                 input does not match any value of interface\n    \
                 input does not match any value of interface-list",
            ),
            ("/interface disable ether99", "no such item"),
            ("/ip pool remove 99", "no such item"),
            ("/ip pool remove *77", "no such item"),
            (
                ":put [/ip pool print as-value proplist=name,bogus]",
                "input does not match any value of value-name",
            ),
            (
                "/user ssh-keys import public-key-file=k.pub user=nobody",
                "input does not match any value of user",
            ),
        ],
    );
}

#[test]
fn conflicts_are_refused() {
    let mut lab = Lab::chr(16);
    let twice = [
        (
            "/interface/bridge/add name=br",
            "already have interface with such name",
        ),
        (
            "/interface/bridge/port/add bridge=br interface=ether1",
            "device already added as bridge port",
        ),
        (
            "/interface/bridge/vlan/add bridge=br vlan-ids=10 tagged=br",
            "vlan already added",
        ),
        (
            "/ip/pool/add name=p ranges=10.0.0.2",
            "pool with such name exists",
        ),
        (
            "/ip/address/add address=10.0.0.1/24 interface=br",
            "already have such address",
        ),
        (
            "/ip/dhcp-server/lease/add mac-address=02:00:00:00:00:01 address=10.0.0.9",
            "already have static lease for this client",
        ),
        (
            "/ip/dns/static/add name=attic.test address=10.0.0.10",
            "entry already exists",
        ),
    ];
    for (line, refusal) in twice {
        assert_eq!(lab.type_in(line), "", "{line}");
        assert_eq!(lab.type_in(line), format!("failure: {refusal}\n"), "{line}");
    }
    let spelled =
        "/ip/dhcp-server/lease/add server=all mac-address=02:00:00:00:00:01 address=10.0.0.8";
    assert_eq!(
        lab.type_in(spelled),
        "failure: already have static lease for this client\n",
        "all is what server is unless it is said"
    );
    let both = "/interface/bridge/vlan/add bridge=br vlan-ids=11 tagged=br,ether1 untagged=ether1";
    assert_eq!(
        lab.type_in(both),
        "failure: interface cannot be in tagged and untagged at the same time\n"
    );
    assert_eq!(
        lab.type_in("/interface/bridge/vlan/add bridge=br vlan-ids=12 tagged=ether1,ether1"),
        "failure: each interface can appear only once\n"
    );
}

#[test]
fn only_a_raised_error_has_an_exit_status() {
    let mut lab = Lab::chr(20);
    for line in ["/bogus", "/ip/pool/remove 9", "/ip/address/add", ":put 1"] {
        assert_eq!(lab.status(line), 0, "{line}");
    }
    assert_eq!(lab.status(":error \"enough\""), 1);
    assert_eq!(lab.type_in(":error \"enough\""), "enough\n");
}

#[test]
fn what_is_not_simulated_is_refused_loudly_even_where_errors_are_caught() {
    let mut lab = Lab::chr(20);
    for line in [
        "/ip/firewall/filter/print",
        "/interface/wifi/print",
        "/interface/bridge/add name=b igmp-version=3",
        "/ip/pool/print follow",
        ":put [/ip/pool/print count-only]",
        "/ip/pool/remove $nothing",
        ":do { /interface/bridge/add } on-error={ :put caught }",
        ":onerror e in={ /ip/pool/add ranges=10.0.0.1 } do={ :put $e }",
    ] {
        let answer = lab.type_in(line);
        assert!(
            answer.starts_with(routeros_sim::UNKNOWN),
            "{line}: {answer}"
        );
    }
}

#[test]
fn a_place_must_be_there_and_only_ordered_menus_have_places() {
    let mut lab = Lab::chr(16);
    lab.quietly(&[
        "/ip/dns/static/add name=b.test address=10.0.0.2",
        "/ip/dns/static/add name=a.test address=10.0.0.1 place-before=0",
        "/ip/dns/static/move 1 0",
    ]);
    assert_eq!(lab.type_in(":put [/ip/dns/static/find]"), "*1;*2\n");
    assert_eq!(
        lab.type_in("/ip/dns/static/add name=c.test address=10.0.0.3 place-before=9"),
        "item referred by 'place-before' does not exist (11)\n"
    );
    let unordered = lab.type_in("/ip/pool/add name=p ranges=10.0.0.1 place-before=0");
    assert!(
        unordered.starts_with("expected end of command"),
        "{unordered}"
    );
}
