//! A city with people in every post that its cases need, whose cases are made from a seed by the same commands as real
//! ones.

mod answers;

pub use answers::Dice;

use access::password::Argon2id;
use access::policy::Actor;
use access::{PersonId, Post};
use answers::Patterns;
use casework::state::State;
use casework::{Ask, Book, Casework, Command};
use pack::days::today;
use pack::model::{Channel, Office, Procedure, Start, StepKind};
use pack::{File, Id, Title};
use record::{FileRef, ObjectRef, Record, Time};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use web::server::{City, Settings};

/// Everybody's password.
pub const PASSWORD: &str = "lotus-pond-2026";
const DAY: i64 = 86_400;
/// More steps than any case takes.
const LONGEST: usize = 60;

/// Why a town cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unmade(String);

fn unmade(why: impl std::fmt::Display) -> Unmade {
    Unmade(why.to_string())
}

/// Somebody who has cases.
pub struct Resident {
    /// The name by which they sign in.
    pub login: String,
    /// Themselves.
    pub actor: Actor,
    /// A scan that they attach to whatever asks for a paper.
    paper: FileRef,
}

/// How cases of one procedure are asked for and done.
pub struct Course {
    /// What it is a case of.
    pub procedure: Id,
    /// Days since the first on which it could be asked for.
    age: usize,
    offices: Vec<Id>,
    channel: Channel,
    answers: Patterns,
    steps: BTreeMap<Id, Patterns>,
}

/// A city that stands in a folder, with all that makes its cases.
pub struct Town {
    /// The city.
    pub city: City,
    /// What its people ask for.
    pub courses: Vec<Course>,
    /// Who asks.
    pub residents: Vec<Resident>,
    staff: Mutex<HashMap<Post, Actor>>,
}

/// The packs of this repository.
pub fn packs() -> Result<Vec<File>, Unmade> {
    pack::folder::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")).map_err(unmade)
}

/// The moment. Towns are made up to now, so that a server that opens one finds no years of missed deadlines.
#[expect(
    clippy::disallowed_methods,
    reason = "a town's cases end where the server's begin, which reads the clock"
)]
fn clock() -> Time {
    Time::at(jiff::Timestamp::now(), 8 * 60)
}

fn after(at: Time, seconds: i64) -> Time {
    Time::new(at.seconds() + seconds, 0, Some(480)).unwrap_or(at).min(clock())
}

/// How somebody asks.
pub fn ask(now: Time, actor: &Actor) -> Ask<'_> {
    Ask { now, actor: Some(actor), purpose: None, seen: None }
}

/// Runs a command for somebody at a time, and gives what happened.
type Runs<'a> = dyn FnMut(&Actor, Command, Time) -> Result<Vec<record::Event>, casework::Refused> + 'a;

impl Town {
    /// The town in the data folder `dir`, with so many residents; those whose cases cannot be made up are left out.
    /// `lianchi up --data DIR` serves it.
    ///
    /// # Errors
    /// When the record or the packs cannot be used.
    pub fn found(dir: &Path, residents: usize) -> Result<Self, Unmade> {
        let record = Record::create_in(dir).map_err(unmade)?;
        let key = [17; 32];
        std::fs::write(dir.join("directory.key"), key).map_err(unmade)?;
        let settings = Settings {
            title: Title::new("示范市", "Demo City"),
            directory_key: key,
            password_cost: Argon2id::CHEAPEST,
            clock,
            demo: Vec::new(),
        };
        let city = City::open(record, &packs()?, settings).map_err(unmade)?;
        let mut town = Self { city, courses: Vec::new(), residents: Vec::new(), staff: Mutex::default() };
        town.courses = courses(town.casework().book());
        for number in 0..residents {
            let resident = town.resident(number)?;
            town.residents.push(resident);
        }
        Ok(town)
    }

    /// Its cases.
    pub fn casework(&self) -> &Casework {
        &self.city.casework
    }

    fn resident(&self, number: usize) -> Result<Resident, Unmade> {
        let login = format!("resident-{number}");
        let name = format!("居民{number}");
        let id = self.city.register(&login, &name, PASSWORD, &[], clock()).map_err(unmade)?;
        let actor = self.actor(id, None)?;
        let scan = format!("%PDF-1.4\n% {login}\ntrailer<</Root 1 0 R>>\n%%EOF\n");
        let paper = self.casework().record().attach("scan.pdf", scan.as_bytes(), Some(actor.id()));
        Ok(Resident { login, actor, paper: paper.map_err(unmade)? })
    }

