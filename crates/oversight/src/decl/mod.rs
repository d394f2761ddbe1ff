//! Models in the text of Declare files (`.decl`), as RuM and Declare4Py write it, so that users bring theirs along.
//!
//! A file declares activities (`activity A`), binds attributes to them (`bind A: x, y`), gives the attributes' values
//! (`x: integer between 1 and 5`) and states constraints (`Response[A, B] |A.x > 2 |T.y is on |0,90,d`): after the
//! activities come the condition on the activation, that on the target (which may compare both) and the time between
//! them. A constraint with one activity has no condition on a target. In precedences the second activity activates.

mod constraint;
mod expression;
mod translate;

pub use constraint::Constraint;

use crate::condition::Language;
use crate::log::Log;
use crate::model::Model;
use pack::Title;
use record::{Activity, Name};
use std::fmt;

/// A Declare file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declared {
    /// The activities that it declares, or that it binds attributes to.
    pub activities: Vec<Activity>,
    /// The attributes that it declares or binds.
    pub attributes: Vec<Name>,
    /// The constraints, in their order.
    pub constraints: Vec<Constraint>,
}

/// What is wrong with a Declare file, where, and the mend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// The character in it, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: Title,
    /// What to write instead.
    pub mend: Title,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.line, self.column, self.what.en, self.mend.en)
    }
}

/// Something wrong at a byte of a line.
#[derive(Debug)]
struct Fault {
    at: usize,
    what: Title,
    mend: Title,
}

impl Fault {
    /// What is wrong and the mend, each in Chinese and in English.
    fn new<T: AsRef<str>, U: AsRef<str>>(at: usize, what: [T; 2], mend: [U; 2]) -> Self {
        let said = |zh: &dyn AsRef<str>, en: &dyn AsRef<str>| Title::new(zh.as_ref(), en.as_ref());
        let ([what_zh, what_en], [mend_zh, mend_en]) = (what, mend);
        Self { at, what: said(&what_zh, &what_en), mend: said(&mend_zh, &mend_en) }
    }

    fn on(self, line: usize, text: &str) -> Problem {
        let column = text.get(..self.at).map_or(0, |before| before.chars().count()) + 1;
        Problem { line, column, what: self.what, mend: self.mend }
    }
}

/// Reads a Declare file.
///
/// # Errors
/// Every line that cannot be read.
pub fn read(text: &str) -> Result<Declared, Vec<Problem>> {
    let (declared, problems) = parse(text);
    if problems.is_empty() { Ok(declared) } else { Err(problems) }
}

