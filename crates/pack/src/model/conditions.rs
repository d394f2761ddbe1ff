use super::{Condition, Field, FieldKind, Form, Id, Step};
use crate::Title;
use crate::cel::{
    self, Bindings, Checked, Choice, Env, Outcome, Schema, Signature, Slot, Source, Type, ValueRef,
};
use crate::problem::Problem;
use jiff::civil::Date;
use record::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

impl Condition {
    /// Checks the condition against what it may speak of.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place in the file.
    pub fn check(&self, env: &Env) -> Result<Checked, Vec<Problem>> {
        let expr = self.parse().map_err(|problem| vec![problem])?;
        cel::check(&expr, env, &Type::Bool)
            .map_err(|problems| problems.into_iter().map(|one| self.at(one)).collect())
    }

    /// Its syntax, whatever it may speak of.
    ///
    /// # Errors
    /// The first place that is no CEL.
    pub(crate) fn parse(&self) -> Result<cel::Expr, Problem> {
        cel::parse(&self.source).map_err(|problem| self.at(problem))
    }

    fn at(&self, problem: cel::Problem) -> Problem {
        let before = self.source.get(..problem.span.range().start).unwrap_or_default();
        let place = self.opening.place(&self.place, before);
        place.problem(format!("in the condition, {}", problem.what), problem.mend)
    }
}

/// The conditions of a procedure, checked against what they may speak of: `form`, the answers so far; `steps`, how each
/// step ended and what it recorded; `today`; and `age(born, day)`, the whole years from one day to another.
#[derive(Clone, Debug, Default)]
pub struct Conditions {
    env: Env,
    checked: BTreeMap<String, Asked>,
    /// The form's fields that any of them speaks of.
    fields: BTreeSet<Id>,
    /// What steps record that any of them speaks of: step and field.
    recorded: BTreeSet<(Id, Id)>,
    kinds: BTreeMap<Id, FieldKind>,
    steps: BTreeMap<Id, BTreeMap<Id, FieldKind>>,
}

/// What is not known of the form and the steps that conditions speak of: where nobody uses what procedures share, or where a
/// part could not be read. What is said of it is no fault.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gaps {
    /// The form may have other fields too.
    pub(crate) form: bool,
    /// Its fields of which it is not known what an answer is.
    pub(crate) fields: BTreeSet<Id>,
    /// There may be other steps too.
    pub(crate) steps: bool,
    /// The steps may end otherwise, and record other things.
    pub(crate) in_steps: bool,
}

impl Gaps {
    /// Nothing but syntax and the types of what is written out can be told.
    pub(crate) fn all() -> Self {
        Self { form: true, steps: true, in_steps: true, ..Self::default() }
    }

    /// Whether everything is known.
    pub(crate) fn is_none(&self) -> bool {
        !self.form && self.fields.is_empty() && !self.steps && !self.in_steps
    }

    /// Adds what else is not known.
    pub(crate) fn join(&mut self, other: &Self) {
        self.form |= other.form;
        self.fields.extend(other.fields.iter().cloned());
        self.steps |= other.steps;
        self.in_steps |= other.in_steps;
    }
}

/// A condition with what it speaks of.
#[derive(Clone, Debug)]
struct Asked {
    checked: Arc<Checked>,
    needs: Vec<(Slot, Need)>,
}

/// A fact that a condition speaks of.
#[derive(Clone, Debug)]
enum Need {
    /// An answer to the form.
    Field(Id),
    /// How a step last ended.
    Outcome(Id),
    /// What a step recorded.
    Recorded(Id, Id),
    /// The day.
    Today,
    /// All answers, or all that steps tell.
    Whole,
}

/// The facts that one condition speaks of, as they are known.
struct Facts(Vec<(Slot, Option<cel::Value>)>);

