//! How `export` writes values.

/// The parts of a value between which a line may be broken: characters and escapes.
pub(crate) fn atoms(value: &str) -> Vec<String> {
    let mut out = Vec::new();
    for c in value.chars() {
        match c {
            '"' | '\\' | '$' | '?' => out.push(format!("\\{c}")),
            '\n' => out.push("\\n".to_owned()),
            '\r' => out.push("\\r".to_owned()),
            '\t' => out.push("\\t".to_owned()),
            ' '..='~' => out.push(c.to_string()),
            other => {
                let mut bytes = [0; 4];
                let bytes = other.encode_utf8(&mut bytes).bytes();
                out.extend(bytes.map(|byte| format!("\\{byte:02X}")));
            }
        }
    }
    out
}

/// A value in quotes, if it needs them.
pub(crate) fn quoted(value: &str) -> String {
    if needs_quotes(value) {
        format!("\"{}\"", atoms(value).concat())
    } else {
        value.to_owned()
    }
}

fn needs_quotes(value: &str) -> bool {
    let special = |c: char| !c.is_ascii_graphic() || "\"$\\;=[](){}#?~<>&'`|^".contains(c);
    value.is_empty() || value.contains(special)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_where_they_need_it() {
        for (value, expected) in [
            ("10.0.0.1/24", "10.0.0.1/24"),
            ("!LAN", "!LAN"),
            ("*2C", "*2C"),
            ("a,b:c-d_e.f/g%h@i", "a,b:c-d_e.f/g%h@i"),
            ("", "\"\""),
            ("a b", "\"a b\""),
            ("a=b", "\"a=b\""),
            ("a\"b\\c$d?e", "\"a\\\"b\\\\c\\$d\\?e\""),
            ("a\nb\tc", "\"a\\nb\\tc\""),
            ("Büro", "\"B\\C3\\BCro\""),
        ] {
            assert_eq!(quoted(value), expected);
        }
    }
}
