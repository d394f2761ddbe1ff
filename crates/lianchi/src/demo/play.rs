//! Finds for each scene the times at which it comes as far as it should.

use super::duty::{Story, When};
use super::fill::{Dice, Filler};
use super::hours::{Hours, later};
use super::rehearsal::{Rehearsal, Stage, Who, no_file};
use super::scenes::{Pace, RESIDENTS, Reach, Scene, Then};
use crate::say::{Failure, Wrong};
use access::Post;
use casework::Command;
use casework::state::Stage as Far;
use jiff::ToSpan;
use pack::model::{Channel, Procedure, Start, Step, StepKind};
use pack::{Id, days};
use record::{ObjectRef, Time, Value};
use std::collections::BTreeMap;

/// Minutes of office hours between two steps: an office that takes its time, down to one that loses none.
const GAPS: [i64; 6] = [240, 120, 60, 30, 15, 6];
/// Two hours of office hours, in which the beginning of a case is moved until it comes as far as it should.
const NOTCH: i64 = 120;
/// Half a day's office hours.
const HALF: i64 = 210;
/// How long ago the first thing happened, in minutes: six weeks and a half.
const FARTHEST: i64 = 45 * 1_440;
/// More steps than any scene takes.
const LONGEST: usize = 60;

/// The answers to a form, and those that the last try gave.
type Answers = Vec<(Id, Value)>;
type Form = Option<Answers>;
/// The cases of one story, each by its label.
type Cast = BTreeMap<&'static str, ObjectRef>;
/// The cases of a story, or the one that does not come as far as it should and where it stands.
type Told<'a, 's> = Result<Vec<Rehearsal<'a>>, (&'s Scene, String)>;

pub struct Player<'a> {
    pub stage: Stage<'a>,
}

