//! What `check` must say, written from the definitions alone and apart from it: quantifiers over the positions of a
//! trace, however often that looks at each. No automata, no sets of bits, no columns.

pub mod says;

use oversight::check::{Activations, Cases, Finding, Summary, Until, Verdict};
use oversight::log::EventNumber;
use oversight::model::Template;
use record::{Event, Time};
use says::Says;
use std::collections::{BTreeSet, HashMap};

/// A constraint.
#[derive(Clone, Debug)]
pub struct Rule {
    pub template: Template,
    pub first: Pattern,
    pub second: Pattern,
    pub correlation: Option<Says>,
    /// Nanoseconds.
    pub least: Option<i128>,
    /// Nanoseconds.
    pub most: Option<i128>,
}

#[derive(Clone, Debug)]
pub struct Pattern {
    pub activities: Vec<&'static str>,
    pub condition: Option<Says>,
}

impl Pattern {
    fn matches(&self, activity: &str, event: &Event) -> bool {
        let named = self.activities.contains(&activity);
        named && self.condition.as_ref().is_none_or(|condition| condition.holds(event, event) == Some(true))
    }
}

/// The events of one object, each with its place in the log.
pub struct Trace<'e> {
    pub object: &'e str,
    pub events: Vec<(EventNumber, &'e Event)>,
    activities: Vec<&'e str>,
    /// When each event happened, in nanoseconds.
    at: Vec<i128>,
}

/// The traces of all objects of a type, in the order in which the log first speaks of them.
pub fn traces<'e>(log: &'e [Event], kind: &str) -> Vec<Trace<'e>> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut own: Vec<(&str, Vec<(EventNumber, &Event)>)> = Vec::new();
    for (number, event) in (0..).zip(log) {
        let objects = event.objects.iter().map(|relation| &relation.object);
        for object in objects.filter(|object| object.kind.as_str() == kind) {
            let object = object.id.as_str();
            let trace = *numbers.entry(object).or_insert(own.len());
            if trace == own.len() {
                own.push((object, Vec::new()));
            }
            let (_, events) = &mut own[trace];
            if events.last().is_none_or(|(last, _)| *last != number) {
                events.push((number, event));
            }
        }
    }
    let trace = |(object, mut events): (&'e str, Vec<(EventNumber, &'e Event)>)| {
        events.sort_by_key(|(number, event)| (event.time, *number));
        let activities = events.iter().map(|(_, event)| event.activity.as_str()).collect();
        let at = events.iter().map(|(_, event)| nanos(event.time)).collect();
        Trace { object, events, activities, at }
    };
    own.into_iter().map(trace).collect()
}

