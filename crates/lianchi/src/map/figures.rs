//! All that a map says, for programs. The shape is described in `docs/maps.md`.

use super::Made;
use oversight::log::Traces;
use oversight::map::{By, Cases, Reference, Times, Wait, Why, bottlenecks};
use pack::Lang;
use serde_json::{Map, Value as Json, json};

pub fn of(made: &Made<'_>, traces: &Traces) -> Json {
    let Made { cases, graph, lapses, .. } = made;
    let activities = (0_u32..).zip(&graph.count).filter(|(_, count)| **count > 0).map(|(code, count)| {
        let at = code as usize;
        let of = |counts: &[u64]| counts.get(at).copied().unwrap_or(0);
        json!({
            "activity": cases.name(code), "events": count, "cases": of(&graph.cases),
            "first_of_cases": of(&graph.first), "last_of_cases": of(&graph.last),
            "waited": lapses.waits.get(at).copied().flatten().map(|times| seconds(&times)),
            "served": lapses.serves.get(at).copied().flatten().map(|times| seconds(&times)),
        })
    });
    let fits = made.fit.as_ref().map(|(_, fit)| fit.edges.as_slice());
    let edges = graph.edges.iter().zip(&lapses.edges).enumerate().map(|(at, (edge, times))| {
        let mut told = seconds(times);
        told.insert("from".into(), cases.name(edge.from).into());
        told.insert("to".into(), cases.name(edge.to).into());
        told.insert("count".into(), edge.count.into());
        told.insert("cases".into(), edge.cases.into());
        if let Some([right, wrong]) = fits.and_then(|fits| fits.get(at)) {
            told.insert("allowed".into(), (*right).into());
            told.insert("not_allowed".into(), (*wrong).into());
        }
        Json::Object(told)
    });
    let waits = |by| bottlenecks(cases, by).iter().map(|wait| waited(cases, wait)).collect::<Vec<_>>();
    json!({
        "object": made.kind,
        "cases": cases.len(),
        "activities": activities.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
        "bottlenecks": { "steps": waits(By::Step), "offices": waits(By::Office), "steps_in_offices": waits(By::Both) },
        "rework": again(made),
        "conformance": made.fit.as_ref().map(|_| conformance(made, traces)),
    })
}

fn seconds(times: &Times) -> Map<String, Json> {
    let figures = [
        ("total_seconds", times.total),
        ("mean_seconds", times.mean),
        ("median_seconds", times.median),
        ("p90_seconds", times.p90),
        ("longest_seconds", times.longest),
    ];
    figures.into_iter().map(|(name, figure)| (name.to_owned(), figure.into())).collect()
}

fn waited(cases: &Cases<'_>, wait: &Wait) -> Json {
    let office = wait.office.and_then(|code| cases.offices().get(code as usize));
    json!({
        "activity": wait.activity.map(|code| cases.name(code)),
        "office": office.map(|office| office.as_str()),
        "cases": wait.cases,
        "events": wait.waited.count,
        "waited": seconds(&wait.waited),
        "served": wait.served.map(|times| seconds(&times)),
    })
}

fn again(made: &Made<'_>) -> Json {
    let (cases, rework) = (&made.cases, &made.rework);
    let repeats = rework.repeats.iter().map(|again| {
        json!({
            "activity": cases.name(again.activity), "cases": again.cases, "again": again.again,
            "seconds": again.seconds,
        })
    });
    let loops = rework.loops.iter().map(|one| {
        let way: Vec<&str> = one.activities.iter().map(|code| cases.name(*code)).collect();
        json!({ "activities": way, "cases": one.cases, "rounds": one.rounds, "seconds": one.seconds })
    });
    json!({
        "cases": rework.cases,
        "activities": repeats.collect::<Vec<_>>(),
        "loops": loops.collect::<Vec<_>>(),
    })
}

fn conformance(made: &Made<'_>, traces: &Traces) -> Json {
    let Some((reference, fit)) = &made.fit else { return Json::Null };
    let cases = &made.cases;
    let wrong = fit.wrong.iter().map(|one| {
        json!({
            "activity": cases.name(one.activity), "why": why(&one.why, reference, Lang::En),
            "times": one.times, "cases": one.cases,
        })
    });
    let step = |at: u16| reference.step(at).map(|step| step.id.to_string());
    let missing = fit.missing.iter().map(|(at, cases)| json!({ "step": step(*at), "cases": cases }));
    let title = |one| reference.title(one).en.to_string();
    let never = fit.never.iter().map(|(from, to)| json!({ "from": title(*from), "to": title(*to) }));
    let of_case = |(case, one): (usize, &oversight::map::Fit)| {
        let object = traces.object(cases.number(case) as usize);
        json!({
            "case": object.map(|object| object.id.to_string()),
            "moves": one.moves, "not_allowed": one.wrong, "missing": one.missing, "fitness": one.fitness(),
        })
    };
    let odd = fit.cases.iter().enumerate().filter(|(_, one)| !one.fits());
    json!({
        "procedure": reference.procedure().id.as_str(),
        "fitness": fit.fitness(),
        "cases_that_fit": fit.fitting(),
        "not_allowed": wrong.collect::<Vec<_>>(),
        "missing": missing.collect::<Vec<_>>(),
        "never_happened": never.collect::<Vec<_>>(),
        "never_happened_is_complete": fit.explored,
        "cases_that_do_not_fit": odd.map(of_case).collect::<Vec<_>>(),
    })
}

/// Why a move was not allowed, in words.
pub fn why(why: &Why, reference: &Reference<'_>, lang: Lang) -> String {
    lang.of(&why.title(reference)).to_owned()
}
