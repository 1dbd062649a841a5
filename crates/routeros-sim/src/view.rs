//! What a menu shows at one moment, before it is laid out as a table, a block, JSON or an export.
//!
//! The state makes views; the printers lay them out. Neither knows the other.

/// How `print` of a menu looks without options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Columns with a heading.
    Table,
    /// A legend of all flags and one block of `name=value` an item.
    Block,
    /// One item; right-aligned `name: value` lines.
    Singleton,
}

/// A flag of a menu, such as `D - DYNAMIC`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The letter in front of a row.
    pub letter: char,
    /// The name of the property that it stands for, in lower case.
    pub name: &'static str,
    /// Flags of one group exclude each other and are parted by commas in the legend; groups by semicolons.
    pub group: u8,
}

/// One value, typed as far as the printers need to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Text that `print detail` puts in quotes, such as a name.
    Quoted(String),
    /// Text that it does not, such as an address or a word of an enumeration.
    Bare(String),
    /// A number; right-aligned in tables.
    Number(i64),
    /// A number that `print` and `export` show in base 16 (`0x8000`) and JSON in base 10.
    Hex(u64),
    /// A counter of bytes, packets or events; in tables its thousands are grouped by blanks.
    Counter(u64),
    /// A word that stands for a number, as which JSON shows it: `auto` is 0.
    Sentinel {
        /// What `print` and `export` show.
        text: &'static str,
        /// What JSON shows.
        number: i64,
    },
    /// A word without a value, such as `blackhole`; a row without it lacks the property.
    Present,
    /// yes or no.
    Bool(bool),
    /// Seconds.
    Duration(u64),
    /// Seconds that JSON shows as a date counted from 1970 (`ttl`, `interval`, `timeout`).
    DatedDuration(u64),
    /// Several values, in the order in which the device shows them.
    List(Vec<String>),
    /// Several numbers or ranges of numbers (`vlan-ids`); right-aligned in tables.
    NumberList(Vec<String>),
    /// A point in time, `2026-09-22 00:43:37`.
    Time(String),
}

/// A property of a row and what is to be known to print it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: Cell,
    /// Whether `export` may write it: it was set, is not computed, and belongs to the configuration.
    pub stored: bool,
    /// Whether it has its default, so that a compact export leaves it out.
    pub is_default: bool,
    /// Whether it is a secret, hidden in exports.
    pub secret: bool,
}

/// One item of a menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place in the whole table; some dynamic rows have none.
    pub number: Option<usize>,
    /// Its internal id, `*1F`, as a number.
    pub id: u32,
    /// Names of the flags that are up.
    pub flags: Vec<&'static str>,
    /// The item's own comment.
    pub comment: Option<String>,
    /// Warnings that the device shows in the way of a comment, after it.
    pub warnings: Vec<String>,
    /// Properties in the menu's own order; those which the item does not have are absent.
    pub properties: Vec<Property>,
    /// How `export` addresses an item that cannot be added: `[ find default-name=ether1 ]`.
    pub find: Option<String>,
}

impl Row {
    /// The value of a property.
    pub fn get(&self, name: &str) -> Option<&Cell> {
        self.properties
            .iter()
            .find(|property| property.name == name)
            .map(|property| &property.value)
    }
}

/// A menu at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// `/ip/address`.
    pub path: &'static str,
    /// Its look.
    pub layout: Layout,
    /// All its flags, in the order of the legend.
    pub flags: &'static [Flag],
    /// The properties that `print` shows as columns, in order.
    pub columns: &'static [&'static str],
    /// Its items, already filtered by `where`.
    pub rows: Vec<Row>,
}
