//! Well-typed expressions in standard CEL, drawn from a supply of numbers, and values for their variables.

use pack::Title;
use pack::cel::{Bindings, Env, Field, Schema, Type, Value};
use proptest::prelude::*;

/// Numbers that decide what is drawn; when they run out, the simplest is.
pub struct Supply {
    numbers: Vec<u32>,
    at: usize,
}

pub fn supply() -> impl Strategy<Value = Vec<u32>> {
    proptest::collection::vec(any::<u32>(), 0..120)
}

impl Supply {
    pub fn new(numbers: Vec<u32>) -> Self {
        Self { numbers, at: 0 }
    }

    pub fn below(&mut self, bound: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        number as usize % bound
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// `times` as many cases as `PROPTEST_CASES` says, or as are usual.
pub fn cases(times: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: times * usual.cases, failure_persistence: None, ..usual }
}

/// The types that are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Ints,
    Texts,
    Moment,
    Length,
}

const SORTS: [Sort; 9] = [
    Sort::Bool,
    Sort::Int,
    Sort::Uint,
    Sort::Double,
    Sort::Text,
    Sort::Ints,
    Sort::Texts,
    Sort::Moment,
    Sort::Length,
];

impl Sort {
    pub fn ty(self) -> Type {
        match self {
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Uint => Type::Uint,
            Self::Double => Type::Double,
            Self::Text => Type::String,
            Self::Ints => Type::list(Type::Int),
            Self::Texts => Type::list(Type::String),
            Self::Moment => Type::Timestamp,
            Self::Length => Type::Duration,
        }
    }
}

/// The environment: two fields of each sort in the object `o`, one nested, and a map.
pub fn env() -> Env {
    let fields =
        |suffix: &str| SORTS.map(|sort| Field::new(format!("{}{suffix}", name(sort)), sort.ty()).optional());
    let inner = Schema::new("inner", fields(""));
    let outer = fields("0").into_iter().chain(fields("1")).chain([
        Field::new("in-ner", Type::Object(inner.into())).optional(),
        Field::new("m", Type::map(Type::String, Type::Int)).optional(),
    ]);
    Env::new().variable("o", Type::Object(Schema::new("outer", outer).into()), Title::same("o"))
}

fn name(sort: Sort) -> &'static str {
    match sort {
        Sort::Bool => "b",
        Sort::Int => "i",
        Sort::Uint => "u",
        Sort::Double => "d",
        Sort::Text => "s",
        Sort::Ints => "li",
        Sort::Texts => "ls",
        Sort::Moment => "t",
        Sort::Length => "l",
    }
}

/// An expression of `sort`. `locals` are the variables of the enclosing macros. With `has`, presence is asked for.
pub fn expression(
    supply: &mut Supply,
    sort: Sort,
    depth: usize,
    locals: &mut Vec<(String, Sort)>,
    has: bool,
) -> String {
    let mut draw = |supply: &mut Supply, sort: Sort, locals: &mut Vec<(String, Sort)>| {
        expression(supply, sort, depth.saturating_sub(1), locals, has)
    };
    if depth == 0 || supply.below(5) == 0 {
        return leaf(supply, sort, locals);
    }
    if supply.below(12) == 0 {
        let (c, a) = (draw(supply, Sort::Bool, locals), draw(supply, sort, locals));
        return format!("({c} ? {a} : {})", draw(supply, sort, locals));
    }
    match sort {
        Sort::Bool => boolean(supply, locals, &mut draw, has),
        Sort::Int => match supply.below(9) {
            0 => format!("-({})", draw(supply, Sort::Int, locals)),
            1 => format!(
                "size({})",
                draw(supply, [Sort::Text, Sort::Ints, Sort::Texts][supply.at % 3], locals)
            ),
            2 => format!("{}[{}]", list(draw(supply, Sort::Ints, locals)), draw(supply, Sort::Int, locals)),
            3 => format!(
                "int({})",
                draw(supply, [Sort::Uint, Sort::Double, Sort::Moment][supply.at % 3], locals)
            ),
            4 => {
                let part = supply.pick(&[
                    "getFullYear",
                    "getMonth",
                    "getDate",
                    "getDayOfYear",
                    "getHours",
                    "getDayOfWeek",
                    "getMinutes",
                ]);
                format!(
                    "({}).{part}(\"{}\")",
                    draw(supply, Sort::Moment, locals),
                    supply.pick(&["UTC", "+08:00", "-02:30"])
                )
            }
            5 => format!(
                "({}).{}()",
                draw(supply, Sort::Length, locals),
                supply.pick(&["getHours", "getMinutes", "getSeconds"])
            ),
            _ => arithmetic(supply, Sort::Int, locals, &mut draw, &["+", "-", "*", "/", "%"]),
        },
        Sort::Uint => match supply.below(4) {
            0 => format!("uint({})", draw(supply, [Sort::Int, Sort::Double][supply.at % 2], locals)),
            _ => arithmetic(supply, Sort::Uint, locals, &mut draw, &["+", "-", "*", "/", "%"]),
        },
        Sort::Double => match supply.below(4) {
            0 => format!("double({})", draw(supply, [Sort::Int, Sort::Uint][supply.at % 2], locals)),
            _ => arithmetic(supply, Sort::Double, locals, &mut draw, &["+", "-", "*", "/"]),
        },
        Sort::Text => match supply.below(4) {
            0 => format!(
                "string({})",
                draw(supply, [Sort::Int, Sort::Bool, Sort::Uint][supply.at % 3], locals)
            ),
            1 => format!("{}[{}]", list(draw(supply, Sort::Texts, locals)), draw(supply, Sort::Int, locals)),
            _ => arithmetic(supply, Sort::Text, locals, &mut draw, &["+"]),
        },
        Sort::Ints | Sort::Texts => lists(supply, sort, locals, &mut draw),
        Sort::Moment => {
            let op = supply.pick(&["+", "-"]);
            format!("({} {op} {})", draw(supply, Sort::Moment, locals), draw(supply, Sort::Length, locals))
        }
        Sort::Length => match supply.below(2) {
            0 => format!("({} - {})", draw(supply, Sort::Moment, locals), draw(supply, Sort::Moment, locals)),
            _ => arithmetic(supply, Sort::Length, locals, &mut draw, &["+", "-"]),
        },
    }
}

