//! CityFlow's rules beside CityFlow itself: under the same fixed plan its average travel time comes out.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use serde_json::Value as Json;
use traffic::control::{Controller, Times};
use traffic::demand::Rules;
use traffic::read::{self, File, Scenario};
use traffic::sim::{Settings, Simulation};

const JINAN: [&str; 2] = ["jinan_3x4/roadnet_3_4.json", "jinan_3x4/anon_3_4_jinan_real.json"];
const HANGZHOU: [&str; 2] = ["hangzhou_4x4/roadnet_4_4.json", "hangzhou_4x4/anon_4_4_hangzhou_real.json"];

/// A network with its flows, where they are, after its text was changed.
fn scenario([net, flow]: [&str; 2], change: impl Fn(Vec<u8>) -> Vec<u8>) -> Option<Scenario> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/traffic");
    let file = |name: &str| std::fs::read(folder.join(name));
    let (Ok(held), Ok(demand)) = (file(net), file(flow)) else {
        println!("left out: `{net}` is not staged beside the repository");
        return None;
    };
    let (held, demand) = (change(held), File { name: flow, bytes: &demand });
    Some(read::scenario(File { name: net, bytes: &held }, &[demand]).unwrap())
}

fn settings(scenario: &Scenario, controller: Controller, threads: usize) -> Settings {
    let programs = scenario.net.signals.iter().map(|signal| signal.program.clone()).collect();
    let times = Times::default();
    Settings { begin: 0.0, seed: 1, programs, controller, times, threads, broken: Vec::new(), explain: false }
}

/// The first four green phases for 25 s each, with 5 s of CityFlow's phase 0 before each or after each.
fn four_phases(held: &[u8], before: bool) -> Vec<u8> {
    let mut net: Json = serde_json::from_slice(held).unwrap();
    for crossing in net["intersections"].as_array_mut().unwrap() {
        let Some(phases) = crossing["trafficLight"]["lightphases"].as_array().cloned() else { continue };
        let lasting = |phase: usize, seconds: u32| {
            let mut phase = phases[phase].clone();
            phase["time"] = seconds.into();
            phase
        };
        let two = |green: usize| match before {
            true => [lasting(0, 5), lasting(green, 25)],
            false => [lasting(green, 25), lasting(0, 5)],
        };
        if phases.len() > 4 {
            crossing["trafficLight"]["lightphases"] = (1..=4).flat_map(two).collect();
        }
    }
    net.to_string().into_bytes()
}

/// An hour under the plan, beside what CityFlow says of it (its commit 81ee0f4, without lane changes): vehicles on the road at
/// the end, and the average travel time.
fn check(files: [&str; 2], before: bool, (running, travel_time): (u64, f64)) {
    let Some(scenario) = scenario(files, |held| four_phases(&held, before)) else { return };
    let settings = settings(&scenario, Controller::Program, 1);
    let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
    traffic.run_until(3600.0);
    let all = traffic.measures();
    let off = all.travel_time / travel_time - 1.0;
    assert!(off.abs() < 0.001, "{files:?}: {} s, CityFlow has {travel_time} s", all.travel_time);
    assert_eq!((all.running, all.emergencies, all.unreachable), (running, 0, 0), "{files:?}");
}

#[test]
fn travel_times_are_those_of_cityflow() {
    check(JINAN, false, (1098, 506.125));
    check(JINAN, true, (1100, 506.959));
    check(HANGZHOU, false, (436, 564.369));
    check(HANGZHOU, true, (436, 568.870));
}

#[test]
fn any_number_of_threads_gives_the_same_traffic() {
    let Some(scenario) = scenario(JINAN, |held| held) else { return };
    let run = |threads| {
        let settings = settings(&scenario, Controller::MaxPressure, threads);
        let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
        traffic.run_until(1200.0);
        let places = traffic
            .cars()
            .map(|place| (place.vehicle, place.lane, place.pos.to_bits(), place.speed.to_bits()));
        (places.collect::<Vec<_>>(), traffic.measures())
    };
    let one = run(1);
    assert!(one.0.len() > 500, "{} cars are no load", one.0.len());
    assert!(run(2) == one && run(3) == one);
}

/// By either rules everyone is counted, and nobody runs into anybody on a lane.
#[test]
fn cityflow_networks_flow() {
    for (files, vehicles) in [(JINAN, 6295), (HANGZHOU, 2983)] {
        let Some(mut scenario) = scenario(files, |held| held) else { return };
        assert_eq!(scenario.demand.vehicles.len(), vehicles, "{files:?}");
        for rules in [Rules::CityFlow, Rules::Sumo] {
            scenario.demand.rules = rules;
            for controller in [Controller::Program, Controller::MaxPressure, Controller::Foresight] {
                let mut traffic =
                    Simulation::new(&scenario.net, &scenario.demand, settings(&scenario, controller, 1));
                for _ in 0..30 {
                    traffic.run_until(traffic.now() + 10.0);
                    let places: Vec<_> = traffic.cars().collect();
                    for pair in places.windows(2).filter(|pair| pair[0].lane == pair[1].lane) {
                        let gap = pair[0].pos - 5.0 - pair[1].pos;
                        assert!(gap >= -1e-6, "{gap} m at {} by {rules:?}, {controller:?}", traffic.now());
                    }
                }
                let all = traffic.measures();
                assert_eq!(all.loaded, all.finished + all.running + all.waiting, "{files:?} {controller:?}");
                assert_eq!((all.emergencies, all.unreachable), (0, 0), "{files:?} {controller:?}");
                assert!(all.finished > 0, "{files:?} {controller:?}");
            }
        }
    }
}
