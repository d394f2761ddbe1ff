//! Laying out: whatever is asked for, what comes out passes the exact test, and more time makes it no worse.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::marker::check::check;
use garment::marker::cloth::{Cloth, Match, Repeat, Roll};
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
    Piece {
        id,
        demand,
        shape: region(corners),
        turns,
        mirror: false,
        paired: false,
        per_garment: 1,
        matching: None,
        marks: Marks::default(),
    }
}

fn angles(angles: &[f64], tilt: f64) -> Turns {
    Turns::Some { angles: angles.to_vec(), tilt }
}

fn strip(width: f64, pieces: Vec<Piece>) -> Pieces {
    Pieces {
        name: "test".into(),
        width,
        spacing: 0.0,
        direction: Direction::Any,
        cloth: Cloth::default(),
        pieces,
    }
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

/// Whether a place lies within a line, by how often a ray from it crosses (the exact test asks otherwise).
fn within(outline: &[(f64, f64)], (x, y): (f64, f64)) -> bool {
    let sides = outline.iter().zip(outline.iter().cycle().skip(1));
    let crossed = |(a, b): &(&(f64, f64), &(f64, f64))| {
        (a.1 > y) != (b.1 > y) && x < (b.0 - a.0) * (y - a.1) / (b.1 - a.1) + a.0
    };
    sides.filter(crossed).count() % 2 == 1
}

fn box_of(from: (f64, f64), to: (f64, f64)) -> Region {
    region(&[from, (to.0, from.1), to, (from.0, to.1)])
}

#[test]
fn flaws_stay_free_and_no_roll_is_too_narrow() {
    let zones = [
        ((300.0, 200.0), (380.0, 420.0)),
        ((900.0, -10.0), (960.0, 1600.0)),
        ((100.0, 900.0), (104.0, 903.0)),
    ];
    for style in [Style::Trousers, Style::Shirt] {
        let mut pieces = uniform(style, &[1300], 1, 1500.0, 3).unwrap();
        let roll = |id: &str, width: f64, flaws: Vec<Region>| Roll { id: id.into(), width, flaws };
        let flaws: Vec<Region> = zones.iter().map(|(from, to)| box_of(*from, *to)).collect();
        pieces.cloth.rolls =
            vec![roll("a", 1490.0, flaws[..1].to_vec()), roll("b", 1420.0, flaws[1..].to_vec())];
        let layouts = laid(&pieces, 400, 1);
        judged("flaws", &pieces, &layouts, 0.4);
        let drawn = |placed: &garment::marker::Placed| -> Vec<(f64, f64)> {
            let piece = pieces.pieces.iter().find(|piece| piece.id == placed.piece).unwrap();
            piece.shape.outlines().next().unwrap().into_iter().map(|corner| placed.at(corner)).collect()
        };
        for placed in layouts.iter().flat_map(|layout| &layout.placed) {
            let outline = drawn(placed);
            assert!(outline.iter().all(|(_, y)| *y <= 1420.0 + 1e-5), "{style:?}: beyond the narrower roll");
            for ((x, y), (to_x, to_y)) in zones {
                for step in 0..400 {
                    let part = |k: i32, from: f64, to: f64| from + (to - from) * (f64::from(k) + 0.5) / 20.0;
                    let place = (part(step % 20, x, to_x), part(step / 20, y, to_y));
                    assert!(!within(&outline, place), "{style:?}: {place:?} is covered");
                }
            }
        }
    }
}

/// What the cloth shows at a place, the same to either side of a repeat's beginning.
fn shown(repeat: &Repeat, (x, y): (f64, f64)) -> [f64; 2] {
    let wave = |at: f64, from: f64, period: Option<f64>| {
        period.map_or(0.0, |period| ((at - from) / period * std::f64::consts::TAU).cos())
    };
    [wave(x, repeat.origin.0, repeat.along), wave(y, repeat.origin.1, repeat.across)]
}

/// What a garment's pieces show around the places that match must be the same picture.
fn pictures_agree(name: &str, pieces: &Pieces, layout: &Layout) {
    let repeat = pieces.cloth.repeat.as_ref().unwrap();
    let mut first = std::collections::BTreeMap::new();
    let mut compared = 0;
    for placed in &layout.placed {
        let piece = pieces.pieces.iter().find(|piece| piece.id == placed.piece).unwrap();
        let Some(own) = &piece.matching else { continue };
        for (axis, _) in [own.along, own.across].into_iter().enumerate().filter(|(_, matters)| *matters) {
            let look = |(dx, dy): (f64, f64)| {
                let from = (own.at.0 - own.phase.0, own.at.1 - own.phase.1);
                shown(repeat, placed.at((from.0 + dx, from.1 + dy)))[axis]
            };
            let picture: Vec<f64> = [(0.0, 0.0), (7.0, 3.0), (13.0, 21.0), (-5.0, -17.0)].map(look).to_vec();
            let wanted = match &own.group {
                None => [(0.0, 0.0), (7.0, 3.0), (13.0, 21.0), (-5.0, -17.0)]
                    .map(|(dx, dy)| shown(repeat, (repeat.origin.0 + dx, repeat.origin.1 + dy))[axis])
                    .to_vec(),
                Some(group) => {
                    compared += 1;
                    first
                        .entry((group, placed.garment.clone().unwrap(), axis))
                        .or_insert(picture.clone())
                        .clone()
                }
            };
            let alike = picture.iter().zip(&wanted).all(|(one, other)| (one - other).abs() < 1e-4);
            assert!(alike, "{name}: {placed:?} shows {picture:?}, not {wanted:?}");
        }
    }
    assert!(first.is_empty() || compared > first.len(), "{name}: nothing was compared");
}

#[test]
fn stripes_and_checks_go_on_from_piece_to_piece() {
    let lies = |group: Option<&str>, at: (f64, f64), along: bool| Match {
        at,
        group: group.map(str::to_owned),
        phase: (0.0, 0.0),
        along,
        across: true,
    };
    let repeat = |along: Option<f64>, across: f64| {
        Some(Repeat { along, across: Some(across), origin: (11.0, 7.0), tolerance: 0.0 })
    };
    let mut checks = uniform(Style::Shirt, &[1300, 1400], 1, 1500.0, 3).unwrap();
    checks.cloth.repeat = repeat(Some(60.0), 48.0);
    for piece in &mut checks.pieces {
        // Both fronts and the sleeves of a garment go together; the back lies as the repeat does; small pieces as they like.
        piece.matching = match piece.id % 7 {
            0 => Some(lies(Some("body"), (120.0, 30.0), true)),
            1 => Some(lies(None, (100.0, 0.0), true)),
            2 => Some(lies(Some("body"), (200.0, 0.0), true)),
            _ => None,
        };
    }
    let mut stripes = uniform(Style::Trousers, &[1300], 2, 1500.0, 3).unwrap();
    stripes.cloth.repeat = repeat(None, 25.0);
    stripes
        .pieces
        .iter_mut()
        .take(2)
        .for_each(|piece| piece.matching = Some(lies(Some("legs"), (0.0, 10.0), true)));
    for (name, pieces, least) in [("checks", checks, 0.5), ("stripes", stripes, 0.6)] {
        let layouts = laid(&pieces, 1600, 1);
        judged(name, &pieces, &layouts, least);
        layouts.iter().for_each(|layout| pictures_agree(name, &pieces, layout));
    }
}

#[test]
fn a_piece_is_laid_into_the_hole_of_another() {
    let ring = |from: f64, to: f64| Ring::new(&[(from, from), (to, from), (to, to), (from, to)]).unwrap();
    let frame = Piece {
        shape: Region::new(ring(0.0, 10.0), vec![ring(2.0, 8.0)]).unwrap(),
        ..piece(1, 2, &SQUARE, angles(&[0.0, 90.0], 0.0))
    };
    let window = Piece {
        shape: Region::new(ring(0.0, 10.0), vec![ring(1.0, 4.5), ring(5.5, 9.0)]).unwrap(),
        ..piece(3, 1, &SQUARE, Turns::Any)
    };
    let small = |count: u64, side: f64| {
        piece(2, count, &[(0.0, 0.0), (side, 0.0), (side, side), (0.0, side)], angles(&[0.0], 0.0))
    };
    let plain = strip(10.0, vec![frame.clone(), small(2, 5.0)]);
    judged("frames", &plain, &laid(&plain, 500, 1), (2.0 * 64.0 + 50.0) / 201.0);
    let apart = Pieces { spacing: 0.4, ..strip(10.0, vec![frame, small(2, 5.0)]) };
    judged("apart", &apart, &laid(&apart, 500, 1), (2.0 * 64.0 + 50.0) / 207.0);
    let two = strip(15.0, vec![window, small(2, 3.0)]);
    judged("windows", &two, &laid(&two, 500, 1), (100.0 - 24.5 + 18.0) / 152.0);
}

#[test]
fn something_that_holds_is_there_at_once() {
    let mut chance = 7u64;
    let mut side = |least: u64, most: u64| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (least + (chance >> 33) % (most - least)) as f64 / 2.0
    };
    let mut rectangle = |id: u64| {
        let (x, y) = (side(10, 80), side(10, 80));
        piece(id, 1, &[(0.0, 0.0), (x, 0.0), (x, y), (0.0, y)], angles(&[0.0, 180.0], 0.0))
    };
    let many = strip(100.0, (0..1_000).map(&mut rectangle).collect());
    let alike: Vec<Piece> = (0..20).map(|id| Piece { demand: 90, ..rectangle(id) }).collect();
    let alike = Pieces { spacing: 0.5, ..strip(100.0, alike) };
    // Nobody's pattern: a star of very many corners, and one that is smooth.
    let star = |rough: f64| -> Vec<(f64, f64)> {
        let at = |k: u32| {
            let out = 20.0 + if k.is_multiple_of(2) { rough } else { 0.0 };
            let (sin, cos) = (f64::from(k) / 1_500.0 * std::f64::consts::TAU).sin_cos();
            (out * cos, out * sin * 0.6)
        };
        (0..1_500).map(at).collect()
    };
    let turns = || angles(&[0.0, 180.0], 0.0);
    let stars = strip(100.0, vec![piece(1, 4, &star(3.0), turns()), piece(2, 3, &star(0.0), turns())]);
    let mut flawed = strip(100.0, (0..40).map(&mut rectangle).collect());
    let flaws = vec![box_of((30.0, 20.0), (36.0, 60.0)), box_of((70.0, -5.0), (75.0, 105.0))];
    flawed.cloth.rolls = vec![Roll { id: "a".into(), width: 95.0, flaws }];
    flawed.cloth.repeat =
        Some(Repeat { along: Some(7.0), across: Some(3.0), origin: (1.0, 2.0), tolerance: 0.0 });
    for piece in flawed.pieces.iter_mut().step_by(3) {
        piece.matching =
            Some(Match { at: (2.0, 3.0), group: None, phase: (0.0, 0.0), along: true, across: true });
    }
    for (name, pieces, least) in
        [("many", many, 0.75), ("alike", alike, 0.75), ("stars", stars, 0.4), ("flawed", flawed, 0.5)]
    {
        // No time at all: what is there at the end was there before the search.
        judged(name, &pieces, &laid(&pieces, 1, 1), least);
    }
}