/// The models of a Declare file over a log.
///
/// # Errors
/// Every line that cannot be read, and every one that speaks of what neither the file nor the log knows, in one go.
pub fn models(text: &str, log: &Log) -> Result<Vec<Model>, Vec<Problem>> {
    let (declared, mut problems) = parse(text);
    if declared.constraints.is_empty() && problems.is_empty() {
        let what =
            ["文件里没有约束，无可检查", "the file states no constraint, so that there is nothing to check"];
        let mend = [
            "请另起一行写一条约束，例如“Response[A, B] | | |”",
            "write one on a line of its own, such as `Response[A, B] | | |`",
        ];
        return Err(vec![Fault::new(0, what, mend).on(1, "")]);
    }
    match declared.models(&Language::new(log, &declared.attributes)) {
        Ok(models) if problems.is_empty() => return Ok(models),
        Ok(_) => {}
        Err(more) => problems.extend(more),
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Err(problems)
}

fn parse(text: &str) -> (Declared, Vec<Problem>) {
    let mut declared = Declared::default();
    let mut problems = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // What is declared may stand below what uses it.
    let lines = || text.lines().zip(1..).map(|(line, number)| (line.trim(), number));
    let others = lines().filter(|(line, _)| !constraint::is_one(line));
    for (line, number) in others {
        if let Err(fault) = declaration(line, &mut declared) {
            problems.push(fault.on(number, line));
        }
    }
    for (line, number) in lines().filter(|(line, _)| constraint::is_one(line)) {
        match constraint::read(line, number, &declared) {
            Ok(constraint) => declared.constraints.push(constraint),
            Err(fault) => problems.push(fault.on(number, line)),
        }
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    (declared, problems)
}

/// A line that states no constraint: nothing, a comment, or a declaration.
fn declaration(line: &str, declared: &mut Declared) -> Result<(), Fault> {
    let word = |word: &str| {
        let rest = line
            .get(..word.len())
            .filter(|start| start.eq_ignore_ascii_case(word))
            .and(line.get(word.len()..));
        rest.filter(|rest| rest.starts_with(char::is_whitespace)).map(str::trim)
    };
    if line.is_empty() || line.starts_with('#') {
        return Ok(());
    }
    if let Some(activity) = word("activity") {
        declared.activity(activity);
        return Ok(());
    }
    let names = |declared: &mut Declared, list: &str| {
        list.split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
            .for_each(|name| declared.attribute(name));
    };
    if let Some(bound) = word("bind") {
        // Names may hold colons; the one before the attributes has a blank after it.
        let (activity, attributes) = bound
            .split_once(": ")
            .or_else(|| bound.rsplit_once(':'))
            .ok_or_else(|| Fault::new(0, ["绑定没有写属性", "a binding names no attributes"], BINDING))?;
        if activity.trim().is_empty() || attributes.trim().is_empty() {
            let what = ["绑定缺少活动或者属性", "a binding lacks its activity or its attributes"];
            return Err(Fault::new(0, what, BINDING));
        }
        declared.activity(activity.trim());
        names(declared, attributes);
        return Ok(());
    }
    if let Some((attributes, values)) = line.split_once(": ") {
        if attributes.trim().is_empty() {
            let what = ["声明没有写属性", "a declaration names no attribute"];
            return Err(Fault::new(0, what, ["请写作“属性: 取值”", "write `ATTRIBUTE: VALUES`"]));
        }
        let values = values.trim_start();
        if !is_range(values.trim()) {
            let said = values.trim();
            let what = [format!("“{said}”不是取值范围"), format!("`{said}` is no range")];
            return Err(Fault::new(line.len() - values.len(), what, RANGE));
        }
        names(declared, attributes);
        return Ok(());
    }
    let what =
        [format!("“{line}”不是 Declare 文件的写法"), format!("`{line}` is nothing that a Declare file says")];
    let mend = [
        "请写“activity …”、“bind …: …”、“属性: 取值”，或者“Response[A, B] | | |”这样的约束",
        "write `activity …`, `bind …: …`, `ATTRIBUTE: VALUES`, or a constraint such as `Response[A, B] | | |`",
    ];
    Err(Fault::new(0, what, mend))
}

const BINDING: [&str; 2] = ["请写作“bind 活动: 属性, 属性”", "write `bind ACTIVITY: ATTRIBUTE, ATTRIBUTE`"];
const RANGE: [&str; 2] = [
    "请写作“integer between 1 and 5”，小的数在前",
    "write it like `integer between 1 and 5`, the lesser number first",
];

/// What `integer between 1 and 5` says must be a range; anything else is a list of values.
fn is_range(values: &str) -> bool {
    let lower = values.to_ascii_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let number = |word: &str| word.parse::<f64>().ok().filter(|number| number.is_finite());
    match words.as_slice() {
        ["integer" | "float", "between", least, "and", most] => {
            number(least).zip(number(most)).is_some_and(|(least, most)| least <= most)
        }
        ["integer" | "float", "between", ..] => false,
        _ => true,
    }
}

impl Declared {
    fn activity(&mut self, name: &str) {
        if !self.activities.iter().any(|known| known.as_str() == name) {
            self.activities.push(name.into());
        }
    }

    fn attribute(&mut self, name: &str) {
        if !self.attributes.iter().any(|known| known.as_str() == name) {
            self.attributes.push(name.into());
        }
    }

    /// The constraints as models over a log; `language` must know [`Self::attributes`].
    ///
    /// # Errors
    /// Every constraint that speaks of what neither the file nor the log knows, compares what cannot be compared, or asks for
    /// times where the log has none.
    pub fn models(&self, language: &Language<'_>) -> Result<Vec<Model>, Vec<Problem>> {
        let mut models = Vec::new();
        let mut problems = Vec::new();
        for constraint in &self.constraints {
            let model = translate::model(self, constraint, language).and_then(|model| {
                let Some(what) = model.unmeasured(language.log()) else { return Ok(model) };
                let at = constraint.text.rfind('|').map_or(0, |bar| bar + 1);
                Err(Fault { at, what, mend: Model::unmeasured_mend() })
            });
            match model {
                Ok(model) => models.push(model),
                Err(fault) => problems.push(fault.on(constraint.line, &constraint.text)),
            }
        }
        if problems.is_empty() { Ok(models) } else { Err(problems) }
    }
}
