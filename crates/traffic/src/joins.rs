//! How links join: for each pair of links, from which lane to which one comes. Kept close together, since every way asks for it
//! link by link.

use crate::ids::{LaneId, LinkId};
use crate::memory::fetch;
use crate::net::{Classes, Network};

/// A movement from a lane of one link to a lane of the next; lanes by their places on their links.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Join {
    pub lane: u16,
    pub to: u16,
    /// Its place among the movements that leave the lane.
    pub turn: u16,
}

/// A link as ways see it.
#[derive(Debug, Clone, Copy)]
struct Road {
    first: LaneId,
    lanes: u32,
    /// Its first pair.
    pairs: u32,
    /// Who may use each of its lanes.
    allow: Classes,
}

/// Joins of all links, by the lane that they leave, in the order of the movements.
#[derive(Debug, Clone, Default)]
pub(crate) struct Joins {
    roads: Vec<Road>,
    /// The link that comes next, and its first join.
    pairs: Vec<(LinkId, u32)>,
    joins: Vec<Join>,
    /// By lane, metres.
    lengths: Vec<f32>,
}

impl Joins {
    pub fn of(net: &Network) -> Self {
        let mut all =
            Self { lengths: net.lanes.iter().map(|lane| lane.length as f32).collect(), ..Self::default() };
        let mut own: Vec<(LinkId, Join)> = Vec::new();
        for link in &net.links {
            let (first, lanes) = (link.first, link.lanes);
            let own_lanes = &net.lanes[first.i()..first.i() + lanes as usize];
            let allow = Classes(own_lanes.iter().fold(Classes::ALL.0, |all, lane| all & lane.allow.0));
            all.roads.push(Road { first, lanes, pairs: all.pairs.len() as u32, allow });
            own.clear();
            for index in 0..link.lanes {
                let lane = LaneId(link.first.0 + index);
                for (turn, movement) in net.leaving(lane).enumerate() {
                    let to = &net.lanes[net.movements[movement].to.i()];
                    own.push((to.link, Join { lane: index as u16, to: to.index as u16, turn: turn as u16 }));
                }
            }
            // Joins of one lane stay in the order of its movements.
            own.sort_by_key(|(to, join)| (*to, join.lane));
            for pair in own.chunk_by(|one, other| one.0 == other.0) {
                all.pairs.push((pair[0].0, all.joins.len() as u32));
                all.joins.extend(pair.iter().map(|(_, join)| *join));
            }
        }
        let pairs = all.pairs.len() as u32;
        all.roads.push(Road { first: LaneId::NONE, lanes: 0, pairs, allow: Classes(0) });
        all.pairs.push((LinkId::NONE, all.joins.len() as u32));
        all
    }

    /// Asks the memory for what will be needed of links, of those that come after others first.
    #[inline]
    pub fn fetch(&self, links: &[LinkId]) {
        fetch(&self.roads, links[0].i());
        if let Some(road) = links.get(2).and_then(|link| self.roads.get(link.i())) {
            fetch(&self.pairs, road.pairs as usize);
            fetch(&self.lengths, road.first.i());
        }
    }

    /// How many lanes a link has.
    pub fn lanes(&self, link: LinkId) -> u32 {
        self.roads[link.i()].lanes
    }

    /// A link's rightmost lane.
    pub fn first(&self, link: LinkId) -> LaneId {
        self.roads[link.i()].first
    }

    /// Whether each lane of a link takes a class, while none is closed.
    pub fn takes(&self, link: LinkId, class: Classes) -> bool {
        self.roads[link.i()].allow.has(class)
    }

    /// Metres of a lane.
    pub fn length(&self, lane: LaneId) -> f32 {
        self.lengths[lane.i()]
    }

    /// The joins of two links; none where one does not lead to the other.
    pub fn between(&self, from: LinkId, to: LinkId) -> &[Join] {
        let [pairs, end] = [self.roads[from.i()].pairs, self.roads[from.i() + 1].pairs];
        let own = pairs as usize..end as usize;
        let Some(pair) = own.into_iter().find(|pair| self.pairs[*pair].0 == to) else { return &[] };
        &self.joins[self.pairs[pair].1 as usize..self.pairs[pair + 1].1 as usize]
    }
}
