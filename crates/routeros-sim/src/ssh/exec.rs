//! Commands on exec channels: one line in, its text out, with CR LF line ends.

use std::sync::Arc;

use russh::ChannelId;
use russh::server::Handle;
use tokio::sync::watch;

use super::simulator::Shared;
use super::world::Outcome;
use crate::device::Session;

/// Where the answer goes.
pub(super) struct End {
    pub(super) handle: Handle,
    pub(super) channel: ChannelId,
    pub(super) kill: Arc<watch::Sender<bool>>,
}

/// Runs a command.
pub(super) fn run(world: &Shared, line: &str, port: &str, session: &Session) -> Outcome {
    world.lock().exec(line, port, session)
}

/// Sends an answer and closes the channel.
pub(super) async fn answer(world: Shared, outcome: Outcome, end: End) {
    let (text, status, at) = match outcome {
        Outcome::Drop => {
            end.kill.send_replace(true);
            return;
        }
        Outcome::Never => return,
        Outcome::Answer { text, status, at } => (text, status, at),
    };
    let (mut clock, status_first) = {
        let world = world.lock();
        (world.clock.subscribe(), world.options().status_first)
    };
    if clock.wait_for(|now| *now >= at).await.is_err() {
        return;
    }
    // Whoever has gone in the meantime does not want it.
    let _ = send(&end, &text, status, status_first).await;
}

async fn send(end: &End, text: &str, status: Option<u32>, status_first: bool) -> Result<(), ()> {
    let early = status.filter(|_| status_first);
    let late = status.filter(|_| !status_first);
    if let Some(status) = early {
        end.handle.exit_status_request(end.channel, status).await?;
    }
    if !text.is_empty() {
        let text = text.replace('\n', "\r\n").into_bytes();
        end.handle.data(end.channel, text).await.map_err(|_| ())?;
    }
    if let Some(status) = late {
        end.handle.exit_status_request(end.channel, status).await?;
    }
    end.handle.eof(end.channel).await?;
    end.handle.close(end.channel).await
}
