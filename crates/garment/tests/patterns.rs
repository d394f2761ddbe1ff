//! Patterns in DXF-AAMA: what is read of them, what is told, and that markers written as DXF are the same when read again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::marker::cloth::{Cloth, Repeat};
use garment::marker::dxf::{self, Known, Unit};
use garment::marker::nest::{Effort, nest};
use garment::marker::pattern::{Pattern, Wanted};
use garment::marker::uniform::{Style, uniform};
use garment::marker::{Direction, read, svg};
use std::fmt::Write as _;

/// A file of blocks and of texts beside them.
fn file(blocks: &[String], texts: &[&str]) -> String {
    let texts: String = texts.iter().map(|text| format!("0\nTEXT\n8\n1\n1\n{text}\n")).collect();
    format!(
        "0\nSECTION\n2\nHEADER\n0\nENDSEC\n0\nSECTION\n2\nBLOCKS\n{}0\nENDSEC\n\
         0\nSECTION\n2\nENTITIES\n{texts}0\nENDSEC\n0\nEOF\n",
        blocks.concat()
    )
}

fn block(name: &str, texts: &[&str], drawn: &str) -> String {
    let texts: String = texts.iter().map(|text| format!("0\nTEXT\n8\n1\n1\n{text}\n")).collect();
    format!("0\nBLOCK\n8\n0\n2\n{name}\n{texts}{drawn}0\nENDBLK\n")
}

fn line(layer: u32, (ax, ay): (f64, f64), (bx, by): (f64, f64)) -> String {
    format!("0\nLINE\n8\n{layer}\n10\n{ax}\n20\n{ay}\n11\n{bx}\n21\n{by}\n")
}

/// Corners with bulges.
fn polyline(layer: u32, closed: bool, corners: &[(f64, f64, f64)]) -> String {
    let mut out = format!("0\nPOLYLINE\n8\n{layer}\n66\n1\n70\n{}\n", u8::from(closed));
    for (x, y, bulge) in corners {
        let _ = write!(out, "0\nVERTEX\n8\n{layer}\n10\n{x}\n20\n{y}\n42\n{bulge}\n");
    }
    out + "0\nSEQEND\n"
}

fn square(layer: u32, from: f64, to: f64) -> String {
    polyline(layer, true, &[(from, from, 0.0), (to, from, 0.0), (to, to, 0.0), (from, to, 0.0)])
}

fn wanted(sizes: &[(&str, u64)], fabric: Option<&str>) -> Wanted {
    Wanted {
        width: 1500.0,
        spacing: 0.0,
        direction: Direction::Any,
        tilt: 0.0,
        sizes: sizes.iter().map(|(size, count)| ((*size).to_owned(), *count)).collect(),
        fabric: fabric.map(str::to_owned),
        cloth: Cloth::default(),
    }
}

/// What is read of a file: its pieces with area and extent, what is drawn on them, and what is told.
fn check(bytes: &[u8], unit: Option<Unit>, wanted: &Wanted) -> String {
    shown(dxf::pattern(bytes, Known { unit, ..Known::default() }), wanted)
}

fn shown(pattern: Result<Pattern, Vec<String>>, wanted: &Wanted) -> String {
    let pattern = match pattern {
        Ok(pattern) => pattern,
        Err(wrong) => return format!("cannot be read:\n  {}\n", wrong.join("\n  ")),
    };
    let mut out = format!("{}:\n", pattern.name);
    match pattern.pieces(wanted) {
        Err(wrong) => wrong.iter().for_each(|wrong| out += &format!("  wrong: {wrong}\n")),
        Ok(pieces) => {
            for piece in &pieces.pieces {
                let ((x, y), (to_x, to_y)) = (piece.shape.bounds().0.units(), piece.shape.bounds().1.units());
                let marks = &piece.marks;
                let rounded = |places: &[(f64, f64)]| -> Vec<String> {
                    places.iter().map(|(x, y)| format!("{:.1}/{:.1}", x + 0.0, y + 0.0)).collect()
                };
                let _ = writeln!(
                    out,
                    "  {} × {}{}: {:.1} mm², {:.1} × {:.1}, grain {:?}, notches {:?}, drills {:?}, {} lines",
                    piece.demand,
                    marks.label(),
                    if piece.paired { " (pairs)" } else { "" },
                    piece.shape.area(),
                    to_x - x,
                    to_y - y,
                    rounded(&marks.grain.map_or(Vec::new(), Vec::from)),
                    rounded(&marks.notches),
                    rounded(&marks.drills),
                    marks.lines.len(),
                );
            }
        }
    }
    pattern.gaps(wanted).iter().chain(&pattern.told).for_each(|told| out += &format!("  told: {told}\n"));
    out
}

