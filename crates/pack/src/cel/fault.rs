use super::Span;

/// Why an evaluation failed, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct Fault {
    /// The operation that failed.
    pub span: Span,
    /// What sort of failure.
    pub kind: FaultKind,
    /// What was wrong with the values.
    pub what: String,
}

/// An error that an operation may meet, foretold from the types alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hazard {
    /// The operation.
    pub span: Span,
    /// What sort of failure.
    pub kind: FaultKind,
}

/// The sorts of failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    /// A result outside the range of its type.
    Overflow,
    /// Division by zero, or the remainder of one.
    DivisionByZero,
    /// No element at that index, or no entry at that key.
    NoElement,
    /// A key that stands twice in a map.
    Duplicate,
    /// A value that its type does not let convert, such as `int("x")`.
    Conversion,
    /// A pattern that is none.
    Pattern,
    /// A time zone that is not known.
    Zone,
    /// A function of the caller that failed.
    Function,
    /// An operand of the wrong kind: possible only where a type is `dyn`, or where a source or a function gives what
    /// it did not declare.
    Type,
    /// More work than the budget allows.
    Budget,
}
