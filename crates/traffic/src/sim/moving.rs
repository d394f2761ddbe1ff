//! Moving: every vehicle goes as far as its speed takes it, from lane to lane. Each needs no more for that than itself and what
//! it was told, so that cars are divided among threads; what follows for others is noted afterwards, link by link.

use super::follow::{NEAR, STANDING};
use super::measure::OfLink;
use super::resolve::{self, Move};
use super::state::{Car, Item, Known, Log, Mind, Roll, Span, TAIL, red};
use super::{Simulation, stops};
use crate::ids::{CarId, LaneId, LinkId};
use crate::memory::fetch;
use crate::net::Network;

/// Notes a second of a vehicle: whether it stands, how far it goes, and which part of the second it loses. Says whether it has
/// come to a stand just now.
#[inline]
pub(super) fn note(car: &mut Car, log: &mut Log, stands: bool, way: f64, lost: f64) -> bool {
    let halts = stands && car.standing == 0.0;
    log.halts += u32::from(halts);
    if stands {
        car.standing += 1.0;
        log.waited += 1.0;
    } else {
        car.standing = 0.0;
    }
    log.lost += lost;
    log.driven += way;
    halts
}

/// Notes a second of a vehicle on a link: whether it stands, and has just come to, how far it goes, and how fast it could.
#[inline]
pub(super) fn note_link(link: &mut OfLink, [stands, halts]: [bool; 2], way: f64, limit: f64) {
    link.seconds += 1;
    link.driven += way;
    link.free += if limit > 0.0 { way / limit } else { 0.0 };
    link.waited += u32::from(stands);
    link.halts += u32::from(halts);
}

/// What a second of a vehicle means for others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Second {
    /// The link and the lane on which it was at first, and how fast it would go there if it were empty.
    link: LinkId,
    from: LaneId,
    limit: f64,
    /// Metres that it goes.
    way: f64,
    /// How many of its items it passed.
    passed: u8,
    lost: f64,
    stands: bool,
    /// Whether it has come to a stand just now.
    halts: bool,
    /// Whether it is off the lane on which it was.
    left: bool,
    arrived: bool,
    /// Whether it could not stop in time.
    late: bool,
    /// Whether its time at a stop is over.
    goes_on: bool,
}

impl Second {
    const NONE: Self = Self {
        link: LinkId::NONE,
        from: LaneId::NONE,
        limit: 0.0,
        way: 0.0,
        passed: 0,
        lost: 0.0,
        stands: false,
        halts: false,
        left: false,
        arrived: false,
        late: false,
        goes_on: false,
    };
}

/// What moving reads.
struct Moving<'m> {
    known: Known<'m>,
    /// Where those come to a stand who have a stop ahead, in the order of lanes; nothing if nobody stops.
    ends: &'m [Option<f64>],
    /// Whether detectors still want to know what a vehicle reached into.
    metered: bool,
}

