use super::checked::{Checked, Node, NodeKind};
use super::env::Env;
use super::fault::{Fault, FaultKind};
use super::map::{Key, Map};
use super::source::{Functions, Source};
use super::syntax::{BinaryOp, Fold};
use super::typing::Type;
use super::value::{Value, ValueRef};
use super::{hazard, ops};
use smol_str::SmolStr;
use std::sync::Arc;

mod builtin;
mod folds;
mod relations;

/// What an expression comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// A value.
    Value(Value),
    /// Undecided, since something that decides it is absent.
    Unknown,
    /// No value, whatever the absent things are.
    Error(Fault),
}

impl Outcome {
    /// The value of a condition; `None` when it is unknown, an error or no condition.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Value(Value::Bool(truth)) => Some(*truth),
            _ => None,
        }
    }
}

impl Checked {
    /// The budget of [`Checked::eval`]: operations, elements looked at, and sixteen bytes of text each count one.
    pub const BUDGET: u64 = 1_000_000;

    /// Evaluates with values from `source` and the caller's `functions`.
    ///
    /// Absence is three-valued: an operation on something unknown is unknown, unless another operand is an error or
    /// (for `&&`, `||`, `all` and `exists`) decides. Filling in what is absent never changes an outcome that was a
    /// value or an error, as long as the expression asks no `has`.
    pub fn eval(&self, source: &dyn Source, functions: &dyn Functions) -> Outcome {
        self.eval_within(source, functions, Self::BUDGET)
    }

    /// The same within another budget.
    pub fn eval_within(&self, source: &dyn Source, functions: &dyn Functions, budget: u64) -> Outcome {
        let mut run = Run { env: &self.env, source, functions, locals: Vec::new(), budget };
        if self.root.ty == Type::Bool {
            return match run.truth(&self.root) {
                Ok(Some(truth)) => Outcome::Value(Value::Bool(truth)),
                Ok(None) => Outcome::Unknown,
                Err(fault) => Outcome::Error(*fault),
            };
        }
        let item = run.value(&self.root);
        let value = match item.and_then(|item| item.map(|item| run.own(item, &self.root)).transpose()) {
            Ok(Some(value)) => value,
            Ok(None) => return Outcome::Unknown,
            Err(fault) => return Outcome::Error(*fault),
        };
        if !hazard::known(&self.root.ty) && !self.wanted.admits(value.view()) {
            let what =
                format!("the outcome is `{}`, not {}", value.view().kind().name(), self.wanted.described());
            return Outcome::Error(Fault { span: self.root.span, kind: FaultKind::Type, what });
        }
        Outcome::Value(value)
    }
}

/// A value at hand: seen where it lies, or made on the way.
#[derive(Clone)]
enum Item<'a> {
    Seen(ValueRef<'a>),
    Made(Value),
}

impl Item<'_> {
    fn view(&self) -> ValueRef<'_> {
        match self {
            Self::Seen(value) => *value,
            Self::Made(value) => value.view(),
        }
    }
}

/// A value, or nothing when it is unknown. The fault is boxed to keep what is passed around small.
type Step<T> = Result<Option<T>, Box<Fault>>;

struct Run<'a> {
    env: &'a Env,
    source: &'a dyn Source,
    functions: &'a dyn Functions,
    /// The elements at which the enclosing macros are.
    locals: Vec<Item<'a>>,
    budget: u64,
}