impl Source for Facts {
    fn get(&self, slot: Slot) -> Option<ValueRef<'_>> {
        self.0.iter().find(|(one, _)| *one == slot)?.1.as_ref().map(cel::Value::view)
    }
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
        Self::within(form, steps, &Gaps::default())
    }

    /// The same where not all of the form and the steps is known.
    pub(crate) fn within(form: &Form, steps: &[Step], gaps: &Gaps) -> Self {
        let of_step = |step: &Step| {
            let outcomes = step.outcomes.iter().map(|outcome| choice(&outcome.id, &outcome.title));
            let outcomes = if gaps.in_steps { Type::String } else { Type::choice(outcomes) };
            let mut all: Vec<cel::Field> = step.form.fields.iter().map(schema_field).collect();
            if gaps.in_steps {
                all.iter_mut().for_each(|field| field.ty = Type::Dyn);
            }
            let ended = Title::new("结果", "outcome");
            all.push(cel::Field::new("outcome", outcomes).titled(&ended.zh, &ended.en).optional());
            let name = format!("steps.{}", step.id);
            let object = Type::Object(Arc::new(Schema::new(name, all).open_if(gaps.in_steps)));
            cel::Field::new(step.id.as_str(), object).titled(&step.title.zh, &step.title.en).optional()
        };
        let all = Schema::new("steps", steps.iter().map(of_step));
        let steps_type = Type::Object(Arc::new(all.open_if(gaps.steps || gaps.in_steps)));
        let steps = steps.iter().map(|step| (step.id.clone(), kinds_of(&step.form))).collect();
        let mut fields: Vec<cel::Field> = form.fields.iter().map(schema_field).collect();
        for field in fields.iter_mut().filter(|field| gaps.fields.contains(field.id.as_str())) {
            field.ty = Type::Dyn;
        }
        let form_type = Type::Object(Arc::new(Schema::new("form", fields).open_if(gaps.form)));
        let age = Signature::new("age", [Type::Date, Type::Date], Type::Int)
            .titled("从{0}到{1}的周岁数", "the age from {0} to {1}");
        // Their fields say enough: “date of birth is before today”.
        let untitled = || Title::new("", "");
        let env = Env::new()
            .variable("form", form_type, untitled())
            .variable("steps", steps_type, untitled())
            .variable("today", Type::Date, Title::new("今天", "today"))
            .function(age.total());
        Self {
            env,
            checked: BTreeMap::new(),
            fields: BTreeSet::new(),
            recorded: BTreeSet::new(),
            kinds: kinds_of(form),
            steps,
        }
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
        let needs: Vec<_> = checked.slots().into_iter().map(|slot| (slot, need(&self.env, slot))).collect();
        for (_, need) in &needs {
            match need {
                Need::Field(field) => drop(self.fields.insert(field.clone())),
                Need::Recorded(step, field) => drop(self.recorded.insert((step.clone(), field.clone()))),
                Need::Whole => {
                    self.fields.extend(self.kinds.keys().cloned());
                    let of_step = |(step, kinds): (&Id, &BTreeMap<Id, FieldKind>)| {
                        kinds.keys().map(|field| (step.clone(), field.clone())).collect::<Vec<_>>()
                    };
                    self.recorded.extend(self.steps.iter().flat_map(of_step));
                }
                Need::Outcome(_) | Need::Today => {}
            }
        }
        self.checked.insert(condition.source.clone(), Asked { checked: Arc::new(checked), needs });
        Ok(())
    }

    /// Whether any of the conditions speaks of the form's field: if none does, its answer decides nothing, and need not be
    /// known in clear.
    pub fn speak_of(&self, field: &Id) -> bool {
        self.fields.contains(field)
    }

    /// The same of what a step records.
    pub fn speak_of_recorded(&self, step: &Id, field: &Id) -> bool {
        self.recorded.contains(&(step.clone(), field.clone()))
    }

    /// The fields that `condition` speaks of: of the form, or of what `step` records.
    pub fn asks<'a>(&'a self, condition: &Condition, step: Option<&'a Id>) -> impl Iterator<Item = &'a Id> {
        let needs =
            self.checked.get(&condition.source).map(|asked| asked.needs.as_slice()).unwrap_or_default();
        needs.iter().filter_map(move |(_, need)| match need {
            Need::Field(field) if step.is_none() => Some(field),
            Need::Recorded(of, field) if step == Some(of) => Some(field),
            _ => None,
        })
    }

    /// Whether `condition` holds; `None` where an answer that decides it is missing.
    pub fn holds(&self, condition: &Condition, known: &Known<'_>) -> Option<bool> {
        let Asked { checked, needs } = self.checked.get(&condition.source)?;
        let outcome = if needs.iter().any(|(_, need)| matches!(need, Need::Whole)) {
            checked.eval(&self.bindings(known), &call)
        } else {
            let facts = needs.iter().map(|(slot, need)| (*slot, self.fact(need, known)));
            checked.eval(&Facts(facts.collect()), &call)
        };
        match outcome {
            Outcome::Value(cel::Value::Bool(truth)) => Some(truth),
            _ => None,
        }
    }

    /// A fact, where it is known. A value that no longer fits its field, from before a migration, is as good as none.
    fn fact(&self, need: &Need, known: &Known<'_>) -> Option<cel::Value> {
        let of_step = |id: &Id| known.steps.iter().find(|(step, ..)| *step == id);
        let fits = |path: &[&str], value: cel::Value| {
            let place = self.env.at(path).and_then(|slot| self.env.place(slot));
            place.is_some_and(|place| place.ty.admits(value.view())).then_some(value)
        };
        match need {
            Need::Field(id) => {
                let value = cel_value(self.kinds.get(id)?, known.form?.get(id)?)?;
                fits(&["form", id.as_str()], value)
            }
            Need::Outcome(step) => {
                let (_, outcome, _) = of_step(step)?;
                fits(&["steps", step.as_str(), "outcome"], outcome.as_str().into())
            }
            Need::Recorded(step, id) => {
                let (_, _, answers) = of_step(step)?;
                let value = cel_value(self.steps.get(step)?.get(id)?, answers.get(id)?)?;
                fits(&["steps", step.as_str(), id.as_str()], value)
            }
            Need::Today => Some(cel::Value::Date(known.today)),
            Need::Whole => None,
        }
    }

    /// Everything that is known, by place.
    fn bindings(&self, known: &Known<'_>) -> Bindings {
        let mut bindings = Bindings::new(&self.env);
        let mut bind = |path: &[&str], need: Need| {
            // What does not fit was left out by `fact`.
            let _ = self.fact(&need, known).map(|value| bindings.set(path, value));
        };
        for id in known.form.into_iter().flat_map(BTreeMap::keys) {
            bind(&["form", id.as_str()], Need::Field(id.clone()));
        }
        for (step, _, answers) in &known.steps {
            bind(&["steps", step.as_str(), "outcome"], Need::Outcome((*step).clone()));
            for id in answers.keys() {
                bind(&["steps", step.as_str(), id.as_str()], Need::Recorded((*step).clone(), id.clone()));
            }
        }
        bind(&["today"], Need::Today);
        bindings
    }

    /// What the answers that conditions speak of can be, by their kinds.
    pub(crate) fn bounds(&self) -> cel::Bounds {
        let mut bounds = cel::Bounds::of(&self.env);
        let own = self.kinds.iter().map(|(id, kind)| (vec!["form", id.as_str()], kind));
        let recorded = self.steps.iter().flat_map(|(step, kinds)| {
            kinds.iter().map(move |(id, kind)| (vec!["steps", step.as_str(), id.as_str()], kind))
        });
        for (path, kind) in own.chain(recorded) {
            let FieldKind::Integer { min, max } = *kind else { continue };
            // Bounds between which there is nothing are told where they stand.
            let sound = min.zip(max).is_none_or(|(least, most)| least <= most);
            if let Some(slot) = self.env.at(&path).filter(|_| sound) {
                bounds.number(slot, min, max);
            }
        }
        bounds
    }

    /// The condition in plain words, where it was checked.
    pub fn explain(&self, condition: &Condition) -> Option<Title> {
        let explanation = cel::explain(self.checked(condition)?);
        Some(Title::new(&explanation.zh, &explanation.en))
    }

    /// The checked form of a condition.
    pub fn checked(&self, condition: &Condition) -> Option<&Arc<Checked>> {
        self.checked.get(&condition.source).map(|asked| &asked.checked)
    }
}

fn need(env: &Env, slot: Slot) -> Need {
    let path: Vec<&str> =
        env.place(slot).into_iter().flat_map(|place| &place.path).map(|id| id.as_str()).collect();
    match path.as_slice() {
        ["form", field] => Need::Field((*field).into()),
        ["steps", step, "outcome"] => Need::Outcome((*step).into()),
        ["steps", step, field] => Need::Recorded((*step).into(), (*field).into()),
        ["today"] => Need::Today,
        _ => Need::Whole,
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
    Choice { value: id.as_str().into(), title: title.clone() }
}

fn kinds_of(form: &Form) -> BTreeMap<Id, FieldKind> {
    form.fields.iter().map(|field| (field.id.clone(), field.kind.clone())).collect()
}

/// A field as conditions see it. Money is in fen; a file can only be asked for with `has`.
pub(crate) fn schema_field(field: &Field) -> cel::Field {
    let choices = |all: &[super::Choice]| match all {
        // That there is nothing to choose from is told at the field, and not again at what speaks of it.
        [] => Type::String,
        all => Type::choice(all.iter().map(|one| choice(&one.id, &one.title))),
    };
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
