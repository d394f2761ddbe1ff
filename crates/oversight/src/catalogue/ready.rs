use super::rewrite;
use crate::condition::{Condition, Correlation, Language};
use crate::log::Values;
use crate::model::{self, Lapse, Length, Window};
use pack::cel::{self, Checked, Env, Expr, ExprKind, Literal, Word};
use pack::days::{Calendar, Term};
use pack::models::{self, Kind, Model, Pattern, Scope, Subject};
use pack::{Definitions, Id, Problem, model as packs};
use record::Name;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// A model made ready for a log.
#[derive(Clone, Debug)]
pub struct Ready {
    /// What the evaluator needs; it is named by the model's id.
    pub model: model::Model,
    /// Over the events of which objects.
    pub scope: Scope,
    /// The procedure whose cases alone it speaks of.
    pub procedure: Option<Id>,
}

/// Makes models ready for a log.
pub struct Unready<'a> {
    all: &'a Definitions,
    language: &'a Language<'a>,
    calendar: Option<Arc<Calendar>>,
    terms: BTreeMap<String, Arc<Term>>,
}

impl<'a> Unready<'a> {
    /// `language` must know the attributes of which the models speak.
    pub fn new(all: &'a Definitions, language: &'a Language<'a>) -> Self {
        let calendar = all.law.as_ref().map(|law| Arc::new(law.calendar.clone()));
        Self { all, language, calendar, terms: BTreeMap::new() }
    }

