use super::{Links, Ready};
use crate::check::{Activations, Asked, Cases, Evidence, Finding, Pace, Summary, Until, Verdict};
use crate::log::{EventNumber, Log, Traces, Values};
use crate::model::{Model, Pattern};
use pack::Id;
use pack::models::{Clause, HowMany, Over, Relation};
use record::{ObjectRef, Time};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A finding, and the objects of which it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The object that the model speaks of, and the one that belongs to it where the finding is of the two together.
    pub scope: Vec<ObjectRef>,
    /// The finding.
    pub finding: Finding,
}

/// Tries each model over the objects that it speaks of. `tell` is given each finding with the model's place in `models`:
/// first of the models that speak of one object at a time, trace by trace, then of the others, one by one. The summaries are
/// in the order of the models.
pub fn try_all(
    log: &Log,
    links: &Links,
    models: &[Ready],
    until: Until,
    tell: &mut dyn FnMut(usize, Found),
) -> Vec<Summary> {
    try_paced(log, links, models, until, &Pace::default(), tell)
}

/// [`try_all`], for somebody who may give it up.
pub fn try_paced(
    log: &Log,
    links: &Links,
    models: &[Ready],
    until: Until,
    pace: &Pace,
    tell: &mut dyn FnMut(usize, Found),
) -> Vec<Summary> {
    let mut summaries = vec![Summary::default(); models.len()];
    let mut groups: BTreeMap<(&str, Option<&str>), Vec<usize>> = BTreeMap::new();
    for (at, model) in models.iter().enumerate().filter(|(_, model)| model.scope.over.is_none()) {
        let procedure = model.procedure.as_ref().map(Id::as_str);
        groups.entry((model.scope.each.as_str(), procedure)).or_default().push(at);
    }
    let kinds: BTreeSet<&str> = models.iter().map(|model| model.scope.each.as_str()).collect();
    let wholes: BTreeMap<&str, Traces> =
        kinds.into_iter().filter_map(|kind| Some((kind, log.traces(kind)?))).collect();
    for ((kind, procedure), places) in groups {
        let Some(part) = wholes.get(kind).and_then(|whole| Part::of(log, whole, procedure)) else { continue };
        let group: Vec<Model> = places.iter().filter_map(|at| Some(models.get(*at)?.model.clone())).collect();
        let asked = Asked { log: &part.log, traces: &part.traces, models: &group, until, pace: Some(pace) };
        let told = asked.each_once(&mut |nth, finding| {
            if let Some(at) = places.get(nth) {
                let scope = part.traces.object(finding.trace).into_iter().collect();
                tell(*at, Found { scope, finding: part.in_whole(finding) });
            }
        });
        for (at, summary) in places.iter().zip(told) {
            summaries.iter_mut().skip(*at).take(1).for_each(|place| *place = summary);
        }
    }
    for (at, (model, place)) in models.iter().zip(&mut summaries).enumerate() {
        let Some(over) = model.scope.over.as_ref().filter(|_| !pace.is_given_up()) else { continue };
        let procedure = model.procedure.as_ref().map(Id::as_str);
        let Some(whole) = wholes.get(model.scope.each.as_str()) else { continue };
        let own = procedure.map(|procedure| cases(log, whole, procedure));
        let Some(each) = own.as_ref().map_or(Some(whole), Option::as_ref) else { continue };
        let pairs = Pairs::new(log, links, each, over);
        *place = pairs.try_one(model, (until, pace), &mut |found| tell(at, found));
    }
    summaries
}

/// The part of a log that some models speak of: all of it, or the events of one procedure's cases alone, so that the work
/// grows with the events and not with events times procedures.
struct Part<'a> {
    log: Cow<'a, Log>,
    traces: Cow<'a, Traces>,
    /// The numbers of its events in the whole log; none where it is the whole.
    events: Option<Vec<EventNumber>>,
}

