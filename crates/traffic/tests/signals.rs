//! Whatever the network, the programme and the controller: signals change safely, and people come across.

#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest,
};
use proptest::test_runner::TestCaseError;
use std::fmt::Write as _;
use traffic::control::{Controller, Times, webster};
use traffic::ids::SignalId;
use traffic::net::Network;
use traffic::read::{self, File, Scenario};
use traffic::sample::Town;
use traffic::sim::{Settings, Simulation};

/// What a town's signals are like.
#[derive(Debug, Clone)]
struct Rules {
    town: Town,
    /// Metres of the crossings over the arms; none where nobody crosses.
    walks: Option<[f64; 4]>,
    /// Whether left turns have stages of their own.
    lefts: bool,
    /// `minDur` of the stages, and red for all.
    least: u32,
    all_red: u32,
    times: Times,
    controller: &'static str,
}

const CONTROLLERS: [&str; 6] =
    ["fixed", "actuated", "max-pressure", "efficient-pressure", "advanced-pressure", "foresight"];
/// Everyone's least green, and people's.
const LEAST: [f64; 2] = [5.0, 5.0];

fn rules() -> impl Strategy<Value = Rules> {
    let town =
        (1..3usize, 1..3usize, 600..2400usize, any::<u64>()).prop_map(|(wide, high, vehicles, seed)| Town {
            size: [wide, high],
            block: 150.0,
            vehicles,
            seed,
            signals: true,
        });
    let times = (prop_oneof![Just(None), (2..6u32).prop_map(|yellow| Some(f64::from(yellow)))], 2..31u32)
        .prop_map(|(yellow, decide)| Times {
            yellow,
            decide: f64::from(decide),
            max_green: 30.0,
            ..Times::default()
        });
    let walks = prop_oneof![Just(None), (4.0..20.0f64, 4.0..20.0f64).prop_map(|(a, b)| Some([a, b, a, b]))];
    (town, walks, any::<bool>(), 0..16u32, 0..4u32, times, 0..CONTROLLERS.len()).prop_map(
        |(town, walks, lefts, least, all_red, times, controller)| Rules {
            town,
            walks,
            lefts,
            least,
            all_red,
            times,
            controller: CONTROLLERS[controller],
        },
    )
}

impl Rules {
    /// The programme of each crossing.
    fn program(&self) -> String {
        let straight =
            if self.lefts { ["GGrrrrGGrrrr", "rrrGGrrrrGGr"] } else { ["GGgrrrGGgrrr", "rrrGGgrrrGGg"] };
        let left = ["rrGrrrrrGrrr", "rrrrrGrrrrrG"];
        let mut text = String::new();
        let mut phase = |duration: u32, least: u32, lights: &str, walk: &str| {
            let least = if least > 0 { format!(" minDur=\"{least}\"") } else { String::new() };
            let walk = if self.walks.is_some() { walk } else { "" };
            let _ = writeln!(text, "<phase duration=\"{duration}\"{least} state=\"{lights}{walk}\"/>");
        };
        for (way, walk) in ["rGrG", "GrGr"].iter().enumerate() {
            phase(25, self.least, straight[way], walk);
            if self.walks.is_some() {
                phase(8, 0, straight[way], "rrrr");
            }
            phase(3, 0, &straight[way].replace(['G', 'g'], "y"), "rrrr");
            if self.all_red > 0 {
                phase(self.all_red, 0, "rrrrrrrrrrrr", "rrrr");
            }
            if self.lefts {
                phase(10, 0, left[way], "rrrr");
                phase(3, 0, &left[way].replace('G', "y"), "rrrr");
            }
        }
        text
    }

    /// The town with this programme, and where people cross.
    fn scenario(&self) -> Scenario {
        let text = self.town.network();
        let (mut net, mut rest) = (String::new(), text.as_str());
        while let Some(at) = rest.find("  <phase") {
            net.push_str(&rest[..at]);
            net.push_str(&self.program());
            rest = &rest[rest[at..].find(" </tlLogic>").unwrap() + at..];
        }
        net.push_str(rest);
        let (mut edges, mut connections) = (String::new(), String::new());
        let crossings = (0..self.town.size[0]).flat_map(|x| (0..self.town.size[1]).map(move |y| (x, y)));
        for ((x, y), walks) in crossings.flat_map(|at| self.walks.map(|walks| (at, walks))) {
            for (arm, length) in walks.iter().enumerate() {
                let (name, light) = (format!(":n{x}_{y}_c{arm}"), 12 + arm);
                let _ = writeln!(
                    edges,
                    "<edge id=\"{name}\" function=\"crossing\"><lane id=\"{name}_0\" index=\"0\" speed=\"1\" \
                     length=\"{length:.2}\" shape=\"0,0 1,1\"/></edge>"
                );
                let _ = writeln!(
                    connections,
                    "<connection from=\":n{x}_{y}_w{arm}\" to=\"{name}\" fromLane=\"0\" toLane=\"0\" \
                     tl=\"n{x}_{y}\" linkIndex=\"{light}\" dir=\"s\" state=\"M\"/>"
                );
            }
        }
        let net = net.replacen("<net version=\"1.20\">", &format!("<net version=\"1.20\">\n{edges}"), 1);
        let net = net.replacen("</net>", &format!("{connections}</net>"), 1);
        let demand = self.town.demand();
        let demand = File { name: "town.rou.xml", bytes: demand.as_bytes() };
        read::scenario(File { name: "town.net.xml", bytes: net.as_bytes() }, &[demand]).unwrap()
    }

