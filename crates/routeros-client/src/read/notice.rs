//! What commands about the whole device say when they succeed, or ask.

/// A known text of such a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A backup was saved.
    BackupSaved,
    /// The device asks for the password of a backup.
    AsksPassword,
    /// The device asks whether to restore a backup.
    AsksRestore,
    /// The device restores a backup and reboots.
    Restoring,
    /// The device asks whether to reset itself.
    AsksReset,
    /// A file was imported to its end.
    Imported,
}

impl Notice {
    /// The last notice in an answer: what the command came to.
    #[must_use]
    pub fn read(answer: &str) -> Option<Self> {
        answer
            .lines()
            .rev()
            .find_map(|line| Notice::line(line.trim()))
    }

    fn line(line: &str) -> Option<Self> {
        const KNOWN: [(&str, Notice); 7] = [
            ("Configuration backup saved", Notice::BackupSaved),
            ("password:", Notice::AsksPassword),
            ("Restore and reboot? [y/N]:", Notice::AsksRestore),
            ("Restoring system configuration", Notice::Restoring),
            (
                "System configuration restored, rebooting now",
                Notice::Restoring,
            ),
            ("Dangerous! Reset anyway? [y/N]:", Notice::AsksReset),
            (
                "Script file loaded and executed successfully",
                Notice::Imported,
            ),
        ];
        KNOWN
            .into_iter()
            .find(|(text, _)| line.starts_with(text))
            .map(|(_, notice)| notice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_notice_counts() {
        let saved = "Saving system configuration\r\nConfiguration backup saved\r\n";
        assert_eq!(Notice::read(saved), Some(Notice::BackupSaved));
        assert_eq!(
            Notice::read("password: \nRestore and reboot? [y/N]:\n"),
            Some(Notice::AsksRestore)
        );
        assert_eq!(Notice::read("Saving system configuration\r\n"), None);
        assert_eq!(Notice::read("failure: no space left\r\n"), None);
    }
}
