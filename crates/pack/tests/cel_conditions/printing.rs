//! Printing and parsing are each other's inverse.

use super::generator::{Supply, supply};
use pack::cel::*;
use proptest::prelude::*;

fn word(text: &str) -> Word {
    Word { text: text.into(), span: Span::default() }
}

fn literal(s: &mut Supply) -> Literal {
    match s.below(9) {
        0 => Literal::Null,
        1 => Literal::Bool(s.below(2) == 0),
        2 => Literal::Int([0, 5, -1, i64::MIN, i64::MAX][s.below(5)]),
        3 => Literal::Uint([0, 7, u64::MAX][s.below(3)]),
        4 => Literal::Double([0.0, -0.0, 1.5, -2e300, 1e-7, 1e16, f64::MIN_POSITIVE][s.below(7)]),
        5 | 6 => Literal::String(
            ["", "a\"b'c", "\\ \n\t\r\0", "中文 “好”", "`", "\u{7f}\u{85}\u{1f600}"][s.below(6)].into(),
        ),
        _ => Literal::Bytes([&b""[..], b"a\"\\", &[0, 10, 255, 128], "好".as_bytes()][s.below(4)].into()),
    }
}

/// Any expression that the grammar allows.
fn expression(s: &mut Supply, depth: usize) -> Expr {
    let choice = if depth == 0 { s.below(2) } else { s.below(14) };
    let sub = |s: &mut Supply| expression(s, depth.saturating_sub(1));
    let selector = |s: &mut Supply| word(["a", "b_1", "child-name", "x.y/z", "package"][s.below(5)]);
    let kind = match choice {
        0 => ExprKind::Literal(literal(s)),
        1 => {
            ExprKind::Name { name: ["x", "form", "_a", "matches"][s.below(4)].into(), root: s.below(5) == 0 }
        }
        2 => ExprKind::Select(Box::new(sub(s)), selector(s)),
        3 => ExprKind::Has(Box::new(sub(s)), selector(s)),
        4 => ExprKind::Index(Box::new(sub(s)), Box::new(sub(s))),
        5 => {
            let target = if s.below(2) == 0 { None } else { Some(Box::new(sub(s))) };
            let args = (0..s.below(3)).map(|_| sub(s)).collect();
            ExprKind::Call { function: word(["f", "size"][s.below(2)]), target, args }
        }
        6 => {
            let fold = [Fold::All, Fold::Exists, Fold::ExistsOne, Fold::Map, Fold::Filter][s.below(5)];
            let (range, filter) = (sub(s), Some(sub(s)));
            let transform = if fold == Fold::Map { Some(sub(s)) } else { None };
            let filter = if fold == Fold::Map && s.below(2) == 0 { None } else { filter };
            ExprKind::Fold(Box::new(FoldExpr { fold, range, variable: word("x"), filter, transform }))
        }
        7 => ExprKind::List((0..s.below(4)).map(|_| sub(s)).collect()),
        8 => ExprKind::Map((0..s.below(3)).map(|_| (sub(s), sub(s))).collect()),
        9 => ExprKind::Not(Box::new(sub(s))),
        10 => ExprKind::Negate(Box::new(sub(s))),
        11 => {
            use BinaryOp::{Add, Div, Eq, Ge, Gt, In, Le, Lt, Mul, Ne, Rem, Sub};
            let op = [Add, Sub, Mul, Div, Rem, Eq, Ne, Lt, Le, Gt, Ge, In][s.below(12)];
            ExprKind::Binary(op, Box::new(sub(s)), Box::new(sub(s)))
        }
        12 => {
            let parts: Vec<Expr> = (0..2 + s.below(3)).map(|_| sub(s)).collect();
            if s.below(2) == 0 { ExprKind::And(parts) } else { ExprKind::Or(parts) }
        }
        _ => ExprKind::If(Box::new([sub(s), sub(s), sub(s)])),
    };
    Expr { kind, span: Span::default() }
}

