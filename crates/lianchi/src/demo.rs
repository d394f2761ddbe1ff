//! A small demonstration city: people in every post that its cases need, and cases at every stage, made by the same
//! commands as real ones. Seeded: the same city each time, but for its keys and numbers.

use crate::say::{Failure, Wrong};
use access::policy::Actor;
use access::{PersonId, Post};
use casework::state::{Stage, Status};
use casework::{Ask, Casework, Command};
use jiff::civil::Date;
use pack::model::{Channel, Field, FieldKind, Office, Procedure, Start};
use pack::{Id, Title};
use record::{ObjectRef, Time, Value};
use std::collections::BTreeMap;
use std::path::Path;
use web::server::{City, Demo};

/// Stands in the data folder of a demonstration.
pub const MARK: &str = "demonstration";
const PASSWORD: &str = "lotus-pond-2026";

/// The posts that the sign-in page offers.
const SHOWN: [(&str, &str, &str, &str, &str); 6] = [
    ("resident", "", "", "居民", "a resident"),
    ("clerk", "clerk", "lake-station", "南湖派出所窗口受理员", "counter clerk, South Lake"),
    ("examiner", "examiner", "lake-station", "南湖派出所审核员", "examiner, South Lake"),
    ("approver", "approver", "lake-station", "南湖派出所审批人", "approver, South Lake"),
    ("supervisor", "supervisor", "bureau", "市局监督员", "supervisor, city bureau"),
    ("officer", "officer", "lake-station", "南湖派出所民警", "police officer, South Lake"),
];

/// What the sign-in page shows.
pub fn sign_ins() -> Vec<Demo> {
    let one = |(login, _, _, zh, en): &(&str, &str, &str, &str, &str)| Demo {
        login: (*login).to_owned(),
        password: PASSWORD.to_owned(),
        title: Title::new(zh, en),
    };
    SHOWN.iter().map(one).collect()
}

/// Makes the people and the cases.
pub fn make(city: &City, dir: &Path) -> Result<(), Failure> {
    let mut maker = Maker { city, staff: BTreeMap::new(), residents: Vec::new(), seed: 20_260_101, made: 0 };
    maker.people()?;
    maker.cases()?;
    let path = dir.join(MARK);
    std::fs::write(&path, "made by the first start on this machine's own address\n")
        .map_err(|error| Wrong(format!("`{}` cannot be written: {error}", path.display())))?;
    Ok(())
}

struct Maker<'a> {
    city: &'a City,
    staff: BTreeMap<Post, PersonId>,
    residents: Vec<PersonId>,
    seed: u64,
    made: u64,
}

/// The services of which the demonstration has cases, with how far each goes.
const CASES: [(&str, u32, i64); 14] = [
    ("birth-registration", 9, 12),
    ("birth-registration", 1, 0),
    ("identity-card-lost", 2, 3),
    ("identity-card-expired", 3, 8),
    ("residence-permit", 3, 30),
    ("residence-permit", 9, 40),
    ("adult-name-change", 2, 2),
    ("household-certificate", 9, 5),
    ("passport-first", 3, 4),
    ("vehicle-registration", 2, 1),
    ("licence-renewal", 9, 6),
    ("birth-registration", 2, 6),
    ("identity-card-first", 1, 9),
    ("residence-permit", 1, 11),
];

