//! Times one condition, evaluated by ours and by the `cel` crate in the same run.
//!
//! `cargo bench -p pack --bench cel` prints nanoseconds per evaluation: the least of several rounds, since whatever
//! else runs on the machine can only add.

use pack::Title;
use pack::cel::{Bindings, Env, Field, NoFunctions, Schema, Source, Type, Value, check, parse};
use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: usize = 2_000;
/// Few enough that a round fits between two interruptions of a busy machine.
const TURNS: u32 = 1_000;

const CONDITIONS: [&str; 4] = [
    "form.amount > 100 && case.office == \"x\"",
    "form.kind in [\"birth\", \"death\", \"move\"] || form.amount * 2 + 1 < 7",
    "form.phone.matches(\"^1[3-9][0-9]{9}$\")",
    "form.tags.exists(t, t == \"first\")",
];

fn least(mut once: impl FnMut()) -> f64 {
    let round = |once: &mut dyn FnMut()| {
        let start = Instant::now();
        for _ in 0..TURNS {
            once();
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(TURNS)
    };
    (0..ROUNDS).map(|_| round(&mut once)).fold(f64::INFINITY, f64::min)
}

fn env() -> Env {
    let form = Schema::new(
        "form",
        [
            Field::new("amount", Type::Int),
            Field::new("kind", Type::String),
            Field::new("phone", Type::String),
            Field::new("tags", Type::list(Type::String)),
        ],
    );
    let case = Schema::new("case", [Field::new("office", Type::String)]);
    Env::new().variable("form", Type::Object(form.into()), Title::same("form")).variable(
        "case",
        Type::Object(case.into()),
        Title::same("case"),
    )
}

fn bindings(env: &Env) -> Result<Bindings, pack::cel::BadBinding> {
    Bindings::new(env)
        .with(&["form", "amount"], 250_i64)?
        .with(&["form", "kind"], "move")?
        .with(&["form", "phone"], "13800138000")?
        .with(&["form", "tags"], Value::list(["urgent", "second", "first"].map(Value::from)))?
        .with(&["case", "office"], "x")
}

fn theirs() -> cel::Context<'static, 'static> {
    let mut context = cel::Context::default();
    let tags: Vec<cel::Value> = ["urgent", "second", "first"].map(cel::Value::from).into();
    let form: HashMap<String, cel::Value> = HashMap::from([
        ("amount".to_owned(), cel::Value::Int(250)),
        ("kind".to_owned(), cel::Value::from("move")),
        ("phone".to_owned(), cel::Value::from("13800138000")),
        ("tags".to_owned(), cel::Value::List(tags.into())),
    ]);
    let case: HashMap<String, cel::Value> = HashMap::from([("office".to_owned(), cel::Value::from("x"))]);
    context.add_variable_from_value("form", form);
    context.add_variable_from_value("case", case);
    context
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let env = env();
    let bound = bindings(&env)?;
    let context = theirs();
    println!("{:>10} {:>10} {:>6}  condition", "ours ns", "cel ns", "ratio");
    for source in CONDITIONS {
        let checked =
            check(&parse(source)?, &env, &Type::Bool).map_err(|problems| format!("{problems:?}"))?;
        let program = cel::Program::compile(source)?;
        let truth = checked.eval(&bound, &NoFunctions).truth();
        assert_eq!(truth.map(cel::Value::Bool), program.execute(&context).ok(), "{source}");
        let ours = least(|| drop(black_box(checked.eval(black_box(&bound), &NoFunctions))));
        let other = least(|| drop(black_box(program.execute(black_box(&context)))));
        println!("{ours:>10.1} {other:>10.1} {:>6.1}  {source}", other / ours);
    }
    let floor = least(|| {
        black_box(env.root(black_box("form")).and_then(|slot| bound.get(slot)));
    });
    println!("{floor:>10.1} {:>10} {:>6}  a variable looked up by its name", "", "");
    Ok(())
}
