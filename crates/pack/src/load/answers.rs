//! Forms that nobody could fill in: a question that is never asked, a rule that no answer keeps, a paper asked for by what
//! is not known yet.

use crate::cel::{Bounds, Checked};
use crate::model::{Condition, Conditions, Definitions, Field, Flow, Form, Id, Procedure, Step};
use crate::problem::Place;
use crate::reader::Faults;
use std::collections::{BTreeSet, HashSet};

/// Where the conditions stand that procedures share. That one of them never holds in a procedure whose answers are bounded more
/// narrowly is no fault of theirs.
pub(super) type Shared<'a> = HashSet<&'a Place>;

pub(super) fn shared(definitions: &Definitions) -> Shared<'_> {
    let groups = definitions.fields.values().flat_map(|group| &group.fields);
    let steps = definitions.flows.values().flat_map(|flow| &flow.steps);
    let of_steps = steps.flat_map(|step| {
        step.when.iter().chain(step.form.fields.iter().filter_map(|field| field.when.as_ref()))
    });
    let of_groups = definitions.fields.values().flat_map(|group| &group.materials);
    let of_groups = of_groups.filter_map(|asked| asked.when.as_ref());
    let all = groups.filter_map(|field| field.when.as_ref()).chain(of_groups).chain(of_steps);
    all.map(|when| &when.place).collect()
}

/// Notes what nobody could answer in the forms of `procedure`, whose conditions are checked.
pub(super) fn check(procedure: &Procedure, conditions: &Conditions, shared: &Shared<'_>, faults: &Faults) {
    let desk = Desk { procedure, conditions, shared, usual: conditions.bounds(), faults };
    desk.form(None, &procedure.form);
    for step in &procedure.flow.steps {
        desk.form(Some(&step.id), &step.form);
        desk.step(step);
    }
    for asked in &procedure.materials {
        let Some(when) = &asked.when else { continue };
        let paper = format!("the paper `{}`", asked.material);
        if desk.knows_of(when, &paper) {
            let mend = "say in `when` which answers call for it, or take it out";
            desk.holds(&mut desk.bounds(when), when, &format!("{paper} is never asked for"), mend);
        }
    }
}

struct Desk<'a> {
    procedure: &'a Procedure,
    conditions: &'a Conditions,
    shared: &'a Shared<'a>,
    usual: Bounds,
    faults: &'a Faults,
}

