//! What models find in a log, and the events of a case that prove it.

use super::super::answer::{Answer, Oops};
use super::super::asked::Asked;
use super::checked::{self, Checked};
use super::checking::{Check, Outcome, check};
use super::read::Held;
use super::{Called, Kept, broken, held, kind, shown, unreadable, wanted};
use crate::layout::Face;
use crate::page::logs as page;
use crate::path;
use crate::text::{self, Speak as _};
use oversight::decl;
use pack::Title;
use record::{Name, Value};
use std::sync::Arc;

/// Findings on a page, and events of a case.
const A_PAGE: usize = 100;
const MOST_EVENTS: usize = 500;
/// The largest file of models.
const MOST_MODELS: usize = 256 << 10;

/// Keeps models that were brought along in the text of Declare.
pub fn models(asked: &Asked) -> Result<Answer, Oops> {
    let (kept, held) = held(asked)?;
    let sent = asked.files.first().ok_or_else(|| unreadable("请选择模型文件", "choose a file of models"))?;
    if sent.bytes.len() > MOST_MODELS {
        return Err(Oops::TooLarge { most: MOST_MODELS as u64 });
    }
    let text = std::str::from_utf8(&sent.bytes);
    let text =
        text.map_err(|_| unreadable("模型文件不是 UTF-8 文本", "the file of models is not UTF-8 text"))?;
    // The log's page says what is wrong, and has the form still.
    if let Err(lines) = checked::declared(&held, text) {
        return Ok(shown(asked, &kept, lines));
    }
    std::fs::write(kept.models(), text).map_err(|error| broken(&error))?;
    for (kind, _) in &held.kinds {
        held.forget(&declared(kind));
    }
    Ok(Answer::go(path::log_findings(&kept.card.id, true)))
}

fn declared(kind: &str) -> String {
    format!("declare {kind}")
}

/// What models found, as the request names them, or the page of a check that is not done.
fn found(asked: &Asked, kept: &Kept, held: &Arc<Held>) -> Result<Result<(bool, Arc<Check>), Answer>, Oops> {
    let anew = asked.words("again").is_some();
    let by_declare = asked.words("with") == Some("declare");
    let adopted = format!("packs {}", asked.city.findings.generation());
    held.forget_others("packs ", &adopted);
    let begun = if by_declare {
        let text = std::fs::read_to_string(kept.models()).map_err(|_| Oops::Missing)?;
        let kind = kind(asked, held)?;
        let work = {
            let kind = kind.clone();
            move |held: &Held, pace: &_| Checked::of_declare(held, &kind, &text, pace)
        };
        check(&asked.city, held, (&declared(&kind), anew), work)
    } else {
        let book = Arc::clone(asked.city.casework.book());
        let work = move |held: &Held, pace: &_| Checked::of_packs(held, &book.definitions, pace);
        check(&asked.city, held, (&adopted, anew), work)
    };
    let check = begun.map_err(|error| broken(&error))?;
    if anew {
        // The address of the page that asks for itself again is to begin nothing again.
        return Ok(Err(Answer::go(path::log_findings(&kept.card.id, by_declare))));
    }
    let standing = match check.outcome() {
        Some(Outcome::Found(_)) => return Ok(Ok((by_declare, check))),
        Some(Outcome::Unfit(lines)) => return Err(unfit(lines)),
        Some(Outcome::Late(share)) => page::Standing::Late { share: *share, most: asked.city.bounds.check },
        Some(Outcome::Left) => page::Standing::Left,
        None => {
            let (share, since) = check.progress();
            page::Standing::UnderWay { share, since, most: asked.city.bounds.check }
        }
    };
    let log = (kept.card.id.clone(), kept.card.name.clone());
    let view = page::Checking { log, by_declare, standing };
    Ok(Err(Answer::page(page::checking(&asked.frame(Face::Staff), &view))))
}

fn unfit(lines: &[Title]) -> Oops {
    let join = |of: fn(&Title) -> &str| lines.iter().map(of).collect::<Vec<_>>().join("\n");
    unreadable(
        format!("模型不能用于这份日志：\n{}", join(|title| &title.zh)),
        format!("the models do not fit this log:\n{}", join(|title| &title.en)),
    )
}

