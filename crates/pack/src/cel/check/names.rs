use super::super::checked::{Node, NodeKind};
use super::super::value::{Kind, Value};
use super::super::{Span, Type};
use super::{Checker, written};
use crate::problem::nearest;

impl Checker<'_> {
    /// A variable of a macro, a variable of the environment, or the name of a type.
    pub(super) fn name(&mut self, name: &str, root: bool, span: Span) -> Node {
        let local = if root { None } else { self.locals.iter().rposition(|(own, _)| own == name) };
        if let Some(index) = local
            && let Some((_, ty)) = self.locals.get(index)
        {
            return Node { kind: NodeKind::Local(index), ty: ty.clone(), span };
        }
        if let Some(slot) = self.env.root(name)
            && let Some(place) = self.env.place(slot)
        {
            return Node { kind: NodeKind::Place(slot), ty: place.ty.clone(), span };
        }
        if let Some(kind) = Kind::named(name) {
            return Node { kind: NodeKind::Literal(Value::Type(kind)), ty: Type::Type, span };
        }
        let mend = self.instead_of_name(name);
        self.wrong(span, format!("there is no variable `{name}`"), mend)
    }

    fn instead_of_name(&self, name: &str) -> String {
        match name {
            "True" | "TRUE" | "yes" | "Yes" => return "write `true`".to_owned(),
            "False" | "FALSE" | "no" | "No" => return "write `false`".to_owned(),
            "None" | "nil" | "NULL" | "Null" | "undefined" | "empty" => {
                return "ask `!has(form.born)` whether something is not filled in".to_owned();
            }
            _ => {}
        }
        let fields = self.env.places().iter().filter(|place| place.path.len() > 1);
        let held =
            fields.clone().find(|place| place.path.last().is_some_and(|id| id.replace('-', "_") == name));
        if let Some(place) = held {
            return format!("did you mean `{}`?", written(&place.path));
        }
        let roots =
            self.env.roots().iter().filter_map(|slot| self.env.place(*slot)).filter_map(|p| p.path.first());
        let names: Vec<&str> =
            self.locals.iter().map(|(own, _)| own.as_str()).chain(roots.map(|root| root.as_str())).collect();
        if let Some(near) = nearest(name, names.iter().copied()) {
            return format!("did you mean `{near}`?");
        }
        let is_value = |ty: &Type| matches!(ty, Type::Choice(choices) if choices.contains(name));
        if self.env.places().iter().any(|place| is_value(&place.ty)) {
            return format!("put text in quotes: `\"{name}\"`");
        }
        if names.is_empty() {
            return "no variables are known here".to_owned();
        }
        let shown: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        format!("known here: {}; text stands in quotes", shown.join(", "))
    }
}
