//! What a map is drawn of, whether cases of the record or of a log that was taken in, and what of it is asked for.

use super::super::answer::Oops;
use super::super::asked::Asked;
use crate::page::maps as page;
use crate::text::{self, Lang, Speak as _};
use jiff::civil::Date;
use oversight::map::{
    Beside, By, Cases, Colour, Conformance, Filter, Follows, Lapses, Look, Most, Move, NONE, Reference,
    Shown, Words, bottlenecks, rework, svg, variants, way_name,
};
use pack::Title;
use record::Time;
use smol_str::SmolStr;

/// Ways, waits, and what is done again, on a page.
const MOST_WAYS: usize = 10;
const MOST_WAITS: usize = 10;
const MOST_AGAIN: usize = 8;
/// What does not fit, on a page.
const MOST_WRONG: usize = 12;
/// Edges that are drawn where nobody says how many, and how many can be asked for.
const EDGES: usize = 36;
pub const MOST_EDGES: [usize; 3] = [20, EDGES, 70];
const ACTIVITIES: usize = 24;
/// Cases on a page, and of those the page that is asked for.
const A_PAGE: usize = 100;

/// Where an event leads to: its words and its address.
pub type Linked = (String, String);

/// What a map is drawn of.
pub struct Ground<'a> {
    /// The address of the map.
    pub base: String,
    /// What it is called, and the pages above it.
    pub title: String,
    pub above: Vec<Linked>,
    /// Of a log from elsewhere the offset from UTC at which it was written, in minutes.
    pub log: Option<i16>,
    /// All its cases.
    pub cases: &'a Cases<'a>,
    /// What an activity, an office, an outcome is called, by code.
    pub name: &'a dyn Fn(u32) -> String,
    pub office: &'a dyn Fn(u32) -> String,
    pub outcome: &'a dyn Fn(u32) -> String,
    /// A case by its number: its name with its address, and where it is handled.
    pub case: &'a dyn Fn(u32) -> (Linked, String),
    /// An event of a case, both by their numbers.
    pub event: &'a dyn Fn(u32, u32) -> Linked,
    /// A moment, unless it only stands for one that nothing tells.
    pub known: &'a dyn Fn(Time) -> Option<Time>,
    /// The procedure that its cases are held against, and which of them are over.
    pub reference: Option<Reference<'a>>,
    pub over: &'a dyn Fn(u32) -> bool,
    /// Closed cases that are not held any more.
    pub left_out: u64,
    /// Objects of other types that the same events are about, each with the address of its map, and whether it is this.
    pub others: Vec<(String, String, bool)>,
}

/// What is asked for.
pub struct Wanted {
    pub filter: Filter,
    pub form: page::Form,
    beside: Beside,
    edges: usize,
}

impl Wanted {
    /// What the address asks for. `log`: the offset from UTC, in minutes, at which a log from elsewhere was written, where its
    /// days begin; those of the city's own record begin here.
    pub fn of(asked: &Asked, log: Option<i16>) -> Result<Self, Oops> {
        let words = |name: &str| asked.words(name).map(str::to_owned);
        let date = |name: &str| -> Result<Option<Date>, Oops> {
            let Some(text) = asked.words(name) else { return Ok(None) };
            text.parse().map(Some).map_err(|_| {
                Oops::Unreadable(Title::new(
                    format!("`{text}` 不是日期，请写成 2026-01-31"),
                    format!("`{text}` is no date: write it as 2026-01-31"),
                ))
            })
        };
        let (since, until) = (date("since")?, date("until")?);
        let midnight = |date: Option<Date>| {
            let date = date?;
            match log {
                None => pack::days::moment(date.at(0, 0, 0, 0)),
                Some(offset) => Time::parse(&format!("{date}T00:00:00{}", text::offset(offset))).ok(),
            }
        };
        let after = |date: Option<Date>| date.and_then(|date| date.tomorrow().ok());
        let names = |name: &str| words(name).map(SmolStr::new).into_iter().collect();
        let colour = asked.words("colour").and_then(page::Tint::parse).unwrap_or_default();
        let beside = asked.words("beside").and_then(Beside::parse).unwrap_or_default();
        let edges = asked.words("edges").and_then(|edges| edges.parse().ok());
        let edges = edges.filter(|edges| MOST_EDGES.contains(edges)).unwrap_or(EDGES);
        Ok(Self {
            filter: Filter {
                since: midnight(since),
                until: midnight(after(until)),
                offices: words("office").map(|office| vec![office.into()]),
                outcome: words("outcome").map(SmolStr::new),
                with: names("with"),
                without: names("without"),
                way: words("way"),
            },
            form: page::Form {
                object: words("object"),
                since,
                until,
                office: words("office"),
                outcome: words("outcome"),
                with: words("with"),
                without: words("without"),
                way: words("way"),
                beside,
                tint: colour,
                edges,
            },
            beside,
            edges,
        })
    }
}

