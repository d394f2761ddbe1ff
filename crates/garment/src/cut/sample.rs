//! Made-up orders: sizes as children's heights go, colours, rolls as mills deliver them.

use crate::chance::Chance;
use std::fmt::Write as _;

/// An order in TOML; the seed makes another one, small or large, with or without overcut, on a long table or a short one.
pub fn order(seed: u64) -> String {
    let mut chance = Chance::new(seed.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(3));
    let between = |chance: &mut Chance, low: u64, high: u64| low + chance.below(high - low + 1);
    let sizes = between(&mut chance, 3, 8);
    let colours = between(&mut chance, 1, 4);
    let garments = between(&mut chance, 4, 8);
    let plies = between(&mut chance, 3, 12) * 10;
    let table = [6.0, 8.0, 10.0, 12.0, 15.0][chance.below(5) as usize];
    let (ends, lay) = (between(&mut chance, 2, 6) as f64 / 100.0, between(&mut chance, 4, 12) as f64 / 4.0);
    let overcut = [0, 0, 2, 3, 5][chance.below(5) as usize];
    let first = 100 + 10 * chance.below(4);
    let base = 0.5 + chance.below(60) as f64 / 100.0;
    let (low, high) = (7_200 + chance.below(600), 8_300 + chance.below(500));
    let mut text = format!(
        "order = \"{seed}\"\nwidth = 1.5\nends = {ends}\ntable = {table}\nplies = {plies}\ngarments = {garments}\n\
         overcut = {overcut}\nlay = {lay}\nremnant = 1.5\n"
    );
    for (count, percent) in [(1, low), (2, (low + high) / 2), (4, (low + 3 * high) / 4), (8, high)] {
        let _ = write!(
            text,
            "\n[[utilisation]]\ngarments = {count}\npercent = {}.{:02}\n",
            percent / 100,
            percent % 100
        );
    }
    let mut areas = Vec::new();
    for at in 0..sizes {
        let area = base * (1.0 + 0.07 * at as f64);
        areas.push(area);
        let _ = write!(text, "\n[[size]]\nid = \"{}\"\narea = {area:.4}\n", first + 10 * at);
    }
    let scale = [40, 80, 160, 320, 640][chance.below(5) as usize];
    // Most children are of the middle sizes; the colours of an order are alike, yet none is just as another.
    let shares: Vec<f64> = (0..sizes)
        .map(|at| (at as f64 + 1.0).min((sizes - at) as f64) * (0.5 + chance.below(100) as f64 / 100.0))
        .collect();
    for colour in 0..colours {
        let mut area = 0.0;
        let mut wanted = String::new();
        let part = 0.3 + chance.below(100) as f64 / 100.0;
        for (at, (own, share)) in areas.iter().zip(&shares).enumerate() {
            let count =
                (f64::from(scale) * share * part * (0.85 + chance.below(30) as f64 / 100.0) / 2.0).ceil();
            area += count * own;
            let _ =
                write!(wanted, "{}\"{}\" = {count}", if at == 0 { "" } else { ", " }, first + 10 * at as u64);
        }
        let _ = write!(text, "\n[[colour]]\nid = \"c{colour}\"\nwanted = {{ {wanted} }}\n");
        // A tenth more than the cloth that would do.
        let mut left = area / 1.5 / (high as f64 / 10_000.0) * 1.15 + 60.0;
        let mut at = 0;
        while left > 0.0 {
            let length = 40.0 + chance.below(8_000) as f64 / 100.0;
            let _ = write!(
                text,
                "\n[[roll]]\nid = \"c{colour}-{at}\"\ncolour = \"c{colour}\"\nlength = {length:.2}\n"
            );
            left -= length;
            at += 1;
        }
    }
    text
}
