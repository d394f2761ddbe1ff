//! Inspection: tables against the published ones, probabilities against exact integers, switching against simulated lots.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::quality::oc::{Quality, acceptance, quality_at};
use garment::quality::plan::{Aql, Level, Severity, by_letter, letter};
use garment::quality::switching::{Found, Switching, Verdict, limit};
use num_bigint::BigUint;

const LETTERS: &str = "ABCDEFGHJKLMNPQR";

/// Tables II-A to II-C as printed, arrows followed: `sample:accept/reject`, for letters A to R, `*n` of n letters alike.
#[test]
fn every_cell_of_the_master_tables_is_as_printed() {
    let mut cells = 0;
    for line in include_str!("tables.txt").lines() {
        let mut words = line.split(' ');
        let (name, aql) = (words.next().unwrap(), Aql::read(words.next().unwrap()).unwrap());
        let severity = Severity::ALL.into_iter().find(|(_, word)| *word == name).unwrap().0;
        let printed = words.flat_map(|word| {
            let (cell, times) = word.split_once('*').unwrap_or((word, "1"));
            std::iter::repeat_n(cell, times.parse().unwrap())
        });
        let printed: Vec<&str> = printed.collect();
        assert_eq!(printed.len(), 16);
        for (letter, printed) in LETTERS.chars().zip(printed) {
            let plan = by_letter(letter, aql, severity);
            let ours = format!("{}:{}/{}", plan.sample, plan.accept, plan.reject);
            assert_eq!(ours, printed, "{name} {aql} {letter}");
            cells += 1;
        }
    }
    assert_eq!(cells, 3 * 26 * 16);
}

/// Table I as printed: the largest lot of a row, then the letters of S-1 to S-4 and I to III.
#[test]
fn every_letter_of_the_first_table_is_as_printed() {
    let rows = "8 AAAAAAB,15 AAAAABC,25 AABBBCD,50 ABBCCDE,90 BBCCCEF,150 BBCDDFG,280 BCDEEGH,500 BCDEFHJ,1200 CCEFGJK,\
        3200 CDEGHKL,10000 CDFGJLM,35000 CDFHKMN,150000 DEGJLNP,500000 DEGJMPQ,9000000000 DEHKNQR";
    let mut from = 2;
    for row in rows.split(',') {
        let (to, letters) = row.trim().split_once(' ').unwrap();
        let to: u64 = to.parse().unwrap();
        for ((level, name), printed) in Level::ALL.into_iter().zip(letters.chars()) {
            assert_eq!((letter(from, level), letter(to, level)), (printed, printed), "{to} {name}");
        }
        from = to + 1;
    }
}

/// Cells of Table VIII as printed: row, AQL, limit; `*` is "not sufficient".
#[test]
fn limits_of_reduced_inspection_are_as_printed() {
    let cells = "20 6.5 *,20 10 0,20 15 0,20 25 2,20 40 4,20 65 8,20 100 14,20 150 22,20 250 40,20 400 68,20 650 115,\
        20 1000 181,49 6.5 0,49 15 1,49 40 7,49 1000 277,50 2.5 *,50 4 0,79 25 7,80 10 4,129 65 42,130 4 2,130 40 42,\
        200 1 0,200 2.5 2,200 100 181,319 65 115,320 1.5 1,320 10 24,500 1.5 3,799 10 40,800 4 24,1250 1.5 13,1250 10 110,\
        2000 0.65 8,3150 2.5 67,3150 4 111,5000 1 40,8000 0.65 42,12500 0.065 4,20000 0.010 0,20000 0.65 115,31500 0.015 1,\
        40000 0.065 14,19 1000 *";
    for cell in cells.split(',') {
        let words: Vec<&str> = cell.trim().split(' ').collect();
        let found = limit(words[0].parse().unwrap(), Aql::read(words[1]).unwrap());
        assert_eq!(found.map_or("*".to_owned(), |limit| limit.to_string()), words[2], "{cell}");
    }
}

