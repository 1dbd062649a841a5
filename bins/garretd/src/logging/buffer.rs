//! Log lines gathered for a moment, so that a busy server does not make a
//! system call for each.
//!
//! A line waits [`DELAY`] at most. Warnings and errors go out at once, with
//! everything before them. What waits when the process is killed is lost.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// The longest time that a line waits.
const DELAY: Duration = Duration::from_millis(50);
/// Bytes that wait at most; whoever logs the next line writes them out.
const MOST: usize = 256 << 10;

/// Where lines go. Clones share one buffer.
#[derive(Debug)]
pub(super) struct Lines<W>(Arc<Shared<W>>);

impl<W> Clone for Lines<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

#[derive(Debug)]
struct Shared<W> {
    state: Mutex<State<W>>,
    /// Told when the first line comes into an empty buffer.
    begun: Condvar,
}

#[derive(Debug)]
struct State<W> {
    waiting: Vec<u8>,
    output: W,
}

impl<W: Write> State<W> {
    fn flush(&mut self) -> io::Result<()> {
        let result = self.output.write_all(&self.waiting);
        self.waiting.clear();
        result.and_then(|()| self.output.flush())
    }
}

impl<W: Write + Send + 'static> Lines<W> {
    /// Lines to `output`, written out by a thread of their own.
    pub(super) fn to(output: W) -> Self {
        let lines = Self(Arc::new(Shared {
            state: Mutex::new(State {
                waiting: Vec::new(),
                output,
            }),
            begun: Condvar::new(),
        }));
        let shared = Arc::clone(&lines.0);
        let thread = std::thread::Builder::new().name("log".to_owned());
        // Without the thread every line would wait for the next full buffer.
        let spawned = thread.spawn(move || shared.write_out());
        spawned.expect("a thread can be started when the program starts");
        lines
    }

    /// Writes out what waits.
    pub(super) fn flush(&self) {
        // Nowhere is left to report that the log cannot be written.
        let _ = self.0.lock().flush();
    }
}

impl<W: Write> Shared<W> {
    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_out(&self) -> ! {
        loop {
            let mut state = self.lock();
            while state.waiting.is_empty() {
                state = self
                    .begun
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            drop(state);
            std::thread::sleep(DELAY);
            let _ = self.lock().flush();
        }
    }
}

/// The writer of one line.
pub(super) struct Line<'a, W> {
    lines: &'a Shared<W>,
    at_once: bool,
}

impl<W: Write> Write for Line<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.lines.lock();
        if state.waiting.is_empty() {
            self.lines.begun.notify_one();
        }
        state.waiting.extend_from_slice(bytes);
        if self.at_once || state.waiting.len() >= MOST {
            state.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.lines.lock().flush()
    }
}

impl<'a, W: Write + 'static> MakeWriter<'a> for Lines<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Line<'a, W> {
        Line {
            lines: &self.0,
            at_once: true,
        }
    }

    fn make_writer_for(&'a self, meta: &Metadata<'_>) -> Line<'a, W> {
        Line {
            lines: &self.0,
            at_once: *meta.level() <= Level::WARN,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// An output that hands on each write.
    struct Writes(mpsc::Sender<String>);

    impl Write for Writes {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            self.0.send(text).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(log: impl FnOnce()) -> mpsc::Receiver<String> {
        let (sender, writes) = mpsc::channel();
        let lines = Lines::to(Writes(sender));
        let subscriber = tracing_subscriber::fmt()
            .with_writer(lines)
            .with_ansi(false)
            .without_time()
            .finish();
        tracing::subscriber::with_default(subscriber, log);
        writes
    }

    #[test]
    fn lines_come_soon_and_together() {
        let writes = logged(|| (0..3).for_each(|n| tracing::info!(n, "line")));
        // The thread may have begun between two of them.
        let mut text = writes.recv().unwrap();
        while text.lines().count() < 3 {
            text += &writes.recv().unwrap();
        }
        let numbers: Vec<_> = text.lines().map(|line| line.rsplit('=').next()).collect();
        assert_eq!(numbers, [Some("0"), Some("1"), Some("2")]);
    }

    #[test]
    fn a_warning_goes_out_at_once_with_what_was_before_it() {
        let writes = logged(|| {
            for n in 0..100 {
                tracing::info!(n, "line");
            }
            tracing::warn!("trouble");
        });
        // All was written when the call returned: nothing is waited for.
        let text: String = writes.try_iter().collect();
        assert_eq!(text.lines().count(), 101);
        assert!(text.ends_with("trouble\n"), "{text}");
    }

    #[test]
    fn memory_is_bounded() {
        let line = "x".repeat(1000);
        let count = 3 * MOST / line.len();
        let writes = logged(|| (0..count).for_each(|_| tracing::info!("{line}")));
        let longest = writes.try_iter().map(|text| text.len()).max();
        assert!(
            longest.is_some_and(|len| len < MOST + 2 * line.len()),
            "{longest:?}"
        );
    }
}
