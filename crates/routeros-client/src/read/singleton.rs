//! `name: value` lines, names aligned to the right: menus with one item,
//! `print value-list`, `monitor once`.

use super::{Fields, ReadError, is_logged, is_name};
use crate::refusal::Refusal;

/// Reads the properties of one item.
///
/// # Errors
/// Where the device refused, or a line is something else.
pub fn singleton(answer: &str) -> Result<Fields, ReadError> {
    let mut fields: Fields = Vec::new();
    let mut column = None;
    for line in answer
        .lines()
        .map(|line| line.trim_end())
        .filter(|line| !line.is_empty() && !is_logged(line))
    {
        if let Some((name, value)) = pair(line, column) {
            column = line.find(':');
            fields.push((name.to_owned(), value.to_owned()));
        } else if let Some(comment) = line
            .trim_start()
            .strip_prefix(";;; ")
            .filter(|_| fields.is_empty())
        {
            fields.push(("comment".to_owned(), comment.to_owned()));
        } else if let Some(more) = column.and_then(|column| continued(line, column)) {
            let (_, value) = fields.last_mut().ok_or(ReadError::Silent)?;
            value.push(',');
            value.push_str(more);
        } else {
            let refused = Refusal::of_reading(answer).map(ReadError::Refused);
            return Err(refused.unwrap_or_else(|| ReadError::NotUnderstood(line.to_owned())));
        }
    }
    if column.is_none() {
        Err(ReadError::Silent)
    } else {
        Ok(fields)
    }
}

/// A line with a name that ends where the names before it did.
fn pair(line: &str, column: Option<usize>) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let aligned = column.is_none_or(|column| column == name.len());
    (aligned && name.starts_with("  ") && is_name(name.trim_start()))
        .then(|| (name.trim_start(), value.trim_start()))
}

/// A further value under the one before it.
fn continued(line: &str, column: usize) -> Option<&str> {
    let indent = line.len() - line.trim_start().len();
    (indent == column + 2).then(|| line.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_read() {
        let text = "                servers: 10.0.0.2\r\n                         10.0.0.3\r\n  allow-remote-requests: yes   \r\n         use-doh-server: \r\n\r\n";
        let fields = singleton(text).expect("reads");
        let shown: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            shown,
            [
                "servers=10.0.0.2,10.0.0.3",
                "allow-remote-requests=yes",
                "use-doh-server="
            ]
        );
    }

    #[test]
    fn lines_of_the_log_are_passed_over_and_refusals_seen() {
        let text = "    name: ether1\n08:01:59 echo: system,error,critical login failure for user x from 10.0.0.9 via ssh\n  status: link-ok\n";
        assert_eq!(singleton(text).expect("reads").len(), 2);
        assert!(matches!(
            singleton("bad command name bogus (line 1 column 2)\n"),
            Err(ReadError::Refused(_))
        ));
        assert!(matches!(
            singleton("  a: b\nwhat\n"),
            Err(ReadError::NotUnderstood(_))
        ));
        assert_eq!(singleton("\r\n"), Err(ReadError::Silent));
    }
}
