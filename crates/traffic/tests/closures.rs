//! Closed lanes: who is on them leaves, nobody comes onto them, and nobody is lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use traffic::control::{Controller, Times};
use traffic::demand::Rules;
use traffic::ids::LaneId;
use traffic::read::{self, Fault, File, Scenario};
use traffic::sample::Town;
use traffic::sim::{Measures, Settings, Simulation};

const STREET: &str = include_str!("stops/street.net.xml");
/// A street whose two lanes lead two ways to the same place; the left one is shorter.
const FORK: &str = include_str!("closures/fork.net.xml");
const TOWN: Town = Town { size: [3, 3], block: 150.0, vehicles: 900, seed: 7, signals: true };

fn scenario(net: &str, demand: &str, closed: &str) -> Result<Scenario, Fault> {
    let closed = format!("<additional><rerouter id=\"r\" edges=\"ab\">{closed}</rerouter></additional>");
    let files = [("town.rou.xml", demand), ("town.add.xml", closed.as_str())];
    let files = files.map(|(name, text)| File { name, bytes: text.as_bytes() });
    read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &files)
}

fn settings(scenario: &Scenario, seed: u64, threads: usize) -> Settings {
    Settings {
        begin: 0.0,
        seed,
        programs: scenario.net.signals.iter().map(|signal| signal.program.clone()).collect(),
        controller: Controller::Program,
        times: Times::default(),
        threads,
        broken: Vec::new(),
        explain: false,
    }
}

/// What holds in every second: nobody is lost, and nobody is on a closed lane who was not there, or about to be, when it closed.
fn drive(scenario: &Scenario, seed: u64, threads: usize, end: f64) -> Measures {
    const LEAVES: f64 = 60.0;
    let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings(scenario, seed, threads));
    while traffic.now() < end {
        traffic.step();
        let all = traffic.measures();
        assert_eq!(
            (all.loaded, all.entered, all.running),
            (all.entered + all.waiting, all.finished + all.running, traffic.cars().count() as u64)
        );
        let now = traffic.now();
        let closed = scenario.demand.closures.iter();
        let closed: Vec<LaneId> =
            closed.filter(|one| (one.from + LEAVES..one.to).contains(&now)).map(|one| one.lane).collect();
        let there = traffic.cars().find(|car| closed.contains(&car.lane));
        assert!(there.is_none(), "{there:?} is on a closed lane at {now}");
    }
    let all = traffic.measures();
    assert_eq!((all.emergencies, all.unreachable), (0, 0), "{all:?}");
    all
}

/// Drives by both rules, on one thread and on three, until everyone has arrived; how many are cut off at a moment.
fn check(demand: &str, closed: &str, moments: [f64; 2]) -> Vec<u64> {
    check_on(&TOWN.network(), demand, closed, moments)
}

fn check_on(net: &str, demand: &str, closed: &str, [moment, end]: [f64; 2]) -> Vec<u64> {
    let mut cut_off = Vec::new();
    for rules in [Rules::Sumo, Rules::Meso] {
        let mut scenario = scenario(net, demand, closed).unwrap();
        assert!(scenario.unsupported.is_empty(), "{:?}", scenario.unsupported);
        scenario.demand.rules = rules;
        cut_off.push(drive(&scenario, 1, 1, moment).cut_off);
        let all = drive(&scenario, 1, 1, end);
        assert_eq!(
            (all.finished, all.cut_off),
            (scenario.demand.vehicles.len() as u64, 0),
            "{rules:?} {all:?}"
        );
        assert_eq!(all, drive(&scenario, 1, 3, end), "{rules:?}");
    }
    cut_off
}

fn edge(name: &str, [begin, end]: [u32; 2]) -> String {
    format!("<interval begin=\"{begin}\" end=\"{end}\"><closingReroute id=\"{name}\"/></interval>")
}

/// With one lane of two closed, trips take as long as in SUMO 1.28: 84.9 s on average over five seeds, 78.6 s with both open.
#[test]
fn one_lane_less_takes_as_long_as_in_sumo() {
    let demand = r#"<routes><vType id="car" speedDev="0.1"/>
<flow id="f" type="car" begin="0" end="600" vehsPerHour="1500" from="ab" to="bc"/></routes>"#;
    let lane = r#"<interval begin="120" end="420"><closingLaneReroute id="bc_0" disallow="all"/></interval>"#;
    for (closed, sumo) in [("", 78.6), (lane, 84.9)] {
        let scenario = scenario(STREET, demand, closed).unwrap();
        let all: Vec<Measures> = (1..=5).map(|seed| drive(&scenario, seed, 1, 900.0)).collect();
        assert!(all.iter().all(|all| all.finished == 250));
        let mean = all.iter().map(|all| all.duration).sum::<f64>() / 5.0;
        println!("{mean:.1} s, SUMO {sumo} s");
        assert!((mean / sumo - 1.0).abs() < 0.04, "{mean} s, SUMO {sumo} s");
    }
}

