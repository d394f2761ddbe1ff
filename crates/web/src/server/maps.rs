//! How the cases of a procedure went, drawn from the record: from the map to an edge, its cases, the single event.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::board::own_office;
use super::show;
use crate::layout::Face;
use crate::page::maps as page;
use crate::path;
use casework::State;
use casework::activity::{self, part};
use casework::state::Stage;
use oversight::log::{Log, Traces};
use oversight::map::{
    Beside, Cases, Colour, Follows, Lapses, Look, Most, Reading, Shown, Words, svg, variants,
};
use pack::{Id, Title};
use record::{Entry, Event, ObjectRef, StoreError};
use std::collections::BTreeMap;

/// Entries of the record that a map is drawn from, the last ones: drawing keeps somebody waiting.
const LATEST: u64 = 200_000;
/// Entries read at once.
const CHUNK: usize = 1_000;
/// Cases behind an edge, and ways that cases went, on a page.
const MOST_CASES: usize = 500;
const MOST_WAYS: usize = 10;
/// The type of all cases in a map's log, whatever they are.
const CASE: &str = "case";
/// Moves that are no part of how a case went, since they say only who had it in hand.
const ASIDE: [&str; 5] =
    [activity::SAVED, activity::ATTACHED, activity::DETACHED, activity::TAKEN, activity::RELEASED];

/// The cases of one procedure that the reader may supervise, as the record tells them.
struct Told {
    procedure: (Id, Title),
    log: Log,
    /// By number of the event in the log: its entry.
    entries: Vec<u64>,
    /// Where each case is handled.
    offices: BTreeMap<ObjectRef, Id>,
    /// What events are called here, by what they are called in addresses, which hold in every language.
    names: BTreeMap<String, String>,
}

impl Told {
    fn of(asked: &Asked) -> Result<Self, Oops> {
        let own = own_office(asked)?;
        let casework = &asked.city.casework;
        let book = casework.book();
        let id = Id::from(asked.param("procedure"));
        let procedure = book.procedure(&id).ok_or(Oops::Missing)?;
        let within = |office: &Id| book.definitions.lies_in(office, &own);
        let mut told = Self {
            procedure: (id.clone(), procedure.title.clone()),
            log: Log::new(),
            entries: Vec::new(),
            offices: BTreeMap::new(),
            names: BTreeMap::new(),
        };
        let mut all: Vec<(ObjectRef, u64, Event)> = Vec::new();
        each(asked, &mut |entry| {
            let Some(case) = activity::moved(&entry.event) else { return };
            if let Some(office) = begun(&entry.event, &id).filter(within) {
                told.offices.insert(case.clone(), office);
            }
            let aside = ASIDE.contains(&entry.event.activity.as_str());
            if told.offices.contains_key(case) && !aside {
                all.push((case.clone(), entry.index, entry.event.clone()));
            }
        })?;
        for (case, index, event) in all {
            let title = show::happening(&event, Some(procedure));
            let name = asked.lang.of(&title).to_owned();
            told.names.entry(title.zh.to_string()).or_insert_with(|| name.clone());
            let named = Event::new(event.id, name.as_str(), event.time);
            let case = ObjectRef::new(CASE, case.id.as_str());
            // Many fewer events than a log can hold.
            if told.log.push(&named.about(CASE, case)).is_ok() {
                told.entries.push(index);
            }
        }
        Ok(told)
    }

    fn traces(&self) -> Result<Traces, Oops> {
        self.log.traces(CASE).ok_or(Oops::Missing)
    }

    /// What an event is called in addresses.
    fn address(&self, name: &str) -> String {
        let known = self.names.iter().find(|(_, shown)| *shown == name);
        known.map_or(name, |(address, _)| address).to_owned()
    }

    fn name(&self, code: u32) -> String {
        self.log.activities().get(code as usize).map(ToString::to_string).unwrap_or_default()
    }
}

/// The office in which an event begins a case of a procedure.
fn begun(event: &Event, procedure: &Id) -> Option<Id> {
    let of = event.attribute("procedure").and_then(record::Value::as_text);
    let begins = event.activity.as_str() == activity::STARTED && of == Some(procedure.as_str());
    event.object(part::OFFICE).filter(|_| begins).map(|office| Id::from(office.id.as_str()))
}

fn each(asked: &Asked, tell: &mut dyn FnMut(&Entry)) -> Result<(), StoreError> {
    let record = asked.city.casework.record();
    let size = record.len()?;
    let mut at = size.saturating_sub(LATEST);
    while at < size {
        let next = record.follow(at, CHUNK, tell)?;
        if next == at {
            break;
        }
        at = next;
    }
    Ok(())
}

