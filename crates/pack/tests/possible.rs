//! A condition that is found impossible never holds: held against every value that its places can have.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use pack::Title;
use pack::cel::{
    Bindings, Bounds, Checked, Choice, Env, Field, NoFunctions, Schema, Type, Value, check, parse,
};
use proptest::prelude::*;
use std::sync::Arc;

const NUMBERS: std::ops::RangeInclusive<i64> = 0..=3;
const KINDS: [&str; 3] = ["roof", "yard", "field"];
const DAYS: [&str; 3] = ["2026-01-01", "2026-01-02", "2026-01-03"];

fn env() -> Env {
    let choice = |word: &&str| Choice { value: (*word).into(), title: Title::same(word) };
    let form = [
        Field::new("one", Type::Int).optional(),
        Field::new("other", Type::Int).optional(),
        Field::new("kind", Type::choice(KINDS.iter().map(choice))).optional(),
        Field::new("own", Type::Bool).optional(),
        Field::new("day", Type::Date).optional(),
    ];
    let form = Type::Object(Arc::new(Schema::new("form", form)));
    Env::new().variable("form", form, Title::same("form")).variable("today", Type::Date, Title::same("today"))
}

fn checked(source: &str) -> Checked {
    check(&parse(source).unwrap(), &env(), &Type::Bool)
        .unwrap_or_else(|problems| panic!("{source}: {problems:?}"))
}

fn bounds() -> Bounds {
    let env = env();
    let mut bounds = Bounds::of(&env);
    for name in ["one", "other"] {
        bounds.number(env.at(&["form", name]).unwrap(), Some(*NUMBERS.start()), Some(*NUMBERS.end()));
    }
    bounds
}

/// Whether it holds for some values.
fn ever_holds(condition: &Checked) -> bool {
    let env = env();
    let day = |text: &str| Value::Date(text.parse().unwrap());
    let holds = |one: i64, other: i64, kind: &str, own: bool, when: &str, today: &str| {
        let mut bindings = Bindings::new(&env);
        bindings.set(&["form", "one"], one).unwrap();
        bindings.set(&["form", "other"], other).unwrap();
        bindings.set(&["form", "kind"], kind).unwrap();
        bindings.set(&["form", "own"], own).unwrap();
        bindings.set(&["form", "day"], day(when)).unwrap();
        bindings.set(&["today"], day(today)).unwrap();
        condition.eval(&bindings, &NoFunctions).truth() == Some(true)
    };
    NUMBERS.into_iter().any(|one| {
        NUMBERS.into_iter().any(|other| {
            KINDS.iter().any(|kind| {
                [true, false].into_iter().any(|own| {
                    DAYS.iter().any(|when| DAYS.iter().any(|today| holds(one, other, kind, own, when, today)))
                })
            })
        })
    })
}

fn simple() -> impl Strategy<Value = String> {
    let op = prop_oneof![Just("<"), Just("<="), Just("=="), Just("!="), Just(">="), Just(">")];
    let number = prop_oneof![
        Just("form.one"),
        Just("form.other"),
        Just("form.one + 1"),
        Just("2 - 1"),
        Just("3 + form.other - 2")
    ]
    .prop_map(str::to_owned);
    let number = prop_oneof![number, (-1_i64..=5).prop_map(|number| number.to_string())];
    let day = prop_oneof![Just("form.day"), Just("today"), Just("date(\"2026-01-02\")")];
    let equal = prop_oneof![Just("=="), Just("!=")];
    let kind = prop::sample::select(&KINDS[..]);
    prop_oneof![
        4 => (number.clone(), op.clone(), number).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        2 => (day.clone(), op, day).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        2 => (equal, kind.clone(), any::<bool>()).prop_map(|(op, kind, turned)| match turned {
            true => format!("\"{kind}\" {op} form.kind"),
            false => format!("form.kind {op} \"{kind}\""),
        }),
        2 => (kind.clone(), kind).prop_map(|(a, b)| format!("form.kind in [\"{a}\", \"{b}\"]")),
        2 => prop_oneof![Just("form.own"), Just("form.own == false"), Just("has(form.own)"), Just("false"), Just("true")]
            .prop_map(str::to_owned),
        1 => Just("size(form.kind) > 4".to_owned()),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    simple().prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" && "))),
            2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" || "))),
            1 => inner.clone().prop_map(|one| format!("!({one})")),
            1 => (inner.clone(), inner.clone(), inner).prop_map(|(a, b, c)| format!("(({a}) ? ({b}) : ({c}))")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_found_impossible_never_holds(source in condition()) {
        let condition = checked(&source);
        if !bounds().assume(&condition) {
            prop_assert!(!ever_holds(&condition), "{source}");
        }
    }

    #[test]
    fn what_is_assumed_together_can_be_together(all in prop::collection::vec(condition(), 2..4)) {
        let mut bounds = bounds();
        if !all.iter().all(|source| bounds.assume(&checked(source))) {
            let whole = all.iter().map(|source| format!("({source})")).collect::<Vec<_>>().join(" && ");
            prop_assert!(!ever_holds(&checked(&whole)), "{whole}");
        }
    }
}

/// Of comparisons of one number with constants, joined by `&&`, all that is impossible is found.
#[test]
fn bounds_of_one_number_are_told_in_full() {
    for (least, most) in (-2..=5).flat_map(|least| (-2..=5).map(move |most| (least, most))) {
        let condition = checked(&format!("form.one >= {least} && form.one <= {most}"));
        assert_eq!(bounds().assume(&condition), ever_holds(&condition), "{least} to {most}");
    }
}
