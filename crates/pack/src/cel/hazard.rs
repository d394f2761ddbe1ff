use super::checked::{Builtin, Checked, FoldNode, Node, NodeKind};
use super::convert;
use super::fault::{FaultKind, Hazard};
use super::syntax::BinaryOp;
use super::typing::Type;
use super::value::Value;

/// Every error that evaluation could meet, by place.
pub(super) fn of(checked: &Checked) -> Vec<Hazard> {
    let mut found = Vec::new();
    checked.root.walk(&mut |node| {
        let mut kinds = Vec::new();
        own(node, checked, &mut kinds);
        found.extend(kinds.into_iter().map(|kind| Hazard { span: node.span, kind }));
    });
    if !known(&checked.root.ty) && checked.wanted != Type::Dyn {
        found.push(Hazard { span: checked.root.span, kind: FaultKind::Type });
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// What one operation may meet, its parts left out.
fn own(node: &Node, checked: &Checked, kinds: &mut Vec<FaultKind>) {
    match &node.kind {
        NodeKind::Literal(_)
        | NodeKind::Place(_)
        | NodeKind::HasPlace(_)
        | NodeKind::Local(_)
        | NodeKind::List(_) => {}
        NodeKind::Binary(op, parts) => {
            let [left, right] = &**parts;
            binary(*op, left, right, kinds);
        }
        NodeKind::Field(of, _) | NodeKind::HasKey(of, _) => loose(&[of], kinds),
        NodeKind::Key(of, _) => {
            kinds.push(FaultKind::NoElement);
            loose(&[of], kinds);
        }
        NodeKind::Index(parts) => {
            kinds.push(FaultKind::NoElement);
            let [of, at] = &**parts;
            loose(&[of, at], kinds);
        }
        NodeKind::Map(entries) => {
            let constant = entries.iter().all(|(key, _)| matches!(key.kind, NodeKind::Literal(_)));
            if entries.len() > 1 && !constant {
                kinds.push(FaultKind::Duplicate);
            }
            entries.iter().for_each(|(key, _)| loose(&[key], kinds));
        }
        NodeKind::Not(of) | NodeKind::Matches(of, _) => loose(&[of], kinds),
        NodeKind::Negate(of) => {
            if of.ty != Type::Double {
                kinds.push(FaultKind::Overflow);
            }
            loose(&[of], kinds);
        }
        NodeKind::And(all) | NodeKind::Or(all) => all.iter().for_each(|part| loose(&[part], kinds)),
        NodeKind::If(parts) => {
            let [condition, ..] = &**parts;
            loose(&[condition], kinds);
        }
        NodeKind::Fold(fold) => folded(fold, kinds),
        NodeKind::Call(number, args) => {
            if checked.env.functions().get(*number).is_none_or(|signature| !signature.total) {
                kinds.push(FaultKind::Function);
            }
            args.iter().for_each(|arg| loose(&[arg], kinds));
        }
        NodeKind::Builtin(builtin, args) => called(*builtin, args, kinds),
    }
}

/// Operands whose kind is known only when evaluated.
fn loose(operands: &[&Node], kinds: &mut Vec<FaultKind>) {
    if operands.iter().any(|operand| !known(&operand.ty)) {
        kinds.push(FaultKind::Type);
    }
}

/// Whether the type says all of a value's kind, in depth.
pub(super) fn known(ty: &Type) -> bool {
    match ty {
        Type::Dyn | Type::Never => false,
        Type::List(of) => **of == Type::Never || known(of),
        Type::Map(key, of) => (**key == Type::Never || known(key)) && (**of == Type::Never || known(of)),
        _ => true,
    }
}

fn binary(op: BinaryOp, left: &Node, right: &Node, kinds: &mut Vec<FaultKind>) {
    use BinaryOp::{Div, Eq, Ge, Gt, In, Le, Lt, Ne, Rem};
    match op {
        Eq | Ne => return,
        In => {
            return if !known(&right.ty) {
                kinds.push(FaultKind::Type)
            };
        }
        Lt | Le | Gt | Ge => return loose(&[left, right], kinds),
        _ => loose(&[left, right], kinds),
    }
    let divisor = match &right.kind {
        NodeKind::Literal(Value::Int(number)) => Some(i128::from(*number)),
        NodeKind::Literal(Value::Uint(number)) => Some(i128::from(*number)),
        _ => None,
    };
    let loosely = !known(&left.ty) || !known(&right.ty);
    let whole = loosely || matches!(left.ty, Type::Int | Type::Uint);
    if matches!(op, Div | Rem) {
        if whole && divisor.is_none_or(|number| number == 0) {
            kinds.push(FaultKind::DivisionByZero);
        }
        if (loosely || left.ty == Type::Int) && divisor.is_none_or(|number| number == -1) {
            kinds.push(FaultKind::Overflow);
        }
        return;
    }
    let timely = matches!(left.ty, Type::Timestamp | Type::Date | Type::Duration);
    if whole || timely {
        kinds.push(FaultKind::Overflow);
    }
    let mixed = matches!((&left.ty, &right.ty), (Type::Date, Type::Duration) | (Type::Duration, Type::Date));
    if mixed || loosely {
        kinds.push(FaultKind::Conversion);
    }
}

fn called(builtin: Builtin, args: &[Node], kinds: &mut Vec<FaultKind>) {
    match (builtin, args) {
        (Builtin::TypeOf, _) => {}
        (Builtin::To(kind), [of]) => match of.ty.kind() {
            Some(from) if convert::always(kind, from) => {}
            Some(_) => kinds.push(FaultKind::Conversion),
            None => kinds.extend([FaultKind::Conversion, FaultKind::Type]),
        },
        _ => {
            args.iter().for_each(|arg| {
                if arg.ty.kind().is_none() {
                    kinds.push(FaultKind::Type);
                }
            });
            let constant = args.get(1).is_none_or(|second| matches!(second.kind, NodeKind::Literal(_)));
            if matches!(builtin, Builtin::Part(_)) && !constant {
                kinds.push(FaultKind::Zone);
            }
            if builtin == Builtin::Matches {
                kinds.push(FaultKind::Pattern);
            }
        }
    }
}

fn folded(fold: &FoldNode, kinds: &mut Vec<FaultKind>) {
    if fold.range.ty.kind().is_none() {
        kinds.push(FaultKind::Type);
    }
    if let Some(filter) = &fold.filter {
        loose(&[filter], kinds);
    }
}
