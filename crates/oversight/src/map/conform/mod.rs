//! Cases held against a procedure: which moves it does not allow, and which it requires that were never made.

mod reference;

pub use reference::{Move, Reference, Why};

use super::{Cases, Follows};
use reference::Stand;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// How cases agree with a procedure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conformance {
    /// Each case.
    pub cases: Vec<Fit>,
    /// What was not allowed, the most frequent first.
    pub wrong: Vec<Wrong>,
    /// Steps that were required and never done, by their places, each with in how many cases; the most frequent first.
    pub missing: Vec<(u16, u64)>,
    /// By the edge's place in [`Follows::edges`]: how often its later step was allowed, and how often not.
    pub edges: Vec<[u64; 2]>,
    /// What the procedure allows to follow each other and never did.
    pub never: Vec<(Move, Move)>,
    /// Whether [`Self::never`] is all of it; a procedure with very many steps side by side is not gone through to its end.
    pub explored: bool,
}

/// How one case agrees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fit {
    /// How many moves it made that the procedure has a say in.
    pub moves: u32,
    /// How many of them were not allowed.
    pub wrong: u32,
    /// How many that are required were never made.
    pub missing: u32,
}

impl Fit {
    /// Moves that were allowed, of all that were made and all that were missing: 1 where nothing is wrong.
    pub fn fitness(&self) -> f64 {
        let all = f64::from(self.moves) + f64::from(self.missing);
        if all == 0.0 { 1.0 } else { f64::from(self.moves - self.wrong) / all }
    }

    /// Whether nothing is wrong with it.
    pub fn fits(&self) -> bool {
        self.wrong == 0 && self.missing == 0
    }
}

/// A move that was made where the procedure does not allow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The code of the activity.
    pub activity: u32,
    /// Why not.
    pub why: Why,
    /// How often.
    pub times: u64,
    /// In how many cases.
    pub cases: u64,
}

impl Conformance {
    /// Holds `cases` against a procedure. Those that are not `finished` lack nothing yet.
    pub fn of(
        cases: &Cases<'_>,
        graph: &Follows,
        reference: &Reference<'_>,
        finished: impl Fn(usize) -> bool,
    ) -> Self {
        let moves: Vec<Vec<Move>> = cases.names().iter().map(|name| reference.moves(name)).collect();
        let mut told = Self { edges: vec![[0, 0]; graph.edges.len()], ..Self::default() };
        let mut wrong: BTreeMap<(u32, Why), (u64, u64, usize)> = BTreeMap::new();
        let mut missing: BTreeMap<u16, u64> = BTreeMap::new();
        for case in 0..cases.len() {
            let (run, lacking) = Run::through(cases.way(case), &moves, reference, finished(case));
            let mut before = None;
            for (code, why) in cases.way(case).iter().zip(&run.made) {
                let edge = before.replace(*code).and_then(|before| graph.place(before, *code));
                if let Some(counts) = edge.and_then(|edge| told.edges.get_mut(edge)) {
                    counts[usize::from(why.is_some())] += 1;
                }
                if let Some(why) = why {
                    let (times, of_cases, last) =
                        wrong.entry((*code, why.clone())).or_insert((0, 0, usize::MAX));
                    *times += 1;
                    *of_cases += u64::from(std::mem::replace(last, case) != case);
                }
            }
            for step in &lacking {
                *missing.entry(*step).or_default() += 1;
            }
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            told.cases.push(Fit {
                moves: run.moves,
                wrong: count(run.made.iter().flatten().count()),
                missing: count(lacking.len()),
            });
        }
        let one = |((activity, why), (times, cases, _)): ((u32, Why), (u64, u64, usize))| Wrong {
            activity,
            why,
            times,
            cases,
        };
        told.wrong = wrong.into_iter().map(one).collect();
        told.wrong.sort_by_key(|one| std::cmp::Reverse((one.cases, one.times)));
        told.missing = missing.into_iter().collect();
        told.missing.sort_by_key(|(step, cases)| (std::cmp::Reverse(*cases), *step));
        (told.never, told.explored) = never(graph, &moves, reference);
        told
    }

    /// Of all moves that were made or missing, the share of those that were allowed: from 0 to 1.
    pub fn fitness(&self) -> f64 {
        let sum = |of: fn(&Fit) -> u32| self.cases.iter().map(|fit| u64::from(of(fit))).sum::<u64>();
        let (moves, wrong, missing) = (sum(|fit| fit.moves), sum(|fit| fit.wrong), sum(|fit| fit.missing));
        if moves + missing == 0 { 1.0 } else { (moves - wrong) as f64 / (moves + missing) as f64 }
    }