type Draw<'d> = dyn FnMut(&mut Supply, Sort, &mut Vec<(String, Sort)>) -> String + 'd;

fn list(text: String) -> String {
    format!("({text})")
}

fn arithmetic(
    s: &mut Supply,
    sort: Sort,
    locals: &mut Vec<(String, Sort)>,
    draw: &mut Draw<'_>,
    ops: &[&str],
) -> String {
    let (a, op) = (draw(s, sort, locals), s.pick(ops));
    format!("({a} {op} {})", draw(s, sort, locals))
}

fn boolean(s: &mut Supply, locals: &mut Vec<(String, Sort)>, draw: &mut Draw<'_>, has: bool) -> String {
    match s.below(11) {
        0 => format!("!({})", draw(s, Sort::Bool, locals)),
        1 | 2 => {
            let op = s.pick(&["&&", "||"]);
            let parts: Vec<String> = (0..2 + s.below(2)).map(|_| draw(s, Sort::Bool, locals)).collect();
            format!("({})", parts.join(&format!(" {op} ")))
        }
        3 => {
            let function = s.pick(&["contains", "startsWith", "endsWith"]);
            format!("({}).{function}({})", draw(s, Sort::Text, locals), draw(s, Sort::Text, locals))
        }
        4 => format!(
            "({}).matches(\"{}\")",
            draw(s, Sort::Text, locals),
            s.pick(&["a", "^a*b?$", "[a-c]+|好", "^.$", r"\\d{2}"])
        ),
        5 => format!("({} in {})", draw(s, Sort::Int, locals), list(draw(s, Sort::Ints, locals))),
        6 => format!(
            "({} in {})",
            draw(s, Sort::Text, locals),
            if s.below(2) == 0 { "o.m".to_owned() } else { list(draw(s, Sort::Texts, locals)) }
        ),
        7 if has => {
            let sort = SORTS[s.below(SORTS.len())];
            format!("has({})", path(s, sort))
        }
        7 | 8 => {
            let sort = [Sort::Ints, Sort::Texts][s.below(2)];
            let fold = s.pick(&["all", "exists", "exists_one"]);
            let range = list(draw(s, sort, locals));
            let (variable, body) = scoped(s, sort, Sort::Bool, locals, draw);
            format!("{range}.{fold}({variable}, {body})")
        }
        _ => {
            let sort = SORTS[s.below(SORTS.len())];
            let ops: &[&str] = if matches!(sort, Sort::Ints | Sort::Texts) {
                &["==", "!="]
            } else {
                &["==", "!=", "<", "<=", ">", ">="]
            };
            let (a, op) = (draw(s, sort, locals), s.pick(ops));
            format!("({a} {op} {})", draw(s, sort, locals))
        }
    }
}

fn lists(s: &mut Supply, sort: Sort, locals: &mut Vec<(String, Sort)>, draw: &mut Draw<'_>) -> String {
    let element = if sort == Sort::Ints { Sort::Int } else { Sort::Text };
    match s.below(5) {
        0 => arithmetic(s, sort, locals, draw, &["+"]),
        1 => {
            let range = list(draw(s, sort, locals));
            let (variable, body) = scoped(s, sort, Sort::Bool, locals, draw);
            format!("{range}.filter({variable}, {body})")
        }
        2 => {
            let from = [Sort::Ints, Sort::Texts][s.below(2)];
            let range = list(draw(s, from, locals));
            let (variable, body) = scoped(s, from, element, locals, draw);
            format!("{range}.map({variable}, {body})")
        }
        _ => {
            let items: Vec<String> = (0..s.below(4)).map(|_| draw(s, element, locals)).collect();
            // An empty list alone has elements of no type; a literal element keeps the sort.
            if items.is_empty() {
                format!("[{}]", literal(s, element))
            } else {
                format!("[{}]", items.join(", "))
            }
        }
    }
}

