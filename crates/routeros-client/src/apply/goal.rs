//! What a run is to reach.

use crate::device::{Facts, Place};
use crate::failure::Result;
use crate::plan::Plan;
use crate::row::State;
use crate::schema::Kind;
use crate::value::Value;

/// How many items of a kind are to have these properties, as the device
/// itself counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The kind.
    pub kind: Kind,
    /// The properties.
    pub properties: Vec<(String, Value)>,
    /// How many.
    pub expected: u64,
}

/// What a run is to reach.
pub trait Goal {
    /// Whether this is the device that is meant.
    ///
    /// # Errors
    /// Where it is not.
    fn accepts(&self, facts: &Facts) -> Result<()>;

    /// The port by which the operator has to come; nothing where any will do.
    fn port(&self) -> Option<&str>;

    /// What is to be done; nothing where the device is there.
    ///
    /// # Errors
    /// Where what is there leaves no way to what is declared.
    fn plan(&self, state: &State) -> Result<Plan>;

    /// Why an operator at this place would be cut off.
    fn lockout(&self, state: &State, place: &Place) -> Vec<String>;

    /// What the device is to count itself.
    fn counts(&self) -> Vec<Count>;
}
