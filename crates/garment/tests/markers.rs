//! Layouts: the exact test against a plain one that counts small squares, and everything that can be wrong with a file.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::chance::Chance;
use garment::marker::exact::{NoShape, Region, Ring, nearer, overlap};
use garment::marker::uniform::{HEIGHTS, Style, uniform};
use garment::marker::{check, read};
use serde_json::{Value as Json, json};
use std::f64::consts::SQRT_2;

fn region(corners: &[(f64, f64)]) -> Region {
    Region::new(Ring::new(corners).unwrap(), Vec::new()).unwrap()
}

/// A shape of whole squares that hang together: the squares, and the outline around them.
fn squares(chance: &mut Chance, size: i64) -> (Vec<(i64, i64)>, Region) {
    loop {
        let mut all = vec![(size / 2, size / 2)];
        for _ in 0..chance.below(12) {
            let (x, y) = all[chance.below(all.len() as u64) as usize];
            let (dx, dy) = [(1, 0), (-1, 0), (0, 1), (0, -1)][chance.below(4) as usize];
            let next = (x + dx, y + dy);
            if (0..size).contains(&next.0) && (0..size).contains(&next.1) && !all.contains(&next) {
                all.push(next);
            }
        }
        // Sides of squares with nothing beyond, in a row, each from the end of the one before.
        let mut sides: Vec<((i64, i64), (i64, i64))> = Vec::new();
        for (x, y) in &all {
            let has = |dx: i64, dy: i64| all.contains(&(x + dx, y + dy));
            let around = [
                ((0, -1), (0, 0), (1, 0)),
                ((1, 0), (1, 0), (1, 1)),
                ((0, 1), (1, 1), (0, 1)),
                ((-1, 0), (0, 1), (0, 0)),
            ];
            for ((dx, dy), from, to) in around {
                if !has(dx, dy) {
                    sides.push(((x + from.0, y + from.1), (x + to.0, y + to.1)));
                }
            }
        }
        let mut outline = vec![sides[0]];
        while let Some(next) = sides.iter().find(|side| side.0 == outline[outline.len() - 1].1) {
            if *next == outline[0] || outline.len() > sides.len() {
                break;
            }
            outline.push(*next);
        }
        // Shapes with holes, or that touch themselves at a corner, are drawn again.
        let corners: Vec<(f64, f64)> =
            outline.iter().map(|(from, _)| (from.0 as f64, from.1 as f64)).collect();
        if let Ok(ring) = Ring::new(&corners)
            && outline.len() == sides.len()
        {
            return (all, Region::new(ring, Vec::new()).unwrap());
        }
    }
}

#[test]
fn overlaps_and_distances_are_those_of_squares() {
    let mut chance = Chance::new(9);
    let mut seen = [0; 3];
    for _ in 0..4_000 {
        let (one, other) = (squares(&mut chance, 6), squares(&mut chance, 6));
        let (dx, dy) = (chance.below(9) as i64 - 4, chance.below(9) as i64 - 4);
        let moved = other.1.placed(false, 0.0, (dx as f64, dy as f64)).unwrap();
        let common = other.0.iter().any(|(x, y)| one.0.contains(&(x + dx, y + dy)));
        assert_eq!(
            (overlap(&one.1, &moved), overlap(&moved, &one.1)),
            (common, common),
            "{one:?} {other:?} {dx} {dy}"
        );
        assert!((one.1.area() - one.0.len() as f64).abs() < 1e-9);
        if common {
            seen[0] += 1;
            continue;
        }
        // Squares that do not overlap are apart by the gaps between them along both axes.
        let gap = |a: i64, b: i64| ((a - b).abs() - 1).max(0);
        let apart = other.0.iter().flat_map(|(x, y)| {
            one.0.iter().map(move |(a, b)| {
                let (gx, gy) = (gap(x + dx, *a), gap(y + dy, *b));
                gx * gx + gy * gy
            })
        });
        let apart = (apart.min().unwrap() as f64).sqrt();
        for spacing in [0.5, 1.0, SQRT_2 - 1e-4, SQRT_2 + 1e-4, 2.0, 2.3] {
            assert_eq!(
                nearer(&one.1, &moved, spacing),
                apart < spacing,
                "{one:?} {other:?} {dx} {dy} {spacing}"
            );
        }
        seen[1] += usize::from(apart == 0.0);
        seen[2] += usize::from(apart > 0.0);
    }
    assert!(seen.iter().all(|times| *times > 300), "{seen:?}");
}

