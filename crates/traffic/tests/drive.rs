//! Whole towns: nobody collides, nobody is lost, the same seed gives the same traffic, signals change safely.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use std::collections::HashMap;
use traffic::control::{Controller, Stage, Times, stages, webster};
use traffic::ids::{LaneId, MovementId};
use traffic::read::{self, File, Scenario};
use traffic::sample::Town;
use traffic::sim::{Broken, Settings, Simulation};

fn scenario(town: Town) -> Scenario {
    followed(town, "Krauss")
}

/// A town whose drivers follow after some model.
fn followed(town: Town, model: &str) -> Scenario {
    let (net, demand) = (town.network(), town.demand());
    let demand = demand.replace("speedDev=\"0.1\"", &format!("speedDev=\"0.1\" carFollowModel=\"{model}\""));
    let demand = File { name: "town.rou.xml", bytes: demand.as_bytes() };
    read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &[demand]).unwrap()
}

fn settings(scenario: &Scenario, controller: &str, seed: u64) -> Settings {
    let times = Times { all_red: 2.0, ..Times::default() };
    let own = || scenario.net.signals.iter().map(|signal| signal.program.clone()).collect();
    let (controller, programs) = match controller {
        "actuated" => (Controller::Actuated, own()),
        "max-pressure" => (Controller::MaxPressure, own()),
        "efficient-pressure" => (Controller::EfficientPressure, own()),
        "advanced-pressure" => (Controller::AdvancedPressure, own()),
        "foresight" => (Controller::Foresight, own()),
        "fixed" => (Controller::Program, webster(&scenario.net, &scenario.demand, [0.0, 3600.0], times)),
        _ => (Controller::Program, own()),
    };
    Settings { begin: 0.0, seed, programs, controller, times, threads: 1, broken: Vec::new(), explain: false }
}

/// Vehicles of a lane keep apart: the end of each is not behind the front of the next.
fn apart(scenario: &Scenario, traffic: &Simulation<'_>) {
    let length = |vehicle: traffic::ids::VehicleId| {
        let kind = scenario.demand.vehicles[vehicle.i()].kind;
        scenario.demand.kinds[kind as usize].length
    };
    let places: Vec<_> = traffic.cars().collect();
    for pair in places.windows(2).filter(|pair| pair[0].lane == pair[1].lane) {
        let gap = pair[0].pos - length(pair[0].vehicle) - pair[1].pos;
        let name = scenario.net.lane_name(pair[0].lane);
        assert!(gap >= -1e-6, "{gap} m on `{name}` at {}", traffic.now());
    }
    for place in &places {
        let lane = &scenario.net.lanes[place.lane.i()];
        assert!(place.pos <= lane.length && place.speed >= 0.0, "{place:?}");
    }
}

fn counts_agree(traffic: &Simulation<'_>) {
    let all = traffic.measures();
    assert_eq!(all.loaded, all.entered + all.waiting);
    assert_eq!(all.entered, all.finished + all.running);
    assert_eq!(all.running, traffic.cars().count() as u64);
}

/// Drives through a town, and looks at everything on the way.
fn check(town: Town, model: &str, controller: &str) {
    let scenario = followed(town, model);
    assert!(scenario.unsupported.is_empty(), "{:?}", scenario.unsupported);
    let mut traffic =
        Simulation::new(&scenario.net, &scenario.demand, settings(&scenario, controller, town.seed));
    for second in 0..1800 {
        traffic.step();
        apart(&scenario, &traffic);
        if second % 60 == 0 {
            counts_agree(&traffic);
        }
    }
    let all = traffic.measures();
    assert_eq!((all.emergencies, all.unreachable), (0, 0), "{town:?} {controller}");
    assert!(all.finished > 0 && all.stuck == 0, "{town:?} {controller}: {all:?}");
}

#[test]
fn nobody_collides_and_nobody_is_lost() {
    for seed in 1..=3 {
        for (controller, signals) in [
            ("program", true),
            ("program", false),
            ("fixed", true),
            ("actuated", true),
            ("max-pressure", true),
            ("foresight", true),
        ] {
            let size = [1 + seed as usize % 3, 2];
            check(Town { size, block: 150.0, vehicles: 450 * size[0], seed, signals }, "Krauss", controller);
        }
    }
}

