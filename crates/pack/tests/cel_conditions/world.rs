//! The schema of a birth registration, as a pack would declare it.

use pack::Title;
use pack::cel::*;

pub fn child() -> Schema {
    Schema::new(
        "child",
        [
            Field::new("name", Type::String).titled("姓名", "name"),
            Field::new("born", Type::Date).titled("出生日期", "date of birth").optional(),
            Field::new("weight-grams", Type::Int).titled("体重", "weight").optional(),
            Field::new("gender", gender()).titled("性别", "gender"),
        ],
    )
}

fn gender() -> Type {
    Type::choice([("male", "男", "male"), ("female", "女", "female")].map(choice))
}

fn choice((value, zh, en): (&str, &str, &str)) -> Choice {
    Choice { value: value.into(), title: Title::new(zh, en) }
}

fn person(name: &str) -> Schema {
    Schema::new(
        name,
        [
            Field::new("name", Type::String).titled("姓名", "name"),
            Field::new("born", Type::Date).titled("出生日期", "date of birth").optional(),
            Field::new("id-number", Type::String).titled("身份证号", "identity number").optional(),
        ],
    )
}

pub fn kinds() -> Type {
    Type::choice(
        [("birth", "出生", "birth"), ("death", "死亡", "death"), ("move-in", "迁入", "moving in")]
            .map(choice),
    )
}

fn form() -> Schema {
    Schema::new(
        "registration form",
        [
            Field::new("kind", kinds()).titled("登记类别", "kind of registration"),
            Field::new("kind-before", kinds()).titled("原登记类别", "former kind").optional(),
            Field::new("gender", gender()).titled("性别", "gender").optional(),
            Field::new("married", Type::Bool).titled("已婚", "married").optional(),
            Field::new("born", Type::Date).titled("出生日期", "date of birth").optional(),
            Field::new("amount", Type::Int).titled("金额（分）", "amount in fen"),
            Field::new("rate", Type::Double).titled("费率", "rate"),
            Field::new("copies", Type::Uint).titled("份数", "copies"),
            Field::new("phone", Type::String).titled("电话", "telephone"),
            Field::new("child-name", Type::String).titled("子女姓名", "child's name").optional(),
            Field::new("date-of-entry", Type::Date).titled("入境日期", "date of entry").optional(),
            Field::new("tags", Type::list(Type::String)).titled("标签", "tags"),
            Field::new("kinds", Type::list(kinds())).titled("所办事项", "matters").optional(),
            Field::new("children", Type::list(Type::Object(child().into()))).titled("子女", "children"),
            Field::new("spouse", Type::Object(person("spouse").into())).titled("配偶", "spouse").optional(),
            Field::new("wait", Type::Duration).titled("等候时间", "waiting time").optional(),
            Field::new("fees", Type::map(Type::String, Type::Int)).titled("费用", "fees").optional(),
            Field::new("姓名", Type::String).titled("姓名", "name").optional(),
        ],
    )
}

pub fn env() -> Env {
    let case = Schema::new(
        "case",
        [
            Field::new("office", Type::String).titled("办理单位", "office"),
            Field::new("accepted", Type::Timestamp).titled("受理时间", "time of acceptance").optional(),
            Field::new("due", Type::Date).titled("到期日", "due day").optional(),
        ],
    );
    Env::new()
        .variable("form", Type::Object(form().into()), Title::default())
        .variable("case", Type::Object(case.into()), Title::default())
        .variable("applicant", Type::Object(person("applicant").into()), Title::new("申请人", "applicant"))
        .variable("now", Type::Timestamp, Title::new("现在", "now"))
        .variable("today", Type::Date, Title::new("今日", "today"))
        .variable("event", Type::Dyn, Title::new("事件", "event"))
        .function(
            Signature::new("age", [Type::Date, Type::Date], Type::Int)
                .titled("{0}至{1}的周岁", "age from {0} on {1}"),
        )
        .function(Signature::new("days", [Type::Int], Type::Duration).titled("{0} 天", "{0} days"))
        .function(
            Signature::new("workdays", [Type::Date, Type::Date], Type::Int)
                .titled("{0}至{1}的工作日数", "workdays from {0} to {1}"),
        )
}

