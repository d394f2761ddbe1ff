//! Lines: every answer goes through a validator of its own, and small ones are tried out in full.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::balance::read::{Problem, read};
use garment::balance::{Answer, Crew, Line, NoPlan, check, cycle, stations};
use garment::chance::Chance;

/// A drawn order of `n` operations, in which each pair stands with `percent`, over numbers that are shuffled.
fn order(chance: &mut Chance, n: usize, percent: u64) -> Vec<(usize, usize)> {
    let mut names: Vec<usize> = (0..n).collect();
    (1..n).for_each(|at| names.swap(at, chance.below(at as u64 + 1) as usize));
    let pairs = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
    pairs.filter(|_| chance.percent(percent)).map(|(a, b)| (names[a], names[b])).collect()
}

/// Whether a plan holds, by someone who knows only what a line is.
fn holds(
    order: &[(usize, usize)],
    n: usize,
    stations: &[Vec<usize>],
    time: &dyn Fn(usize, usize) -> u32,
) -> u32 {
    let place = |one: usize| {
        let at: Vec<usize> = (0..stations.len()).filter(|at| stations[*at].contains(&one)).collect();
        assert_eq!(at.len(), 1, "operation {one} is done once");
        at[0]
    };
    for one in 0..n {
        place(one);
    }
    assert!(order.iter().all(|(before, after)| place(*before) <= place(*after)));
    assert_eq!(stations.iter().map(Vec::len).sum::<usize>(), n);
    (0..stations.len()).map(|at| stations[at].iter().map(|one| time(*one, at)).sum()).max().unwrap_or(0)
}

/// The fewest stations by dynamic programming over sets (Held, Karp and Shareshian 1963).
fn fewest(line: &Line, cycle: u32) -> u32 {
    let n = line.times.len();
    let mut best = vec![(u32::MAX, 0); 1 << n];
    best[0] = (0, cycle);
    for set in 0..1usize << n {
        for one in (0..n).filter(|one| set >> one & 1 == 0) {
            let ready = line.order.iter().all(|(before, after)| *after != one || set >> before & 1 == 1);
            if best[set].0 == u32::MAX || !ready {
                continue;
            }
            let (count, used) = best[set];
            let fits = used + line.times[one] <= cycle;
            let next = if fits { (count, used + line.times[one]) } else { (count + 1, line.times[one]) };
            let to = set | 1 << one;
            best[to] = best[to].min(next);
        }
    }
    best[(1 << n) - 1].0
}

#[test]
fn small_lines_have_the_fewest_stations_and_the_shortest_cycle() {
    let mut chance = Chance::new(11);
    for round in 0..400 {
        let n = 2 + chance.below(10) as usize;
        let percent = 5 + chance.below(40);
        let cycle = 20 + chance.below(30) as u32;
        let times: Vec<u32> =
            (0..n).map(|_| chance.below(u64::from(cycle)) as u32 + u32::from(round % 3 > 0)).collect();
        let line = Line { times, order: order(&mut chance, n, percent) };
        let Answer { plan, bound } = stations::fewest(&line, cycle, &mut || true).unwrap();
        let longest = holds(&line.order, n, &plan.stations, &|one, _| line.times[one]);
        assert_eq!((longest, longest <= cycle), (plan.cycle, true));
        assert!(check::faults(&line, &plan).is_empty());
        let expected = fewest(&line, cycle);
        assert_eq!((plan.stations.len() as u32, bound), (expected, expected), "{line:?} {cycle}");
        let wanted = 1 + chance.below(4) as u32;
        let Answer { plan, bound } = cycle::shortest(&line, wanted, &mut || true).unwrap();
        let longest = holds(&line.order, n, &plan.stations, &|one, _| line.times[one]);
        let least = line.times.iter().max().copied().unwrap().max(1);
        let shortest = (least..).find(|cycle| fewest(&line, *cycle) <= wanted).unwrap();
        assert!(plan.stations.len() as u32 <= wanted);
        assert_eq!((longest.max(1), bound), (shortest, shortest), "{line:?} {wanted}");
    }
}