#[test]
fn patterns_are_read_as_they_are_drawn() {
    let point = |layer: u32, x: f64, y: f64| format!("0\nPOINT\n8\n{layer}\n10\n{x}\n20\n{y}\n");
    // A half front whose fold is its lower side, of lines that have no order, with all that can be drawn on it.
    let half = [
        line(1, (0.0, 0.0), (0.0, 200.0)),
        line(1, (600.0, 100.0), (600.0, 0.0)),
        line(1, (0.0, 200.0), (600.0, 100.0)),
        line(1, (600.0, 0.0), (0.0, 0.0)),
        line(6, (0.0, 0.0), (600.0, 0.0)),
        line(7, (100.0, 50.0), (500.0, 50.0)),
        point(4, 600.0, 100.0),
        point(4, 300.0, 0.0),
        point(13, 300.0, 60.0),
        polyline(8, false, &[(0.0, 20.0, 0.0), (600.0, 20.0, 0.0)]),
        point(2, 1.0, 1.0),
        square(84, 0.0, 10.0),
        "0\nSPLINE\n8\n8\n71\n3\n".to_owned(),
    ]
    .concat();
    // A disc of two bows, its grain upwards; a square with a square cut out; a light polyline.
    let disc =
        polyline(1, true, &[(0.0, 0.0, 1.0), (200.0, 0.0, 1.0)]) + &line(7, (100.0, -50.0), (100.0, 50.0));
    let frame = square(1, 0.0, 100.0) + &square(11, 40.0, 60.0) + "0\nCIRCLE\n8\n13\n10\n20\n20\n20\n40\n3\n";
    let light =
        "0\nLWPOLYLINE\n8\n1\n70\n1\n10\n0\n20\n0\n10\n30\n20\n0\n42\n-1\n10\n30\n20\n10\n10\n0\n20\n10\n"
            .to_owned();
    let blocks = [
        block("front_130", &["Piece Name: 前片", "SIZE: 130", "Quantity: 1", "Fabric: 面料"], &half),
        block("front_140", &["Piece Name: 前片", "SIZE: 140"], &half.replace("600", "640")),
        block("disc", &["PIECE NAME: disc", "SIZE: 130", "QUANTITY: 1,1", "Material: 面料"], &disc),
        block("frame", &["Piece Name: frame", "Size: 130", "Quantity: 2/1", "Fabric: 面料"], &frame),
        block("light", &["Piece Name: \\U+8863\\U+888B", "Size: 140", "Fabric: 面料"], &light),
        block("none", &["Piece Name: spare", "Size: 130", "Quantity: 0,0"], &square(1, 0.0, 5.0)),
    ];
    let text = file(&blocks, &["Style Name: 校服", "Units: METRIC"]);
    let gbk = encoding(&text);
    assert_ne!(gbk, text.as_bytes());
    let all = wanted(&[], None);
    let read = check(text.as_bytes(), None, &all);
    assert_eq!(check(&gbk, None, &all), read, "GBK and UTF-8 are one");
    assert_eq!(check(text.replace('\n', "\r\n").as_bytes(), None, &all), read);
    let header = |unit: u8| format!("HEADER\n9\n$INSUNITS\n70\n{unit}\n");
    for inches in [text.replace("METRIC", "ENGLISH"), text.replace("HEADER\n", &header(1))] {
        assert!(
            check(inches.as_bytes(), None, &all).contains("read as millimetres: the longest piece is 640 mm"),
            "no piece is 16 m"
        );
    }
    let small = file(&[block("a", &["Size: M"], &square(1, 0.0, 10.0))], &["Units: ENGLISH"]);
    let header = small.replace("HEADER\n", &header(5));
    insta::assert_snapshot!(
        [
            read,
            check(text.as_bytes(), None, &wanted(&[("140", 3)], None)),
            check(text.as_bytes(), None, &wanted(&[("150", 3)], Some("里料"))),
            check(small.as_bytes(), None, &all),
            check(header.as_bytes(), None, &all),
            check(small.as_bytes(), Some(Unit::Millimetre), &all),
        ]
        .concat()
    );
}