impl Moving<'_> {
    /// Moves the cars of a part of the memory.
    fn all(&self, spans: &[Vec<Span>], mut own: Own<'_>) {
        let mut place = 0;
        for (part, spans) in spans.iter().enumerate() {
            for (at, span) in spans.iter().enumerate() {
                self.fetch(&spans[at..], &own);
                let end = self.ends.get(place).copied().flatten();
                self.one(span, self.known.approach.told(part, span), end, &mut own);
                place += 1;
            }
        }
    }

    /// Asks the memory for what cars to come will need: first for them, then, where they come over a line, for what is behind it.
    #[inline]
    fn fetch(&self, spans: &[Span], own: &Own<'_>) {
        if let Some(span) = spans.get(8) {
            let at = span.vehicle.i().wrapping_sub(own.first);
            fetch(own.cars, at);
            fetch(own.tallies, at);
            fetch(own.minds, at);
        }
        let Some(span) = spans.get(4) else { return };
        let Some(car) = own.cars.get(span.vehicle.i().wrapping_sub(own.first)) else { return };
        if car.length - car.pos < car.speed + 2.0 {
            let (net, ways) = (self.known.net, self.known.ways);
            fetch(&net.gates, car.out.i());
            fetch(&net.gates, car.then.i());
            fetch(&ways.place, car.stage as usize + 1);
        }
    }

    /// Moves a vehicle if it is one of a part's.
    #[inline]
    fn one(&self, span: &Span, items: &[Item], end: Option<f64>, own: &mut Own<'_>) {
        let at = span.vehicle.i().wrapping_sub(own.first);
        let Some(car) = own.cars.get_mut(at) else { return };
        let step = resolve::resolve(&self.known, car, &own.minds[at], items);
        own.seconds[at] = self.drive(car, &mut own.tallies[at], step, items, end);
        if car.tailed {
            own.tails.push(span.vehicle);
        }
    }

    /// Moves one vehicle. Its lane's order is put right afterwards.
    fn drive(&self, car: &mut Car, log: &mut Log, step: Move, items: &[Item], end: Option<f64>) -> Second {
        let limit = car.limit;
        let kind = &self.known.demand.kinds[car.kind as usize];
        car.accel = step.speed - car.speed;
        let stays = stops::stays(self.known.demand, car, step.speed, kind.length, self.known.now);
        let eased = stops::ease(self.known.demand, car, end, stays);
        let (link, from, way) = (car.link, car.lane, step.speed);
        let mut second = Second { link, from, limit, way, ..Second::NONE };
        if stays {
            log.at_stops += 1.0;
        } else {
            second.stands = step.speed <= STANDING && car.accel <= kind.accel * 0.5;
            let could = limit.min(eased.max(step.speed));
            second.lost = if could > 0.0 { (could - step.speed) / could } else { 0.0 };
        }
        second.halts = note(car, log, second.stands, step.speed, second.lost);
        car.speed = step.speed;
        car.waits = step.waits;
        if step.yields {
            (car.entered, car.crossing) = (f64::INFINITY, f64::INFINITY);
        }
        log.approach += f64::from(car.left > 0 && !car.inner);
        car.pos += step.speed;
        second.goes_on = stays && car.stays <= 0.0;
        if car.pos > car.length || (car.left == 0 && !car.inner && car.pos > car.length - NEAR) {
            self.cross(car, log, items, &mut second);
            if second.left {
                car.aim(self.known.net, self.known.ways, kind);
            }
        }
        if !self.metered {
            leave(self.known.net, car, kind.length);
        }
        second
    }

    /// Takes a vehicle over the movements at the ends of its lanes.
    fn cross(&self, car: &mut Car, log: &mut Log, items: &[Item], second: &mut Second) {
        let before = car.lane;
        let (mut length, mut inner) = (car.length, car.inner);
        let now = self.known.now;
        for item in items {
            if car.pos <= length || (car.left == 0 && !inner) {
                break;
            }
            if !item.movement.is_some() || (red(self.known.light(item.movement)) && !item.asks) {
                break;
            }
            second.passed += 1;
            let on = self.known.net.gate(item.movement);
            car.pos -= length;
            (length, inner) = (on.length, on.inner);
            car.tail.rotate_right(1);
            (car.tail[0], car.tailed) = (car.lane, true);
            car.lane = on.next;
            if on.entry == item.movement && on.via {
                (car.entered, car.came) = (now, now);
            }
            if !on.waits_inside && on.via {
                (car.crossing, car.entered) = (now, car.came);
            }
            if !on.via {
                (car.stage, car.left, car.foresees) = (car.stage + 1, car.left - 1, false);
                (car.entered, car.crossing, car.came) = (f64::INFINITY, f64::INFINITY, f64::INFINITY);
            }
        }
        if car.left == 0 && !inner && car.pos > length - NEAR {
            (car.driving, second.arrived) = (false, true);
            log.arrived = now;
        } else if car.pos > length {
            // It could not stop in time; it stands at the end of its lane.
            second.late = true;
            (car.pos, car.speed) = (length, 0.0);
        }
        second.left = car.lane != before;
    }
}

/// What a thread moves.
struct Own<'o> {
    /// The place of its first car among all.
    first: usize,
    cars: &'o mut [Car],
    minds: &'o [Mind],
    tallies: &'o mut [Log],
    seconds: &'o mut [Second],
    /// Those who reach into lanes behind their own.
    tails: &'o mut Vec<CarId>,
}

/// What moving means for the order of lanes, and for what is counted.
#[derive(Debug, Default)]
pub(super) struct Passed {
    leaving: Vec<LaneId>,
    entering: Vec<(LaneId, CarId)>,
    arrived: Vec<CarId>,
    /// How many could not stop in time.
    late: u64,
}

