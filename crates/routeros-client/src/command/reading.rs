//! Questions that the device answers by comparing itself.

use super::parts::Where;
use crate::schema::Kind;
use crate::value::Value;

/// The command that prints how many items of a kind have these properties, as
/// the device compares them. It is wrapped in `:put`, without which the
/// console prints nothing.
#[must_use]
pub fn find_count(kind: Kind, properties: &[(String, Value)]) -> String {
    format!(":put {}", count(kind, properties))
}

/// The expression of [`find_count`].
pub(crate) fn count(kind: Kind, properties: &[(String, Value)]) -> String {
    let blank = if properties.is_empty() { "" } else { " " };
    let path = kind.menu().path;
    format!("[:len [{path} find{blank}{}]]", Where(properties))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_is_asked_to_compare() {
        let conditions = [
            ("name".to_owned(), Value::Text("dhcp-attic".to_owned())),
            (
                "lease-time".to_owned(),
                crate::value::Type::Duration
                    .read("01:00:00")
                    .expect("reads"),
            ),
        ];
        assert_eq!(
            find_count(Kind::DhcpServer, &conditions),
            r#":put [:len [/ip/dhcp-server find where name="dhcp-attic" and lease-time=1h]]"#
        );
        assert_eq!(find_count(Kind::Pool, &[]), ":put [:len [/ip/pool find]]");
    }
}
