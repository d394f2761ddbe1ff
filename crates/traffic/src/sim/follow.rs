//! Car following after Krauss (1998) or Treiber and others (2000), in steps of one second.
//!
//! After Krauss a vehicle moves at a speed from which it can still stop behind the one before it, should
//! that one brake as hard as it can.
//! In steps of time the distance to a stop is a sum, not an integral: with deceleration b and speeds v, v−b, v−2b … one covers
//! `brake_gap`, and `halting` is its inverse. All speeds in m/s, gaps in metres; one step is one second, so that a speed is also
//! the way of a step. `desired` is how fast one would drive on an empty lane.

use super::idm;
pub(crate) use crate::control::STANDING;
use crate::demand::{Following, Kind};

/// Slack in gaps.
pub const SLACK: f64 = 0.001;
/// Slack in places.
pub const NEAR: f64 = 0.1;
/// How much harder than needed one brakes when more than the usual deceleration is called for.
const HARDER: f64 = 1.2;

/// The whole number below. What the library has for it is a call, since some processors lack an instruction for it.
#[inline]
fn whole(number: f64) -> f64 {
    let cut = number as i64 as f64;
    if cut > number { cut - 1.0 } else { cut }
}

/// The way to a stop, after going on for `tau` seconds.
#[inline]
pub fn brake_gap(speed: f64, decel: f64, tau: f64) -> f64 {
    let steps = whole(speed / decel);
    steps * speed - decel * steps * (steps + 1.0) * 0.5 + speed * tau
}

/// The highest speed from which one comes to a stop within a gap.
#[inline]
pub fn halting(gap: f64, decel: f64, tau: f64) -> f64 {
    let gap = gap - SLACK;
    if gap < 0.0 {
        return 0.0;
    }
    // n full steps of braking cover n(n−1)/2·b + n·b·τ; the rest is spread over n + τ seconds.
    let root = (1.0 + 4.0 * (2.0 * gap / decel - tau + tau * tau)).max(0.0).sqrt();
    let steps = whole(0.5 - tau + 0.5 * root);
    let covered = 0.5 * steps * (steps - 1.0) * decel + steps * decel * tau;
    steps * decel + (gap - covered) / (steps + tau)
}

/// Whether a gap is so long that one comes to a stop within it from a speed, told without a root or a division: in steps one
/// covers less than v²/2b. Where it is, `halting` says no less than that speed.
#[inline]
fn ample(gap: f64, speed: f64, decel: f64, tau: f64) -> bool {
    let left = gap - speed * tau - NEAR;
    left > 0.0 && speed * speed <= 2.0 * decel * left
}

/// The highest speed of the next step.
#[inline]
pub fn fastest(kind: &Kind, speed: f64) -> f64 {
    (speed + kind.accel).min(kind.max_speed)
}

/// The highest speed of the next step on an empty lane.
#[inline]
pub fn free(kind: &Kind, desired: f64, speed: f64) -> f64 {
    match kind.following {
        Following::Krauss => fastest(kind, speed),
        Following::Idm(exponent) => {
            idm::next(kind, exponent, desired, speed, idm::NOBODY, desired, 0.0).min(fastest(kind, speed))
        }
    }
}

/// The lowest speed of the next step when all is well.
#[inline]
pub fn slowest(kind: &Kind, speed: f64) -> f64 {
    (speed - kind.decel).max(0.0)
}

/// The deceleration by which one just does not run into somebody who brakes with `foe_decel`.
#[inline]
fn needed(kind: &Kind, gap: f64, speed: f64, foe_speed: f64, foe_decel: f64) -> f64 {
    if gap <= 0.0 {
        return kind.emergency;
    }
    // Both come to a stop at the same place.
    let both = 0.5 * speed * speed / (gap + 0.5 * foe_speed * foe_speed / foe_decel);
    if both <= foe_decel {
        return both;
    }
    // They touch at the same speed, before either stands.
    0.5 * (speed * speed - foe_speed * foe_speed) / gap
}

/// Braking harder than `decel` is spread as far as that is safe.
#[inline]
fn tempered(kind: &Kind, speed: f64, safe: f64, decel: f64, needed: impl Fn() -> f64) -> f64 {
    let asked = speed - safe;
    if asked <= decel + SLACK || kind.emergency == decel {
        return safe;
    }
    (speed - (HARDER * needed()).max(decel).min(asked)).max(0.0)
}

/// Whether a stop within a gap, or a longer one, leaves one as free as nobody ahead.
#[inline]
pub fn is_free(kind: &Kind, speed: f64, gap: f64, decel: f64) -> bool {
    kind.following == Following::Krauss && ample(gap, fastest(kind, speed), decel, 1.0)
}

