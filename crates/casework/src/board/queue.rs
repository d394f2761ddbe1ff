//! Open steps, so arranged that a page of a queue costs what it shows: by office and role, and there by holder, by procedure
//! and by what waits for its party, each the most urgent first.

use super::{Still, Task};
use crate::number::Part;
use pack::Id;
use record::{ObjectRef, Time};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

/// A task in its place: by when it is due; after these what has no date, by what is left once its clock goes on and then by
/// age; last what waits for its party, with which nobody can do anything.
#[derive(Clone, Debug)]
pub(super) struct Placed(Arc<Task>);

impl Placed {
    fn place(&self) -> (bool, Option<Time>, bool, u64, Time, &ObjectRef, &Id) {
        let Task { due, opened, case, step, still, waiting, .. } = &*self.0;
        let left = still.map_or(u64::MAX, Still::minutes);
        let left = if due.is_none() { left } else { 0 };
        (due.is_none(), *due, *waiting, left, *opened, case, step)
    }

    /// The place before all tasks that are due at `due` or later.
    fn at(due: Time) -> Self {
        let nothing = ObjectRef::new("", "");
        Self(Arc::new(Task {
            case: nothing,
            procedure: Id::default(),
            step: Id::default(),
            office: Id::default(),
            role: Id::default(),
            holder: None,
            // Before every year in which anything was opened.
            opened: Time::new(i64::MIN / 4, 0, None).unwrap_or(Time::ZERO),
            due: Some(due),
            set_by: None,
            still: None,
            waiting: false,
        }))
    }
}

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.place() == other.place()
    }
}

impl Eq for Placed {}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place())
    }
}

/// How a queue's tasks stand to the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Due before this moment.
    Before(Time),
    /// Due from the first moment on, up to the second and with it.
    Between(Time, Time),
    /// Waiting for the party, with the clocks standing still.
    Waiting,
}

/// Who took a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Nobody.
    Nobody,
    /// This person.
    Person(ObjectRef),
}

/// What is asked of a queue. Whatever is left out is not narrowed.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of which role.
    pub role: Option<Id>,
    /// Of one of these procedures.
    pub procedures: Option<BTreeSet<Id>>,
    /// Or of a case whose number has this part, whatever its procedure.
    pub number: Option<Part>,
    /// How they stand to the clock.
    pub standing: Option<Standing>,
    /// Due before this moment.
    pub before: Option<Time>,
    /// Who took them.
    pub holder: Option<Holder>,
}

impl Wanted {
    /// Whether a task is among what is asked for, its role left aside.
    fn holds(&self, task: &Task) -> bool {
        let matter = match (&self.procedures, &self.number) {
            (None, None) => true,
            (procedures, number) => {
                procedures.as_ref().is_some_and(|all| all.contains(&task.procedure))
                    || number.as_ref().is_some_and(|part| part.is_of(task.case.id.as_str()))
            }
        };
        let standing = self.standing.is_none_or(|standing| match standing {
            Standing::Waiting => task.waiting,
            Standing::Before(end) => task.due.is_some_and(|due| due < end),
            Standing::Between(from, to) => task.due.is_some_and(|due| from <= due && due <= to),
        });
        let holder = self.holder.as_ref().is_none_or(|holder| match holder {
            Holder::Nobody => task.holder.is_none(),
            Holder::Person(person) => task.holder.as_ref() == Some(person),
        });
        matter && standing && holder && self.before.is_none_or(|end| task.due.is_some_and(|due| due < end))
    }

    /// Between which moments what is asked for is due.
    fn span(&self) -> (Option<Time>, Option<Time>) {
        let (from, to) = match self.standing {
            Some(Standing::Before(end)) => (None, Some(end)),
            // The last moment itself belongs to it; whether a task does is asked of each.
            Some(Standing::Between(from, to)) => (Some(from), Time::new(to.seconds() + 1, 0, None)),
            _ => (None, None),
        };
        (from, [to, self.before].into_iter().flatten().min())
    }
}

/// How many open steps there are in a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub all: usize,
    /// Waiting for the party.
    pub waiting: usize,
    /// Taken by nobody.
    pub free: usize,
    /// Taken by one person.
    pub mine: usize,
}

/// Part of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Kind {
    All,
    Waiting,
    Free,
}

/// The tasks of an office, of one role or of all.
#[derive(Debug, Default)]
struct Desk {
    kinds: BTreeMap<Kind, BTreeSet<Placed>>,
    held: HashMap<ObjectRef, BTreeSet<Placed>>,
    procedures: BTreeMap<Id, BTreeSet<Placed>>,
    /// How many are due at each moment: limits in days end together at midnight.
    dues: BTreeMap<Time, usize>,
}