/// `age` and `days`; `workdays` is left to fail.
pub fn functions(name: &str, args: &[ValueRef<'_>]) -> Result<Option<Value>, String> {
    match (name, args) {
        ("age", [ValueRef::Date(born), ValueRef::Date(at)]) => {
            let years = i64::from(at.year()) - i64::from(born.year());
            let before = (at.month(), at.day()) < (born.month(), born.day());
            Ok(Some(Value::Int(years - i64::from(before))))
        }
        ("days", [ValueRef::Int(days)]) => {
            let hours =
                days.checked_mul(24).filter(|hours| hours.abs() < 2_000_000).ok_or("too many days")?;
            Ok(Some(Value::Duration(jiff::SignedDuration::from_hours(hours))))
        }
        _ => Err(format!("`{name}` has no calendar here")),
    }
}

pub fn date(text: &str) -> Value {
    Value::Date(text.parse().unwrap())
}

pub fn time(text: &str) -> Value {
    Value::Timestamp(record::Time::parse(text).unwrap())
}

/// A form half filled in: no spouse, no entry day, no child's name.
pub fn filled() -> Bindings {
    let mut bound = Bindings::new(&env());
    let child = |name: &str, born: Option<&str>| {
        let born = born.map(|born| ("born", date(born)));
        Value::object(
            [("name", Value::from(name)), ("gender", Value::from("female"))].into_iter().chain(born),
        )
    };
    let fees = Value::object([("certificate", Value::Int(500)), ("copy", Value::Int(200))]);
    for (path, value) in [
        (&["form", "kind"][..], Value::from("birth")),
        (&["form", "married"], Value::Bool(true)),
        (&["form", "born"], date("2011-06-01")),
        (&["form", "amount"], Value::Int(12_000)),
        (&["form", "rate"], Value::Double(0.5)),
        (&["form", "copies"], Value::Uint(2)),
        (&["form", "phone"], Value::from("13800138000")),
        (&["form", "tags"], Value::list([Value::from("urgent"), Value::from("first")])),
        (&["form", "children"], Value::list([child("小明", Some("2024-01-01")), child("小红", None)])),
        (&["form", "fees"], fees),
        (&["case", "office"], Value::from("x")),
        (&["case", "accepted"], time("2026-01-05T23:30:00Z")),
        (&["applicant", "name"], Value::from("张三")),
        (&["now"], time("2026-02-01T08:00:00+08:00")),
        (&["today"], date("2026-02-01")),
        (&["event"], Value::object([("n", Value::Int(1)), ("s", Value::from("t"))])),
    ] {
        bound.set(path, value).unwrap();
    }
    bound
}

pub fn checked(source: &str, wanted: &Type) -> Result<Checked, Vec<Problem>> {
    check(&parse(source).map_err(|problem| vec![problem])?, &env(), wanted)
}

/// The outcome as a line: a value as its literal, `unknown`, or `error` with its place and text.
pub fn outcome(source: &str) -> String {
    match checked(source, &Type::Dyn) {
        Ok(checked) => shown(&checked.eval(&filled(), &functions)),
        Err(problems) => {
            format!("refused: {}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | "))
        }
    }
}

pub fn shown(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Value(value) => literal(value.view()),
        Outcome::Unknown => "unknown".to_owned(),
        Outcome::Error(fault) => format!("error at {}: {fault}", fault.span),
    }
}

pub fn literal(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "null".to_owned(),
        ValueRef::Bool(value) => value.to_string(),
        ValueRef::Int(value) => value.to_string(),
        ValueRef::Uint(value) => format!("{value}u"),
        ValueRef::Double(value) => format!("{value:?}"),
        ValueRef::String(text) => format!("{text:?}"),
        ValueRef::Bytes(bytes) => format!("b{bytes:?}"),
        ValueRef::Timestamp(time) => time.to_string(),
        ValueRef::Date(day) => day.to_string(),
        ValueRef::Duration(length) => format!("{}s", length.as_secs_f64()),
        ValueRef::List(items) => {
            format!("[{}]", items.iter().map(|v| literal(v.view())).collect::<Vec<_>>().join(", "))
        }
        ValueRef::Map(map) => {
            let entry = |(key, value): (&Key, &Value)| {
                format!("{}: {}", literal(key.to_value().view()), literal(value.view()))
            };
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        ValueRef::Type(kind) => kind.name().to_owned(),
    }
}
