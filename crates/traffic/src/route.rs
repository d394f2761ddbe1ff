//! Ways through the network: the fastest one for a trip, and for every lane along a route how far one gets on it.

use crate::crew::Crew;
use crate::demand::{Demand, Rules};
use crate::ids::{LaneId, LinkId, MovementId, RouteId};
use crate::joins::Joins;
use crate::net::{Classes, Lane, Network};
use crate::open::Open;
use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

/// Seconds that a driver reckons with for crossing a junction without the right of way, where no signal helps.
const MINOR: f64 = 1.5;
/// Fewer ways than this are not worth waking a thread for.
const WORTH: usize = 12;

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
    pub offset: i16,
    /// By which of the movements that leave the lane it goes on; [`Ahead::NOWHERE`] where the lane leads elsewhere or the route
    /// ends.
    turn: u16,
}

impl Ahead {
    const NOWHERE: u16 = u16::MAX;
    /// Nothing lies before.
    pub(crate) const NOTHING: Self = Self { length: 0.0, offset: 0, turn: Self::NOWHERE };

    /// Whether it goes on from the lane.
    #[inline]
    pub fn goes_on(&self) -> bool {
        self.turn != Self::NOWHERE
    }

    /// The movement by which it goes on from the lane, if it does.
    #[inline]
    pub fn movement(&self, lane: &Lane) -> MovementId {
        if self.goes_on() { MovementId(lane.leaving.0 + u32::from(self.turn)) } else { MovementId::NONE }
    }
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

/// For each route and class of vehicles: what lies before every lane along it. A way is worked out when somebody takes it.
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
    joins: Joins,
    /// Ways of whole routes while all lanes are open, and of all other courses.
    whole: HashMap<(RouteId, Classes), u32>,
    known: HashMap<Course, u32>,
}

impl Ways {
    /// No ways yet.
    pub fn of(net: &Network, demand: &Demand) -> Self {
        // Room for all routes, so that nothing is moved as they come; what is not used costs nothing.
        let stages = demand.routes.iter().map(Vec::len).sum();
        let roads = net.links.iter().filter(|link| !link.inner);
        let (roads, lanes) =
            roads.fold((0, 0), |(roads, lanes), link| (roads + 1, lanes + link.lanes as usize));
        Self {
            open: Open::of(net, demand.rules),
            first: Vec::new(),
            stages: Vec::new(),
            place: Vec::with_capacity(stages),
            links: Vec::with_capacity(stages),
            ahead: Vec::with_capacity((stages * lanes).div_ceil(roads.max(1))),
            of: vec![u32::MAX; demand.vehicles.len()],
            straight: demand.rules == Rules::CityFlow,
            joins: Joins::of(net),
            whole: HashMap::new(),
            known: HashMap::new(),
        }
    }

    /// The way of a course.
    pub(crate) fn way(&mut self, net: &Network, course: Course) -> u32 {
        if let Some(way) = self.known.get(&course) {
            return *way;
        }
        let way = self.add(net, &course.links, &course);
        self.known.insert(course, way);
        way
    }

