//! Markers as DXF-AAMA, in millimetres and GBK, which the header names: programs of that time know no other way to write Chinese.

use crate::marker::{Layout, Marks, Pieces};
use std::collections::BTreeMap;
use std::fmt::Write as _;

type Place = (f64, f64);

/// A marker: a block for each laid piece at its place, and the edge of the cloth.
pub fn marker(pieces: &Pieces, layout: &Layout) -> Vec<u8> {
    let mut out = String::from(
        "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1009\n9\n$DWGCODEPAGE\n3\nANSI_936\n9\n$INSUNITS\n70\n4\n\
         0\nENDSEC\n0\nSECTION\n2\nBLOCKS\n",
    );
    let mut names = Vec::new();
    let mut copies: BTreeMap<(String, &str), u64> = BTreeMap::new();
    for (at, placed) in (1..).zip(&layout.placed) {
        let Some(piece) = pieces.pieces.iter().find(|piece| piece.id == placed.piece) else { continue };
        let Ok(region) = piece.shape.placed(placed.mirrored, placed.turn, placed.to) else { continue };
        let name = format!("P{at}");
        let _ = write!(out, "0\nBLOCK\n8\n0\n2\n{name}\n70\n64\n10\n0\n20\n0\n");
        let marks = piece.marks.moved(&|place| placed.at(place));
        let called = if marks.name.is_empty() { piece.id.to_string() } else { marks.name.clone() };
        let (low, high) = region.bounds();
        let ((x, y), (to_x, to_y)) = (low.units(), high.units());
        let middle = ((x + to_x) / 2.0, (y + to_y) / 2.0);
        text(&mut out, middle, &format!("Piece Name: {called}"));
        if !marks.size.is_empty() {
            text(&mut out, middle, &format!("Size: {}", marks.size));
        }
        text(&mut out, middle, "Quantity: 1");
        // So that whoever reads it again does not take it for a piece that is drawn twice.
        let copy = copies.entry((called, &piece.marks.size)).or_default();
        *copy += 1;
        text(&mut out, middle, &format!("Copy: {copy}"));
        if let Some(garment) = &placed.garment {
            text(&mut out, middle, &format!("Garment: {garment}"));
        }
        for (ring, layer) in region.outlines().zip(std::iter::once(1).chain(std::iter::repeat(11))) {
            polyline(&mut out, layer, &ring, true);
        }
        drawn(&mut out, &marks);
        out.push_str("0\nENDBLK\n8\n0\n");
        names.push(name);
    }
    out.push_str("0\nENDSEC\n0\nSECTION\n2\nENTITIES\n");
    for name in names {
        let _ = write!(out, "0\nINSERT\n8\n1\n2\n{name}\n10\n0\n20\n0\n");
    }
    let (length, width) = (layout.length, pieces.width);
    polyline(&mut out, 0, &[(0.0, 0.0), (length, 0.0), (length, width), (0.0, width)], true);
    text(&mut out, (0.0, 0.0), &format!("Style Name: {}", pieces.name));
    text(&mut out, (0.0, 0.0), "Units: METRIC");
    out.push_str("0\nENDSEC\n0\nEOF\n");
    encoded(&out)
}

/// In GBK; what has no place in it as `\U+1234`.
fn encoded(text: &str) -> Vec<u8> {
    let (bytes, _, lost) = encoding_rs::GBK.encode(text);
    if !lost {
        return bytes.into_owned();
    }
    let mut out = Vec::with_capacity(text.len());
    for letter in text.chars() {
        let mut place = [0; 4];
        let (bytes, _, lost) = encoding_rs::GBK.encode(letter.encode_utf8(&mut place));
        match lost {
            false => out.extend_from_slice(&bytes),
            // Four digits are all that the form has.
            true if u32::from(letter) > 0xFFFF => out.push(b'?'),
            true => out.extend_from_slice(format!("\\U+{:04X}", u32::from(letter)).as_bytes()),
        }
    }
    out
}

fn drawn(out: &mut String, marks: &Marks) {
    if let Some([a, b]) = marks.grain {
        let _ =
            write!(out, "0\nLINE\n8\n7\n10\n{:.4}\n20\n{:.4}\n11\n{:.4}\n21\n{:.4}\n", a.0, a.1, b.0, b.1);
    }
    for (layer, places) in [(4, &marks.notches), (13, &marks.drills)] {
        for (x, y) in places {
            let _ = write!(out, "0\nPOINT\n8\n{layer}\n10\n{x:.4}\n20\n{y:.4}\n");
        }
    }
    marks.lines.iter().for_each(|line| polyline(out, 8, line, false));
}

fn polyline(out: &mut String, layer: u32, line: &[Place], closed: bool) {
    let _ = write!(out, "0\nPOLYLINE\n8\n{layer}\n66\n1\n70\n{}\n", u8::from(closed));
    for (x, y) in line {
        let _ = write!(out, "0\nVERTEX\n8\n{layer}\n10\n{x:.6}\n20\n{y:.6}\n");
    }
    let _ = write!(out, "0\nSEQEND\n8\n{layer}\n");
}

fn text(out: &mut String, (x, y): Place, what: &str) {
    let what = what.replace(['\n', '\r'], " ");
    let _ = write!(out, "0\nTEXT\n8\n1\n10\n{x:.3}\n20\n{y:.3}\n40\n10\n1\n{what}\n");
}
