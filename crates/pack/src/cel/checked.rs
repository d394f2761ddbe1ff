use super::env::{Env, Slot};
use super::syntax::{BinaryOp, Fold};
use super::typing::Type;
use super::value::{Kind, Value};
use super::{Hazard, Span, hazard};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

/// An expression whose every name is resolved and whose every operation suits its operands.
///
/// It is at once what is evaluated: places are slots, macros' variables are numbered, constant conversions are done
/// and constant patterns are compiled.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The tree.
    pub root: Node,
    /// What the expression was checked against.
    pub env: Env,
    /// The type that was asked for.
    pub wanted: Type,
}

/// A checked expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The type of its value.
    pub ty: Type,
    /// Where it stands in the source.
    pub span: Span,
}

/// The kinds of checked expressions. Unless said otherwise an error in a part is an error of the whole, and else an
/// unknown part makes the whole unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A constant.
    Literal(Value),
    /// A variable or a field of one; unknown when absent.
    Place(Slot),
    /// Whether that place is there; never unknown.
    HasPlace(Slot),
    /// The variable of an enclosing [`FoldNode`]: 0 is that of the outermost.
    Local(usize),
    /// A field of an object that is no place, such as a list's element; unknown when absent.
    Field(Box<Node>, SmolStr),
    /// The value at a map's text key; an error when there is none.
    Key(Box<Node>, SmolStr),
    /// Whether an object or map has that key; false when the object is itself unknown.
    HasKey(Box<Node>, SmolStr),
    /// An element of a list, or the value at a map's key; an error when there is none.
    Index(Box<[Node; 2]>),
    /// A list.
    List(Vec<Node>),
    /// A map.
    Map(Vec<(Node, Node)>),
    /// The opposite.
    Not(Box<Node>),
    /// True when all are, false when one is, whatever the others; else unknown when one is, else an error.
    And(Vec<Node>),
    /// False when all are, true when one is, whatever the others; else unknown when one is, else an error.
    Or(Vec<Node>),
    /// The second when the first is true, the third when it is false; the other one is not evaluated.
    If(Box<[Node; 3]>),
    /// The number below zero.
    Negate(Box<Node>),
    /// An operator; the operands' types say which of its meanings.
    Binary(BinaryOp, Box<[Node; 2]>),
    /// Whether the text matches the constant pattern somewhere.
    Matches(Box<Node>, Pattern),
    /// One of CEL's own functions; a member call's target is the first argument.
    Builtin(Builtin, Vec<Node>),
    /// The function of that number among [`Env::functions`].
    Call(usize, Vec<Node>),
    /// A macro over a list or a map's keys.
    Fold(Box<FoldNode>),
}

/// A checked macro.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldNode {
    /// Which macro: `all` and `exists` join the conditions like `&&` and `||`, the others are strict.
    pub fold: Fold,
    /// What it goes through.
    pub range: Node,
    /// The number of its variable: how many macros enclose it.
    pub local: usize,
    /// The name of its variable.
    pub variable: SmolStr,
    /// The condition on an element.
    pub filter: Option<Node>,
    /// What `map` makes of an element.
    pub transform: Option<Node>,
}

/// CEL's own functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    /// Code points of text, bytes, elements or entries.
    Size,
    /// Whether a text holds another.
    Contains,
    /// Whether a text begins with another.
    StartsWith,
    /// Whether a text ends with another.
    EndsWith,
    /// Whether a text matches a pattern that is known only when evaluated.
    Matches,
    /// Conversion to a kind, as `int("1")` or `date(now)`.
    To(Kind),
    /// The kind of a value.
    TypeOf,
    /// A part of a moment, a day or a length of time; a second argument is the zone.
    Part(Part),
}

