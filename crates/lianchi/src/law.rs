use crate::packs;
use crate::say::{Failure, Say, Wrong};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use pack::Lang;
use pack::days::find::{Found, due};
use pack::days::{Adjustment, Deadline, Standing};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Due {
    /// A deadline's id or number (`DL-012`), or an article (`行政许可法 42`).
    deadline: String,
    /// The day, or day and time, from which it runs: `2026-02-13` or `2026-02-13T09:30`.
    #[arg(long, value_name = "DATE")]
    from: String,
    /// A time that does not count: `FROM..TO`, or `FROM..` while it lasts; the day of FROM still counts, that of TO does not.
    /// Of which kind, `hearing:FROM..TO`, where the deadline knows several. May be given again.
    #[arg(long, value_name = "TIME")]
    pause: Vec<String>,
    /// An extension that was granted, by its id; `ID=AMOUNT` where less than the most was. May be given again.
    #[arg(long, value_name = "ID")]
    extend: Vec<String>,
    /// The person concerned is in custody, so that the last day does not move at a holiday.
    #[arg(long)]
    custody: bool,
    /// Answer in Chinese.
    #[arg(long)]
    zh: bool,
    /// The folder of packs; the shipped packs if none is named.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
}

pub fn run(options: &Due, say: Say) -> Result<(), Failure> {
    let definitions = packs::definitions(options.packs.as_deref(), say)?;
    let law = definitions.law.ok_or_else(|| Wrong("these packs hold no law; add the `law` pack".into()))?;
    let lang = if options.zh { Lang::Zh } else { Lang::En };
    let deadline = match law.find(&options.deadline) {
        Found::One(deadline) => deadline,
        Found::Nothing => {
            let error = format!(
                "nothing in the law pack is called `{}`; give an id, a number such as `DL-012`, \
                 or an article such as `行政许可法 42`",
                options.deadline
            );
            return Err(Wrong(error).into());
        }
        Found::Many(all) => {
            let named = |one: &&Deadline| {
                let (from, to) = (lang.of(&one.trigger), lang.of(&one.action));
                format!("    {}: {from} → {to}", one.id)
            };
            let lines: Vec<String> = all.iter().map(named).collect();
            let (query, count) = (&options.deadline, all.len());
            return Err(Wrong(format!(
                "`{query}` names {count} deadlines; choose one:\n{}",
                lines.join("\n")
            ))
            .into());
        }
    };
    let from = start(&options.from, deadline)?;
    let answer = due(&law, deadline, from, &adjustments(options, deadline)?)?;
    let mut words = answer.words(lang);
    words.extend(answer.room(lang));
    let end = answer.due.at.end().map(|end| end.to_string());
    say.answer(
        &words.join("\n"),
        &json!({
            "deadline": deadline.id.as_str(),
            "from": from.to_string(),
            "last_day": answer.due.at.last_day().map(|day| day.to_string()),
            "end": end,
            "provisional": answer.due.provisional.as_ref().map(|why| why.years.iter().copied().collect::<Vec<i16>>()),
            "undecided": answer.due.undecided,
            "idle_pauses": answer.idle.iter().map(|idle| json!({
                "from": idle.from.to_string(),
                "to": idle.to.map(|to| to.to_string()),
            })).collect::<Vec<_>>(),
            "unverified": answer.standing == Standing::Unverified,
            "words": words,
        }),
    )
}

/// When a deadline starts. Of one in hours it matters at which hour.
fn start(text: &str, deadline: &Deadline) -> Result<DateTime, Failure> {
    let hours = deadline.limit.is_some_and(|limit| limit.elapsed().is_some());
    if hours && text.trim().parse::<Date>().is_ok() && !text.contains(':') {
        let (id, text) = (&deadline.id, text.trim());
        return Err(
            Wrong(format!("`{id}` is counted to the minute; say the time too, `{text}T09:30`")).into()
        );
    }
    moment(text)
}

/// Where the days are counted.
const BEIJING: Offset = Offset::constant(8);

fn moment(text: &str) -> Result<DateTime, Failure> {
    let told = |_| Wrong(format!("`{text}` is not a day; write `2026-02-13` or `2026-02-13T09:30`"));
    let text = text.trim().replacen(' ', "T", 1);
    // A time that says from where it is told is told anew as it is in Beijing, where the days are counted.
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(BEIJING.to_datetime(moment));
    }
    Ok(text.parse::<DateTime>().map_err(told)?)
}

/// What happened to the period, as the options tell.
fn adjustments(options: &Due, deadline: &Deadline) -> Result<Vec<Adjustment>, Failure> {
    let mut all = Vec::new();
    for pause in &options.pause {
        all.push(suspended(pause, deadline)?);
    }
    for extension in &options.extend {
        let (id, amount) = match extension.split_once('=') {
            None => (extension.as_str(), None),
            Some((id, amount)) => {
                let told = |_| Wrong(format!("`{amount}` is not a number; write `{id}=30`"));
                (id, Some(amount.parse().map_err(told)?))
            }
        };
        all.push(Adjustment::Extend { id: id.into(), amount });
    }
    all.extend(options.custody.then_some(Adjustment::Custody));
    Ok(all)
}

fn suspended(text: &str, deadline: &Deadline) -> Result<Adjustment, Failure> {
    let known: Vec<&str> = deadline.suspensions.iter().map(|suspension| suspension.kind.as_str()).collect();
    let (kind, span) = match text.split_once(':') {
        // A time of day has colons too, but no kind begins with a digit.
        Some((kind, span)) if !kind.starts_with(|first: char| first.is_ascii_digit()) => (kind, span),
        _ => match known.as_slice() {
            [only] => (*only, text),
            [] => ("pause", text),
            _ => {
                let (id, kinds) = (&deadline.id, known.join("`, `"));
                let error = format!("`{id}` stops for `{kinds}`; say which, `{}:{text}`", known.join(" or "));
                return Err(Wrong(error).into());
            }
        },
    };
    let (from, to) = span
        .split_once("..")
        .ok_or_else(|| Wrong(format!("`{span}` is no stretch of time; write `2026-02-13..2026-02-20`")))?;
    let to = Some(to).filter(|to| !to.trim().is_empty()).map(moment).transpose()?;
    Ok(Adjustment::Suspend { kind: kind.into(), from: moment(from)?, to })
}