/// The same shape with each side divided into parts, by corners that change nothing.
fn divided(shape: &Region, parts: usize) -> Region {
    let ring = |outline: Vec<(f64, f64)>| {
        let ends = outline.iter().copied().zip(outline.iter().copied().cycle().skip(1));
        let corners: Vec<(f64, f64)> = ends
            .flat_map(|(a, b)| {
                (0..parts).map(move |part| {
                    let share = part as f64 / parts as f64;
                    (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
                })
            })
            .collect();
        Ring::new(&corners).unwrap()
    };
    let mut rings = shape.outlines().map(ring);
    Region::new(rings.next().unwrap(), rings.collect()).unwrap()
}

#[test]
fn shapes_of_many_corners_are_judged_as_those_of_few() {
    let mut chance = Chance::new(10);
    let mut seen = [0; 3];
    for _ in 0..400 {
        let (one, other) = (squares(&mut chance, 6).1, squares(&mut chance, 6).1);
        let by = (chance.below(50) as f64 / 10.0 - 2.5, chance.below(50) as f64 / 10.0 - 2.5);
        let turn = 90.0 * chance.below(4) as f64;
        let moved = other.placed(false, turn, by).unwrap();
        let (fine, finer) = (divided(&one, 64), divided(&other, 40).placed(false, turn, by).unwrap());
        let overlaps = overlap(&one, &moved);
        assert_eq!(
            (overlap(&fine, &finer), overlap(&finer, &fine)),
            (overlaps, overlaps),
            "{one:?} {moved:?}"
        );
        let near = !overlaps && nearer(&one, &moved, 0.4);
        assert_eq!(!overlaps && nearer(&fine, &finer, 0.4), near, "{one:?} {moved:?}");
        seen[if overlaps { 0 } else { 1 + usize::from(near) }] += 1;
    }
    assert!(seen.iter().all(|times| *times > 10), "{seen:?}");
}

#[test]
fn touching_is_no_overlap_and_a_hair_is() {
    let square = region(&[(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]);
    let diamond = region(&[(1.0, 0.0), (2.0, 1.0), (1.0, 2.0), (0.0, 1.0)]);
    let at = |region: &Region, turn: f64, x: f64, y: f64| region.placed(false, turn, (x, y)).unwrap();
    for (one, other, expected) in [
        (&square, at(&square, 0.0, 2.0, 0.0), false),
        (&square, at(&square, 0.0, 1.999_999, 0.0), true),
        (&square, at(&square, 0.0, 0.0, 0.0), true),
        (&square, at(&square, 90.0, 2.0, 0.0), true),
        (&square, at(&square, 90.0, 0.0, 0.0), false),
        (&square, at(&square, 180.0, 0.0, 0.0), false),
        (&square, diamond.clone(), true),
        (&diamond, at(&diamond, 0.0, 1.0, 1.0), false),
        (&diamond, at(&diamond, 0.0, 1.0, 0.999_999), true),
        (&diamond, at(&square, 0.0, 1.5, 1.5), false),
        (&diamond, at(&square, 0.0, 1.499_999, 1.499_999), true),
    ] {
        assert_eq!((overlap(one, &other), overlap(&other, one)), (expected, expected), "{other:?}");
    }
    // A piece in the hole of another.
    let ring = |from: f64, to: f64| Ring::new(&[(from, from), (to, from), (to, to), (from, to)]).unwrap();
    let frame = Region::new(ring(0.0, 4.0), vec![ring(1.0, 3.0)]).unwrap();
    for (x, y, expected) in [(1.0, 1.0, false), (1.000_001, 1.0, true), (0.0, 0.0, true), (-2.0, 0.0, false)]
    {
        assert_eq!(overlap(&frame, &at(&square, 0.0, x, y)), expected, "{x} {y}");
    }
    assert!((frame.area() - 12.0).abs() < 1e-9);
    // A mirrored shape of no symmetry lies on its mirror image.
    let hook = region(&[(0.0, 0.0), (3.0, 0.0), (3.0, 1.0), (1.0, 1.0), (1.0, 2.0), (0.0, 2.0)]);
    let mirrored = hook.placed(true, 0.0, (0.0, 0.0)).unwrap();
    assert!(!overlap(&hook, &mirrored) && overlap(&mirrored, &hook.placed(true, 0.0, (0.1, 0.0)).unwrap()));
}

#[test]
fn what_is_no_shape_is_told() {
    for (corners, expected) in [
        (&[(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)][..], NoShape::Few),
        (&[(0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0)], NoShape::Meets(1, 3)),
        (&[(0.0, 0.0), (2.0, 0.0), (1.0, 0.0), (1.0, 1.0)], NoShape::Meets(1, 2)),
        (&[(0.0, 0.0), (f64::NAN, 0.0), (1.0, 1.0)], NoShape::Far),
        (&[(0.0, 0.0), (4.0, 0.0), (2.0, 2.0), (2.0, 0.0), (1.0, 3.0)], NoShape::Meets(1, 3)),
    ] {
        assert_eq!(Ring::new(corners).unwrap_err(), expected, "{corners:?}");
    }
    let ring = |from: f64, to: f64| Ring::new(&[(from, from), (to, from), (to, to), (from, to)]).unwrap();
    for holes in [vec![ring(3.0, 5.0)], vec![ring(0.0, 1.0)], vec![ring(1.0, 2.0), ring(1.2, 1.8)]] {
        assert!(matches!(Region::new(ring(0.0, 4.0), holes), Err(NoShape::Hole(_))));
    }
}

/// The first two sides that meet and must not, each held against each.
fn plainly_meeting(corners: &[(i64, i64)]) -> Option<(usize, usize)> {
    let n = corners.len();
    let side = |at: usize| (corners[at], corners[(at + 1) % n]);
    let cross = |a: (i64, i64), b: (i64, i64), c: (i64, i64)| {
        ((b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)).signum()
    };
    let on = |(a, b): ((i64, i64), (i64, i64)), p: (i64, i64)| {
        let between = |a: i64, b: i64, p: i64| (a - p) * (b - p) <= 0;
        cross(a, b, p) == 0 && between(a.0, b.0, p.0) && between(a.1, b.1, p.1)
    };
    let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i, j)));
    let met = |(i, j): &(usize, usize)| {
        let (one, other) = (side(*i), side(*j));
        match (j - i, *i == 0 && j + 1 == n) {
            (1, _) => on(one, other.1) || on(other, one.0),
            (_, true) => on(one, other.0) || on(other, one.1),
            _ => {
                let across = cross(one.0, one.1, other.0) * cross(one.0, one.1, other.1) < 0
                    && cross(other.0, other.1, one.0) * cross(other.0, other.1, one.1) < 0;
                across || on(one, other.0) || on(one, other.1) || on(other, one.0) || on(other, one.1)
            }
        }
    };
    pairs.into_iter().find(met)
}

