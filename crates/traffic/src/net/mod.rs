//! The road network: links, lanes, movements, junctions with their right of way, signals. Arrays, one entry per thing.

mod build;
mod class;
mod conflict;
mod gate;
pub mod shape;

pub use build::{Builder, MovementPlan};
pub use class::{Classes, NAMES as CLASS_NAMES};
pub use conflict::Conflict;
pub(crate) use gate::Gate;

use crate::ids::{JunctionId, LaneId, LinkId, MovementId, SignalId};
use shape::Point;
use std::ops::Range;
use std::sync::OnceLock;

/// A road network, ready to be driven on.
#[derive(Debug, Default, Clone)]
pub struct Network {
    /// Links, with those inside junctions.
    pub links: Vec<Link>,
    /// Lanes; those of one link lie together, from the right.
    pub lanes: Vec<Lane>,
    /// The middle of each lane.
    pub shapes: Vec<Vec<Point>>,
    /// Movements; those that leave one lane lie together.
    pub movements: Vec<Movement>,
    /// Junctions.
    pub junctions: Vec<Junction>,
    /// Signals.
    pub signals: Vec<Signal>,
    pub(crate) incoming: Vec<MovementId>,
    pub(crate) foes: Vec<MovementId>,
    pub(crate) conflicts: Vec<Conflict>,
    /// For each conflict, the other lane. Most are empty, so that nothing else is asked of them.
    pub(crate) met: Vec<LaneId>,
    pub(crate) answers: Vec<u64>,
    pub(crate) gates: Vec<Gate>,
    /// Links by their names, once somebody asks for one.
    pub(crate) named: OnceLock<Vec<LinkId>>,
}

/// Lanes side by side.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its name in the file.
    pub name: String,
    /// Where it begins.
    pub from: JunctionId,
    /// Where it ends.
    pub to: JunctionId,
    /// Its first lane, the rightmost.
    pub first: LaneId,
    /// How many lanes it has.
    pub lanes: u32,
    /// Whether it lies inside a junction.
    pub inner: bool,
    /// Whether it is part of a roundabout.
    pub roundabout: bool,
}

/// A lane, in one line of the cache.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub struct Lane {
    /// The link that it belongs to.
    pub link: LinkId,
    /// Its place from the right, from 0.
    pub index: u32,
    /// Metres.
    pub length: f64,
    /// The limit in m/s.
    pub speed: f64,
    /// Metres.
    pub width: f64,
    /// Who may use it.
    pub allow: Classes,
    /// The junction at its end; the one that it lies in, for inner lanes.
    pub at: JunctionId,
    pub(crate) inner: bool,
    /// Whether its link is part of a roundabout, and whether it has other lanes.
    pub(crate) roundabout: bool,
    pub(crate) beside: bool,
    /// Whether no other lane of its link lies on its left.
    pub(crate) leftmost: bool,
    pub(crate) leaving: (u32, u32),
    pub(crate) coming: (u32, u32),
}

/// Which way a movement turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Straight on.
    Straight,
    /// To the left, or half left.
    Left,
    /// To the right, or half right.
    Right,
    /// Back.
    Around,
}

/// The way from the end of a lane to the start of another. Inside a junction it goes over inner lanes: then the entry, the
/// steps between inner lanes and the exit are movements of their own.
#[derive(Debug, Clone)]
pub struct Movement {
    /// The lane that it leaves.
    pub from: LaneId,
    /// The inner lane that it enters, if there is one.
    pub via: LaneId,
    /// The lane that it leads to in the end.
    pub to: LaneId,
    /// Which way it turns.
    pub turn: Turn,
    /// What shows it lights.
    pub signal: SignalId,
    /// Its place among the lights of the signal.
    pub light: u32,
    /// Its right of way while no signal rules: `M` major, `m` minor, `=` by the right, `s` stop, `w` all stop, `Z` zip.
    pub right: u8,
    /// Whether vehicles wait inside the junction for their gap.
    pub waits_inside: bool,
    /// Whether nobody may stand on it when traffic behind it is stuck.
    pub keep_clear: bool,
    /// How near one must be to see everyone who has the right of way, in metres.
    pub sight: f64,
    /// Its place in the junction's right of way.
    pub place: u32,
    /// The junction.
    pub junction: JunctionId,
    /// The movement by which the junction was entered: itself, if it is one.
    pub entry: MovementId,
    /// How tightly it turns, in metres, for movements that leave an inner lane to the left.
    pub radius: f64,
    pub(crate) has_foes: bool,
}

impl Movement {
    /// The lane that is entered next.
    #[inline]
    pub fn next(&self) -> LaneId {
        if self.via.is_some() { self.via } else { self.to }
    }
}

/// A junction.
#[derive(Debug, Clone, Default)]
pub struct Junction {
    /// Its name in the file.
    pub name: String,
    /// Where it is.
    pub place: Point,
    /// What rules it, in the file's word.
    pub kind: String,
    /// Where its rows of right of way begin, and how many words a row has.
    pub(crate) answers: (u32, u32),
}