#[test]
fn what_is_no_aql_is_told_with_its_neighbours() {
    for (text, told) in [
        ("2", "`2` is no AQL of the tables; write `1.5` or `2.5`"),
        ("0.001", "`0.001` is no AQL of the tables; write `0.01`"),
        ("5000", "`5000` is no AQL of the tables; write `1000`"),
        ("much", "`much` is no AQL of the tables; write a percentage such as `2.5`"),
    ] {
        assert_eq!(Aql::read(text).unwrap_err().to_string(), told);
    }
    assert!((Aql::read(" 2.5% ").unwrap().percent() - 2.5).abs() < 1e-12);
}

/// `numerator / denominator` to 1e-12.
fn ratio(numerator: &BigUint, denominator: &BigUint) -> f64 {
    let scaled = numerator * 10u64.pow(15) / denominator;
    scaled.to_u64_digits().first().copied().unwrap_or(0) as f64 / 1e15
}

fn choose(n: u64, k: u64) -> BigUint {
    (0..k).fold(BigUint::from(1u8), |product, i| product * (n - i) / (i + 1))
}

#[test]
fn acceptance_is_exact() {
    let mut tried = 0;
    for (sample, accept) in [(2, 0), (13, 1), (50, 3), (80, 5), (125, 7), (315, 14), (3150, 1), (2000, 21)] {
        for thousandths in [0u32, 1, 7, 25, 40, 65, 150, 400, 900, 1000] {
            let (p, q) = (BigUint::from(thousandths), BigUint::from(1000 - thousandths));
            let term = |k: u32| choose(sample.into(), k.into()) * p.pow(k) * q.pow(sample - k);
            let sum: BigUint = (0..=accept).map(term).sum();
            let exact = ratio(&sum, &BigUint::from(1000u32).pow(sample));
            let ours = acceptance(sample, accept, Quality::Fraction(f64::from(thousandths) / 1000.0));
            assert!((ours - exact).abs() < 1e-12, "binomial {sample} {accept} {thousandths}: {ours} {exact}");
            tried += 1;
        }
        for (size, bad) in [(2u64, 1), (60, 7), (500, 60), (4000, 0), (4000, 40), (4000, 3999), (9000, 300)] {
            let n = u64::from(sample).min(size);
            let term = |k: u64| match size - bad >= n - k.min(n) && k <= bad && k <= n {
                true => choose(bad, k) * choose(size - bad, n - k),
                false => BigUint::from(0u8),
            };
            let sum: BigUint = (0..=u64::from(accept)).map(term).sum();
            let exact = ratio(&sum, &choose(size, n));
            let ours = acceptance(sample, accept, Quality::Lot { size, bad });
            assert!(
                (ours - exact).abs() < 1e-12,
                "hypergeometric {sample} {accept} {size} {bad}: {ours} {exact}"
            );
            tried += 1;
        }
    }
    assert_eq!(tried, 8 * 17);
}

/// Poisson against the limit of binomials with exact integers is slow; its sum up to c times e^-m in 60 decimals is not.
#[test]
fn acceptance_of_defects_is_exact() {
    let unit = BigUint::from(10u8).pow(400);
    for (sample, accept, rate_thousandths) in
        [(2u32, 30, 10_000u64), (13, 44, 2500), (32, 21, 400), (500, 7, 9)]
    {
        // m = sample × rate, in thousandths; e^m as a series over 10^400.
        let mean = u64::from(sample) * rate_thousandths;
        let (mut term, mut whole, mut within) = (unit.clone(), BigUint::from(0u8), BigUint::from(0u8));
        for k in 0u64..2000 {
            whole += &term;
            if k <= accept {
                within += &term;
            }
            term = term * mean / (1000 * (k + 1));
        }
        let exact = ratio(&within, &whole);
        let ours = acceptance(sample, accept as u32, Quality::Rate(rate_thousandths as f64 / 1000.0));
        assert!((ours - exact).abs() < 1e-12, "{sample} {accept} {rate_thousandths}: {ours} {exact}");
    }
}

