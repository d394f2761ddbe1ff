use super::super::checked::{Builtin, Node, Part, Pattern};
use super::super::env::Signature;
use super::super::fault::{Fault, FaultKind};
use super::super::value::{Value, ValueRef};
use super::super::{convert, hazard, moment, ops};
use super::{Item, Run, Step, fault, mismatch};

impl<'a> Run<'a> {
    /// The values of all arguments; nothing when one is unknown and none is an error.
    fn arguments(&mut self, args: &'a [Node]) -> Step<Vec<Item<'a>>> {
        let mut items = Some(Vec::with_capacity(args.len()));
        for node in args {
            match (self.value(node)?, &mut items) {
                (Some(item), Some(items)) => items.push(item),
                (None, _) => items = None,
                (Some(_), None) => {}
            }
        }
        Ok(items)
    }

    /// One of CEL's own functions.
    pub(super) fn builtin(&mut self, builtin: Builtin, args: &'a [Node], node: &'a Node) -> Step<Item<'a>> {
        let Some(items) = self.arguments(args)? else { return Ok(None) };
        let mut views = items.iter().map(Item::view);
        let Some(first) = views.next() else {
            return Err(fault(node, FaultKind::Type, "an argument is missing"));
        };
        let second = views.next();
        let read = if matches!(first, ValueRef::List(_) | ValueRef::Map(_)) { 0 } else { ops::weight(first) };
        self.spend(1 + read, node)?;
        let value = match (builtin, first, second) {
            (Builtin::Size, value, _) => match size(value) {
                Some(size) => Value::Int(i64::try_from(size).unwrap_or(i64::MAX)),
                None => return Err(mismatch(node, value, "text, a list or a map")),
            },
            (Builtin::To(kind), value, _) => {
                convert::to(kind, value).map_err(|(kind, what)| fault(node, kind, what))?
            }
            (Builtin::TypeOf, value, _) => Value::Type(value.kind()),
            (Builtin::Part(part), value, zone) => part_of(part, value, zone, node)?,
            (Builtin::Matches, ValueRef::String(text), Some(ValueRef::String(pattern))) => {
                let pattern = Pattern::new(pattern).map_err(|reason| {
                    fault(node, FaultKind::Pattern, format!("`{pattern}` is not a pattern: {reason}"))
                })?;
                self.spend(text.len() as u64 + pattern.as_str().len() as u64, node)?;
                Value::Bool(pattern.is_match(text))
            }
            (test, ValueRef::String(text), Some(ValueRef::String(part))) => Value::Bool(match test {
                Builtin::Contains => text.contains(part),
                Builtin::StartsWith => text.starts_with(part),
                _ => text.ends_with(part),
            }),
            (_, ValueRef::String(_), Some(other)) | (_, other, _) => {
                return Err(mismatch(node, other, "text"));
            }
        };
        Ok(Some(Item::Made(value)))
    }

    /// One of the caller's functions.
    pub(super) fn call(&mut self, number: usize, args: &'a [Node], node: &'a Node) -> Step<Item<'a>> {
        let Some(items) = self.arguments(args)? else { return Ok(None) };
        let Some(signature) = self.env.functions().get(number) else {
            return Err(fault(node, FaultKind::Function, "the function is not declared"));
        };
        let views: Vec<ValueRef<'_>> = items.iter().map(Item::view).collect();
        self.spend(1 + views.iter().map(|view| ops::weight(*view)).sum::<u64>(), node)?;
        admitted(signature, args, &views, node)?;
        match self.functions.call(&signature.name, &views) {
            Ok(Some(value)) if signature.result.admits(value.view()) => Ok(Some(Item::Made(value))),
            Ok(Some(value)) => {
                let what = format!("`{}` yielded `{}`", signature.name, value.view().kind().name());
                Err(fault(node, FaultKind::Type, what))
            }
            Ok(None) => Ok(None),
            Err(what) => Err(fault(node, FaultKind::Function, what)),
        }
    }
}

/// Refuses arguments whose types were left open and turned out wrong.
fn admitted(
    signature: &Signature,
    args: &[Node],
    views: &[ValueRef<'_>],
    node: &Node,
) -> Result<(), Box<Fault>> {
    for ((param, arg), view) in signature.params.iter().zip(args).zip(views) {
        if !hazard::known(&arg.ty) && !param.admits(*view) {
            let what =
                format!("`{}` takes {}, not `{}`", signature.name, param.described(), view.kind().name());
            return Err(fault(node, FaultKind::Type, what));
        }
    }
    Ok(())
}

fn size(value: ValueRef<'_>) -> Option<usize> {
    Some(match value {
        ValueRef::String(text) => text.chars().count(),
        ValueRef::Bytes(bytes) => bytes.len(),
        ValueRef::List(items) => items.len(),
        ValueRef::Map(map) => map.len(),
        _ => return None,
    })
}

fn part_of(
    part: Part,
    value: ValueRef<'_>,
    zone: Option<ValueRef<'_>>,
    node: &Node,
) -> Result<Value, Box<Fault>> {
    let offset = match zone {
        None => moment::HOME,
        Some(ValueRef::String(zone)) => match moment::zone(zone) {
            Some(offset) => offset,
            None => return Err(fault(node, FaultKind::Zone, format!("the time zone `{zone}` is not known"))),
        },
        Some(other) => return Err(mismatch(node, other, "a time zone")),
    };
    match moment::part(part, value, offset) {
        Some(number) => Ok(Value::Int(number)),
        None => Err(mismatch(node, value, "a moment, a day or a length of time that has this part")),
    }
}
