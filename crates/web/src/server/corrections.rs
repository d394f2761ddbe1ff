//! What was asked to be corrected, and what became of it, as a case's history tells it.

use super::asked::Asked;
use super::case::named;
use crate::part::Words;
use crate::text::{Lang, Speak as _};
use casework::{View, activity};
use pack::{Id, Title};
use record::{Entry, StoreError, Value};
use std::collections::BTreeSet;

/// What `story[at]` asked for, point by point, or which of the points asked for last it left alone. None where it is about no
/// correction, or where what was asked for is erased.
///
/// # Errors
/// When the record cannot be read.
pub fn told(asked: &Asked, view: &View, story: &[Entry], at: usize) -> Result<Option<Words>, StoreError> {
    let Some(event) = story.get(at).map(|entry| &entry.event) else { return Ok(None) };
    match event.activity.as_str() {
        activity::CORRECTION_REQUESTED => {
            let points = points(asked, event.attribute("notes"))?;
            if points.is_empty() {
                return Ok(None);
            }
            if !view.spoken {
                // Which answers are asked for is the case's course; what is said of them is not told without a purpose.
                let all: Vec<String> = points.iter().map(|(id, _)| called(asked, view, id)).collect();
                let stop = if asked.lang == Lang::Zh { "、" } else { ", " };
                return Ok(Some(Words::closed().after(asked.lang, &all.join(stop))));
            }
            let line = |(id, note): &(Id, String)| {
                format!("{}{}{note}", called(asked, view, id), asked.lang.colon())
            };
            let lines: Vec<String> = points.iter().map(line).collect();
            Ok(Some(Words::open(lines.join("\n"))))
        }
        activity::CORRECTION_ANSWERED => {
            Ok(left_alone(asked, view, story.get(..at).unwrap_or_default())?.map(Words::open))
        }
        _ => Ok(None),
    }
}

/// Which points that were asked for last nothing has touched since: whoever goes on with the case looks there first.
fn left_alone(asked: &Asked, view: &View, story: &[Entry]) -> Result<Option<String>, StoreError> {
    let requested = |entry: &Entry| entry.event.activity.as_str() == activity::CORRECTION_REQUESTED;
    let Some(from) = story.iter().rposition(requested) else { return Ok(None) };
    let Some((request, since)) = story.get(from..).and_then(|part| part.split_first()) else {
        return Ok(None);
    };
    let mut touched: BTreeSet<Id> = BTreeSet::new();
    for Entry { event, .. } in since {
        let fields = event.changes.iter().filter_map(|change| change.name.as_str().strip_prefix("form."));
        touched.extend(fields.map(Id::from));
        touched.extend(event.attribute("material").and_then(Value::as_text).map(Id::from));
    }
    let points = points(asked, request.event.attribute("notes"))?;
    let alone = points.iter().filter(|(id, _)| !touched.contains(id));
    let alone: Vec<String> = alone.map(|(id, _)| called(asked, view, id)).collect();
    if alone.is_empty() {
        return Ok(None);
    }
    let said =
        Title::new(format!("没有改动：{}", alone.join("、")), format!("Not changed: {}", alone.join(", ")));
    Ok(Some(asked.lang.of(&said).to_owned()))
}

fn points(asked: &Asked, notes: Option<&Value>) -> Result<Vec<(Id, String)>, StoreError> {
    let Some(notes) = notes else { return Ok(Vec::new()) };
    let clear = asked.city.casework.in_clear(notes)?;
    let Some(Value::Map(notes)) = clear else { return Ok(Vec::new()) };
    let read =
        |(name, note): &(record::Name, Value)| Some((Id::from(name.as_str()), note.as_text()?.to_owned()));
    Ok(notes.iter().filter_map(read).collect())
}

fn called(asked: &Asked, view: &View, id: &Id) -> String {
    let definitions = &view.book.definitions;
    let title = view.procedure().map(|procedure| named(procedure, definitions, id));
    title.map_or_else(|| id.to_string(), |title| asked.lang.of(&title).to_owned())
}
