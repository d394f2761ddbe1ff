//! Lines with machines, people and changes: small ones are tried out in full by someone who knows only what is asked.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::balance::staffing::hunt::{Outcome, by_moves, possible, shortest};
use garment::balance::staffing::lacks::{Lack, plain, ruled_out};
use garment::balance::staffing::practice::minutes;
use garment::balance::staffing::standing::standing;
use garment::balance::staffing::task::Task;
use garment::balance::staffing::{Floor, Learning, Standing, check, read};
use garment::balance::{Crew, Plan};
use garment::chance::Chance;
use garment::day::Day;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A task by chance: few machines, people who cannot do all, a plan that stands.
fn any_task(chance: &mut Chance, most_operations: u64, most_workers: u64) -> Task {
    let n = 2 + chance.below(most_operations - 1) as usize;
    let workers = 1 + chance.below(most_workers) as usize;
    let kinds = 1 + chance.below(3);
    let (gaps, ties) = (chance.below(45), 5 + chance.below(45));
    let mut names: Vec<usize> = (0..n).collect();
    (1..n).for_each(|at| names.swap(at, chance.below(at as u64 + 1) as usize));
    let pairs: Vec<(usize, usize)> = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect();
    let order =
        pairs.into_iter().filter(|_| chance.percent(ties)).map(|(a, b)| (names[a], names[b])).collect();
    let mut time = |_: usize| (!chance.percent(gaps)).then(|| 1 + chance.below(20) as u32);
    let times: Vec<Vec<Option<u32>>> = (0..n).map(|_| (0..workers).map(&mut time).collect()).collect();
    let holder = |row: &Vec<Option<u32>>, chance: &mut Chance| {
        let who = chance.below(workers as u64 + 1) as usize;
        row.get(who).copied().flatten().map(|_| who)
    };
    Task {
        holders: times.iter().map(|row| holder(row, chance)).collect(),
        kinds: (0..n).map(|_| chance.percent(80).then(|| chance.below(kinds) as usize)).collect(),
        machines: (0..kinds).map(|_| 1 + chance.below(2) as u32).collect(),
        most: chance.percent(30).then(|| 1 + chance.below(2) as u32),
        crew: Crew { times, order },
        moves: None,
    }
}

/// Whether people can sit so that no piece goes back: one after the other is seated whose operations wait for nobody left.
fn seated(task: &Task, who: &[usize]) -> bool {
    let mut left: BTreeSet<usize> = who.iter().copied().collect();
    while let Some(next) = left.iter().copied().find(|next| {
        let waits = |(a, b): &(usize, usize)| who[*b] == *next && who[*a] != *next && left.contains(&who[*a]);
        !task.crew.order.iter().any(waits)
    }) {
        left.remove(&next);
    }
    left.is_empty()
}

/// Of each number of moves the shortest cycle, by giving each operation to everybody.
fn oracle(task: &Task) -> Vec<Option<u32>> {
    let (n, workers) = (task.crew.times.len(), task.workers());
    let mut best = vec![None::<u32>; n + 1];
    for code in 0..workers.pow(n as u32) {
        let who: Vec<usize> = (0..n).map(|at| code / workers.pow(at as u32) % workers).collect();
        let times: Option<Vec<u32>> = (0..n).map(|at| task.crew.times[at][who[at]]).collect();
        let Some(times) = times else { continue };
        let load = |one: usize| (0..n).filter(|at| who[*at] == one).map(|at| times[at]).sum::<u32>();
        let cycle = (0..workers).map(load).max().unwrap();
        let places: BTreeSet<(usize, usize)> =
            (0..n).filter_map(|at| Some((who[at], task.kinds[at]?))).collect();
        let few = |kind: usize| {
            places.iter().filter(|(_, own)| *own == kind).count() <= task.machines[kind] as usize
        };
        let neat = |one: usize| {
            let own = places.iter().filter(|(who, _)| *who == one).count();
            task.most.is_none_or(|most| own <= most as usize)
        };
        let moved = (0..n).filter(|at| task.holders[*at] != Some(who[*at])).count();
        let holds = (0..task.machines.len()).all(few) && (0..workers).all(neat);
        if best[moved].is_none_or(|best| cycle < best) && holds && seated(task, &who) {
            best[moved] = Some(cycle);
        }
    }
    let mut so_far = None;
    best.into_iter()
        .map(|own| {
            so_far = [so_far, own].into_iter().flatten().min();
            so_far
        })
        .collect()
}

fn cycle(task: &Task, outcome: &Outcome) -> Option<u32> {
    match outcome {
        Outcome::Best(answer) => {
            assert_eq!(check::faults(task, &answer.plan), Vec::<String>::new());
            assert_eq!(answer.bound, answer.plan.cycle, "{task:?}");
            Some(answer.plan.cycle)
        }
        Outcome::Impossible => None,
        Outcome::Unknown => panic!("all of a small line is looked at: {task:?}"),
    }
}

