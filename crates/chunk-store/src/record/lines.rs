//! The first line of a record, and chunks as text.

use serde::{Deserialize, Serialize};

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeadLine {
    pub(super) version: u64,
    pub(super) kind: Kind,
    pub(super) cache_uid: String,
    pub(super) cache_name: String,
    pub(super) settings: serde_json::Map<String, serde_json::Value>,
    pub(super) time: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) destroyed: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Publish,
    Cache,
    Tombstone,
}

/// What every version of the first line has.
#[derive(Deserialize)]
pub(super) struct AnyVersion {
    pub(super) version: u64,
}

/// Chunks as base64 of n × (digest 32 | frame id 16).
pub(super) mod chunks {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserializer, Serializer};

    use super::super::ChunkRef;
    use crate::{Digest, FrameId};

    const LEN: usize = 32 + 16;

    pub(in crate::record) fn serialize<S: Serializer>(
        chunks: &[ChunkRef],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(chunks.len() * LEN);
        for chunk in chunks {
            bytes.extend_from_slice(chunk.digest.as_bytes());
            bytes.extend_from_slice(chunk.frame_id.as_bytes());
        }
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(in crate::record) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<ChunkRef>, D::Error> {
        let text: std::borrow::Cow<'de, str> = serde::Deserialize::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text.as_bytes()).map_err(D::Error::custom)?;
        let (chunks, rest) = bytes.as_chunks::<LEN>();
        if !rest.is_empty() {
            return Err(D::Error::custom("chunks are not a multiple of 48 bytes"));
        }
        Ok(chunks.iter().map(chunk).collect())
    }

    fn chunk(bytes: &[u8; LEN]) -> ChunkRef {
        let (mut digest, mut frame_id) = ([0; 32], [0; 16]);
        digest.copy_from_slice(&bytes[..32]);
        frame_id.copy_from_slice(&bytes[32..]);
        ChunkRef {
            digest: Digest::from_bytes(digest),
            frame_id: FrameId::from_bytes(frame_id),
        }
    }
}