/// The highest speed from which one stops within a gap.
#[inline]
pub fn stop(kind: &Kind, desired: f64, speed: f64, gap: f64, decel: f64) -> f64 {
    if let Following::Idm(exponent) = kind.following {
        return idm::stop(kind, exponent, desired, speed, gap, decel).min(fastest(kind, speed));
    }
    let fastest = fastest(kind, speed);
    if ample(gap, fastest, decel, 1.0) {
        return fastest;
    }
    let safe = halting(gap, decel, 1.0);
    tempered(kind, speed, safe, decel, || needed(kind, gap, speed, 0.0, 1.0)).min(fastest)
}

/// The highest speed at which one stays behind somebody.
#[inline]
pub fn safe(kind: &Kind, speed: f64, gap: f64, foe_speed: f64, foe_decel: f64) -> f64 {
    let safe = if gap >= 0.0 {
        let foe_gap = brake_gap(foe_speed, kind.decel.max(foe_decel), 0.0);
        halting(gap + foe_gap, kind.decel, kind.tau)
    } else {
        (speed - kind.emergency).max(0.0)
    };
    tempered(kind, speed, safe, kind.decel, || needed(kind, gap, speed, foe_speed, foe_decel))
}

/// The highest speed of the next step behind somebody.
#[inline]
pub fn follow(kind: &Kind, desired: f64, speed: f64, gap: f64, foe_speed: f64, foe_decel: f64) -> f64 {
    if let Following::Idm(exponent) = kind.following {
        let gap = gap + kind.min_gap;
        return idm::next(kind, exponent, desired, speed, gap, foe_speed, kind.min_gap)
            .min(fastest(kind, speed));
    }
    let fastest = fastest(kind, speed);
    if ample(gap, fastest, kind.decel, kind.tau) {
        return fastest;
    }
    safe(kind, speed, gap, foe_speed, foe_decel).min(fastest)
}

/// The highest speed up to `top` behind somebody, for one who compares lanes.
#[inline]
pub fn safe_up_to(kind: &Kind, top: f64, gap: f64, foe_speed: f64, foe_decel: f64) -> f64 {
    if kind.following == Following::Krauss && ample(gap, top, kind.decel, kind.tau) {
        return top;
    }
    safe_there(kind, gap, foe_speed, foe_decel).min(top)
}

/// The highest speed behind somebody, for one who is put there at this moment or who compares lanes: nothing is tempered.
#[inline]
pub fn safe_there(kind: &Kind, gap: f64, foe_speed: f64, foe_decel: f64) -> f64 {
    if gap < 0.0 {
        return 0.0;
    }
    if matches!(kind.following, Following::Idm(_)) {
        return idm::at_rest(kind, gap, foe_speed);
    }
    halting(gap + brake_gap(foe_speed, kind.decel.max(foe_decel), 0.0), kind.decel, kind.tau)
}

/// The highest speed behind somebody, for one who comes onto the road with `speed` if that is safe.
pub fn begin(kind: &Kind, [desired, speed]: [f64; 2], gap: f64, foe_speed: f64, foe_decel: f64) -> f64 {
    match kind.following {
        Following::Idm(exponent) if gap >= 0.0 => idm::begin(kind, exponent, desired, speed, gap, foe_speed),
        _ => safe_there(kind, gap, foe_speed, foe_decel),
    }
}

/// The highest speed from which one is down to `target` within a distance.
#[inline]
pub fn slowing(decel: f64, gap: f64, target: f64, put_there: bool) -> f64 {
    if gap < target {
        return target;
    }
    let sum = decel + 2.0 * target;
    let steps = (((sum * sum + 8.0 * decel * gap).sqrt() - decel) * 0.5 - target).max(0.0) / decel;
    let full = whole(steps);
    let exact = (full * full + full) * 0.5 * decel + full * target + if steps > full { target } else { 0.0 };
    let gain = (full + if put_there { 1.0 } else { 0.0 }) * decel;
    (gap - exact).max(0.0) / (full + 1.0) + gain + target
}

/// The gap behind somebody at which nobody has to brake harder than usual.
#[inline]
pub fn secure(kind: &Kind, speed: f64, foe_speed: f64, foe_decel: f64) -> f64 {
    if matches!(kind.following, Following::Idm(_)) {
        return idm::wanted(kind, speed, foe_speed);
    }
    let foe_gap = brake_gap(foe_speed, kind.decel.max(foe_decel), 0.0);
    (brake_gap(speed, kind.decel, kind.tau) - foe_gap).max(0.0)
}

/// The speed after a distance.
#[inline]
pub fn after(kind: &Kind, distance: f64, speed: f64, accel: f64) -> f64 {
    (2.0 * distance * accel + speed * speed).max(0.0).sqrt().min(kind.max_speed)
}

