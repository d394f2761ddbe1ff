use super::checked::{Checked, FoldNode, Node, NodeKind};
use super::env::Env;
use super::map::Key;
use super::syntax::{Expr, ExprKind, Fold, FoldExpr, Literal};
use super::typing::Type;
use super::value::Value;
use super::{Problem, Span};
use smol_str::SmolStr;
use std::collections::BTreeSet;

mod builtins;
mod calls;
mod fields;
mod names;
mod operators;

/// Resolves every name of `expr` in `env`, finds the type of every part, and requires the whole to be `expected`
/// ([`Type::Dyn`] for anything). All problems are reported, in the order of their places.
pub fn check(expr: &Expr, env: &Env, expected: &Type) -> Result<Checked, Vec<Problem>> {
    let mut checker = Checker { env, locals: Vec::new(), problems: Vec::new(), mixed: false };
    let root = checker.node(expr);
    if checker.problems.is_empty() && !root.ty.fits(expected) {
        checker.wrong_result(&root, expected);
    }
    let mut problems = checker.problems;
    if problems.is_empty() {
        return Ok(Checked { root, env: env.clone(), wanted: expected.clone() });
    }
    problems.sort_by_key(|problem| problem.span);
    problems.dedup();
    Err(problems)
}

struct Checker<'e> {
    env: &'e Env,
    /// The variables of the enclosing macros, outermost first.
    locals: Vec<(SmolStr, Type)>,
    problems: Vec<Problem>,
    /// Whether elements of unlike types may stand in the literal being checked: directly inside `dyn(…)`.
    mixed: bool,
}

