//! Operating characteristic: how likely a plan accepts a lot, by how bad the lot is.
//!
//! Exact sums of the three distributions that MIL-STD-105E (6.1, Table X) names. Each term is reckoned from its neighbour
//! outwards
//! from the largest, and the sum is divided by the sum over everything, so that nothing underflows and no factorial is needed;
//! rounding stays near 1e-13.

/// What a bad lot looks like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Quality {
    /// A process makes this fraction of defective pieces: binomial.
    Fraction(f64),
    /// A process makes so many defects a piece, of which a piece may have several: Poisson.
    Rate(f64),
    /// One lot of so many pieces holds so many defective ones: hypergeometric.
    Lot {
        /// Pieces in the lot.
        size: u64,
        /// Defective ones among them.
        bad: u64,
    },
}

/// How likely a sample of `sample` holds at most `accept` bad ones.
pub fn acceptance(sample: u32, accept: u32, quality: Quality) -> f64 {
    let n = f64::from(sample);
    match quality {
        Quality::Fraction(p) if p <= 0.0 => 1.0,
        Quality::Fraction(p) if p >= 1.0 => f64::from(u8::from(accept >= sample)),
        Quality::Fraction(p) => {
            let mode = ((n + 1.0) * p).floor().min(n) as u64;
            let odds = p / (1.0 - p);
            let step = |k: f64| (n - k) / (k + 1.0) * odds;
            cumulated(u64::from(accept), 0, u64::from(sample), mode, &step)
        }
        Quality::Rate(rate) if rate <= 0.0 => 1.0,
        Quality::Rate(rate) => {
            let mean = n * rate;
            cumulated(u64::from(accept), 0, u64::MAX, mean.floor() as u64, &|k| mean / (k + 1.0))
        }
        Quality::Lot { size, bad } => {
            let (bad, sample) = (bad.min(size), u64::from(sample).min(size));
            let (all, d, n) = (size as f64, bad as f64, sample as f64);
            let mode = ((n + 1.0) * (d + 1.0) / (all + 2.0)).floor() as u64;
            let (least, most) = (sample.saturating_sub(size - bad), sample.min(bad));
            let step = |k: f64| (d - k) * (n - k) / ((k + 1.0) * (all - d - n + k + 1.0));
            cumulated(u64::from(accept), least, most, mode.clamp(least, most), &step)
        }
    }
}

/// The share of `least..=accept` in the weights over `least..=most`, where `step(k)` is the weight of `k + 1` over that of `k`.
fn cumulated(accept: u64, least: u64, most: u64, mode: u64, step: &dyn Fn(f64) -> f64) -> f64 {
    /// What is lighter than this beside the heaviest weight changes no digit that is told.
    const NOTHING: f64 = 1e-30;
    let (mut within, mut beyond) = (0.0, 0.0);
    let mut add = |k: u64, weight: f64| if k <= accept { within += weight } else { beyond += weight };
    let mut weight = 1.0;
    let mut k = mode;
    while k <= most && weight > NOTHING {
        add(k, weight);
        weight *= step(k as f64);
        k += 1;
    }
    (weight, k) = (1.0, mode);
    while k > least && weight > NOTHING {
        k -= 1;
        weight /= step(k as f64);
        add(k, weight);
    }
    within / (within + beyond)
}

/// The quality, as a fraction or rate, at which a plan accepts with the probability `wanted`: the larger, the worse the lot.
pub fn quality_at(sample: u32, accept: u32, wanted: f64, defects: bool) -> f64 {
    let of =
        |x: f64| acceptance(sample, accept, if defects { Quality::Rate(x) } else { Quality::Fraction(x) });
    let (mut good, mut bad) = (0.0, 1.0);
    while defects && of(bad) > wanted {
        bad *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(good, bad);
        if of(middle) > wanted { good = middle } else { bad = middle }
    }
    f64::midpoint(good, bad)
}
