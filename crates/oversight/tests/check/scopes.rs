//! Models over several objects: each, any, all and so many of those that belong to another.
//!
//! The oracle is written from the words of the guide: for every object of one type and every object that belongs to it the
//! two histories are laid together anew, as a log of their own, and judged by the oracle of single traces; then the pairs are
//! counted.

use crate::chance::Chance;
use crate::oracle::{Pattern, Rule, judge, once, traces};
use oversight::catalogue::{Found, Links, Ready, try_all};
use oversight::check::{Cases, Finding, Summary, Until, Verdict};
use oversight::log::Log;
use oversight::model::{self, Lapse, Model, Template, Window};
use pack::models::{HowMany, Over, Scope};
use record::{Event, Link, ObjectRef, Time};
use std::collections::BTreeSet;

const ACTIVITIES: [&str; 3] = ["a", "b", "c"];
const SECOND: i128 = 1_000_000_000;

fn object(kind: &str, nth: usize) -> ObjectRef {
    ObjectRef::new(kind, nth.to_string())
}

/// Orders, items and trucks; links of two names, some of them kept beside the events.
fn events(chance: &mut Chance) -> Vec<Event> {
    let count = 1 + chance.below(14);
    let event = |number: usize, chance: &mut Chance| {
        let time = Time::new(chance.below(9) as i64, 0, None).unwrap();
        let activity = if chance.one_in(9) { "log:object" } else { chance.pick(&ACTIVITIES) };
        let mut event = Event::new(format!("e{number}"), activity, time);
        for (kind, one_in) in [("order", 2), ("item", 2), ("truck", 3)] {
            if chance.one_in(one_in) {
                event = event.about("of", object(kind, chance.below(3)));
            }
        }
        if chance.one_in(3) {
            let kinds = ["order", "item", "truck"];
            let [from, to] =
                [chance.pick(&kinds), chance.pick(&kinds)].map(|kind| object(kind, chance.below(3)));
            let qualifier = chance.pick(&["has", "on"]).into();
            event.links.push(Link { from, qualifier, to });
        }
        event
    };
    (0..count).map(|number| event(number, chance)).collect()
}

fn over(chance: &mut Chance) -> Over {
    let how_many = match chance.below(4) {
        0 => HowMany::All,
        1 => HowMany::Between { least: 1, most: None },
        2 => HowMany::Between { least: chance.below(3) as u32, most: Some(chance.below(3) as u32 + 2) },
        _ => HowMany::Between { least: 0, most: Some(chance.below(2) as u32) },
    };
    Over {
        how_many,
        object: chance.pick(&["item", "order"]).into(),
        link: if chance.one_in(2) { Some(chance.pick(&["has", "on"]).into()) } else { None },
        through: if chance.one_in(4) { vec!["truck".into()] } else { Vec::new() },
    }
}

fn rule(chance: &mut Chance) -> Rule {
    let (_, template) = chance.pick(&Template::ALL);
    let pattern = |activity| Pattern { activities: vec![activity], condition: None };
    Rule {
        template,
        first: pattern(chance.pick(&ACTIVITIES)),
        second: pattern(chance.pick(&ACTIVITIES)),
        correlation: None,
        least: None,
        most: chance.pick(&[None, Some(SECOND), Some(4 * SECOND)]),
    }
}

fn ready(rule: &Rule, over: &Over) -> Ready {
    let pattern = |pattern: &Pattern| model::Pattern::of(pattern.activities[0]);
    let second = if rule.template.is_binary() { &rule.second } else { &rule.first };
    let most = rule.most.map(|most| Lapse::seconds((most / SECOND) as u32).into());
    let model = Model {
        name: "m".into(),
        template: rule.template,
        first: pattern(&rule.first),
        second: pattern(second),
        correlation: None,
        window: Window { least: None, most },
    };
    Ready { model, scope: Scope { each: "order".into(), over: Some(over.clone()) }, procedure: None }
}

fn is_event(event: &Event) -> bool {
    event.activity.as_str() != "log:object"
}

fn is_about(event: &Event, object: &ObjectRef) -> bool {
    is_event(event) && event.objects.iter().any(|relation| relation.object == *object)
}

/// The objects of a type one step away.
fn near(events: &[Event], from: &ObjectRef, kind: &str, link: Option<&str>) -> BTreeSet<ObjectRef> {
    let mut found = BTreeSet::new();
    for event in events {
        for one in &event.links {
            if link.is_none_or(|name| one.qualifier.as_str() == name) {
                found.extend((one.from == *from).then(|| one.to.clone()));
                found.extend((one.to == *from).then(|| one.from.clone()));
            }
        }
        if link.is_none() && is_about(event, from) {
            found.extend(
                event.objects.iter().map(|relation| relation.object.clone()).filter(|other| other != from),
            );
        }
    }
    found.retain(|other| other.kind.as_str() == kind);
    found
}