impl<'a> Part<'a> {
    fn of(log: &'a Log, whole: &'a Traces, procedure: Option<&str>) -> Option<Self> {
        let Some(procedure) = procedure else {
            return Some(Self { log: Cow::Borrowed(log), traces: Cow::Borrowed(whole), events: None });
        };
        let whole = cases(log, whole, procedure)?;
        let events: Vec<EventNumber> =
            whole.events().iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let part = log.only(&events);
        let mut related = Vec::with_capacity(whole.events().len());
        for (number, trace) in (0..whole.len()).enumerate() {
            let number = u32::try_from(number).ok()?;
            for event in whole.events().get(whole.range(trace)).unwrap_or_default() {
                related.push((number, u32::try_from(events.binary_search(event).ok()?).ok()?));
            }
        }
        related.sort_by_key(|(_, event)| *event);
        let names = (0..whole.len()).filter_map(|trace| whole.object(trace));
        let names = names.map(|object| object.id.as_str().into()).collect();
        let traces = Traces::new(whole.kind().clone(), names, &related, part.times());
        Some(Self { log: Cow::Owned(part), traces: Cow::Owned(traces), events: Some(events) })
    }

    /// A finding with the numbers that its events have in the whole log.
    fn in_whole(&self, mut finding: Finding) -> Finding {
        if let Some(events) = &self.events {
            let whole = |event: &EventNumber| events.get(*event as usize).copied().unwrap_or_default();
            finding.activation = finding.activation.as_ref().map(whole);
            finding.evidence = finding.evidence.iter().map(whole).collect();
        }
        finding
    }
}

/// The traces of those objects of a type that are cases of a procedure.
fn cases(log: &Log, traces: &Traces, procedure: &str) -> Option<Traces> {
    let of = of_procedure(log, procedure);
    let mut objects = Vec::new();
    let mut related = Vec::new();
    for trace in 0..traces.len() {
        let events = traces.events().get(traces.range(trace)).unwrap_or_default();
        if !events.iter().any(|event| of.contains(event)) {
            continue;
        }
        let number = u32::try_from(objects.len()).ok()?;
        related.extend(events.iter().map(|event| (number, *event)));
        objects.push(traces.object(trace)?.id.as_str().into());
    }
    related.sort_by_key(|(_, event)| *event);
    (!objects.is_empty()).then(|| Traces::new(traces.kind().clone(), objects, &related, log.times()))
}

/// The events of the cases of a procedure.
fn of_procedure(log: &Log, procedure: &str) -> BTreeSet<EventNumber> {
    let Some(column) = log.column("procedure") else { return BTreeSet::new() };
    let Values::Text { codes, distinct } = column.values() else { return BTreeSet::new() };
    let Some(code) = distinct.code(procedure) else { return BTreeSet::new() };
    let of = column.events().iter().zip(codes).filter(|(_, other)| **other == code);
    of.map(|(event, _)| *event).collect()
}

/// The objects of one type, each with every object that belongs to it, and the events of the two together as one trace:
/// all of the second, and those of the first that are about no other object of the second's type.
struct Pairs<'a> {
    log: &'a Log,
    each: &'a Traces,
    over: &'a Over,
    /// By trace of a pair: the trace of the first, and the other object.
    pairs: Vec<(usize, ObjectRef)>,
    traces: Traces,
}

/// How a model stands for one pair.
#[derive(Clone, Default)]
struct Standing {
    verdict: Option<Verdict>,
    /// What proves that it is not kept, or what it still hangs on.
    events: BTreeSet<EventNumber>,
}

impl Standing {
    fn is_kept(&self) -> bool {
        self.verdict.is_none()
    }

    fn is_broken(&self) -> bool {
        self.verdict.is_some_and(Verdict::is_violated)
    }

    fn is_pending(&self) -> bool {
        !self.is_kept() && !self.is_broken()
    }
}

