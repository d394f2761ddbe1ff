//! A queue asked for by any filter holds what a plain look at every open step would find, in the same order.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use casework::State;
use casework::activity::{STARTED, SUBMITTED, TAKEN, WITHDRAWN, part};
use casework::board::{Alarm, Board, Holder, Outlook, SetBy, Standing, Still, Task, Ticking, Wanted};
use casework::number::Part;
use pack::Id;
use pack::model::{Own, Unit};
use proptest::prelude::*;
use record::{Event, ObjectRef, Time, Value};
use std::collections::{BTreeMap, BTreeSet};

const OFFICES: [&str; 3] = ["lake", "bridge", "hall"];
const ROLES: [&str; 3] = ["clerk", "examiner", "approver"];
const PROCEDURES: [&str; 3] = ["card", "house", "car"];
const PEOPLE: [&str; 3] = ["ann", "bob", "cleo"];

fn at(seconds: i64) -> Time {
    Time::new(1_795_392_000 + seconds, 0, Some(480)).unwrap()
}

/// Something that happens to a case: its number, what, and by numbers all else.
#[derive(Clone, Copy, Debug)]
struct Happening {
    case: usize,
    what: usize,
    office: usize,
    step: usize,
    person: usize,
    due: Option<i64>,
}

fn happening() -> impl Strategy<Value = Happening> {
    let due = proptest::option::weighted(0.8, -5_i64..12);
    (0_usize..14, 0_usize..9, 0_usize..3, 0_usize..3, 0_usize..3, due).prop_map(
        |(case, what, office, step, person, due)| Happening { case, what, office, step, person, due },
    )
}

/// The events by which it happens; a case that has not begun begins.
fn events(state: &State, one: Happening, clock: i64) -> Vec<Event> {
    let case = ObjectRef::new("case", format!("2611-{:02}A", one.case));
    let event = |activity: &str, number: u64| {
        Event::new(format!("{case}/{number}"), activity, at(clock)).about(part::CASE, case.clone())
    };
    let next = state.events + 1;
    let opened = |office: usize, step: usize| {
        Value::List(vec![Value::from(format!("{}@{}", ROLES[step], OFFICES[office]).as_str())])
    };
    if state.case.is_none() {
        let office = ObjectRef::new("office", OFFICES[one.office]);
        let begun = event(STARTED, 1).about(part::OFFICE, office).with("procedure", PROCEDURES[one.case % 3]);
        let handed = event(SUBMITTED, 2).with("stage", "open").with("opened", opened(one.office, one.step));
        return vec![begun, handed];
    }
    if state.ended() {
        return Vec::new();
    }
    vec![match one.what {
        0..=2 => event("step opened", next).with("opened", opened(one.office, one.step)),
        3 => event("step closed", next).with("closed", Value::List(vec![Value::from(ROLES[one.step])])),
        4 | 5 => event(TAKEN, next)
            .with("step", ROLES[one.step])
            .about(part::HOLDER, ObjectRef::new("person", PEOPLE[one.person])),
        6 => event("stopped", next).with("stage", "correcting"),
        7 => event("goes on", next).with("stage", "open"),
        _ => event(WITHDRAWN, next).with("ended", "withdrawn"),
    }]
}

/// Some clocks have a promise within their limit.
fn promised(due: i64) -> Option<i64> {
    (due % 3 == 0).then_some(due - 4)
}

/// What the definitions would add: each step is of the role of its name, and one clock runs.
fn outlook(due: Option<i64>, step: usize) -> Outlook {
    let roles = ROLES.iter().map(|role| (Id::from(*role), Id::from(*role))).collect();
    let clock = |due| Ticking {
        alarm: Alarm::Clock("decision".into()),
        due: at(due * 3_600),
        promised: promised(due).map(|hours| at(hours * 3_600)),
        lawful: due % 2 == 0,
        office: true,
        told: false,
    };
    Outlook { roles, ticking: due.map(clock).into_iter().collect(), still: still(step), ..Outlook::default() }
}

