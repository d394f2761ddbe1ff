//! What going over to the current edition would do to a case.

use super::{moment, title};
use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::editions::movable;
use casework::difference::{Difference, Differences, How};
use pack::Title;
use serde_json::{Value as Json, json};

/// The plan for a case that the reader may move.
pub fn plan(asked: &Asked) -> Result<Answer, Oops> {
    let (_, _, plan) = movable(asked)?;
    let titles = |all: &[Title]| all.iter().map(title).collect::<Vec<_>>();
    let dues = plan.dues.iter().map(
        |due| json!({ "clock": title(&due.clock), "before": moment(due.before), "after": moment(due.after) }),
    );
    let obstacles = plan.obstacles.iter().map(|(about, why)| json!({ "about": about, "why": title(why) }));
    Ok(Answer::json(&json!({
        "from": plan.from.map(|edition| edition.to_string()),
        "to": plan.to.to_string(),
        "differences": differences(&plan.differences),
        "clocks": dues.collect::<Vec<_>>(),
        "opens": titles(&plan.opens),
        "passes": titles(&plan.passes),
        "obstacles": obstacles.collect::<Vec<_>>(),
    })))
}

fn differences(all: &Differences) -> Json {
    let one = |difference: &Difference| {
        let (how, changed) = match &difference.how {
            How::Added => ("added", Vec::new()),
            How::Gone => ("gone", Vec::new()),
            How::Changed(what) => {
                let change = |(what, was, is): &(Title, Title, Title)| {
                    let (before, after) = (title(was), title(is));
                    json!({ "what": title(what), "before": before, "after": after })
                };
                ("changed", what.iter().map(change).collect())
            }
        };
        json!({ "title": title(&difference.title), "how": how, "changes": changed })
    };
    let list = |all: &[Difference]| all.iter().map(one).collect::<Vec<_>>();
    json!({
        "steps": list(&all.steps), "clocks": list(&all.clocks), "fields": list(&all.fields),
        "papers": list(&all.materials),
    })
}
