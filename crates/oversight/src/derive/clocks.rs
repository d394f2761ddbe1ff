//! What is done in time.

use super::events::{Events, is, needed};
use super::{Clause, Deriving};
use pack::Title;
use pack::days::{self, Direction, Limit};
use pack::model::{After, Basis, Clock, ClockLimit, Id, Mark, Own, Start, Step, Unit, Watcher};
use pack::models::{Duty, Elapsed, Length, Severity, Template, Window};

/// The event by which the timer says that a clock ran out.
const PASSED: &str = "deadline passed";

impl Deriving<'_> {
    /// Each clock that binds the office is met. What binds a party is between them and the law: a late answer has its own
    /// consequences, and nobody is supervised for it.
    ///
    /// A clock that nothing can stop asks for its end within its limit. One that stands while a correction is awaited, or
    /// that can be extended, asks for its end, or for what stops it, within the limit; from then on it is the timer, which
    /// counts stops and extensions, that says whether it ran out, and that must not happen. A clock that stands while some
    /// steps are open, or that runs from what a form tells, is left to the timer altogether.
    pub(super) fn clocks(&mut self) {
        let binds_office = |clock: &&Clock| clock.binds == Watcher::Office;
        for clock in self.procedure.flow.clocks.iter().filter(binds_office) {
            if self.keeps(clock) {
                self.kept(clock);
                continue;
            }
            let (from, to) = (self.begins(clock), self.ends(clock));
            let window = self.limit(clock);
            match (from, to, window) {
                (Some(from), Some(to), Some(within)) if !self.stands(clock) => {
                    self.met(clock, &from, &to, within);
                    self.promised(clock, &from, &to);
                }
                (from, ..) => self.not_passed(clock, from),
            }
        }
    }

    /// What a clock is named, and by which article.
    fn clause(&self, clock: &Clock, name: &str, template: Template, first: Events) -> Clause {
        let law = self.deadline(clock).and_then(|deadline| deadline.cite.as_ref()).map(|cite| Basis {
            instrument: cite.instrument.clone(),
            article: cite.article.to_string(),
            quote: cite.quote.to_string(),
            place: clock.place.clone(),
        });
        let severity = match &clock.limit {
            ClockLimit::Law(_) => Severity::Serious,
            _ => Severity::Minor,
        };
        Clause { severity, law, ..Clause::new(Duty::Deadline, name, clock.title.clone(), template, first) }
    }

    fn met(&mut self, clock: &Clock, from: &Events, to: &Events, within: Length) {
        let name = clock.id.to_string();
        let mut target = to.clone();
        if let Some(stop) = self.stop(clock) {
            let passed = Events::of(PASSED).but(&is("clock", clock.id.as_str()));
            let late = format!("{name}-after-a-stop");
            let mut after = self.clause(clock, &late, Template::NotPrecedence, stop.clone()).and(passed);
            after.title = Title::new(
                format!("{}（中止或延长后）", after.title.zh),
                format!("{} (after a stop or an extension)", after.title.en),
            );
            after.about = Some(Title::new(
                "期限曾经中止或者延长，届满时间以系统计时为准",
                "The clock was stopped or extended; when it ran out, the timer says",
            ));
            self.put(after);
            target = target.or(stop);
        }
        if self.restarts(&clock.from) {
            target = target.or(from.clone());
        }
        let target = target.or(self.over(clock));
        let (from, target) = self.unless_skipped(clock, from.clone(), target);
        let clause = self.clause(clock, &name, Template::Response, from).and(target);
        self.put(Clause { window: Window { least: None, most: Some(within) }, ..clause });
    }

    /// The office's own promise within the law's limit.
    fn promised(&mut self, clock: &Clock, from: &Events, to: &Events) {
        let (ClockLimit::Law(id), Some(promise)) = (&clock.limit, clock.promise.and_then(limit_of)) else {
            return;
        };
        let mut target = to.clone();
        target = self.stop(clock).map_or(target.clone(), |stop| target.or(stop));
        if self.restarts(&clock.from) {
            target = target.or(from.clone());
        }
        let target = target.or(self.over(clock));
        let (from, target) = self.unless_skipped(clock, from.clone(), target);
        let within = Length::Deadline { id: id.clone(), promise: Some(promise) };
        let mut clause =
            self.clause(clock, &format!("{}-promise", clock.id), Template::Response, from).and(target);
        clause.title =
            Title::new(format!("{}（承诺）", clock.title.zh), format!("{} (as promised)", clock.title.en));
        self.put(Clause {
            window: Window { least: None, most: Some(within) },
            severity: Severity::Notice,
            ..clause
        });
    }

    /// The timer does not say that the clock ran out.
    fn not_passed(&mut self, clock: &Clock, from: Option<Events>) {
        let passed = Events::of(PASSED).but(&is("clock", clock.id.as_str()));
        let from = from.unwrap_or_else(|| self.begun());
        let mut clause = self.clause(clock, clock.id.as_str(), Template::NotResponse, from).and(passed);
        let limit = self.told_limit(clock);
        clause.about = Some(Title::new(
            format!("期限{}，可以停止；届满时间以系统计时为准", limit.zh),
            format!("The limit is {} and may stand still; when it runs out, the timer says", limit.en),
        ));
        self.put(clause);
    }

    /// Whether the clock says how long at least: it must not end sooner.
    fn keeps(&self, clock: &Clock) -> bool {
        self.deadline(clock).is_some_and(|deadline| deadline.at_least)
    }

    fn kept(&mut self, clock: &Clock) {
        let (Some(from), Some(to), Some(within)) = (self.begins(clock), self.ends(clock), self.limit(clock))
        else {
            return;
        };
        let mut clause = self.clause(clock, clock.id.as_str(), Template::NotResponse, from).and(to);
        clause.title =
            Title::new(format!("{}（不得提前）", clock.title.zh), format!("{} (no sooner)", clock.title.en));
        self.put(Clause { window: Window { least: None, most: Some(within) }, ..clause });
    }

    /// A step that waits for a clock is not done before the clock has run out.
    pub(super) fn waits(&mut self) {
        for step in &self.procedure.flow.steps {
            let named = |clock: &&Clock| step.not_before.as_ref() == Some(&clock.id);
            let Some(clock) = self.procedure.flow.clocks.iter().find(named) else { continue };
            let (Some(from), Some(within)) = (self.begins(clock), self.limit(clock)) else { continue };
            let name = format!("{}-waits", step.id);
            let done = Events::step(self.procedure, step);
            let mut clause = self.clause(clock, &name, Template::NotResponse, from).and(done);
            clause.title = Title::new(
                format!("“{}”期满前不得{}", clock.title.zh, step.title.zh),
                format!("“{}” waits for “{}”", step.title.en, clock.title.en),
            );
            self.put(Clause { window: Window { least: None, most: Some(within) }, ..clause });
        }
    }

    fn told_limit(&self, clock: &Clock) -> Title {
        let limit = match &clock.limit {
            ClockLimit::Law(_) => self.deadline(clock).and_then(|deadline| deadline.limit),
            ClockLimit::Own(own) => Some(Limit::from(*own)),
            ClockLimit::Procedure => None,
        };
        limit.map_or_else(
            || Title::new("由法律规定", "set by law"),
            |limit| Title::new(limit.zh(), limit.to_string()),
        )
    }

    fn deadline(&self, clock: &Clock) -> Option<&days::Deadline> {
        let ClockLimit::Law(id) = &clock.limit else { return None };
        self.all.law.as_ref()?.deadlines.get(id)
    }

    /// How long the clock may run; none where it runs back from an event, or sets no time.
    fn limit(&self, clock: &Clock) -> Option<Length> {
        match &clock.limit {
            ClockLimit::Law(id) => {
                let limit = self.deadline(clock)?.limit?;
                let within = Length::Deadline { id: id.clone(), promise: None };
                (limit.direction == Direction::After).then_some(within)
            }
            // Without the calendar and the rules nothing can be counted.
            ClockLimit::Own(own) => self.all.law.as_ref().and_then(|_| length_of(*own)),
            ClockLimit::Procedure => None,
        }
    }

    /// The events that stop a clock.
    fn ends(&self, clock: &Clock) -> Option<Events> {
        clock.to.iter().map(|mark| self.mark(mark, clock)).reduce(|one, other| Some(one?.or(other?)))?
    }

    /// The events that start a clock.
    fn begins(&self, clock: &Clock) -> Option<Events> {
        self.mark(&clock.from, clock)
    }

    /// The events that stand for a mark of a clock; none for what a form tells.
    fn mark(&self, mark: &Mark, clock: &Clock) -> Option<Events> {
        let at_its_step = |activity: &str| match clock.awaited() {
            Some(after) => Events::of(activity).but(&is("step", after.step.as_str())),
            None => Events::of(activity),
        };
        match mark {
            Mark::Submitted => Some(self.begun()),
            Mark::HandedIn => Some(self.begun().or(at_its_step("correction answered"))),
            Mark::Correction => Some(at_its_step("correction requested")),
            Mark::Ended => Some(Events::end(self.procedure)),
            Mark::Done(after) => Events::after(self.procedure, after),
            Mark::Answer(_) => None,
        }
    }

    /// What ends the case while the clock runs: before its last step, unless the case can do without what the clock is for.
    fn over(&self, clock: &Clock) -> Events {
        let required = match clock.awaited() {
            Some(After { step, outcome: None }) => {
                self.procedure.flow.step(step.as_str()).is_some_and(|step| !step.optional)
            }
            _ => false,
        };
        if required { Events::early_end(self.procedure) } else { Events::end(self.procedure) }
    }

    /// Whether the clock stands while a step is open.
    fn stands(&self, clock: &Clock) -> bool {
        self.procedure.flow.steps.iter().any(|step| clock.pauses_at(step))
    }

    /// What stops the clock, or moves its end.
    fn stop(&self, clock: &Clock) -> Option<Events> {
        let corrected = self.procedure.start == Start::Party
            && self.procedure.flow.correction.is_some()
            && !clock.to.contains(&Mark::Correction);
        let corrected = corrected.then(|| Events::of("correction requested"));
        let extended = self.deadline(clock).is_some_and(|deadline| !deadline.extensions.is_empty());
        let extended = extended.then(|| Events::of("deadline extended").but(&is("clock", clock.id.as_str())));
        corrected.into_iter().chain(extended).reduce(Events::or)
    }

    /// Whether the clock can start anew.
    fn restarts(&self, mark: &Mark) -> bool {
        let step = match mark {
            Mark::HandedIn => return self.procedure.flow.correction.is_some(),
            Mark::Done(After { step, .. }) => step,
            _ => return false,
        };
        let again = |other: &Step| other.outcomes.iter().any(|outcome| self.reopens(&outcome.reopens, step));
        self.procedure.flow.step(step.as_str()).is_some_and(|step| step.repeats)
            || self.procedure.flow.steps.iter().any(again)
    }

    /// Whether opening `first` again opens `step` again: it is one of them, or comes after one.
    fn reopens(&self, first: &[Id], step: &Id) -> bool {
        let mut reached: Vec<&Id> = first.iter().collect();
        let mut next = 0;
        while let Some(id) = reached.get(next).copied() {
            next += 1;
            let later = self
                .procedure
                .flow
                .steps
                .iter()
                .filter(|one| one.after.iter().any(|after| after.step == *id));
            for later in later {
                if !reached.contains(&&later.id) {
                    reached.push(&later.id);
                }
            }
        }
        reached.contains(&step)
    }

    /// A clock to a step that is not needed does not run.
    fn unless_skipped(&self, clock: &Clock, from: Events, target: Events) -> (Events, Events) {
        let step = clock.awaited().and_then(|After { step, .. }| self.procedure.flow.step(step.as_str()));
        let Some(step) = step.filter(|step| step.when.is_some()) else { return (from, target) };
        let skipped = format!("has(event.`{}.skipped`)", step.id);
        let all = self.procedure.flow.steps.iter().flat_map(|step| &step.outcomes);
        let all = all.map(|outcome| outcome.activity.clone());
        (from.but(&needed(step.id.as_str())), target.or(Events::when(all, Some(skipped))))
    }
}

fn length_of(own: Own) -> Option<Length> {
    if own.unit == Unit::Minutes {
        return Some(Length::Elapsed { amount: own.amount, unit: Elapsed::Minutes });
    }
    limit_of(own).map(|limit| Length::Counted { limit, by: None })
}

fn limit_of(own: Own) -> Option<Limit> {
    let unit = match own.unit {
        Unit::Minutes => return None,
        Unit::Hours => days::Unit::Hours,
        Unit::Workhours => days::Unit::Workhours,
        Unit::Days => days::Unit::Days,
        Unit::Workdays => days::Unit::Workdays,
        Unit::Months => days::Unit::Months,
        Unit::Years => days::Unit::Years,
    };
    Some(Limit::after(own.amount, unit))
}