#[test]
fn lines_that_meet_themselves_are_told_with_their_first_two_sides() {
    let mut chance = Chance::new(3);
    let mut seen = [0; 2];
    for _ in 0..20_000 {
        let count = 3 + chance.below(7);
        let mut corners: Vec<(i64, i64)> =
            (0..count).map(|_| (chance.below(9) as i64, chance.below(9) as i64)).collect();
        corners.dedup();
        if corners.len() < 3 || corners.first() == corners.last() {
            continue;
        }
        let places: Vec<(f64, f64)> = corners.iter().map(|(x, y)| (*x as f64, *y as f64)).collect();
        let told = match Ring::new(&places) {
            Ok(_) => None,
            Err(NoShape::Meets(one, other)) => Some((one - 1, other - 1)),
            Err(other) => panic!("{other:?}: {corners:?}"),
        };
        assert_eq!(told, plainly_meeting(&corners), "{corners:?}");
        seen[usize::from(told.is_some())] += 1;
    }
    assert!(seen.iter().all(|times| *times > 1_000), "{seen:?}");
}

/// Two pieces in both dialects, and a layout of them.
fn document() -> Json {
    json!({
        "name": "两片", "strip_height": 4.0, "min_item_separation": 0.0,
        "items": [
            {"id": 1, "demand": 2, "allowed_orientations": [0.0, 180.0],
             "shape": {"type": "simple_polygon", "data": [[0, 0], [4, 0], [0, 4], [0, 0]]}},
            {"id": 2, "demand": 2, "paired": true,
             "orientation": {"rotation": {"mode": "discrete", "angles": [0]}, "reflection_axes": [0]},
             "shape": {"type": "polygon", "data": {"outer": [[0, 0], [2, 0], [2, 1], [0, 2]], "inner": []}}},
        ],
        "solution": {"strip_width": 6.0, "layout": {"placed_items": [
            {"item_id": 1, "transformation": {"rotation": 0.0, "translation": [0, 0]}, "garment": "a"},
            {"item_id": 1, "transformation": {"rotation": 180.0, "translation": [4, 4]}, "garment": "b"},
            {"item_id": 2, "transformation": {"rotation": 0.0, "translation": [4, 0]}, "garment": "a"},
            {"item_id": 2, "transformation": {"rotation": 0.0, "translation": [4, 4], "reflected": true}, "garment": "a"},
        ]}},
    })
}

