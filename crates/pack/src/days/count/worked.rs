//! Hours at which an office is open.

use super::{At, Count, Day, Left, Pause, Refused, What, pause};
use crate::Title;
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan};

/// Days on end on which an office may be closed or a clock stand: longer is no office any more.
const CLOSED: u32 = 3_660;

/// Counts `time` over the hours at which the office is open and the clock does not stand.
pub(super) fn count(count: &mut Count<'_>, time: SignedDuration) -> Result<At, Refused> {
    let Some(opening) = &count.rule.open else {
        return Err(Refused::NeverOpen { deadline: count.deadline.id.clone() });
    };
    count.say(What::Open { hours: opening.title() }, None);
    count.say(What::HoursBegin { start: count.start, begin: count.start }, None);
    let pauses = pause::merged(&count.pauses);
    let mut worked = Worked { told: count.start, left: time, time };
    let mut date = count.start.date();
    for _ in 0..CLOSED {
        let day = count.ask(date);
        for (opens, closes) in opening.on(date, day) {
            if let Some(at) = worked.take(count, &pauses, opens.max(worked.told), closes) {
                return Ok(at);
            }
        }
        date = date.tomorrow().map_err(|_| count.out_of_range())?;
    }
    Err(count.out_of_range())
}

/// How far the count has come.
struct Worked {
    /// Up to when everything is told.
    told: DateTime,
    /// What is yet to be counted.
    left: SignedDuration,
    /// What is to be counted in all.
    time: SignedDuration,
}

impl Worked {
    /// Takes the time from `from` to `to`, at which the office is open, but for pauses. The end, where it lies in it.
    fn take(
        &mut self,
        count: &mut Count<'_>,
        pauses: &[Pause],
        mut from: DateTime,
        to: DateTime,
    ) -> Option<At> {
        while from < to {
            let standing = pauses.iter().find(|pause| pause.from < to && pause.to.is_none_or(|on| on > from));
            let until = standing.map_or(to, |pause| pause.from.max(from));
            if until > from {
                self.closed(count, from);
                let run = until.duration_since(from);
                if run >= self.left {
                    let end = from.checked_add(self.left).unwrap_or(until);
                    count.say(What::Elapsed { from, to: end, sum: self.time }, None);
                    count.say(What::EndsAt { moment: end }, None);
                    return Some(At::Moment(end));
                }
                self.left -= run;
                count.say(What::Elapsed { from, to: until, sum: self.time - self.left }, None);
                self.told = until;
            }
            let Some(pause) = standing else { break };
            let since = pause.from.max(self.told);
            self.closed(count, since);
            let Some(on) = pause.to else {
                let since = count.stop(pause, since, None);
                return Some(At::Stopped { since, left: Some(Left::Open(self.left)) });
            };
            count.paused(What::Stood { from: since, to: on, why: pause.why.clone() }, pause);
            self.told = on;
            from = on;
        }
        None
    }

    /// Tells that the office was closed until `open`, and for which festivals.
    fn closed(&mut self, count: &mut Count<'_>, open: DateTime) {
        if self.told < open {
            let names = shut(count, self.told.date(), open.date());
            let listed =
                |part: fn(&Title) -> &str, and: &str| names.iter().map(part).collect::<Vec<_>>().join(and);
            let why = match names.is_empty() {
                true => Title::new("不办公", "the office is closed"),
                false => Title::new(
                    format!("不办公（{}）", listed(|name| &name.zh, "、")),
                    format!("the office is closed ({})", listed(|name| &name.en, ", ")),
                ),
            };
            count.say(What::Stood { from: self.told, to: open, why }, None);
            self.told = open;
        }
    }
}

/// The festivals for which the office does not open at all on some day from `first` to `last`.
fn shut(count: &Count<'_>, first: Date, last: Date) -> Vec<Title> {
    let mut names: Vec<Title> = Vec::new();
    for date in first.series(1.day()).take_while(|date| *date <= last) {
        let day = count.calendar.day(date);
        let opens = count.rule.open.as_ref().is_some_and(|open| open.on(date, day).next().is_some());
        if let (false, Day::Holiday(name)) = (opens, day)
            && !names.contains(name)
        {
            names.push(name.clone());
        }
    }
    names
}
