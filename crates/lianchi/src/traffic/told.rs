use super::peak_memory;
use ::traffic::congestion::{self, BANDS};
use ::traffic::demand::Rules;
use ::traffic::ids::LaneId;
use ::traffic::read::Scenario;
use ::traffic::sim::{Measures, Simulation};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What is told of a run.
pub struct Told<'t> {
    pub all: &'t Measures,
    pub traffic: &'t Simulation<'t>,
    pub scenario: &'t Scenario,
    pub controller: &'t str,
    pub seed: u64,
    /// CPU seconds of the simulation, and seconds that reading took.
    pub cpu: f64,
    pub wall: f64,
    pub loading: f64,
}

impl Told<'_> {
    fn rules(&self) -> &'static str {
        match self.scenario.demand.rules {
            Rules::Sumo => "sumo",
            Rules::CityFlow => "cityflow",
            Rules::Meso => "meso",
        }
    }

    pub fn words(&self, begin: f64) -> String {
        let all = self.all;
        let mut text = String::new();
        let mut line = |what: &str, value: String| {
            let _ = writeln!(text, "{what:<28}{value}");
        };
        let net = &self.scenario.net;
        line("network", format!("{} links, {} signals", net.roads().count(), net.signals.len()));
        line("rules", self.rules().to_owned());
        line("controller", self.controller.to_owned());
        line("simulated", format!("{:.0} s from {begin:.0}", self.traffic.now() - begin));
        line(
            "vehicles",
            format!(
                "{} loaded, {} entered, {} finished, {} on the road",
                all.loaded, all.entered, all.finished, all.running
            ),
        );
        line(
            "not served",
            format!(
                "{} waiting outside, {} stuck, {} without a way, {} before the beginning",
                all.waiting, all.stuck, all.unreachable, all.too_early
            ),
        );
        if !self.scenario.demand.closures.is_empty() {
            let lanes: BTreeSet<LaneId> = self.scenario.demand.closures.iter().map(|one| one.lane).collect();
            let (lanes, cut_off) = (lanes.len(), all.cut_off);
            line("closed for a time", format!("lanes: {lanes}; vehicles cut off at the end: {cut_off}"));
        }
        let detectors = self.scenario.detectors.len();
        if detectors > 0 && self.traffic.counted().is_empty() {
            line("detectors", format!("{detectors}; `--detectors FILE` writes what they count"));
        }
        line("mean duration", format!("{:.1} s over {:.0} m", all.duration, all.length));
        line("mean time loss", format!("{:.1} s", all.time_loss));
        line("mean waiting", format!("{:.1} s, {:.2} halts", all.waiting_time, all.halts));
        if !self.scenario.demand.stops.is_empty() {
            line("mean time at stops", format!("{:.1} s", all.at_stops));
        }
        line("mean delay of departure", format!("{:.1} s", all.depart_delay));
        line("mean delay (RESCO)", format!("{:.1} s", all.delay));
        line("approach travel time", format!("{:.1} s", all.approach_time));
        line("travel time (CityFlow)", format!("{:.1} s", all.travel_time));
        let index = all.delay_index;
        let (_, english, chinese) = BANDS[congestion::band(index)];
        let (performance, more) = (congestion::performance(index), congestion::more(index));
        line(
            "congestion",
            format!(
                "delay index {index:.2}, {english} ({chinese}); TPI {performance:.1} of 10; TomTom {more:.0} %"
            ),
        );
        let took = format!("{:.2} CPU s, {:.2} s on the wall", self.cpu, self.wall);
        line("speed", format!("{} vehicle-steps in {took}", all.vehicle_steps));
        for (vehicle, lane, pos, seconds) in self.traffic.stuck().take(10) {
            let name = &self.scenario.demand.vehicles[vehicle.i()].name;
            let lane = self.scenario.net.lane_name(lane);
            line("stuck", format!("`{name}` on `{lane}` at {pos:.0} m for {seconds:.0} s"));
        }
        for (what, count) in &self.scenario.unsupported {
            line("left out", format!("{what}, {count} times"));
        }
        text
    }

    pub fn json(&self, begin: f64) -> Json {
        let all = self.all;
        let stuck: Vec<Json> = self
            .traffic
            .stuck()
            .map(|(vehicle, lane, pos, seconds)| {
                let name = &self.scenario.demand.vehicles[vehicle.i()].name;
                json!({ "vehicle": name, "lane": self.scenario.net.lane_name(lane), "at": pos, "seconds": seconds })
            })
            .collect();
        json!({
            "rules": self.rules(), "controller": self.controller, "seed": self.seed,
            "begin": begin, "end": self.traffic.now(),
            "loaded": all.loaded, "entered": all.entered, "finished": all.finished, "running": all.running,
            "waiting_outside": all.waiting, "stuck": all.stuck, "cut_off": all.cut_off, "unreachable": all.unreachable,
            "before_begin": all.too_early,
            "duration": all.duration, "time_loss": all.time_loss, "waiting": all.waiting_time, "halts": all.halts,
            "at_stops": all.at_stops,
            "depart_delay": all.depart_delay, "length": all.length, "approach_travel_time": all.approach_time,
            "travel_time": all.travel_time, "delay": all.delay,
            "throughput": all.finished as f64 / ((self.traffic.now() - begin) / 3600.0).max(1e-9),
            "emergency_stops": all.emergencies, "vehicle_steps": all.vehicle_steps,
            "cpu_seconds": self.cpu, "wall_seconds": self.wall, "load_seconds": self.loading, "peak_memory_mb": peak_memory(),
            "delay_index": all.delay_index, "band": BANDS[congestion::band(all.delay_index)].1,
            "tpi": congestion::performance(all.delay_index), "tomtom_percent": congestion::more(all.delay_index),
            "stuck_vehicles": stuck, "left_out": self.scenario.unsupported,
        })
    }
}