/// The least seconds to a place that is reached at a speed.
#[inline]
pub fn soonest(kind: &Kind, distance: f64, speed: f64, arriving: f64) -> f64 {
    if distance <= 0.0 {
        return 0.0;
    }
    let accel = if arriving >= speed { kind.accel } else { -kind.decel };
    let seconds = (arriving - speed) / accel;
    let way = seconds * (arriving + speed) * 0.5;
    if distance >= way {
        return seconds + (distance - way) / speed.max(arriving).max(STANDING);
    }
    -(speed - (speed * speed + 2.0 * accel * distance).max(0.0).sqrt()) / accel
}

/// The lowest speed at which one can reach a place, when one brakes at once.
#[inline]
pub fn slowest_there(kind: &Kind, distance: f64, speed: f64) -> f64 {
    let left = distance - speed * kind.tau;
    if distance < speed {
        f64::INFINITY
    } else if speed * speed - 2.0 * left * kind.decel >= 0.0 {
        after(kind, left, speed, -kind.decel)
    } else {
        kind.decel
    }
}

/// A speed with the imperfection of a driver; `chance` is from 0 to 1.
#[inline]
pub fn dawdled(kind: &Kind, speed: f64, chance: f64) -> f64 {
    // Who starts is held back less, or nobody would start.
    (speed - kind.sigma * speed.min(kind.accel) * chance).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::{ample, brake_gap, dawdled, follow, halting, secure, slowing, whole};
    use crate::demand::Kind;
    use proptest::prelude::{Strategy, prop_assert, proptest};

    /// The way to a stop, step by step: on for τ seconds, then every second slower by b.
    fn covered(speed: f64, decel: f64, tau: f64) -> f64 {
        let (mut way, mut left) = (speed * tau, speed - decel);
        while left > 0.0 {
            way += left;
            left -= decel;
        }
        way
    }

    /// The highest speed whose way to a stop fits a gap, by halving.
    fn highest(gap: f64, decel: f64, tau: f64) -> f64 {
        let (mut low, mut high) = (0.0, 200.0);
        for _ in 0..200 {
            let middle = (low + high) / 2.0;
            if covered(middle, decel, tau) <= gap { low = middle } else { high = middle }
        }
        low
    }

    fn kinds() -> impl Strategy<Value = Kind> {
        (1.0..6.0f64, 1.0..9.0f64, 1.0..2.5f64).prop_map(|(accel, decel, tau)| Kind {
            accel,
            decel,
            emergency: decel,
            tau,
            ..Kind::of("any", "passenger")
        })
    }

    proptest! {
        /// The closed forms are those of stepping to a stop.
        #[test]
        fn stopping_is_what_stepping_says(
            gap in 0.01..400.0f64,
            decel in 1.0..9.0f64,
            tau in 1.0..2.5f64,
            speed in 0.0..50.0f64,
        ) {
            prop_assert!((halting(gap + 0.001, decel, tau) - highest(gap, decel, tau)).abs() < 1e-6);
            prop_assert!((brake_gap(speed, decel, tau) - covered(speed, decel, tau)).abs() < 1e-6);
            prop_assert!(!ample(gap, speed, decel, tau) || halting(gap, decel, tau) >= speed);
        }

        /// Whoever follows at the speed of the model never runs into one who brakes as hard as they can.
        #[test]
        fn followers_never_run_into_anybody(kind in kinds(), gap in 0.0..200.0f64, speed in 0.0..40.0f64, foe in 0.0..40.0f64) {
            let gap = gap + secure(&kind, speed, foe, kind.decel);
            let (mut gap, mut speed, mut foe) = (gap, speed, foe);
            for _ in 0..100 {
                speed = follow(&kind, 50.0, speed, gap, foe, kind.decel);
                foe = (foe - kind.decel).max(0.0);
                gap += foe - speed;
                prop_assert!(gap >= -1e-9, "{gap}");
            }
        }

        /// Whoever slows down is not faster than asked when they are there.
        #[test]
        fn one_is_slow_enough_at_the_limit(decel in 1.0..9.0f64, gap in 0.0..300.0f64, target in 0.1..20.0f64) {
            let (mut left, mut speed) = (gap, slowing(decel, gap, target, false));
            while left >= speed {
                left -= speed;
                let next = slowing(decel, left, target, false);
                prop_assert!(next >= speed - decel - 1e-6, "{speed} then {next}");
                speed = next;
            }
            prop_assert!(speed - target <= decel + 1e-6);
        }

        #[test]
        fn the_whole_number_below_is_the_floor(number in -1e6..1e6f64) {
            for number in [number, number.round(), number.trunc() - 1e-9, number.trunc() + 1e-9] {
                prop_assert!(whole(number) == number.floor(), "{number}");
            }
        }

        #[test]
        fn nobody_dawdles_below_standing(kind in kinds(), speed in 0.0..50.0f64, chance in 0.0..1.0f64) {
            let dawdled = dawdled(&kind, speed, chance);
            prop_assert!((0.0..=speed).contains(&dawdled));
        }
    }
}
