//! Agreement with the `cel` crate on standard CEL.

use super::generator::{Supply, bindings, draw, env, supply};
use super::world::shown;
use pack::cel::{NoFunctions, Outcome, Source, Type, Value, ValueRef, check, parse};
use proptest::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

fn theirs(value: ValueRef<'_>) -> cel::Value {
    match value {
        ValueRef::Bool(value) => cel::Value::Bool(value),
        ValueRef::Int(value) => cel::Value::Int(value),
        ValueRef::Uint(value) => cel::Value::UInt(value),
        ValueRef::Double(value) => cel::Value::Float(value),
        ValueRef::String(text) => cel::Value::String(Arc::new(text.to_owned())),
        ValueRef::Timestamp(time) => cel::Value::Timestamp(
            chrono::DateTime::from_timestamp(time.seconds(), time.subsecond_nanos()).unwrap().fixed_offset(),
        ),
        ValueRef::Duration(length) => {
            cel::Value::Duration(chrono::Duration::nanoseconds(length.as_nanos() as i64))
        }
        ValueRef::List(items) => {
            cel::Value::List(Arc::new(items.iter().map(|item| theirs(item.view())).collect()))
        }
        ValueRef::Map(map) => {
            let entry = |(key, value): (&pack::cel::Key, &Value)| {
                (key.as_str().unwrap().to_owned(), theirs(value.view()))
            };
            cel::Value::from(map.iter().map(entry).collect::<HashMap<String, cel::Value>>())
        }
        other => panic!("{other:?} is not generated"),
    }
}

fn same(ours: ValueRef<'_>, other: &cel::Value) -> bool {
    match (ours, other) {
        (ValueRef::Double(a), cel::Value::Float(b)) => a == *b || (a.is_nan() && b.is_nan()),
        (ValueRef::List(a), cel::Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a.view(), b))
        }
        (ours, other) => theirs(ours) == *other,
    }
}

/// Theirs is an error when a NaN is ordered, which the definition leaves open; ours is false, as IEEE 754 has it.
fn nan_ordered(error: &cel::ExecutionError) -> bool {
    let cel::ExecutionError::NoSuchOverload(overload) = error else { return false };
    ["_<_", "_<=_", "_>_", "_>=_"].contains(&overload.function())
        && overload.argument_types() == ["double", "double"]
}

/// What both make of `source`: `None` when they agree.
fn disagreement(source: &str, numbers: &mut Supply) -> Option<String> {
    let bound = bindings(numbers, false);
    let env = env();
    let checked = match check(&parse(source).unwrap(), &env, &Type::Dyn) {
        Ok(checked) => checked,
        // A constant that cannot be converted is refused beforehand; the other side errs when it gets there.
        Err(problems)
            if problems.iter().all(|problem| problem.mend == "write a whole number within range") =>
        {
            return None;
        }
        Err(problems) => return Some(format!("refused: {problems:?}")),
    };
    let ours = checked.eval(&bound, &NoFunctions);
    let mut context = cel::Context::default();
    context.add_variable_from_value("o", theirs(bound.get(env.root("o").unwrap()).unwrap()));
    let result = cel::Program::compile(source).unwrap().execute(&context);
    let agree = match (&ours, &result) {
        (Outcome::Value(value), Ok(other)) => same(value.view(), other),
        (Outcome::Error(_), Err(_)) => true,
        (Outcome::Value(_), Err(error)) if nan_ordered(error) => true,
        _ => false,
    };
    (!agree).then(|| format!("ours: {}, theirs: {result:?}", shown(&ours)))
}

proptest! {
    #![proptest_config(super::generator::cases(8))]
    #[test]
    fn agrees_with_the_cel_crate(numbers in supply()) {
        let mut numbers = Supply::new(numbers);
        let (_, source) = draw(&mut numbers, false);
        let found = disagreement(&source, &mut numbers);
        prop_assert!(found.is_none(), "{source}\n{}", found.unwrap_or_default());
    }
}