impl<'a> Pairs<'a> {
    fn new(log: &'a Log, links: &Links, each: &'a Traces, over: &'a Over) -> Self {
        let linked = links.follow(log, each, over);
        let others = log.traces(over.object.as_str());
        let places: BTreeMap<ObjectRef, usize> = others
            .iter()
            .flat_map(|others| (0..others.len()).filter_map(|trace| Some((others.object(trace)?, trace))))
            .collect();
        // For each event the objects of the second type that it is about.
        let mut about: HashMap<EventNumber, Vec<usize>> = HashMap::new();
        for (others, place) in
            others.iter().flat_map(|others| (0..others.len()).map(move |place| (others, place)))
        {
            for event in others.events().get(others.range(place)).unwrap_or_default() {
                about.entry(*event).or_default().push(place);
            }
        }
        let mut related: Vec<(u32, EventNumber)> = Vec::new();
        let mut pairs = Vec::with_capacity(linked.len());
        let mut number = 0;
        for (trace, other) in &linked {
            let this = places.get(other).copied();
            let first = each.object(*trace).and_then(|object| places.get(&object).copied());
            // What befell another object of that type is no matter of these two.
            let is_own = |event: &EventNumber| {
                let about = about.get(event).map(Vec::as_slice).unwrap_or_default();
                about.iter().any(|place| Some(*place) == this)
                    || about.iter().all(|place| Some(*place) == first)
            };
            let own = each.events().get(each.range(*trace)).unwrap_or_default().iter().copied();
            let mut events: BTreeSet<EventNumber> = own.filter(is_own).collect();
            if let (Some(others), Some(place)) = (&others, this) {
                events.extend(others.events().get(others.range(place)).unwrap_or_default());
            }
            // Two of which nothing is told together have kept and broken nothing.
            if !events.is_empty() {
                related.extend(events.into_iter().map(|event| (number, event)));
                pairs.push((*trace, other.clone()));
                number += 1;
            }
        }
        related.sort_by_key(|(_, event)| *event);
        let names = pairs.iter().map(|(_, other)| other.id.as_str().into()).collect();
        let traces = Traces::new(over.object.as_str().into(), names, &related, log.times());
        Self { log, each, over, pairs, traces }
    }

    fn try_one(&self, model: &Ready, (until, pace): (Until, &Pace), tell: &mut dyn FnMut(Found)) -> Summary {
        let mut standings = vec![Standing::default(); self.pairs.len()];
        let every = self.over.how_many == HowMany::All;
        let models = std::slice::from_ref(&model.model);
        let asked = Asked { log: self.log, traces: &self.traces, models, until, pace: Some(pace) };
        let mutual = if every { self.mutual() } else { HashSet::new() };
        let summary = asked.each_once(&mut |_, finding: Finding| {
            if let Some(standing) = standings.get_mut(finding.trace) {
                standing.verdict = standing.verdict.max(Some(finding.verdict));
                standing
                    .events
                    .extend(finding.activation.into_iter().chain(finding.evidence.iter().copied()));
            }
            if every
                && !mutual.contains(&finding.trace)
                && let Some((trace, other)) = self.pairs.get(finding.trace)
            {
                let scope = self.each.object(*trace).into_iter().chain([other.clone()]).collect();
                tell(Found { scope, finding });
            }
        });
        let activations = summary.first().map_or_else(Activations::default, |summary| summary.activations);
        let mut cases = Cases::default();
        // Pairs stand in the order of the first object's traces.
        let mut next = (0..).zip(self.pairs.iter().map(|(trace, _)| *trace).zip(&standings)).peekable();
        for trace in 0..self.each.len() {
            let mut own: Vec<(usize, &Standing)> = Vec::new();
            while let Some((pair, (_, standing))) = next.next_if(|(_, (of, _))| *of == trace) {
                own.push((pair, standing));
            }
            let verdict = match self.over.how_many {
                HowMany::All => all_of(&own),
                HowMany::Between { least, most } => {
                    let found = self.counted(&model.model, trace, &own, (least, most), until);
                    let verdict = found.as_ref().map(|found| found.verdict);
                    if let (Some(finding), Some(object)) = (found, self.each.object(trace)) {
                        tell(Found { scope: vec![object], finding });
                    }
                    verdict
                }
            };
            *match verdict {
                None if every && !own.iter().any(|(pair, _)| self.is_asked(&model.model, *pair)) => {
                    &mut cases.vacuous
                }
                None => &mut cases.satisfied,
                Some(verdict) if verdict.is_violated() => &mut cases.violated,
                Some(_) => &mut cases.pending,
            } += 1;
        }
        Summary { cases, activations }
    }