/// A part of a moment, a day or a length of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The year.
    FullYear,
    /// The month from 0.
    Month,
    /// The day of the month from 1.
    Date,
    /// The day of the month from 0.
    DayOfMonth,
    /// The day of the week, Sunday being 0.
    DayOfWeek,
    /// The day of the year from 0.
    DayOfYear,
    /// Hours of the day, or whole hours of a length of time.
    Hours,
    /// Minutes of the hour, or whole minutes of a length of time.
    Minutes,
    /// Seconds of the minute, or whole seconds of a length of time.
    Seconds,
    /// Milliseconds of the second, of a length of time too.
    Milliseconds,
}

/// A compiled pattern in RE2's syntax, without its Unicode classes: `\d` and `\w` are those of ASCII, as in RE2.
#[derive(Clone, Debug)]
pub struct Pattern(Arc<regex_lite::Regex>);

impl Pattern {
    /// How large a pattern may become when compiled, in bytes: what bounds the time of a match per letter.
    const MAX_SIZE: usize = 1 << 16;

    /// Compiles `pattern`, or says why not.
    pub fn new(pattern: &str) -> Result<Self, String> {
        let built = regex_lite::RegexBuilder::new(pattern).size_limit(Self::MAX_SIZE).build();
        built.map(|regex| Self(Arc::new(regex))).map_err(|error| error.to_string())
    }

    /// Whether some part of `text` matches.
    pub fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }

    /// The pattern as written.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Checked {
    /// The type of its value.
    pub fn ty(&self) -> &Type {
        &self.root.ty
    }

    /// The places that it reads or asks for with `has`, each once: the columns to fetch for it.
    pub fn slots(&self) -> Vec<Slot> {
        let mut slots = BTreeSet::new();
        self.root.walk(&mut |node| {
            if let NodeKind::Place(slot) | NodeKind::HasPlace(slot) = node.kind {
                slots.insert(slot);
            }
        });
        slots.into_iter().collect()
    }

    /// Every error that evaluation could meet, given values of the declared types, in order of place. With none the
    /// expression is total: it yields a value, or is unknown because something is absent. Running out of the
    /// evaluator's budget is not foretold.
    pub fn hazards(&self) -> Vec<Hazard> {
        hazard::of(self)
    }

    /// Whether something that it reads may be absent from complete values, so that it may be unknown.
    pub fn may_be_unknown(&self) -> bool {
        let mut found = false;
        self.root.walk(&mut |node| {
            found |= match &node.kind {
                NodeKind::Place(slot) => self.env.place(*slot).is_none_or(|place| place.optional),
                NodeKind::Field(of, id) => match &of.ty {
                    Type::Object(schema) => schema.exact(id).is_none_or(|field| field.optional),
                    _ => true,
                },
                _ => false,
            };
        });
        found
    }
}

impl Node {
    /// Calls `visit` for this expression and everything in it, outer before inner.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        for part in self.parts() {
            part.walk(visit);
        }
    }

    /// The expressions directly in this one, in the order in which they are written.
    pub fn parts(&self) -> Vec<&Self> {
        match &self.kind {
            NodeKind::Literal(_) | NodeKind::Place(_) | NodeKind::HasPlace(_) | NodeKind::Local(_) => {
                Vec::new()
            }
            NodeKind::Field(of, _)
            | NodeKind::Key(of, _)
            | NodeKind::HasKey(of, _)
            | NodeKind::Not(of)
            | NodeKind::Negate(of)
            | NodeKind::Matches(of, _) => vec![of],
            NodeKind::Index(two) | NodeKind::Binary(_, two) => two.iter().collect(),
            NodeKind::If(three) => three.iter().collect(),
            NodeKind::List(all)
            | NodeKind::And(all)
            | NodeKind::Or(all)
            | NodeKind::Builtin(_, all)
            | NodeKind::Call(_, all) => all.iter().collect(),
            NodeKind::Map(entries) => entries.iter().flat_map(|(key, value)| [key, value]).collect(),
            NodeKind::Fold(fold) => {
                [&fold.range].into_iter().chain(&fold.filter).chain(&fold.transform).collect()
            }
        }
    }
}