impl<'a> Player<'a> {
    fn hours(&self) -> Hours<'a> {
        Hours(&self.stage.law.calendar)
    }

    /// The scene's procedure, where these packs have it and its office.
    fn procedure(&self, scene: &Scene) -> Option<&'a Procedure> {
        self.stage.all.offices.get(scene.office)?;
        self.stage.all.procedures.get(scene.procedure)
    }

    /// A service, begun when it must have begun to stand where it should.
    ///
    /// # Errors
    /// When there is no such time.
    pub fn service(&self, scene: &Scene, seed: u64) -> Result<Option<Rehearsal<'a>>, Failure> {
        let (Some(procedure), Pace::Office(age)) = (self.procedure(scene), scene.pace) else {
            return Ok(None);
        };
        let (hours, first) = (self.hours(), later(self.stage.now, -FARTHEST));
        let mut dice = Dice(seed);
        // Most have waited a while; one whose clock is short has only just come.
        let lags = [dice.below(5) as i64, 0];
        let mut form = None;
        let mut last = "no end of its form".to_owned();
        for (gap, lag) in GAPS.into_iter().flat_map(|gap| lags.map(|lag| (gap, lag))) {
            let mut notch = 0;
            loop {
                let aged = matches!(scene.reach, Reach::Ended | Reach::Draft | Reach::Withdrawn);
                let back = if aged { age * 2 * HALF - notch * NOTCH } else { (notch + lag) * NOTCH + 35 };
                let begin = hours.before(self.stage.now, back);
                notch += 1;
                match begin < first {
                    // Long holidays put what was long ago yet farther back.
                    true if aged => continue,
                    true => break,
                    false if back < 30 => break,
                    false => {}
                }
                let Some(case) = self.paced(scene, procedure, begin, gap, seed, &mut form)? else { continue };
                match self.reached(&case, scene) {
                    Ok(()) => return Ok(Some(case)),
                    Err(stands) => last = stands,
                }
                match self.farther(&case, scene.reach) {
                    Some(more) => notch += more,
                    None => break,
                }
            }
        }
        Err(self.untold(scene, &last))
    }

    /// How late a case is at most, in seconds below zero: some days, not counting those on which nothing runs out.
    fn latest(&self) -> i64 {
        let now = self.stage.now;
        let worked = self.hours().before(now, 3 * 2 * HALF);
        (worked.seconds() - now.seconds() - 86_400).min(-6 * 86_400)
    }

    /// How many notches farther back a case must surely begin; none where it began too early already.
    fn farther(&self, case: &Rehearsal<'a>, reach: Reach) -> Option<i64> {
        let now = self.stage.now;
        let days = case.due().map(|due| (due.seconds() - now.seconds()) / 86_400);
        // A working day has three notches and a half of office hours.
        let worked = |days: i64| {
            let today = Rehearsal::day(now);
            let day = |ahead: i64| today.checked_add(ahead.days()).unwrap_or(today);
            (1..days).filter(|ahead| self.stage.law.calendar.works(day(*ahead))).count() as i64 * 3
        };
        match reach {
            Reach::Soon(_) => days.filter(|days| *days >= 0).map(|days| worked(days - 3)),
            Reach::Late(_) => days.filter(|days| *days * 86_400 > self.latest()).map(|days| worked(days - 1)),
            Reach::Open(_) | Reach::Correcting(_) => (!case.missed()).then_some(0),
            Reach::Draft | Reach::Ended | Reach::Withdrawn => Some(0),
        }
    }

    fn untold(&self, scene: &Scene, stands: &str) -> Failure {
        let Scene { procedure, reach, .. } = scene;
        let now = self.stage.now;
        Wrong(format!(
            "the demonstration's `{procedure}` comes to no {reach:?} by {now}, but to {stands}; report this"
        ))
        .into()
    }

    /// A story, begun on the first day from which all its cases stand where they should.
    ///
    /// # Errors
    /// When there is no such day.
    pub fn story(&self, story: &Story, seed: u64) -> Result<Vec<Rehearsal<'a>>, Failure> {
        if story.scenes.iter().any(|scene| self.procedure(scene).is_none()) {
            return Ok(Vec::new());
        }
        let mut last = None;
        for begin in self.beginnings(&story.when) {
            match self.told(story, begin, seed)? {
                Ok(cases) => return Ok(cases),
                Err((scene, stands)) => last = Some((scene, stands)),
            }
        }
        let nowhen = || Wrong("a story of the demonstration has no day; report this".into()).into();
        Err(last.map_or_else(nowhen, |(scene, stands)| self.untold(scene, &stands)))
    }

    fn beginnings(&self, when: &When) -> Vec<Time> {
        match when {
            When::Minutes(minutes) => {
                let begin = later(self.stage.now, -minutes);
                vec![
                    Time::new(begin.seconds() - begin.seconds().rem_euclid(60), 0, Some(480))
                        .unwrap_or(begin),
                ]
            }
            When::Days(range, (hour, minute)) => {
                let today = Rehearsal::day(self.stage.now);
                let at = |days: i64| {
                    let day = today.checked_sub(days.days()).unwrap_or(today);
                    days::moment(day.at(*hour, *minute, 0, 0))
                };
                range.clone().filter_map(at).collect()
            }
        }
    }

    /// The story from `begin` on; or the scene that does not come as far as it should, and where it stands.
    fn told<'s>(&self, story: &'s Story, begin: Time, seed: u64) -> Result<Told<'a, 's>, Failure> {
        let mut cast = Cast::new();
        for (number, scene) in (0..).zip(story.scenes) {
            if let (Some(procedure), Pace::Told(minutes, _)) = (self.procedure(scene), scene.pace) {
                cast.insert(scene.label, reference(procedure, later(begin, minutes), seed + number));
            }
        }
        let mut cases = Vec::new();
        for scene in story.scenes {
            match self.timed(scene, begin, &cast, seed)? {
                None => return Ok(Err((scene, "no such step then".into()))),
                Some(case) => match self.reached(&case, scene) {
                    Ok(()) => cases.push(case),
                    Err(stands) => return Ok(Err((scene, stands))),
                },
            }
        }
        Ok(Ok(cases))
    }

    /// Whether a case stands where its scene should have it, once all is told that time brought until now.
    ///
    /// # Errors
    /// Where it stands.
    fn reached(&self, played: &Rehearsal<'a>, scene: &Scene) -> Result<(), String> {
        let now = self.stage.now;
        let open: Vec<&str> = played.open().iter().map(|step| step.id.as_str()).collect();
        let left = played.due().map(|due| due.seconds() - now.seconds());
        // In long holidays nothing runs out before the first working day.
        let next = later(self.hours().after(now, 2 * HALF + 1), 1_440);
        let soon = (next.seconds() - now.seconds()).max(60 * 3_600);
        let stands = match scene.reach {
            Reach::Draft => played.state.stage == Far::Draft,
            Reach::Correcting(_) => played.state.stage == Far::Correcting,
            Reach::Ended | Reach::Withdrawn => played.state.ended(),
            Reach::Open(step) => open.contains(&step) && left.is_none_or(|left| left > 600 || scene.missed),
            Reach::Soon(step) => {
                open.contains(&step) && left.is_some_and(|left| (1_200..soon).contains(&left))
            }
            Reach::Late(step) => {
                open.contains(&step) && left.is_some_and(|left| (self.latest()..-1_800).contains(&left))
            }
        };
        let late = scene.missed || matches!(scene.reach, Reach::Late(_));
        match (stands, late || !played.missed()) {
            (true, true) => Ok(()),
            (_, kept) => {
                let stage = &played.state.stage;
                Err(format!(
                    "{stage:?}, {} open, {left:?} s left, {}",
                    open.join(" "),
                    if kept { "kept" } else { "missed" }
                ))
            }
        }
    }

    /// Plays a service with about `gap` minutes of office hours between steps; nothing where that takes longer than there
    /// was time.
    fn paced(
        &self,
        scene: &Scene,
        procedure: &'a Procedure,
        begin: Time,
        gap: i64,
        seed: u64,
        form: &mut Form,
    ) -> Result<Option<Rehearsal<'a>>, Failure> {
        let case = reference(procedure, begin, seed);
        let mut playing = self.begun(scene, procedure, begin, case, seed, scene.told);
        if !playing.begin(begin, form)? {
            return Ok(None);
        }
        if scene.reach == Reach::Draft {
            return Ok(Some(playing.case));
        }
        let done = playing.office(gap) && playing.besides(gap);
        playing.case.pass(self.stage.now);
        Ok(done.then_some(playing.case))
    }

    /// Plays an office's own duty at the times that its scene tells.
    fn timed(
        &self,
        scene: &Scene,
        begin: Time,
        cast: &Cast,
        seed: u64,
    ) -> Result<Option<Rehearsal<'a>>, Failure> {
        let (Some(procedure), Pace::Told(minutes, steps)) = (self.procedure(scene), scene.pace) else {
            return Ok(None);
        };
        let Some(case) = cast.get(scene.label).cloned() else { return Ok(None) };
        let told = scene.told.iter().filter_map(|(field, text)| Some((*field, written(text, begin, cast)?)));
        let told: Vec<(&str, String)> = told.collect();
        let told: Vec<(&str, &str)> = told.iter().map(|(field, text)| (*field, text.as_str())).collect();
        let mut playing = self.begun(scene, procedure, begin, case, seed, &told);
        if !playing.begin(later(begin, minutes), &mut None)? {
            return Ok(None);
        }
        let mut steps = steps.to_vec();
        steps.sort_by_key(|(.., minutes)| *minutes);
        let all = steps
            .iter()
            .all(|(step, outcome, minutes)| playing.told_step(step, outcome, later(begin, *minutes)));
        playing.case.pass(self.stage.now);
        Ok(all.then_some(playing.case))
    }

    fn begun<'t>(
        &self,
        scene: &'t Scene,
        procedure: &'a Procedure,
        begin: Time,
        case: ObjectRef,
        seed: u64,
        told: &'t [(&'t str, &'t str)],
    ) -> Playing<'a, 't>
    where
        'a: 't,
    {
        let name = scene.party.and_then(|party| RESIDENTS.get(party)).copied().unwrap_or("演示");
        let calendar = &self.stage.law.calendar;
        let filler = Filler { calendar, name, told, dice: Dice(seed) };
        let case = Rehearsal::new(self.stage, procedure, case);
        Playing { scene, case, filler, hours: Hours(calendar), at: begin, ways: scene.ways.to_vec() }
    }
}

