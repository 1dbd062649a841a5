//! How many files may be open: each connection is one, each blob and reader too.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Files that are open beside those of connections, generously.
const BESIDE: usize = 512;

/// Raises the soft limit to the hard one, which needs no privilege, and answers
/// how many of `wanted` connections fit below it. Shells and service managers
/// set the soft limit to 1,024 for the sake of old programs.
pub(crate) fn make_room(wanted: usize) -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
    let files = getrlimit(Resource::Nofile).current;
    let connections = fitting(wanted, files);
    if connections < wanted {
        tracing::warn!(
            files,
            wanted,
            connections,
            "fewer connections than configured: the hard limit of open files is low; raise it \
             (systemd: LimitNOFILE=, shell: ulimit -Hn) or lower server.max-connections"
        );
    }
    connections
}

/// `None` is no limit.
fn fitting(wanted: usize, files: Option<u64>) -> usize {
    let files = files.map_or(usize::MAX, |files| {
        usize::try_from(files).unwrap_or(usize::MAX)
    });
    wanted.min(files.saturating_sub(BESIDE).max(files / 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_files() {
        assert_eq!(fitting(2_048, None), 2_048);
        assert_eq!(fitting(2_048, Some(1 << 20)), 2_048);
        assert_eq!(fitting(2_048, Some(1_024)), 512);
        assert_eq!(fitting(2_048, Some(256)), 64);
    }
}