/// What shows lights to movements.
#[derive(Debug, Clone, Default)]
pub struct Signal {
    /// Its name in the file.
    pub name: String,
    /// Movements by their place among the lights; one light may rule several.
    pub lights: Vec<Vec<MovementId>>,
    /// The programme that the network brings.
    pub program: Program,
    /// Where people cross by its lights.
    pub walks: Vec<Walk>,
}

/// Where people cross the road.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Walk {
    /// Its place among the lights.
    pub light: u32,
    /// Metres from side to side.
    pub length: f64,
}

/// A signal's programme: phases in turn.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Program {
    /// When the first phase begins, in seconds.
    pub offset: f64,
    /// The phases.
    pub phases: Vec<Phase>,
    /// Whether phases last for as long as vehicles keep coming, and how that is told; for as long as they say if none.
    pub gaps: Option<Gaps>,
}

/// When vehicles keep coming over the loops before lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaps {
    /// Seconds after the last vehicle in which one more still makes a phase longer.
    pub longest: f64,
    /// How far before a line its loop lies, in seconds at the lane's limit.
    pub ahead: f64,
    /// Seconds that each vehicle of a queue takes over the line.
    pub passing: f64,
}

impl Default for Gaps {
    fn default() -> Self {
        Self { longest: 3.0, ahead: 2.0, passing: 1.9 }
    }
}

/// A phase: lights, and how long they stay.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Seconds.
    pub duration: f64,
    /// At least so many seconds, if the file says so.
    pub min: Option<f64>,
    /// At most so many seconds, if the file says so.
    pub max: Option<f64>,
    /// A letter for each light: `G` protected, `g` permitted, `y` yellow, `r` red, `u` red and yellow, `s` after a stop.
    pub lights: Vec<u8>,
}

impl Network {
    /// The movements that leave a lane.
    #[inline]
    pub fn leaving(&self, lane: LaneId) -> Range<usize> {
        let (from, to) = self.lanes[lane.i()].leaving;
        from as usize..to as usize
    }

    /// The movements that lead onto a lane directly.
    #[inline]
    pub fn coming(&self, lane: LaneId) -> &[MovementId] {
        let (from, to) = self.lanes[lane.i()].coming;
        &self.incoming[from as usize..to as usize]
    }

    /// The movements to which this one must give way.
    #[inline]
    pub fn foes(&self, movement: MovementId) -> &[MovementId] {
        &self.foes[self.gates[movement.i()].foes()]
    }

    /// A movement as those see it who come to it.
    #[inline]
    pub(crate) fn gate(&self, movement: MovementId) -> &Gate {
        &self.gates[movement.i()]
    }

    /// Where the inner lane that a movement leaves meets others.
    #[inline]
    pub fn conflicts(&self, movement: MovementId) -> impl Iterator<Item = (LaneId, &Conflict)> {
        let own = self.gates[movement.i()].conflicts();
        self.met[own.clone()].iter().copied().zip(&self.conflicts[own])
    }

    /// Whether the movement at one place of a junction's right of way must give way to that at another.
    #[inline]
    pub(crate) fn yields(&self, junction: JunctionId, place: u32, to: u32) -> bool {
        let (from, words) = self.junctions[junction.i()].answers;
        let word = from + place * words + to / 64;
        to / 64 < words && self.answers.get(word as usize).is_some_and(|word| word >> (to % 64) & 1 == 1)
    }

    /// The lanes of a link.
    #[inline]
    pub fn lanes_of(&self, link: LinkId) -> Range<usize> {
        let link = &self.links[link.i()];
        link.first.i()..link.first.i() + link.lanes as usize
    }

    /// Whether a movement leads from one link to another.
    pub fn leads(&self, from: LinkId, to: LinkId) -> bool {
        let movements = self.lanes_of(from).flat_map(|lane| self.leaving(LaneId::at(lane)));
        let mut ends = movements.map(|movement| self.lanes[self.movements[movement].to.i()].link);
        ends.any(|link| link == to)
    }

    /// A lane's name, as the file has it.
    pub fn lane_name(&self, lane: LaneId) -> String {
        let lane = &self.lanes[lane.i()];
        format!("{}_{}", self.links[lane.link.i()].name, lane.index)
    }

    /// The link of a name.
    pub fn link_named(&self, name: &str) -> Option<LinkId> {
        let of = |link: &LinkId| self.links[link.i()].name.as_str();
        let named = self.named.get_or_init(|| {
            let mut all: Vec<LinkId> = (0..self.links.len()).map(LinkId::at).collect();
            all.sort_by(|one, other| of(one).cmp(of(other)));
            all
        });
        named.binary_search_by(|link| of(link).cmp(name)).ok().map(|place| named[place])
    }

    /// The lane of a name.
    pub fn lane_named(&self, name: &str) -> Option<LaneId> {
        let (link, index) = name.rsplit_once('_')?;
        let index: usize = index.parse().ok()?;
        self.lanes_of(self.link_named(link)?).nth(index).map(LaneId::at)
    }

    /// Links that are not inside junctions.
    pub fn roads(&self) -> impl Iterator<Item = LinkId> + '_ {
        (0..self.links.len()).map(LinkId::at).filter(|link| !self.links[link.i()].inner)
    }
}
