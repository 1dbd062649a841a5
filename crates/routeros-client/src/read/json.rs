//! JSON as `:serialize to=json` writes it.

use serde_json::{Map, Value as Json};

use super::ReadError;
use crate::refusal::Refusal;
use crate::row::Row;
use crate::schema::{Attribute, Kind};
use crate::value::{Duration, Type, Value};

/// Reads the items of a kind: an array of objects, or the one object of a
/// singleton.
///
/// # Errors
/// Where the device refused or printed nothing, or the text is no such JSON.
pub fn json(kind: Kind, answer: &str) -> Result<Vec<Row>, ReadError> {
    let text = answer.trim();
    if text.is_empty() {
        return Err(ReadError::Silent);
    }
    if !text.starts_with(['[', '{']) {
        return Err(match Refusal::of_reading(text) {
            Some(refusal) => ReadError::Refused(refusal),
            None => ReadError::NotUnderstood(text.to_owned()),
        });
    }
    let parsed = serde_json::from_str(text).map_err(|error| match error.is_eof() {
        true => ReadError::CutOff,
        false => ReadError::NotUnderstood(text.to_owned()),
    })?;
    match parsed {
        Json::Object(object) => Ok(vec![row(kind, &object)]),
        Json::Array(items) => items
            .iter()
            .map(|item| item.as_object().map(|object| row(kind, object)))
            .collect::<Option<_>>()
            .ok_or_else(|| ReadError::NotUnderstood(text.to_owned())),
        _ => Err(ReadError::NotUnderstood(text.to_owned())),
    }
}

fn row(kind: Kind, object: &Map<String, Json>) -> Row {
    let mut row = Row::new(kind);
    for (name, found) in object {
        let attribute = kind.attribute(name);
        match attribute.and_then(|attribute| special(attribute, found)) {
            Some(value) => drop(row.values.insert(name.clone(), value)),
            None => row.take(name, &plain(found)),
        }
    }
    row
}

/// What JSON does not show as the console does. The property decides, never
/// the look of its value: a point in time looks like a span.
fn special(attribute: &Attribute, found: &Json) -> Option<Value> {
    match (attribute.kind, found) {
        (Type::Duration, Json::String(text)) => {
            Duration::from_epoch_date(text).map(Value::Duration)
        }
        (Type::Or(_, Type::Duration), Json::String(text)) => {
            Duration::from_epoch_date(text).map(Value::Duration)
        }
        // Never joined and split again: a name may hold a comma.
        (Type::List, Json::Array(parts)) if !parts.is_empty() => {
            Some(Value::List(parts.iter().map(plain).collect()))
        }
        (Type::Set(_), Json::Array(parts)) if !parts.is_empty() => {
            let names = parts.iter().map(|part| attribute.kind.read(&plain(part)));
            let mut all = std::collections::BTreeSet::new();
            for (part, read) in parts.iter().zip(names) {
                match read {
                    Ok(Value::Set(one)) if one.len() == 1 => all.extend(one),
                    _ => drop(all.insert(plain(part))),
                }
            }
            Some(Value::Set(all))
        }
        _ => None,
    }
}

/// The text that the console would show.
fn plain(found: &Json) -> String {
    match found {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Bool(yes) => yes.to_string(),
        Json::Number(number) => number.to_string(),
        Json::Array(parts) => parts.iter().map(plain).collect::<Vec<_>>().join(","),
        Json::Object(_) => found.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(kind: Kind, text: &str) -> Row {
        json(kind, text).expect("reads").remove(0)
    }

    #[test]
    fn spans_and_dates_are_told_apart_by_property() {
        let name = one(
            Kind::DnsStatic,
            r#"[{"name":"cache.home.arpa","ttl":"1970-01-02 00:00:00","type":"A"}]"#,
        );
        assert_eq!(name.get("ttl"), Type::Duration.read("1d").ok().as_ref());
        let server = one(
            Kind::DhcpServer,
            r#"[{"lease-time":"01:30:15","delay-threshold":"1970-01-01 00:00:10"}]"#,
        );
        assert_eq!(
            (server.text("lease-time"), server.text("delay-threshold")),
            ("1h30m15s".into(), "10s".into())
        );
        let port = one(
            Kind::Interface,
            r#"[{"name":"ether1","last-link-up-time":"1970-01-02 00:00:00"}]"#,
        );
        assert_eq!(port.text("last-link-up-time"), "1970-01-02 00:00:00");
    }

    #[test]
    fn zeros_stand_for_words_by_property() {
        assert_eq!(
            one(Kind::Bridge, r#"[{"mtu":0,"name":"b"}]"#).text("mtu"),
            "auto"
        );
        assert_eq!(
            one(
                Kind::BridgePort,
                r#"[{"horizon":"0","interface":"ether1"}]"#
            )
            .text("horizon"),
            "none"
        );
        assert_eq!(
            one(Kind::Service, r#"[{"max-sessions":0,"name":"ssh"}]"#).text("max-sessions"),
            "unlimited"
        );
        assert_eq!(
            one(
                Kind::DhcpNetwork,
                r#"[{"netmask":0,"address":"10.0.0.0/24"}]"#
            )
            .text("netmask"),
            "0"
        );
    }

    #[test]
    fn lists_are_arrays_or_text() {
        let row = one(
            Kind::BridgeVlan,
            r#"[{"tagged":["ether1","a,b"],"untagged":"ether3,ether2","vlan-ids":[10,20]}]"#,
        );
        assert_eq!(row.get("tagged").expect("there").names(), ["a,b", "ether1"]);
        assert_eq!(
            row.get("untagged").expect("there").names(),
            ["ether2", "ether3"]
        );
        assert_eq!(row.text("vlan-ids"), "10,20");
        assert!(
            one(Kind::BridgeVlan, r#"[{"tagged":[]}]"#)
                .get("tagged")
                .expect("there")
                .is_unset()
        );
        let dns = one(
            Kind::Dns,
            r#"{"servers":["10.0.0.2","10.0.0.1"],"allow-remote-requests":true,"cache-size":2048}"#,
        );
        assert_eq!(dns.text("servers"), "10.0.0.2,10.0.0.1");
        assert_eq!(
            (dns.text("allow-remote-requests"), dns.text("cache-size")),
            ("yes".into(), "2048KiB".into())
        );
    }

    #[test]
    fn trap_ids_are_case_blind_and_dangling_ones_are_seen() {
        let row = one(
            Kind::DhcpServer,
            r#"[{".id":"*59b","name":"dhcp-attic","interface":"*2c","priority-of-8":3}]"#,
        );
        assert_eq!(row.id, one(Kind::DhcpServer, r#"{".id":"*59B"}"#).id);
        assert_eq!(
            row.dangling()
                .map(|(name, id)| format!("{name} {id}"))
                .collect::<Vec<_>>(),
            ["interface *2C"]
        );
        assert_eq!(row.unknown["priority-of-8"], "3");
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        let read = |text| json(Kind::Address, text);
        assert_eq!(read(" \r\n"), Err(ReadError::Silent));
        assert_eq!(read(r#"[{"address":"10.0.0.1/24""#), Err(ReadError::CutOff));
        assert!(matches!(
            read("input does not match any value of value-name"),
            Err(ReadError::Refused(_))
        ));
        assert!(matches!(
            read("something new"),
            Err(ReadError::NotUnderstood(_))
        ));
        assert!(matches!(read("[1]"), Err(ReadError::NotUnderstood(_))));
        assert_eq!(read("[]"), Ok(vec![]));
    }
}
