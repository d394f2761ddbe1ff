//! What the checker promises, kept by the evaluator.

use super::generator::{Supply, bindings, draw, env, expression, supply};
use pack::cel::*;
use proptest::prelude::*;

proptest! {
    #![proptest_config(super::generator::cases(8))]

    /// A value is of the type that the checker found, an error was foretold, and with everything there nothing is
    /// unknown.
    #[test]
    fn a_checked_expression_keeps_its_type(numbers in supply(), holes in any::<bool>()) {
        let mut numbers = Supply::new(numbers);
        let (sort, source) = draw(&mut numbers, true);
        let bound = bindings(&mut numbers, holes);
        let Ok(checked) = check(&parse(&source).unwrap(), &env(), &sort.ty()) else { return Ok(()) };
        match checked.eval(&bound, &NoFunctions) {
            Outcome::Value(value) => prop_assert!(checked.ty().admits(value.view()), "{source}: {value:?}"),
            Outcome::Unknown => prop_assert!(holes, "{source}"),
            Outcome::Error(fault) => {
                let foretold = checked.hazards().contains(&Hazard { span: fault.span, kind: fault.kind });
                prop_assert!(foretold && fault.kind != FaultKind::Type, "{source}: {fault:?}");
            }
        }
    }

    /// Filling in what is absent never changes what was decided.
    #[test]
    fn knowing_more_changes_nothing_decided(numbers in supply(), more in supply()) {
        let mut numbers = Supply::new(numbers);
        let (_, source) = draw(&mut numbers, false);
        let Ok(checked) = check(&parse(&source).unwrap(), &env(), &Type::Dyn) else { return Ok(()) };
        let bound = bindings(&mut numbers, true);
        let before = checked.eval(&bound, &NoFunctions);
        let all = bindings(&mut Supply::new(more), false);
        let mut filled = bound.clone();
        for place in env().places().iter().filter(|place| !matches!(place.ty, Type::Object(_))) {
            let path: Vec<&str> = place.path.iter().map(|id| id.as_str()).collect();
            let slot = env().at(&path).unwrap();
            if bound.get(slot).is_none() && let Some(value) = all.get(slot) {
                filled.set(&path, value.to_value()).unwrap();
            }
        }
        let after = checked.eval(&filled, &NoFunctions);
        let kept = match (&before, &after) {
            (Outcome::Unknown, _) | (Outcome::Error(_), Outcome::Error(_)) => true,
            // A NaN is not equal to itself.
            (Outcome::Value(a), Outcome::Value(b)) => format!("{a:?}") == format!("{b:?}"),
            _ => false,
        };
        prop_assert!(kept, "{source}: {before:?} became {after:?}");
    }

    /// `a && b` is `b && a`, and so is `||`, whatever is unknown or an error.
    #[test]
    fn order_does_not_matter(numbers in supply()) {
        let mut numbers = Supply::new(numbers);
        let a = expression(&mut numbers, super::generator::Sort::Bool, 3, &mut Vec::new(), true);
        let b = expression(&mut numbers, super::generator::Sort::Bool, 3, &mut Vec::new(), true);
        let bound = bindings(&mut numbers, true);
        for op in ["&&", "||"] {
            let outcomes = [format!("{a} {op} {b}"), format!("{b} {op} {a}")].map(|source| {
                let checked = check(&parse(&source).unwrap(), &env(), &Type::Bool);
                checked.ok().map(|checked| match checked.eval(&bound, &NoFunctions) {
                    Outcome::Error(_) => "error".to_owned(),
                    other => format!("{other:?}"),
                })
            });
            prop_assert_eq!(&outcomes[0], &outcomes[1], "{} {} {}", a, op, b);
        }
    }

    /// The printed form means the same.
    #[test]
    fn the_printed_form_means_the_same(numbers in supply()) {
        let mut numbers = Supply::new(numbers);
        let (_, source) = draw(&mut numbers, true);
        let bound = bindings(&mut numbers, true);
        let expr = parse(&source).unwrap();
        let outcome = |expr: &Expr| match check(expr, &env(), &Type::Dyn).ok()?.eval(&bound, &NoFunctions) {
            Outcome::Error(fault) => Some(fault.to_string()),
            other => Some(format!("{other:?}")),
        };
        prop_assert_eq!(outcome(&expr), outcome(&parse(&expr.to_string()).unwrap()));
    }
}

/// Whatever a source answers, right kind or wrong, evaluation ends without a panic.
#[test]
fn a_lying_source_is_an_error() {
    struct Liar(Value);
    impl Source for Liar {
        fn get(&self, _: Slot) -> Option<ValueRef<'_>> {
            Some(self.0.view())
        }
    }
    let values = [
        Value::Null,
        Value::Bool(true),
        Value::Int(1),
        Value::from("a"),
        Value::list([]),
        Value::object::<&str>([]),
    ];
    for source in [
        "o.i0 + 1 > 2",
        "o.b0 && true",
        "o.s0.size() > 1",
        "o.m[\"a\"] > 1",
        "o.ls0.all(x, x == \"\")",
        "!o.b0",
        "o.t0 < o.t1",
    ] {
        let checked = check(&parse(source).unwrap(), &env(), &Type::Bool).unwrap();
        for value in &values {
            let outcome = checked.eval(&Liar(value.clone()), &NoFunctions);
            assert!(!matches!(outcome, Outcome::Unknown), "{source} {value:?}");
        }
    }
}
