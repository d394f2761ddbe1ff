//! CEL's own conformance tests, where they apply. They are not kept here: `CEL_SPEC_TESTDATA` names the folder
//! `tests/simple/testdata` of a copy of the specification.

use super::world::{literal, shown};
use pack::Title;
use pack::cel::{
    Bindings, Env, Expr, ExprKind, Kind, Map, NoFunctions, Outcome, Type, Value, Word, check, parse,
};
use std::sync::Arc;

const FILES: [&str; 15] = [
    "basic",
    "comparisons",
    "conversions",
    "fields",
    "fp_math",
    "integer_math",
    "lists",
    "logic",
    "macros",
    "namespace",
    "parse",
    "plumbing",
    "string",
    "timestamps",
    "type_deduction",
];

/// What the tests use that packs do not have, and why a test with it is left out.
const ABSENT: [(&str, &str); 16] = [
    ("TestAllTypes", "message types"),
    ("google.protobuf", "message types"),
    ("GlobalEnum", "enumerations of messages"),
    ("optional", "optional values"),
    ("Australia/Sydney", "named zones"),
    ("US/Central", "named zones"),
    ("America/", "named zones"),
    ("Asia/Kathmandu", "named zones"),
    ("Europe/", "named zones"),
    ("net.IP", "extensions"),
    ("cel.", "extensions"),
    ("proto.", "extensions"),
    ("math.", "extensions"),
    ("type_env", "variables declared as messages or with generic functions"),
    ("container", "namespaces"),
    ("disable_check: true", "evaluation without a check"),
];

/// Sections that differ on purpose: parts of a moment without a zone are those at +08:00.
const DIFFERENT: [&str; 1] = ["timestamp_selectors"];

#[test]
fn agrees_with_the_specification() {
    let Ok(folder) = std::env::var("CEL_SPEC_TESTDATA") else {
        println!(
            "left out: CEL's conformance tests (set CEL_SPEC_TESTDATA to tests/simple/testdata of the specification)"
        );
        return;
    };
    let (mut passed, mut refused, mut left_out, mut failed) = (0, 0, 0, Vec::new());
    for file in FILES {
        let text = std::fs::read_to_string(format!("{folder}/{file}.textproto")).unwrap();
        let tree = Reader { text: text.as_bytes(), at: 0 }.message();
        for section in tree.all("section") {
            for test in section.all("test") {
                if DIFFERENT.contains(&section.text("name").as_str()) {
                    left_out += 1;
                    continue;
                }
                match run(test) {
                    Verdict::Passed => passed += 1,
                    Verdict::Refused => refused += 1,
                    Verdict::LeftOut => left_out += 1,
                    Verdict::Failed(why) => {
                        failed.push(format!(
                            "{file}/{}/{}: {}\n    {why}",
                            section.text("name"),
                            test.text("name"),
                            test.text("expr")
                        ));
                    }
                }
            }
        }
    }
    println!("conformance: {passed} agree, {refused} errors found by the check already, {left_out} left out");
    assert!(failed.is_empty(), "{} differ:\n{}", failed.len(), failed.join("\n"));
    assert!(passed > 500, "only {passed} tests were read");
}

enum Verdict {
    Passed,
    Refused,
    LeftOut,
    Failed(String),
}

fn run(test: &Tree) -> Verdict {
    let source = test.text("expr");
    let whole = format!("{test:?}");
    let absent = |word: &str| match word.split_once(": ") {
        Some((key, value)) => test.text(key) == value,
        None => {
            source.contains(word)
                || whole.contains(&format!("(\"{word}"))
                || whole.contains("[type.googleapis.com/cel")
        }
    };
    if ABSENT.iter().any(|(word, _)| absent(word)) {
        return Verdict::LeftOut;
    }
    let wanted = match (test.get("value"), test.get("typed_result")) {
        (Some(value), _) => Some(value_of(value)),
        (None, Some(typed)) => match typed.get("result") {
            Some(result) => Some(value_of(result)),
            None => return Verdict::LeftOut,
        },
        (None, None) if test.get("eval_error").is_some() => None,
        (None, None) => Some(Value::Bool(true)),
    };
    let (mut env, mut bound) = (Env::new(), Vec::new());
    for binding in test.all("bindings") {
        let key = binding.text("key");
        env = env.variable(&key, Type::Dyn, Title::same(&key));
        if let Some(value) = binding.get("value").and_then(|value| value.get("value")) {
            bound.push((key, value_of(value)));
        }
    }
    let mut bindings = Bindings::new(&env);
    for (key, value) in bound {
        bindings.set(&[&key], value).unwrap();
    }
    let parsed = parse(&source).map_err(|problem| vec![problem]);
    let checked = match parsed
        .and_then(|expr| check(&expr, &env, &Type::Dyn).or_else(|_| check(&loose(expr), &env, &Type::Dyn)))
    {
        Ok(checked) => checked,
        Err(_) if wanted.is_none() => return Verdict::Refused,
        Err(problems) => return Verdict::Failed(format!("refused: {problems:?}")),
    };
    match (checked.eval(&bindings, &NoFunctions), wanted) {
        (Outcome::Error(_), None) => Verdict::Passed,
        (Outcome::Value(value), Some(wanted)) if literal(value.view()) == literal(wanted.view()) => {
            Verdict::Passed
        }
        (outcome, wanted) => {
            let wanted = wanted.map_or("an error".to_owned(), |value| literal(value.view()));
            Verdict::Failed(format!("{}, not {wanted}", shown(&outcome)))
        }
    }
}

