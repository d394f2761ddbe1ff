use super::expression::{Expression, Place, Sign};
use super::{Constraint, Declared, Fault};
use crate::condition::{Condition, Language};
use crate::log::Values;
use crate::model::{Model, Pattern, Template};
use record::{Name, Time};

/// A constraint as a model: its conditions become conditions in CEL, typed by what the log holds.
pub(super) fn model(
    declared: &Declared,
    constraint: &Constraint,
    language: &Language<'_>,
) -> Result<Model, Fault> {
    let translator = Translator { declared, language };
    for activity in &constraint.activities {
        let named = |known: &record::Activity| known == activity;
        if !declared.activities.iter().any(named) && language.log().activity_code(activity.as_str()).is_none()
        {
            let at = constraint.text.find(activity.as_str()).unwrap_or(0);
            let what = [
                format!("日志里没有叫做“{activity}”的活动，文件也没有声明它"),
                format!("nothing in the log is called `{activity}`, and the file declares no such activity"),
            ];
            let mend = [
                format!("请在上面写“activity {activity}”，或者改正名称"),
                format!("write `activity {activity}` above, or mend the name"),
            ];
            return Err(Fault::new(at, what, mend));
        }
    }
    let [mut first, mut second] = constraint.activities.clone().map(Pattern::of);
    let activation = translator.condition(constraint.activation.as_ref(), false)?;
    let [alone, both] = constraint.target.as_ref().map(divided).unwrap_or_default();
    let target = translator.condition(alone.as_ref(), true)?;
    let exchanged = constraint.template.is_activated_by_second();
    let (of_first, of_second) = if exchanged { (target, activation) } else { (activation, target) };
    match constraint.template {
        Template::Choice | Template::ExclusiveChoice => second.condition = of_first.clone(),
        _ => second.condition = of_second,
    }
    first.condition = of_first;
    let correlation = both.as_ref().map(|both| translator.source(both, Roles::Both)).transpose()?;
    let correlation =
        correlation.map(|source| language.correlation(&source).map_err(|all| refused(constraint, &all)));
    Ok(Model {
        name: constraint.text.clone(),
        template: constraint.template,
        first,
        second,
        correlation: correlation.transpose()?,
        window: constraint.window.clone(),
    })
}

/// What a second condition says of the target alone, and what of both: `T.n > 1 and same who` says one of each. In a succession,
/// where either event may ask for the other, the first decides which events ask at all.
fn divided(target: &Expression) -> [Option<Expression>; 2] {
    let (both, alone): (Vec<_>, Vec<_>) = parts(target).into_iter().cloned().partition(speaks_of_both);
    [alone, both].map(|mut parts| if parts.len() > 1 { Some(Expression::And(parts)) } else { parts.pop() })
}

/// What must hold one beside the other.
fn parts(expression: &Expression) -> Vec<&Expression> {
    match expression {
        Expression::And(all) => all.iter().flat_map(parts).collect(),
        one => vec![one],
    }
}

fn speaks_of_both(expression: &Expression) -> bool {
    let mut seen = [false; 2];
    expression.sides(&mut |target| seen[usize::from(target)] = true);
    seen[0]
}

fn refused(constraint: &Constraint, problems: &[pack::cel::Problem]) -> Fault {
    let at = constraint.text.find('|').map_or(0, |bar| bar + 1);
    unjudged(at, "the conditions", problems)
}

fn unjudged(at: usize, which: &str, problems: &[pack::cel::Problem]) -> Fault {
    let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let what = [
        "条件无法判断：相比的两边不是同一类值".to_owned(),
        format!("{which} cannot be judged: {}", all.join("; ")),
    ];
    Fault::new(at, what, ALIKE)
}

const ALIKE: [&str; 2] = ["请用同类的值相比", "compare like with like"];

/// Whom a condition speaks of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Roles {
    /// One event.
    One,
    /// Activation and target.
    Both,
}

struct Translator<'a> {
    declared: &'a Declared,
    language: &'a Language<'a>,
}

