//! Recipes: what is read is what `encode` makes, and nothing else is read.

use chunk_store::ChunkId;
use chunk_store::recipe::{self, BLOCK, Recipe};

use crate::input::{Damage, Input};

/// A recipe, or bytes that resemble one: it encodes back to the same bytes, its
/// blocks are its ids in order, and an offset leads to the last block before it.
pub fn recipe(data: &[u8]) {
    let mut input = Input::new(data);
    let mut probes = [0, u64::MAX, input.magnitude(), input.magnitude()];
    let bytes = match input.byte() % 4 {
        0 => input.rest().to_vec(),
        1 => [&[1], input.rest()].concat(),
        _ => {
            let damage = Damage::read(&mut input);
            let chunks = chunks(&mut input);
            let mut bytes = recipe::encode(&chunks);
            let read = Recipe::parse(&bytes);
            let ids = read.as_ref().map(Recipe::ids).map(<[_]>::to_vec);
            assert_eq!(ids, Ok(chunks.iter().map(|(id, _)| *id).collect()));
            damage.apply(&mut bytes);
            bytes
        }
    };
    if let Ok(recipe) = Recipe::parse(&bytes) {
        check(&recipe, &bytes);
        for block in recipe.blocks() {
            probes[0] = block.offset;
            probes[1] = block.offset.wrapping_sub(1);
            check_seeks(&recipe, &probes);
        }
        check_seeks(&recipe, &probes);
    }
}

/// Runs of ids with lengths; enough at times for several blocks.
fn chunks(input: &mut Input<'_>) -> Vec<(ChunkId, u32)> {
    let mut chunks = Vec::new();
    while !input.is_empty() && chunks.len() < 3 * BLOCK {
        let id = input.magnitude();
        let len = (input.magnitude() as u32).max(1);
        let (count, step) = match input.byte() % 4 {
            0 => (1, 0),
            1 => (input.below(50), 1),
            2 => (8 * input.below(256), 1),
            _ => (input.below(50), input.magnitude()),
        };
        let id = |at: usize| ChunkId(id.wrapping_add(step.wrapping_mul(at as u64)));
        chunks.extend((0..count).map(|at| (id(at), len)));
    }
    chunks
}

fn check(recipe: &Recipe, bytes: &[u8]) {
    assert!(recipe.ids().len() <= bytes.len(), "a chunk takes a byte");
    let offsets: Vec<u64> = recipe.blocks().map(|block| block.offset).collect();
    let mut chunks = Vec::new();
    for (number, block) in recipe.blocks().enumerate() {
        assert_eq!(block.first, number * BLOCK);
        assert!((1..=BLOCK).contains(&block.ids.len()));
        let frame_bytes = match offsets.get(number + 1) {
            Some(next) => next - block.offset,
            // Nothing tells it.
            None => block.ids.len() as u64,
        };
        chunks.extend(
            block
                .ids
                .iter()
                .copied()
                .zip(share(frame_bytes, block.ids.len())),
        );
    }
    assert!(chunks.iter().map(|(id, _)| id).eq(recipe.ids()));
    assert!(recipe::encode(&chunks) == bytes, "encodes to other bytes");
}

/// Bytes shared among frames of which none is empty.
fn share(bytes: u64, frames: usize) -> Vec<u32> {
    let mut left = bytes
        .checked_sub(frames as u64)
        .unwrap_or_else(|| panic!("{frames} frames of {bytes} bytes"));
    let mut lens = vec![1u32; frames];
    for len in &mut lens {
        let more = left.min(u64::from(u32::MAX - 1));
        *len += more as u32;
        left -= more;
    }
    assert_eq!(left, 0, "{frames} frames cannot have {bytes} bytes");
    lens
}

fn check_seeks(recipe: &Recipe, offsets: &[u64]) {
    for &offset in offsets {
        let plain = recipe
            .blocks()
            .filter(|block| block.offset <= offset)
            .last();
        assert_eq!(recipe.block_at(offset), plain, "offset {offset}");
    }
}
