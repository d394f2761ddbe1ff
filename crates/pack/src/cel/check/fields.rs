use super::super::checked::{Node, NodeKind};
use super::super::schema::{Field, Schema};
use super::super::syntax::{BinaryOp, Expr, ExprKind, Word};
use super::super::value::Value;
use super::super::{Span, Type};
use super::{Checker, step};
use crate::problem::nearest;

impl Checker<'_> {
    /// `of.field`
    pub(super) fn select(&mut self, of: Node, field: &Word, span: Span) -> Node {
        match of.ty.clone() {
            Type::Object(schema) => match schema.field(&field.text) {
                Some(found) => self.reach(of, found, span),
                None if schema.is_open() => {
                    Node { kind: NodeKind::Key(Box::new(of), field.text.clone()), ty: Type::Dyn, span }
                }
                None => self.no_field(&of, &schema, field, false),
            },
            Type::Map(key, value) if key.join(&Type::String).is_some() => {
                Node { kind: NodeKind::Key(Box::new(of), field.text.clone()), ty: (*value).clone(), span }
            }
            Type::Dyn | Type::Never => {
                Node { kind: NodeKind::Key(Box::new(of), field.text.clone()), ty: Type::Dyn, span }
            }
            _ => self.no_fields(&of, field),
        }
    }

    /// A field of an object: a place where the object is one.
    fn reach(&self, of: Node, field: &Field, span: Span) -> Node {
        let place = match of.kind {
            NodeKind::Place(slot) => self.env.child(slot, &field.id),
            _ => None,
        };
        let kind = place.map_or_else(|| NodeKind::Field(Box::new(of), field.id.clone()), NodeKind::Place);
        Node { kind, ty: field.ty.clone(), span }
    }

    /// `has(of.field)`
    pub(super) fn has(&mut self, of: Node, field: &Word, span: Span) -> Node {
        let whole = of.span.to(field.span);
        let node = self.select(of, field, whole);
        let kind = match node.kind {
            NodeKind::Place(slot) => NodeKind::HasPlace(slot),
            NodeKind::Field(of, id) | NodeKind::Key(of, id) => NodeKind::HasKey(of, id),
            reported => reported,
        };
        Node { kind, ty: Type::Bool, span }
    }

    /// `of[at]`
    pub(super) fn index(&mut self, of: Node, at: Node, span: Span) -> Node {
        match of.ty.clone() {
            Type::Object(schema) => {
                let NodeKind::Literal(Value::String(id)) = &at.kind else {
                    let what =
                        format!("{} has fields, and which one must be known beforehand", self.subject(&of));
                    return self.wrong(
                        at.span,
                        what,
                        "write the field's id in quotes, as in `form[\"child-name\"]`",
                    );
                };
                match schema.exact(id) {
                    Some(found) => self.reach(of, found, span),
                    None if schema.is_open() => self.element_of(of, at, Type::Dyn, span),
                    None => self.no_field(&of, &schema, &Word { text: id.clone(), span: at.span }, true),
                }
            }
            Type::List(element) => {
                if !at.ty.fits(&Type::Int) {
                    let what = format!("{} does not count a list's elements", self.subject(&at));
                    self.report(at.span, what, "write a whole number; the first element is `[0]`");
                }
                self.element_of(of, at, (*element).clone(), span)
            }
            Type::Map(key, value) => {
                if at.ty.join(&key).is_none() {
                    let what = format!("the map's keys are {}, not {}", key.described(), at.ty.described());
                    self.report(at.span, what, "write a key of that type");
                }
                self.element_of(of, at, (*value).clone(), span)
            }
            Type::Dyn | Type::Never => self.element_of(of, at, Type::Dyn, span),
            _ => {
                let what = format!("{} has no elements", self.subject(&of));
                self.wrong(
                    of.span,
                    what,
                    "only lists, maps and objects are indexed; text is tested with `matches`",
                )
            }
        }
    }

    fn element_of(&self, of: Node, at: Node, ty: Type, span: Span) -> Node {
        Node { kind: NodeKind::Index(Box::new([of, at])), ty, span }
    }

    fn no_field(&mut self, of: &Node, schema: &Schema, field: &Word, indexed: bool) -> Node {
        let owner = self.named(of).unwrap_or_else(|| schema.name.to_string());
        let what = format!("`{owner}` has no field `{}`", field.text);
        let ids = || schema.fields().iter().map(|field| field.id.as_str());
        let titled =
            schema.fields().iter().find(|own| own.title.zh == field.text || own.title.en == field.text);
        let mend = match nearest(&field.text, ids()).or(titled.map(|field| field.id.as_str())) {
            Some(near) if indexed => format!("did you mean `{owner}[\"{near}\"]`?"),
            Some(near) => format!("did you mean `{owner}{}`?", step(near)),
            None => {
                let shown: Vec<String> =
                    ids().take(12).map(|id| format!("`{}`", id.replace('-', "_"))).collect();
                let more = if ids().count() > shown.len() { ", …" } else { "" };
                if shown.is_empty() {
                    "it has none".to_owned()
                } else {
                    format!("it has {}{more}", shown.join(", "))
                }
            }
        };
        self.wrong(field.span, what, mend)
    }

    fn no_fields(&mut self, of: &Node, field: &Word) -> Node {
        let what = format!("{} has no field `{}`", self.subject(of), field.text);
        let mend = match (&of.ty, field.text.as_str()) {
            (
                Type::List(_) | Type::String | Type::Bytes | Type::Map(..),
                "length" | "size" | "count" | "len",
            ) => "write `.size()`".to_owned(),
            (Type::List(_), name) => {
                format!("ask its elements, as in `.exists(x, x.{name} == …)`, or one, as in `[0]`")
            }
            (Type::Timestamp | Type::Date, "year") => "write `.getFullYear()`".to_owned(),
            (Type::Timestamp | Type::Date, "month") => {
                "write `.getMonth() + 1`: CEL counts months from 0".to_owned()
            }
            (Type::Timestamp | Type::Date, "day") => "write `.getDate()`".to_owned(),
            _ => "end the expression before the dot, or call a function such as `.size()`".to_owned(),
        };
        self.wrong(field.span, what, mend)
    }

    /// `form.child-name`, which reads as `form.child - name`, where `child-name` is a field and `child` is none.
    pub(super) fn hyphenated(&mut self, left: &Expr, right: &Expr, span: Span) -> Option<Node> {
        let (object, first, id) = joined(left, right).filter(|(object, ..)| plain(object))?;
        let reported = self.problems.len();
        let object = self.node(object);
        self.problems.truncate(reported);
        let Type::Object(schema) = &object.ty else { return None };
        if schema.field(first).is_some() {
            return None;
        }
        let field = schema.exact(&id)?;
        let owner = self.named(&object).unwrap_or_else(|| schema.name.to_string());
        let what = format!("`{owner}.{id}` reads as a subtraction");
        let mut node = self.wrong(span, what, format!("write `{owner}{}` or `{owner}[\"{id}\"]`", step(&id)));
        node.ty = field.ty.clone();
        Some(node)
    }
}

/// Whether an expression is a mere path, which costs nothing to look at twice.
fn plain(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name { .. } => true,
        ExprKind::Select(of, _) => plain(of),
        ExprKind::Index(of, at) => plain(of) && matches!(at.kind, ExprKind::Literal(_)),
        _ => false,
    }
}

/// The object, the first part and the whole of an id that was taken apart at its hyphens.
fn joined<'a>(left: &'a Expr, right: &Expr) -> Option<(&'a Expr, &'a str, String)> {
    let ExprKind::Name { name, root: false } = &right.kind else { return None };
    let (object, first, id) = match &left.kind {
        ExprKind::Binary(BinaryOp::Sub, left, right) => joined(left, right)?,
        ExprKind::Select(object, word) => (&**object, word.text.as_str(), word.text.to_string()),
        _ => return None,
    };
    Some((object, first, format!("{id}-{name}")))
}