impl Translator<'_> {
    /// A condition on one event, the activation or the target.
    fn condition(&self, expression: Option<&Expression>, target: bool) -> Result<Option<Condition>, Fault> {
        let Some(expression) = expression else { return Ok(None) };
        self.only(expression, target)?;
        let source = self.source(expression, Roles::One)?;
        let told = |problems: Vec<_>| unjudged(first_place(expression), "the condition", &problems);
        self.language.condition(&source).map(Some).map_err(told)
    }

    /// Refuses what speaks of the other event.
    fn only(&self, expression: &Expression, target: bool) -> Result<(), Fault> {
        let mut other = false;
        expression.sides(&mut |of_target| other |= of_target != target);
        if !other {
            return Ok(());
        }
        let what = ["激活条件讲到了目标事件", "the condition on the activation speaks of the target"];
        let mend = [
            "两个事件请在第二个条件里相比，写在第二个与第三个“|”之间",
            "compare the two in the second condition, between the second `|` and the third",
        ];
        Err(Fault::new(first_place(expression), what, mend))
    }

    fn source(&self, expression: &Expression, roles: Roles) -> Result<String, Fault> {
        let join = |all: &[Expression], sign: &str| {
            let all: Result<Vec<String>, Fault> = all.iter().map(|one| self.source(one, roles)).collect();
            all.map(|all| format!("({})", all.join(sign)))
        };
        match expression {
            Expression::And(all) => join(all, " && "),
            Expression::Or(all) => join(all, " || "),
            Expression::Not(one) => self.source(one, roles).map(|one| format!("!{one}")),
            Expression::Same { attribute, equal, at } => {
                self.known(attribute, *at)?;
                let (name, sign) = (quoted(attribute.as_str()), if *equal { "==" } else { "!=" });
                Ok(format!("(activation[{name}] {sign} target[{name}])"))
            }
            Expression::In { place, values } => {
                let all: Result<Vec<String>, Fault> =
                    values.iter().map(|value| self.compared(place, Sign::Equal, value, roles)).collect();
                all.map(|all| format!("({})", all.join(" || ")))
            }
            Expression::Compare { place, sign, value } => self.compared(place, *sign, value, roles),
            Expression::Beside { place, sign, other } => self.beside(place, *sign, other, roles),
        }
    }

    fn known(&self, attribute: &Name, at: usize) -> Result<(), Fault> {
        if self.declared.attributes.contains(attribute)
            || self.language.log().column(attribute.as_str()).is_some()
        {
            return Ok(());
        }
        let what = [
            format!("日志里没有事件带有属性“{attribute}”，文件也没有声明它"),
            format!("no event of the log has an attribute `{attribute}`, and the file declares none"),
        ];
        let mend = [
            format!("请用“bind 活动: {attribute}”绑定它，或者改正名称"),
            format!("bind it with `bind ACTIVITY: {attribute}`, or mend the name"),
        ];
        Err(Fault::new(at, what, mend))
    }

    /// A comparison in CEL: the constant takes the type of the log's values.
    fn compared(&self, place: &Place, sign: Sign, value: &str, roles: Roles) -> Result<String, Fault> {
        self.known(&place.attribute, place.at)?;
        let operand = operand(place, roles);
        let values = self.values(place);
        let number = value.parse::<f64>().ok().filter(|number| number.is_finite());
        let ordered = !matches!(sign, Sign::Equal | Sign::Unequal);
        let wrong = |[zh, en]: [&str; 2]| {
            let attribute = &place.attribute;
            let what = [
                format!("“{value}”不能与“{attribute}”相比，它的值是{zh}"),
                format!("`{value}` cannot be compared with `{attribute}`, whose values are {en}"),
            ];
            Err(Fault::new(place.at, what, [format!("请写{zh}"), format!("write a value that is {en}")]))
        };
        let (operand, constant) = match (values, number) {
            (Some(Values::Integer(_)), Some(_)) if value.parse::<i64>().is_ok() => {
                (operand, value.to_owned())
            }
            (Some(Values::Integer(_)), Some(number)) => (format!("double({operand})"), double(number)),
            (Some(Values::Float(_)), Some(number)) => (operand, double(number)),
            (Some(Values::Integer(_) | Values::Float(_)), None) => return wrong(["数字", "numbers"]),
            (Some(Values::Boolean(_)), _) => match value.to_ascii_lowercase().as_str() {
                truth @ ("true" | "false") => (operand, truth.to_owned()),
                _ => return wrong(["真假（true 或 false）", "true or false"]),
            },
            (Some(Values::Time(_)), _) => match Time::parse(value) {
                Ok(time) => (operand, format!("timestamp({})", quoted(&time.to_string()))),
                Err(_) => {
                    let en = "moments, such as 2026-01-31T08:30:00+08:00";
                    return wrong(["时间，如 2026-01-31T08:30:00+08:00", en]);
                }
            },
            (Some(Values::Text { distinct, .. }), Some(number)) if ordered => {
                // A log in CSV may write its numbers as texts.
                if !distinct.all().iter().any(|text| text.trim().parse::<f64>().is_ok()) {
                    return wrong(["文字", "texts"]);
                }
                (format!("double({operand})"), double(number))
            }
            (Some(Values::Mixed(_)) | None, Some(number)) => (operand, double(number)),
            _ => (operand, quoted(value)),
        };
        Ok(format!("({operand} {} {constant})", written(sign)))
    }

    fn values(&self, place: &Place) -> Option<&Values> {
        self.language.log().column(place.attribute.as_str()).map(crate::log::Column::values)
    }

    /// Two attributes compared: whole numbers and others as numbers with a fraction, all else like with like.
    fn beside(&self, place: &Place, sign: Sign, other: &Place, roles: Roles) -> Result<String, Fault> {
        self.known(&place.attribute, place.at)?;
        self.known(&other.attribute, other.at)?;
        let (left, right) = (operand(place, roles), operand(other, roles));
        let kinds = (self.values(place), self.values(other));
        let (left, right) = match kinds {
            (Some(Values::Integer(_)), Some(Values::Float(_))) => (format!("double({left})"), right),
            (Some(Values::Float(_)), Some(Values::Integer(_))) => (left, format!("double({right})")),
            (Some(one), Some(another)) if std::mem::discriminant(one) != std::mem::discriminant(another) => {
                let (one, another) = (&place.attribute, &other.attribute);
                let what = [
                    format!("“{one}”和“{another}”的值不是同一类"),
                    format!("`{one}` and `{another}` hold values of different kinds"),
                ];
                return Err(Fault::new(place.at, what, ALIKE));
            }
            _ => (left, right),
        };
        Ok(format!("({left} {} {right})", written(sign)))
    }
}