/// What is asked of each activation.
#[derive(Clone, Copy)]
struct Half {
    /// Whether the second pattern activates.
    second_activates: bool,
    side: Side,
    reach: Reach,
    forbids: bool,
    /// Whether it is one half of a constraint that looks both ways.
    two_way: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Side {
    After,
    Before,
    Either,
}

#[derive(Clone, Copy, PartialEq)]
enum Reach {
    Anywhere,
    Alternate,
    Chain,
}

/// The halves of a template that relates two patterns, in order; none for one that asks something of the whole trace.
fn halves(template: Template) -> Vec<Half> {
    use Reach::{Alternate, Anywhere, Chain};
    use Side::{After, Before, Either};
    let half = |second_activates, side, reach, forbids| Half {
        second_activates,
        side,
        reach,
        forbids,
        two_way: false,
    };
    let two_way =
        |one: Half, other: Half| vec![Half { two_way: true, ..one }, Half { two_way: true, ..other }];
    match template {
        Template::Existence(_)
        | Template::Absence(_)
        | Template::Exactly(_)
        | Template::Init
        | Template::End
        | Template::Choice
        | Template::ExclusiveChoice => vec![],
        Template::RespondedExistence => vec![half(false, Either, Anywhere, false)],
        Template::NotRespondedExistence => vec![half(false, Either, Anywhere, true)],
        Template::Response => vec![half(false, After, Anywhere, false)],
        Template::AlternateResponse => vec![half(false, After, Alternate, false)],
        Template::ChainResponse => vec![half(false, After, Chain, false)],
        Template::NotResponse => vec![half(false, After, Anywhere, true)],
        Template::NotChainResponse => vec![half(false, After, Chain, true)],
        Template::Precedence => vec![half(true, Before, Anywhere, false)],
        Template::AlternatePrecedence => vec![half(true, Before, Alternate, false)],
        Template::ChainPrecedence => vec![half(true, Before, Chain, false)],
        Template::NotPrecedence => vec![half(true, Before, Anywhere, true)],
        Template::NotChainPrecedence => vec![half(true, Before, Chain, true)],
        Template::CoExistence => {
            two_way(half(false, Either, Anywhere, false), half(true, Either, Anywhere, false))
        }
        Template::NotCoExistence => {
            two_way(half(false, Either, Anywhere, true), half(true, Either, Anywhere, true))
        }
        Template::Succession => {
            two_way(half(false, After, Anywhere, false), half(true, Before, Anywhere, false))
        }
        Template::AlternateSuccession => {
            two_way(half(false, After, Alternate, false), half(true, Before, Alternate, false))
        }
        Template::ChainSuccession => {
            two_way(half(false, After, Chain, false), half(true, Before, Chain, false))
        }
        Template::NotSuccession => {
            two_way(half(false, After, Anywhere, true), half(true, Before, Anywhere, true))
        }
        Template::NotChainSuccession => {
            two_way(half(false, After, Chain, true), half(true, Before, Chain, true))
        }
    }
}

impl Rule {
    /// The halves, of which one is left where the other asks the same of the same events: of either side of an event, both
    /// patterns being one, and what is asked of two events being the same whichever of them asks.
    fn halves(&self) -> Vec<Half> {
        let mut halves = halves(self.template);
        let pattern = |one: &Pattern| {
            let activities: BTreeSet<&str> = one.activities.iter().copied().collect();
            (activities, one.condition.as_ref().map(|condition| condition.cel(["event", "event"])))
        };
        let mutual = self.correlation.as_ref().is_none_or(Says::is_mutual);
        let either = halves.iter().all(|half| half.two_way && half.side == Side::Either);
        if either && mutual && pattern(&self.first) == pattern(&self.second) {
            halves.truncate(1);
        }
        halves
    }
}

/// What a rule says of traces: the findings half by half, in each trace by trace, in each by activation; the figures.
pub fn judge(traces: &[Trace<'_>], rule: &Rule, until: Until) -> (Vec<Finding>, Summary) {
    let halves = rule.halves();
    let mut findings = Vec::new();
    let mut standing: Vec<Vec<Verdict>> = vec![Vec::new(); traces.len()];
    for half in 0..halves.len().max(1) {
        for (number, trace) in traces.iter().enumerate() {
            let seen = Seen::new(rule, until, number, trace);
            let outcomes = match halves.get(half) {
                Some(half) => seen.activations(half),
                None => vec![seen.whole()],
            };
            for outcome in outcomes {
                standing[number].push(outcome.as_ref().map_or(Verdict::Satisfied, |finding| finding.verdict));
                findings.extend(outcome);
            }
        }
    }
    (findings, summary(&standing))
}

/// Each breach once: of what two halves say of one event, with the same proof, what was certain first.
pub fn once(findings: Vec<Finding>) -> Vec<Finding> {
    let mut told: Vec<Finding> = Vec::new();
    for finding in findings {
        let violated = |one: &Finding| matches!(one.verdict, Verdict::Violated | Verdict::ViolatedAtDeadline);
        let same = |other: &&mut Finding| {
            other.trace == finding.trace
                && other.activation.is_some()
                && other.activation == finding.activation
                && other.evidence == finding.evidence
        };
        let Some(other) = told.iter_mut().find(same) else {
            told.push(finding);
            continue;
        };
        let first = match (violated(&finding), violated(other)) {
            (true, true) => (finding.at, other.verdict) < (other.at, finding.verdict),
            (one, other) => one && !other,
        };
        if first {
            *other = finding;
        }
    }
    told
}

fn summary(standing: &[Vec<Verdict>]) -> Summary {
    let violated = |verdict: &&Verdict| matches!(verdict, Verdict::Violated | Verdict::ViolatedAtDeadline);
    let pending =
        |verdict: &&Verdict| matches!(verdict, Verdict::PossiblyViolated | Verdict::PossiblySatisfied);
    let (mut cases, mut activations) = (Cases::default(), Activations::default());
    for trace in standing {
        let broken = trace.iter().filter(violated).count() as u64;
        let open = trace.iter().filter(pending).count() as u64;
        activations.violated += broken;
        activations.pending += open;
        activations.fulfilled += trace.len() as u64 - broken - open;
        if broken > 0 {
            cases.violated += 1;
        } else if open > 0 {
            cases.pending += 1;
        } else if trace.is_empty() {
            cases.vacuous += 1;
        } else {
            cases.satisfied += 1;
        }
    }
    Summary { cases, activations }
}

/// A trace with what of it the rule speaks of.
struct Seen<'a> {
    rule: &'a Rule,
    until: Until,
    trace: usize,
    events: &'a [(EventNumber, &'a Event)],
    at: &'a [i128],
    /// Whether each is of the first pattern, and of the second.
    is: [Vec<bool>; 2],
}

