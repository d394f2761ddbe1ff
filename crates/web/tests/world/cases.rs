use super::World;
use casework::{Ask, Command, View, answer};
use pack::Id;
use pack::model::{Channel, Field, FieldKind};
use record::{ObjectRef, Value, Version};
use std::sync::atomic::{AtomicU64, Ordering};

/// How far a case has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Begun by its party, filled in whole.
    Draft,
    /// The same, begun by a clerk at the counter.
    Counter,
    /// Begun by a clerk at the counter, and handed in.
    Entered,
    /// Handed in; to be accepted.
    Open,
    /// The same, taken by the clerk.
    Taken,
    /// Waiting for its party's correction, which is there already.
    Correcting,
    /// Over, and complained about.
    Ended,
    /// A case of another service, of which the certificate is given and yet to be handed over.
    Issued,
    /// No case of a party's: a finding about one that is open, which the office is to explain.
    Finding,
}

/// The service of which the cases are: a station's, accepted by a clerk, checked by an examiner, decided by an approver.
pub const SERVICE: &str = "entry-change";
/// The service of those of which something was given, and what that is.
pub const GIVES: &str = "household-certificate";
pub const OFFICE: &str = "lake-station";
/// Stands in every personal answer that is free text.
pub const SECRET: &str = "莲藕密语";
/// A model of which findings are.
const MODEL: &str = "told-once-what-is-missing";
/// A number of no living person: the worked example of the standard.
pub const NUMBER: &str = "11010519491231002X";
/// Stands in every file.
pub const PAGE: &[u8] = b"%PDF-1.4 a page of somebody's own %%EOF";

static COUNT: AtomicU64 = AtomicU64::new(0);

impl World {
    /// A new case of the party's, at `stage`.
    pub fn case(&self, stage: Stage) -> ObjectRef {
        if stage == Stage::Finding {
            return self.finding();
        }
        let party = self.actor("party");
        let entered = matches!(stage, Stage::Counter | Stage::Entered);
        let by = if entered { self.actor("clerk") } else { party.clone() };
        let channel = if entered { Channel::Window } else { Channel::Web };
        let start = Command::Start { office: OFFICE.into(), party: Some(party.id().clone()), channel };
        let number = self.city.case_number(self.city.now()).unwrap();
        let service = if stage == Stage::Issued { GIVES } else { SERVICE };
        let case = self.city.casework.start(&service.into(), &number, &start, &self.ask(&by)).unwrap();
        if entered {
            // Papers are seen at the window; this one was copied.
            self.attach(&case, &"identity-card".into(), "clerk");
        }
        let by = if entered { "clerk" } else { "party" };
        self.fill(&case, by);
        if stage >= Stage::Entered {
            self.act(&case, by, &Command::Submit);
        }
        match stage {
            Stage::Draft | Stage::Counter | Stage::Entered | Stage::Open | Stage::Finding => {}
            Stage::Issued => {
                for (who, step, outcome) in
                    [("clerk", "accept", "accepted"), ("clerk", "certify", "certified")]
                {
                    let (step, outcome) = (Id::from(step), Id::from(outcome));
                    self.act(&case, who, &Command::Do { step, outcome, reasons: None, answers: Vec::new() });
                }
            }
            Stage::Taken => self.act(&case, "clerk", &Command::Take { step: "accept".into() }),
            Stage::Correcting => {
                let notes = vec![("before".into(), "看不清".to_owned())];
                self.act(&case, "clerk", &Command::Correct { step: "accept".into(), notes });
                let answers = vec![("before".into(), Some(Value::from(format!("{SECRET}，更正后"))))];
                self.act(&case, "party", &Command::Save { answers });
            }
            Stage::Ended => {
                for (who, step, outcome) in [
                    ("clerk", "accept", "accepted"),
                    ("examiner", "check", "passed"),
                    ("approver", "enter", "entered"),
                    ("clerk", "deliver", "delivered"),
                ] {
                    let (step, outcome) = (Id::from(step), Id::from(outcome));
                    self.act(&case, who, &Command::Do { step, outcome, reasons: None, answers: Vec::new() });
                }
                self.act(&case, "party", &Command::Complain { words: "等了很久".to_owned() });
            }
        }
        case
    }