/// The shortest cycle of a crew: everything tried, station by station.
fn shortest(crew: &Crew, done: usize, free: usize) -> u32 {
    let n = crew.times.len();
    if done == (1 << n) - 1 {
        return 0;
    }
    let mut best = u32::MAX;
    for worker in (0..crew.times[0].len()).filter(|worker| free >> worker & 1 == 1) {
        for load in 1..1usize << n {
            let after = done | load;
            let ordered = crew.order.iter().all(|(a, b)| after >> b & 1 == 0 || after >> a & 1 == 1);
            let able = (0..n).filter(|one| load >> one & 1 == 1).map(|one| crew.times[one][worker]);
            let Some(sum) = able.sum::<Option<u32>>().filter(|_| done & load == 0 && ordered) else {
                continue;
            };
            if sum < best {
                best = best.min(sum.max(shortest(crew, after, free & !(1 << worker))));
            }
        }
    }
    best
}

#[test]
fn small_crews_have_the_shortest_cycle() {
    let mut chance = Chance::new(12);
    let mut impossible = 0;
    for _ in 0..250 {
        let (n, workers) = (2 + chance.below(5) as usize, 1 + chance.below(4) as usize);
        let percent = 5 + chance.below(50);
        let mut time = |_: usize| (!chance.percent(15)).then(|| 1 + chance.below(20) as u32);
        let times: Vec<Vec<Option<u32>>> = (0..n).map(|_| (0..workers).map(&mut time).collect()).collect();
        let crew = Crew { times, order: order(&mut chance, n, percent) };
        let expected = shortest(&crew, 0, (1 << workers) - 1);
        match cycle::of_crew(&crew, &mut || true) {
            Ok(Answer { plan, bound }) => {
                assert!(check::crew_faults(&crew, &plan).is_empty());
                let staff = plan.workers.clone().unwrap();
                let longest =
                    holds(&crew.order, n, &plan.stations, &|one, at| crew.times[one][staff[at]].unwrap());
                assert_eq!((longest, bound), (expected, expected), "{crew:?}");
            }
            Err(_) => {
                assert_eq!(expected, u32::MAX, "{crew:?}");
                impossible += 1;
            }
        }
    }
    assert!(impossible > 0);
}

#[test]
fn what_no_plan_can_mend_is_told() {
    let line = |order: &[(usize, usize)]| Line { times: vec![5, 6, 7], order: order.to_vec() };
    for (order, cycle, told) in [
        (
            &[(0, 1)][..],
            6,
            "operation 3 takes 7, longer than the cycle of 6; divide it, or take a cycle of 7 at least",
        ),
        (&[(0, 1), (1, 0)], 9, "operations 1 and 2 come before each other; leave one of the two orders out"),
    ] {
        assert_eq!(stations::fewest(&line(order), cycle, &mut || true).unwrap_err().to_string(), told);
    }
    assert_eq!(cycle::shortest(&line(&[]), 0, &mut || true), Err(NoPlan::NoStations));
    let crew = Crew { times: vec![vec![None, None]], order: Vec::new() };
    assert_eq!(cycle::of_crew(&crew, &mut || true), Err(NoPlan::Nobody(1)));
}

#[test]
fn a_plan_is_there_also_when_there_is_no_time() {
    let mut chance = Chance::new(4);
    let times: Vec<u32> = (0..150).map(|_| 1 + chance.below(60) as u32).collect();
    let line = Line { order: order(&mut chance, 150, 3), times };
    let Answer { plan, bound } = stations::fewest(&line, 100, &mut || false).unwrap();
    assert!(check::faults(&line, &plan).is_empty() && bound <= plan.stations.len() as u32);
    let Answer { plan, bound } = cycle::shortest(&line, 40, &mut || false).unwrap();
    assert!(check::faults(&line, &plan).is_empty() && bound <= plan.cycle && plan.stations.len() <= 40);
    let mut last = u32::MAX;
    for asked in [0, 300, 3_000] {
        let crew = crew(&mut Chance::new(5), 90, 12);
        let mut left = asked;
        let mut clock = || {
            left -= i32::from(left > 0);
            left > 0
        };
        let Answer { plan, bound } = cycle::of_crew(&crew, &mut clock).unwrap();
        assert!(check::crew_faults(&crew, &plan).is_empty() && bound <= plan.cycle);
        assert!(plan.cycle < last, "more time makes a shorter cycle: {} after {last}", plan.cycle);
        last = plan.cycle;
    }
}