impl Desk {
    fn put(&mut self, placed: &Placed) {
        let task = &placed.0;
        let mut kind = |kind| self.kinds.entry(kind).or_default().insert(placed.clone());
        kind(Kind::All);
        if task.waiting {
            kind(Kind::Waiting);
        }
        match &task.holder {
            None => kind(Kind::Free),
            Some(holder) => self.held.entry(holder.clone()).or_default().insert(placed.clone()),
        };
        self.procedures.entry(task.procedure.clone()).or_default().insert(placed.clone());
        if let Some(due) = task.due {
            *self.dues.entry(due).or_default() += 1;
        }
    }

    fn take(&mut self, placed: &Placed) {
        let task = &placed.0;
        for set in self.kinds.values_mut() {
            set.remove(placed);
        }
        if let Some(holder) = &task.holder
            && let Some(held) = self.held.get_mut(holder)
        {
            held.remove(placed);
            if held.is_empty() {
                self.held.remove(holder);
            }
        }
        if let Some(set) = self.procedures.get_mut(&task.procedure) {
            set.remove(placed);
            if set.is_empty() {
                self.procedures.remove(&task.procedure);
            }
        }
        if let Some(due) = task.due
            && let Some(count) = self.dues.get_mut(&due)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.dues.remove(&due);
            }
        }
    }

    fn of(&self, kind: Kind) -> Option<&BTreeSet<Placed>> {
        self.kinds.get(&kind)
    }

    fn len(&self, kind: Kind) -> usize {
        self.of(kind).map_or(0, BTreeSet::len)
    }

    /// The smallest part that holds everything that is asked for.
    fn narrowest(&self, wanted: &Wanted) -> Option<&BTreeSet<Placed>> {
        let mut parts = vec![self.of(Kind::All)];
        if wanted.standing == Some(Standing::Waiting) {
            parts.push(self.of(Kind::Waiting));
        }
        match &wanted.holder {
            Some(Holder::Nobody) => parts.push(self.of(Kind::Free)),
            Some(Holder::Person(person)) => parts.push(self.held.get(person)),
            None => {}
        }
        if let (Some(procedures), None) = (&wanted.procedures, &wanted.number)
            && procedures.len() == 1
        {
            parts.push(procedures.first().and_then(|one| self.procedures.get(one)));
        }
        // A part that is not there is empty.
        parts.into_iter().min_by_key(|part| part.map_or(0, BTreeSet::len)).flatten()
    }
}

/// All open steps.
#[derive(Debug, Default)]
pub(super) struct Queues {
    desks: BTreeMap<(Id, Option<Id>), Desk>,
    held: HashMap<ObjectRef, BTreeSet<Placed>>,
}

impl Queues {
    pub(super) fn put(&mut self, task: Task) -> Placed {
        let placed = Placed(Arc::new(task));
        let Task { office, role, holder, .. } = &*placed.0;
        for role in [Some(role.clone()), None] {
            self.desks.entry((office.clone(), role)).or_default().put(&placed);
        }
        if let Some(holder) = holder {
            self.held.entry(holder.clone()).or_default().insert(placed.clone());
        }
        placed
    }

    pub(super) fn take(&mut self, placed: &Placed) {
        let Task { office, role, holder, .. } = &*placed.0;
        for role in [Some(role.clone()), None] {
            if let Some(desk) = self.desks.get_mut(&(office.clone(), role)) {
                desk.take(placed);
            }
        }
        if let Some(holder) = holder
            && let Some(held) = self.held.get_mut(holder)
        {
            held.remove(placed);
            if held.is_empty() {
                self.held.remove(holder);
            }
        }
    }

    fn desk(&self, office: &Id, role: Option<&Id>) -> Option<&Desk> {
        self.desks.get(&(office.clone(), role.cloned()))
    }

