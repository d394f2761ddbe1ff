use super::calendar::{Calendar, Day};
use super::deadline::Deadline;
use super::due::{Adjustment, At, Due, Left, Provisional, Refused};
use super::grant::{self, Extent};
use super::pause::{self, Pause};
use super::rule::{Cite, DayRule, Direction, HoursFrom, Ruling, Unit};
use super::step::{Skip, Stay, Step, What};
use crate::Title;
use jiff::civil::{Date, DateTime};
use jiff::{SignedDuration, ToSpan};
use std::collections::BTreeSet;

/// Counts `deadline` from `start` (civil time in Shanghai) under `rule`, the one that [`Deadline::rule`] gives.
///
/// For a backward limit `start` is the event that the act must precede. Extensions apply in the order given.
pub fn count(
    start: DateTime,
    deadline: &Deadline,
    rule: &DayRule,
    calendar: &Calendar,
    adjustments: &[Adjustment],
) -> Result<Due, Refused> {
    let limit = deadline.limit.ok_or_else(|| Refused::NoLimit { deadline: deadline.id.clone() })?;
    let moves = adjustments.iter().any(|adjustment| *adjustment != Adjustment::Custody);
    if moves && (limit.direction == Direction::Before || limit.unit == Unit::Immediately) {
        return Err(Refused::Fixed { deadline: deadline.id.clone(), limit });
    }
    let granted = grant::read(deadline, rule, limit, adjustments)?;
    let mut count = Count {
        start,
        deadline,
        rule,
        calendar,
        pauses: pause::read(deadline, rule, adjustments)?,
        custody: deadline.detention || adjustments.contains(&Adjustment::Custody),
        steps: Vec::new(),
        unpublished: BTreeSet::new(),
        undecided: deadline.by_default(rule),
    };
    let own = deadline.own || !deadline.verified;
    count.say(What::Limit { limit, at_least: deadline.at_least, own }, deadline.cite.clone());
    if limit.unit == Unit::Days {
        count.rule_says(What::Kind { working: rule.workdays.value.has(limit.amount) }, &rule.workdays);
    }
    count.steps.extend(granted.steps);
    let at = match (limit.direction, granted.extent) {
        (_, Extent::Now) => count.at_once(),
        (Direction::After, Extent::Elapsed(time)) => count.elapsed(limit.unit, time)?,
        (Direction::After, Extent::Open(time)) => worked::count(&mut count, time)?,
        (Direction::After, Extent::Months(months)) => count.months(months)?,
        (Direction::After, Extent::Days(stretches)) => count.days(&stretches)?,
        (Direction::Before, extent) => count.backward(extent)?,
    };
    Ok(count.finish(at))
}

mod worked;

struct Count<'a> {
    start: DateTime,
    deadline: &'a Deadline,
    rule: &'a DayRule,
    calendar: &'a Calendar,
    pauses: Vec<Pause>,
    custody: bool,
    steps: Vec<Step>,
    unpublished: BTreeSet<i16>,
    undecided: bool,
}

/// Where a walk over days came to.
enum Walk {
    Reached(Date),
    /// The clock stands, with so many days to go.
    Stopped {
        since: DateTime,
        left: u32,
    },
}