    fn actor(&self, id: PersonId, post: Option<&Post>) -> Result<Actor, Unmade> {
        Actor::of(&self.city.person(id).map_err(unmade)?, post).map_err(unmade)
    }

    /// The name by which the holder of a post signs in.
    pub fn login(post: &Post) -> String {
        format!("{}-{}", post.role, post.office)
    }

    /// Whoever holds the post, taken on if nobody does.
    pub fn holder(&self, post: &Post) -> Result<Actor, Unmade> {
        let mut staff = self.staff.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(actor) = staff.get(post) {
            return Ok(actor.clone());
        }
        let definitions = &self.casework().book().definitions;
        let office = definitions.offices.get(&post.office).map_or("", |office| office.title.zh.as_str());
        let role = definitions.roles.get(&post.role).map_or("", |role| role.title.zh.as_str());
        let name = format!("{office}{role}");
        let posts = std::slice::from_ref(post);
        let id = self.city.register(&Self::login(post), &name, PASSWORD, posts, clock()).map_err(unmade)?;
        let actor = self.actor(id, Some(post))?;
        staff.insert(post.clone(), actor.clone());
        Ok(actor)
    }

    /// The posts that are held.
    pub fn posts(&self) -> Vec<Post> {
        let staff = self.staff.lock().unwrap_or_else(PoisonError::into_inner);
        let mut posts: Vec<Post> = staff.keys().cloned().collect();
        posts.sort();
        posts
    }

    /// The course of cases of `procedure`.
    pub fn course(&self, procedure: &str) -> Option<&Course> {
        self.courses.iter().find(|course| course.procedure.as_str() == procedure)
    }

    /// Cases until the record has `events` entries, by many hands at once: most of the last two years and over, those
    /// of the last weeks under way. Then what time has brought is put down, as a city that stood all the while would
    /// have done.
    pub fn live(&self, events: u64, seed: u64) -> Result<(), Unmade> {
        const HANDS: u64 = 64;
        let record = self.casework().record();
        let hand = |hand: u64| -> Result<(), Unmade> {
            let mut dice = Dice(seed ^ (hand << 40));
            while record.len().map_err(unmade)? < events {
                let Some(course) = self.courses.get(dice.below(self.courses.len())) else { return Ok(()) };
                let Some(resident) = self.residents.get(dice.below(self.residents.len())) else {
                    return Ok(());
                };
                let age = dice.below(course.age.min(700)) as i64;
                let under_way = age < 20 || dice.below(100) < 2;
                let steps = if under_way { dice.below(5) } else { LONGEST };
                let began = after(clock(), -age * DAY - dice.below(30_000) as i64);
                self.case(course, resident, began, steps, &mut dice, &mut |_, _| {})?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let hand = &hand;
            let hands: Vec<_> = (0..HANDS).map(|number| scope.spawn(move || hand(number))).collect();
            let broke = |_| unmade("a thread that made cases broke off");
            hands.into_iter().try_for_each(|hand| hand.join().map_err(broke)?)
        })?;
        self.casework().tick(clock()).map_err(unmade)?;
        self.city.save();
        Ok(())
    }

