use crate::say::{Failure, Wrong};
use oversight::log::Log;
use oversight::map::{Cases, Filter, Reading, variants, way_name};
use pack::problem::nearest;
use record::Time;
use smol_str::SmolStr;

/// Which cases of a log are looked at, and how the log is read.
#[derive(clap::Args)]
pub struct Asked {
    /// Only cases begun at this moment or later: `2026-01-31`, or `2026-01-31T08:00:00+08:00`. A day alone begins where
    /// the log's first event was written.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only cases begun before this moment.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only cases in which this office did a step; may be given several times, for any of them.
    #[arg(long, value_name = "NAME")]
    office: Vec<String>,
    /// The attribute that names the office; `org:group`, `office` or `org:role` where none is named.
    #[arg(long, value_name = "ATTRIBUTE")]
    office_attribute: Option<String>,
    /// Only cases that end with this activity.
    #[arg(long, value_name = "ACTIVITY")]
    outcome: Option<String>,
    /// Only cases in which this happened; may be given several times, for all of them.
    #[arg(long = "with", value_name = "ACTIVITY")]
    with: Vec<String>,
    /// Only cases in which this did not happen; may be given several times, for none of them.
    #[arg(long = "without", value_name = "ACTIVITY")]
    without: Vec<String>,
    /// Only cases that went this way: its number or its name as `lianchi variants` tells them.
    #[arg(long, value_name = "WAY")]
    variant: Option<String>,
    /// Take events that begin a step for steps of their own. Otherwise `start` and `complete` are laid together, and the
    /// time between them is service, not waiting.
    #[arg(long)]
    every_event: bool,
}

impl Asked {
    pub fn reading(&self) -> Reading {
        Reading { office: self.office_attribute.clone(), every: self.every_event }
    }

    /// Those of the cases that are asked for.
    pub fn of<'a>(&self, log: &Log, cases: Cases<'a>) -> Result<Cases<'a>, Failure> {
        if let Some(name) = &self.office_attribute
            && log.column(name).is_none()
        {
            let known = log.columns().map(|(name, _)| name.as_str());
            return Err(unknown("attribute", name, known).into());
        }
        let filter = self.filter(log, &cases)?;
        if filter.is_empty() {
            return Ok(cases);
        }
        if let Some(name) = filter.unknown(&cases).first() {
            if cases.offices().is_empty() && !self.office.is_empty() {
                let error = "the log names no offices that are known as such; name its attribute with `--office-attribute`";
                return Err(Wrong(error.into()).into());
            }
            let of_office = self.office.iter().any(|office| office == name);
            let (kind, known) =
                if of_office { ("office", cases.offices()) } else { ("activity", cases.names()) };
            return Err(unknown(kind, name, known.iter().map(SmolStr::as_str)).into());
        }
        let chosen = filter.of(&cases);
        if chosen.is_empty() {
            let error = "no case of the log is left; ask for less, or leave a filter out";
            return Err(Wrong(error.into()).into());
        }
        Ok(chosen)
    }

    fn filter(&self, log: &Log, cases: &Cases<'_>) -> Result<Filter, Failure> {
        let names = |names: &[String]| names.iter().map(SmolStr::new).collect::<Vec<_>>();
        let offset = log.times().first().and_then(|first| first.offset()).unwrap_or(0);
        Ok(Filter {
            since: self.since.as_deref().map(|text| moment(text, "--since", offset)).transpose()?,
            until: self.until.as_deref().map(|text| moment(text, "--until", offset)).transpose()?,
            offices: (!self.office.is_empty()).then(|| names(&self.office)),
            outcome: self.outcome.as_ref().map(SmolStr::new),
            with: names(&self.with),
            without: names(&self.without),
            way: self.variant.as_deref().map(|way| named(way, cases)).transpose()?,
        })
    }
}

/// A moment, or the beginning of a day; what names no offset is told at that of the log.
fn moment(text: &str, option: &str, offset: i16) -> Result<Time, Failure> {
    let sign = if offset < 0 { '-' } else { '+' };
    let zone = format!("{sign}{:02}:{:02}", offset.unsigned_abs() / 60, offset.unsigned_abs() % 60);
    // Without these a day, or a moment that names no offset, would be taken for one at zero.
    let read = [format!("{text}T00:00:00{zone}"), format!("{text}{zone}"), text.to_owned()];
    let wrong = || {
        Wrong(format!(
            "`{option} {text}` is no time; write it as `2026-01-31` or `2026-01-31T08:00:00+08:00`"
        ))
    };
    Ok(read.iter().find_map(|text| Time::parse(text).ok()).ok_or_else(wrong)?)
}

/// The name of a way that is told by its number or its name.
fn named(way: &str, cases: &Cases<'_>) -> Result<String, Failure> {
    let all = variants(cases);
    let names = |at: usize| {
        let of =
            all.get(at).map(|way| way.activities.iter().map(|code| cases.name(*code)).collect::<Vec<_>>());
        of.map(|names| way_name(&names))
    };
    if way.len() < 12
        && let Ok(number) = way.parse::<usize>()
    {
        let wrong = || {
            Wrong(format!("there is no way {number}; the cases went in {} ways, counted from 1", all.len()))
        };
        return Ok(number.checked_sub(1).and_then(names).ok_or_else(wrong)?);
    }
    match (0..all.len()).filter_map(names).any(|name| name == way) {
        true => Ok(way.to_owned()),
        false => {
            let error = format!(
                "no case went the way `{way}`; `lianchi variants` tells the numbers and names of the ways"
            );
            Err(Wrong(error).into())
        }
    }
}

fn unknown<'n>(kind: &str, name: &str, known: impl Iterator<Item = &'n str>) -> Wrong {
    let known: Vec<&str> = known.collect();
    let near = nearest(name, known.iter().copied());
    let hint = match (near, known.as_slice()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, []) => format!("the log names no {kind}"),
        (None, all) => {
            let listed = all.iter().take(20).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            format!("the log has {listed}{}", if all.len() > 20 { " and more" } else { "" })
        }
    };
    Wrong(format!("the log knows no {kind} `{name}`; {hint}"))
}
