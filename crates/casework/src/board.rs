//! What is to be done, by whom, until when: a reading of all cases, kept in memory and rebuilt from their events.
//!
//! A case that runs is held as its state without answers and files; one that is over is only counted. Nothing here is told
//! to anyone who may not see it: the caller asks the policies.

use crate::activity::{self, part};
use crate::state::{Complained, Stage, State};
use jiff::civil::Date;
use pack::Id;
use pack::days::today;
use record::{Event, ObjectId, ObjectRef, ObjectType, Time, Value};
use serde::{Deserialize, Serialize};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

mod kept;
mod outlook;
mod queue;

pub(crate) use kept::Kept;
pub use outlook::{Outlook, Still, Stopped, Ticking};
pub use queue::{Counts, Holder, Standing, Wanted};
use queue::{Placed, Queues};

/// A case as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The case.
    pub case: ObjectRef,
    /// What it is a case of.
    pub procedure: Id,
    /// Where it is handled.
    pub office: Id,
    /// Whose it is.
    pub party: Option<ObjectRef>,
    /// When it was begun.
    pub started: Time,
    /// When it was handed in.
    pub submitted: Option<Time>,
    /// How far it is.
    pub stage: Stage,
    /// Whether its personal values were destroyed.
    pub erased: bool,
}

/// An open step in somebody's queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// The case.
    pub case: ObjectRef,
    /// What it is a case of.
    pub procedure: Id,
    /// The step.
    pub step: Id,
    /// Where it is done.
    pub office: Id,
    /// By whom.
    pub role: Id,
    /// Who took it upon themselves.
    pub holder: Option<ObjectRef>,
    /// Since when it is open.
    pub opened: Time,
    /// When the first of what binds the office runs out: the law's limits, its own, its promises.
    pub due: Option<Time>,
    /// What sets that time.
    pub set_by: Option<SetBy>,
    /// What is left of the clock that binds the office and runs out first once it goes on; where none runs, but one stands.
    pub still: Option<Still>,
    /// Whether the case waits for its party, with its clocks standing still.
    pub waiting: bool,
}

/// What sets the time within which an office has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetBy {
    /// The law.
    Law,
    /// The office's own rule, where the law sets no limit.
    Office,
    /// What the office promises, within its limit.
    Promise,
}

/// What runs out in a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// One of its clocks.
    Clock(Id),
    /// The time for answering a correction.
    Correction,
}

/// A time that runs in a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Running {
    /// When it runs out.
    pub due: Time,
    /// In which case.
    pub case: ObjectRef,
    /// Which.
    pub alarm: Alarm,
}

/// Clocks that stopped on one day, in one office, in cases of one procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally<'a> {
    /// The day in China.
    pub day: Date,
    /// Where the cases are handled.
    pub office: &'a Id,
    /// What they are cases of.
    pub procedure: &'a Id,
    /// How many stopped in time.
    pub kept: u64,
    /// How many did not.
    pub missed: u64,
}

/// The cases that run with their tasks and clocks; of those that are over, how many there are.
#[derive(Default)]
pub struct Board {
    running: HashMap<ObjectRef, Arc<State>>,
    over: BTreeMap<Id, u64>,
    kinds: BTreeSet<ObjectType>,
    names: HashMap<ObjectId, ObjectRef>,
    parties: HashMap<ObjectRef, BTreeSet<ObjectRef>>,
    queues: Queues,
    /// How often the queues of an office have changed since this process began.
    turns: HashMap<Id, u64>,
    clocks: BTreeSet<Running>,
    of_case: HashMap<ObjectRef, Held>,
    stopped: HashMap<ObjectRef, BTreeSet<(Id, Time)>>,
    days: BTreeMap<Date, OfDay>,
    /// Complaints that wait for an answer, by case: running cases have them, and those that are over.
    complaints: BTreeMap<ObjectRef, Complained>,
}

/// By office and procedure, how many clocks stopped in time and how many did not.
type OfDay = BTreeMap<(Id, Id), (u64, u64)>;

