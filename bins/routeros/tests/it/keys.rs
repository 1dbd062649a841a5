//! Key pairs, and an agent that holds one.

use std::io::{self, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::thread;

use russh::keys::signature::Signer;
use russh::keys::ssh_encoding::Encode;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::keys::{PrivateKey, ssh_key::Signature};

/// A key pair, another one for each number.
pub(crate) fn pair(number: u8) -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[number; 32]))
}

/// Both halves as files: `NAME` and `NAME.pub`.
pub(crate) fn write(key: &PrivateKey, folder: &Path, name: &str) {
    let private = key.to_openssh(LineEnding::LF).expect("a key");
    let public = key.public_key().to_openssh().expect("a key");
    std::fs::write(folder.join(name), private.as_bytes()).expect("written");
    let file = folder.join(format!("{name}.pub"));
    std::fs::write(file, format!("{public}\n")).expect("written");
}

/// Starts an agent that holds one key; it ends with the test. Its socket.
pub(crate) fn agent(key: PrivateKey, folder: &Path) -> PathBuf {
    let socket = folder.join("agent");
    let listener = UnixListener::bind(&socket).expect("a socket");
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Who has heard enough goes away.
            let _ = serve(stream, &key);
        }
    });
    socket
}

const IDENTITIES: u8 = 11;
const SIGN: u8 = 13;
const FAILURE: u8 = 5;

fn serve(mut stream: UnixStream, key: &PrivateKey) -> io::Result<()> {
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        let mut request = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut request)?;
        let mut answer = Vec::new();
        string(&mut answer, &answered(&request, key));
        stream.write_all(&answer)?;
    }
}

fn answered(request: &[u8], key: &PrivateKey) -> Vec<u8> {
    let public = key.public_key().to_bytes().expect("bytes");
    match request.split_first() {
        Some((&IDENTITIES, _)) => {
            let mut answer = vec![IDENTITIES + 1, 0, 0, 0, 1];
            string(&mut answer, &public);
            string(&mut answer, b"somebody");
            answer
        }
        Some((&SIGN, rest)) => {
            let (_, rest) = part(rest);
            let (data, _) = part(rest);
            let signature: Signature = key.try_sign(data).expect("signed");
            let mut answer = vec![SIGN + 1];
            string(&mut answer, &signature.encode_vec().expect("bytes"));
            answer
        }
        _ => vec![FAILURE],
    }
}

/// Bytes behind their length.
fn string(to: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("short");
    to.extend(length.to_be_bytes());
    to.extend(bytes);
}

fn part(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_first_chunk().expect("a length");
    rest.split_at(u32::from_be_bytes(*length) as usize)
}