/// Whether there is a plan with so many machines of a kind.
fn does(task: &Task, kind: usize, count: u32) -> bool {
    let mut task = task.clone();
    task.machines[kind] = count;
    oracle(&task).last().copied().flatten().is_some()
}

/// Whenever the time is over, nothing is told to be missing that was not found out; how often a number is told as the most.
fn cut_short(task: &Task) -> usize {
    let mut most = 0;
    let whole = ruled_out(task, &mut || true);
    for patience in 0.. {
        let mut left = patience;
        let mut clock = || {
            left -= i32::from(left > 0);
            left > 0
        };
        let lacks = ruled_out(task, &mut clock);
        for lack in &lacks {
            match lack {
                Lack::Machines { kind, wanted, fewest } => {
                    assert!(does(task, *kind, *wanted), "{patience} {task:?}");
                    assert!(!fewest || !does(task, *kind, wanted - 1), "{patience} {task:?}");
                    most += usize::from(!fewest);
                }
                Lack::Kinds { wanted } => {
                    let task = Task { most: Some(*wanted), ..task.clone() };
                    assert!(oracle(&task).last().copied().flatten().is_some(), "{patience} {task:?}");
                }
                Lack::Unclear => {}
                other => assert!(whole.contains(other), "{patience} {other:?} {task:?}"),
            }
        }
        if lacks == whole {
            break;
        }
    }
    most
}