/// What models found in a log: each model's sums, and the findings one by one.
pub fn findings(asked: &Asked) -> Result<Answer, Oops> {
    let (kept, held) = held(asked)?;
    let (by_declare, check) = match found(asked, &kept, &held)? {
        Ok(found) => found,
        Err(page) => return Ok(page),
    };
    let checked = check.found().ok_or(Oops::Missing)?;
    let model = asked.words("model").and_then(|model| model.parse::<u32>().ok());
    let (first, all) = checked.of(model);
    let last = all.len().div_ceil(A_PAGE).max(1);
    let leaf = asked.leaf().min(last);
    let line = |(place, one): (usize, &checked::One)| {
        let kind = checked.kind(one);
        let object = held.traces(kind).and_then(|traces| traces.object(one.case as usize));
        let [deadline, at] = checked::moments(&held, &one.finding);
        let finding = Some((by_declare, place));
        page::Finding {
            model: checked.tried(one).map(|tried| tried.title.clone()).unwrap_or_default(),
            severity: checked.tried(one).and_then(|tried| tried.severity),
            case: object.map(|object| object.id.to_string()).unwrap_or_default(),
            link: path::log_case(&kept.card.id, kind, one.case as usize, finding),
            verdict: one.finding.verdict,
            deadline,
            at,
        }
    };
    let view = page::Findings {
        log: (kept.card.id.clone(), kept.card.name.clone()),
        by_declare,
        sums: checked.sums(),
        model: model.map(|model| model as usize),
        found: (first..).zip(all).skip((leaf - 1) * A_PAGE).take(A_PAGE).map(line).collect(),
        total: all.len() as u64,
        more: checked.more(model),
        page: (leaf as u64, last as u64),
    };
    Ok(Answer::page(page::findings(&asked.frame(Face::Staff), &view)))
}

/// One case of a log, event by event; with a finding, what proves it.
pub fn case(asked: &Asked) -> Result<Answer, Oops> {
    let (kept, held) = held(asked)?;
    let kind = kind(asked, &held)?;
    let traces = held.traces(&kind).ok_or(Oops::Missing)?;
    let number: usize = asked.param("number").parse().map_err(|_| Oops::Missing)?;
    let object = traces.object(number).ok_or(Oops::Missing)?;
    let place = asked.words("finding").and_then(|place| place.parse::<usize>().ok());
    let checked = match place.map(|_| found(asked, &kept, &held)).transpose()? {
        Some(Err(page)) => return Ok(page),
        Some(Ok((_, check))) => Some(check),
        None => None,
    };
    let finding = checked.as_ref().and_then(|check| check.found()).zip(place).and_then(|(checked, place)| {
        let own = |one: &&checked::One| one.case as usize == number && checked.kind(one) == kind;
        let one = checked.one(place).filter(own)?;
        Some((checked.tried(one)?, &one.finding))
    });
    // What conditions can speak of, and nothing else that a log may say of people.
    let told: Vec<&Name> = spoken_of(asked, &kept)
        .iter()
        .filter_map(|name| held.log.columns().find(|(own, _)| *own == name))
        .map(|(name, _)| name)
        .collect();
    let called = Called::of(asked, &held);
    let range = traces.range(number);
    let total = range.len();
    let events = traces.events().get(range).unwrap_or_default();
    let event = |event: &u32| {
        let names = held.log.activities();
        let code = held.log.activity_codes().get(*event as usize).copied().unwrap_or_default();
        let values = told.iter().filter_map(|name| {
            let value = held.log.column(name.as_str())?.value(*event)?;
            Some((called.attribute(name.as_str()), written(asked, &value)))
        });
        page::Happening {
            number: *event,
            what: names.get(code as usize).map(|name| called.activity(name.as_str())).unwrap_or_default(),
            at: held.log.times().get(*event as usize).and_then(|at| held.log.known(*at)),
            values: values.collect(),
            proves: finding.is_some_and(|(_, finding)| finding.evidence.contains(event)),
            asked: finding.is_some_and(|(_, finding)| finding.activation == Some(*event)),
        }
    };
    let view = page::Case {
        log: (kept.card.id.clone(), kept.card.name.clone()),
        case: object.id.to_string(),
        kind,
        finding: finding.map(|(tried, finding)| {
            let [deadline, at] = checked::moments(&held, finding);
            let (title, link) = (tried.title.clone(), tried.link.clone());
            page::Proven { title, link, verdict: finding.verdict, deadline, at }
        }),
        events: events.iter().take(MOST_EVENTS).map(event).collect(),
        total: total as u64,
    };
    Ok(Answer::page(page::case(&asked.frame(Face::Staff), &view)))
}

/// The attributes that models speak of: those of the packs, and those of models that were brought along where a finding of theirs
/// is shown.
fn spoken_of(asked: &Asked, kept: &Kept) -> Vec<Name> {
    let mut names = wanted(asked);
    let by_declare = asked.words("with") == Some("declare");
    let text = by_declare.then(|| std::fs::read_to_string(kept.models()).ok()).flatten();
    let own =
        text.and_then(|text| decl::read(&text).ok()).map(|declared| declared.attributes).unwrap_or_default();
    names.extend(own);
    names.sort();
    names.dedup();
    names
}

fn written(asked: &Asked, value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Boolean(truth) => asked.lang.say(if *truth { "yes" } else { "no" }).into_owned(),
        Value::Time(time) => text::elsewhere(asked.lang, *time),
        _ => "…".to_owned(),
    }
}