/// The procedures of which cases run or ran in the reader's office and below.
pub fn list(asked: &Asked) -> Result<Answer, Oops> {
    let own = own_office(asked)?;
    let definitions = &asked.city.casework.book().definitions;
    let running = |state: &&State| state.stage != Stage::Draft && definitions.lies_in(&state.office, &own);
    let whole = definitions.offices.get(&own).is_some_and(|office| office.parent.is_none());
    let counts = asked.city.casework.board(|board| {
        let mut counts: BTreeMap<Id, u64> = BTreeMap::new();
        for state in board.running().filter(running) {
            *counts.entry(state.procedure.clone()).or_default() += 1;
        }
        // Of cases that are over it is known here how many, and not where.
        for (procedure, over) in board.over().filter(|_| whole) {
            *counts.entry(procedure.clone()).or_default() += over;
        }
        counts
    })?;
    let known = |(id, count): (Id, u64)| {
        let title = definitions.procedures.get(&id)?.title.clone();
        Some((id, title, count))
    };
    let mut procedures: Vec<(Id, Title, u64)> = counts.into_iter().filter_map(known).collect();
    procedures.sort_by_key(|(id, _, count)| (std::cmp::Reverse(*count), id.clone()));
    Ok(Answer::page(page::list(&asked.frame(Face::Staff), &page::List { procedures })))
}

/// One procedure's map: the drawing, and the same in figures.
pub fn show(asked: &Asked) -> Result<Answer, Oops> {
    let told = Told::of(asked)?;
    let traces = told.traces()?;
    let cases = Cases::of(&told.log, &traces, &Reading::default());
    let graph = Follows::of(&cases);
    let shown = Shown::of(&graph, Most::default());
    let mut edges: Vec<page::Edge> = shown
        .edges
        .iter()
        .filter_map(|at| graph.edges.get(*at))
        .map(|edge| (edge, told.name(edge.from), told.name(edge.to)))
        .map(|(edge, from, to)| page::Edge {
            cases: path::map_edge(&told.procedure.0, &told.address(&from), &told.address(&to)),
            from,
            to,
            count: edge.count,
            seconds: (edge.seconds / edge.count.max(1) as f64, edge.longest),
        })
        .collect();
    edges.sort_by(|one, other| (other.count, &one.from, &one.to).cmp(&(one.count, &other.from, &other.to)));
    let ways = variants(&cases);
    let most = ways.iter().take(MOST_WAYS).map(|way| {
        let names = way.activities.iter().map(|code| told.name(*code)).collect();
        (way.cases.len() as u64, names)
    });
    let view = page::Map {
        cases: traces.len() as u64,
        variants: ways.len() as u64,
        edges,
        total: graph.edges.len() as u64,
        times: asked.field("times").is_some(),
        ways: most.collect(),
        procedure: told.procedure.clone(),
    };
    Ok(Answer::page(page::show(&asked.frame(Face::Staff), &view)))
}

pub fn drawing(asked: &Asked) -> Result<Answer, Oops> {
    let told = Told::of(asked)?;
    let traces = told.traces()?;
    let cases = Cases::of(&told.log, &traces, &Reading::default());
    let graph = Follows::of(&cases);
    let drawn = svg(&Look {
        graph: &graph,
        lapses: &Lapses::of(&cases, &graph),
        shown: &Shown::of(&graph, Most::default()),
        fit: None,
        beside: if asked.field("times").is_some() { Beside::Mean } else { Beside::Count },
        colour: Colour::Plain,
        words: &Words::EN,
        name: &|code| told.name(code),
        link: &|_, _| None,
    });
    Ok(Answer::bytes("image/svg+xml", drawn.into_bytes()))
}

/// The cases in which one event came right after another.
pub fn cases(asked: &Asked) -> Result<Answer, Oops> {
    let told = Told::of(asked)?;
    let traces = told.traces()?;
    let edge = ["from", "to"].map(|name| {
        let address = asked.field(name).unwrap_or_default();
        told.names.get(address).map_or(address, String::as_str).to_owned()
    });
    let codes = [told.log.activity_code(&edge[0]), told.log.activity_code(&edge[1])];
    let [Some(from), Some(to)] = codes else { return Err(Oops::Missing) };
    let numbers: BTreeMap<&str, &Id> =
        told.offices.iter().map(|(case, office)| (case.id.as_str(), office)).collect();
    let mut found = Vec::new();
    for trace in 0..traces.len() {
        let Some(case) = traces.object(trace) else { continue };
        let events = traces.events().get(traces.range(trace)).unwrap_or_default();
        for pair in events.windows(2) {
            let [one, other] = pair else { continue };
            let code = |event: &u32| told.log.activity_codes().get(*event as usize).copied();
            if (code(one), code(other)) != (Some(from), Some(to)) {
                continue;
            }
            let event = |event: &u32| {
                let at = *event as usize;
                Some((*told.log.times().get(at)?, *told.entries.get(at)?))
            };
            let (Some(one), Some(other)) = (event(one), event(other)) else { continue };
            let office = numbers.get(case.id.as_str()).map(|office| show::office(asked, office));
            found.push(page::Case {
                case: case.id.to_string(),
                office: office.unwrap_or_default(),
                seconds: (other.0.seconds() - one.0.seconds()) as f64,
                events: [one, other],
            });
        }
    }
    found.sort_by(|one, other| other.seconds.total_cmp(&one.seconds).then(one.case.cmp(&other.case)));
    let total = found.len() as u64;
    found.truncate(MOST_CASES);
    let [from, to] = edge;
    let view = page::Cases { procedure: told.procedure.clone(), edge: (from, to), cases: found, total };
    Ok(Answer::page(page::cases(&asked.frame(Face::Staff), &view)))
}