impl<'a> Run<'a> {
    fn value(&mut self, node: &'a Node) -> Step<Item<'a>> {
        Ok(Some(match &node.kind {
            NodeKind::Literal(value) => Item::Seen(value.view()),
            NodeKind::Place(slot) => return Ok(self.source.get(*slot).map(Item::Seen)),
            NodeKind::Local(index) => match self.locals.get(*index) {
                Some(item) => item.clone(),
                None => return Err(fault(node, FaultKind::Type, "a macro's variable is not bound")),
            },
            NodeKind::Field(of, id) => return self.field(of, id),
            NodeKind::Key(of, id) => return self.key(of, id, node),
            NodeKind::Index(parts) => return self.index(parts, node),
            NodeKind::List(items) => return self.list(items),
            NodeKind::Map(entries) => return self.map(entries, node),
            NodeKind::If(parts) => {
                let [condition, yes, no] = &**parts;
                return match self.truth(condition)? {
                    Some(true) => self.value(yes),
                    Some(false) => self.value(no),
                    None => Ok(None),
                };
            }
            NodeKind::Negate(of) => {
                self.spend(1, node)?;
                let Some(of) = self.value(of)? else { return Ok(None) };
                Item::Made(ops::negated(of.view()).map_err(|(kind, what)| fault(node, kind, what))?)
            }
            NodeKind::Binary(
                op @ (BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem),
                parts,
            ) => return self.arithmetic(*op, parts, node),
            NodeKind::Builtin(builtin, args) => return self.builtin(*builtin, args, node),
            NodeKind::Call(number, args) => return self.call(*number, args, node),
            NodeKind::Fold(fold) if matches!(fold.fold, Fold::Map | Fold::Filter) => {
                return self.collect(fold);
            }
            _ => return Ok(self.truth(node)?.map(|truth| Item::Seen(ValueRef::Bool(truth)))),
        }))
    }

    /// The value of a part that is true or false.
    fn truth(&mut self, node: &'a Node) -> Step<bool> {
        match &node.kind {
            NodeKind::And(all) => self.decide(all, false),
            NodeKind::Or(any) => self.decide(any, true),
            NodeKind::Not(of) => Ok(self.truth(of)?.map(|truth| !truth)),
            NodeKind::HasPlace(slot) => Ok(Some(self.source.get(*slot).is_some())),
            NodeKind::HasKey(of, id) => match self.value(of)? {
                None => Ok(Some(false)),
                Some(item) => match item.view() {
                    ValueRef::Map(map) => Ok(Some(map.field(id).is_some())),
                    other => Err(mismatch(node, other, "an object")),
                },
            },
            NodeKind::Binary(op, parts)
                if !matches!(
                    op,
                    BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem
                ) =>
            {
                self.relation(*op, parts, node)
            }
            NodeKind::Matches(of, pattern) => {
                let Some(of) = self.value(of)? else { return Ok(None) };
                let ValueRef::String(text) = of.view() else { return Err(mismatch(node, of.view(), "text")) };
                self.spend(text.len() as u64, node)?;
                Ok(Some(pattern.is_match(text)))
            }
            NodeKind::Fold(fold) if !matches!(fold.fold, Fold::Map | Fold::Filter) => self.quantify(fold),
            _ => match self.value(node)? {
                None => Ok(None),
                Some(item) => match item.view() {
                    ValueRef::Bool(truth) => Ok(Some(truth)),
                    other => Err(mismatch(node, other, "true or false")),
                },
            },
        }
    }

    /// `&&` and `||`: one part that is `decisive` decides; else something unknown outweighs an error.
    fn decide(&mut self, parts: &'a [Node], decisive: bool) -> Step<bool> {
        let mut verdict = Ok(Some(!decisive));
        for part in parts {
            self.spend(1, part)?;
            match self.truth(part) {
                Ok(Some(truth)) if truth == decisive => return Ok(Some(decisive)),
                Ok(Some(_)) => {}
                other => weigh(&mut verdict, other)?,
            }
        }
        verdict
    }

    fn arithmetic(&mut self, op: BinaryOp, parts: &'a [Node; 2], node: &'a Node) -> Step<Item<'a>> {
        let [left, right] = parts;
        let (left, right) = (self.value(left)?, self.value(right)?);
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        let (a, b) = (left.view(), right.view());
        self.spend(1 + ops::weight(a) + ops::weight(b), node)?;
        ops::arithmetic(op, a, b)
            .map(|value| Some(Item::Made(value)))
            .map_err(|(kind, what)| fault(node, kind, what))
    }