#[test]
fn small_lines_have_the_shortest_cycle_with_every_number_of_moves() {
    let mut chance = Chance::new(21);
    let (mut impossible, mut told, mut most, mut steps) = (0, 0, 0, 0);
    for _ in 0..260 {
        let task = any_task(&mut chance, 7, 4);
        let expected = oracle(&task);
        let moves: Vec<u32> = (0..expected.len() as u32).collect();
        let rows = by_moves(&task, &moves, &mut |_| true);
        for (moves, outcome) in moves.iter().zip(&rows) {
            let task = Task { moves: Some(*moves), ..task.clone() };
            assert_eq!(cycle(&task, outcome), expected[*moves as usize], "{task:?}");
        }
        let best = expected.last().copied().flatten();
        assert_eq!(cycle(&task, rows.last().unwrap()), best);
        assert_eq!(cycle(&task, &shortest(&task, &mut |_| true)), best);
        assert_eq!(possible(&task, &mut || true), Some(best.is_some()));
        steps += BTreeSet::from_iter(expected.iter().flatten()).len();
        impossible += usize::from(best.is_none());
        if best.is_none() && task.crew.times.iter().all(|row| row.iter().any(Option::is_some)) {
            // What is told to be missing is missing: one machine less than that and there is still no plan.
            for lack in ruled_out(&task, &mut || true) {
                if let Lack::Machines { kind, wanted, fewest } = lack {
                    let with = |count: u32| does(&task, kind, count);
                    assert_eq!((with(wanted - 1), with(wanted), fewest), (false, true, true), "{task:?}");
                    told += 1;
                    most += cut_short(&task);
                }
            }
        }
    }
    assert!(impossible > 20 && told > 2 && most > 0 && steps > 180, "{impossible} {told} {most} {steps}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Plans of larger lines keep to everything, also where the time is over before anything is proved.
    #[test]
    fn plans_keep_to_order_skills_machines_and_moves(seed in any::<u64>(), patience in 500u32..20_000) {
        let mut chance = Chance::new(seed);
        let task = any_task(&mut chance, 24, 8);
        let mut left = patience;
        let mut clock = |_| { left = left.saturating_sub(1); left > 0 };
        let moves: Vec<u32> = (task.orphans()..task.orphans() + 4).collect();
        let mut before = u32::MAX;
        for (moves, outcome) in moves.iter().map(|moves| Some(*moves)).chain([None]).zip(by_moves(&task, &moves, &mut clock)) {
            let task = Task { moves, ..task.clone() };
            if let Outcome::Best(answer) = outcome {
                let Plan { stations, workers, cycle } = &answer.plan;
                let workers = workers.as_ref().unwrap();
                let place = |one: usize| stations.iter().position(|station| station.contains(&one)).unwrap();
                prop_assert!(task.crew.order.iter().all(|(a, b)| place(*a) <= place(*b)));
                let load = |at: usize| stations[at].iter().map(|one| task.crew.times[*one][workers[at]].unwrap()).sum::<u32>();
                prop_assert_eq!((0..stations.len()).map(load).max(), Some(*cycle));
                for (kind, there) in task.machines.iter().enumerate() {
                    let takes = |station: &&Vec<usize>| station.iter().any(|one| task.kinds[*one] == Some(kind));
                    prop_assert!(stations.iter().filter(takes).count() <= *there as usize);
                }
                let moved = (0..task.kinds.len()).filter(|one| task.holders[*one] != Some(workers[place(*one)])).count();
                prop_assert!(moves.is_none_or(|most| moved <= most as usize));
                prop_assert!(answer.bound <= *cycle && *cycle <= before);
                prop_assert_eq!(check::faults(&task, &answer.plan), Vec::<String>::new());
                before = *cycle;
            }
        }
    }
}

const LINE: &str = r#"
line = "collars"
from = 2026-10-12
minutes = 480
pieces = 300

[calendar]
rest = [2026-10-15]

[learning]
rate = 80
fixed = 25
practised = 1000

[[machine]]
id = "lockstitch"
count = 2

[[machine]]
id = "press"
count = 1

[[operation]]
id = "run"
minutes = 0.6
machine = "lockstitch"

[[operation]]
id = "turn"
minutes = 0.35
after = ["run"]

[[operation]]
id = "iron"
minutes = 0.4
machine = "press"
after = ["turn"]

[[operation]]
id = "topstitch"
minutes = 0.75
machine = "lockstitch"
after = ["iron"]

[[operator]]
id = "Wang"
machines = { lockstitch = 110, hand = 80 }

[[operator]]
id = "Li"
machines = { lockstitch = 90, press = 100, hand = 100 }
operations = { topstitch = 120, run = 0 }
absent = [2026-10-13]

[[operator]]
id = "Zhao"
machines = { press = 95, lockstitch = 80, hand = 100 }
done = { topstitch = 100 }
until = 2026-10-16
"#;

fn line() -> Floor {
    read::floor(LINE).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn day(day: u32) -> Option<Day> {
    Day::new(2026, 10, day)
}

#[test]
fn practice_makes_quicker_along_the_curve() {
    let floor = line();
    let learning = Learning { rate: 8_000, fixed: 2_500, practised: 1_000 };
    assert_eq!(floor.learning, Some(learning.clone()));
    // Of De Jong's curve by hand: 0.25 + 0.75 n^log2(0.8). Doubling takes what can be learned down to 80 %.
    let at = |n: f64| 0.25 + 0.75 * n.powf(0.8f64.log2());
    for (done, n) in [(0, 1.0), (1, 2.0), (3, 4.0), (99, 100.0), (999, 1000.0), (5000, 1000.0)] {
        assert!((learning.factor(done) - at(n) / at(1000.0)).abs() < 1e-12, "{done}");
    }
    let wright = Learning { fixed: 0, ..learning };
    assert!((wright.factor(0) / wright.factor(1) - 1.25).abs() < 1e-12);
    // 0.75 minutes at 80 %, by an operator who has done 100 pieces.
    let expected = (937.5 * at(101.0) / at(1000.0)).ceil() as u32;
    assert_eq!((floor.time(3, 2, Some(100)), floor.time(3, 2, None)), (Some(expected), Some(938)));
    assert_eq!(
        (floor.time(3, 1, None), floor.time(0, 1, None), floor.time(1, 0, None)),
        (Some(625), None, Some(438))
    );
}

#[test]
fn who_is_there_and_what_they_have_done_goes_by_days() {
    let floor = line();
    let there = |day: Option<Day>, without: &[usize]| floor.there(day, without);
    assert_eq!(there(None, &[]), [0, 1, 2]);
    assert_eq!(there(day(13), &[]), [0, 2]);
    assert_eq!(there(day(16), &[1]), [0, 2]);
    assert_eq!(there(day(19), &[]), [0, 1]);
    // Zhao has the topstitching: 12, 13, 14 and 16 October are worked, the 15th is not.
    let standing = Standing { holders: vec![Some(0), Some(1), Some(1), Some(2)], ..Standing::default() };
    let done = |standing: &Standing, until: u32| floor.practice(Some(standing), day(until))[3][2];
    assert_eq!((done(&standing, 12), floor.practice(None, day(19))[3][2]), (Some(100), Some(100)));
    let mut pieces = 100;
    for today in [12, 13, 14, 16] {
        assert_eq!(done(&standing, today), Some(pieces));
        let others = if today == 13 { 546 } else { 750 };
        pieces += (480_000 / floor.time(3, 2, Some(pieces)).unwrap().max(others)).min(1_000_000);
    }
    // The last day of Zhao is the 16th; nothing is learned after it, nor by those who are practised.
    assert_eq!((done(&standing, 17), done(&standing, 23)), (Some(pieces), Some(pieces)));
    assert_eq!(floor.practice(Some(&standing), day(23))[0][0], None);
    // A plan that was made later knows what was done until then; one that is older than the line's counts does not.
    let later = Standing { day: day(14), practice: vec![(3, 2, 400)], ..standing.clone() };
    let older = Standing { day: day(9), ..later.clone() };
    assert_eq!((done(&later, 14), done(&older, 12)), (Some(400), Some(100)));
}

#[test]
fn a_plan_that_stands_is_read_as_it_was_written() {
    let floor = line();
    let told = |text: &str| match standing(&floor, &serde_json::from_str(text).unwrap()) {
        Ok(standing) => format!("{standing:?}"),
        Err(faults) => faults.join("\n"),
    };
    let plans = [
        r#"{"day": "2026-10-14", "stations": [
            {"operator": "Wang", "operations": [{"operation": "run"}, {"operation": "hem"}]},
            {"operator": "Sun", "operations": [{"operation": "iron"}, {"operation": "turn"}]}],
            "practice": [{"operation": "topstitch", "operator": "Zhao", "pieces": 730},
                         {"operation": "hem", "operator": "Zhao", "pieces": 1}]}"#,
        r#"{"stations": [{"operator": "Wang", "operations": [{"operation": "run"}]},
            {"operator": "Li", "operations": [{"operation": "run"}, {"operation": 4}]}, {"operations": 3}], "day": "soon"}"#,
        r#"{"stations": [{"operator": "Wang", "operations": [{"operation": "hem"}]}], "practice": [{"pieces": -1}]}"#,
        "[]",
    ];
    insta::assert_snapshot!(plans.map(told).join("\n--\n"));
}

