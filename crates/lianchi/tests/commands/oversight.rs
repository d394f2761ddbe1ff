//! Oversight of a city that is killed at random moments: what it finds is what one finds that was left in peace.

use super::up;
use casework::State;
use record::{Event, ObjectRef, Record, Time, Version};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A process that ends with the test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Chance that is the same each time.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Cases side by side, and calls with the responses to them: what happens is left to chance.
pub fn events(chance: &mut Chance) -> Vec<Event> {
    let at = |seconds: u64| Time::new(1_767_225_600 + seconds as i64, 0, Some(480)).unwrap();
    let (mut told, mut now): (Vec<Event>, u64) = (Vec::new(), 0);
    let mut counts = vec![0_u64; 40];
    for number in 0..700 {
        now += chance.below(4_000);
        if chance.below(4) == 0 {
            let response = chance.below(24);
            let incident = ObjectRef::new("incident", format!("i{}", response % 12));
            let response = ObjectRef::new("response", format!("r{response}"));
            let activity =
                ["unit dispatched", "unit arrived", "caller told of the result"][chance.below(3) as usize];
            let event = Event::new(format!("call/{number}"), activity, at(now)).about("response", response);
            told.push(if activity == "unit arrived" { event } else { event.about("call", incident) });
            continue;
        }
        let nth = chance.below(counts.len() as u64) as usize;
        let case = ObjectRef::new("application", format!("c {nth}.>"));
        counts[nth] += 1;
        let activity = match (counts[nth], chance.below(7)) {
            (1, _) => "case started",
            (_, 0..=2) => "correction requested",
            (_, 3) => "correction answered",
            (_, 4) => "complaint made",
            (_, 5) => "personal data read",
            _ => "application withdrawn",
        };
        let mut event =
            Event::new(format!("{case}/{}", counts[nth]), activity, at(now)).about("case", case.clone());
        match activity {
            "case started" => event = event.with("procedure", "entry-change").with("channel", "web"),
            "application withdrawn" => event = event.with("ended", "withdrawn"),
            _ => {}
        }
        let open = |other: &&Event| {
            other.object("case") == Some(&case)
                && other.activity.as_str() == "correction requested"
                && !told.iter().any(|later| later.corrects.as_ref() == Some(&other.id))
        };
        if let Some(wrong) = told.iter().rev().find(open).filter(|_| chance.below(5) == 0).cloned() {
            let mut mend = Event::new(format!("{case}/{}-mended", counts[nth]), "step taken", at(now))
                .about("case", case);
            mend.corrects = Some(wrong.id);
            told.push(mend);
        }
        told.push(event);
    }
    told
}

pub fn lianchi(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lianchi"));
    command.args(args).stdin(Stdio::null());
    command
}

/// The findings that stand open on a record, by the numbers of what was found.
pub fn on_record(dir: &Path) -> BTreeSet<String> {
    let record = Record::read_in(dir).unwrap();
    let all = record.objects(&"finding".into(), None, usize::MAX).unwrap();
    let open = |id: &record::ObjectId| {
        let history =
            record.history(&ObjectRef::new("finding", id.as_str()), Version(0), usize::MAX).unwrap();
        let state = State::as_told(&history);
        state.submitted.is_some() && !state.ended()
    };
    all.iter().filter(|id| open(id)).map(|id| id.as_str().chars().take(21).collect()).collect()
}

/// Starts the city on a record, and waits until it stands.
fn start(data: &Path, more: &[&str]) -> up::Running {
    let args = ["up", "--empty", "--listen", "127.0.0.1:0", "--json", "--data", data.to_str().unwrap()];
    up::Running::spawn(lianchi(&args).args(more))
}

/// Serves the city until nothing more is found.
pub fn serve(data: &Path, more: &[&str]) {
    let city = start(data, more);
    city.settle();
    assert_eq!(city.stop(), Some(0));
}

/// How many findings were ever begun on a record.
fn begun(dir: &Path) -> usize {
    Record::read_in(dir).unwrap().objects(&"finding".into(), None, usize::MAX).unwrap().len()
}

#[test]
fn a_city_killed_at_random_finds_the_same_and_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let mut chance = Chance(11);
    let events = events(&mut chance);
    let (first, rest) = events.split_at(events.len() / 2);
    let record = |name: &str, events: &[Event]| {
        let place = dir.path().join(name);
        std::fs::create_dir_all(&place).unwrap();
        Record::create_in(&place).unwrap().append(events.to_vec()).unwrap();
        place
    };
    let peaceful = record("peaceful", &events);
    serve(&peaceful, &[]);
    let found = on_record(&peaceful);
    assert!(found.len() > 30, "{} findings: too few to tell anything", found.len());

    let killed = record("killed", first);
    for kill in 0..8 {
        if kill == 4 {
            record("killed", rest);
        }
        let city = start(&killed, &[]);
        std::thread::sleep(Duration::from_millis(chance.below(1_500)));
        city.signal("KILL");
        assert_eq!(city.ended(), None, "it was not killed");
    }
    serve(&killed, &[]);
    assert_eq!(on_record(&killed), found);
    // What a correction that came later closed was begun and closed in the one, and perhaps never begun in the other.
    let again = |place: &Path| {
        let all = Record::read_in(place).unwrap().objects(&"finding".into(), None, usize::MAX).unwrap();
        all.iter().filter(|id| id.as_str().len() > 21).count()
    };
    assert_eq!(
        (again(&peaceful), again(&killed)),
        (0, 0),
        "{} and {} begun",
        begun(&peaceful),
        begun(&killed)
    );
}
