//! Detectors: what they count on a street, beside what SUMO 1.28 says of the same files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use traffic::control::{Controller, Times};
use traffic::detector::{Counted, Detector};
use traffic::read::{self, Fault, File, Scenario};
use traffic::sim::{Settings, Simulation};

const STREET: &str = include_str!("stops/street.net.xml");

/// A street with one lane for cars, or with two.
fn street(lanes: u32) -> String {
    let left = |street: String, link: &str| {
        let lane = format!("id=\"{link}_1\" index=\"1\"");
        street.replace(&lane, &format!("{lane} disallow=\"passenger\""))
    };
    if lanes == 1 { left(left(STREET.to_owned(), "ab"), "bc") } else { STREET.to_owned() }
}

fn scenario(lanes: u32, detectors: &str, demand: &str) -> Result<Scenario, Fault> {
    let added = format!("<additional>{detectors}</additional>");
    let demand = format!("<routes><vType id=\"car\" sigma=\"0\" speedDev=\"0\"/>{demand}</routes>");
    let files = [("street.add.xml", added.as_str()), ("street.rou.xml", demand.as_str())];
    let files = files.map(|(name, text)| File { name, bytes: text.as_bytes() });
    read::scenario(File { name: "street.net.xml", bytes: street(lanes).as_bytes() }, &files)
}

/// What the detectors of a scenario count in 400 seconds.
fn counted(scenario: &Scenario) -> Vec<Counted> {
    let settings = Settings {
        begin: 0.0,
        seed: 1,
        programs: Vec::new(),
        controller: Controller::Program,
        times: Times::default(),
        threads: 1,
        broken: Vec::new(),
        explain: false,
    };
    let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
    traffic.count_by(&scenario.detectors);
    traffic.run_until(400.0);
    traffic.counted()
}

/// A value of each of four intervals by what it is called, to the second decimal; where vehicles change lanes, a few measures
/// may be off by so much.
fn check(lanes: u32, detector: &str, demand: &str, off: &[(&str, f64)], sumo: &[(&str, [f64; 4])]) {
    let scenario = scenario(lanes, detector, demand).unwrap();
    assert!(scenario.unsupported.is_empty(), "{:?}", scenario.unsupported);
    let counted = counted(&scenario);
    let spans: Vec<[f64; 2]> = counted.iter().map(|one| [one.begin, one.end]).collect();
    assert_eq!(spans, [[0.0, 100.0], [100.0, 200.0], [200.0, 300.0], [300.0, 400.0]]);
    for (name, wanted) in sumo {
        let most = off.iter().find(|(measure, _)| measure == name).map_or(0.01, |(_, most)| *most);
        for (counted, wanted) in counted.iter().zip(wanted) {
            let value = counted.values.iter().find(|(known, _)| known == name).unwrap().1;
            println!("{name} from {}: {value:.2}, SUMO {wanted}", counted.begin);
            let near = (value - wanted).abs() < most;
            assert!(near, "{name} from {}: {value}, SUMO {wanted}", counted.begin);
        }
    }
}

/// Two vehicles stand side by side for a minute; others queue behind them, and then keep to the right.
const QUEUE: &str = r#"
<vehicle id="left" type="car" depart="0" departLane="1"><route edges="ab bc"/>
<stop lane="ab_1" startPos="200" endPos="240" duration="60"/></vehicle>
<vehicle id="right" type="car" depart="0" departLane="0"><route edges="ab bc"/>
<stop lane="ab_0" startPos="200" endPos="240" duration="60"/></vehicle>
<flow id="one" type="car" begin="10" end="300" period="8" departLane="0" from="ab" to="bc"/>
<flow id="two" type="car" begin="14" end="300" period="8" departLane="1" from="ab" to="bc"/>"#;

