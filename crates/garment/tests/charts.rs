//! Control charts: factors against integrals, limits and rules against what the books print, patterns against a plain reading.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::quality::chart::{Data, NoChart, charts, range_factors};
use garment::quality::draw;
use garment::quality::pareto::pareto;
use garment::quality::rules::{Rule, Rules, breaks};

/// The normal distribution, integrated.
fn normal() -> Vec<(f64, f64)> {
    let h = 0.004;
    let density = |x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let mut sum = 0.0;
    let steps = (-2000..=2000).map(|step| f64::from(step) * h);
    steps
        .map(|x| {
            sum += (density(x) + 4.0 * density(x + h / 2.0) + density(x + h)) * h / 6.0;
            (x + h, sum)
        })
        .collect()
}

#[test]
fn factors_of_ranges_are_the_integrals() {
    let table = normal();
    let h = 0.004;
    for n in [2usize, 3, 4, 5, 7, 10, 15, 20, 25] {
        let power = |x: f64| x.powi(n as i32);
        let d2: f64 = table.iter().map(|(_, p)| (1.0 - power(*p) - power(1.0 - p)) * h).sum();
        // E[R²] = 2 ∬ over x < y of (1 − Φ(y)ⁿ − (1 − Φ(x))ⁿ + (Φ(y) − Φ(x))ⁿ).
        let coarse: Vec<f64> = table.iter().step_by(5).map(|(_, p)| *p).collect();
        let wide = h * 5.0;
        let mut square = 0.0;
        for (i, x) in coarse.iter().enumerate() {
            for (j, y) in coarse.iter().enumerate().skip(i) {
                let share = if i == j { 0.5 } else { 1.0 };
                square += share * (1.0 - power(*y) - power(1.0 - x) + power(y - x)) * wide * wide;
            }
        }
        let d3 = (2.0 * square - d2 * d2).sqrt();
        let (ours2, ours3) = range_factors(n).unwrap();
        assert!((ours2 - d2).abs() < 0.0011 && (ours3 - d3).abs() < 0.0011, "{n}: {d2} {d3}");
    }
    assert_eq!((range_factors(1), range_factors(26)), (None, None));
}

/// For samples of five the books print A₂ = 0.577, D₃ = 0, D₄ = 2.114 (2.115); of ten A₂ = 0.308, D₃ = 0.223, D₄ = 1.777.
#[test]
fn limits_are_those_of_the_books() {
    for (n, a2, d3, d4) in [(5usize, 0.577, 0.0, 2.114), (10, 0.308, 0.223, 1.777)] {
        let sample = |at: usize| (0..n).map(|i| (at + i % 3) as f64).collect::<Vec<f64>>();
        let drawn = charts(&Data::Measured(vec![sample(10), sample(11), sample(12)]), Rules::None).unwrap();
        let (mean, range) = (&drawn[0], &drawn[1]);
        assert!((range.centre - 2.0).abs() < 1e-12);
        assert!((mean.points[0].upper - mean.centre - a2 * 2.0).abs() < 0.002);
        assert!(
            (range.points[0].lower - d3 * 2.0).abs() < 0.002
                && (range.points[0].upper - d4 * 2.0).abs() < 0.004
        );
    }
    let samples = vec![(100, 4), (400, 12), (100, 30)];
    let p = &charts(&Data::Defective(samples.clone()), Rules::WesternElectric).unwrap()[0];
    let mean = 46.0 / 600.0;
    assert!((p.centre - mean).abs() < 1e-15 && p.points[0].lower == 0.0);
    assert!((p.points[1].upper - (mean + 3.0 * (mean * (1.0 - mean) / 400.0f64).sqrt())).abs() < 1e-15);
    assert_eq!(
        p.breaks.iter().map(|found| (found.at, found.rule)).collect::<Vec<_>>(),
        [(1, Rule::Beyond), (2, Rule::Beyond)]
    );
    let u = &charts(&Data::Defects(samples), Rules::None).unwrap()[0];
    assert!(
        (u.points[2].upper - (mean + 3.0 * (mean / 100.0f64).sqrt())).abs() < 1e-15 && u.breaks.is_empty()
    );
}

