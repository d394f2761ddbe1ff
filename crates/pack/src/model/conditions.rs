use super::{Condition, Field, FieldKind, Form, Id, Step, Title};
use crate::cel::{self, Bindings, Checked, Choice, Env, Outcome, Schema, Signature, Type, ValueRef};
use crate::problem::Problem;
use jiff::civil::Date;
use record::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Condition {
    /// Checks the condition against what it may speak of.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place in the file.
    pub fn check(&self, env: &Env) -> Result<Checked, Vec<Problem>> {
        let place = |problem: cel::Problem| {
            let before = self.source.get(..problem.span.range().start).unwrap_or_default();
            let mut place = self.place.clone();
            // The condition's place is that of its opening quote.
            place.column += 1 + before.chars().count();
            place.problem(format!("in the condition, {}", problem.what), problem.mend)
        };
        let expr = cel::parse(&self.source).map_err(|problem| vec![place(problem)])?;
        cel::check(&expr, env, &Type::Bool).map_err(|problems| problems.into_iter().map(place).collect())
    }
}

/// The conditions of a procedure, checked against what they may speak of: `form`, the answers so far; `steps`, how each
/// step ended and what it recorded; `today`; and `age(born, day)`, the whole years from one day to another.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    env: Env,
    checked: BTreeMap<String, Arc<Checked>>,
    kinds: BTreeMap<Id, FieldKind>,
    steps: BTreeMap<Id, BTreeMap<Id, FieldKind>>,
}

/// What is known of a case when a condition is asked.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// The form's answers in clear.
    pub form: Option<&'a BTreeMap<Id, Value>>,
    /// For each step that is done, its last outcome and what it recorded.
    pub steps: Vec<(&'a Id, &'a Id, &'a BTreeMap<Id, Value>)>,
    /// The day on which it is asked.
    pub today: Date,
}

impl Conditions {
    /// What conditions over `form` and `steps` may speak of.
    pub fn new(form: &Form, steps: &[Step]) -> Self {
        let fields = |form: &Form| form.fields.iter().map(schema_field).collect::<Vec<_>>();
        let kinds = |form: &Form| form.fields.iter().map(|f| (f.id.clone(), f.kind.clone())).collect();
        let of_step = |step: &Step| {
            let outcomes = step.outcomes.iter().map(|outcome| choice(&outcome.id, &outcome.title));
            let mut all = fields(&step.form);
            let ended = Title::new("结果", "outcome");
            all.push(
                cel::Field::new("outcome", Type::choice(outcomes)).titled(&ended.zh, &ended.en).optional(),
            );
            let name = format!("steps.{}", step.id);
            let object = Type::Object(Arc::new(Schema::new(name, all)));
            cel::Field::new(step.id.as_str(), object).titled(&step.title.zh, &step.title.en).optional()
        };
        let form_type = Type::Object(Arc::new(Schema::new("form", fields(form))));
        let steps_type = Type::Object(Arc::new(Schema::new("steps", steps.iter().map(of_step))));
        let age = Signature::new("age", [Type::Date, Type::Date], Type::Int)
            .titled("从{0}到{1}的周岁数", "the age from {0} to {1}");
        // Their fields say enough: “date of birth is before today”.
        let untitled = || cel::Title::new("", "");
        let env = Env::new()
            .variable("form", form_type, untitled())
            .variable("steps", steps_type, untitled())
            .variable("today", Type::Date, cel::Title::new("今天", "today"))
            .function(age.total());
        let steps = steps.iter().map(|step| (step.id.clone(), kinds(&step.form))).collect();
        Self { env, checked: BTreeMap::new(), kinds: kinds(form), steps }
    }

    /// Checks a condition and keeps it, so that it can be asked.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place in the file.
    pub fn add(&mut self, condition: &Condition) -> Result<(), Vec<Problem>> {
        if self.checked.contains_key(&condition.source) {
            return Ok(());
        }
        let checked = condition.check(&self.env)?;
        self.checked.insert(condition.source.clone(), Arc::new(checked));
        Ok(())
    }

