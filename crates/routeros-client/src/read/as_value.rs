//! Records without quotes: `.id=*1;name=a;list=b;c;…`.

use super::{Fields, ReadError, is_name};
use crate::command::before_mark;
use crate::refusal::Refusal;
use crate::row::Row;
use crate::schema::Kind;

/// Reads one record a line, up to the mark that proves their end.
///
/// Nothing is escaped in records, but their names are sorted: a text that
/// would pass for a property out of order, or for one that is there already,
/// is refused. One that would pass for an absent property in its right place
/// cannot be told, so newer versions are asked for JSON.
///
/// # Errors
/// Where the device refused, or a record is cut off or has two meanings.
pub fn records(kind: Kind, answer: &str) -> Result<Vec<Row>, ReadError> {
    let text = answer.replace("\r\n", "\n");
    let Some(body) = before_mark(&text).map(|body| body.trim_end_matches('\n')) else {
        let refused = Refusal::of_reading(text.trim_end_matches('\n'));
        return Err(refused.map_or(ReadError::CutOff, ReadError::Refused));
    };
    if body.is_empty() {
        return Ok(Vec::new());
    }
    if kind.menu().singleton {
        return Ok(vec![row(kind, &fields(body)?)]);
    }
    // A comment may hold line ends, so a record ends where the next begins.
    let marked = format!("\n{body}");
    let mut parts = marked.split("\n.id=");
    if parts.next() != Some("") {
        return Err(Refusal::of_reading(body).map_or_else(
            || ReadError::NotUnderstood(body.to_owned()),
            ReadError::Refused,
        ));
    }
    parts
        .map(|part| fields(&format!(".id={part}")).map(|fields| row(kind, &fields)))
        .collect()
}

/// Reads the one line that `:put [print as-value]` makes of a whole table.
/// A record starts at `.id=`; see [`records`] for what that is worth.
///
/// # Errors
/// Where nothing was printed, or a record has two meanings.
pub fn as_value(answer: &str) -> Result<Vec<Fields>, ReadError> {
    let text = answer.trim_matches(['\r', '\n']);
    if text.is_empty() {
        return Err(ReadError::Silent);
    }
    let marked = format!(";{text}");
    let mut parts = marked.split(";.id=");
    if parts.next() != Some("") {
        return Err(Refusal::of_reading(text).map_or_else(
            || ReadError::NotUnderstood(text.to_owned()),
            ReadError::Refused,
        ));
    }
    parts.map(|part| fields(&format!(".id={part}"))).collect()
}

fn row(kind: Kind, fields: &Fields) -> Row {
    let mut row = Row::new(kind);
    for (name, text) in fields {
        row.take(name, text);
    }
    row
}

/// The properties of one record; a part without a name belongs to the list
/// before it.
fn fields(record: &str) -> Result<Fields, ReadError> {
    let mut fields: Fields = Vec::new();
    for part in record.split(';') {
        match part.split_once('=').filter(|(name, _)| is_name(name)) {
            Some((name, text)) => {
                if fields.last().is_some_and(|(last, _)| last.as_str() >= name) {
                    return Err(ReadError::Ambiguous(record.to_owned()));
                }
                fields.push((name.to_owned(), text.to_owned()));
            }
            None => {
                let (_, text) = fields
                    .last_mut()
                    .ok_or_else(|| ReadError::NotUnderstood(record.to_owned()))?;
                text.push(';');
                text.push_str(part);
            }
        }
    }
    Ok(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_absent_values_are_read() {
        let text = ".id=*4;bridge=bridge-attic;disabled=false;dynamic=true;tagged=bridge-attic;ether3;untagged=;vlan-ids=10\n@@OK\n";
        let rows = records(Kind::BridgeVlan, text).expect("reads");
        assert_eq!(
            rows[0].get("tagged").expect("there").names(),
            ["bridge-attic", "ether3"]
        );
        assert!(rows[0].get("untagged").expect("there").is_unset());
        assert!(rows[0].is_dynamic());
    }

    #[test]
    fn zero_is_the_word_that_it_stands_for() {
        let text = ".id=*1;horizon=0;interface=ether2;path-cost=0\n@@OK\n";
        let rows = records(Kind::BridgePort, text).expect("reads");
        assert_eq!(rows[0].text("horizon"), "none");
        let bridge = records(Kind::Bridge, ".id=*2;mtu=0;name=b\n@@OK\n").expect("reads");
        assert_eq!(bridge[0].text("mtu"), "auto");
    }

    #[test]
    fn a_comment_cannot_pass_for_properties_out_of_order() {
        let sneaky = ".id=*1;comment=x;.id=*9;name=evil;disabled=false;name=pool-attic\n@@OK\n";
        assert!(matches!(
            records(Kind::Pool, sneaky),
            Err(ReadError::Ambiguous(_))
        ));
        let twice = ".id=*1;comment=x;disabled=true;disabled=false;name=dhcp-attic\n@@OK\n";
        assert!(matches!(
            records(Kind::DhcpServer, twice),
            Err(ReadError::Ambiguous(_))
        ));
        assert!(matches!(
            as_value(".id=*1;comment=x;about=y;name=z\n"),
            Err(ReadError::Ambiguous(_))
        ));
    }

    #[test]
    fn a_comment_may_hold_semicolons_and_line_ends() {
        let text =
            ".id=*1;comment=one; two\nthree;name=pool-attic;ranges=10.0.0.9\n.id=*2;name=b\n@@OK\n";
        let rows = records(Kind::Pool, text).expect("reads");
        assert_eq!(rows[0].comment(), "one; two\nthree");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn a_whole_table_on_a_line_is_split_at_ids() {
        let items =
            as_value(".id=*2;name=ether1;running=true;.id=*3;name=ether2\r\n").expect("reads");
        assert_eq!(items.len(), 2);
        assert_eq!(items[1][1], ("name".to_owned(), "ether2".to_owned()));
        assert_eq!(as_value("\r\n"), Err(ReadError::Silent));
        assert!(matches!(
            as_value("bad command name bogus (line 1 column 7)"),
            Err(ReadError::Refused(_))
        ));
    }
}