    /// One case from its beginning through at most `steps` steps. `done` is told each command that was carried out and by
    /// whom.
    pub fn case(
        &self,
        course: &Course,
        resident: &Resident,
        began: Time,
        steps: usize,
        dice: &mut Dice,
        done: &mut dyn FnMut(&Actor, &Command),
    ) -> Result<ObjectRef, Unmade> {
        let casework = self.casework();
        let party = &resident.actor;
        let office = course.offices.get(dice.below(course.offices.len())).cloned().unwrap_or_default();
        let start = Command::Start { office, party: Some(party.id().clone()), channel: course.channel };
        let number = self.city.case_number(began).map_err(unmade)?;
        let case = casework.start(&course.procedure, &number, &start, &ask(began, party)).map_err(refused)?;
        done(party, &start);
        let mut at = after(began, 60);
        let mut run = |actor: &Actor, command: Command, at: Time| {
            let events = casework.run(&case, &command, &ask(at, actor));
            if events.is_ok() {
                done(actor, &command);
            }
            events
        };
        let form = &procedure(casework.book(), &course.procedure)?.form;
        let answers = course.answers.values(form, at, dice);
        let answers = answers.into_iter().map(|(id, value)| (id, Some(value))).collect();
        run(party, Command::Save { answers }, at).map_err(refused)?;
        let view = casework.view(&case).map_err(refused)?;
        for (material, _) in casework.missing(&view, at).map_err(unmade)? {
            let file = resident.paper.clone();
            run(party, Command::Attach { material, file }, after(at, 60)).map_err(refused)?;
        }
        at = after(at, 600);
        if steps == 0 {
            return Ok(case);
        }
        run(party, Command::Submit, at).map_err(refused)?;
        let mut state = casework.view(&case).map_err(refused)?.state.as_ref().clone();
        for _ in 0..steps {
            at = after(at, 1_800 + dice.below(120_000) as i64);
            if state.ended() || !self.step(course, &mut state, at, dice, &mut run)? {
                break;
            }
        }
        if state.ended() && dice.below(4) == 0 {
            let rate =
                Command::Rate { stars: 3 + dice.below(3) as u8, words: Some("办得很快。".into()) };
            run(party, rate, after(at, DAY)).map_err(refused)?;
        }
        Ok(case)
    }

    /// Does the first open step that can be done, by whoever holds its post. Whether there was one.
    fn step(
        &self,
        course: &Course,
        state: &mut State,
        at: Time,
        dice: &mut Dice,
        run: &mut Runs<'_>,
    ) -> Result<bool, Unmade> {
        let procedure = procedure(self.casework().book(), &course.procedure)?;
        let open: Vec<(Id, Id)> =
            state.open_steps().map(|(id, step)| (id.clone(), step.office.clone())).collect();
        for (id, office) in open {
            let Some(step) = procedure.flow.step(id.as_str()) else { continue };
            let actor = self.holder(&Post::new(step.role.clone(), office))?;
            if step.kind == StepKind::Examine && dice.below(3) == 0 {
                let take = Command::Take { step: id.clone() };
                run(&actor, take, at).into_iter().flatten().for_each(|event| state.apply(&event));
            }
            let patterns = course.steps.get(&id).cloned().unwrap_or_default();
            for outcome in &step.outcomes {
                let command = Command::Do {
                    step: id.clone(),
                    outcome: outcome.id.clone(),
                    reasons: outcome.reasons.then(|| "见审查意见。".to_owned()),
                    answers: patterns.values(&step.form, at, dice),
                };
                match run(&actor, command, at) {
                    Ok(events) => {
                        events.iter().for_each(|event| state.apply(event));
                        return Ok(true);
                    }
                    Err(casework::Refused::Case(_) | casework::Refused::Denied(_)) => {}
                    Err(other) => return Err(refused(other)),
                }
            }
        }
        Ok(false)
    }
}

fn refused(refused: casework::Refused) -> Unmade {
    unmade(format!("a case could not be made: {refused:?}"))
}

fn procedure<'a>(book: &'a Arc<Book>, id: &Id) -> Result<&'a Procedure, Unmade> {
    book.procedure(id).ok_or_else(|| unmade(format!("there is no procedure `{id}`")))
}

/// How cases are made of every service that people ask for, as far as answers were found that it accepts.
fn courses(book: &Arc<Book>) -> Vec<Course> {
    let asked_for = book.definitions.procedures.values().filter(|procedure| procedure.start == Start::Party);
    asked_for.filter_map(|procedure| course(book, procedure)).collect()
}

