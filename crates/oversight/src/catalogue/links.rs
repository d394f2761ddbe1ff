use crate::log::{Log, Traces};
use pack::models::Over;
use record::{Event, Link, ObjectRef};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The links between objects that the events of a log establish, or that a log keeps beside its events.
#[derive(Debug, Default)]
pub struct Links {
    /// By object: the objects at the other ends, each with the name of the link.
    of: HashMap<ObjectRef, BTreeSet<(SmolStr, ObjectRef)>>,
}

impl Links {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the links of an event, also of one that only carries parts of a log.
    pub fn push(&mut self, event: &Event) {
        for Link { from, qualifier, to } in &event.links {
            let name = SmolStr::new(qualifier.as_str());
            self.of.entry(from.clone()).or_default().insert((name.clone(), to.clone()));
            self.of.entry(to.clone()).or_default().insert((name, from.clone()));
        }
    }

    /// For each trace of `each`, by its number, the traces of the objects that belong to its object: those at the end of the
    /// way that `over` goes. A step of the way follows a link, in either direction; where no link is named, it also goes
    /// from one object to another that an event is about, too.
    pub(super) fn follow(&self, log: &Log, each: &Traces, over: &Over) -> Vec<(usize, ObjectRef)> {
        let mut way: Vec<&str> = over.through.iter().map(pack::Id::as_str).collect();
        way.push(over.object.as_str());
        let mut shared: BTreeMap<(String, String), HashMap<ObjectRef, BTreeSet<ObjectRef>>> = BTreeMap::new();
        let mut pairs = Vec::new();
        for trace in 0..each.len() {
            let Some(object) = each.object(trace) else { continue };
            let mut here = BTreeSet::from([object.clone()]);
            for kind in &way {
                let mut there = BTreeSet::new();
                for object in &here {
                    there.extend(self.linked(object, kind, over.link.as_ref().map(pack::Id::as_str)));
                    if over.link.is_none() {
                        let key = (object.kind.to_string(), (*kind).to_owned());
                        let together =
                            shared.entry(key).or_insert_with_key(|(from, to)| together(log, from, to));
                        there.extend(together.get(object).into_iter().flatten().cloned());
                    }
                }
                here = there;
            }
            here.remove(&object);
            pairs.extend(here.into_iter().map(|other| (trace, other)));
        }
        pairs
    }

    fn linked<'a>(
        &'a self,
        object: &ObjectRef,
        kind: &'a str,
        name: Option<&'a str>,
    ) -> impl Iterator<Item = ObjectRef> + 'a {
        let all = self.of.get(object).into_iter().flatten();
        let wanted = move |(link, other): &&(SmolStr, ObjectRef)| {
            other.kind.as_str() == kind && name.is_none_or(|name| link == name)
        };
        all.filter(wanted).map(|(_, other)| other.clone())
    }
}

/// For each object of one type those of another that some event is about together with it.
fn together(log: &Log, from: &str, to: &str) -> HashMap<ObjectRef, BTreeSet<ObjectRef>> {
    let mut all: HashMap<ObjectRef, BTreeSet<ObjectRef>> = HashMap::new();
    let (Some(from), Some(to)) = (log.traces(from), log.traces(to)) else { return all };
    let mut by_event: HashMap<u32, Vec<ObjectRef>> = HashMap::new();
    for trace in 0..to.len() {
        for event in to.events().get(to.range(trace)).unwrap_or_default() {
            by_event.entry(*event).or_default().extend(to.object(trace));
        }
    }
    for trace in 0..from.len() {
        let Some(object) = from.object(trace) else { continue };
        for event in from.events().get(from.range(trace)).unwrap_or_default() {
            let others = by_event.get(event).into_iter().flatten().filter(|other| **other != object);
            all.entry(object.clone()).or_default().extend(others.cloned());
        }
    }
    all
}