fn belonging(events: &[Event], to: &ObjectRef, over: &Over) -> BTreeSet<ObjectRef> {
    let link = over.link.as_ref().map(|link| link.as_str());
    let way = over.through.iter().chain([&over.object]);
    let end = way.fold(BTreeSet::from([to.clone()]), |here, kind| {
        here.iter().flat_map(|one| near(events, one, kind.as_str(), link)).collect()
    });
    let happened = |other: &ObjectRef| events.iter().any(|event| is_of(event, [to, other]));
    end.into_iter().filter(|other| other != to && happened(other)).collect()
}

/// Whether an event is one of an order together with another object: it is about that other, or about the order and about
/// none besides of the other's type.
fn is_of(event: &Event, [order, other]: [&ObjectRef; 2]) -> bool {
    let strange = |object: &ObjectRef| object.kind == other.kind && object != order && object != other;
    let alone = !event.objects.iter().any(|relation| strange(&relation.object));
    is_about(event, other) || (is_about(event, order) && alone)
}

/// What the oracle says of an order and one other object, with the numbers that events have in the log.
fn judged(events: &[Event], pair: [&ObjectRef; 2], rule: &Rule, until: Until) -> (Vec<Finding>, Summary) {
    let numbered = (0..).zip(events.iter().filter(|event| is_event(event)));
    let own: Vec<(u32, Event)> = numbered
        .filter(|(_, event)| is_of(event, pair))
        .map(|(number, event)| {
            (
                number,
                Event::new(event.id.clone(), event.activity.clone(), event.time)
                    .about("of", object("pair", 0)),
            )
        })
        .collect();
    let alone: Vec<Event> = own.iter().map(|(_, event)| event.clone()).collect();
    let whole = |number: &u32| own[*number as usize].0;
    let (findings, summary) = judge(&traces(&alone, "pair"), rule, until);
    let mut findings = once(findings);
    for finding in &mut findings {
        finding.activation = finding.activation.as_ref().map(whole);
        finding.evidence = finding.evidence.iter().map(whole).collect();
    }
    (findings, summary)
}

/// What must be said, in the order of the orders.
fn expected(events: &[Event], rule: &Rule, over: &Over, until: Until) -> (Vec<Found>, Summary) {
    let mut orders: Vec<ObjectRef> = Vec::new();
    for object in
        events.iter().filter(|event| is_event(event)).flat_map(|event| &event.objects).map(|one| &one.object)
    {
        if object.kind.as_str() == "order" && !orders.contains(object) {
            orders.push(object.clone());
        }
    }
    let (mut found, mut sum) = (Vec::new(), Summary::default());
    for order in &orders {
        let mut verdicts: Vec<Option<Verdict>> = Vec::new();
        let mut proofs: Vec<(BTreeSet<u32>, Vec<u32>)> = Vec::new();
        let mut asked = false;
        for other in belonging(events, order, over) {
            let (findings, summary) = judged(events, [order, &other], rule, until);
            sum.activations.fulfilled += summary.activations.fulfilled;
            sum.activations.violated += summary.activations.violated;
            sum.activations.pending += summary.activations.pending;
            asked |= summary.cases.vacuous == 0;
            verdicts.push(findings.iter().map(|finding| finding.verdict).max());
            let proof = findings
                .iter()
                .flat_map(|one| one.activation.into_iter().chain(one.evidence.iter().copied()));
            proofs.push((proof.collect(), spoken_of(events, [order, &other], rule)));
            // Of two orders that belong to each other the one of lesser name tells.
            let elsewhere =
                other < *order && orders.contains(&other) && belonging(events, &other, over).contains(order);
            if over.how_many == HowMany::All && !elsewhere {
                let scope = vec![order.clone(), other.clone()];
                found.extend(findings.into_iter().map(|finding| Found { scope: scope.clone(), finding }));
            }
        }
        let verdict = match over.how_many {
            HowMany::All => verdicts.iter().max().copied().flatten(),
            HowMany::Between { least, most } => {
                let verdict =
                    counted(&verdicts, least as usize, most.map_or(usize::MAX, |most| most as usize), until);
                if let Some(verdict) = verdict {
                    found.push(of_count(events, order, verdict, &verdicts, &proofs, over));
                }
                verdict
            }
        };
        let all = over.how_many == HowMany::All;
        *match verdict {
            None if all && !asked => &mut sum.cases.vacuous,
            None => &mut sum.cases.satisfied,
            Some(verdict) if verdict.is_violated() => &mut sum.cases.violated,
            Some(_) => &mut sum.cases.pending,
        } += 1;
    }
    (found, sum)
}

/// The numbers of the events of which the rule speaks, or of the last event.
fn spoken_of(events: &[Event], pair: [&ObjectRef; 2], rule: &Rule) -> Vec<u32> {
    let numbered = (0..).zip(events.iter().filter(|event| is_event(event)));
    let own: Vec<(u32, &Event)> = numbered.filter(|(_, event)| is_of(event, pair)).collect();
    let patterns: &[&Pattern] =
        if rule.template.is_binary() { &[&rule.first, &rule.second] } else { &[&rule.first] };
    let named = |event: &Event| patterns.iter().any(|one| one.activities.contains(&event.activity.as_str()));
    let spoken: Vec<u32> = own.iter().filter(|(_, event)| named(event)).map(|(number, _)| *number).collect();
    let last = own.iter().max_by_key(|(number, event)| (event.time, *number)).map(|(number, _)| *number);
    if spoken.is_empty() { last.into_iter().collect() } else { spoken }
}

