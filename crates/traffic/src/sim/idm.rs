//! Following after the Intelligent Driver Model of Treiber, Hennecke and Helbing (2000), as SUMO steps it: a second in four
//! quarters, between which the gap shrinks by how much faster one is than the one before.

use super::follow::halting;
use crate::demand::Kind;

/// The gap where nobody is ahead, in metres.
pub(super) const NOBODY: f64 = 1e6;
/// Parts of a second.
const PARTS: u32 = 4;
/// Nearer than this one is at the place where one stops, in metres.
const THERE: f64 = 0.01;
/// What keeps apart from zero what is divided by.
const TINY: f64 = 0.001;

/// The gap that one wants behind somebody, beside that of standing: v·τ + v·(v − u) / (2·√(a·b)).
#[inline]
pub(super) fn wanted(kind: &Kind, speed: f64, foe_speed: f64) -> f64 {
    let closing = speed * (speed - foe_speed) / (2.0 * (kind.accel * kind.decel).sqrt());
    (speed * kind.tau + closing).max(0.0)
}

/// The speed of the next step, from dv/dt = a·(1 − (v/v₀)^δ − ((s₀ + wanted)/s)²).
#[inline]
pub(super) fn next(
    kind: &Kind,
    exponent: f64,
    desired: f64,
    speed: f64,
    gap: f64,
    foe_speed: f64,
    standing: f64,
) -> f64 {
    let part = 1.0 / f64::from(PARTS);
    let (mut speed, mut gap) = (speed, gap);
    for _ in 0..PARTS {
        gap = gap.max(TINY);
        let near = (standing + wanted(kind, speed, foe_speed)) / gap;
        let free = power(speed / desired.max(TINY), exponent);
        speed = (speed + kind.accel * (1.0 - free - near * near) * part).max(0.0);
        gap -= (speed - foe_speed).max(0.0) * part;
    }
    speed
}

/// The speed of the next step of one who stops within a gap. Who stands too near to be drawn there goes by what is safe.
pub(super) fn stop(kind: &Kind, exponent: f64, desired: f64, speed: f64, gap: f64, decel: f64) -> f64 {
    if gap < THERE {
        return 0.0;
    }
    let next = next(kind, exponent, desired, speed, gap, 0.0, 0.0);
    if speed < TINY && next < TINY { halting(gap, decel, 1.0) } else { next }
}

/// The speed with which one comes onto the road behind somebody: that from which the next second brakes by less than 1 m/s.
pub(super) fn begin(kind: &Kind, exponent: f64, desired: f64, speed: f64, gap: f64, foe_speed: f64) -> f64 {
    let after =
        |speed: f64| next(kind, exponent, desired, speed, gap + kind.min_gap, foe_speed, kind.min_gap);
    let mut speed = speed;
    while gap < wanted(kind, speed, foe_speed) {
        let slower = after(speed);
        if slower - after(slower) < 1.0 {
            return slower;
        }
        speed = slower;
    }
    speed
}

/// The speed at which a gap is just the wanted one: v²/k + v·(τ − u/k) = gap, with k = 2·√(a·b).
pub(super) fn at_rest(kind: &Kind, gap: f64, foe_speed: f64) -> f64 {
    let scale = 2.0 * (kind.accel * kind.decel).sqrt();
    let half = 0.5 * (kind.tau * scale - foe_speed);
    (half * half + gap * scale).sqrt() - half
}

/// A power; that of four, which is usual, without a logarithm.
#[inline]
fn power(base: f64, exponent: f64) -> f64 {
    if exponent == 4.0 { (base * base) * (base * base) } else { libm::pow(base, exponent) }
}

#[cfg(test)]
mod tests {
    use super::{at_rest, next, wanted};
    use crate::demand::Kind;
    use proptest::prelude::{prop_assert, proptest};

    proptest! {
        /// Whoever follows somebody of steady speed comes to the gap at which nothing changes, never nearer
        /// than where one stands.
        #[test]
        fn followers_come_to_rest_at_the_wanted_gap(foe in 1.0..12.0f64, start in 30.0..200.0f64) {
            let kind = Kind::of("any", "passenger");
            let (mut gap, mut speed) = (start, foe);
            for _ in 0..600 {
                speed = next(&kind, 4.0, 14.0, speed, gap, foe, kind.min_gap);
                gap += foe - speed;
                prop_assert!(gap > 0.5 * kind.min_gap, "{gap}");
            }
            let rest = (kind.min_gap + wanted(&kind, foe, foe)) / (1.0 - (foe / 14.0).powi(4)).sqrt();
            prop_assert!((speed - foe).abs() < 0.01 && (gap - rest).abs() < 0.05 * rest, "{speed} {gap} {rest}");
        }

        #[test]
        fn the_speed_at_rest_wants_just_the_gap(gap in 0.0..100.0f64, foe in 0.0..30.0f64) {
            let kind = Kind::of("any", "passenger");
            let speed = at_rest(&kind, gap, foe);
            prop_assert!(speed >= 0.0);
            let wants = speed * kind.tau + speed * (speed - foe) / (2.0 * (kind.accel * kind.decel).sqrt());
            prop_assert!((wants - gap).abs() < 1e-6, "{speed} {wants}");
        }
    }
}
