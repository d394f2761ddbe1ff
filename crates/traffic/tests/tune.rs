//! Searched plans are better than those that they began with, and can be read back.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use traffic::control::{Times, stages};
use traffic::read::{self, File, Scenario};
use traffic::sample::Town;
use traffic::tune::{Task, Tuner};

fn scenario() -> Scenario {
    let town = Town { size: [3, 1], block: 250.0, vehicles: 1500, seed: 6, signals: true };
    let (net, demand) = (town.network(), town.demand());
    let demand = File { name: "town.rou.xml", bytes: demand.as_bytes() };
    read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &[demand]).unwrap()
}

fn search(scenario: &Scenario, seed: u64, tries: u64) -> Tuner<'_> {
    let (net, demand, times) = (&scenario.net, &scenario.demand, Times::default());
    let mut tuner = Tuner::new(Task { net, demand, span: [0.0, 1200.0], times, seed, seeds: 1, threads: 1 });
    while tuner.tries() < tries {
        tuner.step();
    }
    tuner
}

#[test]
fn searched_plans_are_better_and_keep_their_times() {
    let scenario = scenario();
    let (begun, searched) = (search(&scenario, 1, 0), search(&scenario, 1, 60));
    assert!(searched.cost() < 0.97 * begun.cost(), "{} s after {} s", searched.cost(), begun.cost());
    assert_eq!(searched.best(), search(&scenario, 1, 60).best());
    for (program, signal) in searched.best().iter().zip(&scenario.net.signals) {
        let own = stages(program, &signal.walks);
        assert_eq!(own.yellow, stages(&signal.program, &signal.walks).yellow);
        assert!(own.all.iter().all(|stage| stage.duration >= 5.0), "{program:?}");
        let cycle: f64 = program.phases.iter().map(|phase| phase.duration).sum();
        assert!(cycle <= 180.0, "{cycle} s");
    }
}

#[test]
fn written_plans_are_read_back() {
    let scenario = scenario();
    let tuner = search(&scenario, 2, 15);
    let text = read::written(&scenario.net, tuner.best());
    let file = File { name: "plan.add.xml", bytes: text.as_bytes() };
    assert_eq!(read::plan(&scenario.net, file).unwrap(), tuner.best());
}

#[test]
fn broken_plans_are_told() {
    let scenario = scenario();
    let told = |text: &str| {
        let file = File { name: "plan.add.xml", bytes: text.as_bytes() };
        read::plan(&scenario.net, file)
            .map(|read| format!("{} programmes", read.len()))
            .unwrap_or_else(|fault| fault.to_string())
    };
    let one =
        |phases: &str| told(&format!("<additional>\n<tlLogic id=\"n0_0\">{phases}</tlLogic></additional>"));
    let told = [
        told("<additional/>"),
        told("<additional><tlLogic id=\"elsewhere\"/></additional>"),
        told("<additional><tlLogic id=\"n0_0\""),
        one(""),
        one("<phase duration=\"20\" state=\"GGr\"/>"),
        one("<phase duration=\"0\" state=\"GGgrrrGGgrrr\"/>"),
        one("<phase duration=\"20\" minDur=\"30\" maxDur=\"10\" state=\"GGgrrrGGgrrr\"/>"),
        one("<phase duration=\"20\" state=\"GGgrrrGGgrrr\"/>"),
    ];
    insta::assert_snapshot!(told.join("\n"));
}
