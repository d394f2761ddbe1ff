//! How fast traffic has been on each link lately, for those who choose their way.

use super::Simulation;
use crate::ids::LinkId;
use crate::net::Network;

/// Speeds are means over so many seconds; an empty link counts with its limit.
const SECONDS: usize = 180;

/// Mean speeds of links, kept as what they fall short of the limits: only links with traffic need work.
#[derive(Debug)]
pub(super) struct Pace {
    /// For each link, the sum of its shortfalls in the window.
    short: Vec<f64>,
    /// For each second of the window, the links with traffic and their shortfalls.
    window: Vec<Vec<(LinkId, f64)>>,
    at: usize,
    /// Whether anybody chooses a way.
    wanted: bool,
}

impl Pace {
    pub fn new(net: &Network, wanted: bool) -> Self {
        Self { short: vec![0.0; net.links.len()], window: vec![Vec::new(); SECONDS], at: 0, wanted }
    }

    /// Whether anybody chooses a way.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// What a link takes somebody, as traffic is.
    pub fn seconds(&self, net: &Network, link: LinkId, factor: f64, max_speed: f64) -> f64 {
        let lane = &net.lanes[net.links[link.i()].first.i()];
        let pace = lane.speed - self.short[link.i()] / SECONDS as f64;
        (lane.length / pace.max(0.001)).max(lane.length / (lane.speed * factor).min(max_speed))
    }
}

impl Simulation<'_> {
    /// Notes how fast traffic is now.
    pub(super) fn watch(&mut self) {
        let pace = &mut self.pace;
        if !pace.wanted {
            return;
        }
        pace.at = (pace.at + 1) % SECONDS;
        let mut slot = std::mem::take(&mut pace.window[pace.at]);
        for (link, short) in slot.drain(..) {
            pace.short[link.i()] -= short;
        }
        // Lanes of a link follow each other.
        let mut active = self.active.iter().peekable();
        while let Some(lane) = active.next() {
            let link = self.net.lanes[lane.i()].link;
            let (mut sum, mut count) = (0.0, 0);
            let mut add = |lane: usize| {
                for vehicle in &self.on[lane] {
                    sum += self.cars[vehicle.i()].speed;
                    count += 1;
                }
            };
            add(lane.i());
            while let Some(beside) = active.next_if(|lane| self.net.lanes[lane.i()].link == link) {
                add(beside.i());
            }
            let short = self.net.lanes[lane.i()].speed - sum / f64::from(count);
            pace.short[link.i()] += short;
            slot.push((link, short));
        }
        pace.window[pace.at] = slot;
    }
}