/// What the board holds of one case elsewhere, so that it can be taken out again.
#[derive(Default)]
struct Held {
    tasks: Vec<Placed>,
    clocks: Vec<Running>,
    /// When each clock that binds the office runs out, the first first, and what sets it.
    dues: Vec<(Time, SetBy)>,
    /// Where none runs, the one that stands still.
    still: Option<Still>,
}

impl Board {
    /// Takes in an event of the record; one that corrects an earlier one comes with the state that follows. `outlook` says
    /// what the definitions add for the state that follows; of the stopped clocks, those that it is shown are known already.
    pub fn apply(
        &mut self,
        event: &Event,
        amended: Option<State>,
        outlook: impl FnOnce(&State, &BTreeSet<(Id, Time)>) -> Outlook,
    ) {
        let Some(case) = event.object(part::CASE) else { return };
        if amended.is_none() {
            self.hear(case, event);
        }
        if let Some(amended) = amended {
            self.amend(case, amended);
        } else if let Some(held) = self.running.get_mut(case) {
            Arc::make_mut(held).apply(event);
        }
        let Some(held) = self.running.get_mut(case) else { return };
        let state = Arc::make_mut(held);
        // Clocks may run from moments that the form tells.
        state.answers.retain(|_, answer| matches!(answer, Value::Time(_)));
        state.entered.clear();
        state.unread.clear();
        for correction in &mut state.corrections {
            correction.before.clear();
            correction.files.clear();
        }
        state.file_names.clear();
        state.materials.clear();
        state.steps.values_mut().for_each(|step| step.answers.clear());
        let state = Arc::clone(held);
        let known = self.stopped.entry(case.clone()).or_default();
        let outlook = outlook(&state, known);
        let before = self.take_out(case);
        self.count(case, &state, &outlook.stopped);
        if state.ended() {
            self.end(case, &state);
        } else {
            self.put_in(case, &state, outlook);
        }
        self.turn_over(case, &before);
    }

    /// What an event says of cases that are over too, or that were not there before.
    fn hear(&mut self, case: &ObjectRef, event: &Event) {
        match event.activity.as_str() {
            activity::STARTED => self.begin(case, event.object(part::PARTY), Arc::default()),
            activity::COMPLAINED => {
                let office = event.attribute("answering").and_then(Value::as_text).unwrap_or_default().into();
                let first = Complained { open: 0, since: event.time, office };
                self.complaints.entry(case.clone()).or_insert(first).open += 1;
            }
            activity::REPLIED => {
                if let Entry::Occupied(mut held) = self.complaints.entry(case.clone()) {
                    held.get_mut().open -= 1;
                    if held.get().open == 0 {
                        held.remove();
                    }
                }
            }
            activity::ERASED => drop(self.complaints.remove(case)),
            _ => {}
        }
    }

    /// Takes the state of a case as a correction leaves it; one that was over may run again.
    fn amend(&mut self, case: &ObjectRef, amended: State) {
        if amended.case.as_ref() != Some(case) {
            return;
        }
        match amended.complained() {
            None => drop(self.complaints.remove(case)),
            Some(complained) => drop(self.complaints.insert(case.clone(), complained)),
        }
        match self.running.get_mut(case) {
            Some(held) => *held = Arc::new(amended),
            None if amended.ended() => {}
            None => {
                self.over
                    .entry(amended.procedure.clone())
                    .and_modify(|count| *count = count.saturating_sub(1));
                self.begin(case, amended.party.clone().as_ref(), Arc::new(amended));
            }
        }
    }

    fn begin(&mut self, case: &ObjectRef, party: Option<&ObjectRef>, state: Arc<State>) {
        self.names.insert(case.id.clone(), case.clone());
        if !self.kinds.contains(&case.kind) {
            self.kinds.insert(case.kind.clone());
        }
        if let Some(party) = party {
            self.parties.entry(party.clone()).or_default().insert(case.clone());
        }
        self.running.insert(case.clone(), state);
    }

