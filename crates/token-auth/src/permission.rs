//! What a token may do to a cache.

use std::fmt;

/// One thing that a token may do to a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Permission {
    /// Read its paths.
    Pull,
    /// Publish paths.
    Push,
    /// Remove and replace paths.
    Delete,
    /// Make a cache of that name.
    CreateCache,
    /// Change its settings and keys.
    ConfigureCache,
    /// Change how long it keeps things.
    ConfigureCacheRetention,
    /// Destroy it.
    DestroyCache,
}

impl Permission {
    /// Every permission, in the order in which tokens write them.
    pub const ALL: [Self; 7] = [
        Self::Pull,
        Self::Push,
        Self::Delete,
        Self::CreateCache,
        Self::ConfigureCache,
        Self::ConfigureCacheRetention,
        Self::DestroyCache,
    ];

    /// The letters that stand for it in a token.
    pub fn letters(self) -> &'static str {
        match self {
            Self::Pull => "r",
            Self::Push => "w",
            Self::Delete => "d",
            Self::CreateCache => "cc",
            Self::ConfigureCache => "cr",
            Self::ConfigureCacheRetention => "cq",
            Self::DestroyCache => "cd",
        }
    }

    /// The permission that these letters stand for.
    pub fn from_letters(letters: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|permission| permission.letters() == letters)
    }

    /// The word for people: `pull`, `configure-cache` …
    pub fn word(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Delete => "delete",
            Self::CreateCache => "create-cache",
            Self::ConfigureCache => "configure-cache",
            Self::ConfigureCacheRetention => "configure-cache-retention",
            Self::DestroyCache => "destroy-cache",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A set of permissions.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Permissions(u8);

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// Everything there is.
    pub const ALL: Self = Self((1 << Permission::ALL.len()) - 1);

    /// These and one more.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission as u8)
    }

    /// These without one.
    #[must_use]
    pub const fn without(self, permission: Permission) -> Self {
        Self(self.0 & !(1 << permission as u8))
    }

    /// What is in both.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether it is among them.
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & 1 << permission as u8 != 0
    }

    /// Whether there is any at all: enough to know that the cache exists.
    pub const fn any(self) -> bool {
        self.0 != 0
    }

    /// Whether `other` has all of these.
    pub const fn is_subset_of(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Each of them, in the order of [`Permission::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .into_iter()
            .filter(move |&permission| self.has(permission))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_distinct_and_read_back() {
        for permission in Permission::ALL {
            assert_eq!(
                Permission::from_letters(permission.letters()),
                Some(permission)
            );
        }
        for unknown in ["", "x", "R", "rw", "c", "ccc"] {
            assert_eq!(Permission::from_letters(unknown), None);
        }
    }

    #[test]
    fn sets() {
        let set = Permissions::NONE
            .with(Permission::Pull)
            .with(Permission::DestroyCache);
        assert!(set.has(Permission::Pull) && set.any() && !set.has(Permission::Push));
        assert_eq!(set.iter().collect::<Permissions>(), set);
        assert_eq!(
            Permission::ALL.into_iter().collect::<Permissions>(),
            Permissions::ALL
        );
        assert!(set.is_subset_of(Permissions::ALL) && !Permissions::ALL.is_subset_of(set));
        assert!(!set.without(Permission::Pull).has(Permission::Pull));
        assert!(!Permissions::NONE.any());
        assert_eq!(format!("{set:?}"), "{Pull, DestroyCache}");
    }
}
