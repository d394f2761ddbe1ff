//! Ways through the network: the fastest one for a trip, and for every lane along a route how far one gets on it.

use crate::demand::{Demand, Rules, Way};
use crate::ids::{LaneId, LinkId, MovementId};
use crate::net::{Classes, Network};
use crate::open::Open;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

/// Seconds that a driver reckons with for crossing a junction without the right of way, where no signal helps.
const MINOR: f64 = 1.5;

/// From link to link: the neighbours that a class can reach, and the movement that leads there.
#[derive(Debug)]
struct Neighbours {
    first: Vec<u32>,
    to: Vec<(LinkId, MovementId)>,
}

impl Neighbours {
    fn of(net: &Network, class: Classes, open: &Open) -> Self {
        let mut neighbours = Self { first: vec![0], to: Vec::new() };
        for link in 0..net.links.len() {
            let from = neighbours.to.len();
            for lane in net.lanes_of(LinkId::at(link)).filter(|lane| !net.lanes[*lane].inner) {
                if !open.lets_out(net, LaneId::at(lane), class) {
                    continue;
                }
                for movement in net.leaving(LaneId::at(lane)) {
                    let lane = net.movements[movement].to;
                    let to = net.lanes[lane.i()].link;
                    let known = neighbours.to[from..].iter().any(|(link, _)| *link == to);
                    if !known && open.leads_onto(net, lane, class) {
                        neighbours.to.push((to, MovementId::at(movement)));
                    }
                }
            }
            neighbours.first.push(neighbours.to.len() as u32);
        }
        neighbours
    }

    fn reached(&self, link: LinkId) -> &[(LinkId, MovementId)] {
        &self.to[self.first[link.i()] as usize..self.first[link.i() + 1] as usize]
    }
}

#[derive(Debug, PartialEq)]
struct Reached(f64, LinkId);

impl Eq for Reached {}

impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        other.0.total_cmp(&self.0).then(other.1.cmp(&self.1))
    }
}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Finds fastest ways for one class of vehicles (Dijkstra 1959); keeps what it needs between searches.
#[derive(Debug)]
pub struct Router {
    neighbours: Neighbours,
    best: Vec<f64>,
    before: Vec<LinkId>,
    touched: Vec<LinkId>,
    heap: BinaryHeap<Reached>,
}