    fn end(&mut self, case: &ObjectRef, state: &State) {
        self.running.remove(case);
        self.stopped.remove(case);
        self.names.remove(&case.id);
        if let Some(party) = &state.party
            && let Some(cases) = self.parties.get_mut(party)
        {
            cases.remove(case);
            if cases.is_empty() {
                self.parties.remove(party);
            }
        }
        *self.over.entry(state.procedure.clone()).or_default() += 1;
    }

    fn count(&mut self, case: &ObjectRef, state: &State, stopped: &[Stopped]) {
        let known = self.stopped.entry(case.clone()).or_default();
        for clock in stopped {
            if known.insert(clock.run.clone()) {
                let of_day = self.days.entry(today(clock.at)).or_default();
                let (kept, missed) =
                    of_day.entry((state.office.clone(), state.procedure.clone())).or_default();
                *(if clock.kept { kept } else { missed }) += 1;
            }
        }
    }

    /// Notes the offices whose queues are others than they were with `before`.
    fn turn_over(&mut self, case: &ObjectRef, before: &[Placed]) {
        let after = self.of_case.get(case).map(|held| held.tasks.as_slice()).unwrap_or_default();
        let same =
            before.len() == after.len() && before.iter().zip(after).all(|(one, other)| **one == **other);
        if !same {
            for office in before.iter().chain(after).map(|task| &task.office).collect::<BTreeSet<_>>() {
                *self.turns.entry(office.clone()).or_default() += 1;
            }
        }
    }

    /// Takes the case out, and gives back its tasks.
    fn take_out(&mut self, case: &ObjectRef) -> Vec<Placed> {
        let Some(held) = self.of_case.remove(case) else { return Vec::new() };
        held.tasks.iter().for_each(|placed| self.queues.take(placed));
        for running in &held.clocks {
            self.clocks.remove(running);
        }
        held.tasks
    }

    fn put_in(&mut self, case: &ObjectRef, state: &State, outlook: Outlook) {
        let of_office = || outlook.ticking.iter().filter(|ticking| ticking.office);
        let mut held = Held { dues: of_office().map(Ticking::limit).collect(), ..Held::default() };
        held.dues.sort_unstable();
        let first = of_office().flat_map(Ticking::sets).min();
        held.still = outlook.still.filter(|_| first.is_none());
        for (id, step) in state.open_steps() {
            let role = outlook.roles.get(id).cloned().unwrap_or_default();
            let opened = step.runs.last().map_or(Time::ZERO, |run| run.opened);
            let task = self.queues.put(Task {
                case: case.clone(),
                procedure: state.procedure.clone(),
                step: id.clone(),
                office: step.office.clone(),
                role,
                holder: step.holder.clone(),
                opened,
                due: first.map(|(due, _)| due),
                set_by: first.map(|(_, set_by)| set_by),
                still: held.still,
                waiting: state.stage == Stage::Correcting && first.is_none(),
            });
            held.tasks.push(task);
        }
        for Ticking { alarm, due, .. } in outlook.ticking.into_iter().filter(|ticking| !ticking.told) {
            let running = Running { due, case: case.clone(), alarm };
            held.clocks.push(running.clone());
            self.clocks.insert(running);
        }
        self.of_case.insert(case.clone(), held);
    }

    /// The running case whose number is `name`.
    pub fn named(&self, name: &str) -> Option<&ObjectRef> {
        self.names.get(name)
    }

    /// The types of the objects that cases are or were.
    pub fn kinds(&self) -> &BTreeSet<ObjectType> {
        &self.kinds
    }