    /// The way of a whole route, where no lane is ever closed.
    pub(crate) fn route(&mut self, net: &Network, demand: &Demand, route: RouteId, class: Classes) -> u32 {
        if let Some(way) = self.whole.get(&(route, class)) {
            return *way;
        }
        let way = self.add(net, &demand.routes[route.i()], &Course::over(Vec::new(), class));
        self.whole.insert((route, class), way);
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

    /// What lies before a lane, by what lies before the rightmost one of its stage.
    #[inline]
    pub(crate) fn at(&self, base: u32, lane: &Lane) -> Ahead {
        self.ahead[(base + lane.index) as usize]
    }

    /// Works out those of some whole routes that are not known yet, one beside the other; no lane is ever closed.
    pub(crate) fn prepare(
        &mut self,
        crew: &Crew,
        net: &Network,
        demand: &Demand,
        routes: impl Iterator<Item = (RouteId, Classes)>,
    ) {
        let (ways, base) = (self.first.len(), self.ahead.len());
        let mut new: Vec<(&[LinkId], Classes)> = Vec::new();
        for (route, class) in routes {
            let links = &demand.routes[route.i()];
            if !self.whole.contains_key(&(route, class)) {
                let way = self.lay(links);
                self.whole.insert((route, class), way);
                new.push((links, class));
            }
        }
        let Self { open, joins, straight, first, place, ahead, .. } = self;
        let ground = Ground { joins, open, net, straight: *straight };
        let mut rest = &mut ahead[base..];
        let places = first[ways..].iter().map(|first| &place[*first as usize..]);
        let mut laid: Vec<_> = new
            .into_iter()
            .zip(places)
            .map(|((links, class), place)| {
                let lanes: u32 = links.iter().map(|link| joins.lanes(*link)).sum();
                let (own, after) = std::mem::take(&mut rest).split_at_mut(lanes as usize);
                rest = after;
                (links, class, place, own)
            })
            .collect();
        let each = laid.len().div_ceil(crew.size()).max(WORTH);
        crew.each(laid.chunks_mut(each), |laid| {
            for (links, class, place, ahead) in laid {
                ground.fill(&Course::over(Vec::new(), *class), links, place, ahead);
            }
        });
    }

    fn add(&mut self, net: &Network, links: &[LinkId], course: &Course) -> u32 {
        let (first, base) = (self.links.len(), self.ahead.len());
        let way = self.lay(links);
        let ground = Ground { joins: &self.joins, open: &self.open, net, straight: self.straight };
        ground.fill(course, links, &self.place[first..], &mut self.ahead[base..]);
        way
    }

    /// Makes room for a way over some links.
    fn lay(&mut self, links: &[LinkId]) -> u32 {
        self.first.push(self.links.len() as u32);
        self.stages.push(links.len() as u32);
        let mut place = self.ahead.len() as u32;
        for link in links {
            self.place.push(place);
            place += self.joins.lanes(*link);
        }
        self.links.extend_from_slice(links);
        self.ahead.resize(place as usize, Ahead::NOTHING);
        self.first.len() as u32 - 1
    }
}

/// What ways are laid over.
struct Ground<'g> {
    joins: &'g Joins,
    open: &'g Open,
    net: &'g Network,
    straight: bool,
}

impl Ground<'_> {
    /// Fills in what lies before the lanes of some links, from the last link to the first; `place` says where the lanes of each
    /// begin. How far one gets on a lane is as Erdmann (2014) has it: to the end of the route if a lane beside can be had on the
    /// next link, else to where the lane leads elsewhere.
    fn fill(&self, course: &Course, links: &[LinkId], place: &[u32], ahead: &mut [Ahead]) {
        let Self { joins, open, net, straight } = self;
        let (mut end, mut beyond) = (ahead.len(), ahead.len());
        for stage in (0..links.len()).rev() {
            let begin = (place[stage] - place[0]) as usize;
            let (before, after) = ahead.split_at_mut(end);
            let next = links.get(stage + 1).map(|link| (*link, &after[..beyond - end]));
            if let Some(soon) = stage.checked_sub(4) {
                joins.fetch(&links[soon..]);
            }
            let of = Stage { joins, open, net, course, link: links[stage], stage };
            of.ahead(next, &mut before[begin..]);
            if let Some(next) = links.get(stage + 1).filter(|_| *straight) {
                for lane in net.lanes_of(links[stage]) {
                    let turn = straight_on(net, LaneId::at(lane), *next, links.get(stage + 2));
                    ahead[begin + net.lanes[lane].index as usize].turn = turn;
                }
            }
            (beyond, end) = (end, begin);
        }
    }
}

/// A stage of a course: a link that it leads over.
struct Stage<'s> {
    joins: &'s Joins,
    open: &'s Open,
    net: &'s Network,
    course: &'s Course,
    link: LinkId,
    stage: usize,
}