impl Count<'_> {
    /// “At once” has no measure: what is done the same day is not called late. Whoever reads the record sees the hour.
    fn at_once(&mut self) -> At {
        let date = self.start.date();
        self.say(What::AtOnce { date }, None);
        At::Day(date)
    }

    fn elapsed(&mut self, unit: Unit, time: SignedDuration) -> Result<At, Refused> {
        let rule = self.rule;
        let begin = match rule.hours.value {
            HoursFrom::NextHour if unit == Unit::Hours => {
                let hour = self.start.date().at(self.start.hour(), 0, 0, 0);
                hour.checked_add(1.hour()).map_err(|_| self.out_of_range())?
            }
            _ => self.start,
        };
        let begins = What::HoursBegin { start: self.start, begin };
        match unit {
            Unit::Hours => self.rule_says(begins, &rule.hours),
            // No instrument says when a minute begins: it has no part that could be left out.
            _ => self.say(begins, None),
        }
        let mut left = time;
        let mut cursor = begin;
        for pause in pause::merged(&self.pauses) {
            let until = pause.from.max(cursor).duration_since(cursor);
            if until >= left {
                break;
            }
            let from = pause.from.max(cursor);
            if pause.to.is_none_or(|to| to > cursor) && from > cursor {
                self.say(What::Elapsed { from: cursor, to: from, sum: time - left + until }, None);
            }
            let Some(to) = pause.to else {
                let since = self.stop(&pause, from, None);
                return Ok(At::Stopped { since, left: Some(Left::Time(left - until)) });
            };
            if to > cursor {
                left -= until;
                self.paused(What::Stood { from, to, why: pause.why.clone() }, &pause);
                cursor = to;
            }
        }
        let end = cursor.checked_add(left).map_err(|_| self.out_of_range())?;
        self.say(What::Elapsed { from: cursor, to: end, sum: time }, None);
        self.say(What::EndsAt { moment: end }, None);
        Ok(At::Moment(end))
    }

    fn months(&mut self, months: u32) -> Result<At, Refused> {
        let origin = self.origin()?;
        let first = if self.rule.first_day.value { self.start.date() } else { origin };
        let named = first.checked_add(i64::from(months).months()).map_err(|_| self.out_of_range())?;
        let clipped = named.day() != first.day();
        let end = if self.rule.first_day.value && !clipped { self.before(named)? } else { named };
        let rule = self.rule;
        self.rule_says(What::SameDay { date: end, clipped }, &rule.same_day);
        let days =
            u32::try_from(end.duration_since(origin).as_hours() / 24).map_err(|_| self.out_of_range())?;
        if self.pauses.iter().any(|pause| pause.touches(origin, end)) {
            return match self.walk(origin, days, false, &mut 0)? {
                Walk::Reached(date) => self.roll(date),
                Walk::Stopped { since, left } => Ok(At::Stopped { since, left: Some(Left::Days(left)) }),
            };
        }
        self.roll(end)
    }

    fn days(&mut self, stretches: &[(u32, bool)]) -> Result<At, Refused> {
        let mut last = self.origin()?;
        let mut counted = 0;
        let mut later = stretches.iter();
        while let Some((days, working)) = later.next() {
            match self.walk(last, *days, *working, &mut counted)? {
                Walk::Reached(date) => last = date,
                Walk::Stopped { since, left } => {
                    return Ok(At::Stopped { since, left: of_one_kind(left, *working, later.as_slice()) });
                }
            }
        }
        match stretches.last() {
            Some((_, true)) => {
                self.say(What::Ends { date: last }, None);
                Ok(At::Day(last))
            }
            _ => self.roll(last),
        }
    }

    /// The day after which counting begins.
    fn origin(&mut self) -> Result<Date, Refused> {
        let (rule, day, counts) = (self.rule, self.start.date(), self.rule.first_day.value);
        self.rule_says(What::Start { day, counts }, &rule.first_day);
        if counts { self.before(day) } else { Ok(day) }
    }

    /// The `days`-th counted day after `origin`, telling what each stretch of days on the way was.
    fn walk(&mut self, origin: Date, days: u32, working: bool, counted: &mut u32) -> Result<Walk, Refused> {
        let mut date = origin;
        let mut left = days;
        if !working {
            let end = origin.checked_add(i64::from(days).days()).map_err(|_| self.out_of_range())?;
            if !self.pauses.iter().any(|pause| pause.touches(origin, end)) {
                let from = origin.tomorrow().map_err(|_| self.out_of_range())?;
                self.say(What::Counted { from, to: end, first: *counted + 1, last: *counted + days }, None);
                *counted += days;
                return Ok(Walk::Reached(end));
            }
        }
        while left > 0 {
            date = date.tomorrow().map_err(|_| self.out_of_range())?;
            if let Some(pause) = self.pauses.iter().find(|pause| pause.holds(date)).cloned() {
                if pause.to.is_none() {
                    let since = self.stop(&pause, pause.from, Some(*counted));
                    return Ok(Walk::Stopped { since, left });
                }
                self.skip(date, Skip::Pause(pause.why.clone()), |count, what| count.paused(what, &pause));
                continue;
            }
            let calendar = self.calendar;
            let day = if working { self.ask(date) } else { Day::Workday };
            match day {
                Day::Weekend => self.skip(date, Skip::Weekend, Self::plain),
                Day::Holiday(name) => self.skip(date, Skip::Holiday(name.clone()), Self::plain),
                Day::Workday | Day::MakeUp(_) => {
                    *counted += 1;
                    left -= 1;
                    self.tally(date, *counted, calendar, working);
                }
            }
        }
        Ok(Walk::Reached(date))
    }

    fn roll(&mut self, last: Date) -> Result<At, Refused> {
        let rule = self.rule;
        let fixed = self.custody || self.deadline.stays.is_some() || !rule.last_day.value;
        if fixed {
            if !self.calendar.works(last) {
                self.stay(last);
            }
            self.say(What::Ends { date: last }, None);
            return Ok(At::Day(last));
        }
        let mut date = last;
        loop {
            if let Some(pause) =
                self.pauses.iter().find(|pause| pause.to.is_none() && pause.holds(date)).cloned()
            {
                return Ok(At::Stopped { since: self.stop(&pause, pause.from, None), left: None });
            }
            if self.ask(date).works() && !self.pauses.iter().any(|pause| pause.holds(date)) {
                break;
            }
            date = date.tomorrow().map_err(|_| self.out_of_range())?;
        }
        if date > last {
            self.undecided |= rule.last_day.by_default && !self.deadline.own;
            let names = self.festivals(last, date);
            self.rule_says(What::Rolled { from: last, to: date, names }, &rule.last_day);
        }
        self.say(What::Ends { date }, None);
        Ok(At::Day(date))
    }

    fn stay(&mut self, date: Date) {
        let rule = self.rule;
        if self.custody {
            self.rule_says(What::Stays { date, why: Stay::Custody }, &rule.custody);
        } else if let Some(why) = &self.deadline.stays {
            self.say(What::Stays { date, why: Stay::Because(why.clone()) }, self.deadline.cite.clone());
        } else {
            self.rule_says(What::Stays { date, why: Stay::Rule }, &rule.last_day);
        }
    }

    fn backward(&mut self, extent: Extent) -> Result<At, Refused> {
        let rule = self.rule;
        let event = self.start;
        if let Extent::Elapsed(time) = extent {
            let end = event.checked_sub(time).map_err(|_| self.out_of_range())?;
            self.say(What::Elapsed { from: event, to: end, sum: time }, None);
            self.say(What::EndsAt { moment: end }, None);
            return Ok(At::Moment(end));
        }
        let counts = rule.first_day.value;
        self.rule_says(What::Event { day: event.date(), counts }, &rule.first_day);
        let mut date =
            if counts { event.date().tomorrow().map_err(|_| self.out_of_range())? } else { event.date() };
        match extent {
            Extent::Months(months) => {
                let named = date.checked_sub(i64::from(months).months()).map_err(|_| self.out_of_range())?;
                self.rule_says(
                    What::SameDay { date: named, clipped: named.day() != date.day() },
                    &rule.same_day,
                );
                date = named;
            }
            Extent::Days(stretches) => {
                for (days, working) in stretches {
                    date = self.walk_back(date, days, working)?;
                }
            }
            Extent::Elapsed(_) | Extent::Open(_) | Extent::Now => {}
        }
        if !self.calendar.works(date) {
            self.say(What::Stays { date, why: Stay::Backward }, None);
        }
        self.say(What::Ends { date }, None);
        Ok(At::Day(date))
    }

    fn walk_back(&mut self, event: Date, days: u32, working: bool) -> Result<Date, Refused> {
        let mut date = event;
        let mut counted = 0;
        while counted < days {
            date = self.before(date)?;
            let calendar = self.calendar;
            match if working { self.ask(date) } else { Day::Workday } {
                Day::Weekend => self.skip(date, Skip::Weekend, Self::plain),
                Day::Holiday(name) => self.skip(date, Skip::Holiday(name.clone()), Self::plain),
                Day::Workday | Day::MakeUp(_) => {
                    counted += 1;
                    self.tally(date, counted, calendar, working);
                }
            }
        }
        Ok(date)
    }

    fn finish(mut self, at: At) -> Due {
        if self.undecided {
            self.say(What::Undecided, None);
        }
        let provisional = (!self.unpublished.is_empty()).then_some(Provisional { years: self.unpublished });
        let mut steps = self.steps;
        if let Some(Provisional { years }) = &provisional {
            steps.push(Step::new(What::Provisional { years: years.clone() }, None));
        }
        if let Some(posted) = &self.rule.posted {
            steps.push(Step::new(What::Posted, Some(posted.cite.clone())));
        }
        if let Some(deemed) = &self.deadline.deemed {
            steps.push(Step::new(What::Deemed { title: deemed.title.clone() }, Some(deemed.cite.clone())));
        }
        Due { at, provisional, undecided: self.undecided, posted_in_time: self.rule.posted.is_some(), steps }
    }
}

