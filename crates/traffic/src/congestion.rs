//! How congested roads are, in the three ways in which it is told to the public. All follow from the *delay index*: the time that
//! driving takes by the time that it would take on an empty road.

/// The delay index of some seconds on the road that would have been `free` seconds on an empty one; 1 where nobody drove, and
/// never less.
pub fn index(seconds: f64, free: f64) -> f64 {
    if free > 0.0 {
        (seconds / free).max(1.0)
    } else if seconds > 0.0 {
        // Whoever was there stood.
        f64::INFINITY
    } else {
        1.0
    }
}

/// What AMap's reports call a delay index: from when on, in English and in Chinese.
pub const BANDS: [(f64, &str, &str); 4] =
    [(1.0, "smooth", "畅通"), (1.5, "slow", "缓行"), (1.8, "congested", "拥堵"), (2.2, "jammed", "严重拥堵")];

/// The band of a delay index, by its place in [`BANDS`].
pub fn band(index: f64) -> usize {
    BANDS.iter().skip(1).take_while(|(from, ..)| index >= *from).count()
}

/// Where the levels of the traffic performance index begin, by the delay index: a fifth more time, half, four fifths, one and a
/// tenth, as Beijing's commission of transport words them.
const LEVELS: [(f64, f64); 6] = [(1.0, 0.0), (1.2, 2.0), (1.5, 4.0), (1.8, 6.0), (2.1, 8.0), (2.4, 10.0)];

/// The traffic performance index, 0 to 10, of a delay index; even between the levels.
pub fn performance(index: f64) -> f64 {
    let [mut before, ..] = LEVELS;
    for level in LEVELS {
        if index < level.0 {
            let part = (index - before.0).max(0.0) / (level.0 - before.0);
            return before.1 + part * (level.1 - before.1);
        }
        before = level;
    }
    before.1
}

/// TomTom's congestion level: how much more time driving takes, in percent.
pub fn more(index: f64) -> f64 {
    100.0 * (index - 1.0)
}

#[cfg(test)]
mod tests {
    use super::{BANDS, band, index, more, performance};

    #[test]
    fn congestion_is_told_in_three_ways() {
        let of = |seconds: f64, free: f64| {
            let index = index(seconds, free);
            (BANDS[band(index)].1, (100.0 * performance(index)).round() / 100.0, more(index).round())
        };
        assert_eq!(of(0.0, 0.0), ("smooth", 0.0, 0.0));
        assert_eq!(of(99.0, 100.0), ("smooth", 0.0, 0.0));
        assert_eq!(of(135.0, 100.0), ("smooth", 3.0, 35.0));
        assert_eq!(of(150.0, 100.0), ("slow", 4.0, 50.0));
        assert_eq!(of(195.0, 100.0), ("congested", 7.0, 95.0));
        assert_eq!(of(220.0, 100.0), ("jammed", 8.67, 120.0));
        assert_eq!(of(300.0, 100.0), ("jammed", 10.0, 200.0));
        assert_eq!((band(index(5.0, 0.0)), performance(index(5.0, 0.0))), (3, 10.0));
    }
}