/// What is said of the document after a change.
fn said(change: &dyn Fn(&mut Json)) -> Vec<String> {
    let mut document = document();
    change(&mut document);
    match (read::pieces(&document), read::layout(&document)) {
        (Ok(pieces), Ok(layout)) => check::check(&pieces, &layout).faults,
        (pieces, layout) => {
            let all = [pieces.err(), layout.err()].into_iter().flatten().flatten();
            all.map(|wrong| wrong.to_string()).collect()
        }
    }
}

type Change = Box<dyn Fn(&mut Json)>;

#[test]
fn layouts_are_judged_by_every_rule() {
    let found = check::check(&read::pieces(&document()).unwrap(), &read::layout(&document()).unwrap());
    assert_eq!(found.faults, Vec::<String>::new());
    assert!((found.density - 22.0 / 24.0).abs() < 1e-12 && (found.length - 6.0).abs() < 1e-12);
    fn place(at: usize) -> String {
        format!("/solution/layout/placed_items/{at}")
    }
    fn put(document: &mut Json, path: String, value: Json) {
        let (parent, last) = path.rsplit_once('/').unwrap();
        let parent = document.pointer_mut(parent).unwrap();
        match last.parse::<usize>() {
            Ok(at) => parent[at] = value,
            Err(_) => parent[last] = value,
        }
    }
    let changes: Vec<(&str, Change)> = vec![
        ("moved", Box::new(|d| put(d, place(1) + "/transformation/translation", json!([3.999_999, 4])))),
        ("beyond", Box::new(|d| put(d, place(2) + "/transformation/translation", json!([4.5, -0.5])))),
        ("turned", Box::new(|d| put(d, place(0) + "/transformation/rotation", json!(90)))),
        (
            "mirrored",
            Box::new(|d| {
                put(
                    d,
                    place(1) + "/transformation",
                    json!({"rotation": 180.0, "translation": [4, 4], "reflected": true}),
                )
            }),
        ),
        (
            "unpaired",
            Box::new(|d| {
                put(d, place(3) + "/transformation", json!({"rotation": 0.0, "translation": [4, 2]}))
            }),
        ),
        ("twice", Box::new(|d| put(d, place(1) + "/item_id", json!(2)))),
        ("unknown", Box::new(|d| put(d, place(1) + "/item_id", json!(7)))),
        ("spaced", Box::new(|d| put(d, "/min_item_separation".into(), json!(0.1)))),
        ("one way", Box::new(|d| d["direction"] = json!("marker"))),
        (
            "by garment",
            Box::new(|d| {
                d["direction"] = json!("garment");
                d["items"][0]["per_garment"] = json!(2);
                put(d, place(1) + "/garment", json!("a"))
            }),
        ),
        ("whole garments", Box::new(|d| d["direction"] = json!("garment"))),
        (
            "a garment of two",
            Box::new(|d| {
                d["direction"] = json!("garment");
                put(d, place(1) + "/garment", json!("a"))
            }),
        ),
        (
            "garments that are none",
            Box::new(|d| {
                d["direction"] = json!("garment");
                d["items"][1]["per_garment"] = json!(2);
                (2..4).for_each(|at| put(d, place(at) + "/garment", json!("c")));
            }),
        ),
        (
            "a garment of two sizes",
            Box::new(|d| {
                d["direction"] = json!("garment");
                d["items"][0]["size"] = json!("130");
                d["items"][1]["size"] = json!("140");
            }),
        ),
        (
            "one of each side",
            Box::new(|d| {
                d["direction"] = json!("garment");
                d["items"][1]["demand"] = json!(4);
                let places = d.pointer_mut("/solution/layout/placed_items").unwrap().as_array_mut().unwrap();
                places.truncate(2);
                for (garment, mirrored) in [("a", false), ("a", false), ("b", true), ("b", true)] {
                    places.push(json!({"item_id": 2, "garment": garment, "transformation":
                        {"rotation": 0, "translation": [4, if mirrored { 4 } else { 0 }], "reflected": mirrored}}));
                }
            }),
        ),
        (
            "no garment",
            Box::new(|d| {
                d["direction"] = json!("garment");
                put(d, place(0) + "/garment", Json::Null)
            }),
        ),
        ("short", Box::new(|d| put(d, "/solution/strip_width".into(), json!(5.5)))),
        ("tilted", Box::new(|d| put(d, place(0) + "/transformation/rotation", json!(-2)))),
        (
            "may tilt",
            Box::new(|d| {
                d["items"][0]["tilt"] = json!(3);
                put(d, place(0) + "/transformation/rotation", json!(-2))
            }),
        ),
    ];
    let checks = |d: &mut Json, origin: f64| {
        d["repeat"] = json!({"along": 2.0, "across": 1.0, "origin": [origin, 0.0]});
        d["items"][0]["match"] = json!({"at": [1, 1]});
    };
    let changes = changes.into_iter().chain([
        ("narrow roll", Box::new(|d: &mut Json| d["rolls"] = json!([{"id": "a", "width": 4}, {"id": "b", "width": 3.5}])) as _),
        (
            "flaw",
            Box::new(|d: &mut Json| {
                d["rolls"] = json!([{"id": "a", "width": 4, "flaws": [
                    {"type": "rectangle", "data": {"x_min": 5.9, "y_min": 1.5, "width": 1, "height": 1}},
                    {"type": "simple_polygon", "data": [[5.9, 1.0], [6.2, 0.9], [6.2, 1.1]]},
                ]}]);
            }) as _,
        ),
        ("on the repeat", Box::new(move |d: &mut Json| checks(d, 1.0)) as _),
        ("off the repeat", Box::new(move |d: &mut Json| checks(d, 1.25)) as _),
        (
            "near enough",
            Box::new(move |d: &mut Json| {
                checks(d, 1.25);
                d["repeat"]["tolerance"] = json!(0.75);
            }) as _,
        ),
        (
            "across a match",
            Box::new(move |d: &mut Json| {
                checks(d, 1.0);
                put(d, place(0) + "/transformation", json!({"rotation": 90.0, "translation": [4, 0]}));
                d["items"][0]["allowed_orientations"] = json!([0, 90, 180]);
            }) as _,
        ),
        (
            "matching each other",
            Box::new(move |d: &mut Json| {
                checks(d, 0.3);
                d["items"][0]["match"]["group"] = json!("front");
                d["items"][0]["per_garment"] = json!(2);
                put(d, place(1) + "/garment", json!("a"));
            }) as _,
        ),
        (
            "garments for themselves",
            Box::new(move |d: &mut Json| {
                checks(d, 0.3);
                d["items"][0]["match"]["group"] = json!("front");
            }) as _,
        ),
        (
            "a group without garment",
            Box::new(move |d: &mut Json| {
                checks(d, 1.0);
                d["items"][0]["match"]["group"] = json!("front");
                put(d, place(1) + "/garment", Json::Null);
            }) as _,
        ),
        ("nothing to match", Box::new(|d: &mut Json| d["items"][0]["match"] = json!({"at": [1, 1]})) as _),
        (
            "wrongly told",
            Box::new(|d: &mut Json| {
                d["repeat"] = json!({"along": 0, "origin": 3, "tolerance": -1});
                d["rolls"] = json!([{"id": "", "width": -1, "flaws": 2}, {"id": "a", "width": 3, "flaws": [{"type": "star"}]}]);
                d["items"][0]["match"] = json!({"group": 3, "along": "yes", "phase": []});
                d["items"][0]["per_garment"] = json!(3);
            }) as _,
        ),
    ]);
    let changes: Vec<(&str, Change)> = changes.collect();
    let told: Vec<String> = changes
        .iter()
        .map(|(name, change)| format!("{name}:\n    {}", said(change).join("\n    ")))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_cannot_be_read_is_named_piece_by_piece() {
    let told = said(&|d| {
        d["strip_height"] = json!("wide");
        d["min_item_separation"] = json!(-1);
        d["direction"] = json!("north");
        d["items"][0]["shape"]["data"] = json!([[0, 0], [4, 4], [4, 0], [0, 4]]);
        d["items"][0]["id"] = json!("one");
        d["items"][1]["orientation"]["rotation"] = json!({"mode": "stepped", "step": 7});
        d["items"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": 2, "demand": 1, "paired": true, "shape": {"type": "star"}}));
        d["items"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": 3, "demand": 1, "allowed_orientations": "all", "shape": {}}));
        for (member, value) in [
            ("paired", json!("yes")),
            ("grain", json!([[0, 0]])),
            ("name", json!(5)),
            ("allowed_orientations", json!([])),
        ] {
            let mut item = json!({"id": 4, "demand": 1, "shape": {"type": "simple_polygon", "data": [[0, 0], [1, 0], [0, 1]]}});
            item[member] = value;
            d["items"].as_array_mut().unwrap().push(item);
        }
        d["items"].as_array_mut().unwrap().push(json!({
            "id": 5, "demand": 2, "paired": true, "per_garment": 1,
            "orientation": {"rotation": {"mode": "continuous"}, "reflection_axes": true},
            "shape": {"type": "simple_polygon", "data": [[0, 0], [1, 0], [0, 1]]},
        }));
        d["solution"]["layout"]["placed_items"][0]["transformation"] = json!({"rotation": "half"});
        d["solution"]["layout"]["placed_items"][1]["transformation"]["reflected"] = json!(1);
        d["solution"]["layout"]["placed_items"][1]["garment"] = json!(1);
    });
    insta::assert_snapshot!(told.join("\n"));
    assert_eq!(said(&|d| drop(d.as_object_mut().unwrap().remove("solution"))).len(), 1);
}

#[test]
fn uniforms_of_every_size_are_shapes_and_can_be_read_again() {
    let heights: Vec<u32> = (HEIGHTS.0..=HEIGHTS.1).step_by(50).collect();
    for (style, name) in Style::ALL {
        for seed in 0..40 {
            let pieces = uniform(style, &heights, 2, 1500.0, seed)
                .unwrap_or_else(|error| panic!("{name} {seed}: {error}"));
            assert_eq!(read::pieces(&read::written(&pieces)).unwrap(), pieces, "{name} {seed}");
            assert!(
                pieces.pieces.iter().all(|piece| piece.shape.area() > 1_500.0 && piece.demand % 2 == 0),
                "{name}"
            );
        }
        let [small, large] = [HEIGHTS.0, HEIGHTS.1].map(|height| {
            let pieces = uniform(style, &[height], 1, 1500.0, 0).unwrap();
            pieces.pieces.iter().map(|piece| piece.shape.area() * piece.demand as f64).sum::<f64>()
        });
        assert!(large > small * 1.8, "{name}: {small} {large}");
    }
}
