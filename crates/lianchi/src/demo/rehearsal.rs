//! One case, played through without a record: what would happen if these people did these things at these times.

use access::Post;
use casework::decide::{Situation, decide, missing};
use casework::service::{binds_office, judge};
use casework::state::{State, Status};
use casework::{Command, Refusal, clocks, due};
use jiff::civil::Date;
use pack::days::Law;
use pack::days::today;
use pack::model::{Definitions, Procedure, Step};
use pack::{Id, Title};
use record::{Digest, FileRef, ObjectRef, Time, Value};
use std::collections::BTreeMap;

/// Who does something.
#[derive(Clone, Debug, PartialEq)]
pub enum Who {
    /// The party.
    Party,
    /// A holder of a post: the first, or a colleague.
    Post(Post, usize),
}

impl Who {
    /// Whom a rehearsal takes for them, since nobody is known yet.
    pub fn stand_in(&self) -> ObjectRef {
        match self {
            Self::Party => ObjectRef::new("person", "party"),
            Self::Post(post, nth) => ObjectRef::new("person", format!("{post}/{nth}")),
        }
    }
}

/// Something that somebody does.
#[derive(Clone, Debug)]
pub struct Move {
    pub at: Time,
    pub who: Who,
    pub command: Command,
}

/// What does not depend on the case.
#[derive(Clone, Copy)]
pub struct Stage<'a> {
    pub all: &'a Definitions,
    pub law: &'a Law,
    pub edition: Digest,
    /// When the demonstration is made: nothing in it is later.
    pub now: Time,
}

/// A case as far as it was played.
pub struct Rehearsal<'a> {
    pub stage: Stage<'a>,
    pub procedure: &'a Procedure,
    pub case: ObjectRef,
    pub state: State,
    pub moves: Vec<Move>,
    answers: BTreeMap<Id, Value>,
}

impl<'a> Rehearsal<'a> {
    pub fn new(stage: Stage<'a>, procedure: &'a Procedure, case: ObjectRef) -> Self {
        let (state, moves, answers) = (State::default(), Vec::new(), BTreeMap::new());
        Self { stage, procedure, case, state, moves, answers }
    }

    /// Has somebody do something, after all that time brings until then.
    ///
    /// # Errors
    /// Why the case does not allow it.
    pub fn run(&mut self, at: Time, who: &Who, command: Command) -> Result<(), Refusal> {
        self.pass(at);
        self.apply(at, Some(&who.stand_in()), &command)?;
        if let Command::Save { answers } = &command {
            for (id, value) in answers {
                match value {
                    Some(value) => drop(self.answers.insert(id.clone(), value.clone())),
                    None => drop(self.answers.remove(id)),
                }
            }
        }
        self.moves.push(Move { at, who: who.clone(), command });
        Ok(())
    }

    /// Lets time pass: clocks run out, each at its moment.
    pub fn pass(&mut self, until: Time) {
        while let Some((clock, at)) = self.next_end().filter(|(_, at)| *at <= until) {
            if self.apply(at, None, &Command::Expire { clock }).is_err() {
                return;
            }
        }
    }

    fn apply(&mut self, now: Time, actor: Option<&ObjectRef>, command: &Command) -> Result<(), Refusal> {
        let decided = {
            let judge = judge(self.procedure, &self.state, now);
            decide(&self.state, command, &self.situation(now, actor, &self.answers, &judge))?
        };
        for event in &decided.events {
            self.state.apply(event);
        }
        Ok(())
    }

    fn situation<'s>(
        &'s self,
        now: Time,
        actor: Option<&'s ObjectRef>,
        answers: &'s BTreeMap<Id, Value>,
        judge: &'s casework::decide::Judge<'s>,
    ) -> Situation<'s> {
        let Stage { all, edition, .. } = self.stage;
        Situation {
            now,
            actor,
            procedure: self.procedure,
            definitions: all,
            edition,
            case: &self.case,
            answers,
            recorded: None,
            unseen: &casework::decide::ALL_SEEN,
            judge,
        }
    }

    /// What would be missing or wrong, were these the answers; papers are not looked at.
    pub fn faults(&self, answers: &BTreeMap<Id, Value>, now: Time) -> Vec<(Id, Title)> {
        let state = State { answers: answers.clone(), channel: "window".into(), ..State::default() };
        let judge = judge(self.procedure, &state, now);
        missing(&state, &self.situation(now, None, answers, &judge))
    }

    /// Which of the questions would be asked, and which papers, were these the answers.
    pub fn asked(&self, answers: &BTreeMap<Id, Value>, now: Time) -> (Vec<Id>, Vec<Id>) {
        let judge = judge(self.procedure, &self.state, now);
        let situation = self.situation(now, None, answers, &judge);
        let fields = casework::decide::shown_fields(&self.procedure.form, &situation);
        let papers =
            casework::decide::needed_materials(&situation).into_iter().filter(|asked| !asked.optional);
        (
            fields.into_iter().map(|field| field.id.clone()).collect(),
            papers.map(|asked| asked.material.clone()).collect(),
        )
    }

    /// The day in China.
    pub fn day(at: Time) -> Date {
        today(at)
    }

    /// The steps that are open now, in the order of the flow.
    pub fn open(&self) -> Vec<&'a Step> {
        let open =
            |step: &&Step| self.state.steps.get(&step.id).is_some_and(|state| state.status == Status::Open);
        self.procedure.flow.steps.iter().filter(open).collect()
    }

    /// The post in which an open step is done.
    pub fn post(&self, step: &Step) -> Post {
        let office = self.state.steps.get(&step.id).map(|state| state.office.clone()).unwrap_or_default();
        Post::new(step.role.clone(), office)
    }

    /// The clock that runs out next, of those that have not.
    fn next_end(&self) -> Option<(Id, Time)> {
        let readings = clocks::read(&self.state, self.procedure, self.stage.all);
        let running = readings.iter().filter(|reading| reading.stopped.is_none() && !reading.expired);
        let ends = running.filter_map(|reading| {
            Some((reading.clock.id.clone(), due::count(reading, self.stage.law)?.at()?))
        });
        ends.min_by_key(|(_, at)| *at)
    }

    /// When the first running clock that binds the office runs out, or ran out.
    pub fn due(&self) -> Option<Time> {
        let readings = clocks::read(&self.state, self.procedure, self.stage.all);
        let running = readings
            .iter()
            .filter(|reading| reading.stopped.is_none() && binds_office(reading, self.procedure));
        running.filter_map(|reading| due::count(reading, self.stage.law)?.at()).min()
    }

    /// Whether a clock that binds the office ran out.
    pub fn missed(&self) -> bool {
        let readings = clocks::read(&self.state, self.procedure, self.stage.all);
        let mut bound = readings.iter().filter(|reading| binds_office(reading, self.procedure));
        bound.any(|reading| {
            let end = due::count(reading, self.stage.law).and_then(|counted| counted.at());
            reading.expired || end.zip(reading.stopped).is_some_and(|(end, at)| at > end)
        })
    }
}

/// What stands for a file until there is one.
pub fn no_file(name: &str) -> FileRef {
    FileRef {
        digest: Digest::of(name.as_bytes()),
        name: name.into(),
        media_type: "application/pdf".into(),
        size: 1,
        subject: None,
    }
}