fn scoped(
    s: &mut Supply,
    range: Sort,
    body: Sort,
    locals: &mut Vec<(String, Sort)>,
    draw: &mut Draw<'_>,
) -> (String, String) {
    let variable = format!("x{}", locals.len());
    locals.push((variable.clone(), if range == Sort::Ints { Sort::Int } else { Sort::Text }));
    let body = draw(s, body, locals);
    locals.pop();
    (variable, body)
}

fn leaf(s: &mut Supply, sort: Sort, locals: &[(String, Sort)]) -> String {
    let local: Vec<&String> = locals.iter().filter(|(_, own)| *own == sort).map(|(name, _)| name).collect();
    match s.below(4) {
        0 => literal(s, sort),
        1 if !local.is_empty() => local[s.below(local.len())].clone(),
        2 if sort == Sort::Int && s.below(3) == 0 => format!("o.m[\"{}\"]", s.pick(&["a", "b", "z"])),
        _ => path(s, sort),
    }
}

fn path(s: &mut Supply, sort: Sort) -> String {
    match s.below(5) {
        0 => format!("o[\"in-ner\"].{}", name(sort)),
        digit => format!("o.{}{}", name(sort), digit % 2),
    }
}

fn literal(s: &mut Supply, sort: Sort) -> String {
    let text = match sort {
        Sort::Bool => s.pick(&["true", "false"]),
        Sort::Int => {
            s.pick(&["0", "1", "-1", "2", "3", "10", "-7", "9223372036854775807", "-9223372036854775808"])
        }
        Sort::Uint => s.pick(&["0u", "1u", "2u", "7u", "18446744073709551615u"]),
        Sort::Double => s.pick(&["0.0", "1.0", "-1.5", "0.1", "1e300", "9007199254740993.0", "-0.0"]),
        Sort::Text => s.pick(&["\"\"", "\"a\"", "\"b\"", "\"ab\"", "\"好\"", "'a\\tb'", "\"12\""]),
        Sort::Ints => s.pick(&["[1, 2]", "[0]", "[3, 1, 2, 1]"]),
        Sort::Texts => s.pick(&["[\"a\", \"b\"]", "[\"\"]", "[\"好\", \"a\", \"a\"]"]),
        Sort::Moment => {
            s.pick(&["timestamp(\"2026-02-28T23:59:59Z\")", "timestamp(\"1970-01-01T00:00:00+08:00\")"])
        }
        Sort::Length => {
            s.pick(&["duration(\"1h30m\")", "duration(\"-2s\")", "duration(\"8760h\")", "duration(\"0s\")"])
        }
    };
    text.to_owned()
}

/// Values for the places of [`env`]; with `holes` some are absent.
pub fn bindings(s: &mut Supply, holes: bool) -> Bindings {
    let mut bound = Bindings::new(&env());
    for sort in SORTS {
        for path in [
            vec![format!("{}0", name(sort))],
            vec![format!("{}1", name(sort))],
            vec!["in-ner".to_owned(), name(sort).to_owned()],
        ] {
            let value = value(s, sort);
            if holes && s.below(3) == 0 {
                continue;
            }
            let path: Vec<&str> = ["o"].into_iter().chain(path.iter().map(String::as_str)).collect();
            bound.set(&path, value).unwrap();
        }
    }
    if !holes || s.below(3) > 0 {
        bound.set(&["o", "m"], Value::object([("a", Value::Int(1)), ("b", Value::Int(-2))])).unwrap();
    }
    bound
}

fn value(s: &mut Supply, sort: Sort) -> Value {
    match sort {
        Sort::Bool => Value::Bool(s.below(2) == 1),
        Sort::Int => Value::Int([0, 1, -1, 2, 5, 100, i64::MAX, i64::MIN][s.below(8)]),
        Sort::Uint => Value::Uint([0, 1, 2, 9, u64::MAX][s.below(5)]),
        Sort::Double => Value::Double([0.0, 1.0, -2.5, 1e18, 1e19, f64::INFINITY, f64::NAN][s.below(7)]),
        Sort::Text => Value::from(["", "a", "ab", "好的", "12", "b"][s.below(6)]),
        Sort::Ints => Value::list((0..s.below(4)).map(|n| Value::Int(n as i64)).collect::<Vec<_>>()),
        Sort::Texts => {
            Value::list((0..s.below(4)).map(|n| Value::from(["a", "b", ""][n % 3])).collect::<Vec<_>>())
        }
        Sort::Moment => {
            let seconds = [0, 1_770_000_000, -1, 253_402_300_799, -62_135_596_800, 951_782_400][s.below(6)];
            Value::Timestamp(record::Time::new(seconds, [0, 999_999_999][s.below(2)], Some(0)).unwrap())
        }
        Sort::Length => Value::Duration(jiff::SignedDuration::from_millis(
            [0, 1500, -60_000, 86_400_000, i64::MAX / 1_000_001][s.below(5)],
        )),
    }
}

pub fn draw(supply: &mut Supply, has: bool) -> (Sort, String) {
    let sort = SORTS[supply.below(SORTS.len())];
    (sort, expression(supply, sort, 4, &mut Vec::new(), has))
}