impl Router {
    /// A router for a class, on the lanes that are open.
    pub fn new(net: &Network, class: Classes, open: &Open) -> Self {
        Self {
            neighbours: Neighbours::of(net, class, open),
            best: vec![f64::INFINITY; net.links.len()],
            before: vec![LinkId::NONE; net.links.len()],
            touched: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    /// The fastest way over some links, if there is one; `seconds` says what a link takes, those inside junctions too. The same
    /// link twice in a row is a round that leads back to it.
    pub fn over(
        &mut self,
        net: &Network,
        links: &[LinkId],
        seconds: &dyn Fn(LinkId) -> f64,
    ) -> Option<Vec<LinkId>> {
        let mut whole: Vec<LinkId> = links.iter().copied().take(1).collect();
        for pair in links.windows(2) {
            whole.extend(self.way(net, pair[0], pair[1], seconds)?.into_iter().skip(1));
        }
        Some(whole)
    }

    fn way(
        &mut self,
        net: &Network,
        from: LinkId,
        to: LinkId,
        seconds: &dyn Fn(LinkId) -> f64,
    ) -> Option<Vec<LinkId>> {
        for link in self.touched.drain(..) {
            self.best[link.i()] = f64::INFINITY;
        }
        self.heap.clear();
        self.heap.push(Reached(0.0, from));
        // The end of a round is where it begins, come to anew.
        let mut begun = from != to;
        self.best[from.i()] = if begun { 0.0 } else { f64::INFINITY };
        self.touched.push(from);
        while let Some(Reached(so_far, link)) = self.heap.pop() {
            if link == to && begun {
                let mut way = vec![to, self.before[to.i()]];
                while let Some(last) = way.last().copied().filter(|last| *last != from) {
                    way.push(self.before[last.i()]);
                }
                way.reverse();
                return Some(way);
            }
            begun = true;
            if so_far > self.best[link.i()] {
                continue;
            }
            for (next, movement) in self.neighbours.reached(link) {
                let total = so_far + crossing(net, *movement, seconds) + seconds(*next);
                if total < self.best[next.i()] {
                    self.best[next.i()] = total;
                    self.before[next.i()] = link;
                    self.touched.push(*next);
                    self.heap.push(Reached(total, *next));
                }
            }
        }
        None
    }
}

/// Seconds across a junction.
fn crossing(net: &Network, movement: MovementId, seconds: &dyn Fn(LinkId) -> f64) -> f64 {
    let entry = &net.movements[movement.i()];
    let mut sum = 0.0;
    if !entry.right.is_ascii_uppercase() && !entry.signal.is_some() {
        sum += MINOR;
    }
    let mut lane = entry.via;
    while lane.is_some() {
        sum += seconds(net.lanes[lane.i()].link);
        lane = net.leaving(lane).next().map_or(LaneId::NONE, |next| net.movements[next].via);
    }
    sum
}

/// What lies before a vehicle that is on a lane of its route.
#[derive(Debug, Clone, Copy)]
pub struct Ahead {
    /// Metres from the start of the lane that it can go without having to change.
    pub length: f32,
    /// How many lanes to the left the best one lies; to the right if negative.
    pub offset: i32,
    /// The movement by which it goes on; none where the lane leads elsewhere or the route ends.
    pub movement: MovementId,
}

/// Where one stands next on a way: at a stage, a lane and a place on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NextStop {
    pub stage: u32,
    pub lane: LaneId,
    /// In millimetres.
    pub pos: u32,
}

/// What a way follows from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Course {
    pub links: Vec<LinkId>,
    pub class: Classes,
    pub next: Option<NextStop>,
    /// Whether it leads onto the second link even if that is closed, since one could not stop before it any more.
    pub bound: bool,
}

impl Course {
    /// The course over some links to the end.
    pub fn over(links: Vec<LinkId>, class: Classes) -> Self {
        Self { links, class, next: None, bound: false }
    }
}

/// For each route and class of vehicles: what lies before every lane along it.
#[derive(Debug, Clone)]
pub struct Ways {
    /// Who may come onto which lane.
    pub(crate) open: Open,
    /// For each way, its first stage.
    pub(crate) first: Vec<u32>,
    /// For each way, how many stages it has.
    pub(crate) stages: Vec<u32>,
    /// For each stage, what lies before its rightmost lane; the others follow.
    pub(crate) place: Vec<u32>,
    pub(crate) links: Vec<LinkId>,
    pub(crate) ahead: Vec<Ahead>,
    /// The way of each vehicle; `u32::MAX` if it has none yet.
    pub(crate) of: Vec<u32>,
    /// Whether lanes lead on by CityFlow's choice: to the lane that lies straight ahead, of those from which the way goes on.
    pub(crate) straight: bool,
    known: HashMap<Course, u32>,
}

impl Ways {
    /// The ways of all vehicles that have their route; trips get theirs when they depart.
    pub fn of(net: &Network, demand: &Demand) -> Self {
        let straight = demand.rules == Rules::CityFlow;
        let mut ways = Self {
            open: Open::of(net, demand.rules),
            first: Vec::new(),
            stages: Vec::new(),
            place: Vec::new(),
            links: Vec::new(),
            ahead: Vec::new(),
            of: Vec::new(),
            straight,
            known: HashMap::new(),
        };
        for vehicle in &demand.vehicles {
            let class = demand.kinds[vehicle.kind as usize].class;
            let way = match &vehicle.way {
                Way::Route(route) => ways.way(net, Course::over(demand.routes[route.i()].clone(), class)),
                _ => u32::MAX,
            };
            ways.of.push(way);
        }
        ways
    }

