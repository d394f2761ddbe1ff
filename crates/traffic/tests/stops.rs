//! Stops on the way: where and when vehicles stand, and when they arrive, beside what SUMO 1.28 says of the same files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use traffic::control::{Controller, Times};
use traffic::demand::Rules;
use traffic::read::{self, Fault, File, Scenario};
use traffic::sample::Town;
use traffic::sim::{Measures, Settings, Simulation, Trip};

const STREET: &[u8] = include_bytes!("stops/street.net.xml");
const PLATFORMS: &str = r#"<additional>
<busStop id="market" lane="ab_0" startPos="200" endPos="240"/>
<busStop id="bridge" lane="bc_0" startPos="-150" endPos="-100"/>
</additional>"#;
const KINDS: &str =
    r#"<vType id="bus" vClass="bus" sigma="0" speedDev="0"/><vType id="car" sigma="0" speedDev="0"/>"#;
const LINE: &str = r#"<route id="line" edges="ab bc"><stop busStop="market" duration="30"/>
<stop busStop="bridge" duration="5" until="90"/></route>"#;

fn scenario(demand: &str) -> Result<Scenario, Fault> {
    let demand = format!("<routes>{KINDS}{demand}</routes>");
    // Platforms may stand behind those who stop there.
    let files = [("street.rou.xml", demand.as_str()), ("street.add.xml", PLATFORMS)];
    let files = files.map(|(name, text)| File { name, bytes: text.as_bytes() });
    read::scenario(File { name: "street.net.xml", bytes: STREET }, &files)
}

fn settings(threads: usize) -> Settings {
    Settings {
        begin: 0.0,
        seed: 1,
        programs: Vec::new(),
        controller: Controller::Program,
        times: Times::default(),
        threads,
        broken: Vec::new(),
        explain: false,
    }
}

fn driven(scenario: &Scenario) -> (Vec<Trip>, Measures) {
    let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings(1));
    traffic.run_until(600.0);
    assert!(traffic.over(), "somebody is left: {:?}", traffic.measures());
    (traffic.trips().collect(), traffic.measures())
}

/// Each vehicle of the demand arrives when SUMO says, within two seconds, after as many seconds at stops, within one, and with as
/// many lost, within a tenth.
fn check(demand: &str, sumo: &[(&str, f64, f64, f64)]) {
    let scenario = scenario(demand).unwrap();
    assert!(scenario.unsupported.is_empty(), "{:?}", scenario.unsupported);
    let (trips, all) = driven(&scenario);
    assert_eq!((all.emergencies, all.stuck), (0, 0));
    for (name, arrived, stopped, lost) in sumo {
        let named = |trip: &&Trip| scenario.demand.vehicles[trip.vehicle.i()].name == *name;
        let trip = trips.iter().find(named).unwrap();
        println!("{name}: {trip:?}; SUMO: {arrived}, {stopped} s at stops, {lost} s lost");
        assert!((trip.arrived.unwrap() - arrived).abs() <= 2.0, "{name}: {trip:?}");
        assert!((trip.at_stops - stopped).abs() <= 1.0, "{name}: {trip:?}");
        assert!((trip.lost - lost).abs() <= 0.1, "{name}: {trip:?}");
        assert_eq!(trip.waited, 0.0, "{name}: {trip:?}");
    }
}

#[test]
fn vehicles_stand_and_go_on_as_in_sumo() {
    let demand = format!(
        r#"{LINE}
<vehicle id="first" type="bus" route="line" depart="0" departLane="0"/>
<vehicle id="passes" type="car" depart="4" departLane="0"><route edges="ab bc"/></vehicle>
<vehicle id="second" type="bus" route="line" depart="8" departLane="0"/>
<vehicle id="behind" type="car" depart="12" departLane="0"><route edges="ab bc"/></vehicle>
<vehicle id="aside" type="car" depart="30" departLane="0">
<route edges="ab bc"/><stop lane="bc_1" endPos="300" until="120"/></vehicle>
<trip id="trip" type="car" depart="60" departLane="1" from="ab" to="bc">
<stop lane="ab_0" startPos="100" endPos="150" duration="12.5"/></trip>"#
    );
    check(
        &demand,
        &[
            ("first", 121.0, 35.0, 0.0),
            ("passes", 76.0, 0.0, 0.05),
            ("second", 132.0, 35.0, 2.39),
            ("behind", 84.0, 0.0, 0.07),
            ("aside", 136.0, 30.0, 0.0),
            ("trip", 149.0, 13.0, 0.0),
        ],
    );
}