impl Stage<'_> {
    /// What lies before each lane of the link, given what lies before those of the next. Where one stands on a lane, the others
    /// lead no farther.
    fn ahead(&self, next: Option<(LinkId, &[Ahead])>, own: &mut [Ahead]) {
        let first = self.joins.first(self.link);
        let stop = self.course.next.filter(|next| next.stage as usize == self.stage);
        let farthest = |lanes: &[Ahead]| lanes.iter().map(|lane| lane.length).fold(0.0f32, f32::max);
        let (joins, after) = match next {
            Some((to, after)) => (self.joins.between(self.link, to), after),
            None => (&[][..], &[][..]),
        };
        let first_after = next.map_or(LaneId::NONE, |(to, _)| self.joins.first(to));
        let far = farthest(after);
        // How far one gets on the lanes of the next link that can be reached from any lane.
        let reach = joins.iter().map(|join| after[usize::from(join.to)].length).fold(0.0f32, f32::max);
        let lane = |place: usize| LaneId(first.0 + place as u32);
        // Where every lane is for everyone there is no need to ask lane by lane.
        let all = |link: LinkId| !self.open.is_closed() && self.joins.takes(link, self.course.class);
        let (all, all_after) = (all(self.link), next.is_some_and(|(to, _)| all(to)));
        let allowed = |place: usize| all || self.open.lets_out(self.net, lane(place), self.course.class);
        for (place, own) in own.iter_mut().enumerate() {
            if !allowed(place) {
                own.length = 0.0;
                continue;
            }
            own.length = self.joins.length(lane(place));
            if let Some(stop) = stop.filter(|stop| stop.lane != lane(place)) {
                own.length = stop.pos as f32 / 1000.0;
                continue;
            }
            let own_joins = joins.iter().filter(|join| usize::from(join.lane) == place);
            let open = own_joins
                .filter(|join| all_after || self.leads_onto(LaneId(first_after.0 + u32::from(join.to))));
            // To the lane of the next link on which one gets farthest.
            let mut best: Option<(u16, Ahead)> = None;
            for join in open {
                let ahead = after[usize::from(join.to)];
                if best.is_none_or(|(_, best)| better(&ahead, &best)) {
                    best = Some((join.turn, ahead));
                }
            }
            if let Some((turn, to)) = best {
                let beside = to.length >= reach && to.offset.abs() < 2;
                own.length += if beside { far } else { to.length };
                (own.offset, own.turn) = (to.offset, turn);
            }
        }
        offsets(own, allowed);
    }

    fn leads_onto(&self, lane: LaneId) -> bool {
        let class = self.course.class;
        let bound = || self.course.bound && self.stage == 0 && self.net.lanes[lane.i()].allow.has(class);
        self.open.leads_onto(self.net, lane, class) || bound()
    }
}

/// Whether one gets farther on a lane than on another, or as far with fewer changes.
fn better(one: &Ahead, other: &Ahead) -> bool {
    one.length > other.length || (one.length == other.length && one.offset.abs() < other.offset.abs())
}

/// Notes how many lanes away from each the best one lies, of those that are allowed.
fn offsets(own: &mut [Ahead], allowed: impl Fn(usize) -> bool) {
    let mut best: Option<(usize, usize)> = None;
    for place in (0..own.len()).filter(|place| allowed(*place)) {
        match best {
            Some((first, _)) if better(&own[first], &own[place]) => {}
            Some((first, _)) if !better(&own[place], &own[first]) => best = Some((first, place)),
            _ => best = Some((place, place)),
        }
    }
    let (first, last) = best.unwrap_or_default();
    let Some(top) = own.get(first).copied() else { return };
    for (place, ahead) in own.iter_mut().enumerate() {
        let away = |best: usize| (best as i64 - place as i64) as i16;
        ahead.offset = match better(&top, ahead) {
            true if place < first => away(first),
            true => away(last),
            false => 0,
        };
    }
}

/// The movement from a lane to a link that shifts least aside, if possible to a lane from which one comes to the link after; by
/// its place among those that leave the lane.
fn straight_on(net: &Network, lane: LaneId, link: LinkId, after: Option<&LinkId>) -> u16 {
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
    best.map_or(Ahead::NOWHERE, |movement| (movement - net.leaving(lane).start) as u16)
}
