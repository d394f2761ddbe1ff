use super::expression::{self, Expression};
use super::{Declared, Fault};
use crate::model::{Lapse, Template, Window};
use pack::problem::{meant, nearest};
use record::Activity;

/// A constraint as its line states it.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// The line's number, from 1.
    pub line: usize,
    /// The line, without blanks around it.
    pub text: String,
    /// Its form.
    pub template: Template,
    /// The first activity, and the second: the same where there is one only.
    pub activities: [Activity; 2],
    pub(super) activation: Option<Expression>,
    pub(super) target: Option<Expression>,
    /// How long may lie between the two.
    pub window: Window,
}

/// Whether a line states a constraint: a name, then activities in brackets.
pub(super) fn is_one(line: &str) -> bool {
    let head = line.split_once('[').map(|(head, _)| head.trim());
    let named = |head: &str| {
        !head.is_empty() && head.chars().all(|letter| letter.is_alphanumeric() || " -".contains(letter))
    };
    head.is_some_and(named) && !line.starts_with("bind ") && !line.starts_with("activity ")
}

pub(super) fn read(line: &str, number: usize, declared: &Declared) -> Result<Constraint, Fault> {
    let open = line.find('[').unwrap_or(0);
    let name = line.get(..open).unwrap_or("").trim();
    let template = Template::named(name).ok_or_else(|| unknown(name))?;
    let bars = line.get(open..).and_then(|rest| rest.find('|')).map_or(line.len(), |bar| open + bar);
    let close = line.get(open..bars).and_then(|within| within.rfind(']')).map(|at| open + at);
    let close = close.ok_or_else(|| {
        let mend = ["请在活动之后写“]”", "write `]` after the activities"];
        Fault::new(open, ["方括号没有关上", "the bracket is not closed"], mend)
    })?;
    let activities = activities(line, open + 1, close, template, declared)?;
    if let Some(stray) = line.get(close + 1..bars).filter(|between| !between.trim().is_empty()) {
        let stray = stray.trim();
        let what = [
            format!("“{stray}”写在活动与第一个“|”之间"),
            format!("`{stray}` stands between the activities and the first `|`"),
        ];
        return Err(Fault::new(close + 1, what, ["条件请写在“|”之后", "write a condition after a `|`"]));
    }
    let parts = parts(line, bars);
    let (conditions, times) = if template.is_binary() { (2, 2) } else { (1, 1) };
    let condition = |nth: usize| {
        let part = parts.get(nth).filter(|(_, text)| nth < conditions && !text.is_empty());
        part.map(|(at, text)| expression::read(text, *at, &declared.attributes)).transpose()
    };
    if let Some((at, text)) = parts.iter().skip(times + 1).find(|(_, text)| !text.is_empty()) {
        let what = [format!("“{text}”多出一段"), format!("`{text}` is one part too many")];
        let [zh, en] = if conditions == 1 { ["一", "one condition"] } else { ["两", "two conditions"] };
        let mend = [
            format!("{template} 有{zh}个条件和一个时间，各写在“|”之后"),
            format!("a {template} has {en} and a time, each after a `|`"),
        ];
        return Err(Fault::new(*at, what, mend));
    }
    let window = parts.get(times).filter(|(_, text)| !text.is_empty());
    let window = window.map(|(at, text)| window_of(text, *at)).transpose()?.unwrap_or_default();
    let (activation, target) = (condition(0)?, condition(1)?);
    Ok(Constraint { line: number, text: line.to_owned(), template, activities, activation, target, window })
}

fn unknown(name: &str) -> Fault {
    let what = [format!("没有叫做“{name}”的模板"), format!("no template is called `{name}`")];
    let letters = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
    if letters != name && Template::named(letters).is_some() {
        let mend = [
            "existence 和 absence 之后可写从1起的次数，exactly 之后可写从0起的次数，其他模板之后不写次数",
            "a count from 1 may stand after existence and absence, one from 0 after exactly, and none elsewhere",
        ];
        return Fault::new(0, what, mend);
    }
    let all = Template::ALL.iter().map(|(name, _)| *name);
    let lower = name.to_lowercase();
    let zh = match nearest(&lower, all.clone()) {
        Some(meant) => format!("是否指“{meant}”？"),
        None => format!("请写其中之一：{}", all.clone().collect::<Vec<_>>().join("、")),
    };
    Fault::new(0, what, [zh, meant(&lower, all, "write one of:")])
}

