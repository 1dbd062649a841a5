//! A cable between an operator's TCP connection and the SSH server, which may be cut and mended.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, duplex, split};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::world::Link;

const BUFFER: usize = 64 << 10;

/// The SSH server's end of a connection. The cable ends with either side, with the device's old
/// connections, or when `kill` becomes true.
pub(super) fn connect(
    tcp: TcpStream,
    mut link: watch::Receiver<Link>,
    mut kill: watch::Receiver<bool>,
) -> DuplexStream {
    let born = link.borrow_and_update().next;
    let (near, far) = duplex(BUFFER);
    tokio::spawn(async move {
        let (from_client, to_client) = tcp.into_split();
        let (from_server, to_server) = split(far);
        let mut watching = link.clone();
        tokio::select! {
            () = both(
                carry(from_client, to_server, link.clone()),
                carry(from_server, to_client, link.clone()),
            ) => {}
            _ = watching.wait_for(|link| link.oldest > born) => {}
            _ = kill.wait_for(|kill| *kill) => {}
        }
    });
    near
}

/// Until both directions have ended.
async fn both(there: impl Future<Output = ()>, back: impl Future<Output = ()>) {
    tokio::join!(there, back);
}

/// Carries bytes one way; while the cable is cut, those at hand wait.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut link: watch::Receiver<Link>,
) {
    let mut buffer = vec![0; BUFFER];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if link.wait_for(|link| link.open).await.is_err() {
            break;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