    fn field(&mut self, of: &'a Node, id: &str) -> Step<Item<'a>> {
        let Some(item) = self.value(of)? else { return Ok(None) };
        let found = |map: &Map| map.field(id).cloned().map(Item::Made);
        match item {
            Item::Seen(ValueRef::Map(map)) => Ok(map.field(id).map(|value| Item::Seen(value.view()))),
            Item::Made(Value::Map(map)) => Ok(found(&map)),
            other => Err(mismatch(of, other.view(), "an object")),
        }
    }

    fn key(&mut self, of: &'a Node, id: &SmolStr, node: &Node) -> Step<Item<'a>> {
        let Some(item) = self.value(of)? else { return Ok(None) };
        if !matches!(item.view(), ValueRef::Map(_)) {
            return Err(mismatch(node, item.view(), "an object or a map"));
        }
        let found = entry(&item, ValueRef::String(id));
        found.map(Some).ok_or_else(|| fault(node, FaultKind::NoElement, format!("there is no entry `{id}`")))
    }

    fn index(&mut self, parts: &'a [Node; 2], node: &Node) -> Step<Item<'a>> {
        let [of, at] = parts;
        let (of, at) = (self.value(of)?, self.value(at)?);
        let (Some(of), Some(at)) = (of, at) else { return Ok(None) };
        let missing = match (of.view(), at.view()) {
            (
                ValueRef::Map(_),
                key @ (ValueRef::Null | ValueRef::List(_) | ValueRef::Map(_) | ValueRef::Bytes(_)),
            ) => {
                return Err(mismatch(node, key, "a map's key"));
            }
            (ValueRef::Map(_), _) => "there is no such entry in the map".to_owned(),
            (ValueRef::List(items), ValueRef::Int(_) | ValueRef::Uint(_) | ValueRef::Double(_)) => {
                format!("the list of {} has no such element", items.len())
            }
            (ValueRef::List(_), other) => return Err(mismatch(node, other, "a list's index")),
            (other, _) => return Err(mismatch(node, other, "a list or a map")),
        };
        let found = entry(&of, at.view());
        found.map(Some).ok_or_else(|| fault(node, FaultKind::NoElement, missing))
    }

    fn list(&mut self, items: &'a [Node]) -> Step<Item<'a>> {
        let mut values = Some(Vec::with_capacity(items.len()));
        for node in items {
            self.spend(1, node)?;
            match self.value(node)? {
                Some(item) => {
                    let value = self.own(item, node)?;
                    if let Some(values) = &mut values {
                        values.push(value);
                    }
                }
                None => values = None,
            }
        }
        Ok(values.map(|values| Item::Made(Value::List(values.into()))))
    }

    fn map(&mut self, entries: &'a [(Node, Node)], node: &Node) -> Step<Item<'a>> {
        let mut pairs = Some(Vec::with_capacity(entries.len()));
        for (key, value) in entries {
            self.spend(1, key)?;
            let (key_item, value_item) = (self.value(key)?, self.value(value)?);
            let (Some(key_item), Some(value_item)) = (key_item, value_item) else {
                pairs = None;
                continue;
            };
            let Some(own) = Key::of(key_item.view()) else {
                return Err(mismatch(node, key_item.view(), "a map's key"));
            };
            let value = self.own(value_item, value)?;
            if let Some(pairs) = &mut pairs {
                pairs.push((own, value));
            }
        }
        let Some(pairs) = pairs else { return Ok(None) };
        let count = pairs.len();
        let map: Map = pairs.into_iter().collect();
        if map.len() < count {
            return Err(fault(node, FaultKind::Duplicate, "a key stands twice in the map"));
        }
        Ok(Some(Item::Made(Value::Map(Arc::new(map)))))
    }

    /// The value itself, copied where it is only seen.
    fn own(&mut self, item: Item<'_>, node: &Node) -> Result<Value, Box<Fault>> {
        match item {
            Item::Made(value) => Ok(value),
            Item::Seen(value) => {
                self.spend(ops::weight(value), node)?;
                Ok(value.to_value())
            }
        }
    }

    fn spend(&mut self, work: u64, node: &Node) -> Result<(), Box<Fault>> {
        match self.budget.checked_sub(work) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => {
                self.budget = 0;
                Err(fault(node, FaultKind::Budget, "the condition takes too much work for these values"))
            }
        }
    }
}

/// Adds what is neither decisive nor neutral to a verdict. Running out of budget is final.
fn weigh(verdict: &mut Step<bool>, other: Step<bool>) -> Result<(), Box<Fault>> {
    match (&verdict, other) {
        (_, Err(fault)) if fault.kind == FaultKind::Budget => return Err(fault),
        (Ok(None), _) => {}
        (Ok(Some(_)), other) => *verdict = other,
        (Err(_), Ok(None)) => *verdict = Ok(None),
        (Err(_), _) => {}
    }
    Ok(())
}

/// The element of a list, or the value at a map's key.
fn entry<'a>(of: &Item<'a>, at: ValueRef<'_>) -> Option<Item<'a>> {
    let place = || match at {
        ValueRef::Int(at) => usize::try_from(at).ok(),
        ValueRef::Uint(at) => usize::try_from(at).ok(),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "whole and within 0 to 2^32"
        )]
        ValueRef::Double(at) => {
            (at.fract() == 0.0 && (0.0..4_294_967_296.0).contains(&at)).then_some(at as usize)
        }
        _ => None,
    };
    match of {
        Item::Seen(ValueRef::List(items)) => items.get(place()?).map(|value| Item::Seen(value.view())),
        Item::Made(Value::List(items)) => items.get(place()?).cloned().map(Item::Made),
        Item::Seen(ValueRef::Map(map)) => map.get(at).map(|value| Item::Seen(value.view())),
        Item::Made(Value::Map(map)) => map.get(at).cloned().map(Item::Made),
        _ => None,
    }
}

fn fault(node: &Node, kind: FaultKind, what: impl Into<String>) -> Box<Fault> {
    Box::new(Fault { span: node.span, kind, what: what.into() })
}

fn mismatch(node: &Node, found: ValueRef<'_>, wanted: &str) -> Box<Fault> {
    fault(node, FaultKind::Type, format!("`{}` is not {wanted}", found.kind().name()))
}