impl<'a> Seen<'a> {
    fn new(rule: &'a Rule, until: Until, number: usize, trace: &'a Trace<'_>) -> Self {
        let matching = |pattern: &Pattern| -> Vec<bool> {
            let named = trace.activities.iter().zip(&trace.events);
            named.map(|(activity, (_, event))| pattern.matches(activity, event)).collect()
        };
        Self {
            rule,
            until,
            trace: number,
            events: &trace.events,
            at: &trace.at,
            is: [matching(&rule.first), matching(&rule.second)],
        }
    }

    fn len(&self) -> usize {
        self.events.len()
    }

    fn time(&self, at: usize) -> Time {
        self.events[at].1.time
    }

    fn last_time(&self) -> Option<Time> {
        self.events.last().map(|(_, event)| event.time)
    }

    fn in_window(&self, one: usize, other: usize) -> bool {
        let lapse = (self.at[one] - self.at[other]).abs();
        self.rule.least.is_none_or(|least| lapse >= least) && self.rule.most.is_none_or(|most| lapse <= most)
    }

    fn deadline_from(&self, at: usize) -> Option<Time> {
        later(self.time(at), self.rule.most?)
    }

    fn closed(&self) -> bool {
        self.until == Until::Closed
    }

    fn passed(&self, deadline: Option<Time>) -> bool {
        deadline.is_some_and(|deadline| match self.until {
            Until::Closed => true,
            Until::Open(watermark) => watermark > deadline,
        })
    }

    fn finding(
        &self,
        verdict: Verdict,
        activation: Option<usize>,
        evidence: &[usize],
        deadline: Option<Time>,
        at: Option<Time>,
    ) -> Option<Finding> {
        let number = |at: usize| self.events[at].0;
        let activation = activation.map(number);
        let evidence = evidence.iter().map(|at| number(*at)).collect();
        Some(Finding { trace: self.trace, verdict, activation, evidence, deadline, at })
    }

    /// How each activation stands; none where what it asks for is so for good.
    fn activations(&self, half: &Half) -> Vec<Option<Finding>> {
        let activates = &self.is[usize::from(half.second_activates)];
        (0..self.len())
            .filter(|at| activates[*at])
            .map(|at| match half.side {
                Side::After => self.after(half, at),
                Side::Before => self.before(half, at),
                Side::Either => match self.target_before(half, at) {
                    Some(_) => self.before(half, at),
                    None => self.after(half, at),
                },
            })
            .collect()
    }