fn course(book: &Book, procedure: &Procedure) -> Option<Course> {
    let mut dice = Dice(procedure.id.as_str().bytes().map(u64::from).sum());
    let handles =
        |office: &&Office| office.handles.contains(&procedure.category) && office.level == procedure.level;
    let offices: Vec<Id> =
        book.definitions.offices.values().filter(handles).map(|office| office.id.clone()).collect();
    let channel = procedure.channels.iter().find(|channel| **channel == Channel::Web)?;
    let steps = procedure.flow.steps.iter();
    let steps = steps.map(|step| (step.id.clone(), Patterns::plain(&step.form, &mut dice))).collect();
    (!offices.is_empty()).then_some(())?;
    let age = procedure.effective.until(today(clock())).ok()?.get_days();
    Some(Course {
        procedure: procedure.id.clone(),
        age: usize::try_from(age).ok().filter(|_| procedure.replaced.is_none())?,
        offices,
        channel: *channel,
        answers: Patterns::accepted(book, procedure, clock(), &mut dice)?,
        steps,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
mod tests {
    use super::{Dice, Town, ask, clock};
    use casework::board::Board;
    use casework::{Casework, Command};
    use pack::model::{Channel, FieldKind};
    use record::Value;
    use std::fmt::Write as _;

    /// All that a board tells, and what is told of the cases that are over.
    fn told(casework: &Casework, town: &Town) -> String {
        let of_board = |board: &Board| {
            // In no order.
            let mut tasks: Vec<String> = board.tasks().map(|task| format!("{task:?}\n")).collect();
            tasks.sort();
            let mut text = tasks.concat();
            let tallies = board.tallies("2000-01-01".parse().unwrap());
            tallies.for_each(|tally| writeln!(text, "{tally:?}").unwrap());
            let mut running: Vec<String> = board
                .running()
                .map(|state| format!("{state:?} {:?}\n", board.due(state.case.as_ref().unwrap())))
                .collect();
            running.sort();
            text.push_str(&running.concat());
            let over: Vec<_> = board.over().collect();
            let complained: Vec<_> = board.complained().collect();
            writeln!(text, "{over:?} {complained:?} {:?} {:?}", board.kinds(), board.next()).unwrap();
            text
        };
        let mut text = casework.board(of_board).unwrap();
        for resident in &town.residents {
            for line in casework.of_party(resident.actor.id()).unwrap() {
                assert_eq!(casework.named(line.case.id.as_str()).unwrap(), Some(line.case.clone()));
                writeln!(text, "{line:?}").unwrap();
            }
        }
        text
    }

    #[test]
    fn a_board_that_was_kept_is_the_board_counted_anew() {
        let dir = tempfile::tempdir().unwrap();
        let town = Town::found(dir.path(), 6).unwrap();
        let files = super::packs().unwrap();
        for events in [200, 420] {
            town.live(events, events).unwrap();
            let anew = |cleared: bool| {
                let record = town.casework().record().clone();
                if cleared {
                    record.cache().clear();
                }
                Casework::try_edition(record, &files).unwrap()
            };
            let now = told(town.casework(), &town);
            town.casework().save().unwrap();
            assert_eq!(told(&anew(false), &town), now);
            assert_eq!(told(&anew(true), &town), now);
            // What comes after the board was kept is read from the record.
            town.casework().save().unwrap();
            let course = town.course("identity-card-lost").unwrap();
            town.case(course, &town.residents[0], clock(), 2, &mut Dice(events), &mut |_, _| {}).unwrap();
            assert_eq!(told(&anew(false), &town), told(town.casework(), &town));
        }
    }

    /// A draft that is filled in from four windows at once keeps what each of them says.
    #[test]
    fn a_draft_is_saved_from_several_windows_at_once() {
        let dir = tempfile::tempdir().unwrap();
        let town = Town::found(dir.path(), 1).unwrap();
        let course = town.course("identity-card-lost").unwrap();
        let party = &town.residents[0].actor;
        let case = town.case(course, &town.residents[0], clock(), 0, &mut Dice(1), &mut |_, _| {}).unwrap();
        let casework = town.casework();
        let view = casework.view(&case).unwrap();
        assert_eq!(view.state.channel, Channel::ALL[1].0);
        let texts = view.procedure().unwrap().form.fields.iter();
        let field =
            texts.clone().find(|field| field.kind == FieldKind::Text && field.checks.is_empty()).unwrap();
        let before = view.state.events;
        std::thread::scope(|scope| {
            for window in 0..4 {
                let (case, field) = (&case, &field.id);
                scope.spawn(move || {
                    for n in 0..8 {
                        let answers = vec![(field.clone(), Some(Value::from(format!("{window}/{n}"))))];
                        casework.run(case, &Command::Save { answers }, &ask(clock(), party)).unwrap();
                    }
                });
            }
        });
        let after = casework.view(&case).unwrap();
        assert_eq!(after.state.events, before + 32);
        let last = casework.answers(&after.state).unwrap();
        assert!(last[&field.id].as_text().unwrap().ends_with("/7"), "{last:?}");
    }
}