    /// Whether `condition` holds; `None` where an answer that decides it is missing.
    pub fn holds(&self, condition: &Condition, known: &Known<'_>) -> Option<bool> {
        let checked = self.checked.get(&condition.source)?;
        let mut bindings = Bindings::new(&self.env);
        let mut bind = |path: &[&str], value: Option<cel::Value>| {
            // A value that no longer fits its field, from before a migration, is as good as none.
            let _ = value.map(|value| bindings.set(path, value));
        };
        for (id, value) in known.form.into_iter().flatten() {
            bind(&["form", id.as_str()], self.kinds.get(id).and_then(|kind| cel_value(kind, value)));
        }
        for (step, outcome, answers) in &known.steps {
            bind(&["steps", step.as_str(), "outcome"], Some(outcome.as_str().into()));
            for (id, value) in *answers {
                let kind = self.steps.get(*step).and_then(|kinds| kinds.get(id));
                let value = kind.and_then(|kind| cel_value(kind, value));
                bind(&["steps", step.as_str(), id.as_str()], value);
            }
        }
        bind(&["today"], Some(cel::Value::Date(known.today)));
        match checked.eval(&bindings, &call) {
            Outcome::Value(cel::Value::Bool(truth)) => Some(truth),
            _ => None,
        }
    }

    /// The condition in plain words, where it was checked.
    pub fn explain(&self, condition: &Condition) -> Option<Title> {
        let explanation = cel::explain(self.checked.get(&condition.source)?);
        Some(Title::new(&explanation.zh, &explanation.en))
    }

    /// The checked form of a condition.
    pub fn checked(&self, condition: &Condition) -> Option<&Arc<Checked>> {
        self.checked.get(&condition.source)
    }
}

fn call(name: &str, args: &[ValueRef<'_>]) -> Result<Option<cel::Value>, String> {
    match (name, args) {
        ("age", [ValueRef::Date(from), ValueRef::Date(to)]) => Ok(Some(age(*from, *to).into())),
        _ => Err(format!("the function `{name}` is not provided here")),
    }
}

/// The whole years from `from` to `to`; one born on 29 February is a year older on 1 March of a common year.
fn age(from: Date, to: Date) -> i64 {
    let unreached = (to.month(), to.day()) < (from.month(), from.day());
    i64::from(to.year()) - i64::from(from.year()) - i64::from(unreached)
}

fn choice(id: &Id, title: &Title) -> Choice {
    Choice { value: id.as_str().into(), title: cel::Title::new(&title.zh, &title.en) }
}

/// A field as conditions see it. Money is in fen; a file can only be asked for with `has`.
fn schema_field(field: &Field) -> cel::Field {
    let choices = |all: &[super::Choice]| Type::choice(all.iter().map(|one| choice(&one.id, &one.title)));
    let ty = match &field.kind {
        FieldKind::Integer { .. } | FieldKind::Money => Type::Int,
        FieldKind::Date => Type::Date,
        FieldKind::Moment => Type::Timestamp,
        FieldKind::Truth => Type::Bool,
        FieldKind::Choice(all) => choices(all),
        FieldKind::Choices(all) => Type::list(choices(all)),
        _ => Type::String,
    };
    cel::Field::new(field.id.as_str(), ty).titled(&field.title.zh, &field.title.en).optional()
}

fn cel_value(kind: &FieldKind, value: &Value) -> Option<cel::Value> {
    Some(match (kind, value) {
        (FieldKind::Date, Value::Text(text)) => cel::Value::Date(text.parse().ok()?),
        (_, Value::Text(text)) => text.as_ref().into(),
        (_, Value::Integer(number)) => (*number).into(),
        (_, Value::Boolean(truth)) => (*truth).into(),
        (_, Value::Time(time)) => cel::Value::Timestamp(*time),
        (_, Value::File(file)) => file.name.as_ref().into(),
        (_, Value::List(items)) => {
            let texts = items.iter().filter_map(Value::as_text);
            cel::Value::list(texts.map(cel::Value::from).collect::<Vec<_>>())
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn a_year_is_full_on_its_day() {
        let day = |text: &str| text.parse().unwrap();
        let check = |from, to| age(day(from), day(to));
        assert_eq!(check("2010-06-15", "2026-06-14"), 15);
        assert_eq!(check("2010-06-15", "2026-06-15"), 16);
        assert_eq!(check("2008-02-29", "2026-02-28"), 17);
        assert_eq!(check("2008-02-29", "2026-03-01"), 18);
        assert_eq!(check("2026-06-15", "2026-06-15"), 0);
    }
}