impl Desk<'_> {
    /// What is known where this condition is asked.
    fn bounds(&self, condition: &Condition) -> Bounds {
        if self.shared.contains(&condition.place) { Bounds::default() } else { self.usual.clone() }
    }

    fn report(&self, condition: &Condition, what: String, mend: &str) {
        self.faults.borrow_mut().push(condition.place.problem(what, mend));
    }

    /// Whether `condition` can hold beside what is known, which it then adds to; tells where it cannot.
    fn holds(&self, bounds: &mut Bounds, condition: &Condition, what: &str, mend: &str) -> bool {
        // What is wrong with the condition itself is told already.
        let Some(checked) = self.conditions.checked(condition) else { return false };
        let known = bounds.told(checked);
        if bounds.assume(checked) {
            return true;
        }
        let why = match known.is_empty() {
            true => "this can never hold".to_owned(),
            false => format!("this cannot hold where {}", known.join(" and ")),
        };
        self.report(condition, format!("{what}: {why}"), mend);
        false
    }

    /// The questions of the application, or of the step that records them.
    fn form(&self, step: Option<&Id>, form: &Form) {
        for field in &form.fields {
            let question = format!("the question `{}`", field.id);
            if let Some(when) = &field.when {
                self.circle(step, form, field, when);
                let known = step.is_some() || self.knows_of(when, &question);
                let mend = "say in `when` which answers call for it, or take the question out";
                let mut bounds = self.bounds(when);
                if !known || !self.holds(&mut bounds, when, &format!("{question} is never asked"), mend) {
                    continue;
                }
            }
            let mut bounds = self.usual.clone();
            let asked = field.when.as_ref().and_then(|when| self.conditions.checked(when));
            if asked.is_some_and(|asked| !bounds.assume(asked)) {
                // A shared question that this procedure does not come to.
                continue;
            }
            for check in &field.checks {
                let mend =
                    "mend the rule, or what it goes against: the question's bounds, its `when`, another rule";
                let what = format!("no answer to `{}` keeps this rule", field.id);
                if step.is_none() && !self.knows_of(&check.must, &format!("the rule of `{}`", field.id)) {
                    break;
                }
                if !self.holds(&mut bounds, &check.must, &what, mend) {
                    break;
                }
            }
        }
    }

    fn step(&self, step: &Step) {
        if let Some(when) = &step.when {
            let what = format!("the step `{}` is always skipped", step.id);
            let mend = "say in `when` which cases need it, or take the step out";
            self.holds(&mut self.bounds(when), when, &what, mend);
        }
        let mut bounds = self.usual.clone();
        for guard in &step.guards {
            let what = format!("the step `{}` can never be done", step.id);
            let mend = "mend the guard, or what it goes against";
            if !self.holds(&mut bounds, &guard.condition, &what, mend) {
                break;
            }
        }
    }

    /// Questions wait for each other in a line, not in a circle.
    fn circle(&self, step: Option<&Id>, form: &Form, field: &Field, when: &Condition) {
        let waits = |field: &Field| -> BTreeSet<Id> {
            let checked = field.when.as_ref().and_then(|when| self.conditions.checked(when));
            let paths = checked.into_iter().flat_map(|checked| paths(checked));
            let own = paths.filter_map(|path| match (path.as_slice(), step) {
                (["form", id], None) => Some(Id::from(*id)),
                (["steps", of, id], Some(step)) if *of == step.as_str() => Some(Id::from(*id)),
                _ => None,
            });
            own.collect()
        };
        let mut lines: Vec<Vec<Id>> = waits(field).into_iter().map(|id| vec![id]).collect();
        let mut seen = BTreeSet::new();
        while let Some(line) = lines.pop() {
            let Some(last) = line.last().filter(|last| seen.insert((*last).clone())) else { continue };
            if *last == field.id {
                let (what, mend) = told(field, &line);
                return self.report(when, what, &mend);
            }
            let next = form.field(last.as_str()).map(waits).unwrap_or_default();
            lines.extend(next.into_iter().map(|id| line.iter().cloned().chain([id]).collect()));
        }
    }

    /// Whether all steps that `condition` speaks of can be done when the application is filled in; tells of one that cannot.
    fn knows_of(&self, condition: &Condition, what: &str) -> bool {
        let flow = &self.procedure.flow;
        let Some(checked) = self.conditions.checked(condition) else { return false };
        let named = paths(checked).into_iter().filter_map(|path| match path.as_slice() {
            ["steps", step, ..] => flow.step(step),
            _ => None,
        });
        let Some(step) = named.into_iter().find(|step| !known_at_correction(flow, step)) else { return true };
        let told = format!(
            "{what} goes by the step `{}`, and an application is filled in before that is done",
            step.id
        );
        let mend =
            "go by an answer of the form, as `form.…`; what is wanted later is asked in a step's own `form`";
        self.report(condition, told, mend);
        false
    }
}

/// What is said of a question that is asked by its own answer, by way of the others in `line`, the last of which it is itself.
fn told(field: &Field, line: &[Id]) -> (String, String) {
    let id = &field.id;
    let [first, _, ..] = line else {
        let what =
            format!("whether `{id}` is asked goes by its own answer, which nobody gives before it is asked");
        return (what, "let `when` speak of other questions".into());
    };
    let links = std::iter::once(id).chain(line).zip(line);
    let links: Vec<String> =
        links.map(|(one, other)| format!("whether `{one}` is asked goes by `{other}`")).collect();
    let what = format!("{}: these wait for each other in a circle", links.join(", "));
    (what, format!("ask one of them without the other: take `{first}` out of this `when`"))
}

fn paths(checked: &Checked) -> Vec<Vec<&str>> {
    let places = checked.slots().into_iter().filter_map(|slot| checked.env.place(slot));
    places.map(|place| place.path.iter().map(|id| id.as_str()).collect()).collect()
}

/// Whether the step can be done when an application is filled in once more, for a correction.
fn known_at_correction(flow: &Flow, step: &Step) -> bool {
    let asked = flow.correction.iter().flat_map(|correction| &correction.at);
    let mut asked = asked.filter_map(|at| flow.step(at.as_str()));
    asked.any(|at| {
        let again =
            flow.steps.iter().flat_map(|step| &step.outcomes).any(|outcome| outcome.reopens.contains(&at.id));
        again || at.repeats || !comes_after(flow, step, at)
    })
}

/// Whether the step is never done before `at` is.
fn comes_after(flow: &Flow, step: &Step, at: &Step) -> bool {
    let mut seen = BTreeSet::from([&step.id]);
    let mut next = vec![step];
    while let Some(step) = next.pop() {
        if step.id == at.id {
            return true;
        }
        // Of what waits for one of several it cannot be said for which.
        let before =
            step.after.iter().filter(|_| !step.any).filter_map(|after| flow.step(after.step.as_str()));
        next.extend(before.filter(|before| seen.insert(&before.id)));
    }
    false
}
