//! Who may come onto which lane now: as the network has it, less what is closed for a time.

use crate::demand::{Closure, Rules};
use crate::ids::{LaneId, LinkId};
use crate::net::{Classes, Network};

/// Lanes by who may come onto them.
#[derive(Debug, Clone)]
pub struct Open {
    now: Vec<Classes>,
    /// Whether any lane is closed.
    closed: bool,
    /// Whether vehicles are queues, which come from a lane to any of the next link.
    queues: bool,
}

impl Open {
    /// All lanes as the network has them.
    pub fn of(net: &Network, rules: Rules) -> Self {
        let now = net.lanes.iter().map(|lane| lane.allow).collect();
        Self { now, closed: false, queues: rules == Rules::Meso }
    }

    /// Closes what is closed at a moment, and opens everything else. Says for each link whether that is new for one of its lanes,
    /// if it is for any.
    pub fn set(&mut self, net: &Network, closures: &[Closure], now: f64) -> Option<Vec<bool>> {
        let mut open: Vec<Classes> = net.lanes.iter().map(|lane| lane.allow).collect();
        for closure in closures.iter().filter(|closure| (closure.from..closure.to).contains(&now)) {
            open[closure.lane.i()].0 &= !closure.shut.0;
        }
        // A lane that is closed for those alone whom it never takes is as it was.
        self.closed = open.iter().zip(&net.lanes).any(|(now, lane)| *now != lane.allow);
        let mut changed = vec![false; net.links.len()];
        for (lane, _) in open.iter().zip(&self.now).enumerate().filter(|(_, (new, old))| new != old) {
            changed[net.lanes[lane].link.i()] = true;
        }
        self.now = open;
        changed.contains(&true).then_some(changed)
    }

    /// Whether any lane is closed.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether a class may come onto a lane.
    #[inline]
    pub fn takes(&self, lane: LaneId, class: Classes) -> bool {
        self.now[lane.i()].has(class)
    }

    /// Whether a way may lead onto a lane.
    pub fn leads_onto(&self, net: &Network, lane: LaneId, class: Classes) -> bool {
        let of = || &net.lanes[lane.i()];
        self.takes(lane, class)
            || (self.queues && of().allow.has(class) && self.enters(net, of().link, class))
    }

    /// Whether somebody on a lane may drive on to its end: not on a closed one, unless the whole link is closed; then whoever is
    /// there drives out.
    pub fn lets_out(&self, net: &Network, lane: LaneId, class: Classes) -> bool {
        let of = || &net.lanes[lane.i()];
        self.takes(lane, class) || (of().allow.has(class) && !self.enters(net, of().link, class))
    }

    /// Whether a class may come onto any lane of a link.
    pub fn enters(&self, net: &Network, link: LinkId, class: Classes) -> bool {
        net.lanes_of(link).any(|lane| self.now[lane].has(class))
    }

    /// Whether one comes from a link to another.
    pub fn leads(&self, net: &Network, [from, to]: [LinkId; 2], class: Classes) -> bool {
        let lanes = net.lanes_of(from).map(LaneId::at).filter(|lane| self.lets_out(net, *lane, class));
        let mut onto = lanes.flat_map(|lane| net.leaving(lane)).map(|movement| net.movements[movement].to);
        onto.any(|lane| net.lanes[lane.i()].link == to && self.leads_onto(net, lane, class))
    }
}