#[test]
fn drivers_of_the_other_model_keep_apart() {
    for seed in 1..=3 {
        for signals in [true, false] {
            check(Town { size: [2, 2], block: 150.0, vehicles: 900, seed, signals }, "IDM", "program");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_traffic() {
    let scenario = scenario(Town { size: [2, 2], block: 200.0, vehicles: 2000, seed: 5, signals: true });
    let run = |seed| {
        let mut traffic =
            Simulation::new(&scenario.net, &scenario.demand, settings(&scenario, "actuated", seed));
        traffic.run_until(900.0);
        traffic.cars().map(|place| (place.vehicle, place.lane, place.pos.to_bits())).collect::<Vec<_>>()
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

/// A town with so much traffic that threads share it.
#[test]
fn any_number_of_threads_gives_the_same_traffic() {
    let scenario = scenario(Town { size: [9, 9], block: 150.0, vehicles: 36_000, seed: 3, signals: true });
    let run = |threads| {
        let settings = Settings { threads, ..settings(&scenario, "program", 1) };
        let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
        traffic.run_until(300.0);
        let places = traffic
            .cars()
            .map(|place| (place.vehicle, place.lane, place.pos.to_bits(), place.speed.to_bits()));
        (places.collect::<Vec<_>>(), traffic.measures())
    };
    let one = run(1);
    assert!(one.0.len() > 3 * 500, "{} cars are no load", one.0.len());
    for threads in [2, 3, 4] {
        assert_eq!(run(threads), one, "{threads} threads");
    }
}

/// Every green lasts its least time, gives way to yellow, and nobody gets green before yellow and red for all are over.
#[test]
fn signals_change_safely() {
    let scenario = scenario(Town { size: [2, 1], block: 200.0, vehicles: 3000, seed: 9, signals: true });
    let (yellow, all_red, least) = (3.0, 2.0, 5.0);
    for controller in ["fixed", "actuated", "max-pressure", "foresight"] {
        let mut traffic =
            Simulation::new(&scenario.net, &scenario.demand, settings(&scenario, controller, 1));
        let mut shown: HashMap<MovementId, (char, f64)> = HashMap::new();
        let mut changes = 0;
        for _ in 0..900 {
            let now = traffic.now();
            traffic.step();
            let signals = scenario.net.signals.iter().map(|signal| signal.lights.iter().flatten());
            for movement in signals.flatten() {
                let light = traffic.light(*movement);
                let (before, since) = *shown.entry(*movement).or_insert((light, now));
                if light == before {
                    continue;
                }
                let lasted = now - since;
                match (before.to_ascii_lowercase(), light.to_ascii_lowercase()) {
                    ('g', 'y') => {
                        assert!(since == 0.0 || lasted >= least, "{controller}: green for {lasted} s")
                    }
                    ('y', 'r') => assert_eq!(lasted, yellow, "{controller}"),
                    ('r', 'g') => {
                        assert!(since == 0.0 || lasted >= all_red, "{controller}: red for {lasted} s")
                    }
                    ('g', 'g') => {}
                    change => panic!("{controller}: {change:?}"),
                }
                shown.insert(*movement, (light, now));
                changes += 1;
            }
            let greens = |signal: &traffic::net::Signal| {
                let lights = signal.lights.iter().flatten().map(|movement| traffic.light(*movement));
                lights.map(|light| light.to_ascii_lowercase()).collect::<String>()
            };
            for signal in &scenario.net.signals {
                let lights = greens(signal);
                let own = stages(&signal.program, &signal.walks).all;
                let allowed = |stage: &Stage| {
                    lights
                        .bytes()
                        .zip(&stage.lights)
                        .all(|(light, own)| light != b'g' || own.eq_ignore_ascii_case(&b'g'))
                };
                assert!(own.iter().any(allowed), "{controller}: `{lights}` is no part of any stage");
            }
        }
        assert!(changes > 50, "{controller} changed {changes} times");
    }
}

/// Looking ahead costs less delay than the others, at any demand, and gridlocks nowhere.
#[test]
fn looking_ahead_pays() {
    for vehicles in [120, 600, 1200, 1800] {
        let town = Town { size: [3, 2], block: 200.0, vehicles, seed: 11, signals: true };
        let scenario = scenario(town);
        let delay = |controller: &str| {
            let mut traffic =
                Simulation::new(&scenario.net, &scenario.demand, settings(&scenario, controller, 1));
            traffic.run_until(3600.0);
            let all = traffic.measures();
            assert_eq!(all.stuck, 0, "{controller} at {vehicles}");
            all.delay
        };
        let own = delay("foresight");
        for other in ["fixed", "actuated", "max-pressure"] {
            let theirs = delay(other);
            println!("{vehicles} vehicles: {own:.1} s beside {theirs:.1} s of {other}");
            assert!(own < theirs, "{vehicles} vehicles: {own} s, {theirs} s of {other}");
        }
    }
}

/// A detector that sees nobody leaves nobody waiting for good, and one that always sees somebody does not stop the others.
#[test]
fn broken_detectors_stop_nobody() {
    let scenario = scenario(Town { size: [2, 2], block: 200.0, vehicles: 900, seed: 4, signals: true });
    let run = |broken: Vec<(LaneId, Broken)>| {
        let settings = Settings { broken, ..settings(&scenario, "foresight", 1) };
        let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
        traffic.run_until(3600.0);
        let all = traffic.measures();
        assert_eq!(all.stuck, 0);
        all.delay
    };
    let sound = run(Vec::new());
    let movements = scenario.net.signals.iter().flat_map(|signal| signal.lights.iter().flatten());
    let lanes: Vec<LaneId> = movements.map(|movement| scenario.net.movements[movement.i()].from).collect();
    for how in [Broken::Dead, Broken::Stuck] {
        for lane in [lanes[0], lanes[lanes.len() / 2]] {
            let delay = run(vec![(lane, how)]);
            assert!(delay < 2.0 * sound, "{how:?} {}: {delay} s, {sound} s", scenario.net.lane_name(lane));
        }
        let all = run(lanes.iter().map(|lane| (*lane, how)).collect());
        println!("{how:?} everywhere: {all:.1} s, {sound:.1} s where they are sound");
    }
}

/// A crossing of two one-way streets, one of which comes to it over a lane that is shorter than where vehicles stop.
const SHORT: &str = r#"<net version="1.20">
<edge id=":m_0" function="internal"><lane id=":m_0_0" index="0" speed="13.89" length="0.50" shape="100,0 100.5,0"/></edge>
<edge id=":s_0" function="internal"><lane id=":s_0_0" index="0" speed="13.89" length="10.00" shape="101.4,0 111.4,0"/></edge>
<edge id=":s_1" function="internal"><lane id=":s_1_0" index="0" speed="13.89" length="10.00" shape="106.4,5 106.4,-5"/></edge>
<edge id="a" from="w" to="m" priority="1"><lane id="a_0" index="0" speed="13.89" length="100" shape="0,0 100,0"/></edge>
<edge id="b" from="m" to="s" priority="1"><lane id="b_0" index="0" speed="13.89" length="0.90" shape="100.5,0 101.4,0"/></edge>
<edge id="c" from="n" to="s" priority="1"><lane id="c_0" index="0" speed="13.89" length="100" shape="106.4,105 106.4,5"/></edge>
<edge id="d" from="s" to="x" priority="1"><lane id="d_0" index="0" speed="13.89" length="100" shape="111.4,0 211.4,0"/></edge>
<edge id="e" from="s" to="y" priority="1"><lane id="e_0" index="0" speed="13.89" length="100" shape="106.4,-5 106.4,-105"/></edge>
<tlLogic id="s" type="static" programID="0" offset="0"><phase duration="20" state="rG"/><phase duration="3" state="ry"/>
<phase duration="20" state="Gr"/><phase duration="3" state="yr"/></tlLogic>
<junction id="w" type="dead_end" x="0" y="0" incLanes="" intLanes="" shape="0,0"/>
<junction id="n" type="dead_end" x="106.4" y="105" incLanes="" intLanes="" shape="106.4,105"/>
<junction id="m" type="priority" x="100" y="0" incLanes="a_0" intLanes=":m_0_0" shape="100,0">
<request index="0" response="0" foes="0" cont="0"/></junction>
<junction id="s" type="traffic_light" x="106.4" y="0" incLanes="b_0 c_0" intLanes=":s_0_0 :s_1_0" shape="106.4,0">
<request index="0" response="00" foes="10" cont="0"/><request index="1" response="01" foes="01" cont="0"/></junction>
<junction id="x" type="dead_end" x="211.4" y="0" incLanes="d_0" intLanes="" shape="211.4,0"/>
<junction id="y" type="dead_end" x="106.4" y="-105" incLanes="e_0" intLanes="" shape="106.4,-105"/>
<connection from="a" to="b" fromLane="0" toLane="0" via=":m_0_0" dir="s" state="M"/>
<connection from=":m_0" to="b" fromLane="0" toLane="0" dir="s" state="M"/>
<connection from="b" to="d" fromLane="0" toLane="0" via=":s_0_0" tl="s" linkIndex="0" dir="s" state="O"/>
<connection from=":s_0" to="d" fromLane="0" toLane="0" dir="s" state="M"/>
<connection from="c" to="e" fromLane="0" toLane="0" via=":s_1_0" tl="s" linkIndex="1" dir="s" state="o"/>
<connection from=":s_1" to="e" fromLane="0" toLane="0" dir="s" state="M"/>
</net>"#;

/// Whoever stands before a line is seen, also where the lane there is too short to stand on.
#[test]
fn short_lanes_before_signals_are_watched() {
    let demand = r#"<routes><flow id="f" begin="0" end="600" period="12" from="a" to="d"/>
<flow id="g" begin="5" end="600" period="12" from="c" to="e"/></routes>"#;
    let demand = File { name: "short.rou.xml", bytes: demand.as_bytes() };
    let scenario =
        read::scenario(File { name: "short.net.xml", bytes: SHORT.as_bytes() }, &[demand]).unwrap();
    for controller in ["program", "actuated", "max-pressure", "foresight"] {
        let mut traffic =
            Simulation::new(&scenario.net, &scenario.demand, settings(&scenario, controller, 1));
        traffic.run_until(720.0);
        let all = traffic.measures();
        println!("{controller}: {all:?}");
        assert_eq!((all.finished, all.emergencies), (100, 0), "{controller}: {all:?}");
        assert!(all.time_loss < 30.0, "{controller}: {all:?}");
    }
}

/// Each decision says what was reckoned with, and the least was chosen. Staying falls out of the search only where it is far worse.
#[test]
fn decisions_say_why() {
    let scenario = scenario(Town { size: [2, 1], block: 200.0, vehicles: 900, seed: 9, signals: true });
    let settings = Settings { explain: true, ..settings(&scenario, "foresight", 1) };
    let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
    traffic.run_until(900.0);
    assert!(traffic.decisions().len() > 100);
    for decision in traffic.decisions() {
        let least = decision.choice.waiting.iter().flatten().copied().reduce(f32::min);
        assert_eq!(decision.choice.waiting[decision.choice.chosen], least, "{decision:?}");
    }
    let decisions = traffic.decisions();
    let stays = decisions.iter().filter(|decision| decision.choice.waiting[decision.shown].is_some()).count();
    assert!(stays * 10 > decisions.len() * 9, "{stays} of {}", decisions.len());
}

/// The staged networks, where they are: nobody brakes too late, nobody is stuck.
#[test]
fn staged_networks_flow() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/traffic");
    for (name, begin) in [("cologne1", 25200.0), ("cologne8", 25200.0), ("ingolstadt7", 57600.0)] {
        let file = |end: &str| std::fs::read(folder.join(name).join(format!("{name}.{end}")));
        let (Ok(net), Ok(demand)) = (file("net.xml"), file("rou.xml")) else {
            println!("left out: `{name}` is not staged beside the repository");
            continue;
        };
        let demand = File { name: "rou.xml", bytes: &demand };
        let scenario = read::scenario(File { name: "net.xml", bytes: &net }, &[demand]).unwrap();
        assert!(scenario.unsupported.is_empty(), "{:?}", scenario.unsupported);
        let settings = Settings { begin, ..settings(&scenario, "program", 1) };
        let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
        traffic.run_until(begin + 900.0);
        counts_agree(&traffic);
        let all = traffic.measures();
        assert_eq!((all.emergencies, all.stuck, all.unreachable), (0, 0, 0), "{name}");
    }
}