    /// The way of a course.
    pub(crate) fn way(&mut self, net: &Network, course: Course) -> u32 {
        if let Some(way) = self.known.get(&course) {
            return *way;
        }
        let way = self.add(net, &course);
        self.known.insert(course, way);
        way
    }

    /// Forgets ways over links that changed: they are worked out anew for whoever takes them next.
    pub(crate) fn forget(&mut self, changed: &[bool]) {
        self.known.retain(|course, _| !course.links.iter().any(|link| changed[link.i()]));
    }

    /// The links of a way.
    pub(crate) fn links_of(&self, way: u32) -> &[LinkId] {
        let first = self.first[way as usize] as usize;
        &self.links[first..first + self.stages[way as usize] as usize]
    }

    /// Adds a way, from its last link to its first. How far one gets on a lane is as Erdmann (2014) has it: to the end of the
    /// route if a lane beside can be had on the next link, else to where the lane leads elsewhere.
    fn add(&mut self, net: &Network, course: &Course) -> u32 {
        let links = &course.links;
        let (first, base) = (self.links.len(), self.ahead.len());
        let mut place = base as u32;
        for link in links {
            self.place.push(place);
            self.links.push(*link);
            place += net.links[link.i()].lanes;
        }
        self.ahead.resize(place as usize, Ahead { length: 0.0, offset: 0, movement: MovementId::NONE });
        for stage in (0..links.len()).rev() {
            let own = self.place[first + stage] as usize;
            let next = links.get(stage + 1).map(|link| (*link, self.place[first + stage + 1] as usize));
            let next = next.map(|(link, place)| (link, &self.ahead[place..]));
            let of = Stage { net, open: &self.open, course, stage };
            for (lane, ahead) in of.ahead(next).into_iter().enumerate() {
                self.ahead[own + lane] = ahead;
            }
            if let Some(next) = links.get(stage + 1).filter(|_| self.straight) {
                for lane in net.lanes_of(links[stage]) {
                    let place = own + net.lanes[lane].index as usize;
                    self.ahead[place].movement =
                        straight_on(net, LaneId::at(lane), *next, links.get(stage + 2));
                }
            }
        }
        self.first.push(first as u32);
        self.stages.push(links.len() as u32);
        self.first.len() as u32 - 1
    }
}

/// A stage of a course: a link that it leads over.
struct Stage<'s> {
    net: &'s Network,
    open: &'s Open,
    course: &'s Course,
    stage: usize,
}

impl Stage<'_> {
    /// What lies before each lane of the link, given what lies before those of the next. Where one stands on a lane, the others
    /// lead no farther.
    fn ahead(&self, next: Option<(LinkId, &[Ahead])>) -> Vec<Ahead> {
        let (net, class) = (self.net, self.course.class);
        let link = self.course.links[self.stage];
        let stop = self.course.next.filter(|next| next.stage as usize == self.stage);
        let lanes = net.lanes_of(link);
        let mut own = Vec::with_capacity(lanes.len());
        let farthest = |lanes: &[Ahead]| lanes.iter().map(|lane| lane.length).fold(0.0f32, f32::max);
        let reach = next.map_or(0.0, |(to, after)| connected_reach(net, link, to, after));
        for lane in lanes.clone() {
            let allowed = self.open.lets_out(net, LaneId::at(lane), class);
            let mut ahead =
                Ahead { length: net.lanes[lane].length as f32, offset: 0, movement: MovementId::NONE };
            if !allowed {
                ahead.length = 0.0;
            } else if let Some(stop) = stop.filter(|stop| stop.lane.i() != lane) {
                ahead.length = stop.pos as f32 / 1000.0;
            } else if let Some((link, after)) = next {
                let after = &after[..net.links[link.i()].lanes as usize];
                if let Some((movement, to)) = self.connected(LaneId::at(lane), link, after) {
                    let beside = to.length >= reach && to.offset.abs() < 2;
                    ahead.length += if beside { farthest(after) } else { to.length };
                    ahead.offset = to.offset;
                    ahead.movement = movement;
                }
            }
            own.push((ahead, allowed));
        }
        offsets(own)
    }

    /// The movement from a lane to the lane of the next link on which one gets farthest.
    fn connected(&self, lane: LaneId, link: LinkId, after: &[Ahead]) -> Option<(MovementId, Ahead)> {
        let (net, class) = (self.net, self.course.class);
        let bound = self.course.bound && self.stage == 0;
        let mut best: Option<(MovementId, Ahead)> = None;
        for movement in net.leaving(lane) {
            let onto = net.movements[movement].to;
            let to = &net.lanes[onto.i()];
            let open = self.open.leads_onto(net, onto, class) || (bound && to.allow.has(class));
            if to.link != link || !open {
                continue;
            }
            let ahead = after[to.index as usize];
            if best.is_none_or(|(_, best)| better(&ahead, &best)) {
                best = Some((MovementId::at(movement), ahead));
            }
        }
        best
    }
}

