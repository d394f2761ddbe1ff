//! Input that means harm: nothing panics, overflows the stack or takes long.

use super::generator::{Supply, bindings, draw, supply};
use super::world::env;
use pack::cel::*;
use proptest::prelude::*;

/// Reads, checks, evaluates and explains; only the outcome's being one matters.
fn survive(source: &str) {
    let Ok(expr) = parse(source) else { return };
    let printed = expr.to_string();
    // Blanks may carry it past what is read.
    assert!(printed.len() > 65_536 || parse(&printed).is_ok(), "{source:?} is printed as {printed:?}");
    for env in [env(), super::generator::env()] {
        match check(&expr, &env, &Type::Bool) {
            Ok(checked) => {
                explain(&checked);
                checked.hazards();
                checked.eval_within(&Bindings::new(&env), &NoFunctions, 10_000);
            }
            Err(problems) => {
                for problem in problems {
                    assert!(source.get(problem.span.range()).is_some(), "{source:?}: {problem:?}");
                }
            }
        }
    }
}

const PIECES: [&str; 48] = [
    "form",
    ".kind",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    "\"a\"",
    "'",
    "\"",
    "\\",
    "&&",
    "||",
    "!",
    "-",
    "1",
    "1u",
    "1.5",
    "0x",
    "e9",
    " in ",
    "?",
    ":",
    ",",
    ".",
    "has(",
    ".all(x,",
    ".map(x, x",
    "true",
    "null",
    "//",
    "\n",
    "r'",
    "b\"",
    "'''",
    "`",
    "中",
    "，",
    "“",
    "dyn(",
    "date(\"",
    "==",
    "<",
    "%",
    "/",
    "9223372036854775808",
    "\u{1f600}",
];

proptest! {
    #![proptest_config(super::generator::cases(16))]

    #[test]
    fn survives_any_text(source in "\\PC{0,60}") {
        survive(&source);
    }

    #[test]
    fn survives_pieces(pieces in proptest::collection::vec(0..PIECES.len(), 0..30)) {
        survive(&pieces.into_iter().map(|piece| PIECES[piece]).collect::<String>());
    }

    #[test]
    fn survives_mutations(
        numbers in supply(),
        at in any::<prop::sample::Index>(),
        len in 0usize..6,
        piece in 0..PIECES.len(),
    ) {
        let mut numbers = Supply::new(numbers);
        let (_, source) = draw(&mut numbers, true);
        let chars: Vec<char> = source.chars().collect();
        let at = at.index(chars.len() + 1);
        let mutated: String = chars[..at].iter().copied()
            .chain(PIECES[piece].chars())
            .chain(chars.get(at + len..).unwrap_or(&[]).iter().copied())
            .collect();
        survive(&mutated);
        bindings(&mut numbers, true);
    }
}

/// Deep and long input, on a stack half of what threads usually have.
#[test]
fn nesting_is_bounded() {
    let deep = |open: &str, middle: &str, close: &str, n: usize| open.repeat(n) + middle + &close.repeat(n);
    let mut sources: Vec<String> = Vec::new();
    for n in [20, 60, 65, 10_000] {
        sources.extend([
            deep("(", "1", ")", n),
            deep("[", "1", "]", n),
            deep("{1:", "1", "}", n),
            deep("!", "true", "", n),
            deep("- ", "form.amount", "", n),
            deep("f(", "1", ")", n),
            deep("x[", "1", "]", n),
            deep("true ? 1 : ", "1", "", n),
            deep("true ? ", "1", " : 1", n),
            deep("[1].all(x, ", "true", ")", n),
            deep("1 + (", "1", ")", n),
            deep("!(", "true", ")", n),
            deep("a && (b || ", "c", ")", n),
            deep("(", "1", " + 1)", n),
        ]);
        sources.push(deep("(", "form.x", " - b).x", n) + " - b");
        sources.push(deep("(", "form.x", " < b).x", n) + " < b < c");
        sources.extend(
            ["form", "1 ", "true", "true ", "[1]", "x"]
                .iter()
                .zip([".a", "+ 1 ", " && true", "|| true ", "[0]", ".f()"])
                .map(|(a, b)| a.to_string() + &b.repeat(n)),
        );
    }
    let run = move || {
        for source in &sources {
            survive(source);
        }
    };
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap().join().unwrap();
}

/// Each would take hours if any part of the work grew much faster than the input.
#[test]
fn long_input_is_read() {
    let many = |one: &dyn Fn(usize) -> String, count: usize| (0..count).map(one).collect::<String>();
    for source in [
        format!("{{{}}}.size() > 0", many(&|n| format!("{n}:1,"), 8_000)),
        format!("[{}].size() > 0", many(&|n| format!("x{n},"), 8_000)),
        format!("1 in [{}]", many(&|n| format!("{n},"), 10_000)),
        many(&|n| format!("form.f{n} || "), 4_000) + "true",
        many(&|n| format!("form.kind == \"{n}\" || "), 2_000) + "true",
        many(&|_| "//\n".to_owned(), 20_000) + "true",
        format!("\"{}\" == \"\"", "\\n".repeat(30_000)),
        "\"".to_owned() + &"a".repeat(60_000),
    ] {
        survive(&source);
    }
}

#[test]
fn limits_are_told() {
    let told = |source: String| parse(&source).unwrap_err().to_string();
    assert_eq!(
        told("(".repeat(200)),
        "more than 64 expressions stand inside one another; split the condition in two"
    );
    assert_eq!(
        told("1 + ".repeat(150) + "1"),
        "more than 64 expressions stand inside one another; split the condition in two"
    );
    assert_eq!(
        told(" ".repeat(70_000)),
        "the expression has 70000 bytes, more than 65536; split it into several conditions"
    );
    // The definition's own least: 32 of what repeats, 12 of what nests.
    assert!(parse(&("a || ".repeat(1000) + "a")).is_ok());
    assert!(parse(&("1 + ".repeat(60) + "1")).is_ok());
    assert!(parse(&("(".repeat(60) + "1" + &")".repeat(60))).is_ok());
}

/// What is evaluated is paid for: one step for an element.
#[test]
fn steps_are_counted() {
    for n in [1_000, 4_000] {
        let list = format!("[{}1].size() > 0", "1, ".repeat(n));
        let checked = check(&parse(&list).unwrap(), &Env::new(), &Type::Bool).unwrap();
        let spare = n as u64 + 10;
        assert_eq!(checked.eval_within(&Bindings::new(&Env::new()), &NoFunctions, spare).truth(), Some(true));
        assert_eq!(
            checked.eval_within(&Bindings::new(&Env::new()), &NoFunctions, n as u64 / 2).truth(),
            None
        );
    }
}