/// The expression with `dyn(…)` around each list and map, since ours may not hold unlike types otherwise.
fn loose(mut expr: Expr) -> Expr {
    let each = |all: Vec<Expr>| all.into_iter().map(loose).collect();
    let boxed = |part: Box<Expr>| Box::new(loose(*part));
    expr.kind = match expr.kind {
        ExprKind::List(items) => ExprKind::List(each(items)),
        ExprKind::Map(entries) => {
            ExprKind::Map(entries.into_iter().map(|(key, value)| (loose(key), loose(value))).collect())
        }
        ExprKind::Select(of, word) => ExprKind::Select(boxed(of), word),
        ExprKind::Has(of, word) => ExprKind::Has(boxed(of), word),
        ExprKind::Index(of, at) => ExprKind::Index(boxed(of), boxed(at)),
        ExprKind::Not(of) => ExprKind::Not(boxed(of)),
        ExprKind::Binary(op, left, right) => ExprKind::Binary(op, boxed(left), boxed(right)),
        ExprKind::And(all) => ExprKind::And(each(all)),
        ExprKind::Fold(mut fold) => {
            fold.range = loose(fold.range);
            ExprKind::Fold(fold)
        }
        other => other,
    };
    if !matches!(expr.kind, ExprKind::List(_) | ExprKind::Map(_)) {
        return expr;
    }
    let function = Word { text: "dyn".into(), span: expr.span };
    Expr { span: expr.span, kind: ExprKind::Call { function, target: None, args: vec![expr] } }
}

fn value_of(tree: &Tree) -> Value {
    let Tree::Message(fields) = tree else { panic!("{tree:?} is no value") };
    let Some((kind, value)) = fields.first() else { return Value::Null };
    match kind.as_str() {
        "null_value" => Value::Null,
        "bool_value" => Value::Bool(value.word() == "true"),
        "int64_value" => Value::Int(value.word().parse().unwrap()),
        "uint64_value" => Value::Uint(value.word().parse().unwrap()),
        "double_value" => Value::Double(value.word().parse().unwrap()),
        "string_value" => Value::from(value.word()),
        "bytes_value" => match value {
            Tree::Text(bytes) => Value::from(bytes.clone()),
            other => panic!("{other:?} is no text"),
        },
        "list_value" => Value::list(value.all("values").map(value_of)),
        "map_value" => {
            let entry = |entry: &Tree| {
                let key = value_of(entry.get("key").unwrap());
                (pack::cel::Key::of(key.view()).unwrap(), value_of(entry.get("value").unwrap()))
            };
            Value::Map(Arc::new(value.all("entries").map(entry).collect::<Map>()))
        }
        "type_value" => {
            let name = value.word().replace("google.protobuf.", "").to_lowercase();
            Value::Type(Kind::named(&name).unwrap_or_else(|| panic!("{name} is no type")))
        }
        "object_value" => {
            let Tree::Message(parts) = value else { panic!("{value:?} is no object") };
            let (name, object) = &parts[0];
            let seconds = object.get("seconds").map_or(0, |value| value.word().parse::<i64>().unwrap());
            let nanos = object.get("nanos").map_or(0, |value| value.word().parse::<i32>().unwrap());
            if name.contains("Duration") {
                Value::Duration(jiff::SignedDuration::new(seconds, nanos))
            } else {
                Value::Timestamp(record::Time::new(seconds, nanos as u32, Some(0)).unwrap())
            }
        }
        other => panic!("{other} is not known"),
    }
}

/// A message of the text format.
#[derive(Debug)]
enum Tree {
    Message(Vec<(String, Tree)>),
    Text(Vec<u8>),
    Word(String),
}

