//! Control charts after Shewhart: p for defective pieces, u for defects, X̄ and R for measurements.
//!
//! Limits stand three standard deviations around the mean of all samples (ASTM Manual on Presentation of Data and Control Chart
//! Analysis, MNL 7). Samples of different sizes get limits of their own; the rules look at points in standard deviations.

use super::rules::{Break, Rules, breaks};
use std::ops::RangeInclusive;

/// What was counted or measured.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// Of each sample how many were inspected and how many of these were defective.
    Defective(Vec<(u64, u64)>),
    /// Of each sample how many were inspected and how many defects they had.
    Defects(Vec<(u64, u64)>),
    /// Of each sample the measurements: as many in each.
    Measured(Vec<Vec<f64>>),
}

/// One point with its limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The statistic.
    pub value: f64,
    /// The standard deviation that it would have by chance alone.
    pub sigma: f64,
    /// What it must not fall below.
    pub lower: f64,
    /// What it must not exceed.
    pub upper: f64,
}

/// A chart: points around a centre, and where they break the rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What is drawn.
    pub kind: Kind,
    /// The mean of all.
    pub centre: f64,
    /// A point for each sample.
    pub points: Vec<Point>,
    /// The rules that points break.
    pub breaks: Vec<Break>,
}

/// What a chart shows of each sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The fraction of defective pieces.
    P,
    /// Defects a piece.
    U,
    /// The mean of the measurements.
    Mean,
    /// The range of the measurements.
    Range,
}

impl Kind {
    /// The chart's letter.
    pub fn letter(self) -> &'static str {
        match self {
            Self::P => "p",
            Self::U => "u",
            Self::Mean => "X\u{304}",
            Self::Range => "R",
        }
    }
}

/// Why no chart can be drawn.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoChart {
    /// There is nothing to draw.
    #[error("a chart needs two samples at least; take more")]
    Few,
    /// A sample is empty.
    #[error("sample {0} has nothing inspected; leave it out")]
    Empty(usize),
    /// More defective pieces than pieces.
    #[error(
        "sample {sample} has {bad} defective of {inspected}; a piece is counted once, or use a chart of defects"
    )]
    TooMany {
        /// The sample, from 1.
        sample: usize,
        /// Defective pieces.
        bad: u64,
        /// Inspected pieces.
        inspected: u64,
    },
    /// Samples of a size for which no factors are known.
    #[error(
        "samples of {0} measurements; X̄-R charts need 2 to 25 in each, larger ones lose too much in the range"
    )]
    Size(usize),
    /// Samples of different sizes.
    #[error(
        "sample {sample} has {found} measurements where the first has {first}; X̄-R charts need as many in each"
    )]
    Uneven {
        /// The sample, from 1.
        sample: usize,
        /// Its measurements.
        found: usize,
        /// Those of the first.
        first: usize,
    },
    /// A measurement that is not finite.
    #[error("sample {0} has a measurement that is no number; mend it or leave the sample out")]
    NotANumber(usize),
}

/// Mean and standard deviation of the range of *n* standard normal variables, for *n* from 2 (MNL 7, Table 49: d₂ and d₃).
const RANGES: [(f64, f64); 24] = [
    (1.128, 0.853),
    (1.693, 0.888),
    (2.059, 0.880),
    (2.326, 0.864),
    (2.534, 0.848),
    (2.704, 0.833),
    (2.847, 0.820),
    (2.970, 0.808),
    (3.078, 0.797),
    (3.173, 0.787),
    (3.258, 0.778),
    (3.336, 0.770),
    (3.407, 0.763),
    (3.472, 0.756),
    (3.532, 0.750),
    (3.588, 0.744),
    (3.640, 0.739),
    (3.689, 0.733),
    (3.735, 0.729),
    (3.778, 0.724),
    (3.819, 0.720),
    (3.858, 0.716),
    (3.895, 0.712),
    (3.931, 0.708),
];

/// d₂ and d₃ for samples of `n`, from 2 to 25.
pub fn range_factors(n: usize) -> Option<(f64, f64)> {
    RANGES.get(n.checked_sub(2)?).copied()
}