/// What a thread notes of those on some links.
struct After<'a> {
    /// The place of its first link among all.
    first: usize,
    links: &'a mut [OfLink],
    roll: &'a mut Roll,
    passed: &'a mut Passed,
}

impl After<'_> {
    /// Notes what some vehicles' second means for others.
    fn all(self, spans: &[Span], cars: &[Car], seconds: &[Second]) {
        for Span { vehicle, first, .. } in spans.iter().copied() {
            let second = &seconds[vehicle.i()];
            let link = &mut self.links[second.link.i() - self.first];
            note_link(link, [second.stands, second.halts], second.way, second.limit);
            link.left += u32::from(second.left || second.arrived);
            if second.passed > 0 {
                self.roll.pass(first, second.passed.into());
            }
            self.passed.late += u64::from(second.late);
            if second.left || second.arrived {
                self.passed.leaving.push(second.from);
            }
            if second.arrived {
                self.passed.arrived.push(vehicle);
            } else if second.left {
                self.passed.entering.push((cars[vehicle.i()].lane, vehicle));
            }
        }
    }
}

/// Forgets the lanes that a vehicle does not reach into any more.
#[inline]
fn leave(net: &Network, car: &mut Car, length: f64) {
    if !car.tailed {
        return;
    }
    let mut left = length - car.pos;
    for place in 0..TAIL {
        if left <= 0.0 {
            car.tail[place] = LaneId::NONE;
        } else if car.tail[place].is_some() {
            left -= net.lanes[car.tail[place].i()].length;
        }
    }
    car.tailed = car.tail[0].is_some();
}