/// A drawn crew of so many operations and workers.
fn crew(chance: &mut Chance, n: usize, workers: usize) -> Crew {
    let order = order(chance, n, 3);
    let mut time = |_: usize| (!chance.percent(15)).then(|| 1 + chance.below(60) as u32);
    Crew { times: (0..n).map(|_| (0..workers).map(&mut time).collect()).collect(), order }
}

#[test]
fn plans_that_do_not_hold_are_found_out() {
    let line = Line { times: vec![3, 4, 5], order: vec![(0, 1)] };
    let plan = |stations: &[&[usize]], cycle| garment::balance::Plan {
        stations: stations.iter().map(|one| one.to_vec()).collect(),
        workers: None,
        cycle,
    };
    for (stations, cycle, faults) in [
        (&[&[0, 1][..], &[2]][..], 7, 0),
        (&[&[0, 1], &[2]], 6, 1),
        (&[&[1], &[0, 2]], 8, 1),
        (&[&[0], &[1]], 4, 1),
        (&[&[0, 1], &[2, 0]], 8, 1),
        (&[&[0, 1], &[2, 3]], 7, 2),
    ] {
        assert_eq!(check::faults(&line, &plan(stations, cycle)).len(), faults, "{stations:?} {cycle}");
    }
}

#[test]
fn every_format_is_read_and_every_fault_told_with_its_line() {
    let alb = "<number of tasks>\n3\n\n<cycle time>\n10\n\n<order strength>\n0,3\n\n<task times>\n1 4\n3 6\n2 5\n\n<precedence relations>\n1,2\n1,3\n\n<end>\n";
    let line = Line { times: vec![4, 5, 6], order: vec![(0, 1), (0, 2)] };
    assert_eq!(read(alb), Ok(Problem::Line(line.clone(), Some(10))));
    assert_eq!(read("3\n4\n5\n6\n1,2\n1,3\n-1,-1\n"), Ok(Problem::Line(line, None)));
    let crew = Crew { times: vec![vec![Some(4), None], vec![Some(2), Some(3)]], order: vec![(0, 1)] };
    assert_eq!(read("2\n4 Inf\n2 3\n1 2\n-1 -1\n"), Ok(Problem::Crew(crew.clone())));
    assert_eq!(read("2\n4 Inf\n2 3\n1 2\n"), Ok(Problem::Crew(crew)));
    let told: Vec<String> = [
        "",
        "0",
        "x",
        "3\n4\n5\n",
        "2\n4\nx\n1,2\n",
        "2\n4\n5\n1,3\n",
        "2\n4\n5\n1,1\n",
        "2\n4\n5\n1\n",
        "2\n4 5\n3\n",
        "2\n4 5\n3 x\n",
        "2\n400000000\n5\n",
        "5000\n1\n",
        "<number of tasks>\n2\n<task times>\n1 4\n<precedence relations>\n",
        "<number of tasks>\n2\n<task times>\n1 4\n1 5\n<precedence relations>\n",
        "<number of tasks>\n2\n<task times>\n1 4\n3 5\n<precedence relations>\n",
        "<number of tasks>\n2\n<task times>\n1 4\n2\n<precedence relations>\n",
        "<number of tasks>\n<task times>\n1 4\n",
        "<task times>\n1 4\n",
        "2\n4\n5\n1,2\n",
        "2\n4\n5\n",
        "2\n4 5\n3 6\n1 2",
        "2\n4 5\n3 6\n",
        "<number of tasks>\n2\n<task times>\n1 4\n2 5\n<precedence relations>\n1,2\n",
    ]
    .iter()
    .map(|text| format!("{text:?}\n    {}", read(text).unwrap_err()))
    .collect();
    insta::assert_snapshot!(told.join("\n"));
}
