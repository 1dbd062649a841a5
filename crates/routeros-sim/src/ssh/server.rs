//! The SSH server: who is let in, and which channels are opened.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, VerifiedPublicKey};
use russh::{Channel, ChannelId, MethodKind, MethodSet, SshId};
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::simulator::Shared;
use super::world::Link;
use super::{exec, gate, sftp, shell};
use crate::device::Session;
use crate::machine::Credential;
use crate::reach::Operator;

/// How many connections the device takes at once.
const CONNECTIONS: usize = 20;

/// The host key that a seed stands for. It guards nothing: simulators listen on the loopback only.
pub(super) fn host_key(seed: u64) -> PrivateKey {
    let mut bytes = [0x52; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    PrivateKey::from(Ed25519Keypair::from_seed(&bytes))
}

/// A public key without its comment.
pub(super) fn text(key: &PublicKey) -> String {
    let line = key.to_openssh().unwrap_or_default();
    let words: Vec<&str> = line.split(' ').take(2).collect();
    words.join(" ")
}

fn config(key: PrivateKey, wrong_password: u64) -> Arc<Config> {
    Arc::new(Config {
        server_id: SshId::Standard("SSH-2.0-ROSSSH".into()),
        methods: MethodSet::from([MethodKind::Password, MethodKind::PublicKey].as_slice()),
        auth_rejection_time: Duration::from_millis(wrong_password),
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![key],
        inactivity_timeout: None,
        nodelay: true,
        ..Config::default()
    })
}

/// Takes connections from one operator until the simulator ends.
pub(super) async fn listen(
    listener: TcpListener,
    world: Shared,
    operator: Operator,
    link: watch::Receiver<Link>,
) {
    let count = Arc::new(AtomicUsize::new(0));
    while let Ok((tcp, _)) = listener.accept().await {
        if count.load(Ordering::Relaxed) >= CONNECTIONS {
            continue;
        }
        count.fetch_add(1, Ordering::Relaxed);
        let _ = tcp.set_nodelay(true);
        let (kill, killed) = watch::channel(false);
        let stream = gate::connect(tcp, link.clone(), killed);
        let connection = Connection {
            world: world.clone(),
            operator: operator.clone(),
            user: String::new(),
            kill: Arc::new(kill),
            channels: HashMap::new(),
        };
        let (key, wrong_password) = {
            let world = world.lock();
            (world.host_key(), world.options().wrong_password)
        };
        let config = config(host_key(key), wrong_password);
        let count = count.clone();
        tokio::spawn(async move {
            if let Ok(session) = russh::server::run_stream(config, stream, connection).await {
                // An operator who hangs up is no news.
                let _ = session.await;
            }
            count.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// One connection.
pub(super) struct Connection {
    world: Shared,
    operator: Operator,
    user: String,
    kill: Arc<watch::Sender<bool>>,
    channels: HashMap<ChannelId, Channel<Msg>>,
}

impl Connection {
    fn session(&self) -> Session {
        Session {
            user: self.user.clone(),
            from: Some(self.operator.address),
        }
    }

    fn admit(&mut self, user: &str, credential: Credential<'_>) -> Auth {
        let name = plain_user(user);
        if self.world.lock().machine.admits(name, credential) {
            name.clone_into(&mut self.user);
            Auth::Accept
        } else {
            Auth::reject()
        }
    }
}

/// `admin+c80w` is `admin` with wishes for the terminal.
fn plain_user(user: &str) -> &str {
    user.split_once('+').map_or(user, |(name, _)| name)
}

impl Handler for Connection {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        Ok(self.admit(user, Credential::Password(password)))
    }

    async fn auth_publickey(
        &mut self,
        user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, Self::Error> {
        Ok(self.admit(user, Credential::Key(&text(key.public_key))))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        self.channels.insert(channel.id(), channel);
        reply.accept().await;
        Ok(())
    }

    async fn channel_close(
        &mut self,
        channel: ChannelId,
        _session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        self.channels.remove(&channel);
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(russh::Pty, u32)],
        session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        session.channel_success(channel)?;
        self.channels.remove(&channel);
        let line = String::from_utf8_lossy(data);
        let outcome = exec::run(&self.world, &line, &self.operator.port, &self.session());
        let end = exec::End {
            handle: session.handle(),
            channel,
            kill: self.kill.clone(),
        };
        tokio::spawn(exec::answer(self.world.clone(), outcome, end));
        Ok(())
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        let Some(stream) = self.channels.remove(&channel) else {
            return session.channel_failure(channel);
        };
        session.channel_success(channel)?;
        let shell = shell::Shell::new(
            self.world.clone(),
            self.operator.port.clone(),
            self.session(),
        );
        let (handle, kill) = (session.handle(), self.kill.clone());
        tokio::spawn(async move {
            if shell.run(stream.into_stream()).await == shell::Left::Cut {
                kill.send_replace(true);
            }
            let _ = handle.close(channel).await;
        });
        Ok(())
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        name: &str,
        session: &mut russh::server::Session,
    ) -> Result<(), Self::Error> {
        match self.channels.remove(&channel) {
            Some(stream) if name == "sftp" => {
                session.channel_success(channel)?;
                let files = sftp::Sftp::new(
                    self.world.clone(),
                    self.operator.port.clone(),
                    self.session(),
                );
                russh_sftp::server::run(stream.into_stream(), files).await;
                Ok(())
            }
            _ => session.channel_failure(channel),
        }
    }
}
