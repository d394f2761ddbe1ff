//! Laying out: whatever is asked for, what comes out passes the exact test, and more time makes it no worse.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::marker::check::check;
use garment::marker::exact::{Region, Ring};
use garment::marker::nest::{Effort, nest};
use garment::marker::uniform::{Style, uniform};
use garment::marker::{Direction, Layout, Marks, Piece, Pieces, Turns};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Lays out with so many looks at the clock, and hands back every layout on the way.
fn laid(pieces: &Pieces, looks: u64, threads: usize) -> Vec<Layout> {
    let (asked, all) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let spent = || asked.fetch_add(1, Ordering::Relaxed) as f64 / looks as f64;
    let last = nest(pieces, Effort { seed: 7, threads }, &spent, &|layout| {
        all.lock().unwrap().push(layout.clone());
    });
    let all = all.into_inner().unwrap();
    assert_eq!(last.as_ref().ok(), all.last(), "{last:?}");
    all
}

fn judged(name: &str, pieces: &Pieces, layouts: &[Layout], least: f64) {
    assert!(!layouts.is_empty(), "{name}: nothing was found");
    for layout in layouts {
        let found = check(pieces, layout);
        assert_eq!(found.faults, Vec::<String>::new(), "{name}");
    }
    let density = |layout: &Layout| check(pieces, layout).density;
    assert!(layouts.windows(2).all(|pair| pair[1].length < pair[0].length), "{name}: it got worse");
    let best = density(&layouts[layouts.len() - 1]);
    assert!(best >= least, "{name}: {best}");
}

fn region(corners: &[(f64, f64)]) -> Region {
    Region::new(Ring::new(corners).unwrap(), Vec::new()).unwrap()
}

fn piece(id: u64, demand: u64, corners: &[(f64, f64)], turns: Turns) -> Piece {
    Piece { id, demand, shape: region(corners), turns, mirror: false, paired: false, marks: Marks::default() }
}

fn angles(angles: &[f64], tilt: f64) -> Turns {
    Turns::Some { angles: angles.to_vec(), tilt }
}

fn strip(width: f64, pieces: Vec<Piece>) -> Pieces {
    Pieces { name: "test".into(), width, spacing: 0.0, direction: Direction::Any, pieces }
}

const SQUARE: [(f64, f64); 4] = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)];
const CORNER: [(f64, f64); 6] = [(0.0, 0.0), (3.0, 0.0), (3.0, 1.0), (1.0, 1.0), (1.0, 3.0), (0.0, 3.0)];
const HALF: [(f64, f64); 3] = [(0.0, 0.0), (4.0, 0.0), (0.0, 4.0)];

#[test]
fn uniforms_are_laid_out_by_every_rule() {
    let made = |style| uniform(style, &[1300], 2, 1500.0, 3).unwrap();
    let plain = made(Style::Shirt);
    let apart = Pieces { spacing: 5.0, ..made(Style::Trousers) };
    let one_way = Pieces { direction: Direction::Marker, ..made(Style::Tracksuit) };
    let garments = Pieces { direction: Direction::Garment, ..made(Style::Skirt) };
    let mut tilted = made(Style::Skirt);
    tilted.pieces.iter_mut().for_each(|piece| piece.turns = angles(&[0.0, 180.0], 2.0));
    for (name, pieces) in
        [("plain", plain), ("apart", apart), ("one way", one_way), ("garments", garments), ("tilted", tilted)]
    {
        judged(name, &pieces, &laid(&pieces, 400, 1), 0.6);
    }
}

#[test]
fn small_puzzles_are_solved() {
    let squares = strip(6.0, vec![piece(4, 9, &SQUARE, angles(&[0.0], 0.0))]);
    let halves = strip(4.0, vec![piece(0, 6, &HALF, angles(&[0.0, 180.0], 0.0))]);
    let corners = strip(
        4.0,
        vec![
            piece(1, 6, &CORNER, angles(&[0.0, 90.0, 180.0, 270.0], 0.0)),
            piece(2, 3, &SQUARE, angles(&[0.0], 0.0)),
        ],
    );
    let free = strip(5.0, vec![piece(1, 6, &CORNER, Turns::Any), piece(2, 3, &HALF, Turns::Any)]);
    judged("squares", &squares, &laid(&squares, 2_000, 1), 0.999);
    judged("halves", &halves, &laid(&halves, 2_000, 1), 0.99);
    judged("corners", &corners, &laid(&corners, 2_000, 1), 0.85);
    judged("free", &free, &laid(&free, 800, 1), 0.6);
}

#[test]
fn several_threads_share_what_they_find() {
    let pieces = uniform(Style::Shirt, &[1400], 2, 1200.0, 5).unwrap();
    judged("three", &pieces, &laid(&pieces, 600, 3), 0.65);
}

#[test]
fn the_same_seed_finds_the_same() {
    let pieces = uniform(Style::Trousers, &[1200, 1600], 1, 1400.0, 2).unwrap();
    assert_eq!(laid(&pieces, 200, 1), laid(&pieces, 200, 1));
}

#[test]
fn what_cannot_be_laid_out_is_told() {
    let said = |pieces: &Pieces| {
        nest(pieces, Effort { seed: 1, threads: 1 }, &|| 0.5, &|_| {}).unwrap_err().to_string()
    };
    let wide = strip(1.5, vec![piece(3, 1, &SQUARE, angles(&[0.0, 180.0], 0.0))]);
    let mut against = strip(4.0, vec![piece(3, 1, &SQUARE, angles(&[180.0], 0.0))]);
    against.direction = Direction::Marker;
    let none = strip(4.0, Vec::new());
    let over = nest(
        &strip(4.0, vec![piece(3, 9, &SQUARE, Turns::Any)]),
        Effort { seed: 1, threads: 1 },
        &|| 1.0,
        &|_| {},
    );
    let all = [said(&wide), said(&against), said(&none), over.unwrap_err().to_string()];
    insta::assert_snapshot!(all.join("\n"));
}