/// Tries every way in which what is pending may end and, while more may come, any number of further objects.
fn counted(verdicts: &[Option<Verdict>], least: usize, most: usize, until: Until) -> Option<Verdict> {
    let kept = verdicts.iter().filter(|one| one.is_none()).count();
    let broken = verdicts.iter().filter(|one| one.is_some_and(Verdict::is_violated)).count();
    let pending = verdicts.len() - kept - broken;
    let further = if until == Until::Closed { 0 } else { least.max(1) + 5 };
    let ends: Vec<bool> =
        (kept..=kept + pending + further).map(|in_the_end| (least..=most).contains(&in_the_end)).collect();
    if ends.iter().all(|end| *end) {
        return None;
    }
    if ends.iter().all(|end| !*end) {
        return Some(Verdict::Violated);
    }
    let likely = kept + verdicts.iter().filter(|one| **one == Some(Verdict::PossiblySatisfied)).count();
    Some(if (least..=most).contains(&likely) {
        Verdict::PossiblySatisfied
    } else {
        Verdict::PossiblyViolated
    })
}

fn of_count(
    events: &[Event],
    order: &ObjectRef,
    verdict: Verdict,
    verdicts: &[Option<Verdict>],
    proofs: &[(BTreeSet<u32>, Vec<u32>)],
    over: &Over,
) -> Found {
    let HowMany::Between { most, .. } = over.how_many else { unreachable!("all of them are not counted") };
    let most = most.map_or(usize::MAX, |most| most as usize);
    let likely =
        verdicts.iter().filter(|one| one.is_none() || **one == Some(Verdict::PossiblySatisfied)).count();
    let others = belonging(events, order, over);
    let mut evidence: BTreeSet<u32> = BTreeSet::new();
    for (verdict, (proof, spoken)) in verdicts.iter().zip(proofs) {
        match (likely > most, verdict) {
            (true, None) => evidence.extend(spoken),
            (false, Some(_)) => evidence.extend(proof),
            _ => {}
        }
    }
    let happened: Vec<&Event> = events.iter().filter(|event| is_event(event)).collect();
    let own = happened.iter().filter(|event| is_about(event, order)).map(|event| event.time);
    let cited = evidence.iter().map(|number| happened[*number as usize].time);
    // Too few: until the last of them is over another may yet keep it.
    let of_others = happened
        .iter()
        .filter(|event| likely <= most && others.iter().any(|other| is_of(event, [order, other])));
    let of_others = of_others.map(|event| event.time);
    let at = own.chain(cited).chain(of_others).max().filter(|_| verdict.is_violated());
    let evidence = evidence.into_iter().collect();
    let finding = Finding { trace: 0, verdict, activation: None, evidence, deadline: None, at };
    Found { scope: vec![order.clone()], finding }
}

#[test]
fn pairs_are_found_and_counted_as_the_oracle_does() {
    let mut compared = 0;
    let mut told = [0; 5];
    for seed in 0..600 {
        let mut chance = Chance::new(seed);
        let events = events(&mut chance);
        let (mut log, mut links) = (Log::new(), Links::new());
        for event in &events {
            links.push(event);
            log.push(event).unwrap();
        }
        for _ in 0..6 {
            let (rule, over) = (rule(&mut chance), over(&mut chance));
            for until in [Until::Closed, Until::Open(Time::new(chance.below(9) as i64, 0, None).unwrap())] {
                let mut found = Vec::new();
                let models = [ready(&rule, &over)];
                let summaries = try_all(&log, &links, &models, until, &mut |_, one| found.push(one));
                // Which trace a finding is of, its objects say.
                found.iter_mut().for_each(|one| one.finding.trace = 0);
                let (mut expected, summary) = expected(&events, &rule, &over, until);
                expected.iter_mut().for_each(|one| one.finding.trace = 0);
                expected.iter().for_each(|one| told[one.finding.verdict as usize] += 1);
                let key = |one: &Found| (format!("{:?}", one.scope), format!("{:?}", one.finding));
                found.sort_by_key(key);
                expected.sort_by_key(key);
                assert_eq!(found, expected, "seed {seed}: {rule:?} {over:?} {until:?}\n{events:#?}");
                assert_eq!(summaries, [summary], "seed {seed}: {rule:?} {over:?} {until:?}\n{events:#?}");
                compared += usize::from(summary.cases != Cases::default());
            }
        }
    }
    assert!(compared > 3_000, "{compared}");
    assert!(told.iter().skip(1).all(|told| *told > 100), "{told:?}");
}