impl Maker<'_> {
    fn casework(&self) -> &Casework {
        &self.city.casework
    }

    fn people(&mut self) -> Result<(), Failure> {
        let now = self.city.now();
        for (login, role, office, zh, _) in SHOWN {
            let posts: Vec<Post> = (!role.is_empty()).then(|| Post::new(role, office)).into_iter().collect();
            let known = |post: &Post| {
                let all = &self.casework().book().definitions;
                all.roles.contains_key(&post.role) && all.offices.contains_key(&post.office)
            };
            if !posts.iter().all(known) {
                continue;
            }
            let name = if posts.is_empty() { "李演示".to_owned() } else { format!("{zh}（演示）") };
            let id = self.city.register(login, &name, PASSWORD, &posts, now).map_err(boxed)?;
            match posts.into_iter().next() {
                Some(post) => drop(self.staff.insert(post, id)),
                None => self.residents.push(id),
            }
        }
        Ok(())
    }

    /// Whoever holds the post, taken on if nobody does.
    fn holder(&mut self, post: &Post) -> Result<PersonId, Failure> {
        if let Some(id) = self.staff.get(post) {
            return Ok(*id);
        }
        let definitions = &self.casework().book().definitions;
        let office = definitions.offices.get(&post.office).map(|office| office.title.zh.clone());
        let role = definitions.roles.get(&post.role).map(|role| role.title.zh.clone());
        let name = format!("{}{}（演示）", office.unwrap_or_default(), role.unwrap_or_default());
        let login = format!("{}-{}", post.role, post.office);
        let id = self.city.register(&login, &name, PASSWORD, std::slice::from_ref(post), self.city.now());
        let id = id.map_err(boxed)?;
        self.staff.insert(post.clone(), id);
        Ok(id)
    }

    fn cases(&mut self) -> Result<(), Failure> {
        let book = std::sync::Arc::clone(self.casework().book());
        for (wanted, steps, days) in CASES {
            let named = book.procedure(&Id::from(wanted));
            let fallback = || self.any_of_category(&book, wanted);
            let Some(procedure) = named.or_else(fallback).cloned() else { continue };
            if procedure.start == Start::Party {
                self.case(&procedure, steps, days)?;
            }
        }
        Ok(())
    }

    /// Another service whose id begins alike, where the packs have none of that name.
    fn any_of_category<'b>(&self, book: &'b casework::Book, wanted: &str) -> Option<&'b Procedure> {
        let begins = wanted.split('-').next().unwrap_or(wanted);
        book.definitions
            .procedures
            .values()
            .find(|p| p.start == Start::Party && p.id.as_str().starts_with(begins))
    }

    fn case(&mut self, procedure: &Procedure, steps: u32, days: i64) -> Result<(), Failure> {
        let definitions = &self.casework().book().definitions;
        let handles = |office: &&Office| {
            office.handles.contains(&procedure.category) && office.level <= procedure.level
        };
        let near = definitions
            .offices
            .values()
            .filter(handles)
            .max_by_key(|office| (office.level, office.id.as_str() == "lake-station"));
        let Some(office) = near.map(|office| office.id.clone()) else { return Ok(()) };
        let Some(resident) = self.residents.first().copied() else { return Ok(()) };
        let channel = *procedure.channels.iter().find(|c| **c == Channel::Web).unwrap_or(&Channel::Window);
        let mut at = back(self.city.now(), days * 24 * 3600 + 7_200);
        let party = self.actor(resident, None)?;
        let number = self.city.case_number(at)?;
        let start = Command::Start { office, party: Some(resident.object()), channel };
        let Ok(case) = self.casework().start(&procedure.id, &number, &start, &ask(at, &party)) else {
            return Ok(());
        };
        self.fill(&case, &party, at)?;
        at = forward(at, 600);
        if self.casework().run(&case, &Command::Submit, &ask(at, &party)).is_err() {
            return Ok(());
        }
        for _ in 1..steps {
            at = forward(at, 5_400).min(self.city.now());
            if !self.step(&case, at)? {
                break;
            }
        }
        let view = self.casework().view(&case).map_err(refused)?;
        if matches!(view.state.stage, Stage::Ended { .. }) {
            let rate = Command::Rate {
                stars: 4 + u8::from(self.draw(2) == 1),
                words: Some("办得很快。".into()),
            };
            let _ = self.casework().run(&case, &rate, &ask(forward(at, 3_600), &party));
        }
        self.made += 1;
        Ok(())
    }

    fn actor(&self, id: PersonId, post: Option<&Post>) -> Result<Actor, Failure> {
        Ok(Actor::of(&self.city.person(id)?, post)?)
    }

    /// Fills in what is asked for, until nothing is missing or nothing more can be done.
    fn fill(&mut self, case: &ObjectRef, party: &Actor, at: Time) -> Result<(), Failure> {
        for _ in 0..6 {
            let view = self.casework().view(case).map_err(refused)?;
            let Some(procedure) = view.procedure().cloned() else { return Ok(()) };
            let missing = self.casework().missing(&view, at)?;
            if missing.is_empty() {
                return Ok(());
            }
            let mut answers = Vec::new();
            for (id, _) in &missing {
                match procedure.form.field(id.as_str()) {
                    Some(field) => answers.push((id.clone(), self.answer(field, at))),
                    None => self.attach(case, id, party, at)?,
                }
            }
            let _ = self.casework().run(case, &Command::Save { answers }, &ask(at, party));
        }
        Ok(())
    }

    fn attach(&self, case: &ObjectRef, material: &Id, party: &Actor, at: Time) -> Result<(), Failure> {
        let page = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n\
                     trailer<</Root 1 0 R>>\n%%EOF\n";
        let name = format!("{material}.pdf");
        let file = self.casework().record().attach(&name, page, Some(party.id()))?;
        let command = Command::Attach { material: material.clone(), file };
        self.casework().run(case, &command, &ask(at, party)).map_err(refused)?;
        Ok(())
    }

    /// Does the first open step of the case, by whoever holds its post. Says whether that was possible.
    fn step(&mut self, case: &ObjectRef, at: Time) -> Result<bool, Failure> {
        let view = self.casework().view(case).map_err(refused)?;
        let Some(procedure) = view.procedure().cloned() else { return Ok(false) };
        let open =
            procedure.flow.steps.iter().find(|step| {
                view.state.steps.get(&step.id).is_some_and(|state| state.status == Status::Open)
            });
        let Some(step) = open else { return Ok(false) };
        let office = view.state.steps.get(&step.id).map(|state| state.office.clone()).unwrap_or_default();
        let post = Post::new(step.role.clone(), office);
        let id = self.holder(&post)?;
        let actor = self.actor(id, Some(&post))?;
        let asked = step.form.fields.iter().filter(|field| field.required);
        let mut answers = Vec::new();
        for field in asked {
            answers.extend(self.answer(field, at).map(|value| (field.id.clone(), value)));
        }
        let Some(outcome) = step.outcomes.first() else { return Ok(false) };
        let command =
            Command::Do { step: step.id.clone(), outcome: outcome.id.clone(), reasons: None, answers };
        Ok(self.casework().run(case, &command, &ask(at, &actor)).is_ok())
    }

    /// An answer of the field's kind.
    fn answer(&mut self, field: &Field, at: Time) -> Option<Value> {
        let day = casework::service::today(at);
        let text = match &field.kind {
            FieldKind::Text => "演示".to_owned(),
            FieldKind::LongText => "演示用的说明。".to_owned(),
            FieldKind::Integer { min, max } => min.or(*max).unwrap_or(1).to_string(),
            FieldKind::Money => "100".to_owned(),
            FieldKind::Date => self.date(field, day).to_string(),
            FieldKind::Moment => format!("{day} 09:30"),
            FieldKind::Truth => "yes".to_owned(),
            FieldKind::Choice(all) | FieldKind::Choices(all) => {
                let at = self.draw(all.len() as u64) as usize;
                all.get(at)?.id.to_string()
            }
            FieldKind::IdentityNumber => identity_number(self.draw(9_999)),
            FieldKind::Phone => format!("1380000{:04}", self.draw(9_999)),
            FieldKind::Address => "东城区南湖街12号".to_owned(),
            FieldKind::Plate => format!("冀F{:05}", self.draw(99_999)),
            FieldKind::Vin => "LSVAM4187C2184841".to_owned(),
            FieldKind::CreditCode => "91350100M000100Y43".to_owned(),
            FieldKind::File => return None,
            FieldKind::Object(kind) => format!("{kind}:0"),
        };
        casework::answer::read(&field.kind, &text).ok()
    }

    /// A day that the field's own check is likely to accept: some rules want one past, some one to come.
    fn date(&mut self, field: &Field, today: Date) -> Date {
        use jiff::ToSpan;
        let future = field.checks.iter().any(|check| check.must.source.contains('>'));
        let days = 10 + self.draw(10) as i64;
        let moved = if future { today.checked_add(days.days()) } else { today.checked_sub(days.days()) };
        moved.unwrap_or(today)
    }

    /// A number below `bound`: a linear congruence, since it only has to look various.
    fn draw(&mut self, bound: u64) -> u64 {
        self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.seed >> 33) % bound.max(1)
    }
}

/// A number of no living person: born in 1900, in a region code that stands for none, its check character right.
fn identity_number(sequence: u64) -> String {
    let body = format!("110000190001{:02}{:03}", 1 + sequence % 28, sequence % 1_000);
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = "10X98765432".chars().nth((sum % 11) as usize).unwrap_or('0');
    format!("{body}{check}")
}

fn ask(now: Time, actor: &Actor) -> Ask<'_> {
    Ask { now, actor: Some(actor), purpose: None, seen: None }
}

fn back(now: Time, seconds: i64) -> Time {
    Time::new(now.seconds() - seconds, 0, Some(480)).unwrap_or(now)
}

fn forward(at: Time, seconds: i64) -> Time {
    Time::new(at.seconds() + seconds, 0, Some(480)).unwrap_or(at)
}

fn boxed(error: web::server::NotRegistered) -> Failure {
    Failure::Input(Box::new(error))
}

fn refused(refused: casework::Refused) -> Failure {
    Wrong(format!("the demonstration cannot be made: {refused:?}")).into()
}
