use super::{SHIPPED, TODAY};
use casework::decide::{Decided, Judge, Refusal, Situation, Truth, decide};
use casework::state::{State, Status, StepState};
use casework::{Command, clocks, due};
use pack::Id;
use pack::model::{Condition, Known, Office, Procedure, Start};
use record::{Digest, Event, ObjectRef, Time, Value};
use std::collections::BTreeMap;

pub type Answers = BTreeMap<Id, Value>;

/// A case without a record: its state, its answers in clear, and the time.
pub struct Case {
    pub procedure: &'static Procedure,
    pub state: State,
    pub answers: Answers,
    pub id: ObjectRef,
    pub events: Vec<Event>,
    pub now: Time,
}

impl Case {
    pub fn new(procedure: &'static Procedure, number: u64) -> Self {
        Self {
            procedure,
            state: State::default(),
            answers: Answers::new(),
            id: ObjectRef::new(procedure.object.as_str(), number.to_string()),
            events: Vec::new(),
            now: Time::new(1_795_392_000, 0, Some(480)).unwrap(),
        }
    }

    /// Begins it where it is handled nearest to people; what no office takes in, the program itself begins, anywhere.
    pub fn start(&mut self, channel: pack::model::Channel) {
        let nearest = |handles: &dyn Fn(&Office) -> bool| {
            let offices = SHIPPED.offices.values().filter(|office| handles(office));
            offices.max_by_key(|office| office.level).map(|office| office.id.clone())
        };
        let handled = nearest(&|office| self.procedure.handled_by(office));
        let actor = handled.as_ref().map(|_| "ann");
        let office = handled.or_else(|| nearest(&|office| office.level <= self.procedure.level));
        let office = office.unwrap_or_else(|| panic!("no office could have {}", self.procedure.id));
        let party = (self.procedure.start == Start::Party).then(|| ObjectRef::new("person", "ann"));
        self.run(actor, &Command::Start { office, party, channel }).unwrap();
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now = Time::new(self.now.seconds() + seconds, 0, Some(480)).unwrap();
    }

    /// Has `ask` look at the situation in which `actor`, or the timer, acts.
    pub fn situation<T>(&self, actor: Option<&str>, ask: impl FnOnce(&Situation<'_>) -> T) -> T {
        self.situation_of(actor, None, ask)
    }

    fn situation_of<T>(
        &self,
        actor: Option<&str>,
        recorded: Option<&Event>,
        ask: impl FnOnce(&Situation<'_>) -> T,
    ) -> T {
        let judge = |condition: &Condition, after: Option<&State>, answers: &Answers| {
            let steps = after.unwrap_or(&self.state).steps.iter().filter_map(done).collect();
            let known = Known { form: Some(answers), steps, today: TODAY };
            match self.procedure.conditions.holds(condition, &known) {
                Some(true) => Truth::True,
                Some(false) => Truth::False,
                None => Truth::Unknown,
            }
        };
        let judge: &Judge<'_> = &judge;
        let actor = actor.map(|actor| ObjectRef::new("person", actor));
        ask(&Situation {
            recorded,
            unseen: &casework::decide::ALL_SEEN,
            now: self.now,
            actor: actor.as_ref(),
            procedure: self.procedure,
            definitions: &SHIPPED,
            edition: Digest::of(b"edition"),
            case: &self.id,
            answers: &self.answers,
            judge,
        })
    }

    pub fn decide(&self, actor: Option<&str>, command: &Command) -> Result<Decided, Refusal> {
        let told = match command {
            Command::Amend { of, field, .. } => self.state.told(of, field).map(|(told, _)| told),
            _ => None,
        };
        let recorded = told.and_then(|told| self.events.iter().find(|event| event.id == *told));
        self.situation_of(actor, recorded, |situation| decide(&self.state, command, situation))
    }

    pub fn run(&mut self, actor: Option<&str>, command: &Command) -> Result<Decided, Refusal> {
        let decided = self.decide(actor, command)?;
        self.events.extend(decided.events.iter().cloned());
        match decided.events.iter().any(|event| event.corrects.is_some()) {
            true => self.state = State::of(&self.events),
            false => decided.events.iter().for_each(|event| self.state.apply(event)),
        }
        if let Command::Amend { of, field, answer, .. } = command
            && of.as_str() == State::FORM
        {
            self.answers.insert(field.clone(), answer.clone());
        }
        if let Command::Save { answers } = command {
            for (id, answer) in answers {
                match answer {
                    Some(answer) => drop(self.answers.insert(id.clone(), answer.clone())),
                    None => drop(self.answers.remove(id)),
                }
            }
        }
        Ok(decided)
    }

    /// When a clock that runs and has not run out yet does so.
    pub fn due(&self, clock: &Id) -> Option<Time> {
        let readings = clocks::read(&self.state, self.procedure, &SHIPPED);
        let reading = readings.iter().find(|reading| reading.clock.id == *clock)?;
        let runs = !reading.expired && reading.stopped.is_none();
        due::count(reading, SHIPPED.law.as_ref()?).filter(|_| runs)?.at()
    }
}

fn done<'a>((id, step): (&'a Id, &'a StepState)) -> Option<(&'a Id, &'a Id, &'a Answers)> {
    let done = step.runs.last()?.done.as_ref().filter(|_| step.status == Status::Done)?;
    Some((id, &done.outcome, &step.answers))
}
