//! How `export` breaks long lines.

/// Breaks one command, given as tokens that are parted by blanks, into lines, each ended by LF.
pub fn wrap(tokens: &[String]) -> String {
    tokens.join(" ") + "\n"
}
