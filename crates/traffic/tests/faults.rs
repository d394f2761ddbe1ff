//! Broken files: each fault is told with its file, its line and the mend.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use traffic::demand::{Vehicle, Way};
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
        net("type=\"static\"", "type=\"delay_based\""),
        check(
            &[
                ("type=\"static\"", "type=\"actuated\""),
                ("offset=\"0\">", "offset=\"0\"><param key=\"max-gap\" value=\"-1\"/>"),
            ],
            &[],
        ),
        check(
            &[
                ("type=\"static\"", "type=\"actuated\""),
                (
                    "offset=\"0\">",
                    "offset=\"0\"><param key=\"freq\" value=\"60\"/><param key=\"linkMaxDur:1\" value=\"9\"/>",
                ),
                ("<phase duration=\"30\"", "<phase next=\"1 2\" minDur=\"5\" duration=\"30\""),
            ],
            &[],
        ),
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
        net("linkIndex=\"0\"", "linkIndex=\"4000000000\""),
        net("shape=\"", "shape=\"nan,0 "),
        net(" index=\"0\" speed=\"13.89\" length", " index=\"0\" width=\"-3\" speed=\"13.89\" length"),
        demand("type=\"car\"", "type=\"car\" departPos=\"nan\""),
        demand("type=\"car\"", "type=\"car\" departPos=\"9999\""),
        demand("type=\"car\"", "type=\"car\" departSpeed=\"-5\""),
        demand("type=\"car\"", "type=\"car\" departLane=\"55\""),
        demand("type=\"car\"", "type=\"car\" arrivalPos=\"10\" speedFactor=\"0.5\""),
        demand("speedDev=\"0.1\"", "speedFactor=\"-1\""),
        demand("speedDev=\"0.1\"", "speedFactor=\"normc(1,0.1,2,0.2)\""),
        demand("speedDev=\"0.1\"", "speedFactor=\"nan\""),
        demand("</routes>", "<vType id=\"car\"/></routes>"),
        demand(
            "</routes>",
            "<route id=\"r\" edges=\"n0_0ton-1_0\"/><route id=\"r\" edges=\"n0_0ton-1_0\"/></routes>",
        ),
        demand("</routes>", "<vTypeDistribution id=\"d\"/></routes>"),
        demand("</routes>", "<vTypeDistribution id=\"d\" vTypes=\"car tank\"/></routes>"),
        demand("</routes>", "<routeDistribution id=\"d\" routes=\"r\"/></routes>"),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

/// What reading says of a flow of so many vehicles.
fn flow(what: &str) -> String {
    let flow =
        format!("<flow id=\"f\" from=\"n-1_0ton0_0\" to=\"n0_0ton-1_0\" begin=\"0\" {what}/></routes>");
    check(&[], &[("</routes>", &flow)])
}

#[test]
fn flows_that_cannot_be_are_told() {
    let told = [
        flow("end=\"60\" probability=\"2\""),
        flow("end=\"60\" probability=\"-0.1\""),
        flow("end=\"60\" period=\"0\""),
        flow("end=\"60\" period=\"exp(0)\""),
        flow("end=\"60\" period=\"exp(\""),
        flow("period=\"exp(0.1)\""),
        flow("end=\"60\" number=\"1000000000\""),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

/// Each vehicle draws its kind and its route by their weights, and the same ones each time.
#[test]
fn kinds_and_routes_are_drawn() {
    let mixed = r#"<vTypeDistribution id="kinds"><vType id="long" length="12" probability="3"/>
<vType id="short" probability="1"/></vTypeDistribution>
<routeDistribution id="ways"><route id="over" edges="n-1_0ton0_0 n0_0ton1_0" probability="1"/>
<route id="back" edges="n0_-1ton0_0 n0_0ton0_1" probability="1"/></routeDistribution>
<vTypeDistribution id="listed" vTypes="short long" probabilities="0 1"/>
<flow id="all" type="kinds" route="ways" begin="0" number="2000" period="1"/>
<flow id="own" type="listed" begin="0" number="2000" period="exp(0.5)"><routeDistribution>
<route edges="n-1_0ton0_0 n0_0ton1_0" probability="0.9"/><route refId="back" probability="0.1"/></routeDistribution></flow>
</routes>"#;
    let (net, demand) = (TOWN.network(), TOWN.demand().replace("</routes>", mixed));
    let read = || {
        let demand = File { name: "town.rou.xml", bytes: demand.as_bytes() };
        read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &[demand]).unwrap()
    };
    let scenario = read();
    let all = &scenario.demand;
    assert!(scenario.unsupported.is_empty(), "{:?}", scenario.unsupported);
    // Which part of a flow is of a kind, which sets out from the west, and how long its gaps are.
    let parts = |flow: &str| {
        let own: Vec<_> = all.vehicles.iter().filter(|one| one.name.starts_with(flow)).collect();
        let part =
            |which: &dyn Fn(&&&Vehicle) -> bool| own.iter().filter(which).count() as f64 / own.len() as f64;
        let west = |one: &&&Vehicle| match &one.way {
            Way::Route(route) => scenario.net.links[all.routes[route.i()][0].i()].name == "n-1_0ton0_0",
            _ => false,
        };
        let departs = own.iter().map(|one| one.depart).fold(0.0, f64::max);
        (part(&|one| all.kinds[one.kind as usize].name == "long"), part(&west), departs / own.len() as f64)
    };
    let near = |told: (f64, f64, f64), wanted: (f64, f64, f64)| {
        let apart = [told.0 - wanted.0, told.1 - wanted.1, told.2 - wanted.2];
        assert!(apart.iter().all(|apart| apart.abs() < 0.1), "{told:?}");
    };
    near(parts("all"), (0.75, 0.5, 1.0));
    near(parts("own"), (1.0, 0.9, 2.0));
    let again = read().demand;
    let drawn = |one: &Vehicle| (one.name.clone(), one.kind, one.way.clone());
    assert!(all.vehicles.iter().map(drawn).eq(again.vehicles.iter().map(drawn)));
}

/// A way inside a junction that never leaves it.
#[test]
fn lanes_that_lead_round_inside_a_junction_are_told() {
    let net = TOWN.network();
    let from = net.find("<connection from=\":n0_0_0\"").unwrap();
    let round = net[from..].replacen(" to=", " via=\":n0_0_0_0\" to=", 1);
    let net = net[..from].to_owned() + &round;
    let fault = read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &[]).unwrap_err();
    insta::assert_snapshot!(fault.to_string());
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