    /// A model made ready.
    ///
    /// # Errors
    /// What the log's values do not allow to say, at its place in the pack.
    pub fn ready(&mut self, model: &Model) -> Result<Ready, Vec<Problem>> {
        let procedure = match &model.on {
            Subject::Procedure(procedure) => Some(procedure.clone()),
            Subject::Record | Subject::Log(_) => None,
        };
        let mut problems = Vec::new();
        let mut pattern = |pattern: &Pattern| {
            let condition = self.condition(model, pattern.condition.as_ref());
            let condition = condition.unwrap_or_else(|found| {
                problems.extend(found);
                None
            });
            model::Pattern { activities: pattern.activities.clone(), condition }
        };
        let first = pattern(&model.first);
        let second = model.second.as_ref().map_or_else(|| first.clone(), pattern);
        let correlation = model.correlation.as_ref().map(|both| self.correlation(model, both)).transpose();
        let correlation = correlation.unwrap_or_else(|found| {
            problems.extend(found);
            None
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        let window =
            Window { least: self.length(&model.window.least), most: self.length(&model.window.most) };
        let name = model.id.to_string();
        let template = model.template;
        let ready = model::Model { name, template, first, second, correlation, window };
        Ok(Ready { model: ready, scope: model.scope.clone(), procedure })
    }

    fn length(&mut self, length: &Option<models::Length>) -> Option<Length> {
        let length = length.as_ref()?;
        if let models::Length::Elapsed { amount, unit } = length {
            return Lapse::of(f64::from(*amount), unit.seconds()).map(Length::Elapsed);
        }
        self.term(length).map(Length::Counted)
    }

    /// Many models count the same; the days of a term are counted once.
    fn term(&mut self, length: &models::Length) -> Option<Arc<Term>> {
        let mut key = String::new();
        let _ = write!(key, "{length:?}");
        if let Some(term) = self.terms.get(&key) {
            return Some(Arc::clone(term));
        }
        let (law, calendar) = (self.all.law.as_ref()?, self.calendar.clone()?);
        let term = match length {
            models::Length::Elapsed { .. } => return None,
            models::Length::Counted { limit, by } => {
                Term::own(*limit, by.as_ref().map(Id::as_str), law, &calendar)?
            }
            models::Length::Deadline { id, promise: None } => {
                Term::of(law.deadlines.get(id)?, law, &calendar)?
            }
            models::Length::Deadline { id, promise: Some(promise) } => {
                let deadline = law.deadlines.get(id)?;
                let promised = pack::days::Deadline { limit: Some(*promise), ..deadline.clone() };
                let whole = models::Length::Deadline { id: id.clone(), promise: None };
                let whole = self.term(&whole)?;
                Term::of(&promised, law, &calendar)?.within(whole)
            }
        };
        let term = Arc::new(term);
        self.terms.insert(key, Arc::clone(&term));
        Some(term)
    }

    fn condition(
        &self,
        model: &Model,
        condition: Option<&packs::Condition>,
    ) -> Result<Option<Condition>, Vec<Problem>> {
        let own = condition.map(|condition| self.fitted(model, condition)).transpose()?;
        let of = match &model.on {
            Subject::Procedure(id) => {
                Some(format!("event.procedure == {}", Literal::String(id.as_str().into())))
            }
            Subject::Record | Subject::Log(_) => None,
        };
        let source = match (of, own) {
            (None, None) => return Ok(None),
            (Some(of), None) => of,
            (None, Some(own)) => own.to_string(),
            (Some(of), Some(own)) => format!("{of} && ({own})"),
        };
        let told = |found| unfit(model, condition, found);
        self.language.condition(&source).map(Some).map_err(told)
    }

    fn correlation(&self, model: &Model, both: &packs::Condition) -> Result<Correlation, Vec<Problem>> {
        let source = self.fitted(model, both)?.to_string();
        self.language.correlation(&source).map_err(|found| unfit(model, Some(both), found))
    }

    /// The condition for the values that the log has: where numbers are declared, whole ones and texts that say numbers are
    /// taken for them.
    fn fitted(&self, model: &Model, condition: &packs::Condition) -> Result<Expr, Vec<Problem>> {
        let expr =
            cel::parse(&condition.source).map_err(|problem| unfit(model, Some(condition), vec![problem]))?;
        let Subject::Log(id) = &model.on else { return Ok(expr) };
        let declared = |name: &str| {
            let all = self.all.logs.get(id)?.attributes.iter();
            all.clone().find(|one| one.name.as_str() == name).map(|one| one.kind)
        };
        Ok(rewrite(&expr, &mut |part| {
            let name = attribute(part)?;
            let values = self.language.log().column(name)?.values();
            let function = match (declared(name)?, values) {
                (Kind::Number, Values::Integer(_) | Values::Text { .. } | Values::Mixed(_)) => "double",
                (Kind::Integer, Values::Text { .. } | Values::Mixed(_)) => "int",
                _ => return None,
            };
            let function = Word { text: function.into(), span: part.span };
            Some(ExprKind::Call { function, target: None, args: vec![part.clone()] })
        }))
    }
}

/// The attribute that a part of a condition reads: `event.amount`, `activation["org:resource"]`.
fn attribute(expr: &Expr) -> Option<&str> {
    let (of, name) = match &expr.kind {
        ExprKind::Select(of, word) => (of, word.text.as_str()),
        ExprKind::Index(of, at) => match &at.kind {
            ExprKind::Literal(Literal::String(name)) => (of, name.as_str()),
            _ => return None,
        },
        _ => return None,
    };
    match &of.kind {
        ExprKind::Name { name: root, .. } => {
            ["event", "activation", "target"].contains(&root.as_str()).then_some(name)
        }
        _ => None,
    }
}

fn unfit(model: &Model, condition: Option<&packs::Condition>, found: Vec<cel::Problem>) -> Vec<Problem> {
    let place = condition.map_or(&model.place, |condition| &condition.place);
    let told = |problem: cel::Problem| {
        let what = format!("`{}` cannot be judged on this log: {}", model.id, problem.what);
        place.problem(what, format!("{}; or mend what the log is declared to hold", problem.mend))
    };
    found.into_iter().map(told).collect()
}

/// The attributes that a model's conditions read or ask for.
pub(super) fn attributes(model: &Model, language: &models::Language) -> BTreeSet<Name> {
    let mut names = BTreeSet::new();
    if matches!(model.on, Subject::Procedure(_)) {
        names.insert(Name::from("procedure"));
    }
    let conditions = model.patterns().filter_map(|pattern| pattern.condition.as_ref());
    let mut read = |condition: &packs::Condition, env: &Env| {
        let Ok(checked) = condition.check(env) else { return };
        names.extend(read_by(&checked));
    };
    conditions.for_each(|condition| read(condition, &language.event));
    model.correlation.iter().for_each(|both| read(both, &language.pair));
    names
}

fn read_by(checked: &Checked) -> impl Iterator<Item = Name> + '_ {
    let places = checked.slots().into_iter().filter_map(|slot| checked.env.place(slot));
    places.filter_map(|place| place.path.get(1)).map(|name| Name::from(name.as_str()))
}