fn words(lang: Lang) -> &'static Words {
    match lang {
        Lang::Zh => &Words::ZH,
        Lang::En => &Words::EN,
    }
}

impl Ground<'_> {
    fn choices(&self) -> page::Choices {
        let all = |keys: &[SmolStr], name: &dyn Fn(u32) -> String| {
            let mut all: Vec<(String, String)> =
                (0..).zip(keys).map(|(code, key)| (key.to_string(), name(code))).collect();
            all.retain(|(key, _)| !key.is_empty());
            all.sort_by(|one, other| one.1.cmp(&other.1));
            all
        };
        page::Choices {
            activities: all(self.cases.names(), self.name),
            offices: all(self.cases.offices(), self.office),
            outcomes: all(self.cases.outcomes(), self.outcome),
            fits: self.reference.is_some(),
        }
    }

    /// The page of the map.
    pub fn map(&self, asked: &Asked, wanted: &Wanted) -> page::Map {
        let chosen;
        let cases = match wanted.filter.is_empty() {
            true => self.cases,
            false => {
                chosen = wanted.filter.of(self.cases);
                &chosen
            }
        };
        let graph = Follows::of(cases);
        let lapses = Lapses::of(cases, &graph);
        let most = Most { edges: wanted.edges, activities: ACTIVITIES, ..Most::default() };
        let shown = Shown::of(&graph, most);
        let fit = self.fit(cases, &graph);
        let to = |from: u32, to: Option<u32>| {
            let key = |code: u32| cases.names().get(code as usize).map_or("", SmolStr::as_str);
            match to {
                None => wanted.form.cases(&self.base, &[("step", key(from))]),
                Some(to) => wanted.form.cases(&self.base, &[("from", key(from)), ("to", key(to))]),
            }
        };
        let drawn = self.drawn(asked, wanted, (&graph, &lapses, &shown), fit.as_ref(), &to);
        let mut edges: Vec<page::Edge> = shown
            .edges
            .iter()
            .filter_map(|at| {
                Some((graph.edges.get(*at)?, *lapses.edges.get(*at)?, fit_of(fit.as_ref(), *at)))
            })
            .map(|(edge, times, wrong)| page::Edge {
                from: (self.name)(edge.from),
                to: (self.name)(edge.to),
                link: to(edge.from, Some(edge.to)),
                count: edge.count,
                cases: edge.cases,
                times,
                wrong,
            })
            .collect();
        edges.sort_by(|one, other| {
            (other.count, &one.from, &one.to).cmp(&(one.count, &other.from, &other.to))
        });
        let ways = variants(cases);
        page::Map {
            base: self.base.clone(),
            title: self.title.clone(),
            above: self.above.clone(),
            form: wanted.form.clone(),
            choices: self.choices(),
            cases: cases.len() as u64,
            all: self.cases.len() as u64,
            variants: ways.len() as u64,
            left_out: self.left_out,
            zone: self.log.map(text::zone),
            drawn,
            edges,
            total: graph.edges.len() as u64,
            waits: [By::Step, By::Office, By::Both].map(|by| self.waits(cases, by, &to)),
            again: self.again(cases, &to),
            fit: fit.map(|fit| self.told_fit(asked, &fit, wanted)),
            ways: ways.iter().take(MOST_WAYS).map(|way| self.way(cases, way)).collect(),
            words: words(asked.lang),
            others: self.others.clone(),
        }
    }

    fn drawn(
        &self,
        asked: &Asked,
        wanted: &Wanted,
        (graph, lapses, shown): (&Follows, &Lapses, &Shown),
        fit: Option<&Conformance>,
        to: &dyn Fn(u32, Option<u32>) -> String,
    ) -> String {
        let never = self.never(fit);
        let tint = if fit.is_some() { wanted.form.tint } else { wanted.form.tint.without_fit() };
        svg(&Look {
            graph,
            lapses,
            shown,
            fit: fit.filter(|_| tint == page::Tint::Fit).map(|fit| (fit, never.as_slice())),
            beside: wanted.beside,
            colour: if tint == page::Tint::Time { Colour::Time } else { Colour::Plain },
            words: words(asked.lang),
            name: self.name,
            link: &|from, other| Some(to(from, other)),
        })
    }

    fn way(&self, cases: &Cases<'_>, way: &oversight::map::Variant) -> page::Way {
        let keys: Vec<&str> = way.activities.iter().map(|code| cases.name(*code)).collect();
        page::Way {
            name: way_name(&keys),
            count: way.cases.len() as u64,
            steps: way.activities.iter().map(|code| (self.name)(*code)).collect(),
        }
    }

    fn fit(&self, cases: &Cases<'_>, graph: &Follows) -> Option<Conformance> {
        let over = |case: usize| (self.over)(cases.number(case));
        self.reference.as_ref().map(|reference| Conformance::of(cases, graph, reference, over))
    }

    fn never(&self, fit: Option<&Conformance>) -> Vec<(u32, u32)> {
        let (Some(reference), Some(fit)) = (&self.reference, fit) else { return Vec::new() };
        let moves: Vec<Vec<Move>> = self.cases.names().iter().map(|name| reference.moves(name)).collect();
        let code =
            |one: &Move| (0_u32..).zip(&moves).find(|(_, all)| all.contains(one)).map(|(code, _)| code);
        fit.never.iter().filter_map(|(from, to)| Some((code(from)?, code(to)?))).collect()
    }

    fn waits(&self, cases: &Cases<'_>, by: By, to: &dyn Fn(u32, Option<u32>) -> String) -> Vec<page::Wait> {
        let all = bottlenecks(cases, by).into_iter().filter(|wait| by == By::Step || wait.office.is_some());
        let told = |wait: oversight::map::Wait| page::Wait {
            step: wait.activity.map(|code| ((self.name)(code), to(code, None))),
            office: wait.office.map(|code| (self.office)(code)),
            cases: wait.cases,
            waited: wait.waited,
            served: wait.served,
        };
        all.filter(|wait| wait.waited.total > 0.0).take(MOST_WAITS).map(told).collect()
    }

    fn again(&self, cases: &Cases<'_>, to: &dyn Fn(u32, Option<u32>) -> String) -> page::Again {
        let found = rework(cases);
        let repeat = |one: &oversight::map::Repeat| page::Repeat {
            steps: vec![(self.name)(one.activity)],
            link: Some(to(one.activity, None)),
            cases: one.cases,
            times: one.again,
            seconds: one.seconds,
        };
        let round = |one: &oversight::map::Loop| page::Repeat {
            steps: one
                .activities
                .iter()
                .chain(one.activities.first())
                .map(|code| (self.name)(*code))
                .collect(),
            link: None,
            cases: one.cases,
            times: one.rounds,
            seconds: one.seconds,
        };
        page::Again {
            cases: found.cases,
            repeats: found.repeats.iter().take(MOST_AGAIN).map(repeat).collect(),
            loops: found
                .loops
                .iter()
                .filter(|one| one.activities.len() > 1)
                .take(MOST_AGAIN)
                .map(round)
                .collect(),
        }
    }

    fn told_fit(&self, asked: &Asked, fit: &Conformance, wanted: &Wanted) -> page::Fit {
        let Some(reference) = &self.reference else { return page::Fit::default() };
        let of = |title: &Title| asked.lang.of(title).to_owned();
        let wrong = fit.wrong.iter().take(MOST_WRONG).map(|one| page::Wrong {
            step: (self.name)(one.activity),
            why: of(&one.why.title(reference)),
            times: one.times,
            cases: one.cases,
        });
        let missing = fit.missing.iter().take(MOST_WRONG).map(|(step, cases)| {
            (reference.step(*step).map(|step| of(&step.title)).unwrap_or_default(), *cases)
        });
        let never = fit
            .never
            .iter()
            .take(3 * MOST_WRONG)
            .map(|(one, other)| (of(&reference.title(*one)), of(&reference.title(*other))));
        page::Fit {
            procedure: of(&reference.procedure().title),
            fitness: fit.fitness(),
            fitting: fit.fitting(),
            all: fit.cases.len() as u64,
            wrong: wrong.collect(),
            missing: missing.collect(),
            never: never.collect(),
            never_all: fit.never.len() as u64,
            odd: wanted.form.cases(&self.base, &[("fits", "no")]),
        }
    }

    /// The cases behind an edge, a step, or those that do not fit.
    pub fn behind(&self, asked: &Asked, wanted: &Wanted) -> Result<page::Cases, Oops> {
        let cases = wanted.filter.of(self.cases);
        let code = |name: &str| asked.words(name).map(|key| cases.code(key).ok_or(Oops::Missing)).transpose();
        let [from, to, step] = [code("from")?, code("to")?, code("step")?];
        let (title, heads, mut found) = match (from, to, step) {
            (Some(from), Some(to), _) => {
                let names = [(self.name)(from), (self.name)(to)];
                (format!("{} → {}", names[0], names[1]), names, along(&cases, from, to))
            }
            (_, _, Some(step)) => ((self.name)(step), [String::new(), (self.name)(step)], at(&cases, step)),
            _ => {
                let fit = self.fit(&cases, &Follows::of(&cases)).ok_or(Oops::Missing)?;
                let last = asked.lang.say("maps-last").into_owned();
                (asked.lang.say("maps-odd").into_owned(), [String::new(), last], odd(&cases, &fit))
            }
        };
        let by_fit = from.is_none() && step.is_none();
        found.sort_by(|one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        let last = found.len().div_ceil(A_PAGE).max(1);
        let leaf = asked.leaf().min(last);
        let shown = found.iter().skip((leaf - 1) * A_PAGE).take(A_PAGE).map(|(figure, case, events)| {
            let number = cases.number(*case);
            let (case, office) = (self.case)(number);
            let event = |at: Option<usize>| {
                at.map(|at| ((self.known)(cases.at(at)), (self.event)(number, cases.event(at))))
            };
            page::Case { case, office, events: events.map(event), figure: *figure }
        });
        let mut of = wanted.form.pairs();
        let named = ["from", "to", "step", "fits"];
        of.extend(named.iter().filter_map(|name| Some((*name, asked.words(name)?.to_owned()))));
        Ok(page::Cases {
            title,
            elsewhere: self.log.is_some(),
            heads,
            by_fit,
            above: self
                .above
                .iter()
                .cloned()
                .chain([(self.title.clone(), wanted.form.map(&self.base))])
                .collect(),
            cases: shown.collect(),
            total: found.len() as u64,
            page: (leaf as u64, last as u64),
            address: page::address(&format!("{}/cases", self.base), &of),
            words: words(asked.lang),
        })
    }
}