#[test]
fn loops_count_as_in_sumo() {
    check(
        2,
        r#"<inductionLoop id="loop" lane="ab_0" pos="-50" period="100" file="out.xml"/>"#,
        QUEUE,
        &[],
        &[
            ("nVehContrib", [3.0, 30.0, 25.0, 8.0]),
            ("nVehEntered", [3.0, 30.0, 25.0, 8.0]),
            ("flow", [108.0, 1080.0, 900.0, 288.0]),
            ("occupancy", [1.08, 10.8, 9.0, 2.88]),
            ("speed", [13.89; 4]),
            ("harmonicMeanSpeed", [13.89; 4]),
            ("length", [5.0; 4]),
        ],
    );
    check(
        2,
        r#"<e1Detector id="left" lane="bc_1" pos="100" freq="100" file="out.xml"/>"#,
        QUEUE,
        &[],
        &[("nVehContrib", [0.0, 9.0, 0.0, 0.0]), ("speed", [-1.0, 13.89, -1.0, -1.0])],
    );
}

/// One stands for a minute where nobody can pass, and others queue behind it.
const ONE_LANE: &str = r#"
<vehicle id="stands" type="car" depart="0"><route edges="ab bc"/>
<stop lane="ab_0" startPos="200" endPos="240" duration="60"/></vehicle>
<flow id="flow" type="car" begin="10" end="300" period="6" from="ab" to="bc"/>"#;

#[test]
fn areas_see_as_in_sumo() {
    check(
        1,
        r#"<laneAreaDetector id="area" lane="ab_0" pos="120" endPos="240" period="100" file="out.xml"/>"#,
        ONE_LANE,
        &[],
        &[
            ("sampledSeconds", [543.9, 150.67, 150.26, 22.27]),
            ("nVehEntered", [15.0, 17.0, 16.0, 2.0]),
            ("nVehLeft", [12.0, 18.0, 17.0, 3.0]),
            ("nVehSeen", [15.0, 20.0, 18.0, 3.0]),
            ("meanSpeed", [3.24, 13.89, 13.89, 13.89]),
            ("meanTimeLoss", [27.81, 0.0, 0.0, 0.0]),
            ("meanOccupancy", [22.5, 6.1, 6.08, 0.89]),
            ("maxOccupancy", [45.83, 8.33, 8.33, 8.33]),
            ("meanMaxJamLengthInVehicles", [3.6, 0.0, 0.0, 0.0]),
            ("meanMaxJamLengthInMeters", [25.25, 0.0, 0.0, 0.0]),
            ("maxJamLengthInVehicles", [10.0, 0.0, 0.0, 0.0]),
            ("maxJamLengthInMeters", [72.51, 0.0, 0.0, 0.0]),
            ("jamLengthInVehiclesSum", [360.0, 0.0, 0.0, 0.0]),
            ("startedHalts", [13.0, 0.0, 0.0, 0.0]),
            ("meanVehicleNumber", [5.56, 1.68, 1.67, 0.25]),
            ("maxVehicleNumber", [12.0, 3.0, 2.0, 2.0]),
        ],
    );
    // One that goes across a junction.
    check(
        1,
        r#"<e2Detector id="across" lanes="ab_0 :b_0_0 bc_0" pos="400" endPos="100" period="100" file="out.xml"/>"#,
        ONE_LANE,
        &[],
        &[
            ("sampledSeconds", [21.04, 378.01, 246.83, 92.42]),
            ("nVehEntered", [5.0, 23.0, 17.0, 5.0]),
            ("nVehLeft", [0.0, 26.0, 16.0, 8.0]),
            ("meanOccupancy", [0.57, 9.24, 6.08, 2.24]),
        ],
    );
}

#[test]
fn zones_measure_as_in_sumo() {
    check(
        2,
        r#"<entryExitDetector id="zone" period="100" file="out.xml">
<detEntry lane="ab_0" pos="50"/><detEntry lane="ab_1" pos="50"/>
<detExit lane="bc_0" pos="-50"/><detExit lane="bc_1" pos="-50"/></entryExitDetector>"#,
        QUEUE,
        &[
            ("meanTravelTime", 0.2),
            ("meanOverlapTravelTime", 0.2),
            ("meanSpeed", 0.02),
            ("meanTimeLoss", 0.2),
            ("meanHaltsPerVehicle", 0.22),
        ],
        &[
            ("vehicleSum", [0.0, 33.0, 25.0, 17.0]),
            ("vehicleSumWithin", [24.0, 16.0, 16.0, 0.0]),
            ("meanTravelTime", [-1.0, 83.16, 64.8, 64.8]),
            ("meanOverlapTravelTime", [-1.0, 83.52, 65.16, 65.16]),
            ("meanSpeed", [-1.0, 11.5, 13.89, 13.89]),
            ("meanHaltsPerVehicle", [-1.0, 0.73, 0.0, 0.0]),
            ("meanTimeLoss", [-1.0, 14.52, 0.0, 0.0]),
        ],
    );
}

