//! What happened by link, by junction and by interval. Nobody is told apart: there are sums alone.

use crate::congestion;
use crate::control::STANDING;
use crate::ids::{JunctionId, LinkId};
use crate::net::Network;
use crate::sim::{OfLink, Simulation};

/// What is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// All of the network.
    Network,
    /// A junction: the links that lead to it, and the junction itself.
    Junction(JunctionId),
    /// A link between junctions.
    Link(LinkId),
}

/// What happened somewhere in an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where.
    pub of: Of,
    /// From when to when, in seconds.
    pub span: [f64; 2],
    /// Vehicles that left it or ended there; of the network, those that arrived.
    pub left: u32,
    /// Seconds that vehicles spent, those that this would have been on an empty road, and those for which they stood, summed.
    pub seconds: f64,
    /// See `seconds`.
    pub free: f64,
    /// See `seconds`.
    pub waited: f64,
    /// Metres that were driven.
    pub driven: f64,
    /// How often somebody came to a stand.
    pub halts: u32,
    /// How many stood, on average and at most; of a junction and of the network, on all its links at once.
    pub queue: [f64; 2],
    /// Of the network: the mean duration and time loss of those who arrived in the interval.
    pub trips: Option<[f64; 2]>,
}

impl Row {
    /// See [`congestion::index`].
    pub fn delay_index(&self) -> f64 {
        congestion::index(self.seconds, self.free)
    }
}

/// A sum over an interval.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    of: OfLink,
    queues: f64,
    longest: u32,
    now: u32,
}

impl Sum {
    fn add(&mut self, of: &OfLink) {
        self.of.left += of.left;
        self.of.seconds += of.seconds;
        self.of.waited += of.waited;
        self.of.driven += of.driven;
        self.of.free += of.free;
        self.of.halts += of.halts;
    }

    /// A second is over.
    fn count(&mut self) {
        self.queues += f64::from(self.now);
        self.longest = self.longest.max(self.now);
        self.now = 0;
    }
}

/// Takes down what happens, interval by interval.
#[derive(Debug)]
pub struct Ledger<'n> {
    net: &'n Network,
    every: f64,
    from: f64,
    /// By link, all until the interval began.
    before: Vec<OfLink>,
    /// By link, by junction, and for the network.
    links: Vec<Sum>,
    junctions: Vec<Sum>,
    all: Sum,
    rows: Vec<Row>,
}

impl<'n> Ledger<'n> {
    /// Begins, with intervals of so many seconds.
    pub fn new(net: &'n Network, begin: f64, every: f64) -> Self {
        Self {
            net,
            every,
            from: begin,
            before: vec![OfLink::default(); net.links.len()],
            links: vec![Sum::default(); net.links.len()],
            junctions: vec![Sum::default(); net.junctions.len()],
            all: Sum::default(),
            rows: Vec::new(),
        }
    }

    /// The junction that a link leads to, or lies in.
    fn junction(&self, link: LinkId) -> Option<usize> {
        Some(self.net.links[link.i()].to).filter(|junction| junction.is_some()).map(JunctionId::i)
    }

    /// Takes down a second that is over.
    pub fn take(&mut self, traffic: &Simulation<'_>) {
        for place in traffic.cars().filter(|place| place.speed < STANDING) {
            let link = self.net.lanes[place.lane.i()].link;
            self.links[link.i()].now += 1;
            if let Some(junction) = self.junction(link) {
                self.junctions[junction].now += 1;
            }
            self.all.now += 1;
        }
        let sums = self.links.iter_mut().chain(&mut self.junctions);
        sums.for_each(Sum::count);
        self.all.count();
        if traffic.now() >= self.from + self.every - 1e-9 {
            self.close(traffic);
        }
    }

    /// Ends an interval.
    fn close(&mut self, traffic: &Simulation<'_>) {
        let span = [self.from, traffic.now()];
        for link in 0..self.net.links.len() {
            let (before, now) = (self.before[link], traffic.links()[link]);
            let of = OfLink {
                left: now.left - before.left,
                seconds: now.seconds - before.seconds,
                waited: now.waited - before.waited,
                driven: now.driven - before.driven,
                free: now.free - before.free,
                halts: now.halts - before.halts,
            };
            self.links[link].of = of;
            let inner = self.net.links[link].inner;
            if let Some(junction) = self.junction(LinkId::at(link)) {
                // Whoever crosses a junction left it once.
                let left = if inner { 0 } else { of.left };
                self.junctions[junction].add(&OfLink { left, ..of });
            }
            self.all.add(&of);
        }
        self.before.copy_from_slice(traffic.links());
        let mut arrived = [0.0; 3];
        for trip in traffic.trips() {
            // The second in which somebody arrives is told by its beginning.
            if let Some(at) = trip.arrived.filter(|at| *at >= span[0] && *at < span[1]) {
                arrived = [arrived[0] + 1.0, arrived[1] + at - trip.departed, arrived[2] + trip.lost];
            }
        }
        self.all.of.left = arrived[0] as u32;
        let mut all = row(Of::Network, span, &self.all);
        all.trips = (arrived[0] > 0.0).then(|| [arrived[1] / arrived[0], arrived[2] / arrived[0]]);
        self.rows.push(all);
        let seen = |sum: &Sum| sum.of.seconds > 0 || sum.longest > 0;
        let junctions = self.junctions.iter().enumerate().filter(|(_, sum)| seen(sum));
        self.rows.extend(junctions.map(|(place, sum)| row(Of::Junction(JunctionId::at(place)), span, sum)));
        let links =
            self.links.iter().enumerate().filter(|(link, sum)| !self.net.links[*link].inner && seen(sum));
        self.rows.extend(links.map(|(place, sum)| row(Of::Link(LinkId::at(place)), span, sum)));
        self.links.fill(Sum::default());
        self.junctions.fill(Sum::default());
        (self.all, self.from) = (Sum::default(), span[1]);
    }

    /// Everything, with the interval that has begun.
    pub fn rows(mut self, traffic: &Simulation<'_>) -> Vec<Row> {
        if traffic.now() > self.from {
            self.close(traffic);
        }
        self.rows
    }
}

fn row(of: Of, span: [f64; 2], sum: &Sum) -> Row {
    let Sum { of: told, queues, longest, .. } = sum;
    Row {
        of,
        span,
        left: told.left,
        seconds: f64::from(told.seconds),
        free: told.free,
        waited: f64::from(told.waited),
        driven: told.driven,
        halts: told.halts,
        queue: [queues / (span[1] - span[0]).max(1.0), f64::from(*longest)],
        trips: None,
    }
}
