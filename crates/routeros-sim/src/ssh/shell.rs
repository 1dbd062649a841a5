//! A minimal interactive session: banner, first questions, prompt, echo.
//!
//! It keeps no menu path, no history and no safe mode: those keys are refused loudly.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::broadcast;

use super::simulator::Shared;
use super::world::Outcome;
use crate::UNKNOWN;
use crate::device::Session;

/// How long a typed line may be.
const LINE: usize = 4096;

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// By the user, or because the other side went.
    Quit,
    /// A fault ends the connection.
    Cut,
}

/// A key, as far as this shell knows keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Text(u8),
    Enter,
    Back,
    Interrupt,
    End,
    SafeMode,
}

/// One session.
pub(super) struct Shell {
    world: Shared,
    port: String,
    session: Session,
    lines: broadcast::Receiver<String>,
    /// The bytes of a key that has begun with an escape.
    escape: Option<Vec<u8>>,
}

impl Shell {
    pub(super) fn new(world: Shared, port: String, session: Session) -> Self {
        let lines = world.lock().lines.subscribe();
        Self {
            world,
            port,
            session,
            lines,
            escape: None,
        }
    }

    pub(super) async fn run(mut self, stream: impl AsyncRead + AsyncWrite + Unpin) -> Left {
        let mut stream = stream;
        // Whoever hangs up has left.
        self.talk(&mut stream).await.unwrap_or(Left::Quit)
    }

    async fn talk(
        &mut self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    ) -> io::Result<Left> {
        let prompts = self.world.lock().options().prompts;
        let banner = format!("{UNKNOWN}the banner\r\n");
        stream.write_all(banner.as_bytes()).await?;
        if prompts.licence {
            let question = "Do you want to see the software license? [Y/n]: ";
            if self.ask(stream, question, true).await?.as_deref() != Some("n") {
                let text = format!(
                    "{UNKNOWN}the text of the licence\r\nPlease press \"Enter\" to continue!"
                );
                self.ask(stream, &text, true).await?;
            }
        }
        if prompts.new_password && !self.new_password(stream).await? {
            return Ok(Left::Quit);
        }
        loop {
            let prompt = {
                let world = self.world.lock();
                format!("[{}@{}] > ", self.session.user, world.machine.identity())
            };
            let Some(line) = self.ask(stream, &prompt, true).await? else {
                continue;
            };
            match line.trim() {
                "" => {}
                "/quit" | "quit" => return Ok(Left::Quit),
                line => {
                    if !self.run_line(stream, line).await? {
                        return Ok(Left::Cut);
                    }
                }
            }
        }
    }

    /// Asks for a new password until both are alike, or Ctrl-C.
    async fn new_password(
        &mut self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    ) -> io::Result<bool> {
        loop {
            let Some(new) = self.ask(stream, "new password> ", false).await? else {
                return Ok(true);
            };
            let Some(again) = self.ask(stream, "repeat new password> ", false).await? else {
                return Ok(true);
            };
            if new == again {
                let text = format!("{UNKNOWN}setting a password from its prompt\r\n");
                stream.write_all(text.as_bytes()).await?;
                return Ok(false);
            }
        }
    }

    /// Whether the session goes on.
    async fn run_line(
        &mut self,
        stream: &mut (impl AsyncWrite + Unpin),
        line: &str,
    ) -> io::Result<bool> {
        let outcome = self.world.lock().exec(line, &self.port, &self.session);
        match outcome {
            Outcome::Drop => Ok(false),
            Outcome::Never => std::future::pending().await,
            Outcome::Answer { text, .. } => {
                stream
                    .write_all(text.replace('\n', "\r\n").as_bytes())
                    .await?;
                Ok(true)
            }
        }
    }

    /// A line typed after a prompt; nothing after Ctrl-C. An empty line with Ctrl-D is `/quit`.
    async fn ask(
        &mut self,
        stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
        prompt: &str,
        echo: bool,
    ) -> io::Result<Option<String>> {
        stream.write_all(prompt.as_bytes()).await?;
        let mut line: Vec<u8> = Vec::new();
        loop {
            let byte = tokio::select! {
                byte = stream.read_u8() => byte?,
                said = self.lines.recv() => {
                    if let Ok(said) = said {
                        let typed = String::from_utf8_lossy(&line).into_owned();
                        let text = format!("\r\n{said}\r\n{prompt}{typed}");
                        stream.write_all(text.as_bytes()).await?;
                    }
                    continue;
                }
            };
            let Some(key) = self.key(byte) else {
                continue;
            };
            match key {
                Key::Text(byte) if line.len() < LINE => {
                    line.push(byte);
                    if echo {
                        stream.write_all(&[byte]).await?;
                    }
                }
                Key::Back if line.pop().is_some() && echo => stream.write_all(b"\x08 \x08").await?,
                Key::Text(_) | Key::Back => {}
                Key::Enter => {
                    stream.write_all(b"\r\n").await?;
                    return Ok(Some(String::from_utf8_lossy(&line).into_owned()));
                }
                Key::Interrupt => {
                    stream.write_all(b"\r\n").await?;
                    return Ok(None);
                }
                Key::End if line.is_empty() => return Ok(Some("/quit".to_owned())),
                Key::End => {}
                Key::SafeMode => {
                    let text = format!("\r\n{UNKNOWN}safe mode\r\n{prompt}");
                    line.clear();
                    stream.write_all(text.as_bytes()).await?;
                }
            }
        }
    }

    fn key(&mut self, byte: u8) -> Option<Key> {
        if let Some(escape) = &mut self.escape {
            escape.push(byte);
            let opens = escape.len() == 1 && matches!(byte, b'[' | b'O');
            if opens || (escape.len() < 16 && !byte.is_ascii_alphabetic() && byte != b'~') {
                return None;
            }
            let is_f4 = matches!(escape.as_slice(), b"OS" | b"[14~");
            self.escape = None;
            return is_f4.then_some(Key::SafeMode);
        }
        match byte {
            0x1b => {
                self.escape = Some(Vec::new());
                None
            }
            b'\r' => Some(Key::Enter),
            0x08 | 0x7f => Some(Key::Back),
            0x03 => Some(Key::Interrupt),
            0x04 => Some(Key::End),
            0x18 => Some(Key::SafeMode),
            b' '..=0x7e | 0x80.. => Some(Key::Text(byte)),
            _ => None,
        }
    }
}
