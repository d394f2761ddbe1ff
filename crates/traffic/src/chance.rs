//! Chance that is the same on every machine and for any number of threads: a number depends only on what it is asked for. The
//! logarithm and the cosine are those of `libm`, since each system's own rounds in its own way.

/// A number that depends on three, well mixed (the finaliser of SplitMix64; Steele, Lea and Flood 2014).
#[inline]
pub fn mix(seed: u64, who: u64, when: u64) -> u64 {
    let mut z = seed ^ who.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ when.wrapping_mul(0xD1B5_4A32_D192_ED03);
    for _ in 0..2 {
        z = z.wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
    }
    z
}

/// A number from 0 to 1, without 1.
#[inline]
pub fn unit(seed: u64, who: u64, when: u64) -> f64 {
    (mix(seed, who, when) >> 11) as f64 / (1u64 << 53) as f64
}

/// A number of the normal distribution around `mean`, drawn again until it lies within bounds.
pub fn normal(seed: u64, who: u64, [mean, deviation, least, most]: [f64; 4]) -> f64 {
    if deviation <= 0.0 {
        return mean;
    }
    for draw in 0..100 {
        let (u, v) = (1.0 - unit(seed, who, 2 * draw), unit(seed, who, 2 * draw + 1));
        let value = mean + deviation * (-2.0 * libm::log(u)).sqrt() * libm::cos(std::f64::consts::TAU * v);
        if (least..=most).contains(&value) {
            return value;
        }
    }
    mean
}

/// A seed made of a text.
pub fn of_text(text: &str) -> u64 {
    text.bytes()
        .fold(0xCBF2_9CE4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3))
}