/// Nobody who is above a loop, in an area or in a zone is forgotten when an interval ends, and a last one may be short.
#[test]
fn intervals_end_with_the_run() {
    let detectors = r#"<inductionLoop id="loop" lane="ab_0" pos="100" period="90"/>
<inductionLoop id="all" lane="ab_0" pos="100"/>"#;
    let scenario = scenario(2, detectors, QUEUE).unwrap();
    let names: Vec<&str> = scenario.detectors.iter().map(|Detector { name, .. }| name.as_str()).collect();
    assert_eq!(names, ["loop", "all"]);
    let counted = counted(&scenario);
    let spans: Vec<[f64; 2]> =
        counted.iter().filter(|one| one.detector == 0).map(|one| [one.begin, one.end]).collect();
    assert_eq!(spans, [[0.0, 90.0], [90.0, 180.0], [180.0, 270.0], [270.0, 360.0], [360.0, 400.0]]);
    let entered = |detector: usize| -> f64 {
        let own = counted.iter().filter(|one| one.detector == detector);
        own.flat_map(|one| &one.values)
            .filter(|(name, _)| *name == "nVehEntered")
            .map(|(_, value)| value)
            .sum()
    };
    assert!(entered(0) == entered(1) && entered(0) > 30.0, "{} {}", entered(0), entered(1));
}

#[test]
fn faults_of_detectors_are_told() {
    let told = [
        r#"<inductionLoop id="loop" lane="ab_0"/>"#,
        r#"<inductionLoop id="loop" lane="ab" pos="1"/>"#,
        r#"<inductionLoop id="loop" lane="ab_0" pos="501"/>"#,
        r#"<inductionLoop id="loop" lane="ab_0" pos="501" friendlyPos="true" vTypes="bus"/>"#,
        r#"<inductionLoop id="loop" lane="ab_0" pos="-501"/>"#,
        r#"<inductionLoop id="loop" lane="ab_0" pos="1" period="0"/>"#,
        r#"<inductionLoop id="loop" lane="ab_0" pos="1"/><e2Detector id="loop" lane="ab_0"/>"#,
        r#"<laneAreaDetector id="area" lanes="ab_0 bc_0"/>"#,
        r#"<laneAreaDetector id="area" lanes=""/>"#,
        r#"<laneAreaDetector id="area" lane="ab_0" pos="100" endPos="90"/>"#,
        r#"<laneAreaDetector id="area" lane="ab_0" pos="450" length="60"/>"#,
        r#"<laneAreaDetector id="area" lane="ab_0" endPos="100" length="160"/>"#,
        r#"<laneAreaDetector id="area" lane="ab_0" endPos="100" length="160" friendlyPos="true"/>"#,
        r#"<laneAreaDetector id="area" lanes="ab_0 :b_0_0 bc_0" pos="100" length="200"/>"#,
        r#"<laneAreaDetector id="area" lanes="ab_0 :b_0_0 bc_0" endPos="100" length="700"/>"#,
        r#"<laneAreaDetector id="area" lanes="ab_0 :b_0_0 bc_0" endPos="-100" length="700"/>"#,
        r#"<inductionLoop id="loop" lane="ab_0" pos="1" period="0.5"/>"#,
        r#"<e2Detector id="area" lane="ab_0" freq="90.25"/>"#,
        r#"<entryExitDetector id="zone"><detEntry lane="ab_0" pos="1"/></entryExitDetector>"#,
    ];
    let told = told.map(|detectors| match scenario(2, detectors, "") {
        Ok(read) => format!("read; left out: {:?}", read.unsupported),
        Err(fault) => fault.to_string(),
    });
    insta::assert_snapshot!(told.join("\n"));
}