#[test]
fn a_closed_street_is_driven_around() {
    let closed = edge("n1_1ton2_1", [300, 1500]) + &edge("n1_1ton1_0", [600, 900]);
    let cut_off = check(&TOWN.demand(), &closed, [1200.0, 7200.0]);
    assert_eq!(cut_off, [0, 0]);
}

/// Whose goal is closed does not set out, or stands before it, and arrives when it opens.
#[test]
fn who_is_cut_off_waits() {
    let trip = |name: &str, depart: u32| {
        format!("<trip id=\"{name}\" depart=\"{depart}\" from=\"n-1_0ton0_0\" to=\"n2_0ton3_0\"/>")
    };
    let demand = format!("<routes>{}{}{}</routes>", trip("before", 0), trip("held", 60), trip("after", 700));
    let cut_off = check(&demand, &edge("n2_0ton3_0", [20, 600]), [400.0, 1500.0]);
    assert_eq!(cut_off, [2, 2]);
}

/// A route that ends where it begins leads around what is closed, back to its beginning; who finds no way back is cut off.
#[test]
fn rounds_are_driven_to_their_end() {
    const ROUND: &str = "n0_0ton1_0 n1_0ton1_1 n1_1ton0_1 n0_1ton0_0 n0_0ton1_0";
    let one = |depart: u32| {
        format!("<vehicle id=\"{depart}\" depart=\"{depart}\"><route edges=\"{ROUND}\"/></vehicle>")
    };
    let demand = format!("<routes>{}{}</routes>", one(0), one(60));
    let first = edge("n1_0ton1_1", [3, 600]);
    let all = first.clone() + &edge("n1_0ton2_0", [3, 600]) + &edge("n1_0ton1_-1", [3, 600]);
    for (closed, moment, cut_off, metres) in [(&first, 400.0, [0, 0], 1000.0), (&all, 400.0, [2, 2], 650.0)] {
        assert_eq!(check(&demand, closed, [moment, 1500.0]), cut_off);
        let scenario = scenario(&TOWN.network(), &demand, closed).unwrap();
        let length = drive(&scenario, 1, 1, 1500.0).length;
        assert!((metres..1.4 * metres).contains(&length), "{length} m");
    }
}

/// Who stands before a closed edge goes around it as soon as another opens that their way did not lead over.
#[test]
fn another_way_that_opens_is_taken() {
    let demand = r#"<routes><trip id="one" depart="0" from="n-1_0ton0_0" to="n2_0ton3_0"/>
<vehicle id="two" depart="10"><route edges="n-1_0ton0_0 n0_0ton1_0 n1_0ton2_0 n2_0ton3_0"/></vehicle></routes>"#;
    let closed = edge("n1_0ton2_0", [20, 5000]) + &edge("n2_1ton2_0", [20, 600]);
    assert_eq!(check(demand, &closed, [590.0, 1000.0]), [2, 2]);
}

/// Who is on a lane that leads only to a closed edge changes to the lane beside, which leads around it.
#[test]
fn lanes_that_lead_nowhere_are_left() {
    let trips: String =
        (0..4).map(|at| format!("<trip id=\"{at}\" depart=\"{}\" from=\"ab\" to=\"ef\"/>", 3 * at)).collect();
    let cut_off =
        check_on(FORK, &format!("<routes>{trips}</routes>"), &edge("left", [12, 5000]), [30.0, 300.0]);
    assert_eq!(cut_off, [0, 0]);
}