/// A figure, the case that has it, and the events that it lies between.
type Behind = (f64, usize, [Option<usize>; 2]);

/// Where one step came right after another, with how long that took.
fn along(cases: &Cases<'_>, from: u32, to: u32) -> Vec<Behind> {
    let of_case = |case: usize| {
        let pairs = cases.range(case).zip(cases.range(case).skip(1));
        let pairs =
            pairs.filter(move |(one, other)| (cases.activity(*one), cases.activity(*other)) == (from, to));
        pairs.map(move |(one, other)| {
            (between(cases.at(one), cases.at(other)), case, [Some(one), Some(other)])
        })
    };
    (0..cases.len()).flat_map(of_case).collect()
}

/// Where a step was done, with how long it was waited for.
fn at(cases: &Cases<'_>, step: u32) -> Vec<Behind> {
    let of_case = |case: usize| {
        let range = cases.range(case);
        let first = range.start;
        range.filter(move |at| cases.activity(*at) == step).map(move |at| {
            let waited = cases.waited(at, at == first).unwrap_or(0);
            (waited as f64 / 1e3, case, [None, Some(at)])
        })
    };
    (0..cases.len()).flat_map(of_case).collect()
}

/// The cases that do not agree, with how much is wrong.
fn odd(cases: &Cases<'_>, fit: &Conformance) -> Vec<Behind> {
    let odd = fit.cases.iter().enumerate().filter(|(_, one)| !one.fits());
    odd.map(|(case, one)| (f64::from(one.wrong + one.missing), case, [None, cases.range(case).next_back()]))
        .collect()
}

fn fit_of(fit: Option<&Conformance>, at: usize) -> u64 {
    fit.and_then(|fit| fit.edges.get(at)).map_or(0, |[_, wrong]| *wrong)
}

fn between(one: Time, other: Time) -> f64 {
    (other.seconds() - one.seconds()) as f64
}

/// The name of an office that events name by its code; nothing where none is known.
pub fn named(keys: &[SmolStr], code: u32) -> &str {
    if code == NONE { "" } else { keys.get(code as usize).map_or("", SmolStr::as_str) }
}