#[test]
fn what_is_missing_is_told_with_the_mend() {
    let told = |text: &str, on: Option<Day>, without: &[usize]| {
        let floor = read::floor(text).unwrap_or_else(|faults| panic!("{faults:?}"));
        let there = floor.there(on, without);
        let task = Task::new(&floor, &there, &floor.practice(None, on), None);
        let mut lacks = plain(&floor, &task, &there);
        if lacks.is_empty() {
            lacks = match shortest(&task, &mut |_| true) {
                Outcome::Best(answer) => return format!("a cycle of {}", minutes(answer.plan.cycle.into())),
                _ => ruled_out(&task, &mut || true),
            };
        }
        lacks.iter().map(|lack| lack.told(&floor)).collect::<Vec<_>>().join("\n")
    };
    let one = LINE.replace("count = 2", "count = 1");
    let none = LINE.replace("count = 1", "count = 0");
    let only = LINE
        .replace("lockstitch = 110", "lockstitch = 0")
        .replace("machines = { lockstitch = 0, hand = 80 }", "machines = { hand = 80 }");
    let back = one
        .replace("topstitch = 120, run = 0", "topstitch = 120, run = 0, iron = 0")
        .replace("lockstitch = 80, hand", "hand");
    let neat = LINE.replace("pieces = 300", "machines_each = 1");
    insta::assert_snapshot!(
        [
            told(LINE, None, &[]),
            told(LINE, day(13), &[2]),
            told(LINE, day(13), &[]),
            told(&none, None, &[]),
            told(&one, None, &[]),
            told(&only, day(19), &[]),
            told(&back, None, &[]),
            told(&neat, day(19), &[]),
        ]
        .join("\n--\n")
    );
}

#[test]
fn every_mistake_of_a_line_is_told_at_once() {
    let told = |text: &str| {
        let faults = read::floor(text).unwrap_err();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let broken = "minutes = 480\npieces = 100\ncycle = 4\nnote = 1\n[learning]\nrate = 20\nfixed = 200\n\
        [[machine]]\nid = \"hand\"\ncount = 1\n[[machine]]\nid = \"m\"\n\
        [[operation]]\nid = \"a\"\nminutes = 0\nmachine = \"x\"\nafter = [\"b\", \"c\"]\n\
        [[operation]]\nid = \"b\"\nminutes = 2000\nafter = [\"a\"]\n[[operation]]\nid = \"b\"\nafter = 3\n\
        [[operator]]\nid = \"o\"\nmachines = { m = 0, n = 90 }\noperations = { z = 50 }\nfrom = 2026-10-02\nuntil = 2026-10-01\n\
        [[operator]]\nid = \"o\"\n";
    let unlearned = "cycle = 1441\nminutes = 480\npieces = 9000000\n[[operation]]\nid = \"a\"\nminutes = 1\nafter = [\"a\"]\n\
        [[operator]]\nid = \"o\"\nmachines = { hand = 90 }\ndone = { a = 4 }\n";
    insta::assert_snapshot!([told(broken), told(unlearned), told("")].join("\n--\n"));
}