fn encoding(text: &str) -> Vec<u8> {
    encoding_rs::GBK.encode(text).0.into_owned()
}

#[test]
fn what_cannot_be_read_is_named_with_its_place() {
    let good = block("good", &["Size: M", "Fabric: a"], &square(1, 0.0, 100.0));
    let open = line(1, (0.0, 0.0), (100.0, 0.0))
        + &line(1, (100.0, 0.0), (100.0, 80.0))
        + &line(1, (100.0, 80.0), (0.0, 3.0));
    let bow =
        polyline(1, true, &[(0.0, 0.0, 0.0), (100.0, 100.0, 0.0), (100.0, 0.0, 0.0), (0.0, 100.0, 0.0)]);
    let blocks = [
        good.clone(),
        block("open", &["Piece Name: open", "Size: M"], &open),
        block("two", &["Piece Name: two"], &(square(1, 0.0, 10.0) + &square(1, 20.0, 30.0))),
        block("spline", &["Piece Name: spline"], &(square(1, 0.0, 10.0) + "0\nSPLINE\n8\n1\n71\n3\n")),
        block("many", &["Piece Name: many", "Quantity: many"], &square(1, 0.0, 10.0)),
        block("fold", &["Piece Name: fold"], &(square(1, 0.0, 10.0) + &line(6, (20.0, 0.0), (20.0, 9.0)))),
        block("empty", &["Piece Name: empty"], ""),
        block("far", &["Piece Name: far"], "0\nLINE\n8\n1\n10\nten\n20\n0\n11\n1\n21\n1\n"),
        block("nan", &["Piece Name: nan"], &square(1, 0.0, 10.0).replacen("10\n10\n", "10\nnan\n", 1)),
        block("seam", &["Piece Name: seam"], &square(14, 0.0, 10.0)),
        block(
            "grains",
            &["Piece Name: grains"],
            &(square(1, 0.0, 99.0) + &line(7, (0.0, 0.0), (50.0, 0.0)) + &line(7, (0.0, 0.0), (0.0, 50.0))),
        ),
        block(
            "cross",
            &["Piece Name: cross"],
            &(square(1, 0.0, 99.0) + &line(7, (0.0, 9.0), (90.0, 9.0)) + &line(7, (45.0, 0.0), (45.0, 20.0))),
        ),
        block("point", &["Piece Name: point"], &(square(1, 0.0, 99.0) + &line(7, (5.0, 5.0), (5.0, 5.0)))),
        block("bow", &["Piece Name: bow", "Quantity: some"], &bow),
    ];
    let cloths = [good.clone(), block("other", &["Size: M", "Fabric: b"], &(bow + &square(99, 0.0, 1.0)))];
    let whole = file(&blocks, &[]);
    let cut = whole.split_at(whole.len() / 2).0;
    let texts = [
        whole.clone(),
        cut.to_owned(),
        whole.replace("0\nEOF\n", ""),
        whole.replacen("BLOCK\n8\n0", "BLOCK\neight\n0", 1),
        "PK not a drawing".to_owned(),
        String::new(),
        file(&[], &[]),
        file(&cloths, &[]),
    ];
    let mut told: String =
        texts.iter().map(|text| check(text.as_bytes(), None, &wanted(&[], None))).collect();
    told += &check(file(&cloths, &[]).as_bytes(), None, &wanted(&[], Some("b")));
    told += &check(b"AutoCAD Binary DXF\r\n\x1a\0", None, &wanted(&[], None));
    insta::assert_snapshot!(told);
}

