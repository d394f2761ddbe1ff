//! What is told by place and interval adds up to what happened, and says nothing of who it was.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use traffic::control::{Controller, Times};
use traffic::demand::Rules;
use traffic::ledger::{Ledger, Of, Row};
use traffic::read::{self, File, Scenario};
use traffic::sample::Town;
use traffic::sim::{Measures, Settings, Simulation};

fn town() -> Scenario {
    let town = Town { size: [2, 2], block: 150.0, vehicles: 700, seed: 5, signals: true };
    let (net, demand) = (town.network(), town.demand());
    let demand = File { name: "town.rou.xml", bytes: demand.as_bytes() };
    read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &[demand]).unwrap()
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6 * one.abs().max(1.0)
}

/// The rows of a run by some rules with intervals of so many seconds, and its measures.
fn check(rules: Rules, every: f64) -> (Vec<Row>, Measures) {
    let mut scenario = town();
    scenario.demand.rules = rules;
    let programs = scenario.net.signals.iter().map(|signal| signal.program.clone()).collect();
    let (controller, times) = (Controller::Program, Times::default());
    let settings = Settings {
        begin: 0.0,
        seed: 1,
        programs,
        controller,
        times,
        threads: 1,
        broken: Vec::new(),
        explain: false,
    };
    let mut traffic = Simulation::new(&scenario.net, &scenario.demand, settings);
    let mut ledger = Ledger::new(&scenario.net, 0.0, every);
    for _ in 0..1000 {
        traffic.step();
        ledger.take(&traffic);
    }
    let (rows, all) = (ledger.rows(&traffic), traffic.measures());
    let net = &scenario.net;
    let sum = |of: fn(&Row) -> f64, which: &dyn Fn(&Row) -> bool| -> f64 {
        rows.iter().filter(|row| which(row)).map(of).sum()
    };
    let [network, junction, link]: [&dyn Fn(&Row) -> bool; 3] =
        [&|row| row.of == Of::Network, &|row| matches!(row.of, Of::Junction(_)), &|row| {
            matches!(row.of, Of::Link(_))
        }];
    // Every lane leads to a junction or lies in one, so that junctions make up the network.
    for of in [|row: &Row| row.seconds, |row: &Row| row.free, |row: &Row| row.driven, |row: &Row| row.waited]
    {
        assert!(near(sum(of, network), sum(of, junction)), "{rules:?}");
        assert!(sum(of, link) <= sum(of, network) + 1e-6, "{rules:?}");
    }
    assert!(near(sum(|row| f64::from(row.halts), network), sum(|row| f64::from(row.halts), junction)));
    // A junction's vehicles are those of the links that lead to it.
    assert!(near(sum(|row| f64::from(row.left), junction), sum(|row| f64::from(row.left), link)));
    assert_eq!(sum(|row| f64::from(row.left), network), all.finished as f64);
    let durations = rows.iter().filter_map(|row| Some(row.trips?[0] * f64::from(row.left))).sum::<f64>();
    assert!(near(durations / all.finished as f64, all.duration), "{durations} {}", all.duration);
    assert!(near(sum(|row| row.seconds, network) / sum(|row| row.free, network), all.delay_index));
    let named = |row: &Row| match row.of {
        Of::Link(link) => !net.links[link.i()].inner,
        _ => true,
    };
    assert!(rows.iter().all(|row| named(row) && row.queue[0] <= row.queue[1] && row.delay_index() >= 1.0));
    (rows, all)
}

#[test]
fn places_and_intervals_add_up() {
    for rules in [Rules::Sumo, Rules::Meso] {
        let (rows, all) = check(rules, 300.0);
        let spans: Vec<[f64; 2]> =
            rows.iter().filter(|row| row.of == Of::Network).map(|row| row.span).collect();
        assert_eq!(spans, [[0.0, 300.0], [300.0, 600.0], [600.0, 900.0], [900.0, 1000.0]]);
        let (whole, same) = check(rules, 5000.0);
        assert_eq!(all, same);
        let seconds = |rows: &[Row]| rows.iter().map(|row| row.seconds).sum::<f64>();
        assert!(near(seconds(&rows), seconds(&whole)));
    }
}

/// Who stands in a queue is counted in it, each second.
#[test]
fn queues_are_those_who_stand() {
    let (rows, _) = check(Rules::Sumo, 100.0);
    for row in rows.iter().filter(|row| matches!(row.of, Of::Link(_))) {
        // Standing begins to count a little later, while one still brakes.
        let stood = row.queue[0] * (row.span[1] - row.span[0]);
        assert!(stood + 1e-6 >= row.waited && row.waited >= 0.5 * stood - 5.0, "{row:?} {stood}");
    }
    assert!(rows.iter().any(|row| row.queue[1] >= 3.0));
}
