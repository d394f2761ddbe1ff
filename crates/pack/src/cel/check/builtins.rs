use super::super::Type;
use super::super::checked::{Builtin, Part};
use super::super::value::Kind;

/// One way to call one of CEL's own functions. A member's target is its first parameter.
pub(super) struct Overload {
    pub(super) name: &'static str,
    pub(super) style: Style,
    pub(super) params: Vec<Type>,
    pub(super) result: Type,
    pub(super) builtin: Builtin,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Global,
    Member,
    Both,
}

/// The names of CEL's own functions, to name the nearest.
pub(super) const NAMES: [&str; 24] = [
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "matches",
    "int",
    "uint",
    "double",
    "string",
    "bytes",
    "bool",
    "timestamp",
    "duration",
    "date",
    "type",
    "dyn",
    "getFullYear",
    "getMonth",
    "getDate",
    "getDayOfWeek",
    "getHours",
    "getMinutes",
    "getSeconds",
    "getMilliseconds",
];

/// The ways to call `name`.
pub(super) fn overloads(name: &str) -> Vec<Overload> {
    use Type::{Bool, Bytes, Date, Double, Duration, Dyn, Int, String, Timestamp, Uint};
    let list = || Type::list(Dyn);
    let map = || Type::map(Dyn, Dyn);
    let one = |name, style, takes: Vec<Type>, result: Type, builtin| -> Vec<Overload> {
        let build = |param| Overload { name, style, params: vec![param], result: result.clone(), builtin };
        takes.into_iter().map(build).collect()
    };
    let text = |name, style, builtin| {
        vec![Overload { name, style, params: vec![String, String], result: Bool, builtin }]
    };
    let to = |name, takes, result, kind| one(name, Style::Global, takes, result, Builtin::To(kind));
    match name {
        "size" => one("size", Style::Both, vec![String, Bytes, list(), map()], Int, Builtin::Size),
        "contains" => text("contains", Style::Member, Builtin::Contains),
        "startsWith" => text("startsWith", Style::Member, Builtin::StartsWith),
        "endsWith" => text("endsWith", Style::Member, Builtin::EndsWith),
        "matches" => text("matches", Style::Both, Builtin::Matches),
        "int" => to("int", vec![Int, Uint, Double, String, Timestamp], Int, Kind::Int),
        "uint" => to("uint", vec![Int, Uint, Double, String], Uint, Kind::Uint),
        "double" => to("double", vec![Int, Uint, Double, String], Double, Kind::Double),
        "string" => {
            let takes = vec![String, Int, Uint, Double, Bool, Bytes, Timestamp, Date, Duration];
            to("string", takes, String, Kind::String)
        }
        "bytes" => to("bytes", vec![String, Bytes], Bytes, Kind::Bytes),
        "bool" => to("bool", vec![Bool, String], Bool, Kind::Bool),
        "timestamp" => to("timestamp", vec![Timestamp, String, Int, Date], Timestamp, Kind::Timestamp),
        "date" => to("date", vec![Date, String, Timestamp], Date, Kind::Date),
        "duration" => to("duration", vec![Duration, String], Duration, Kind::Duration),
        "type" => one("type", Style::Global, vec![Dyn], Type::Type, Builtin::TypeOf),
        _ => parts(name),
    }
}

fn parts(name: &str) -> Vec<Overload> {
    let (name, part, day, length) = match name {
        "getFullYear" => ("getFullYear", Part::FullYear, true, false),
        "getMonth" => ("getMonth", Part::Month, true, false),
        "getDate" => ("getDate", Part::Date, true, false),
        "getDayOfMonth" => ("getDayOfMonth", Part::DayOfMonth, true, false),
        "getDayOfWeek" => ("getDayOfWeek", Part::DayOfWeek, true, false),
        "getDayOfYear" => ("getDayOfYear", Part::DayOfYear, true, false),
        "getHours" => ("getHours", Part::Hours, false, true),
        "getMinutes" => ("getMinutes", Part::Minutes, false, true),
        "getSeconds" => ("getSeconds", Part::Seconds, false, true),
        "getMilliseconds" => ("getMilliseconds", Part::Milliseconds, false, true),
        _ => return Vec::new(),
    };
    let mut takes = vec![vec![Type::Timestamp], vec![Type::Timestamp, Type::String]];
    takes.extend(day.then(|| vec![Type::Date]));
    takes.extend(length.then(|| vec![Type::Duration]));
    let build = |params| Overload {
        name,
        style: Style::Member,
        params,
        result: Type::Int,
        builtin: Builtin::Part(part),
    };
    takes.into_iter().map(build).collect()
}