/// Whether one gets farther on a lane than on another, or as far with fewer changes.
fn better(one: &Ahead, other: &Ahead) -> bool {
    one.length > other.length || (one.length == other.length && one.offset.abs() < other.offset.abs())
}

/// How many lanes away from each the best one lies, of those that are allowed.
fn offsets(own: Vec<(Ahead, bool)>) -> Vec<Ahead> {
    let mut best: Option<(usize, usize)> = None;
    for (place, (ahead, _)) in own.iter().enumerate().filter(|(_, (_, allowed))| *allowed) {
        match best {
            Some((first, _)) if better(&own[first].0, ahead) => {}
            Some((first, _)) if !better(ahead, &own[first].0) => best = Some((first, place)),
            _ => best = Some((place, place)),
        }
    }
    let (first, last) = best.unwrap_or_default();
    let top = own.get(first).map(|(ahead, _)| *ahead);
    let finish = |(place, (mut ahead, _)): (usize, (Ahead, bool))| {
        let lesser = top.is_some_and(|top| better(&top, &ahead));
        ahead.offset = match lesser {
            true if place < first => first as i32 - place as i32,
            true => last as i32 - place as i32,
            false => 0,
        };
        ahead
    };
    own.into_iter().enumerate().map(finish).collect()
}

/// The movement from a lane to a link that shifts least aside, if possible to a lane from which one comes to the link after.
fn straight_on(net: &Network, lane: LaneId, link: LinkId, after: Option<&LinkId>) -> MovementId {
    // Counted from the left, as CityFlow does.
    let from_left = |lane: LaneId| {
        let of = &net.lanes[lane.i()];
        net.links[of.link.i()].lanes - 1 - of.index
    };
    let leads = |lane: LaneId, to: LinkId| {
        net.leaving(lane).any(|movement| net.lanes[net.movements[movement].to.i()].link == to)
    };
    let onto = || net.leaving(lane).filter(|on| net.lanes[net.movements[*on].to.i()].link == link);
    let good = |on: &usize| after.is_none_or(|after| leads(net.movements[*on].to, *after));
    let aside = |on: &usize| from_left(net.movements[*on].to).abs_diff(from_left(lane));
    let best = onto().filter(good).min_by_key(aside).or_else(|| onto().min_by_key(aside));
    best.map_or(MovementId::NONE, MovementId::at)
}

/// How far one gets on the lanes of the next link that can be reached from any lane of a link.
fn connected_reach(net: &Network, from: LinkId, link: LinkId, after: &[Ahead]) -> f32 {
    let movements = net.lanes_of(from).flat_map(|lane| net.leaving(LaneId::at(lane)));
    let lanes = movements.map(|movement| &net.lanes[net.movements[movement].to.i()]);
    lanes.filter(|to| to.link == link).map(|to| after[to.index as usize].length).fold(0.0, f32::max)
}
