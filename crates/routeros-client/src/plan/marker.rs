//! The mark in the comment of what the tool made or changed.

/// Where an item with a mark comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The tool made it; or, where none can be made, changed one that had no
    /// comment.
    Made,
    /// The tool changed it; the comment that it had.
    Changed {
        /// Its comment.
        comment: String,
    },
    /// The tool took it over under another name.
    Adopted {
        /// The name that it had.
        name: String,
        /// The comment that it had.
        comment: String,
    },
}

/// A comment with a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    /// Where the item comes from.
    pub origin: Origin,
    /// The comment that the file declares.
    pub text: String,
}

impl Marker {
    /// Reads a comment; `None` where it carries no mark of this owner.
    #[must_use]
    pub fn read(owner: &str, comment: &str) -> Option<Self> {
        let rest = comment.strip_prefix(owner)?;
        let (origin, rest) = match rest.strip_prefix("(was ") {
            None => (Origin::Made, rest),
            Some(rest) => {
                let (was, rest) = rest.split_once(')')?;
                let origin = match was.split_once('/') {
                    None => Origin::Changed {
                        comment: plain(was)?,
                    },
                    Some((name, comment)) => Origin::Adopted {
                        name: plain(name)?,
                        comment: plain(comment)?,
                    },
                };
                (origin, rest)
            }
        };
        let text = match rest {
            "" => "",
            rest => rest.strip_prefix(": ")?,
        };
        let text = text.to_owned();
        Some(Marker { origin, text })
    }

    /// The comment to set.
    #[must_use]
    pub fn write(&self, owner: &str) -> String {
        let head = match &self.origin {
            Origin::Made => owner.to_owned(),
            Origin::Changed { comment } => format!("{owner}(was {})", shielded(comment)),
            Origin::Adopted { name, comment } => {
                format!("{owner}(was {}/{})", shielded(name), shielded(comment))
            }
        };
        match self.text.as_str() {
            "" => head,
            text => format!("{head}: {text}"),
        }
    }
}

/// What the form of a mark is made of goes as `%` and two digits.
fn shielded(text: &str) -> String {
    let mut shielded = String::new();
    for character in text.chars() {
        match character {
            '%' | '(' | ')' | '/' | '\n' | '\r' => {
                shielded.push_str(&format!("%{:02X}", u32::from(character)));
            }
            other => shielded.push(other),
        }
    }
    shielded
}

fn plain(text: &str) -> Option<String> {
    let mut parts = text.split('%');
    let mut plain = parts.next()?.to_owned();
    for part in parts {
        let digits = part.get(..2)?;
        plain.push(char::from(u8::from_str_radix(digits, 16).ok()?));
        plain.push_str(&part[2..]);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_as_written() {
        let origins = [
            Origin::Made,
            Origin::Changed {
                comment: "a (b): 100%/c\nä".to_owned(),
            },
            Origin::Changed {
                comment: String::new(),
            },
            Origin::Adopted {
                name: "br/1)".to_owned(),
                comment: "defconf".to_owned(),
            },
        ];
        for origin in origins {
            for text in ["", "cache NIC 1", "a): b (was c)"] {
                let text = text.to_owned();
                let marker = Marker {
                    origin: origin.clone(),
                    text,
                };
                let comment = marker.write("attic");
                assert_eq!(Marker::read("attic", &comment), Some(marker), "{comment}");
            }
        }
    }

    #[test]
    fn the_comments_of_others_carry_no_mark() {
        for comment in ["", "defconf", "attic2: x", "attic x", "attics", "an attic"] {
            assert_eq!(Marker::read("attic", comment), None, "{comment}");
        }
    }
}