/// A clock that stands still beside it: of some nobody knows what is left.
fn still(step: usize) -> Option<Still> {
    let two_days = Some(Own { amount: 2, unit: Unit::Workdays });
    [Some(Still { left: two_days }), Some(Still { left: None }), None][step]
}

/// A board after all that happened, and all open steps as a plain reading of the same has them.
fn played(happenings: &[Happening]) -> (Board, Vec<Task>) {
    let mut board = Board::default();
    let mut states: BTreeMap<usize, (State, Option<i64>, usize)> = BTreeMap::new();
    for (clock, one) in (0..).zip(happenings) {
        let (state, due, step) = states.entry(one.case).or_default();
        for event in events(state, *one, clock) {
            state.apply(&event);
            (*due, *step) = (one.due, one.step);
            board.apply(&event, None, |_, _| outlook(one.due, one.step));
        }
    }
    let mut all: Vec<Task> = Vec::new();
    for (state, due, seen) in states.values().filter(|(state, ..)| !state.ended()) {
        all.extend(state.open_steps().map(|(id, step)| Task {
            case: state.case.clone().unwrap(),
            procedure: state.procedure.clone(),
            step: id.clone(),
            office: step.office.clone(),
            role: id.clone(),
            holder: step.holder.clone(),
            opened: step.runs.last().unwrap().opened,
            due: due.map(|due| at(promised(due).unwrap_or(due) * 3_600)),
            set_by: due.map(|due| match due {
                due if promised(due).is_some() => SetBy::Promise,
                due if due % 2 == 0 => SetBy::Law,
                _ => SetBy::Office,
            }),
            still: still(*seen).filter(|_| due.is_none()),
            waiting: state.stage == casework::state::Stage::Correcting && due.is_none(),
        }));
    }
    all.sort_by(|a, b| {
        let known = |task: &Task| task.still.is_some_and(|still| still.left.is_some());
        let key = |task: &Task| {
            let place = (task.due.is_none(), task.due, task.waiting, task.due.is_none() && !known(task));
            (place, task.opened, task.case.clone(), task.step.clone())
        };
        key(a).cmp(&key(b))
    });
    (board, all)
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let role = proptest::option::of(0_usize..3);
    let procedures = proptest::option::of(proptest::collection::btree_set(0_usize..3, 0..3));
    let number = proptest::option::weighted(0.2, 0_usize..14);
    let standing = proptest::option::of((0_usize..3, -6_i64..8, 0_i64..6));
    let before = proptest::option::weighted(0.3, -3_i64..10);
    let holder = proptest::option::of(0_usize..4);
    (role, procedures, number, standing, before, holder).prop_map(
        |(role, procedures, number, standing, before, holder)| Wanted {
            role: role.map(|role| ROLES[role].into()),
            procedures: procedures.map(|all| all.into_iter().map(|one| PROCEDURES[one].into()).collect()),
            number: number.and_then(|case| Part::read(&format!("11-{case:02}a"))),
            standing: standing.map(|(kind, from, length)| match kind {
                0 => Standing::Before(at(from * 3_600)),
                1 => Standing::Between(at(from * 3_600), at((from + length) * 3_600)),
                _ => Standing::Waiting,
            }),
            before: before.map(|end| at(end * 3_600)),
            holder: holder.map(|person| match PEOPLE.get(person) {
                Some(person) => Holder::Person(ObjectRef::new("person", *person)),
                None => Holder::Nobody,
            }),
        },
    )
}