/// The number of a case that begins at `begin`.
fn reference(procedure: &Procedure, begin: Time, seed: u64) -> ObjectRef {
    let mut dice = Dice(seed ^ 0x5eed_0f10_7a11);
    let random = [(); 5].map(|()| dice.below(256) as u8);
    ObjectRef::new(procedure.object.as_str(), casework::number::case_number(Rehearsal::day(begin), random))
}

/// The text with moments of the story and its other cases put in; nothing where there is no such case.
fn written(text: &str, begin: Time, cast: &Cast) -> Option<String> {
    if let Some(minutes) = text.strip_prefix('^') {
        let at = later(begin, minutes.parse().unwrap_or_default());
        return Some(casework::answer::write(&pack::model::FieldKind::Moment, &record::Value::Time(at)));
    }
    match text.split_once('#') {
        Some((_, label)) => cast.get(label).map(ToString::to_string),
        None => Some(text.to_owned()),
    }
}

/// A scene being played.
struct Playing<'a, 't> {
    scene: &'t Scene,
    case: Rehearsal<'a>,
    filler: Filler<'t>,
    hours: Hours<'a>,
    /// When the last thing happened.
    at: Time,
    /// How steps are still to end, in this order.
    ways: Vec<(&'static str, &'static str)>,
}

impl<'a> Playing<'a, '_> {
    /// Who asks: the party, or whoever enters it for them or by duty.
    fn applicant(&self) -> Who {
        match (&self.case.procedure.start, self.scene.channel) {
            (Start::Role(role), _) => Who::Post(Post::new(role.clone(), self.scene.office), 0),
            (Start::Party, Channel::Window) => Who::Post(Post::new("clerk", self.scene.office), 0),
            (Start::Party, _) => Who::Party,
        }
    }

    /// Does something at `at`; not where that would be in the future, or the case does not allow it.
    fn run(&mut self, at: Time, who: &Who, command: Command) -> bool {
        let done = at <= self.case.stage.now && self.case.run(at, who, command).is_ok();
        if done {
            self.at = at;
        }
        done
    }

    /// Begins the case, fills it in and hands it in.
    ///
    /// The form is filled in anew only where what was answered the last time does not fit the day.
    fn begin(&mut self, at: Time, form: &mut Form) -> Result<bool, Failure> {
        let who = self.applicant();
        let party = self.scene.party.map(|_| Who::Party.stand_in());
        let start = Command::Start { office: self.scene.office.into(), party, channel: self.scene.channel };
        if !self.run(at, &who, start) {
            return Ok(false);
        }
        let duty = self.scene.party.is_none();
        let minute = |minutes| if duty { at } else { later(at, minutes) };
        let fits = |answers: &Answers| self.case.faults(&answers.iter().cloned().collect(), at).is_empty();
        let mut answers = match form.take().filter(fits) {
            Some(answers) => answers,
            None => self.filler.form(&self.case, at)?,
        };
        *form = Some(answers.clone());
        let draft = self.scene.reach == Reach::Draft;
        if draft {
            answers.truncate(answers.len().div_ceil(2));
        }
        let (_, papers) = self.case.asked(&answers.iter().cloned().collect(), at);
        let answers = answers.into_iter().map(|(id, value)| (id, Some(value))).collect();
        let mut done = self.run(minute(6), &who, Command::Save { answers });
        if draft {
            return Ok(done);
        }
        if self.scene.channel != Channel::Window {
            for (number, material) in (7..).zip(papers) {
                let file = no_file(&format!("{material}.pdf"));
                done = done && self.run(minute(number), &who, Command::Attach { material, file });
            }
        }
        Ok(done && self.run(minute(18), &who, Command::Submit))
    }

    /// Steps one after the other, in office hours, until the case stands where it should.
    fn office(&mut self, gap: i64) -> bool {
        if let Reach::Withdrawn = self.scene.reach {
            let at = self.hours.after(self.at, gap);
            return self.run(
                at,
                &Who::Party,
                Command::Withdraw { reasons: Some("行程有变，不再需要。".into()) },
            );
        }
        for _ in 0..LONGEST {
            if self.case.state.ended() {
                return true;
            }
            if let Reach::Correcting(step) = self.scene.reach
                && self.case.open().iter().any(|open| open.id.as_str() == step)
            {
                return self.correct(step, gap);
            }
            let next = self.case.open().into_iter().find(|step| self.is_next(step));
            let Some(step) = next else { return true };
            let pace = gap / 2 + self.filler.dice.below(gap.unsigned_abs() + 1) as i64;
            let at = self.hours.after(self.at, pace);
            if !self.step(step, at) {
                return false;
            }
        }
        false
    }

    /// Steps are done in the order of the flow, but for the one that is to stay open, and those that nobody wants.
    fn is_next(&self, step: &Step) -> bool {
        let kept = match self.scene.reach {
            Reach::Open(kept) | Reach::Soon(kept) | Reach::Late(kept) => step.id.as_str() == kept,
            _ => false,
        };
        let refuses = step.outcomes.iter().all(|outcome| outcome.ends && outcome.reasons);
        let wanted = !(step.optional || refuses) || self.ways.iter().any(|(way, _)| step.id.as_str() == *way);
        !kept && wanted
    }

    /// Ends a step as the scene says, or else with the first outcome that the case allows.
    fn step(&mut self, step: &Step, at: Time) -> bool {
        let way = self.ways.iter().position(|(way, _)| step.id.as_str() == *way);
        let wanted = way.and_then(|at| self.ways.get(at)).map(|(_, outcome)| *outcome);
        let outcomes: Vec<Id> = match wanted {
            Some(outcome) => vec![outcome.into()],
            None => step.outcomes.iter().map(|outcome| outcome.id.clone()).collect(),
        };
        let done = outcomes.iter().any(|outcome| self.end(step, outcome, at));
        if let Some(at) = way.filter(|_| done) {
            self.ways.remove(at);
        }
        done
    }

    fn end(&mut self, step: &Step, outcome: &Id, at: Time) -> bool {
        let reasons = step.outcome(outcome.as_str()).is_some_and(|outcome| outcome.reasons);
        let reasons = reasons.then(|| self.scene.why.to_owned());
        let answers = self.filler.step(&step.form.fields, at);
        let post = self.case.post(step);
        // Where somebody did an earlier step, a colleague of theirs does this one.
        (0..2).any(|nth| {
            let command = Command::Do {
                step: step.id.clone(),
                outcome: outcome.clone(),
                reasons: reasons.clone(),
                answers: answers.clone(),
            };
            self.run(at, &Who::Post(post.clone(), nth), command)
        })
    }

    /// A step at the time that the scene tells.
    fn told_step(&mut self, id: &str, outcome: &str, at: Time) -> bool {
        let procedure = self.case.procedure;
        if id == "extend" {
            let all = self.case.stage.all;
            let above = all.offices.get(self.scene.office).and_then(|office| office.parent.clone());
            let chief = Who::Post(Post::new("chief", above.unwrap_or_default()), 0);
            return self.run(
                at,
                &chief,
                Command::Extend { clock: outcome.into(), reasons: self.scene.why.to_owned() },
            );
        }
        let Some(step) = procedure.flow.step(id) else { return false };
        match outcome {
            "" => self.step(step, at),
            outcome => self.end(step, &outcome.into(), at),
        }
    }

    fn correct(&mut self, step: &str, gap: i64) -> bool {
        let procedure = self.case.procedure;
        let Some(step) = procedure.flow.step(step) else { return false };
        let mut notes = Vec::new();
        let field =
            procedure.form.fields.iter().find(|field| self.case.state.answers.contains_key(&field.id));
        notes.extend(field.map(|field| (field.id.clone(), "与证件上的写法不一致，请核对。".to_owned())));
        let paper = procedure.materials.iter().find(|asked| asked.when.is_none());
        notes.extend(paper.map(|asked| (asked.material.clone(), "照片模糊，请重新拍摄并上传。".to_owned())));
        let (at, post) = (self.hours.after(self.at, gap), self.case.post(step));
        self.run(at, &Who::Post(post, 0), Command::Correct { step: step.id.clone(), notes })
    }

    /// What the party says when it is over, or who takes the case on.
    fn besides(&mut self, gap: i64) -> bool {
        let words = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        match self.scene.then {
            Then::Nothing => true,
            Then::Rated(stars, said) => {
                let at = later(self.at, 20 + self.filler.dice.below(40) as i64);
                self.run(at, &Who::Party, Command::Rate { stars, words: words(said) })
            }
            Then::Complained(said, reply) => {
                let at = later(self.at, 95);
                if !self.run(at, &Who::Party, Command::Complain { words: said.to_owned() }) {
                    return false;
                }
                let Some(reply) = reply else { return true };
                let decides =
                    self.case.procedure.flow.steps.iter().find(|step| step.kind == StepKind::Decide);
                let Some(decides) = decides else { return false };
                let (at, post) = (self.hours.after(at, gap + 60), self.case.post(decides));
                self.run(at, &Who::Post(post, 1), Command::Reply { complaint: 0, words: reply.to_owned() })
            }
            Then::Taken => self.take(0).is_some(),
            Then::HandedOver(why) => {
                let Some((step, post)) = self.take(1) else { return false };
                let to = Who::Post(post.clone(), 0).stand_in();
                let command = Command::HandOver { step, to, reasons: why.to_owned() };
                self.run(later(self.at, 25), &Who::Post(post, 1), command)
            }
        }
    }

    fn take(&mut self, nth: usize) -> Option<(Id, Post)> {
        let (Reach::Open(kept) | Reach::Soon(kept) | Reach::Late(kept)) = self.scene.reach else {
            return None;
        };
        let step = self.case.procedure.flow.step(kept)?;
        let (at, post) = (later(self.at, 12), self.case.post(step));
        let done = self.run(at, &Who::Post(post.clone(), nth), Command::Take { step: step.id.clone() });
        done.then(|| (step.id.clone(), post))
    }
}