impl Simulation<'_> {
    /// Everyone takes a speed and moves.
    pub(super) fn go(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        let ends = self.ends_of_stops(&spans);
        self.drive(&spans, &ends);
        self.finish(&spans);
        self.spans = spans;
        self.settle();
        self.reach();
    }

    /// Where those come to a stand who have a stop ahead, by how things are before anybody moves; nothing if nobody stops.
    fn ends_of_stops(&self, spans: &[Vec<Span>]) -> Vec<Option<f64>> {
        if self.demand.stops.is_empty() {
            return Vec::new();
        }
        let view = self.view();
        let stops = |span: &Span| view.car(span.vehicle).stop_stage != u32::MAX;
        spans.iter().flatten().map(|span| stops(span).then(|| stops::end(&view, span.vehicle))).collect()
    }

    /// Every thread moves the cars of a part of the memory, by what all of them told.
    fn drive(&mut self, spans: &[Vec<Span>], ends: &[Option<f64>]) {
        let (mut cars, mut tallies) = (std::mem::take(&mut self.cars), std::mem::take(&mut self.tallies));
        let (mut seconds, mut all) = (std::mem::take(&mut self.seconds), std::mem::take(&mut self.parts));
        seconds.resize(cars.len(), Second::NONE);
        let moving = Moving { known: self.known(), ends, metered: self.meters.is_some() };
        let each = cars.len().div_ceil(spans.len().max(1)).max(1);
        let parts = cars.chunks_mut(each).zip(self.minds.chunks(each)).zip(tallies.chunks_mut(each));
        let told = seconds.chunks_mut(each).zip(&mut all).map(|(seconds, part)| (seconds, &mut part.tails));
        let parts =
            parts.zip(told).enumerate().map(|(part, (((cars, minds), tallies), (seconds, tails)))| Own {
                first: part * each,
                cars,
                minds,
                tallies,
                seconds,
                tails,
            });
        self.crew.each(parts, |own| moving.all(spans, own));
        self.tails.clear();
        all.iter_mut().for_each(|part| self.tails.append(&mut part.tails));
        (self.cars, self.tallies, self.seconds, self.parts) = (cars, tallies, seconds, all);
    }

    /// Notes what everyone's second means for others, in the order of lanes: all lanes of a link are of one part.
    fn finish(&mut self, spans: &[Vec<Span>]) {
        let mut all = std::mem::take(&mut self.parts);
        let (cars, seconds) = (&self.cars, &self.seconds);
        let last = self.links.len();
        let begins =
            |spans: &Vec<Span>| spans.first().map_or(last, |span| seconds[span.vehicle.i()].link.i());
        let ends = spans.iter().skip(1).map(begins).chain([last]);
        let (mut links, mut first) = (&mut self.links[..], 0);
        let parts = spans.iter().zip(ends).zip(&mut all).zip(&mut self.approach.parts);
        let parts = parts.map(|(((spans, end), part), roll)| {
            let (own, rest) = std::mem::take(&mut links).split_at_mut(end - first);
            let after = After { first, links: own, roll, passed: &mut part.passed };
            (links, first) = (rest, end);
            (spans, after)
        });
        self.crew.each(parts, |(spans, after)| after.all(spans, cars, seconds));
        for part in &mut all {
            self.leaving.append(&mut part.passed.leaving);
            self.entering.append(&mut part.passed.entering);
            self.emergencies += std::mem::take(&mut part.passed.late);
            for vehicle in part.passed.arrived.drain(..) {
                self.logs[self.cars[vehicle.i()].vehicle.i()] = self.tallies[vehicle.i()];
            }
        }
        self.parts = all;
        if self.meters.is_some() || !self.demand.stops.is_empty() {
            self.heed_places(spans);
        }
    }

    /// Detectors see who moves, and whose time at a stop is over goes on.
    fn heed_places(&mut self, spans: &[Vec<Span>]) {
        for Span { vehicle, .. } in spans.iter().flatten().copied() {
            let second = self.seconds[vehicle.i()];
            if self.meters.is_some() {
                self.detect(vehicle, second.limit, second.lost);
                let car = &mut self.cars[vehicle.i()];
                leave(self.net, car, self.demand.kinds[car.kind as usize].length);
            }
            if second.goes_on && !second.arrived {
                self.go_on(vehicle);
            }
        }
    }

    /// Puts the order of lanes right after everyone has moved.
    pub(super) fn settle(&mut self) {
        let (on, cars, load, busy, net) =
            (&mut self.on, &self.cars, &mut self.load, &mut self.busy, self.net);
        for lane in self.leaving.drain(..) {
            let gone = on.retain(lane.i(), |vehicle| {
                let car = &cars[vehicle.i()];
                car.driving && car.lane == lane
            });
            load.remove(lane, gone);
            if net.lanes[lane.i()].inner {
                busy[net.lanes[lane.i()].at.i()] -= gone;
            }
        }
        self.active.retain(|lane| !on[lane.i()].is_empty());
        let before = self.active.len();
        let mut entering = std::mem::take(&mut self.entering);
        for (lane, vehicle) in entering.drain(..) {
            if self.on[lane.i()].is_empty() {
                self.active.push(lane);
            }
            self.line_up(lane, vehicle);
        }
        self.entering = entering;
        self.active[before..].sort_unstable();
        // Two rows in order, which are merged.
        self.active.sort();
    }

    /// Notes who reaches into which lane from the next.
    pub(super) fn reach(&mut self) {
        for lane in self.reached.drain(..) {
            let gone = self.over.clear(lane.i());
            self.load.remove(lane, gone);
            if self.net.lanes[lane.i()].inner {
                self.busy[self.net.lanes[lane.i()].at.i()] -= gone;
            }
        }
        let mut tails = std::mem::take(&mut self.tails);
        tails.retain(|vehicle| self.cars[vehicle.i()].driving && self.cars[vehicle.i()].tailed);
        // In the order of lanes, the first on each first.
        tails.sort_unstable_by(|one, other| {
            let (one, other) = (&self.cars[one.i()], &self.cars[other.i()]);
            one.lane
                .cmp(&other.lane)
                .then(other.pos.total_cmp(&one.pos))
                .then(one.vehicle.cmp(&other.vehicle))
        });
        for vehicle in &tails {
            for tail in self.cars[vehicle.i()].tail {
                if !tail.is_some() {
                    break;
                }
                if self.over[tail.i()].is_empty() {
                    self.reached.push(tail);
                }
                self.over.push(tail.i(), *vehicle);
                self.load.add(tail);
                if self.net.lanes[tail.i()].inner {
                    self.busy[self.net.lanes[tail.i()].at.i()] += 1;
                }
            }
        }
        self.tails = tails;
    }
}