/// What is left of a stretch with all that is `later`, where days of one kind alone are.
fn of_one_kind(left: u32, working: bool, later: &[(u32, bool)]) -> Option<Left> {
    let alike = later.iter().all(|(_, other)| *other == working);
    let days = left + later.iter().map(|(days, _)| days).sum::<u32>();
    alike.then_some(if working { Left::Workdays(days) } else { Left::Days(days) })
}

/// What the steps are made of.
impl<'a> Count<'a> {
    /// What a day is, remembering a year whose calendar is not published.
    fn ask(&mut self, date: Date) -> Day<'a> {
        if !self.calendar.publishes(date) {
            self.unpublished.insert(date.year());
        }
        self.calendar.day(date)
    }

    fn before(&self, date: Date) -> Result<Date, Refused> {
        date.yesterday().map_err(|_| self.out_of_range())
    }

    fn out_of_range(&self) -> Refused {
        Refused::OutOfRange { deadline: self.deadline.id.clone(), start: self.start }
    }

    /// Says that the clock stands, and gives back since when.
    fn stop(&mut self, pause: &Pause, since: DateTime, counted: Option<u32>) -> DateTime {
        self.paused(What::Stopped { since, counted, why: pause.why.clone() }, pause);
        since
    }

    fn say(&mut self, what: What, cite: Option<Cite>) {
        self.steps.push(Step::new(what, cite));
    }

    fn plain(&mut self, what: What) {
        self.say(what, None);
    }

    fn paused(&mut self, what: What, pause: &Pause) {
        self.steps.push(Step { what, cite: pause.cite.clone(), by_default: pause.by_default });
    }

    fn rule_says<T>(&mut self, what: What, ruling: &Ruling<T>) {
        self.steps.push(Step { what, cite: Some(ruling.cite.clone()), by_default: ruling.by_default });
    }

    /// Adds a day to the stretch of counted days that the last step tells of, or begins a new one.
    fn tally(&mut self, date: Date, nth: u32, calendar: &Calendar, working: bool) {
        if let (true, Day::MakeUp(name)) = (working, calendar.day(date)) {
            self.say(What::MakeUp { date, nth, name: name.clone() }, None);
        } else if let Some(Step { what: What::Counted { to, last, .. }, .. }) = self.steps.last_mut() {
            (*to, *last) = (date, nth);
        } else {
            self.say(What::Counted { from: date, to: date, first: nth, last: nth }, None);
        }
    }

    fn skip(&mut self, date: Date, why: Skip, say: impl FnOnce(&mut Self, What)) {
        match self.steps.last_mut() {
            Some(Step { what: What::Skipped { to, why: same, .. }, .. }) if *same == why => *to = date,
            _ => say(self, What::Skipped { from: date, to: date, why }),
        }
    }

    fn festivals(&self, from: Date, until: Date) -> Vec<Title> {
        let mut names = Vec::new();
        for date in from.series(1.day()).take_while(|date| *date < until) {
            if let Day::Holiday(name) = self.calendar.day(date)
                && !names.contains(name)
            {
                names.push(name.clone());
            }
        }
        names
    }
}
