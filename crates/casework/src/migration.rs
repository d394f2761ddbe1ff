use crate::command::Command;
use crate::decide::{self, Situation};
use crate::difference::{Differences, differences};
use crate::service::{Ask, Casework, Refused, View, judge};
use crate::state::{Stage, State};
use crate::{clocks, due};
use pack::model::{Definitions, Procedure};
use pack::{Id, Title};
use record::{Digest, Event, ObjectRef, StoreError, Time};

/// What going over to the current edition would do to a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The edition that it runs under.
    pub from: Option<Digest>,
    /// The current one.
    pub to: Digest,
    /// What differs between the two, in what the case is a case of.
    pub differences: Differences,
    /// Running clocks that would run out at another time, begin or stop running.
    pub dues: Vec<Due>,
    /// Steps that would open.
    pub opens: Vec<Title>,
    /// New steps that would not be asked for, since what comes after them is done.
    pub passes: Vec<Title>,
    /// What the current edition asks for and the party was never asked: questions and papers.
    pub unasked: Vec<Title>,
    /// Why it cannot be done, each with the step, field or office that it is about. Empty: it can.
    pub obstacles: Vec<(Id, Title)>,
}

/// When a running clock runs out, before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The clock.
    pub clock: Title,
    /// Before; none: it does not run.
    pub before: Option<Time>,
    /// After; none: it would not run.
    pub after: Option<Time>,
}

/// The running cases of one procedure under one older edition.
#[derive(Clone, Debug, PartialEq)]
pub struct Outdated {
    /// The procedure.
    pub procedure: Id,
    /// The edition.
    pub edition: Option<Digest>,
    /// The cases with the offices where they are, in the order of their numbers.
    pub cases: Vec<(ObjectRef, Id)>,
}

impl Casework {
    /// The running cases that are not in the current edition.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn outdated(&self) -> Result<Vec<Outdated>, StoreError> {
        let current = Some(self.book().digest);
        let old = |state: &State| {
            let case = state.case.clone()?;
            (state.edition != current)
                .then(|| ((state.procedure.clone(), state.edition), (case, state.office.clone())))
        };
        let mut all: Vec<_> = self.board(|board| board.running().filter_map(old).collect())?;
        all.sort();
        let mut groups: Vec<Outdated> = Vec::new();
        for ((procedure, edition), case) in all {
            match groups.last_mut().filter(|last| last.procedure == procedure && last.edition == edition) {
                Some(last) => last.cases.push(case),
                None => groups.push(Outdated { procedure, edition, cases: vec![case] }),
            }
        }
        Ok(groups)
    }

    /// What differs for a procedure between an edition and the current one.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn differences(&self, procedure: &Id, edition: Option<Digest>) -> Result<Differences, StoreError> {
        let old = edition.map(|edition| self.edition(edition)).transpose()?.flatten();
        let before = old.as_ref().and_then(|old| Some((old.procedure(procedure)?, &old.definitions)));
        let after = self.book().procedure(procedure).map(|after| (after, &self.book().definitions));
        Ok(before.zip(after).map(|(before, after)| differences(before, after)).unwrap_or_default())
    }

    /// What would happen if the case went over to the current edition now.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn plan(&self, case: &ObjectRef, view: &View, now: Time) -> Result<Plan, StoreError> {
        let book = self.book();
        let mut plan = Plan {
            from: view.state.edition,
            to: book.digest,
            differences: self.differences(&view.state.procedure, view.state.edition)?,
            dues: Vec::new(),
            opens: Vec::new(),
            passes: Vec::new(),
            unasked: Vec::new(),
            obstacles: Vec::new(),
        };
        let Some(procedure) = book.procedure(&view.state.procedure) else {
            let why = Title::new("现行版本没有这个事项", "the current edition has no such procedure");
            plan.obstacles.push((view.state.procedure.clone(), why));
            return Ok(plan);
        };
        let answers = self.answers(&view.state)?;
        let state = self.opened(&view.state, procedure)?;
        let judge = judge(procedure, &state, now);
        let nobody = Ask { now, actor: None, purpose: None, seen: None };
        let situation = nobody.situation((case, procedure, book), &answers, &judge);
        let migrate = Command::Migrate { reasons: "to see what it would change".into() };
        match decide::decide(&state, &migrate, &situation) {
            Err(refusal) if refusal.faults.is_empty() => {
                plan.obstacles.push((view.state.procedure.clone(), refusal.why));
            }
            Err(refusal) => plan.obstacles = refusal.faults,
            Ok(decided) => {
                let mut after = State::clone(&view.state);
                decided.events.iter().for_each(|event| after.apply(event));
                let (opens, passes) = decide::opened_and_passed(&view.state, &after);
                let title = |id: &Id| procedure.flow.step(id.as_str()).map(|step| step.title.clone());
                plan.opens = opens.iter().filter_map(title).collect();
                plan.passes = passes.iter().filter_map(title).collect();
                plan.dues = dues((&view.state, view), (&after, procedure, &book.definitions));
                if view.state.stage != Stage::Draft {
                    let before = self.missing(view, now)?;
                    plan.unasked = unasked(&before, &after, &situation);
                }
            }
        }
        Ok(plan)
    }

    /// Takes a case to the current edition.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn migrate(&self, case: &ObjectRef, reasons: &str, ask: &Ask<'_>) -> Result<Vec<Event>, Refused> {
        self.run(case, &Command::Migrate { reasons: reasons.to_owned() }, ask)
    }
}

/// What is missing in `after` and was not `before`, by what it is called. A draft is not meant: its form asks by itself.
fn unasked(before: &[(Id, Title)], after: &State, situation: &Situation<'_>) -> Vec<Title> {
    let missing = decide::missing(after, situation).into_iter().filter(|fault| !before.contains(fault));
    let titled = |(id, _): (Id, Title)| {
        let field = situation.procedure.form.field(id.as_str()).map(|field| &field.title);
        field.or_else(|| Some(&situation.definitions.materials.get(&id)?.title)).cloned()
    };
    missing.filter_map(titled).collect()
}

/// The running clocks of both, where they differ.
fn dues(
    (before, view): (&State, &View),
    (after, procedure, definitions): (&State, &Procedure, &Definitions),
) -> Vec<Due> {
    let running =
        |state: &State, procedure: &Procedure, definitions: &Definitions| -> Vec<(Id, Title, Time)> {
            let Some(law) = &definitions.law else { return Vec::new() };
            let readings = clocks::read(state, procedure, definitions);
            let running = readings.iter().filter(|reading| reading.stopped.is_none());
            let told = running.filter_map(|reading| {
                let at = due::count(reading, law)?.at()?;
                Some((reading.clock.id.clone(), reading.clock.title.clone(), at))
            });
            told.collect()
        };
    let old = view.procedure().map(|old| running(before, old, &view.book.definitions)).unwrap_or_default();
    let new = running(after, procedure, definitions);
    let of =
        |all: &[(Id, Title, Time)], id: &Id| all.iter().find(|(other, ..)| other == id).map(|(.., at)| *at);
    let mut dues: Vec<Due> = Vec::new();
    for (id, title, at) in &old {
        dues.push(Due { clock: title.clone(), before: Some(*at), after: of(&new, id) });
    }
    for (_, title, at) in new.iter().filter(|(id, ..)| of(&old, id).is_none()) {
        dues.push(Due { clock: title.clone(), before: None, after: Some(*at) });
    }
    dues.retain(|due| due.before != due.after);
    dues
}
