//! What a script is made of.

use std::sync::Arc;

use crate::menu::Menu;

/// Statements with the lines on which they begin.
pub(crate) type Script = Arc<Vec<(usize, Stmt)>>;

#[derive(Clone, Debug)]
pub(crate) enum Stmt {
    Menu(Command),
    Builtin(Builtin),
    Block(Script),
    Value(Expr),
    /// A menu path alone.
    Nothing,
}

/// A command of a menu.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// `/ip/address`.
    pub(crate) path: String,
    /// The menu, where the path is one that has items.
    pub(crate) menu: Option<&'static Menu>,
    pub(crate) verb: &'static str,
    pub(crate) args: Vec<Arg>,
    /// What stands after `where`, or after `find`.
    pub(crate) filter: Option<Expr>,
}

#[derive(Clone, Debug)]
pub(crate) struct Arg {
    pub(crate) name: &'static str,
    pub(crate) value: ArgValue,
}

#[derive(Clone, Debug)]
pub(crate) enum ArgValue {
    Given(Expr),
    /// A word without a value.
    Flag,
    /// `!name`.
    Unset,
}

/// A command of the language itself, such as `:put`.
#[derive(Clone, Debug)]
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) args: Vec<Expr>,
    pub(crate) named: Vec<(&'static str, Expr)>,
}

#[derive(Clone, Debug)]
pub(crate) enum Expr {
    /// Text in quotes.
    Text(String),
    /// A word without quotes; it may mean a number, a time, yes or no.
    Bare(String),
    /// Text with variables in it.
    Join(Vec<Expr>),
    Var(String),
    /// A property of the item at hand.
    Prop(String),
    Sub(Script),
    /// A block, and its text.
    Code(Script, String),
    Array(Vec<Expr>),
    Not(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Equal,
    NotEqual,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    Matches,
    In,
    And,
    Or,
    Join,
    Plus,
    Minus,
    Times,
    Divide,
    /// `($record->"name")`
    Pick,
}
