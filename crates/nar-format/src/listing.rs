//! `.ls`: the listing of a NAR, with the offset of each file's content.

use crate::nar::Event;

/// A listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    json: String,
}

impl Listing {
    /// The JSON text of the listing.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.json.clone()
    }
}

/// Makes a listing of the events of one NAR.
#[derive(Debug, Clone, Default)]
pub struct ListingBuilder {}

impl ListingBuilder {
    /// A builder at the start of a NAR.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next event of the NAR.
    pub fn event(&mut self, event: &Event<'_>) {
        let _ = event;
    }

    /// The listing, unless the NAR is incomplete or the listing too large.
    #[must_use]
    pub fn finish(self) -> Option<Listing> {
        unimplemented!()
    }
}
