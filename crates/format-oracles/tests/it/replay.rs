//! Committed inputs, each alone.

use crate::inputs::committed;

/// One test a target, so that a failure names it.
macro_rules! suite {
    ($($target:ident,)*) => {$(
        #[test]
        fn $target() {
            let seeds = committed("seeds", stringify!($target));
            assert!(seeds.len() > 4, "the seeds are not there");
            for (name, bytes) in seeds.into_iter().chain(committed("found", stringify!($target))) {
                println!("{name}");
                format_oracles::$target(&bytes);
            }
        }
    )*};
}

suite! {
    nar,
    narinfo,
    pack,
    recipe,
    record,
    token,
}