    /// How many cases agree in everything.
    pub fn fitting(&self) -> u64 {
        self.cases.iter().filter(|fit| fit.fits()).count() as u64
    }
}

/// One case gone through.
struct Run {
    /// By step of the case: why it was not allowed, where it was not.
    made: Vec<Option<Why>>,
    moves: u32,
}

impl Run {
    /// Goes through a case; what is not allowed is made all the same, and what it went before is then looked for to the
    /// end.
    fn through(
        way: &[u32],
        moves: &[Vec<Move>],
        reference: &Reference<'_>,
        finished: bool,
    ) -> (Self, BTreeSet<u16>) {
        let mut stand = Stand::new(reference);
        let mut run = Self { made: Vec::with_capacity(way.len()), moves: 0 };
        let mut passed: BTreeSet<u16> = BTreeSet::new();
        for code in way {
            let may_be = moves.get(*code as usize).map_or(&[][..], Vec::as_slice);
            let allowed = may_be.iter().find(|one| stand.allows(reference, **one).is_ok());
            let Some(one) = allowed.or(may_be.first()) else {
                run.moves += 1;
                run.made.push(Some(Why::Unknown));
                continue;
            };
            let why = stand.allows(reference, *one).err();
            if let Some(Why::Early(before)) = &why {
                passed.extend(before);
            }
            run.moves += u32::from(*one != Move::Aside);
            run.made.push(why);
            stand.make(reference, *one);
        }
        let mut lacking: BTreeSet<u16> = passed.into_iter().filter(|step| !stand.is_done(*step)).collect();
        if finished {
            lacking.extend(stand.lacks(reference));
        } else {
            lacking.clear();
        }
        if stand.is_over() {
            let needed =
                |at: &u16| reference.step(*at).is_some_and(|step| !step.optional && step.when.is_none());
            lacking.retain(needed);
        }
        (run, lacking)
    }
}

/// How many stands of a case are gone through in search of what could follow what.
const STANDS: usize = 20_000;

/// The moves that the procedure allows one right after another, that never followed each other.
fn never(graph: &Follows, moves: &[Vec<Move>], reference: &Reference<'_>) -> (Vec<(Move, Move)>, bool) {
    let of = |code: u32| moves.get(code as usize).map_or(&[][..], Vec::as_slice);
    let mut happened: BTreeSet<(Move, Move)> = BTreeSet::new();
    for edge in &graph.edges {
        for from in of(edge.from) {
            happened.extend(of(edge.to).iter().map(|to| (*from, *to)));
        }
    }
    let (allowed, explored) = allowed_pairs(reference);
    // A log that does not tell how its cases are begun does not tell what came right after that either.
    let tells_begin = moves.iter().any(|all| all.contains(&Move::Begin));
    let told = |pair: &(Move, Move)| tells_begin || pair.0 != Move::Begin;
    (allowed.into_iter().filter(|pair| told(pair) && !happened.contains(pair)).collect(), explored)
}

/// All pairs of moves that the procedure allows one right after another, corrections and withdrawals aside.
pub(super) fn allowed_pairs(reference: &Reference<'_>) -> (BTreeSet<(Move, Move)>, bool) {
    let course: Vec<Move> = reference.course().collect();
    let mut pairs: BTreeSet<(Move, Move)> = BTreeSet::new();
    // By stand: the moves that lead to it.
    let mut begun = Stand::new(reference);
    begun.make(reference, Move::Begin);
    let mut known: HashMap<Stand, BTreeSet<Move>> = HashMap::from([(begun, BTreeSet::from([Move::Begin]))]);
    let mut waiting: VecDeque<Stand> = known.keys().cloned().collect();
    while let Some(stand) = waiting.pop_front() {
        let by = known.get(&stand).cloned().unwrap_or_default();
        for one in course.iter().filter(|one| stand.allows(reference, **one).is_ok()) {
            pairs.extend(by.iter().map(|before| (*before, *one)));
            let mut next = stand.clone();
            next.make(reference, *one);
            if known.len() >= STANDS && !known.contains_key(&next) {
                return (pairs, false);
            }
            let grown = known.entry(next.clone()).or_default().insert(*one);
            if grown {
                waiting.push_back(next);
            }
        }
    }
    (pairs, true)
}
