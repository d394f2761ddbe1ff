use super::Span;
use smol_str::SmolStr;

/// A parsed expression: the tree as written, before any name is resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands in the source.
    pub span: Span,
}

/// A name as written, with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The name, without backticks.
    pub text: SmolStr,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `1`, `"text"`, `true`, `null`; a minus sign right before a number belongs to the literal.
    Literal(Literal),
    /// `form`; with `root`, `.form`, which no macro's variable hides.
    Name {
        /// The name.
        name: SmolStr,
        /// Whether a dot stands before it.
        root: bool,
    },
    /// `form.born`
    Select(Box<Expr>, Word),
    /// `has(form.born)`
    Has(Box<Expr>, Word),
    /// `list[0]`, `form["child-name"]`
    Index(Box<Expr>, Box<Expr>),
    /// `size(list)`, or with a target `text.contains("x")`.
    Call {
        /// Which function.
        function: Word,
        /// What stands before the dot of a member call.
        target: Option<Box<Expr>>,
        /// What stands between the parentheses.
        args: Vec<Expr>,
    },
    /// `list.exists(x, x > 1)`
    Fold(Box<FoldExpr>),
    /// `[1, 2]`
    List(Vec<Expr>),
    /// `{"a": 1}`
    Map(Vec<(Expr, Expr)>),
    /// `!a`
    Not(Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `a + b`, `a < b`, `a in b`
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `a && b && c`, at least two.
    And(Vec<Expr>),
    /// `a || b || c`, at least two.
    Or(Vec<Expr>),
    /// `a ? b : c`
    If(Box<[Expr; 3]>),
}

/// A macro that goes through a list, or through a map's keys.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldExpr {
    /// Which macro.
    pub fold: Fold,
    /// What it goes through.
    pub range: Expr,
    /// The name that each element has inside.
    pub variable: Word,
    /// The condition on an element; absent only in the two-argument `map`.
    pub filter: Option<Expr>,
    /// What `map` makes of an element; absent in all others.
    pub transform: Option<Expr>,
}

/// The macros that go through lists and maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fold {
    /// True when the condition holds for every element.
    All,
    /// True when it holds for at least one.
    Exists,
    /// True when it holds for exactly one.
    ExistsOne,
    /// The transformed elements.
    Map,
    /// The elements for which it holds.
    Filter,
}

impl Fold {
    /// The macro called `name`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "all" => Self::All,
            "exists" => Self::Exists,
            "exists_one" => Self::ExistsOne,
            "map" => Self::Map,
            "filter" => Self::Filter,
            _ => return None,
        })
    }

    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Exists => "exists",
            Self::ExistsOne => "exists_one",
            Self::Map => "map",
            Self::Filter => "filter",
        }
    }
}

/// A constant as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// `-1`, `0xff`
    Int(i64),
    /// `1u`
    Uint(u64),
    /// `1.5`
    Double(f64),
    /// `"text"`
    String(SmolStr),
    /// `b"text"`
    Bytes(Box<[u8]>),
}

/// The operators between two operands, without `&&` and `||`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `in`
    In,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Rem,
}

impl BinaryOp {
    /// How it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Rem => "%",
        }
    }

    /// How tightly it binds: relations 3, sums 4, products 5; `||` would be 1 and `&&` 2.
    pub(crate) fn level(self) -> u8 {
        match self {
            Self::Add | Self::Sub => 4,
            Self::Mul | Self::Div | Self::Rem => 5,
            _ => 3,
        }
    }
}