/// What stands after each `|`, with its place.
fn parts(line: &str, bars: usize) -> Vec<(usize, &str)> {
    let mut at = bars + 1;
    let rest = line.get(at..).unwrap_or("");
    let parts = rest.split('|').map(|part| {
        let place = at + part.len() - part.trim_start().len();
        at += part.len() + 1;
        (place, part.trim())
    });
    if bars < line.len() { parts.collect() } else { Vec::new() }
}

fn activities(
    line: &str,
    from: usize,
    to: usize,
    template: Template,
    declared: &Declared,
) -> Result<[Activity; 2], Fault> {
    let text = line.get(from..to).unwrap_or("");
    if text.split(',').any(|part| part.trim().is_empty()) {
        let mend = match template.is_binary() {
            true => ["请写两个，如“[A, B]”", "write two, as in `[A, B]`"],
            false => ["请写一个，如“[A]”", "write one, as in `[A]`"],
        };
        let what = ["方括号里缺少活动", "an activity is missing between the brackets"];
        return Err(Fault::new(from, what, mend));
    }
    if !template.is_binary() {
        let one = Activity::from(text.trim());
        return Ok([one.clone(), one]);
    }
    let known = |name: &str| declared.activities.iter().any(|activity| activity.as_str() == name);
    let commas = text.match_indices(',');
    let splits: Vec<(&str, &str)> =
        commas.filter_map(|(at, _)| Some((text.get(..at)?.trim(), text.get(at + 1..)?.trim()))).collect();
    // An activity's own name may hold a comma.
    let split = splits.iter().find(|(first, second)| known(first) && known(second));
    match (split, splits.as_slice()) {
        (Some((first, second)), _) | (None, [(first, second)]) => {
            Ok([Activity::from(*first), Activity::from(*second)])
        }
        (None, []) => {
            let [zh, en] = if text.contains('，') {
                ["，以半角逗号“,”分隔", ", parted by the comma `,`"]
            } else {
                [""; 2]
            };
            let mend = [
                format!("{template} 讲的是两个活动，如“[A, B]”{zh}"),
                format!("a {template} speaks of two activities, as in `[A, B]`{en}"),
            ];
            let what = [format!("“{text}”只是一个活动"), format!("`{text}` is one activity")];
            Err(Fault::new(from, what, mend))
        }
        (None, _) => {
            let what = [
                format!("“{text}”可以按几种方式分成两个活动"),
                format!("`{text}` can be divided into two activities in several ways"),
            ];
            let mend = ["请用“activity …”声明这两个活动", "declare both with `activity …`"];
            Err(Fault::new(from, what, mend))
        }
    }
}

/// `0,90,d`: at least, at most, and the unit.
fn window_of(text: &str, at: usize) -> Result<Window, Fault> {
    let wrong = || {
        let what =
            [format!("“{text}”不是两个事件之间的时间"), format!("`{text}` is not a time between two events")];
        let mend = [
            "请写至少、至多和单位（s、m、h 或 d），如“0,90,d”",
            "write at least, at most and a unit of s, m, h or d, as in `0,90,d`",
        ];
        Fault::new(at, what, mend)
    };
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let [least, most, unit] = parts.as_slice() else { return Err(wrong()) };
    let seconds = match unit.to_ascii_lowercase().as_str() {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return Err(wrong()),
    };
    let lapse = |count: &str| {
        let count = count.parse::<f64>().ok().and_then(|count| Lapse::of(count, seconds));
        count.ok_or_else(wrong)
    };
    let (least, most) = (lapse(least)?, lapse(most)?);
    if least > most {
        let what = [
            format!("“{text}”里没有任何时长：至少大于至多"),
            format!("`{text}` holds no length of time: at least is more than at most"),
        ];
        return Err(Fault::new(at, what, ["请先写较短的时间", "write the shorter time first"]));
    }
    Ok(Window { least: Some(least.into()), most: Some(most.into()) })
}
