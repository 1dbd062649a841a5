//! How often each member of a block is counted.

use std::io::Cursor;

use roaring::RoaringBitmap;

/// A count a member, in binary: slice `i` holds those whose bit `i` is set.
/// Nearly all counts are small, so there are few slices; an operation costs as
/// much as the sets it works on, and not as their counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    slices: Vec<RoaringBitmap>,
}

impl Counts {
    /// Reads what [`Counts::bytes`] made.
    pub(crate) fn parse(bytes: &[u8]) -> std::io::Result<Self> {
        let mut rest = Cursor::new(bytes);
        let mut slices = Vec::new();
        while (rest.position() as usize) < bytes.len() {
            slices.push(RoaringBitmap::deserialize_from(&mut rest)?);
        }
        Ok(Self { slices })
    }

    /// The slices one after the other (portable serialisation), without empty
    /// ones at the end. The same counts may be other bytes: where two forms of
    /// a bitmap are equally short, it keeps the one it has.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.slices.iter().flat_map(bitmap_bytes).collect()
    }

    /// Counts each of these once more.
    pub(crate) fn add(&mut self, members: &RoaringBitmap) {
        let mut carry = members.clone();
        for slice in &mut self.slices {
            let next = &*slice & &carry;
            *slice ^= carry;
            carry = next;
        }
        if !carry.is_empty() {
            self.slices.push(carry);
        }
    }

    /// Counts each of these once less; whether all of them were counted.
    #[must_use]
    pub(crate) fn remove(&mut self, members: &RoaringBitmap) -> bool {
        let mut borrow = members.clone();
        for slice in &mut self.slices {
            let next = &borrow - &*slice;
            *slice ^= borrow;
            borrow = next;
        }
        while self.slices.last().is_some_and(RoaringBitmap::is_empty) {
            self.slices.pop();
        }
        borrow.is_empty()
    }

    /// Those that are counted at all.
    pub(crate) fn members(&self) -> RoaringBitmap {
        self.slices
            .iter()
            .fold(RoaringBitmap::new(), |all, s| all | s)
    }
}

/// The bytes of a bitmap in its shortest form.
pub(crate) fn bitmap_bytes(bitmap: &RoaringBitmap) -> Vec<u8> {
    let mut bitmap = bitmap.clone();
    bitmap.optimize();
    let mut bytes = Vec::with_capacity(bitmap.serialized_size());
    bitmap
        .serialize_into(&mut bytes)
        .expect("writing to memory does not fail");
    bytes
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counts_are_those_of_a_plain_map(
            steps in prop::collection::vec(
                (any::<bool>(), prop::collection::btree_set(0..40_u32, 0..12)), 0..60)
        ) {
            let mut plain: BTreeMap<u32, u32> = BTreeMap::new();
            let mut counts = Counts::default();
            for (add, set) in steps {
                if add {
                    counts.add(&set.iter().copied().collect());
                    for member in set {
                        *plain.entry(member).or_default() += 1;
                    }
                } else {
                    let there = |m: &u32| plain.get(m).is_some_and(|count| *count > 0);
                    let set: Vec<u32> = set.into_iter().filter(there).collect();
                    prop_assert!(counts.remove(&set.iter().copied().collect()));
                    for member in set {
                        *plain.entry(member).or_default() -= 1;
                    }
                }
                plain.retain(|_, count| *count > 0);
                let members: RoaringBitmap = plain.keys().copied().collect();
                prop_assert_eq!(counts.members(), members);
                let read = Counts::parse(&counts.bytes()).unwrap();
                prop_assert_eq!(&read, &counts);
            }
            // The same counts, added in another order.
            let mut again = Counts::default();
            for (member, count) in plain.iter().rev() {
                for _ in 0..*count {
                    again.add(&RoaringBitmap::from_iter([*member]));
                }
            }
            prop_assert_eq!(again, counts);
        }
    }

    #[test]
    fn what_is_not_counted_cannot_be_removed() {
        let set = |ids: &[u32]| ids.iter().copied().collect::<RoaringBitmap>();
        let mut counts = Counts::default();
        assert!(!counts.remove(&set(&[1])));
        counts.add(&set(&[1, 2]));
        assert!(!counts.remove(&set(&[2, 3])));
    }

    #[test]
    fn a_full_block_of_new_chunks_takes_few_bytes() {
        let mut counts = Counts::default();
        counts.add(&(0..4096).collect());
        assert!(counts.bytes().len() < 32);
        assert!(Counts::parse(b"garbage").is_err());
    }
}