    fn settings(&self, scenario: &Scenario) -> Settings {
        let net = &scenario.net;
        let own = net.signals.iter().map(|signal| signal.program.clone()).collect();
        let (controller, programs) = match self.controller {
            "fixed" => (Controller::Program, webster(net, &scenario.demand, [0.0, 3600.0], self.times)),
            "actuated" => (Controller::Actuated, own),
            "max-pressure" => (Controller::MaxPressure, own),
            "efficient-pressure" => (Controller::EfficientPressure, own),
            "advanced-pressure" => (Controller::AdvancedPressure, own),
            _ => (Controller::Foresight, own),
        };
        let times = self.times;
        Settings {
            begin: 0.0,
            seed: 1,
            programs,
            controller,
            times,
            threads: 1,
            broken: Vec::new(),
            explain: false,
        }
    }
}

/// One light as it is watched: what it shows, since when, and when its last green ended.
#[derive(Clone, Copy)]
struct Watched {
    light: u8,
    since: f64,
    ended: f64,
}

/// Lights of traffic; those of people follow.
const TRAFFIC: usize = 12;

/// Looks at a signal's lights after those of the second before.
fn see(rules: &Rules, lights: &mut [Watched], now: f64, shown: &[u8]) -> Result<(), TestCaseError> {
    let yellow = rules.times.yellow.unwrap_or(3.0);
    let least = if rules.lefts { LEAST[0] } else { LEAST[0].max(f64::from(rules.least)) };
    let walks = rules.walks.unwrap_or_default();
    let moves = |place: usize| matches!(shown[place], b'G' | b'g' | b'y');
    for (place, light) in shown.iter().map(u8::to_ascii_lowercase).enumerate() {
        let Watched { light: before, since, .. } = lights[place];
        if light == before {
            continue;
        }
        let (lasted, first) = (now - since, since == 0.0);
        match (place < TRAFFIC, before, light) {
            (true, b'g', b'y') => prop_assert!(first || lasted >= least, "green for {lasted} s"),
            (true, b'y', b'r') => prop_assert_eq!(lasted, yellow),
            (true, b'r', b'g') => {
                for (arm, length) in walks.iter().enumerate().filter(|_| rules.walks.is_some()) {
                    let walk = lights[TRAFFIC + arm];
                    let clear = shown[TRAFFIC + arm] == b'G' || now - walk.ended >= *length;
                    prop_assert!(clear, "{} s after people's green over {length} m", now - walk.ended);
                }
            }
            (false, b'g', b'r') => prop_assert!(first || lasted >= LEAST[1], "people's green for {lasted} s"),
            (false, b'r', b'g') => {}
            change => prop_assert!(false, "light {place} changes as {change:?}"),
        }
        let ended = if before == b'g' { now } else { lights[place].ended };
        lights[place] = Watched { light, since: now, ended };
    }
    // Lights of traffic stand arm by arm, three for each.
    let way = |way: usize| (0..TRAFFIC).filter(move |place| place / 3 % 2 == way).any(moves);
    prop_assert!(!(way(0) && way(1)), "both streets at once: {}", String::from_utf8_lossy(shown));
    for (arm, walk) in shown[TRAFFIC..].iter().enumerate().filter(|(_, walk)| **walk == b'G') {
        let meets = (3 * arm..3 * arm + 3).any(moves);
        prop_assert!(!meets, "{}: traffic meets people, `{walk}`", String::from_utf8_lossy(shown));
    }
    Ok(())
}

/// Never two protected greens whose paths meet.
fn apart(net: &Network, signal: SignalId, shown: &[u8]) -> Result<(), TestCaseError> {
    let lights = net.signals[signal.i()].lights.iter().zip(shown).filter(|(_, light)| **light == b'G');
    let free: Vec<_> = lights.flat_map(|(movements, _)| movements).collect();
    for one in &free {
        let foe = net.foes(**one).iter().find(|foe| free.contains(foe));
        prop_assert!(foe.is_none(), "{one:?} and {foe:?} at once: {}", String::from_utf8_lossy(shown));
    }
    Ok(())
}

/// Drives for ten minutes, and looks at every light in every second.
fn check(rules: &Rules) -> Result<(), TestCaseError> {
    let scenario = rules.scenario();
    let net = &scenario.net;
    let mut traffic = Simulation::new(net, &scenario.demand, rules.settings(&scenario));
    let mut watched: Vec<Vec<Watched>> = Vec::new();
    let mut changes = 0;
    for _ in 0..600 {
        let now = traffic.now();
        traffic.step();
        for signal in (0..net.signals.len()).map(SignalId::at) {
            let shown = traffic.shown(signal);
            prop_assert_eq!(shown.len(), TRAFFIC + rules.walks.map_or(0, |walks| walks.len()));
            if watched.len() == signal.i() {
                let begin = |light: &u8| Watched {
                    light: light.to_ascii_lowercase(),
                    since: 0.0,
                    ended: f64::NEG_INFINITY,
                };
                watched.push(shown.iter().map(begin).collect());
            }
            changes += u32::from(
                shown
                    .iter()
                    .zip(&watched[signal.i()])
                    .any(|(light, before)| light.to_ascii_lowercase() != before.light),
            );
            see(rules, &mut watched[signal.i()], now, shown)?;
            apart(net, signal, shown)?;
        }
    }
    prop_assert!(changes > 10, "{changes} changes in ten minutes");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn signals_change_safely_and_people_come_across(rules in rules()) {
        check(&rules)?;
    }
}
