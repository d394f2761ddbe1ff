use super::cases::NONE;
use super::{Cases, way_name};
use record::Time;
use smol_str::SmolStr;
use std::collections::HashMap;

/// Which cases a map is of. What is left out asks for nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Begun at this moment or later.
    pub since: Option<Time>,
    /// Begun before this moment.
    pub until: Option<Time>,
    /// Some step of it done in one of these offices.
    pub offices: Option<Vec<SmolStr>>,
    /// Came out so.
    pub outcome: Option<SmolStr>,
    /// All of these happened in it.
    pub with: Vec<SmolStr>,
    /// None of these happened in it.
    pub without: Vec<SmolStr>,
    /// Went this way, by the [name](way_name) of that.
    pub way: Option<String>,
}

impl Filter {
    /// Whether it asks for nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The cases that fit.
    pub fn of(&self, cases: &Cases<'_>) -> Cases<'static> {
        let codes =
            |names: &[SmolStr]| -> Vec<Option<u32>> { names.iter().map(|name| cases.code(name)).collect() };
        let (with, without) = (codes(&self.with), codes(&self.without));
        let offices: Option<Vec<bool>> = self
            .offices
            .as_ref()
            .map(|wanted| cases.offices().iter().map(|office| wanted.contains(office)).collect());
        let outcome = self.outcome.as_ref().map(|wanted| {
            let known = cases.outcomes().iter().zip(0..).find(|(other, _)| *other == wanted);
            known.map_or(NONE, |(_, code)| code)
        });
        let mut ways = Ways::default();
        let fits: Vec<bool> = (0..cases.len())
            .map(|case| {
                let range = cases.range(case);
                let way = cases.way(case);
                let begun = cases.at(range.start);
                let has = |code: &Option<u32>| code.is_some_and(|code| way.contains(&code));
                let in_office = |at: usize| {
                    let office = cases.office(at) as usize;
                    offices.as_ref().is_some_and(|wanted| wanted.get(office).copied().unwrap_or(false))
                };
                !range.is_empty()
                    && self.since.is_none_or(|since| begun >= since)
                    && self.until.is_none_or(|until| begun < until)
                    && outcome.is_none_or(|wanted| wanted != NONE && cases.outcome(case) == wanted)
                    && with.iter().all(has)
                    && !without.iter().any(has)
                    && (offices.is_none() || range.clone().any(in_office))
                    && self.way.as_ref().is_none_or(|wanted| ways.is(cases, way, wanted))
            })
            .collect();
        cases.only(|case| fits.get(case).copied().unwrap_or(false))
    }

    /// What it asks for that the cases know nothing of, activities and outcomes by their names.
    pub fn unknown<'f>(&'f self, cases: &Cases<'_>) -> Vec<&'f str> {
        let no_activity = |name: &&SmolStr| cases.code(name).is_none();
        let activities = self.with.iter().chain(&self.without).filter(no_activity);
        let outcome = self.outcome.iter().filter(|name| !cases.outcomes().contains(name));
        let of_offices = self.offices.iter().flatten().filter(|name| !cases.offices().contains(name));
        activities.chain(outcome).chain(of_offices).map(SmolStr::as_str).collect()
    }
}

/// Ways whose names were already held against the one that is wanted.
#[derive(Default)]
struct Ways {
    known: HashMap<Vec<u32>, bool>,
}

impl Ways {
    fn is(&mut self, cases: &Cases<'_>, way: &[u32], wanted: &str) -> bool {
        if let Some(known) = self.known.get(way) {
            return *known;
        }
        let names: Vec<&str> = way.iter().map(|code| cases.name(*code)).collect();
        let is = way_name(&names) == wanted;
        self.known.insert(way.to_vec(), is);
        is
    }
}