/// The plain scan.
fn holds(wanted: &Wanted, office: &Id, task: &Task) -> bool {
    let of_procedure = wanted.procedures.as_ref().is_some_and(|all| all.contains(&task.procedure));
    let matter = match (&wanted.procedures, &wanted.number) {
        (None, None) => true,
        (_, number) => of_procedure || number.as_ref().is_some_and(|part| part.is_of(task.case.id.as_str())),
    };
    let due = |holds: &dyn Fn(Time) -> bool| task.due.is_some_and(holds);
    let standing = match wanted.standing {
        None => true,
        Some(Standing::Waiting) => task.waiting,
        Some(Standing::Before(end)) => due(&|due| due < end),
        Some(Standing::Between(from, to)) => due(&|due| due >= from && due <= to),
    };
    let holder = match &wanted.holder {
        None => true,
        Some(Holder::Nobody) => task.holder.is_none(),
        Some(Holder::Person(person)) => task.holder.as_ref() == Some(person),
    };
    task.office == *office
        && wanted.role.as_ref().is_none_or(|role| *role == task.role)
        && matter
        && standing
        && holder
        && wanted.before.is_none_or(|end| due(&|due| due < end))
}

fn check(happenings: &[Happening], wanted: &Wanted, me: usize) {
    let (board, all) = played(happenings);
    let me = ObjectRef::new("person", PEOPLE[me]);
    let scanned = |wanted: &Wanted, office: &Id| -> Vec<Task> {
        all.iter().filter(|task| holds(wanted, office, task)).cloned().collect()
    };
    for office in OFFICES.map(Id::from) {
        let found: Vec<Task> = board.wanted(&office, wanted).cloned().collect();
        assert_eq!(found, scanned(wanted, &office), "{wanted:?}");
        assert_eq!(board.many(&office, wanted), found.len(), "{wanted:?}");
        let of_role = Wanted { role: wanted.role.clone(), ..Wanted::default() };
        let here = scanned(&of_role, &office);
        let counts = board.counts(&office, wanted.role.as_ref(), &me);
        assert_eq!(counts.all, here.len());
        assert_eq!(counts.waiting, here.iter().filter(|task| task.waiting).count());
        assert_eq!(counts.free, here.iter().filter(|task| task.holder.is_none()).count());
        assert_eq!(counts.mine, here.iter().filter(|task| task.holder.as_ref() == Some(&me)).count());
        if let Some(standing) = wanted.standing {
            let alone = Wanted { standing: Some(standing), ..of_role.clone() };
            let standing = board.standing(&office, wanted.role.as_ref(), standing);
            assert_eq!(standing, scanned(&alone, &office).len());
        }
        let (roles, procedures) = board.kinds_of(&office);
        let whole = scanned(&Wanted::default(), &office);
        let distinct = |of: fn(&Task) -> &Id| whole.iter().map(of).cloned().collect::<BTreeSet<_>>();
        assert_eq!(roles.into_iter().collect::<BTreeSet<_>>(), distinct(|task| &task.role));
        assert_eq!(procedures.into_iter().collect::<BTreeSet<_>>(), distinct(|task| &task.procedure));
        for (at, task) in here.iter().enumerate().filter(|_| wanted.role.is_some()) {
            // A case that has several steps at one desk stands where the first of them does.
            if here.iter().filter(|other| other.case == task.case).count() == 1 {
                let (before, after) = board.beside(&task.case, &office, &task.role);
                assert_eq!(before, at.checked_sub(1).map(|at| &here[at].case));
                assert_eq!(after, here.get(at + 1).map(|task| &task.case));
            }
        }
    }
    let held: Vec<Task> = board.held(&me).cloned().collect();
    assert_eq!(
        held,
        all.iter().filter(|task| task.holder.as_ref() == Some(&me)).cloned().collect::<Vec<_>>()
    );
    let holders: BTreeMap<&ObjectRef, usize> = board.holders().collect();
    assert_eq!(holders.values().sum::<usize>(), all.iter().filter(|task| task.holder.is_some()).count());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn a_queue_holds_what_a_plain_look_at_every_step_finds(
        happenings in proptest::collection::vec(happening(), 0..80),
        wanted in wanted(),
        me in 0_usize..3,
    ) {
        check(&happenings, &wanted, me);
    }
}