#[test]
fn a_garment_is_turned_as_a_whole() {
    let halves = |direction| {
        let half = Piece { per_garment: 2, ..piece(0, 8, &HALF, angles(&[0.0, 180.0], 0.0)) };
        Pieces { direction, ..strip(4.0, vec![half]) }
    };
    judged("garments", &halves(Direction::Garment), &laid(&halves(Direction::Garment), 2_000, 1), 0.99);
    let one_way = halves(Direction::Marker);
    let found = laid(&one_way, 2_000, 1);
    assert!(check(&one_way, found.last().unwrap()).density < 0.9, "all look one way");
    // Pieces of one garment go together; one that may not be turned keeps the others of its garment from it.
    let mut shirts = uniform(Style::Shirt, &[1300, 1500], 2, 1500.0, 3).unwrap();
    shirts.direction = Direction::Garment;
    judged("shirts", &shirts, &laid(&shirts, 400, 1), 0.6);
    shirts.pieces[0].turns = angles(&[0.0], 0.0);
    let layouts = laid(&shirts, 400, 1);
    judged("kept", &shirts, &layouts, 0.6);
    let size = |id: u64| &shirts.pieces.iter().find(|piece| piece.id == id).unwrap().marks.size;
    let of_size = |placed: &&garment::marker::Placed| size(placed.piece) == &shirts.pieces[0].marks.size;
    let placed = layouts.last().unwrap().placed.iter().filter(of_size);
    assert!(placed.clone().count() > 8 && placed.into_iter().all(|placed| placed.turn == 0.0));
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
    let mut several =
        strip(1.5, vec![piece(3, 1, &SQUARE, Turns::Any), piece(4, 2, &CORNER, angles(&[0.0], 0.0))]);
    several.pieces[1].marks = Marks { name: "袖子".into(), size: "130".into(), ..Marks::default() };
    let many = strip(4.0, vec![piece(3, u64::MAX, &SQUARE, angles(&[0.0], 0.0))]);
    // What matches each other is not laid out by boxes alone.
    let mut late = strip(4.0, vec![piece(3, 9, &SQUARE, angles(&[0.0], 0.0))]);
    late.cloth.repeat = Some(Repeat { across: Some(1.0), ..Repeat::default() });
    let group = Some("a".to_owned());
    late.pieces[0].matching =
        Some(Match { at: (0.0, 0.0), group, phase: (0.0, 0.0), along: true, across: true });
    let over = nest(&late, Effort { seed: 1, threads: 1 }, &|| 1.0, &|_| {});
    // Stripes that leave one place across the strip, where the piece does not fit.
    let mut striped = strip(4.0, vec![piece(3, 1, &SQUARE, angles(&[0.0], 0.0))]);
    striped.cloth.repeat = Some(Repeat { across: Some(6.0), ..Repeat::default() });
    striped.pieces[0].matching =
        Some(Match { at: (0.0, -1.0), group: None, phase: (0.0, 0.0), along: true, across: true });
    striped.cloth.repeat.as_mut().unwrap().origin = (0.0, 2.5);
    // More shapes that match each other than can be compared, each with each.
    let mut crowd = strip(4.0, Vec::new());
    crowd.cloth.repeat = late.cloth.repeat.clone();
    crowd.pieces = (0..600)
        .map(|at| {
            let to = 1.0 + at as f64 / 1_000.0;
            let own = piece(at, 1, &[(0.0, 0.0), (to, 0.0), (to, 1.0)], angles(&[0.0], 0.0));
            Piece { matching: late.pieces[0].matching.clone(), ..own }
        })
        .collect();
    let all = [&wide, &against, &none, &striped, &several, &many, &crowd].map(said);
    let all = [&all[..], &[over.unwrap_err().to_string()]].concat();
    insta::assert_snapshot!(all.join("\n"));
}