impl Checker<'_> {
    fn node(&mut self, expr: &Expr) -> Node {
        let span = expr.span;
        let mixed = std::mem::take(&mut self.mixed);
        match &expr.kind {
            ExprKind::Literal(literal) => {
                let value = constant(literal);
                Node { ty: literal_type(literal), kind: NodeKind::Literal(value), span }
            }
            ExprKind::Name { name, root } => self.name(name, *root, span),
            ExprKind::Select(of, field) => {
                let of = self.node(of);
                self.select(of, field, span)
            }
            ExprKind::Has(of, field) => {
                let of = self.node(of);
                self.has(of, field, span)
            }
            ExprKind::Index(of, at) => {
                let (of, at) = (self.node(of), self.node(at));
                self.index(of, at, span)
            }
            ExprKind::Call { function, target, args } => self.call(function, target.as_deref(), args, span),
            ExprKind::Fold(fold) => self.fold(fold, span),
            ExprKind::List(items) => self.list(items, mixed, span),
            ExprKind::Map(entries) => self.map(entries, mixed, span),
            ExprKind::Not(of) => {
                let of = self.condition(of);
                Node { kind: NodeKind::Not(Box::new(of)), ty: Type::Bool, span }
            }
            ExprKind::Negate(of) => {
                let of = self.node(of);
                self.negate(of, span)
            }
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, span),
            ExprKind::And(all) => {
                let all = all.iter().map(|part| self.condition(part)).collect();
                Node { kind: NodeKind::And(all), ty: Type::Bool, span }
            }
            ExprKind::Or(any) => {
                let any = any.iter().map(|part| self.condition(part)).collect();
                Node { kind: NodeKind::Or(any), ty: Type::Bool, span }
            }
            ExprKind::If(parts) => self.conditional(parts, span),
        }
    }

    fn report(&mut self, span: Span, what: impl Into<String>, mend: impl Into<String>) {
        self.problems.push(Problem::new(span, what, mend));
    }

    /// Reports, and yields what goes with everything, so that one mistake is told once.
    fn wrong(&mut self, span: Span, what: impl Into<String>, mend: impl Into<String>) -> Node {
        self.report(span, what, mend);
        Node { kind: NodeKind::Literal(Value::Null), ty: Type::Dyn, span }
    }

    fn wrong_result(&mut self, root: &Node, expected: &Type) {
        let mend = match expected {
            Type::Bool => self.as_condition(root),
            Type::Date if root.ty == Type::Timestamp => "write `date(…)` around it".to_owned(),
            Type::Timestamp if root.ty == Type::Date => "write `timestamp(…)` around it".to_owned(),
            Type::String => "write `string(…)` around it".to_owned(),
            _ => format!("write an expression that yields {}", expected.described()),
        };
        self.report(
            root.span,
            format!("the expression yields {}, not {}", root.ty.described(), expected.described()),
            mend,
        );
    }

    /// A part that must be true or false.
    fn condition(&mut self, expr: &Expr) -> Node {
        let node = self.node(expr);
        if !node.ty.fits(&Type::Bool) {
            let what = format!("{} is not true or false", self.subject(&node));
            self.report(node.span, what, self.as_condition(&node));
        }
        node
    }

    fn conditional(&mut self, parts: &[Expr; 3], span: Span) -> Node {
        let [condition, yes, no] = parts;
        let parts = [self.condition(condition), self.node(yes), self.node(no)];
        let [_, yes, no] = &parts;
        let Some(ty) = yes.ty.join(&no.ty) else {
            let what = format!("the two outcomes differ: {} and {}", yes.ty.described(), no.ty.described());
            return self.wrong(span, what, "let both be of one type, or write `dyn(…)` around each");
        };
        Node { kind: NodeKind::If(Box::new(parts)), ty, span }
    }

    fn list(&mut self, items: &[Expr], mixed: bool, span: Span) -> Node {
        let mut of = Type::Never;
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            let node = self.element(item, mixed);
            match of.join(&node.ty) {
                Some(ty) => of = ty,
                None if mixed => of = Type::Dyn,
                None => {
                    let what = format!("the list holds {} and {}", of.described(), node.ty.described());
                    self.report(node.span, what, "let all elements be of one type, or write `dyn([…])`");
                    of = Type::Dyn;
                }
            }
            nodes.push(node);
        }
        Node { kind: NodeKind::List(nodes), ty: Type::list(of), span }
    }

    fn element(&mut self, expr: &Expr, mixed: bool) -> Node {
        self.mixed = mixed;
        let node = self.node(expr);
        self.mixed = false;
        node
    }

    fn map(&mut self, entries: &[(Expr, Expr)], mixed: bool, span: Span) -> Node {
        let (mut keys, mut values) = (Type::Never, Type::Never);
        let mut nodes: Vec<(Node, Node)> = Vec::with_capacity(entries.len());
        let mut seen = BTreeSet::new();
        for (key, value) in entries {
            let (key, value) = (self.element(key, mixed), self.element(value, mixed));
            if !matches!(
                key.ty,
                Type::Bool | Type::Int | Type::Uint | Type::String | Type::Choice(_) | Type::Dyn
            ) {
                let what = format!("{} cannot be a map's key", self.subject(&key));
                self.report(key.span, what, "write text or a whole number");
            }
            if let NodeKind::Literal(literal) = &key.kind
                && let Some(literal) = Key::of(literal.view())
                && !seen.insert(literal)
            {
                self.report(key.span, "this key stands twice in the map", "leave one of the two");
            }
            for (so_far, node) in [(&mut keys, &key), (&mut values, &value)] {
                match so_far.join(&node.ty) {
                    Some(ty) => *so_far = ty,
                    None if mixed => *so_far = Type::Dyn,
                    None => {
                        let what =
                            format!("the map holds {} and {}", so_far.described(), node.ty.described());
                        let mend =
                            "let all keys be of one type and all values of one type, or write `dyn({…})`";
                        self.problems.push(Problem::new(node.span, what, mend));
                        *so_far = Type::Dyn;
                    }
                }
            }
            nodes.push((key, value));
        }
        Node { kind: NodeKind::Map(nodes), ty: Type::map(keys, values), span }
    }

    fn fold(&mut self, fold: &FoldExpr, span: Span) -> Node {
        let range = self.node(&fold.range);
        let element = match &range.ty {
            Type::List(of) => (**of).clone(),
            Type::Map(key, _) => (**key).clone(),
            Type::Dyn | Type::Never => Type::Dyn,
            _ => {
                let what = format!("{} has no elements to go through", self.subject(&range));
                self.report(range.span, what, format!("`{}` needs a list or a map", fold.fold.name()));
                Type::Dyn
            }
        };
        let local = self.locals.len();
        self.locals.push((fold.variable.text.clone(), element.clone()));
        let filter = fold.filter.as_ref().map(|filter| self.condition(filter));
        let transform = fold.transform.as_ref().map(|transform| self.node(transform));
        self.locals.pop();
        let ty = match (fold.fold, &transform) {
            (Fold::All | Fold::Exists | Fold::ExistsOne, _) => Type::Bool,
            (Fold::Map, Some(transform)) => Type::list(transform.ty.clone()),
            (Fold::Filter | Fold::Map, _) => Type::list(element),
        };
        let variable = fold.variable.text.clone();
        let node = FoldNode { fold: fold.fold, range, local, variable, filter, transform };
        Node { kind: NodeKind::Fold(Box::new(node)), ty, span }
    }

    /// How a message speaks of a part: by its name where it has one, and with its type.
    fn subject(&self, node: &Node) -> String {
        match self.named(node) {
            Some(name) => format!("`{name}` ({})", node.ty.bare()),
            None => node.ty.described(),
        }
    }

    /// What an expression calls a place, a macro's variable, a field or a constant.
    fn named(&self, node: &Node) -> Option<String> {
        match &node.kind {
            NodeKind::Place(slot) => self.env.place(*slot).map(|place| written(&place.path)),
            NodeKind::Local(index) => self.locals.get(*index).map(|(name, _)| name.to_string()),
            NodeKind::Field(of, id) => self.named(of).map(|of| format!("{of}{}", step(id))),
            NodeKind::Literal(Value::Null) => None,
            NodeKind::Literal(value) => shown(value),
            _ => None,
        }
    }

    /// How to make a condition of something that is none.
    fn as_condition(&self, node: &Node) -> String {
        let name = match &node.kind {
            NodeKind::Literal(_) => None,
            _ => self.named(node),
        };
        let name = name.unwrap_or_else(|| "…".to_owned());
        match &node.ty {
            Type::Choice(choices) => {
                let first = choices.iter().next().map_or("…", |choice| choice.value.as_str());
                format!("compare it, as in `{name} == \"{first}\"`")
            }
            Type::String => format!("compare it, as in `{name} == \"…\"`, or ask `{name}.size() > 0`"),
            Type::Int => format!("compare it, as in `{name} > 0`"),
            Type::Uint => format!("compare it, as in `{name} > 0u`"),
            Type::Double => format!("compare it, as in `{name} > 0.0`"),
            Type::List(_) | Type::Map(..) => format!("ask `{name}.size() > 0`, or use `{name}.exists(x, …)`"),
            Type::Object(schema) => {
                let field = schema.fields().first().map(|field| step(&field.id)).unwrap_or_default();
                format!("ask for a field, as in `has({name}{field})`")
            }
            _ => format!("compare it, as in `{name} == …`"),
        }
    }
}

