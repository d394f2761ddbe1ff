//! How the cases of a procedure went.

use crate::page::maps as page;
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::maps;
use oversight::map::Times;
use serde_json::{Value as Json, json};

/// A procedure's map in figures, of the cases that are asked for.
pub fn map(asked: &Asked) -> Result<Answer, Oops> {
    let view = maps::of_procedure(asked)?;
    let waits = |at: usize| view.waits.get(at).into_iter().flatten().map(wait).collect::<Vec<_>>();
    Ok(Answer::json(&json!({
        "procedure": asked.param("procedure"),
        "cases": view.cases,
        "all": view.all,
        "ways": view.variants,
        "left_out": view.left_out,
        "edges": view.edges.iter().map(edge).collect::<Vec<_>>(),
        "steps": waits(0),
        "offices": waits(1),
        "again": view.again.repeats.iter().map(again).collect::<Vec<_>>(),
        "fitness": view.fit.as_ref().map(|fit| ten_thousandths(fit.fitness)),
        "fitting": view.fit.as_ref().map(|fit| fit.fitting),
    })))
}

fn edge(edge: &page::Edge) -> Json {
    json!({
        "from": edge.from,
        "to": edge.to,
        "count": edge.count,
        "cases": edge.cases,
        "times": times(&edge.times),
        "not_allowed": edge.wrong,
    })
}

fn wait(wait: &page::Wait) -> Json {
    json!({
        "step": wait.step.as_ref().map(|(step, _)| step),
        "office": wait.office,
        "cases": wait.cases,
        "waited": times(&wait.waited),
    })
}

fn again(again: &page::Repeat) -> Json {
    json!({ "step": again.steps.first(), "cases": again.cases, "times": again.times, "seconds": whole(again.seconds) })
}

fn times(times: &Times) -> Json {
    json!({
        "total": whole(times.total),
        "mean": whole(times.mean),
        "median": whole(times.median),
        "p90": whole(times.p90),
        "longest": whole(times.longest),
    })
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length of time, rounded")]
fn whole(seconds: f64) -> u64 {
    seconds.round().max(0.0) as u64
}

fn ten_thousandths(share: f64) -> u64 {
    whole(share * 10_000.0)
}