/// The charts of what was found: one, or of measurements the means and the ranges.
pub fn charts(data: &Data, rules: Rules) -> Result<Vec<Chart>, NoChart> {
    match data {
        Data::Defective(samples) => {
            for (at, (inspected, bad)) in (1..).zip(samples) {
                if bad > inspected {
                    return Err(NoChart::TooMany { sample: at, bad: *bad, inspected: *inspected });
                }
            }
            let spread = |mean: f64, n: f64| (mean * (1.0 - mean) / n).sqrt();
            counted(Kind::P, samples, spread, 0.0..=1.0, rules)
        }
        Data::Defects(samples) => {
            counted(Kind::U, samples, |mean, n| (mean / n).sqrt(), 0.0..=f64::INFINITY, rules)
        }
        Data::Measured(samples) => measured(samples, rules),
    }
}

fn counted(
    kind: Kind,
    samples: &[(u64, u64)],
    spread: impl Fn(f64, f64) -> f64,
    bounds: RangeInclusive<f64>,
    rules: Rules,
) -> Result<Vec<Chart>, NoChart> {
    if samples.len() < 2 {
        return Err(NoChart::Few);
    }
    if let Some(at) = samples.iter().position(|(inspected, _)| *inspected == 0) {
        return Err(NoChart::Empty(at + 1));
    }
    let (inspected, bad) = samples.iter().fold((0u128, 0u128), |(inspected, bad), sample| {
        (inspected + u128::from(sample.0), bad + u128::from(sample.1))
    });
    let centre = bad as f64 / inspected as f64;
    let point = |(inspected, bad): &(u64, u64)| {
        let sigma = spread(centre, *inspected as f64);
        let lower = (centre - 3.0 * sigma).max(*bounds.start());
        let upper = (centre + 3.0 * sigma).min(*bounds.end());
        Point { value: *bad as f64 / *inspected as f64, sigma, lower, upper }
    };
    let points = samples.iter().map(point).collect();
    Ok(vec![finished(kind, centre, points, rules)])
}

fn measured(samples: &[Vec<f64>], rules: Rules) -> Result<Vec<Chart>, NoChart> {
    let first = samples.first().map_or(0, Vec::len);
    if samples.len() < 2 {
        return Err(NoChart::Few);
    }
    let (d2, d3) = range_factors(first).ok_or(NoChart::Size(first))?;
    for (at, sample) in (1..).zip(samples) {
        if sample.len() != first {
            return Err(NoChart::Uneven { sample: at, found: sample.len(), first });
        }
        if sample.iter().any(|value| !value.is_finite()) {
            return Err(NoChart::NotANumber(at));
        }
    }
    let n = first as f64;
    let means: Vec<f64> = samples.iter().map(|sample| sample.iter().sum::<f64>() / n).collect();
    let range = |sample: &Vec<f64>| {
        let (least, most) = sample.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| {
            (least.min(*value), most.max(*value))
        });
        most - least
    };
    let ranges: Vec<f64> = samples.iter().map(range).collect();
    let mean_of = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean, range) = (mean_of(&means), mean_of(&ranges));
    let sigma = range / d2;
    let around = |centre: f64, sigma: f64, least: f64, values: &[f64]| -> Vec<Point> {
        let (lower, upper) = ((centre - 3.0 * sigma).max(least), centre + 3.0 * sigma);
        values.iter().map(|value| Point { value: *value, sigma, lower, upper }).collect()
    };
    let means = around(mean, sigma / n.sqrt(), f64::NEG_INFINITY, &means);
    let ranges = around(range, sigma * d3, 0.0, &ranges);
    // A range is skewed, so the zones within its limits say little (MNL 7, 3.13): only points beyond the limits count.
    let beyond = if rules == Rules::None { Rules::None } else { Rules::Limits };
    Ok(vec![finished(Kind::Mean, mean, means, rules), finished(Kind::Range, range, ranges, beyond)])
}

fn finished(kind: Kind, centre: f64, points: Vec<Point>, rules: Rules) -> Chart {
    // Where nothing varies a point lies on the centre or infinitely far from it.
    let distance = |point: &Point| match point.value - centre {
        0.0 => 0.0,
        apart => apart / point.sigma,
    };
    let distances: Vec<f64> = points.iter().map(distance).collect();
    Chart { kind, centre, points, breaks: breaks(&distances, rules) }
}