#[test]
fn what_a_pattern_leaves_open_is_told_piece_by_piece() {
    let part = |name: &str, texts: &[&str]| {
        block(name, texts, &(square(1, 0.0, 90.0) + &line(7, (9.0, 9.0), (80.0, 9.0))))
    };
    let of_both = |size: &str| {
        part("front", &["Piece Name: front", &format!("Size: {size}"), "Fabric: a", "Quantity: 1"])
    };
    let sleeve = part("sleeve", &["Piece Name: sleeve", "Size: 130", "Fabric: a", "Quantity: 1"]);
    let with = |blocks: &[String]| file(&[&[of_both("130"), of_both("140")], blocks].concat(), &[]);
    let texts = [
        ("no size", with(&[part("pocket", &["Piece Name: pocket", "Fabric: a"])])),
        ("no cloth", with(&[part("pocket", &["Piece Name: pocket", "Size: 130"])])),
        ("none of it", with(&[part("spare", &["Piece Name: spare", "Quantity: 0"])])),
        ("twice", with(&[sleeve.clone(), sleeve.clone()])),
        ("of two cloths", with(&[sleeve.clone(), sleeve.replace("Fabric: a", "Fabric: b")])),
        ("missing", with(std::slice::from_ref(&sleeve))),
        (
            "thought of",
            with(&[sleeve.clone(), sleeve.replace("130", "140").replace("Fabric: a", "Quantity: 0")]),
        ),
        ("no sizes at all", file(&[part("a", &[]), part("b", &[])], &[])),
    ];
    let asked =
        [wanted(&[], None), wanted(&[("130", 2), ("140", 1)], None), wanted(&[("140", 1)], Some("a"))];
    let mut told = String::new();
    for (name, text) in &texts {
        for wanted in &asked {
            let sizes: Vec<_> = wanted.sizes.iter().map(|(size, count)| format!("{size}={count}")).collect();
            let fabric = wanted.fabric.as_deref().unwrap_or("any cloth");
            told += &format!("{name}, sizes {sizes:?} of {fabric}: {}", check(text.as_bytes(), None, wanted));
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn the_longest_line_is_the_grain_and_its_arrow_heads_are_none() {
    let heads = [
        line(7, (50.0, 90.0), (45.0, 80.0)),
        line(7, (50.0, 10.0), (50.0, 90.0)),
        line(7, (50.0, 90.0), (55.0, 80.0)),
    ];
    let text = file(&[block("a", &[], &(square(1, 0.0, 100.0) + &heads.concat()))], &[]);
    let pattern = dxf::pattern(text.as_bytes(), Known::default()).unwrap();
    assert_eq!(pattern.cuts[0].marks.grain, Some([(50.0, 10.0), (50.0, 90.0)]));
}

#[test]
fn a_sewing_line_grows_by_its_allowance() {
    let seams = [
        vec![(0.0, 0.0), (200.0, 0.0), (200.0, 300.0), (0.0, 300.0)],
        vec![(0.0, 0.0), (0.0, 300.0), (150.0, 200.0), (200.0, 300.0), (200.0, 0.0)],
        vec![(0.0, 0.0), (300.0, 20.0), (0.0, 40.0)],
        (0..90)
            .map(|at| {
                let (sin, cos) = (f64::from(at) * 4.0).to_radians().sin_cos();
                (cos * (200.0 + 60.0 * (sin * 3.0).sin()), sin * 150.0)
            })
            .collect(),
    ];
    let off = |ring: &[(f64, f64)], (x, y): (f64, f64)| {
        let sides = ring.iter().zip(ring.iter().cycle().skip(1));
        sides
            .map(|(a, b)| {
                let (dx, dy) = (b.0 - a.0, b.1 - a.1);
                let along = (((x - a.0) * dx + (y - a.1) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
                (a.0 + dx * along - x).hypot(a.1 + dy * along - y)
            })
            .fold(f64::MAX, f64::min)
    };
    for (by, seam) in [0.0, 6.0, 12.5].into_iter().flat_map(|by| seams.iter().map(move |seam| (by, seam))) {
        let corners: Vec<(f64, f64, f64)> = seam.iter().map(|(x, y)| (*x, *y, 0.0)).collect();
        let text = file(&[block("a", &[], &polyline(14, true, &corners))], &[]);
        let known = Known { allowance: Some(by), ..Known::default() };
        let grown = dxf::pattern(text.as_bytes(), known).unwrap().cuts[0].outline.clone();
        for (a, b) in grown.iter().zip(grown.iter().cycle().skip(1)) {
            for part in 0..20 {
                let share = f64::from(part) / 20.0;
                let place = (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
                let off = off(seam, place);
                assert!(off > by - 1e-6 && off < by * 2.24 + 1e-6, "{by}: {place:?} is {off} off");
            }
        }
    }
    let drawn = polyline(14, true, &[(0.0, 0.0, 0.0), (200.0, 0.0, 0.0), (200.0, 300.0, 0.0)]);
    let known = Known { allowance: Some(5.0), ..Known::default() };
    for (text, longest) in [
        (file(&[block("a", &[], &drawn)], &[]), 300),
        (file(&[block("a", &["Units: CM"], &drawn)], &[]), 3000),
    ] {
        let told = dxf::pattern(text.as_bytes(), known).unwrap().told;
        assert!(told[0].contains(&format!("the longest piece is {longest} mm")), "{told:?}");
    }
    let slit = [
        (0.0, 0.0, 0.0),
        (90.0, 0.0, 0.0),
        (90.0, 90.0, 0.0),
        (50.0, 90.0, 0.0),
        (46.0, 10.0, 0.0),
        (40.0, 90.0, 0.0),
        (0.0, 90.0, 0.0),
    ];
    let text = file(&[block("a", &[], &polyline(14, true, &slit))], &[]);
    let said = dxf::pattern(text.as_bytes(), Known { allowance: Some(9.0), ..Known::default() });
    assert!(said.unwrap_err()[0].contains("9 mm do not fit around its sewing line"));
}

#[test]
fn a_marker_written_as_dxf_is_the_same_when_read_again() {
    let mut pieces = uniform(Style::Skirt, &[1300], 1, 1500.0, 3).unwrap();
    for piece in &mut pieces.pieces {
        // What GBK has, what it has not, and what would be UTF-8 by chance.
        piece.marks.name = format!("{}{}", ["片", "ගවුම", "联通"][piece.id as usize % 3], piece.id);
        piece.marks.grain = Some([(10.0, 10.0), (60.0, 10.0)]);
        piece.marks.notches = vec![(0.0, 0.0)];
    }
    assert_eq!(
        read::pieces(&read::written(&pieces)).unwrap(),
        pieces,
        "what is drawn on pieces is kept in JSON"
    );
    let mut looks = std::sync::atomic::AtomicU32::new(0);
    let clock = || f64::from(looks.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) / 300.0;
    let layout = nest(&pieces, Effort { seed: 1, threads: 1 }, &clock, &|_| {}).unwrap();
    *looks.get_mut() = 0;
    let again = dxf::pattern(&dxf::write::marker(&pieces, &layout), Known::default()).unwrap();
    assert_eq!(again.cuts.len(), layout.placed.len());
    for (cut, placed) in again.cuts.iter().zip(&layout.placed) {
        let piece = pieces.pieces.iter().find(|piece| piece.id == placed.piece).unwrap();
        let region = piece.shape.placed(placed.mirrored, placed.turn, placed.to).unwrap();
        let outline = region.outlines().next().unwrap();
        assert_eq!(cut.outline.len(), outline.len());
        let apart =
            cut.outline.iter().zip(&outline).map(|(a, b)| (a.0 - b.0).hypot(a.1 - b.1)).fold(0.0, f64::max);
        assert!(apart < 1e-5, "{apart}");
        assert_eq!((&cut.marks.name, &cut.marks.size), (&piece.marks.name, &piece.marks.size));
        let notch = cut.marks.notches[0];
        assert!(
            (placed.at((0.0, 0.0)).0 - notch.0).abs() < 1e-3
                && (placed.at((0.0, 0.0)).1 - notch.1).abs() < 1e-3
        );
    }
}

#[test]
fn drawings_are_read_in_millimetres_and_what_is_no_piece_is_told() {
    let drawing = |head: &str, inner: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" {head}>\n{inner}\n</svg>\n"
        )
    };
    let shapes = "<defs><path id=\"no\" d=\"M0 0\"/></defs>\n<g transform=\"translate(10,20) scale(2)\">\n\
        <rect id=\"口袋\" x=\"1\" y=\"1\" width=\"10\" height=\"5\" data-quantity=\"1,1\" data-size=\"130\"/>\n\
        <polygon data-name=\"back\" data-size=\"130\" points=\"0,0 10,0 10,20\" transform=\"rotate(90 5 5)\"/></g>\n\
        <circle id=\"disc\" data-size=\"130\" cx=\"5\" cy=\"5\" r=\"5\"/>\n<ellipse data-size=\"130\" cx=\"5\" cy=\"5\" rx=\"5\" ry=\"2\"/>\n\
        <path id=\"frame\" data-size=\"130\" d=\"M0 0h10v10H0z m3 3 h4 v4 h-4 z\"/>\n<path id=\"bow\" data-size=\"130\" d=\"M0 0 C 0 10 10 10 10 0 Z\"/>\n\
        <rect width=\"4\" height=\"4\" style=\"fill:none;display:none\"/><line x1=\"0\"/><text>front</text>";
    let broken = "<path id=\"open\" d=\"M0 0h10v10\"/>\n<path id=\"bad\" d=\"M0 0 Q1\"/>\n<g transform=\"turn(3)\"><use/></g>\n\
        <rect id=\"flat\" width=\"0\" height=\"4\"/>\n<circle id=\"r\" r=\"wide\"/>\n\
        <rect width=\"4\" height=\"4\" data-quantity=\"all\"/>";
    let texts = [
        drawing("width=\"100mm\" height=\"50mm\" viewBox=\"0 0 100 50\"", shapes),
        drawing("width=\"10in\" viewBox=\"0 0 100 50\"", "<rect id=\"r\" width=\"100\" height=\"10\"/>"),
        drawing("width=\"960\"", "<rect id=\"r\" width=\"960\" height=\"96\"/>"),
        drawing(
            "viewBox=\"0 0 100 50\" width=\"100%\"",
            "<rect id=\"r\" width=\"96\" height=\"96\" rx=\"9\"/>",
        ),
        drawing("", broken),
        drawing("", "<path id=\"x\" d=\"M0 0L50 50L50 0L0 50Z\"/>"),
        drawing("", ""),
        drawing(
            "",
            "<path id=\"long\" d=\"M0 0C0 9 9 99999999999999999999 9 0Z\"/><path id=\"arc\" d=\"M0 0A1E+308 9 0 0 1 9 0Z\"/>\n\
            <circle id=\"wheel\" r=\"1e308\"/><polygon id=\"far\" points=\"0 0 9 0 1e300 9\"/>\n\
            <rect id=\"grown\" width=\"9\" height=\"9\" transform=\"scale(1e20)\"/><path id=\"fine\" d=\"M0 0 L9e0 1e-12 9 9Z\"/>",
        ),
        drawing(
            "viewBox=\"0 0 9\" width=\"9mm\"",
            "<polygon id=\"odd\" points=\"0,0 9,0 9\"/>\n<polygon id=\"text\" points=\"0,0 x,0 9,9 0,9\"/>\n\
            <rect id=\"turned\" width=\"9\" height=\"9\" transform=\"rotate(90 x)\"/>",
        ),
        drawing("", "<g>").replace("</svg>", ""),
        "<html></html>".to_owned(),
        "not a drawing <".to_owned(),
    ];
    let told: String =
        texts.iter().map(|text| shown(svg::pattern(text, "drawing"), &wanted(&[], None))).collect();
    insta::assert_snapshot!(told);
}

#[test]
fn lines_that_fall_on_stripes_are_read_with_the_grain() {
    // The grain runs upwards, so that the piece is turned by a quarter: what lay at (x, y) lies at (y, 100 - x).
    let drawn = [
        polyline(1, true, &[(0.0, 0.0, 0.0), (100.0, 0.0, 0.0), (100.0, 300.0, 0.0), (0.0, 300.0, 0.0)]),
        line(7, (50.0, 10.0), (50.0, 200.0)),
        line(9, (30.0, 0.0), (30.0, 300.0)),
        line(10, (0.0, 120.0), (100.0, 120.0)),
    ];
    let text = file(&[block("a", &["Piece Name: A", "Quantity: 1,1"], &drawn.concat())], &[]);
    let pattern = dxf::pattern(text.as_bytes(), Known::default()).unwrap();
    let mut asked = wanted(&[], None);
    assert_eq!(pattern.pieces(&asked).unwrap().pieces[0].matching, None, "the cloth has no stripes");
    asked.cloth.repeat = Some(Repeat { along: Some(60.0), across: Some(40.0), ..Repeat::default() });
    let own = pattern.pieces(&asked).unwrap().pieces[0].matching.clone().unwrap();
    assert!((own.at.0 - 120.0).abs() < 1e-9 && (own.at.1 - 70.0).abs() < 1e-9, "{own:?}");
    assert_eq!((own.group, own.phase, own.along, own.across), (None, (0.0, 0.0), true, true));
}

/// A spline by its control points with weights, its knots clamped at both ends.
fn spline(layer: u32, degree: usize, knots: &[f64], points: &[(f64, f64, f64)]) -> String {
    let mut out =
        format!("0\nSPLINE\n8\n{layer}\n70\n8\n71\n{degree}\n72\n{}\n73\n{}\n", knots.len(), points.len());
    knots.iter().for_each(|knot| out += &format!("40\n{knot}\n"));
    points.iter().for_each(|(.., weight)| out += &format!("41\n{weight}\n"));
    points.iter().for_each(|(x, y, _)| out += &format!("10\n{x}\n20\n{y}\n30\n0\n"));
    out
}

/// The basis function of a control point, by the recursion that defines it (Cox 1972).
fn basis(knots: &[f64], at: usize, degree: usize, t: f64) -> f64 {
    if degree == 0 {
        return f64::from(u8::from(knots[at] <= t && t < knots[at + 1]));
    }
    let part = |from: f64, to: f64, over: f64| if to > from { over / (to - from) } else { 0.0 };
    part(knots[at], knots[at + degree], t - knots[at]) * basis(knots, at, degree - 1, t)
        + part(knots[at + 1], knots[at + degree + 1], knots[at + degree + 1] - t)
            * basis(knots, at + 1, degree - 1, t)
}

#[test]
fn splines_and_ellipses_are_followed_to_a_twentieth_of_a_millimetre() {
    let read = |drawn: &str| {
        let text = file(
            &[block("a", &["Piece Name: A"], &(drawn.to_owned() + &line(7, (0.0, 0.0), (9.0, 0.0))))],
            &[],
        );
        dxf::pattern(text.as_bytes(), Known::default()).unwrap().cuts[0].outline.clone()
    };
    let near = |outline: &[(f64, f64)], (x, y): (f64, f64)| {
        let sides = outline.iter().zip(outline.iter().cycle().skip(1));
        let far = sides.map(|((ax, ay), (bx, by))| {
            let (dx, dy) = (bx - ax, by - ay);
            let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            (ax + dx * along - x).hypot(ay + dy * along - y)
        });
        far.fold(f64::MAX, f64::min)
    };
    let half = std::f64::consts::FRAC_1_SQRT_2;
    let round = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0)];
    let round = round.map(|(x, y): (i32, i32)| {
        (f64::from(x) * 300.0, f64::from(y) * 300.0, if x * y == 0 { 1.0 } else { half })
    });
    let circle = read(&spline(1, 2, &[0.0, 0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0, 4.0], &round));
    assert!(circle.len() < 400 && circle.iter().all(|(x, y)| (x.hypot(*y) - 300.0).abs() < 1e-6));
    let waved = [
        (0.0, 0.0),
        (80.0, -60.0),
        (200.0, 40.0),
        (420.0, -30.0),
        (380.0, 260.0),
        (150.0, 90.0),
        (-60.0, 300.0),
        (0.0, 0.0),
    ]
    .map(|(x, y)| (x, y, 1.0));
    let knots = [0.0, 0.0, 0.0, 0.0, 0.2, 0.45, 0.45, 0.8, 1.0, 1.0, 1.0, 1.0];
    let curve = read(&spline(1, 3, &knots, &waved));
    let oval =
        read("0\nELLIPSE\n8\n1\n10\n50\n20\n20\n11\n200\n21\n100\n40\n0.4\n41\n0\n42\n6.283185307179586\n");
    for step in 0..1_000 {
        let t = f64::from(step) / 1_000.0;
        let place = (0..waved.len()).fold((0.0, 0.0), |sum, at| {
            let share = basis(&knots, at, 3, t);
            (sum.0 + share * waved[at].0, sum.1 + share * waved[at].1)
        });
        assert!(near(&curve, place) < 0.06, "{t}: {place:?}");
        let turn = t * std::f64::consts::TAU;
        let on = (turn.cos() * 300.0, turn.sin() * 300.0);
        assert!(near(&circle, on) < 0.06, "{t}: {on:?}");
        let on =
            (50.0 + 200.0 * turn.cos() - 40.0 * turn.sin(), 20.0 + 100.0 * turn.cos() + 80.0 * turn.sin());
        assert!(near(&oval, on) < 0.06, "{t}: {on:?}");
    }
}