/// A constant as it would be written.
fn shown(value: &Value) -> Option<String> {
    let literal = match value {
        Value::Null => Literal::Null,
        Value::Bool(value) => Literal::Bool(*value),
        Value::Int(value) => Literal::Int(*value),
        Value::Uint(value) => Literal::Uint(*value),
        Value::Double(value) => Literal::Double(*value),
        Value::String(value) => Literal::String(value.clone()),
        _ => return None,
    };
    Some(literal.to_string())
}

/// How a path of ids is written in an expression.
fn written(path: &[SmolStr]) -> String {
    let mut steps = path.iter();
    let first = steps.next().map(ToString::to_string).unwrap_or_default();
    steps.fold(first, |path, id| path + &step(id))
}

/// How the field `id` is written after its object.
fn step(id: &str) -> String {
    let name = id.replace('-', "_");
    let mut chars = name.chars();
    let plain = chars.next().is_some_and(|first| first == '_' || first.is_ascii_alphabetic())
        && chars.all(|char| char == '_' || char.is_ascii_alphanumeric())
        && !matches!(name.as_str(), "in" | "true" | "false" | "null");
    if plain { format!(".{name}") } else { format!("[\"{id}\"]") }
}

fn constant(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Bool(value) => Value::Bool(*value),
        Literal::Int(value) => Value::Int(*value),
        Literal::Uint(value) => Value::Uint(*value),
        Literal::Double(value) => Value::Double(*value),
        Literal::String(value) => Value::String(value.clone()),
        Literal::Bytes(value) => Value::Bytes((&**value).into()),
    }
}

fn literal_type(literal: &Literal) -> Type {
    match literal {
        Literal::Null => Type::Null,
        Literal::Bool(_) => Type::Bool,
        Literal::Int(_) => Type::Int,
        Literal::Uint(_) => Type::Uint,
        Literal::Double(_) => Type::Double,
        Literal::String(_) => Type::String,
        Literal::Bytes(_) => Type::Bytes,
    }
}
