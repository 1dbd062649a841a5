//! The places of the format where a string or number stands.

/// What the format has next. All but `Size` are strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Want {
    Magic,
    Open,
    Type,
    Kind,
    Regular,
    Marker,
    Contents,
    Size { executable: bool },
    TargetTag,
    Target,
    EntryOrClose,
    EntryOpen,
    NameTag,
    Name,
    NodeTag,
    NodeClose,
    EntryClose,
}

impl Want {
    /// How an error names what the format has at this place.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Magic => "nix-archive-1",
            Self::Open | Self::EntryOpen => "(",
            Self::Type => "type",
            Self::Kind => "regular, symlink or directory",
            Self::Regular => "executable or contents",
            Self::Marker => "an empty string",
            Self::Contents => "contents",
            Self::Size { .. } => "a size",
            Self::TargetTag => "target",
            Self::Target => "a symlink target",
            Self::EntryOrClose => "entry or )",
            Self::NameTag => "name",
            Self::Name => "a name",
            Self::NodeTag => "node",
            Self::NodeClose | Self::EntryClose => ")",
        }
    }
}