/// Table X-J-2 of the standard gives for n = 80: c = 5 accepts 95 % at 3.32, 50 % at 7.06 and 10 % at 11.3 percent defective.
#[test]
fn qualities_of_the_operating_curve_are_as_printed() {
    for (wanted, printed) in [(0.95, 3.32), (0.50, 7.06), (0.10, 11.3)] {
        let found = quality_at(80, 5, wanted, false) * 100.0;
        assert!((found - printed).abs() < 0.051, "{wanted}: {found}");
    }
}

/// A million lots of changing quality: at each, the rules are looked up anew in the whole history by someone who keeps no state.
#[test]
fn a_million_lots_follow_the_switching_rules() {
    let aql = Aql::read("2.5").unwrap();
    let mut state = Switching::new(true);
    let mut history: Vec<(Severity, Verdict, u32, bool, u32)> = Vec::new();
    let mut chance = 7u64;
    let mut draw = move || {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        chance
    };
    let (mut badness, mut seen) = (1u64, [0usize; 4]);
    for lot in 0..1_000_000 {
        if lot % 997 == 0 {
            badness = draw() % 9;
        }
        let severity = state.severity();
        let plan = by_letter('F', aql, severity);
        let bad = (0..plan.sample).filter(|_| draw() % 100 < badness).count() as u32;
        let found = Found { bad, steady: draw() % 200 != 0 };
        let verdict = state.judge(&plan, aql, found);
        history.push((severity, verdict, plan.sample, found.steady, bad));
        let (expected, stopped) = next(&history, aql);
        assert_eq!((state.severity(), state.stopped()), (expected, stopped), "after lot {lot}");
        seen[severity as usize] += 1;
        if stopped {
            seen[3] += 1;
            state.resume();
            assert_eq!((state.severity(), state.stopped()), (Severity::Tightened, false));
            history.clear();
            history.push((Severity::Reduced, Verdict::Accepted, 0, true, 0));
        }
        if history.len() > 400 {
            history.drain(..200);
        }
    }
    assert!(seen.iter().all(|times| *times > 1000), "{seen:?}");
}

/// What the text of the standard says of the next lot, from the history alone.
fn next(history: &[(Severity, Verdict, u32, bool, u32)], aql: Aql) -> (Severity, bool) {
    let (severity, verdict, _, steady, _) = *history.last().unwrap();
    let stretch: Vec<_> = history.iter().rev().take_while(|lot| lot.0 == severity).collect();
    let rejected = |lot: &&&(Severity, Verdict, u32, bool, u32)| lot.1 == Verdict::Rejected;
    match severity {
        Severity::Normal => {
            if stretch.iter().take(5).filter(rejected).count() >= 2 {
                return (Severity::Tightened, false);
            }
            let good: Vec<_> = stretch.iter().take_while(|lot| lot.1 == Verdict::Accepted).collect();
            // For letter F and 2.5 ten samples hold 200 pieces, of which Table VIII lets two be bad.
            assert_eq!(limit(200, aql), Some(2));
            let few = good.len() >= 10 && good.iter().take(10).map(|lot| lot.4).sum::<u32>() <= 2;
            (if few && steady { Severity::Reduced } else { Severity::Normal }, false)
        }
        Severity::Tightened => {
            let good = stretch.iter().take_while(|lot| lot.1 == Verdict::Accepted).count();
            let ended = stretch.iter().filter(rejected).count() == 5;
            (if good >= 5 { Severity::Normal } else { Severity::Tightened }, ended)
        }
        Severity::Reduced if verdict == Verdict::Accepted && steady => (Severity::Reduced, false),
        Severity::Reduced => (Severity::Normal, false),
    }
}
