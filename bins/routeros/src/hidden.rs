//! A terminal that does not show what is typed, and shows it again however
//! that ends.

use std::io;
use std::sync::OnceLock;
use std::thread;

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// Stdin shows nothing as long as this lives.
pub(crate) struct Hidden(&'static Termios);

impl Hidden {
    /// From now on.
    pub(crate) fn hide() -> io::Result<Self> {
        static SHOWN: OnceLock<Termios> = OnceLock::new();
        let now = tcgetattr(io::stdin())?;
        if SHOWN.get().is_none() {
            // Before, lest the program is ended between the two.
            show_when_ended(now.clone())?;
        }
        let shown = SHOWN.get_or_init(|| now);
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &hidden)?;
        Ok(Hidden(shown))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        show(self.0);
    }
}

fn show(shown: &Termios) {
    // A terminal that is gone shows nothing.
    let _ = tcsetattr(io::stdin(), OptionalActions::Now, shown);
}

/// Shows again what is typed when a signal ends the program: from then on, a
/// thread takes the signals that do.
fn show_when_ended(shown: Termios) -> io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGQUIT])?;
    let wait = move || {
        for signal in signals.forever() {
            show(&shown);
            // It ends the program, as if nobody had waited for it.
            let _ = emulate_default_handler(signal);
        }
    };
    thread::Builder::new()
        .name("signals".into())
        .spawn(wait)
        .map(drop)
}
