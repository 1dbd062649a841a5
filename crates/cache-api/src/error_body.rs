//! How a failure is answered.

use serde::{Deserialize, Serialize};

use crate::ErrorCode;

/// The body of every answer that reports the failure of a whole request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Which failure.
    pub code: ErrorCode,
    /// What happened here, for people.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl ErrorBody {
    /// A failure with the hint that goes with its code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let hint = Some(code.hint().to_owned());
        Self {
            code,
            message: message.into(),
            hint,
        }
    }
}