/// Whose way begins on a closed edge does not set out until it opens, even if it ends there.
#[test]
fn who_begins_on_a_closed_edge_waits() {
    let trip = |name: &str, to: &str| {
        format!("<trip id=\"{name}\" depart=\"30\" from=\"n-1_0ton0_0\" to=\"{to}\"/>")
    };
    let route = r#"<vehicle id="route" depart="30"><route edges="n-1_0ton0_0"/></vehicle>"#;
    let demand =
        format!("<routes>{}{}{route}</routes>", trip("on", "n2_0ton3_0"), trip("there", "n-1_0ton0_0"));
    assert_eq!(check(&demand, &edge("n-1_0ton0_0", [20, 600]), [400.0, 1500.0]), [3, 3]);
    for rules in [Rules::Sumo, Rules::Meso] {
        let for_good = r#"<interval begin="20"><closingReroute id="n-1_0ton0_0"/></interval>"#;
        let mut scenario = scenario(&TOWN.network(), &demand, for_good).unwrap();
        scenario.demand.rules = rules;
        let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings(&scenario, 1, 1));
        traffic.run_until(100.0);
        assert_eq!((traffic.measures().cut_off, traffic.over()), (3, true), "{rules:?}");
    }
}

/// Whom nothing that is closed keeps from their goal, since no way ever leads there, is not cut off but unreachable.
#[test]
fn who_has_no_way_anyhow_is_not_cut_off() {
    let lane = "id=\"bc_1\" index=\"1\"";
    let net = STREET.replace(lane, &format!("{lane} disallow=\"passenger\""));
    let demand = r#"<routes><trip id="back" depart="30" from="bc" to="ab"/>
<trip id="on" depart="30" from="ab" to="bc"/></routes>"#;
    let lane = |name: &str, how: &str| {
        format!("<interval begin=\"20\" end=\"5000\"><closingLaneReroute id=\"{name}\" {how}/></interval>")
    };
    for (closed, cut_off) in [
        (edge("bc", [20, 5000]), 1),
        (lane("bc_1", "disallow=\"passenger\""), 0),
        (lane("ab_1", "disallow=\"all\""), 0),
    ] {
        for rules in [Rules::Sumo, Rules::Meso] {
            let mut scenario = scenario(&net, demand, &closed).unwrap();
            scenario.demand.rules = rules;
            let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings(&scenario, 1, 1));
            traffic.run_until(300.0);
            let all = traffic.measures();
            assert_eq!([all.unreachable, all.cut_off], [1, cut_off], "{closed} {rules:?}");
            assert_eq!(all.finished, 1 - cut_off, "{closed} {rules:?}");
        }
    }
}

/// What never opens is told of to the end, and waited for by nobody who has not set out.
#[test]
fn what_stays_closed_is_told() {
    let demand = r#"<routes><trip id="held" depart="5" from="n-1_0ton0_0" to="n2_0ton3_0"/></routes>"#;
    let scenario = scenario(&TOWN.network(), demand, &edge("n2_0ton3_0", [0, 86400])).unwrap();
    let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings(&scenario, 1, 1));
    traffic.run_until(100.0);
    let all = traffic.measures();
    assert_eq!((all.loaded, all.waiting, all.cut_off, all.unreachable), (1, 1, 1, 0));
    assert!(!traffic.over(), "the lane opens at last");
}

/// A stop on a closed lane is waited for; another lane of the link does not do.
#[test]
fn stops_on_closed_lanes_are_waited_for() {
    let demand = r#"<routes><vehicle id="bus" depart="0"><route edges="ab bc"/>
<stop lane="bc_0" startPos="200" endPos="240" duration="10"/></vehicle></routes>"#;
    let lane = r#"<interval begin="10" end="200"><closingLaneReroute id="bc_0" allow=""/></interval>"#;
    let scenario = scenario(STREET, demand, lane).unwrap();
    assert_eq!(drive(&scenario, 1, 1, 150.0).cut_off, 1);
    let all = drive(&scenario, 1, 1, 600.0);
    assert_eq!((all.finished, all.cut_off, all.at_stops), (1, 0, 10.0));
}

#[test]
fn faults_of_closures_are_told() {
    let told = [
        r#"<interval begin="9" end="3"><closingReroute id="ab"/></interval>"#,
        r#"<interval begin="noon"/>"#,
        r#"<closingReroute id="nowhere"/>"#,
        r#"<closingLaneReroute id="ab"/>"#,
        r#"<closingLaneReroute id=":b_0_0"/>"#,
        r#"<closingReroute id="ab" disallow="everyone"/>"#,
        r#"<closingReroute/>"#,
        r#"<interval><destProbReroute id="bc" probability="1"/></interval>"#,
    ];
    let told = told.map(|closed| match scenario(STREET, "<routes/>", closed) {
        Ok(read) => format!("read; left out: {:?}", read.unsupported),
        Err(fault) => fault.to_string(),
    });
    insta::assert_snapshot!(told.join("\n"));
}
