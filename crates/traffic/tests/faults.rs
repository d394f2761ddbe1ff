//! Broken files: each fault is told with its file, its line and the mend.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use traffic::read::{self, File};
use traffic::sample::Town;

const TOWN: Town = Town { size: [1, 1], block: 100.0, vehicles: 3, seed: 1, signals: true };

/// What reading says after some text of the files was replaced.
fn check(net: &[(&str, &str)], demand: &[(&str, &str)]) -> String {
    let changed = |text: String, changes: &[(&str, &str)]| {
        changes.iter().fold(text, |text, (from, to)| {
            assert!(text.contains(from), "`{from}` is not in the file");
            text.replacen(from, to, 1)
        })
    };
    let (net, demand) = (changed(TOWN.network(), net), changed(TOWN.demand(), demand));
    let demand = File { name: "town.rou.xml", bytes: demand.as_bytes() };
    match read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &[demand]) {
        Ok(read) => format!("read; left out: {:?}", read.unsupported),
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn faults_are_told_with_their_place_and_mend() {
    let net = |from, to| check(&[(from, to)], &[]);
    let demand = |from, to| check(&[], &[(from, to)]);
    let told = [
        net("<net version=\"1.20\">", "<routes>"),
        net("</net>", ""),
        net("speed=\"13.89\"", "speed=\"fast\""),
        net("speed=\"13.89\"", "speed=\"0\""),
        net(" index=\"0\" speed=\"13.89\" length", " index=\"0\" speed=\"13.89\" long"),
        net("shape=\"", "shape=\"1;2 "),
        net("to=\"n0_0\" priority", "to=\"nowhere\" priority"),
        net("state=\"GGgrrrGGgrrr\"", "state=\"GGgrrrGGgrr\""),
        net("state=\"GGgrrrGGgrrr\"", "state=\"GGgrrrGGgrrX\""),
        net("duration=\"30\"", "duration=\"-3\""),
        net("tl=\"n0_0\" linkIndex=\"0\"", "tl=\"other\" linkIndex=\"0\""),
        net("via=\":n0_0_0_0\"", "via=\":n0_0_77_0\""),
        net("response=\"0", "response=\"2"),
        demand("to=\"n0_0to", "to=\"n0_9to"),
        demand("depart=\"0.00\"", "depart=\"soon\""),
        demand("depart=\"0.00\"", "depart=\"triggered\""),
        demand("type=\"car\"", "type=\"tank\""),
        demand("id=\"1\"", "id=\"0\""),
        demand("speedDev=\"0.1\"", "accel=\"-1\""),
        demand("speedDev=\"0.1\"", "speedFactor=\"normal\""),
        demand("vClass=\"bus\"", "vClass=\"hovercraft\""),
        demand("</routes>", "<flow id=\"f\" begin=\"0\" from=\"n0_0ton1_0\" to=\"n0_0ton1_0\"/></routes>"),
        demand("</routes>", "<person id=\"p\"/><calibrator id=\"x\"/><calibrator id=\"y\"/></routes>"),
        demand("</routes>", "<route id=\"r\" edges=\"n-1_0ton0_0 n-1_0ton0_0\"/></routes>"),
        demand("<routes>", "<routes"),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_no_text_is_told() {
    let told = |bytes: &[u8]| {
        let demand = File { name: "d.xml", bytes: b"<routes/>" };
        read::scenario(File { name: "n.xml", bytes }, &[demand]).unwrap_err().to_string()
    };
    let told = [
        told(b""),
        told(b"hello"),
        told(b"\x1f\x8bnonsense"),
        told(b"<net>\n\xff</net>"),
        told(b"<net/>"),
        told(b"{}"),
    ];
    insta::assert_snapshot!(told.join("\n"));
}
