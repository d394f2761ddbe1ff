//! The mesoscopic mode beside the simulator that drives vehicle by vehicle.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use traffic::control::{Controller, Times};
use traffic::demand::Rules;
use traffic::read::{self, File, Scenario};
use traffic::sample::Town;
use traffic::sim::{Measures, Settings, Simulation};

/// What came of a scenario from `begin` on, under some rules.
fn drive(
    scenario: &mut Scenario,
    rules: Rules,
    controller: Controller,
    begin: f64,
    seconds: f64,
) -> Measures {
    scenario.demand.rules = rules;
    let programs = scenario.net.signals.iter().map(|signal| signal.program.clone()).collect();
    let times = Times::default();
    let settings = Settings {
        begin,
        seed: 1,
        programs,
        controller,
        times,
        threads: 1,
        broken: Vec::new(),
        explain: false,
    };
    let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
    traffic.run_until(begin + seconds);
    let all = traffic.measures();
    assert_eq!(all.running, traffic.cars().count() as u64);
    for place in traffic.cars() {
        let lane = &scenario.net.lanes[place.lane.i()];
        assert!((0.0..=lane.length).contains(&place.pos) && place.speed >= 0.0, "{place:?}");
    }
    let left: u64 = traffic.links().iter().map(|link| u64::from(link.left)).sum();
    assert!(left >= all.finished, "{left} left links, {} arrived", all.finished);
    all
}

/// Both ways everyone is counted, and the mean duration differs by less than a part.
fn check(name: &str, scenario: &mut Scenario, begin: f64, part: f64) {
    let [micro, meso] =
        [Rules::Sumo, Rules::Meso].map(|rules| drive(scenario, rules, Controller::Program, begin, 3600.0));
    assert_eq!(meso.loaded, micro.loaded, "{name}");
    assert_eq!(meso.loaded, meso.finished + meso.running + meso.waiting, "{name}");
    let off = meso.duration / micro.duration - 1.0;
    println!(
        "{name}: {:.1} s, vehicle by vehicle {:.1} s ({:+.1} %)",
        meso.duration,
        micro.duration,
        100.0 * off
    );
    assert!(off.abs() < part, "{name}: {:.1} s, vehicle by vehicle {:.1} s", meso.duration, micro.duration);
    let arrived = meso.finished as f64 / micro.finished as f64;
    assert!((0.93..1.07).contains(&arrived), "{name}: {} arrived, {}", meso.finished, micro.finished);
}

fn town(size: [usize; 2], vehicles: usize, signals: bool) -> Scenario {
    let town = Town { size, block: 200.0, vehicles, seed: 4, signals };
    let (net, demand) = (town.network(), town.demand());
    let demand = File { name: "town.rou.xml", bytes: demand.as_bytes() };
    read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &[demand]).unwrap()
}

#[test]
fn durations_are_those_of_vehicles() {
    check("a crossing", &mut town([1, 1], 600, true), 0.0, 0.08);
    check("a town without signals", &mut town([3, 2], 900, false), 0.0, 0.08);
    // Where a crowd shares its only lane with those who turn left, queues are too quick.
    check("a crowded town", &mut town([3, 2], 1500, true), 0.0, 0.13);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/traffic");
    for (name, begin) in [("cologne1", 25200.0), ("cologne8", 25200.0), ("ingolstadt7", 57600.0)] {
        let file = |end: &str| std::fs::read(folder.join(name).join(format!("{name}.{end}")));
        let (Ok(net), Ok(demand)) = (file("net.xml"), file("rou.xml")) else {
            println!("left out: `{name}` is not staged beside the repository");
            continue;
        };
        let demand = File { name: "rou.xml", bytes: &demand };
        let mut scenario = read::scenario(File { name: "net.xml", bytes: &net }, &[demand]).unwrap();
        check(name, &mut scenario, begin, 0.08);
    }
}

/// Every controller works by what queues show, and the same comes out each time.
#[test]
fn controllers_see_queues() {
    let mut scenario = town([3, 2], 1800, true);
    let program = drive(&mut scenario, Rules::Meso, Controller::Program, 0.0, 3600.0);
    for controller in [Controller::Actuated, Controller::MaxPressure, Controller::Foresight] {
        let own = drive(&mut scenario, Rules::Meso, controller, 0.0, 3600.0);
        assert!(own.delay < program.delay, "{controller:?}: {} s, programme {} s", own.delay, program.delay);
        assert_eq!(own, drive(&mut scenario, Rules::Meso, controller, 0.0, 3600.0));
    }
}