    /// The cases of `party` that run.
    pub fn of_party<'a>(&'a self, party: &ObjectRef) -> impl Iterator<Item = &'a State> + use<'a> {
        let cases = self.parties.get(party).into_iter().flatten();
        cases.filter_map(|case| self.running.get(case).map(AsRef::as_ref))
    }

    /// The open steps of a role in an office, the most urgent first.
    pub fn queue<'a>(&'a self, office: &Id, role: &Id) -> impl Iterator<Item = &'a Task> + use<'a> {
        self.queues.tasks(office, Some(role))
    }

    /// All open steps of an office, the most urgent first.
    pub fn desk<'a>(&'a self, office: &Id) -> impl Iterator<Item = &'a Task> + use<'a> {
        self.queues.tasks(office, None)
    }

    /// Those open steps of an office that are asked for, the most urgent first.
    pub fn wanted<'a>(&'a self, office: &Id, wanted: &'a Wanted) -> impl Iterator<Item = &'a Task> + use<'a> {
        self.queues.wanted(office, wanted)
    }

    /// How many are asked for.
    pub fn many(&self, office: &Id, wanted: &Wanted) -> usize {
        self.queues.many(office, wanted)
    }

    /// How many open steps an office has, of a role or of all, and how many of them `me` has taken.
    pub fn counts(&self, office: &Id, role: Option<&Id>, me: &ObjectRef) -> Counts {
        self.queues.counts(office, role, me)
    }

    /// How many of them stand so to the clock.
    pub fn standing(&self, office: &Id, role: Option<&Id>, standing: Standing) -> usize {
        self.queues.due(office, role, standing)
    }

    /// The roles and the procedures of which an office has open steps.
    pub fn kinds_of(&self, office: &Id) -> (Vec<Id>, Vec<Id>) {
        self.queues.kinds(office)
    }

    /// The open steps that somebody has taken, the most urgent first.
    pub fn held<'a>(&'a self, person: &ObjectRef) -> impl Iterator<Item = &'a Task> + use<'a> {
        self.queues.held(person)
    }

    /// Everybody who has taken a step, with how many.
    pub fn holders(&self) -> impl Iterator<Item = (&ObjectRef, usize)> {
        self.queues.holders()
    }

    /// The cases before and after one in the queue of an office and role.
    pub fn beside(
        &self,
        case: &ObjectRef,
        office: &Id,
        role: &Id,
    ) -> (Option<&ObjectRef>, Option<&ObjectRef>) {
        let here = self.of_case.get(case).into_iter().flat_map(|held| &held.tasks);
        let mut here = here.filter(|task| task.office == *office && task.role == *role);
        let (before, after) = here.next().map(|task| self.queues.beside(task)).unwrap_or_default();
        (before.map(|task| &task.case), after.map(|task| &task.case))
    }

    /// A number that differs when the queues of an office have changed.
    pub fn turn(&self, office: &Id) -> u64 {
        self.turns.get(office).copied().unwrap_or_default()
    }

    /// All open steps, desk by desk.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.queues.all()
    }

    /// The cases with complaints that wait for an answer.
    pub fn complained(&self) -> impl Iterator<Item = (&ObjectRef, &Complained)> {
        self.complaints.iter()
    }

    /// The clocks that run out at `now` or before and of which the record does not tell yet, the oldest first.
    pub fn run_out(&self, now: Time) -> Vec<Running> {
        self.clocks.iter().take_while(|running| running.due <= now).cloned().collect()
    }

    /// When the next clock runs out.
    pub fn next(&self) -> Option<Time> {
        self.clocks.first().map(|running| running.due)
    }

    /// When the first of a running case's clocks that bind its office runs out, or ran out.
    pub fn due(&self, case: &ObjectRef) -> Option<Time> {
        self.due_by(case).map(|(due, _)| due)
    }

    /// The same, and what sets that time.
    pub fn due_by(&self, case: &ObjectRef) -> Option<(Time, SetBy)> {
        self.of_case.get(case)?.dues.first().copied()
    }

    /// The clock of a running case that binds its office and stands still, where none runs.
    pub fn still(&self, case: &ObjectRef) -> Option<Still> {
        self.of_case.get(case)?.still
    }

    /// How many clocks that bind offices run past their time.
    pub fn late(&self, now: Time) -> usize {
        let late = |held: &Held| held.dues.iter().take_while(|(due, _)| *due < now).count();
        self.of_case.values().map(late).sum()
    }

    /// The clocks that bind offices and stopped on `first` or later, day by day.
    pub fn tallies(&self, first: Date) -> impl Iterator<Item = Tally<'_>> {
        self.days.range(first..).flat_map(|(day, of_day)| {
            of_day.iter().map(|((office, procedure), (kept, missed))| Tally {
                day: *day,
                office,
                procedure,
                kept: *kept,
                missed: *missed,
            })
        })
    }

    /// The cases that run.
    pub fn running(&self) -> impl Iterator<Item = &State> {
        self.running.values().map(AsRef::as_ref)
    }

    /// How many cases of each procedure are over.
    pub fn over(&self) -> impl Iterator<Item = (&Id, u64)> {
        self.over.iter().map(|(procedure, count)| (procedure, *count))
    }
}

