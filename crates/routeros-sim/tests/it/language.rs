//! The language: words, quotes, brackets, conditions.

use crate::lab::Lab;
use proptest::prelude::*;

#[test]
fn both_styles_of_paths_and_beginnings_of_words_are_understood() {
    let mut lab = Lab::chr(16);
    lab.quietly(&[
        "/ip/address/add address=10.1.0.1/24 interface=ether1",
        "/ip address add address=10.2.0.1/24 interface=ether1",
        "/ip addr add addres=10.3.0.1/24 interf=ether1",
        "ip address add address=10.4.0.1/24 interface=ether1",
    ]);
    assert_eq!(lab.type_in(":put [:len [/ip addr find]]"), "4\n");
}

#[test]
fn a_path_alone_prints_nothing_and_changes_the_menu() {
    let mut lab = Lab::chr(16);
    lab.quietly(&["/ip address", "/ip", "/ip pool; add name=a ranges=10.0.0.1"]);
    assert_eq!(lab.type_in(":put [:len [/ip/pool/find]]"), "1\n");
    assert!(
        lab.type_in("add name=b ranges=10.0.0.2")
            .starts_with("bad command name add")
    );
}

#[test]
fn a_line_break_ends_nothing_because_it_is_refused() {
    let mut lab = Lab::chr(16);
    let answer = lab.type_in("/ip/pool\nadd name=a ranges=10.0.0.1");
    assert!(answer.starts_with("syntax error"), "{answer}");
}

#[test]
fn printing_as_value_and_getting_print_nothing_without_put() {
    let mut lab = Lab::chr(20);
    lab.quietly(&[
        "/ip/pool/add name=a ranges=10.0.0.1",
        "/ip/pool/print as-value",
        "/ip/pool/get a",
        "/ip/pool/get a ranges",
        "/ip/pool/find",
        "/system/identity/get name",
    ]);
    assert_eq!(lab.type_in(":put [/ip/pool/get a ranges]"), "10.0.0.1\n");
    assert_eq!(
        lab.type_in(":put [/system/identity/get name]"),
        "MikroTik\n"
    );
}

#[test]
fn escapes_in_quotes() {
    let mut lab = Lab::chr(16);
    let line = r#":put "a\"b\\c\$d\?e\_f\41g;]}#""#;
    assert_eq!(lab.type_in(line), "a\"b\\c$d?e fAg;]}#\n");
    assert_eq!(lab.type_in(r#":put "\C3\A4""#), "\u{e4}\n");
    assert_eq!(
        lab.type_in(r#":local a 5; :put "x$a-$[:len "ab"]-$(1 + 2)""#),
        "x5-2-3\n"
    );
    for line in [
        r#":put "open"#,
        r#":put "\q""#,
        r#":put "$ ""#,
        ":put a=b",
        ":put a\"b\"",
    ] {
        assert!(lab.type_in(line).starts_with("syntax error"), "{line}");
    }
}

#[test]
fn an_empty_value_must_be_quoted() {
    let mut lab = Lab::chr(16);
    lab.quietly(&[
        "/interface/bridge/add name=br",
        "/interface/bridge/vlan/add bridge=br vlan-ids=10 tagged=br",
    ]);
    let tagged = ":put [/interface/bridge/vlan/get 0 tagged]";
    let middle = "/interface/bridge/vlan/set 0 tagged= untagged=ether1";
    assert_eq!(lab.type_in(middle), "syntax error (line 1 column 37)\n");
    assert_eq!(lab.type_in("/interface/bridge/vlan/set 0 tagged="), "");
    assert_eq!(lab.type_in(tagged), "br\n");
    assert_eq!(lab.type_in("/interface/bridge/vlan/set 0 tagged=\"\""), "");
    assert_eq!(lab.type_in(tagged), "\n");
    lab.quietly(&[
        "/interface/bridge/set br comment=x",
        "/interface/bridge/set br !comment",
    ]);
    assert_eq!(lab.type_in(":put [/interface/bridge/get br comment]"), "\n");
}

#[test]
fn conditions_bind_as_they_should_and_compare_by_type() {
    let mut lab = Lab::factory(20);
    lab.quietly(&[
        "/ip/pool/add name=p ranges=10.0.0.2-10.0.0.9",
        "/ip/dhcp-server/add name=d interface=bridge address-pool=p lease-time=30m",
    ]);
    let count = |lab: &mut Lab, menu: &str, filter: &str| {
        lab.type_in(&format!(":put [:len [{menu}/find where {filter}]]"))
    };
    for (menu, filter, expected) in [
        ("/ip/dhcp-server", "lease-time=00:30:00", "1"),
        ("/ip/dhcp-server", "lease-time=1h", "0"),
        ("/ip/dhcp-server", "lease-time<1h and interface=bridge", "1"),
        (
            "/interface/bridge/port",
            "interface=ether1 or interface=ether2 and pvid=7",
            "1",
        ),
        (
            "/interface/bridge/port",
            "(interface=ether1 or interface=ether2) and pvid=7",
            "0",
        ),
        ("/interface/bridge/port", "interface~\"^ether[12]\\$\"", "2"),
        ("/interface/bridge/port", "interface~\"^sfp\"", "2"),
        ("/interface/bridge/port", "!(interface~\"ether\")", "2"),
        ("/interface/bridge/port", "pvid!=1", "0"),
        ("/interface/bridge/port", "!disabled", "26"),
        ("/interface", "running=yes and slave=no", "1"),
        ("/ip/address", "address in 192.168.0.0/16", "1"),
        ("/ip/address", "address=192.168.88.1/24", "1"),
        ("/ip/address", "bogus=1", "0"),
        (
            "/interface/ethernet",
            "mac-address=\"00:00:5E:00:53:00\"",
            "1",
        ),
        (
            "/interface/ethernet",
            "mac-address=\"00:00:5e:00:53:00\"",
            "0",
        ),
        ("/interface/bridge", "comment=defconf", "1"),
    ] {
        assert_eq!(
            count(&mut lab, menu, filter),
            format!("{expected}\n"),
            "{menu} {filter}"
        );
    }
}

#[test]
fn scripts_branch_loop_and_catch() {
    let mut lab = Lab::chr(16);
    for (line, expected) in [
        (":if (1 = 1) do={ :put a } else={ :put b }", "a\n"),
        (":if (2 > 3) do={ :put a } else={ :put b }", "b\n"),
        (":foreach i in={1;2;3} do={ :put $i }", "1\n2\n3\n"),
        (":for i from=1 to=3 do={ :put ($i * 2) }", "2\n4\n6\n"),
        (
            ":local n 0; :while ($n < 2) do={ :set n ($n + 1); :put $n }",
            "1\n2\n",
        ),
        (":do { :error oops } on-error={ :put caught }", "caught\n"),
        (":onerror e in={ :put fine } do={ :put $e }", "fine\n"),
        (
            ":onerror e in={ /ip/pool/remove nope; :put \"@@OK\" } do={ :put (\"@@ERR \" . $e) }",
            "@@ERR no such item (4) (/ip/pool/remove; line 1)\n",
        ),
        (":global a 5; :put $a", "5\n"),
        ("{ :local b 6; :put $b }", "6\n"),
        (
            ":put [:parse \"/ip address print bogus=1\"]",
            "expected end of command (line 1 column 19)\n",
        ),
        (":put [:serialize to=json value=\"7\"]", "7.000000\n"),
    ] {
        let got = lab.type_in(line);
        let got = if got == "yes\n" { "true\n".into() } else { got };
        assert_eq!(got, expected, "{line}");
    }
    assert_eq!(
        lab.type_in(":put $a"),
        "\n",
        "an environment ends with its command"
    );
}

#[test]
fn what_parse_makes_of_a_good_text_is_not_known() {
    let answer = Lab::chr(16).type_in(":put [:parse \"/ip/address/print\"]");
    assert!(answer.starts_with(routeros_sim::UNKNOWN), "{answer}");
}

#[test]
fn commands_of_the_language_come_with_their_versions() {
    assert!(
        Lab::chr(12)
            .type_in(":onerror e in={} do={}")
            .starts_with("bad command name onerror")
    );
    assert!(
        Lab::chr(12)
            .type_in(":put [:serialize to=json value=1]")
            .starts_with("bad command name")
    );
    let json = ":put [:serialize to=json options=json.no-string-conversion value=1]";
    assert_eq!(
        Lab::chr(15).type_in(json),
        "expected end of command (line 1 column 33)\n"
    );
    assert_eq!(Lab::chr(16).type_in(json), "1\n");
    assert!(
        Lab::chr(16)
            .type_in("/safe-mode take")
            .starts_with("bad command name safe-mode")
    );
}

/// A value in quotes, each special character escaped: written apart from any client.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(byte as char),
            other => out.push_str(&format!("\\{other:02X}")),
        }
    }
    out + "\""
}