/// `until` counts on with each vehicle of a flow, and from the departure in a route by itself.
#[test]
fn until_counts_as_in_sumo() {
    check(
        r#"<route id="waits" edges="ab bc"><stop busStop="market" until="100"/></route>
<flow id="line" type="bus" route="waits" begin="20" period="30" number="3"/>
<flow id="own" type="bus" begin="230" period="30" number="2" from="ab" to="bc">
<stop busStop="market" until="330" duration="5"/></flow>"#,
        &[
            ("line.0", 180.0, 81.0, 0.0),
            ("line.1", 211.0, 82.0, 0.0),
            ("line.2", 242.0, 83.0, 0.0),
            ("own.0", 390.0, 81.0, 0.0),
            ("own.1", 421.0, 82.0, 0.0),
        ],
    );
}

/// With queues a vehicle holds its lane for as long.
#[test]
fn queues_wait_for_stops() {
    let text = format!(r#"{LINE}<vehicle id="first" type="bus" route="line" depart="0"/>"#);
    let mut scenario = scenario(&text).unwrap();
    scenario.demand.rules = Rules::Meso;
    let (trips, _) = driven(&scenario);
    println!("{trips:?}");
    assert!((trips[0].at_stops - 35.0).abs() < 1.0 && (trips[0].arrived.unwrap() - 121.0).abs() < 20.0);
    assert!(trips[0].lost < 1.0);
}

/// A town in which every tenth vehicle stops by the way, on any number of threads.
#[test]
fn any_number_of_threads_stops_alike() {
    let town = Town { size: [9, 9], block: 150.0, vehicles: 36_000, seed: 3, signals: true };
    let mut demand = String::new();
    let mut stopped = 0;
    for (place, line) in town.demand().lines().enumerate() {
        let goal = line.split_once("to=\"").and_then(|(_, after)| after.split_once('"'));
        match goal.filter(|_| place % 10 == 0 && line.ends_with("/>") && line.contains("<trip")) {
            Some((goal, _)) => {
                let open = line.trim_end_matches("/>");
                demand += &format!("{open}><stop lane=\"{goal}_0\" endPos=\"60\" duration=\"20\"/></trip>\n");
                stopped += 1;
            }
            None => demand += &format!("{line}\n"),
        }
    }
    assert!(stopped > 1000, "{stopped} stops are too few");
    let (net, demand) = (town.network(), demand);
    let demand = File { name: "town.rou.xml", bytes: demand.as_bytes() };
    let scenario = read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &[demand]).unwrap();
    let run = |threads| {
        let programs = scenario.net.signals.iter().map(|signal| signal.program.clone()).collect();
        let settings = Settings { programs, ..settings(threads) };
        let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
        traffic.run_until(300.0);
        let places = traffic.cars().map(|place| (place.vehicle, place.lane, place.pos.to_bits()));
        (places.collect::<Vec<_>>(), traffic.measures())
    };
    let one = run(1);
    assert!(one.0.len() > 3 * 500 && one.1.at_stops > 0.0, "{:?}", one.1);
    for threads in [2, 4] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}

#[test]
fn faults_of_stops_are_told() {
    let at = |stop: &str| {
        let trip = "<trip id=\"t\" type=\"car\" depart=\"0\" from=\"ab\" to=\"bc\">";
        match scenario(&format!("\n{trip}\n{stop}</trip>")) {
            Ok(read) => format!("read; left out: {:?}", read.unsupported),
            Err(fault) => fault.to_string(),
        }
    };
    let told = [
        at(r#"<stop busStop="mill" duration="5"/>"#),
        at(r#"<stop lane="ab_7" duration="5"/>"#),
        at(r#"<stop busStop="market"/>"#),
        at(r#"<stop busStop="market" duration="-5"/>"#),
        at(r#"<stop busStop="market" duration="soon"/>"#),
        at(r#"<stop lane="ab_0" startPos="300" endPos="200" duration="5"/>"#),
        at(r#"<stop lane="ab_0" endPos="700" duration="5"/>"#),
        at(r#"<stop lane="ab_0" endPos="700" friendlyPos="true" duration="5"/>"#),
        at("<stop busStop=\"bridge\" duration=\"5\"/>\n<stop busStop=\"market\" duration=\"5\"/>"),
        at(r#"<stop busStop="market" duration="5" parking="true"/>"#),
        at(r#"<stop parkingArea="p" duration="5"/>"#),
    ];
    insta::assert_snapshot!(told.join("\n"));
}
