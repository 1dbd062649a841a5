use proptest::prelude::*;

use super::*;

fn chunks(ids: &[u64]) -> Vec<(ChunkId, u32)> {
    ids.iter().map(|id| (ChunkId(*id), 100)).collect()
}

#[test]
fn bytes_are_the_documented_ones() {
    let cases: &[(&[u64], &[u8])] = &[
        (&[], &[1, 0]),
        (&[5], &[1, 1, 0, 5]),
        // 300 = 0b10_0101100; +1 is 2, -4 is 7, +100 is 200.
        (&[300, 301, 297, 397], &[1, 4, 0, 0xAC, 2, 2, 7, 0xC8, 1]),
    ];
    for (ids, bytes) in cases {
        assert_eq!(encode(&chunks(ids)), *bytes, "{ids:?}");
    }
}

#[test]
fn a_recipe_costs_a_byte_a_chunk_and_seeks_by_block() {
    let ids: Vec<u64> = (7000..7000 + 2 * BLOCK as u64 + 10).collect();
    let bytes = encode(&chunks(&ids));
    assert!(bytes.len() < ids.len() + 32);
    let recipe = Recipe::parse(&bytes).unwrap();
    let blocks: Vec<_> = recipe.blocks().collect();
    assert_eq!(blocks.len(), 3);
    let in_block = 100 * BLOCK as u64;
    for (offset, want) in [
        (0, 0),
        (in_block - 1, 0),
        (in_block, 1),
        (2 * in_block - 1, 1),
        (2 * in_block, 2),
        (u64::MAX, 2),
    ] {
        let block = recipe.block_at(offset).unwrap();
        assert_eq!(block, blocks[want], "offset {offset}");
        assert_eq!(block.offset, want as u64 * in_block);
        assert_eq!(block.first, want * BLOCK);
    }
    assert_eq!(blocks[2].ids.len(), 10);
    assert_eq!(Recipe::parse(&[1, 0]).unwrap().block_at(0), None);
}

#[test]
fn what_encode_never_makes_is_refused() {
    use RecipeError::*;
    let mut two_blocks = encode(&chunks(&vec![9; BLOCK + 1]));
    assert!(Recipe::parse(&two_blocks).is_ok());
    let second = two_blocks.len() - 4;
    assert_eq!(two_blocks[second..], [0x80, 0xA0, 6, 9], "102,400 and 9");
    two_blocks.splice(second..second + 3, [0]);
    let cases: &[(&[u8], RecipeError)] = &[
        (&[], Version),
        (&[0, 0], Version),
        (&[2, 0], Version),
        (&[1], Truncated),
        (&[1, 1], Truncated),
        (&[1, 1, 0], Truncated),
        (&[1, 2, 0, 5], Truncated),
        (&[1, 1, 0, 0x85], Truncated),
        (&[1, 0, 0], Trailing),
        (&[1, 1, 0, 5, 0], Trailing),
        (&[1, 1, 1, 5], Offset(0)),
        (&two_blocks, Offset(1)),
        (&[1, 0x81, 0, 0, 5], Number),
        (
            &[1, 1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 2],
            Number,
        ),
        (
            &[1, 1, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 129, 0],
            Number,
        ),
        // A count of 2^63 costs no memory.
        (
            &[1, 128, 128, 128, 128, 128, 128, 128, 128, 128, 1, 0, 5],
            Truncated,
        ),
    ];
    for (bytes, error) in cases {
        assert_eq!(
            Recipe::parse(bytes).as_ref().err(),
            Some(error),
            "{bytes:?}"
        );
    }
}

/// A block said to start where the one before it cannot end was read, up to an
/// offset near 2^64 to which frame lengths were added later.
#[test]
fn a_block_of_impossible_length_was_read() {
    let two_blocks = encode(&chunks(&vec![9; BLOCK + 1]));
    let start = two_blocks.len() - 4;
    let most = BLOCK as u64 * u64::from(u32::MAX);
    for (offset, possible) in [
        (1, false),
        (BLOCK as u64 - 1, false),
        (BLOCK as u64, true),
        (most, true),
        (most + 1, false),
        (u64::MAX, false),
    ] {
        let mut bytes = two_blocks.clone();
        let mut number = Vec::new();
        varint::write(&mut number, offset);
        bytes.splice(start..start + 3, number);
        let read = Recipe::parse(&bytes).map(drop);
        let wanted = possible.then_some(()).ok_or(RecipeError::Offset(1));
        assert_eq!(read, wanted, "offset {offset}");
    }
}

#[test]
fn version_hashes_the_frame_ids_in_order() {
    let (a, b) = (FrameId::of(b"a"), FrameId::of(b"b"));
    let joined = [*a.as_bytes(), *b.as_bytes()].concat();
    assert_eq!(version([&a, &b]), *FrameId::of(&joined).as_bytes());
    assert_ne!(version([&a, &b]), version([&b, &a]));
}

proptest! {
    #[test]
    fn round_trip(
        ids in prop_oneof![
            prop::collection::vec(any::<u64>(), 0..40),
            prop::collection::vec(0u64..500, 1000..2100),
        ],
        len in 1u32..=u32::MAX,
    ) {
        let chunks: Vec<_> = ids.iter().map(|id| (ChunkId(*id), len)).collect();
        let recipe = Recipe::parse(&encode(&chunks)).unwrap();
        prop_assert_eq!(recipe.ids(), chunks.iter().map(|c| c.0).collect::<Vec<_>>());
        for block in recipe.blocks() {
            prop_assert_eq!(block.offset, block.first as u64 * u64::from(len));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        if let Some(first) = bytes.first_mut() {
            *first = 1;
        }
        if let Ok(recipe) = Recipe::parse(&bytes) {
            // Below one block nothing but the ids is told, so it encodes back.
            let chunks: Vec<_> = recipe.ids().iter().map(|id| (*id, 1)).collect();
            prop_assert_eq!(encode(&chunks), bytes);
        }
    }
}