    fn is_target(&self, half: &Half, activation: usize, target: usize) -> bool {
        let activates = &self.is[usize::from(half.second_activates)];
        let between = activation.min(target) + 1..activation.max(target);
        activation != target
            && self.is[usize::from(!half.second_activates)][target]
            && self.in_window(activation, target)
            && match half.reach {
                Reach::Anywhere => true,
                Reach::Alternate => !between.into_iter().any(|at| activates[at]),
                Reach::Chain => activation.abs_diff(target) == 1,
            }
            && self.correlated(half, activation, target)
    }

    fn correlated(&self, half: &Half, activation: usize, target: usize) -> bool {
        let Some(correlation) = &self.rule.correlation else { return true };
        let (activation, target) = (self.events[activation].1, self.events[target].1);
        let holds = match half.two_way && half.second_activates {
            true => correlation.holds(target, activation),
            false => correlation.holds(activation, target),
        };
        holds == Some(true)
    }

    fn target_before(&self, half: &Half, at: usize) -> Option<usize> {
        (0..at).rev().find(|target| self.is_target(half, at, *target))
    }

    fn target_after(&self, half: &Half, at: usize) -> Option<usize> {
        (at + 1..self.len()).find(|target| self.is_target(half, at, *target))
    }

    fn forbidden(&self, at: usize, target: usize) -> Option<Finding> {
        let since = self.time(at).max(self.time(target));
        self.finding(Verdict::Violated, Some(at), &[target], None, Some(since))
    }

    fn before(&self, half: &Half, at: usize) -> Option<Finding> {
        let activates = &self.is[usize::from(half.second_activates)];
        match (self.target_before(half, at), half.forbids) {
            (Some(_), false) | (None, true) => None,
            (Some(target), true) => self.forbidden(at, target),
            (None, false) => {
                let in_the_way = match half.reach {
                    Reach::Anywhere => None,
                    Reach::Alternate => (0..at).rev().find(|other| activates[*other]),
                    Reach::Chain => at.checked_sub(1),
                };
                let evidence: Vec<usize> = in_the_way.into_iter().collect();
                self.finding(Verdict::Violated, Some(at), &evidence, None, Some(self.time(at)))
            }
        }
    }

    fn after(&self, half: &Half, at: usize) -> Option<Finding> {
        let activates = &self.is[usize::from(half.second_activates)];
        match (self.target_after(half, at), half.forbids) {
            (Some(_), false) => return None,
            (Some(target), true) => return self.forbidden(at, target),
            (None, _) => {}
        }
        let deadline = self.deadline_from(at);
        let in_the_way = match half.reach {
            Reach::Anywhere => None,
            Reach::Alternate => (at + 1..self.len()).find(|other| activates[*other]),
            Reach::Chain => Some(at + 1).filter(|next| *next < self.len()),
        };
        let in_the_way =
            in_the_way.filter(|other| deadline.is_none_or(|deadline| self.time(*other) <= deadline));
        let decided = if let Some(other) = in_the_way {
            Some((Verdict::Violated, vec![other], Some(self.time(other))))
        } else if self.passed(deadline) {
            Some((Verdict::ViolatedAtDeadline, vec![], deadline))
        } else if self.closed() {
            Some((Verdict::Violated, vec![], self.last_time()))
        } else {
            None
        };
        match (decided, half.forbids) {
            (Some(_), true) => None,
            (Some((verdict, evidence, since)), false) => {
                self.finding(verdict, Some(at), &evidence, deadline, since)
            }
            (None, true) => self.finding(Verdict::PossiblySatisfied, Some(at), &[], deadline, None),
            (None, false) => self.finding(Verdict::PossiblyViolated, Some(at), &[], deadline, None),
        }
    }