    /// The tasks of an office, of a role or of all, the most urgent first.
    pub(super) fn tasks<'a>(
        &'a self,
        office: &Id,
        role: Option<&Id>,
    ) -> impl Iterator<Item = &'a Task> + use<'a> {
        let all = self.desk(office, role).and_then(|desk| desk.of(Kind::All));
        all.into_iter().flatten().map(|placed| &*placed.0)
    }

    /// All tasks, role by role in each office.
    pub(super) fn all(&self) -> impl Iterator<Item = &Task> {
        let desks = self.desks.iter().filter(|((_, role), _)| role.is_some());
        desks.filter_map(|(_, desk)| desk.of(Kind::All)).flatten().map(|placed| &*placed.0)
    }

    /// Those that are asked for, the most urgent first.
    pub(super) fn wanted<'a>(
        &'a self,
        office: &Id,
        wanted: &'a Wanted,
    ) -> impl Iterator<Item = &'a Task> + use<'a> {
        let desk = self.desk(office, wanted.role.as_ref());
        let part = desk.and_then(|desk| desk.narrowest(wanted));
        let (from, to) = wanted.span();
        let from = from.map_or(Bound::Unbounded, |from| Bound::Included(Placed::at(from)));
        let to = to.map_or(Bound::Unbounded, |to| Bound::Excluded(Placed::at(to)));
        let empty = matches!((&from, &to), (Bound::Included(from), Bound::Excluded(to)) if from >= to);
        let part = part.filter(|_| !empty).map(|part| part.range((from, to)));
        part.into_iter().flatten().map(|placed| &*placed.0).filter(|task| wanted.holds(task))
    }

    /// How many are asked for: known without looking at each where one thing alone narrows the queue.
    pub(super) fn many(&self, office: &Id, wanted: &Wanted) -> usize {
        let Some(desk) = self.desk(office, wanted.role.as_ref()) else { return 0 };
        let Wanted { role: _, procedures, number, standing, before, holder } = wanted;
        match (procedures, number, standing, before, holder) {
            (None, None, None, None, None) => desk.len(Kind::All),
            (None, None, Some(standing), None, None) => self.due(office, wanted.role.as_ref(), *standing),
            (None, None, None, None, Some(Holder::Nobody)) => desk.len(Kind::Free),
            (None, None, None, None, Some(Holder::Person(person))) => {
                desk.held.get(person).map_or(0, BTreeSet::len)
            }
            (Some(all), None, None, None, None) => {
                all.iter().filter_map(|one| desk.procedures.get(one)).map(BTreeSet::len).sum()
            }
            _ => self.wanted(office, wanted).count(),
        }
    }

    pub(super) fn counts(&self, office: &Id, role: Option<&Id>, me: &ObjectRef) -> Counts {
        let Some(desk) = self.desk(office, role) else { return Counts::default() };
        Counts {
            all: desk.len(Kind::All),
            waiting: desk.len(Kind::Waiting),
            free: desk.len(Kind::Free),
            mine: desk.held.get(me).map_or(0, BTreeSet::len),
        }
    }

    /// How many are due within a span, those that wait for nobody.
    pub(super) fn due(&self, office: &Id, role: Option<&Id>, standing: Standing) -> usize {
        let Some(desk) = self.desk(office, role) else { return 0 };
        let sum = |span: (Bound<Time>, Bound<Time>)| desk.dues.range(span).map(|(_, count)| count).sum();
        match standing {
            Standing::Waiting => desk.len(Kind::Waiting),
            Standing::Before(end) => sum((Bound::Unbounded, Bound::Excluded(end))),
            Standing::Between(from, to) if from > to => 0,
            Standing::Between(from, to) => sum((Bound::Included(from), Bound::Included(to))),
        }
    }

    /// The roles and the procedures of which an office has open steps.
    pub(super) fn kinds(&self, office: &Id) -> (Vec<Id>, Vec<Id>) {
        let desks = self.desks.range((office.clone(), None)..).take_while(|((of, _), _)| of == office);
        let busy = desks.filter(|(_, desk)| desk.len(Kind::All) > 0);
        let roles = busy.filter_map(|((_, role), _)| role.clone()).collect();
        let procedures = self.desk(office, None).map(|desk| desk.procedures.keys().cloned().collect());
        (roles, procedures.unwrap_or_default())
    }

    /// The tasks that somebody has taken, the most urgent first.
    pub(super) fn held<'a>(&'a self, person: &ObjectRef) -> impl Iterator<Item = &'a Task> + use<'a> {
        self.held.get(person).into_iter().flatten().map(|placed| &*placed.0)
    }

    /// Everybody who has taken a task, with how many.
    pub(super) fn holders(&self) -> impl Iterator<Item = (&ObjectRef, usize)> {
        self.held.iter().map(|(holder, tasks)| (holder, tasks.len()))
    }

    /// The tasks before and after one in the queue of its office and role.
    pub(super) fn beside(&self, placed: &Placed) -> (Option<&Task>, Option<&Task>) {
        let desk = self.desk(&placed.0.office, Some(&placed.0.role));
        let Some(all) = desk.and_then(|desk| desk.of(Kind::All)) else { return (None, None) };
        let before = all.range(..placed).next_back();
        let after = all.range((Bound::Excluded(placed), Bound::Unbounded)).next();
        (before.map(|placed| &*placed.0), after.map(|placed| &*placed.0))
    }
}

impl std::ops::Deref for Placed {
    type Target = Task;

    fn deref(&self) -> &Task {
        &self.0
    }
}