impl Line {
    /// A case in this state; none before its first event.
    pub(crate) fn of(state: &State) -> Option<Self> {
        Some(Self {
            case: state.case.clone()?,
            procedure: state.procedure.clone(),
            office: state.office.clone(),
            party: state.party.clone(),
            started: state.started?,
            submitted: state.submitted,
            stage: state.stage.clone(),
            erased: state.is_bare(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
mod tests {
    use super::{Board, Outlook, Stopped};
    use crate::activity::{self, part};
    use record::{Event, ObjectRef, Time, Value};

    fn hour(hour: i64) -> Time {
        Time::new(1_767_225_600 + hour * 3_600, 0, Some(480)).unwrap()
    }

    fn event(case: &ObjectRef, number: u64, activity: &str, at: i64) -> Event {
        Event::new(format!("{case}/{number}"), activity, hour(at)).about(part::CASE, case.clone())
    }

    /// A case's life: at which hour which clock, started at the first event, is seen stopped in time or late.
    fn check(seen: &[&[(&str, i64, bool)]], ends: bool) -> Vec<String> {
        let mut board = Board::default();
        let case = ObjectRef::new("application", "1");
        for (number, stopped) in (0..).zip(seen) {
            let activity = if number == 0 { activity::STARTED } else { activity::SAVED };
            let mut event = event(&case, number, activity, i64::try_from(number).unwrap());
            if number == 0 {
                event =
                    event.about(part::OFFICE, ObjectRef::new("office", "counter")).with("procedure", "card");
            }
            if ends && number + 1 == seen.len() as u64 {
                event = event.with("ended", Value::from("completed"));
            }
            board.apply(&event, None, |_, known| Outlook {
                stopped: stopped
                    .iter()
                    .map(|(clock, at, kept)| Stopped {
                        run: ((*clock).into(), hour(0)),
                        at: hour(*at),
                        kept: *kept,
                    })
                    .filter(|stopped| !known.contains(&stopped.run))
                    .collect(),
                ..Outlook::default()
            });
        }
        let told = |tally: super::Tally<'_>| {
            format!("{} {} {} {}+{}", tally.day, tally.office, tally.procedure, tally.kept, tally.missed)
        };
        board.tallies("2026-01-01".parse().unwrap()).map(told).collect()
    }

    /// Hour 0 is eight in the morning of 1 January in China, so that hour 16 is the next day there.
    #[test]
    fn each_run_of_a_clock_is_counted_once_on_the_day_it_stopped() {
        let none: Vec<String> = Vec::new();
        assert_eq!(check(&[&[], &[]], true), none);
        assert_eq!(
            check(&[&[], &[("a", 1, true)], &[("a", 1, true)]], false),
            ["2026-01-01 counter card 1+0"]
        );
        assert_eq!(
            check(&[&[], &[("a", 15, true), ("b", 15, false)]], true),
            ["2026-01-01 counter card 1+1"]
        );
        let two_days = ["2026-01-01 counter card 0+1", "2026-01-02 counter card 1+0"];
        assert_eq!(check(&[&[], &[("a", 15, false)], &[("a", 15, false), ("b", 16, true)]], true), two_days);
    }
}