impl Tree {
    fn all<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t Tree> {
        let fields = if let Self::Message(fields) = self { fields.as_slice() } else { &[] };
        fields.iter().filter(move |(own, _)| own == name).map(|(_, tree)| tree)
    }

    fn get(&self, name: &str) -> Option<&Tree> {
        let Self::Message(fields) = self else { return None };
        fields.iter().find(|(own, _)| own == name).map(|(_, tree)| tree)
    }

    fn word(&self) -> String {
        match self {
            Self::Text(bytes) => String::from_utf8(bytes.clone()).unwrap(),
            Self::Word(word) => word.clone(),
            Self::Message(_) => panic!("{self:?} is no word"),
        }
    }

    fn text(&self, name: &str) -> String {
        self.get(name).map(Self::word).unwrap_or_default()
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&mut self) -> u8 {
        loop {
            match self.text.get(self.at) {
                Some(b'#') => {
                    while self.text.get(self.at).is_some_and(|byte| *byte != b'\n') {
                        self.at += 1;
                    }
                }
                Some(byte) if byte.is_ascii_whitespace() || matches!(byte, b',' | b';') => self.at += 1,
                Some(byte) => return *byte,
                None => return 0,
            }
        }
    }

    fn message(&mut self) -> Tree {
        let mut fields = Vec::new();
        while !matches!(self.peek(), 0 | b'}' | b'>') {
            let name = self.word();
            if self.peek() == b':' {
                self.at += 1;
            }
            if self.peek() == b'[' {
                self.at += 1;
                while self.peek() != b']' {
                    let item = self.value();
                    fields.push((name.clone(), item));
                }
                self.at += 1;
                continue;
            }
            let value = self.value();
            fields.push((name, value));
        }
        self.at += 1;
        Tree::Message(fields)
    }

    fn value(&mut self) -> Tree {
        match self.peek() {
            b'{' | b'<' => {
                self.at += 1;
                self.message()
            }
            b'"' | b'\'' => {
                let mut bytes = Vec::new();
                while matches!(self.peek(), b'"' | b'\'') {
                    self.string(&mut bytes);
                }
                Tree::Text(bytes)
            }
            _ => Tree::Word(self.word()),
        }
    }

    fn word(&mut self) -> String {
        let start = self.at;
        let bracket = self.peek() == b'[';
        let start = if bracket { self.at } else { start.max(self.at) };
        let ends = |byte: u8| {
            if bracket {
                byte == b']'
            } else {
                byte.is_ascii_whitespace() || b":{}<>,;[]\"'#".contains(&byte)
            }
        };
        while self.text.get(self.at).is_some_and(|byte| !ends(*byte)) {
            self.at += 1;
        }
        self.at += usize::from(bracket);
        String::from_utf8(self.text[start..self.at].to_vec()).unwrap()
    }

    fn string(&mut self, out: &mut Vec<u8>) {
        let quote = self.text[self.at];
        self.at += 1;
        while self.text[self.at] != quote {
            let byte = self.text[self.at];
            self.at += 1;
            if byte != b'\\' {
                out.push(byte);
                continue;
            }
            let kind = self.text[self.at];
            self.at += 1;
            match kind {
                b'n' => out.push(b'\n'),
                b't' => out.push(b'\t'),
                b'r' => out.push(b'\r'),
                b'a' => out.push(7),
                b'b' => out.push(8),
                b'f' => out.push(12),
                b'v' => out.push(11),
                b'x' => self.numbered(2, 16, out),
                b'u' => self.numbered(4, 16, out),
                b'U' => self.numbered(8, 16, out),
                b'0'..=b'7' => {
                    self.at -= 1;
                    let count =
                        self.text[self.at..].iter().take(3).take_while(|b| matches!(b, b'0'..=b'7')).count();
                    let digits = std::str::from_utf8(&self.text[self.at..self.at + count]).unwrap();
                    out.push(u8::from_str_radix(digits, 8).unwrap());
                    self.at += count;
                }
                other => out.push(other),
            }
        }
        self.at += 1;
    }

    fn numbered(&mut self, count: usize, radix: u32, out: &mut Vec<u8>) {
        let count = self.text[self.at..].iter().take(count).take_while(|b| b.is_ascii_hexdigit()).count();
        let digits = std::str::from_utf8(&self.text[self.at..self.at + count]).unwrap();
        let number = u32::from_str_radix(digits, radix).unwrap();
        self.at += count;
        if count == 2 {
            out.push(number as u8);
        } else {
            out.extend(char::from_u32(number).unwrap().to_string().as_bytes());
        }
    }
}