    /// Whether as many keep it as are asked for. While more may come, another object may come to belong to it.
    fn counted(
        &self,
        model: &Model,
        trace: usize,
        own: &[(usize, &Standing)],
        (least, most): (u32, Option<u32>),
        until: Until,
    ) -> Option<Finding> {
        let count = |holds: fn(&Standing) -> bool| own.iter().filter(|(_, one)| holds(one)).count() as u64;
        let kept = count(Standing::is_kept);
        let likely = kept + count(|one| one.verdict == Some(Verdict::PossiblySatisfied));
        let possible = kept + count(Standing::is_pending);
        let (least, most) = (u64::from(least), most.map_or(u64::MAX, u64::from));
        let open = until != Until::Closed;
        let verdict = if kept > most || (possible < least && !open) {
            Verdict::Violated
        } else if kept >= least && possible <= most && (!open || most == u64::MAX) {
            return None;
        } else if (least..=most).contains(&likely) {
            Verdict::PossiblySatisfied
        } else {
            Verdict::PossiblyViolated
        };
        let too_many = likely > most;
        let mut evidence: BTreeSet<EventNumber> = BTreeSet::new();
        for (pair, standing) in own {
            match (too_many, standing.is_kept()) {
                (true, true) => evidence.extend(self.spoken_of(model, *pair)),
                (false, false) => evidence.extend(&standing.events),
                _ => {}
            }
        }
        let evidence: Evidence = evidence.into_iter().collect();
        let times =
            self.each.events().get(self.each.range(trace)).unwrap_or_default().iter().chain(evidence.iter());
        // That too few keep it is certain once nothing more comes to any of them.
        let others = own.iter().filter(|_| !too_many).flat_map(|(pair, _)| self.events(*pair));
        let last =
            times.chain(others).filter_map(|event| self.log.times().get(*event as usize)).max().copied();
        let at: Option<Time> = last.filter(|_| verdict.is_violated());
        Some(Finding { trace, verdict, activation: None, evidence, deadline: None, at })
    }
}

impl Pairs<'_> {
    /// The pairs that stand the other way round as well, the one of lesser name first: what happened between two objects of one
    /// type that belong to each other is the same for both, and told once.
    fn mutual(&self) -> HashSet<usize> {
        if self.over.object.as_str() != self.each.kind().as_str() {
            return HashSet::new();
        }
        let named =
            self.pairs.iter().filter_map(|(trace, other)| Some([self.each.object(*trace)?, other.clone()]));
        let all: HashSet<[ObjectRef; 2]> = named.collect();
        let again = |(trace, other): &(usize, ObjectRef)| {
            let first = self.each.object(*trace)?;
            Some(*other < first && all.contains(&[other.clone(), first]))
        };
        let pairs = self.pairs.iter().enumerate();
        pairs.filter(|(_, pair)| again(pair) == Some(true)).map(|(number, _)| number).collect()
    }

    fn events(&self, pair: usize) -> &[EventNumber] {
        self.traces.events().get(self.traces.range(pair)).unwrap_or_default()
    }

    fn is_of(&self, event: EventNumber, pattern: &Pattern) -> bool {
        let code = self.log.activity_codes().get(event as usize);
        let activity = code.and_then(|code| self.log.activities().get(*code as usize));
        activity.is_some_and(|activity| pattern.activities.contains(activity))
            && pattern.condition.as_ref().is_none_or(|one| one.holds(self.log, event) == Some(true))
    }

    /// Whether a model asks anything of a pair.
    fn is_asked(&self, model: &Model, pair: usize) -> bool {
        let asks = |pattern| self.events(pair).iter().any(|event| self.is_of(*event, pattern));
        model.clauses().iter().any(|clause| match clause {
            Clause::Relation(Relation { exchanged: true, .. }) => asks(&model.second),
            Clause::Relation(_) => asks(&model.first),
            _ => true,
        })
    }

    /// The events of a pair of which a model speaks: they are why it is kept. The last event where there are none.
    fn spoken_of(&self, model: &Model, pair: usize) -> Vec<EventNumber> {
        let events = self.events(pair);
        let of = |event: &EventNumber| {
            [&model.first, &model.second].iter().any(|pattern| self.is_of(*event, pattern))
        };
        let spoken: Vec<EventNumber> = events.iter().copied().filter(of).collect();
        if spoken.is_empty() { events.last().copied().into_iter().collect() } else { spoken }
    }
}

/// The worst of what is said of the pairs.
fn all_of(own: &[(usize, &Standing)]) -> Option<Verdict> {
    own.iter().filter_map(|(_, standing)| standing.verdict).max()
}