#[test]
fn what_makes_no_chart_is_told() {
    for (data, told) in [
        (Data::Defective(vec![(1, 0)]), NoChart::Few),
        (Data::Defects(vec![(1, 0), (0, 0)]), NoChart::Empty(2)),
        (Data::Defective(vec![(1, 0), (3, 4)]), NoChart::TooMany { sample: 2, bad: 4, inspected: 3 }),
        (Data::Measured(vec![vec![1.0], vec![1.0]]), NoChart::Size(1)),
        (Data::Measured(vec![vec![1.0; 4], vec![1.0; 3]]), NoChart::Uneven { sample: 2, found: 3, first: 4 }),
        (Data::Measured(vec![vec![1.0; 2], vec![f64::NAN; 2]]), NoChart::NotANumber(2)),
    ] {
        assert_eq!(charts(&data, Rules::Nelson).unwrap_err(), told);
    }
    // Nothing varies: nothing is out.
    let even = charts(&Data::Measured(vec![vec![2.0; 3]; 20]), Rules::WesternElectric).unwrap();
    assert!(even.iter().all(|chart| chart.breaks.is_empty()));
}

/// Each rule, a row of distances that shows it, and where.
#[test]
fn rules_show_where_the_books_say() {
    use Rule::*;
    type Row<'r> = (&'r [f64], Rules, &'r [(usize, Rule)]);
    let rows: [Row<'_>; 10] = [
        (&[3.0, 0.0, 0.5, 3.1, -3.1], Rules::WesternElectric, &[(3, Beyond), (4, Beyond)]),
        (&[2.1, 0.0, 2.2, -2.5, -0.1], Rules::WesternElectric, &[(2, TwoOfThree)]),
        (&[1.1, 1.2, -1.5, 1.3, 1.4, 0.9], Rules::WesternElectric, &[(4, FourOfFive)]),
        (&[0.1; 9], Rules::WesternElectric, &[(7, OneSide), (8, OneSide)]),
        (&[-0.1; 9], Rules::Nelson, &[(8, OneSide)]),
        (&[-0.9, -0.5, -0.2, 0.1, 0.4, 0.8, 0.8], Rules::Nelson, &[(5, Trend)]),
        (&[0.9, 0.5, 0.2, -0.1, -0.4, -0.8], Rules::Nelson, &[(5, Trend)]),
        (&[1.5, -1.5, 1.5, -1.5, 1.5, -1.5, 1.5, -1.5, 0.5], Rules::Nelson, &[(7, Avoiding)]),
        (
            &[0.4, -0.4, 0.4, -0.4, 0.4, -0.4, 0.4, -0.4, 0.4, -0.4, 0.4, -0.4, 0.4, -0.4, 0.4],
            Rules::Nelson,
            &[(13, Alternating), (14, Alternating), (14, Hugging)],
        ),
        (&[5.0, 5.0], Rules::None, &[]),
    ];
    for (distances, rules, expected) in rows {
        let found: Vec<(usize, Rule)> =
            breaks(distances, rules).iter().map(|one| (one.at, one.rule)).collect();
        assert_eq!(found, expected, "{distances:?}");
    }
}

#[test]
fn the_few_that_matter_come_first() {
    let counts = [("跳针", 40), ("污渍", 35), ("线头", 12), ("色差", 8), ("尺寸", 5), ("污渍", 15)];
    let shares = pareto(counts.map(|(name, count)| (name.to_owned(), count)));
    let told: Vec<String> = shares
        .iter()
        .map(|one| format!("{} {} {:.3} {}", one.name, one.count, one.cumulated, one.vital))
        .collect();
    let expected = [
        "污渍 50 0.435 true",
        "跳针 40 0.783 true",
        "线头 12 0.887 true",
        "色差 8 0.957 false",
        "尺寸 5 1.000 false",
    ];
    assert_eq!(told, expected);
    assert!(pareto([("无".to_owned(), 0)]).iter().all(|one| !one.vital && one.cumulated == 0.0));
    let drawn = draw::pareto(&pareto([("a<b".to_owned(), 3)]));
    assert!(drawn.contains("a&lt;b") && !drawn.contains("a<b"));
}