proptest! {
    #![proptest_config(crate::cases::cases(200))]

    #[test]
    fn a_quoted_value_is_the_value_and_nothing_else(text in "[ -~\n\r\t\u{e4}\u{20ac}]{0,255}") {
        let mut lab = Lab::chr(20);
        let line = format!("/interface/bridge/add name=br comment={}", quoted(&text));
        prop_assert_eq!(lab.type_in(&line), "");
        let got = lab.type_in(":put [/interface/bridge/get br comment]");
        prop_assert_eq!(got, format!("{text}\n"));
        prop_assert_eq!(lab.type_in(":put [:len [/interface/find]]"), "9\n");
    }

    #[test]
    fn a_quoted_name_finds_its_item_and_no_other(text in "[ -~\n\r\t\u{e4}\u{20ac}]{1,255}") {
        let mut lab = Lab::chr(16);
        let name = quoted(&text);
        let find = format!("[/interface/bridge/find where name={name}]");
        for line in [
            "/interface/bridge/add name=other".to_owned(),
            format!("/interface/bridge/add name={name}"),
            format!("/interface/bridge/set {find} comment={name}"),
            format!("/interface/vlan/add name=v vlan-id=2 interface={name}"),
        ] {
            prop_assert_eq!(lab.type_in(&line), "", "{}", line);
        }
        prop_assert_eq!(lab.type_in(":put [/interface/vlan/get v interface]"), format!("{text}\n"));
        prop_assert_eq!(lab.type_in(&format!(":put [:len {find}]")), "1\n");
        prop_assert_eq!(lab.type_in(&format!("/interface/bridge/remove {find}")), "");
        prop_assert_eq!(lab.type_in(":put [/interface/bridge/find]"), "*9\n");
    }

    #[test]
    fn no_text_makes_the_simulator_panic(text in "[ -~\u{e4}\u{20ac}]{0,60}") {
        let mut lab = Lab::factory(20);
        lab.type_in(&text);
        lab.type_in(&format!("/ip/address/{text}"));
        lab.type_in(&format!(":put [/ip/address/find where {text}]"));
        lab.type_in(&format!(":put {text}"));
    }
}