/// An attribute in CEL.
fn operand(place: &Place, roles: Roles) -> String {
    let of = match (roles, place.target) {
        (Roles::One, _) => "event",
        (Roles::Both, false) => "activation",
        (Roles::Both, true) => "target",
    };
    format!("{of}[{}]", quoted(place.attribute.as_str()))
}

/// A comparison as CEL writes it.
fn written(sign: Sign) -> &'static str {
    match sign {
        Sign::Equal => "==",
        Sign::Unequal => "!=",
        Sign::Less => "<",
        Sign::AtMost => "<=",
        Sign::More => ">",
        Sign::AtLeast => ">=",
    }
}

fn first_place(expression: &Expression) -> usize {
    match expression {
        Expression::And(all) | Expression::Or(all) => all.first().map_or(0, first_place),
        Expression::Not(one) => first_place(one),
        Expression::Compare { place, .. }
        | Expression::In { place, .. }
        | Expression::Beside { place, .. } => place.at,
        Expression::Same { at, .. } => *at,
    }
}

/// A number as CEL writes one with a fraction.
fn double(number: f64) -> String {
    format!("{number:?}")
}

/// A text as CEL writes it.
fn quoted(text: &str) -> String {
    let escaped = text.chars().fold(String::with_capacity(text.len() + 2), |mut quoted, letter| {
        match letter {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(letter);
            }
            letter if letter.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => quoted.push(letter),
        }
        quoted
    });
    format!("\"{escaped}\"")
}