    /// A finding as the engine of oversight puts it down, assigned to the office.
    fn finding(&self) -> ObjectRef {
        let about = self.case(Stage::Open);
        let casework = &self.city.casework;
        let last = casework.record().history(&about, Version(0), usize::MAX).unwrap().pop().unwrap();
        let engine = Ask { now: self.city.now(), actor: None, purpose: None, seen: None };
        let start = Command::Start { office: OFFICE.into(), party: None, channel: Channel::Window };
        let number = format!("{:016x}", COUNT.fetch_add(1, Ordering::SeqCst));
        let finding = casework.start(&"finding".into(), &number, &start, &engine).unwrap();
        let answers = [
            ("model", MODEL.to_owned()),
            ("edition", casework.book().digest.to_string()),
            ("says", "0".repeat(64)),
            ("severity", "minor".to_owned()),
            ("objects", about.to_string()),
            ("entries", last.index.to_string()),
        ];
        let answers = answers.map(|(field, text)| (field.into(), Some(Value::from(text)))).to_vec();
        casework.run(&finding, &Command::Save { answers }, &engine).unwrap();
        casework.run(&finding, &Command::Submit, &engine).unwrap();
        let (step, outcome) = ("assign".into(), "assigned".into());
        let assign = Command::Do { step, outcome, reasons: None, answers: Vec::new() };
        self.act(&finding, "supervisor-city", &assign);
        finding
    }

    /// Does something in a case, as `login` may.
    pub fn act(&self, case: &ObjectRef, login: &str, command: &Command) {
        let actor = self.actor(login);
        let done = self.city.casework.run(case, command, &self.ask(&actor));
        assert!(done.is_ok(), "{command:?} by {login}: {done:?}");
    }

    pub fn view(&self, case: &ObjectRef) -> View {
        self.city.casework.view(case).unwrap()
    }

    /// Fills in what is missing, files too.
    pub fn fill(&self, case: &ObjectRef, login: &str) {
        for _ in 0..8 {
            let view = self.view(case);
            let missing = self.city.casework.missing(&view, self.city.now()).unwrap();
            if missing.is_empty() {
                return;
            }
            let form = view.procedure().unwrap().form.clone();
            let mut answers = Vec::new();
            for (id, _) in &missing {
                match form.field(id.as_str()) {
                    Some(field) => answers.push((id.clone(), Some(value(field)))),
                    None => self.attach(case, id, login),
                }
            }
            if !answers.is_empty() {
                self.act(case, login, &Command::Save { answers });
            }
        }
        panic!("the form asks for more than the test can answer");
    }

    fn attach(&self, case: &ObjectRef, material: &Id, login: &str) {
        let subject = casework::state::sealed_under(case);
        let file = self.city.casework.record().attach("page.pdf", PAGE, Some(&subject)).unwrap();
        self.act(case, login, &Command::Attach { material: material.clone(), file });
    }
}

/// What somebody might write in the field.
pub fn typed(field: &Field) -> String {
    match &field.kind {
        FieldKind::Text | FieldKind::LongText | FieldKind::Address if field.personal => {
            format!("{SECRET}{}", COUNT.fetch_add(1, Ordering::SeqCst))
        }
        FieldKind::Text | FieldKind::LongText | FieldKind::Address => "平常的话".to_owned(),
        FieldKind::Integer { min, max } => min.or(*max).unwrap_or(1).to_string(),
        FieldKind::Money => "12.50".to_owned(),
        FieldKind::Date => "2020-02-02".to_owned(),
        FieldKind::Moment => "2026-11-20 08:30".to_owned(),
        FieldKind::Truth => "no".to_owned(),
        FieldKind::Choice(all) | FieldKind::Choices(all) => all[0].id.to_string(),
        FieldKind::IdentityNumber => NUMBER.to_owned(),
        FieldKind::Phone => "13900139000".to_owned(),
        FieldKind::Plate => "冀F12345".to_owned(),
        FieldKind::Vin => "1M8GDM9AXKP042788".to_owned(),
        FieldKind::CreditCode => "91350100M000100Y43".to_owned(),
        FieldKind::Object(kind) => format!("{kind}:1"),
        FieldKind::File => panic!("a file is attached"),
    }
}

fn value(field: &Field) -> Value {
    answer::read(&field.kind, &typed(field)).unwrap_or_else(|fault| panic!("{}: {}", field.id, fault.en))
}