    /// How the whole trace stands; none where what is asked of it is so for good.
    fn whole(&self) -> Option<Finding> {
        let counted = |pattern: usize| -> Vec<usize> {
            (0..self.len()).filter(|at| self.is[pattern][*at] && self.in_window(0, *at)).collect()
        };
        let (first, second) = (counted(0), counted(1));
        match self.rule.template {
            Template::Existence(count) => self.at_least(count as usize, &first),
            Template::Absence(count) => self.fewer_than(count as usize, &first),
            Template::Exactly(count) if first.len() >= count as usize => {
                self.fewer_than(count as usize + 1, &first)
            }
            Template::Exactly(count) => self.at_least(count as usize, &first),
            Template::Init => match self.is[0].first() {
                None => self.owed(&[]),
                Some(true) => None,
                Some(false) => self.finding(Verdict::Violated, None, &[0], None, Some(self.time(0))),
            },
            Template::End => self.end(&first),
            Template::Choice => match first.is_empty() && second.is_empty() {
                true => self.owed(&[]),
                false => None,
            },
            Template::ExclusiveChoice => self.exclusive(&first, &second),
            _ => unreachable!("it relates two patterns"),
        }
    }

    fn at_least(&self, count: usize, found: &[usize]) -> Option<Finding> {
        if found.len() >= count { None } else { self.owed(found) }
    }

    fn fewer_than(&self, count: usize, found: &[usize]) -> Option<Finding> {
        match found.get(..count) {
            Some(first) => self.too_many(first),
            None => self.so_far(found),
        }
    }

    fn end(&self, counted: &[usize]) -> Option<Finding> {
        let Some(last) = self.len().checked_sub(1) else { return self.owed(&[]) };
        let verdict = match (counted.contains(&last), self.closed()) {
            (true, true) => return None,
            (false, true) => Verdict::Violated,
            (true, false) => Verdict::PossiblySatisfied,
            (false, false) => Verdict::PossiblyViolated,
        };
        let since = self.closed().then(|| self.time(last));
        self.finding(verdict, None, &[last], None, since)
    }

    fn exclusive(&self, first: &[usize], second: &[usize]) -> Option<Finding> {
        match (first.first(), second.first()) {
            (None, None) => self.owed(&[]),
            (Some(one), None) | (None, Some(one)) => self.so_far(&[*one]),
            (Some(one), Some(other)) if one == other => self.too_many(&[*one]),
            (Some(one), Some(other)) => self.too_many(&[*one.min(other), *one.max(other)]),
        }
    }

    fn life_ends(&self) -> Option<Time> {
        if self.len() == 0 { None } else { self.deadline_from(0) }
    }

    /// Something must still come.
    fn owed(&self, found: &[usize]) -> Option<Finding> {
        let deadline = self.life_ends();
        if self.passed(deadline) {
            self.finding(Verdict::ViolatedAtDeadline, None, found, deadline, deadline)
        } else if self.closed() {
            self.finding(Verdict::Violated, None, found, deadline, self.last_time())
        } else {
            self.finding(Verdict::PossiblyViolated, None, found, deadline, None)
        }
    }

    /// It is as it should be, if no more comes.
    fn so_far(&self, found: &[usize]) -> Option<Finding> {
        let deadline = self.life_ends();
        if self.closed() || self.passed(deadline) {
            None
        } else {
            self.finding(Verdict::PossiblySatisfied, None, found, deadline, None)
        }
    }

    /// What came should not have.
    fn too_many(&self, these: &[usize]) -> Option<Finding> {
        let since = these.last().map(|last| self.time(*last));
        self.finding(Verdict::Violated, None, these, self.life_ends(), since)
    }
}

fn nanos(time: Time) -> i128 {
    i128::from(time.seconds()) * 1_000_000_000 + i128::from(time.subsecond_nanos())
}

fn later(time: Time, by: i128) -> Option<Time> {
    let nanos = nanos(time) + by;
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    Time::new(seconds, u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?, time.offset())
}