/// The same tree without places.
fn bare(mut expr: Expr) -> Expr {
    expr.span = Span::default();
    let boxed = |part: Box<Expr>| Box::new(bare(*part));
    let each = |all: Vec<Expr>| all.into_iter().map(bare).collect::<Vec<_>>();
    let named = |own: Word| word(&own.text);
    expr.kind = match expr.kind {
        kind @ (ExprKind::Literal(_) | ExprKind::Name { .. }) => kind,
        ExprKind::Select(of, own) => ExprKind::Select(boxed(of), named(own)),
        ExprKind::Has(of, own) => ExprKind::Has(boxed(of), named(own)),
        ExprKind::Index(of, at) => ExprKind::Index(boxed(of), boxed(at)),
        ExprKind::Call { function, target, args } => {
            ExprKind::Call { function: named(function), target: target.map(boxed), args: each(args) }
        }
        ExprKind::Fold(fold) => ExprKind::Fold(Box::new(FoldExpr {
            fold: fold.fold,
            range: bare(fold.range),
            variable: named(fold.variable),
            filter: fold.filter.map(bare),
            transform: fold.transform.map(bare),
        })),
        ExprKind::List(items) => ExprKind::List(each(items)),
        ExprKind::Map(entries) => {
            ExprKind::Map(entries.into_iter().map(|(key, value)| (bare(key), bare(value))).collect())
        }
        ExprKind::Not(of) => ExprKind::Not(boxed(of)),
        ExprKind::Negate(of) => ExprKind::Negate(boxed(of)),
        ExprKind::Binary(op, left, right) => ExprKind::Binary(op, boxed(left), boxed(right)),
        ExprKind::And(all) => ExprKind::And(each(all)),
        ExprKind::Or(any) => ExprKind::Or(each(any)),
        ExprKind::If(parts) => ExprKind::If(Box::new((*parts).map(bare))),
    };
    expr
}

proptest! {
    #![proptest_config(super::generator::cases(8))]
    #[test]
    fn a_printed_tree_parses_to_itself(numbers in supply()) {
        let tree = expression(&mut Supply::new(numbers), 4);
        let printed = tree.to_string();
        let parsed = parse(&printed);
        prop_assert!(parsed.is_ok(), "{printed}: {parsed:?}");
        // Compared as printed for debugging, which tells 0.0 from -0.0.
        prop_assert_eq!(format!("{:?}", bare(parsed.unwrap())), format!("{tree:?}"), "{}", printed);
    }
}

#[test]
fn prints_few_parentheses() {
    for (source, printed) in [
        ("((a)) && (b && c) || d", "a && (b && c) || d"),
        ("a&&b&&c||(d||e)", "a && b && c || (d || e)"),
        ("a - (b - c) - d", "a - (b - c) - d"),
        ("(a ? b : c) ? (d ? e : f) : (g ? h : i)", "(a ? b : c) ? (d ? e : f) : g ? h : i"),
        ("- (1) - -1", "-(1) - -1"),
        ("!(!a) && !(a == b)", "!!a && !(a == b)"),
        ("x['a'].`b-c`.exists(y,y in[1,2,])", "x[\"a\"].`b-c`.exists(y, y in [1, 2])"),
        ("1.0e3 + .5 // remark", "1000.0 + 0.5"),
        ("(-1).f() + (a + b).f()", "(-1).f() + (a + b).f()"),
    ] {
        assert_eq!(parse(source).unwrap().to_string(), printed, "{source}");
    }
}

#[test]
fn spans_cut_the_source() {
    let source = "form.born < today && age(form.born, now) in [1, 2]";
    let ExprKind::And(parts) = parse(source).unwrap().kind else { panic!("not an `and`") };
    let cut: Vec<&str> = parts.iter().map(|part| &source[part.span.range()]).collect();
    assert_eq!(cut, ["form.born < today", "age(form.born, now) in [1, 2]"]);
}
