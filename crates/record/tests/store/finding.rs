use super::places::Place;
use super::{event, object, sound};
use record::{AppendError, Batch, Event, ObjectId, ObjectRef, Record, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};

/// What a record must say, kept beside it in the plainest way.
#[derive(Default)]
struct Told {
    histories: BTreeMap<ObjectRef, Vec<u64>>,
    count: u64,
}

impl Told {
    /// The next event: about one of a few objects that come again and again, and one of ever more.
    fn next(&mut self, dice: &mut Dice) -> Event {
        let at = self.count;
        let about = BTreeSet::from([object(dice.draw(5)), object(format!("n{}", dice.draw(1 + at / 3)))]);
        self.count += 1;
        about.into_iter().fold(event(at), |event, object| {
            self.histories.entry(object.clone()).or_default().push(at);
            event.about("case", object)
        })
    }

    fn check(&self, record: &Record, dice: &mut Dice) {
        let at = |id: u64| record.find(&id.to_string().as_str().into()).unwrap().map(|entry| entry.index);
        for id in [0, self.count - 1, dice.draw(self.count), self.count.saturating_sub(dice.draw(700) + 1)] {
            assert_eq!(at(id), Some(id));
        }
        assert_eq!(at(self.count), None);
        for _ in 0..6 {
            let object = object(if dice.draw(2) == 0 {
                dice.draw(6).to_string()
            } else {
                format!("n{}", dice.draw(1 + self.count / 3))
            });
            let all = self.histories.get(&object).cloned().unwrap_or_default();
            let version = all.last().map_or(0, |last| last + 1);
            assert_eq!(record.version(&object).unwrap(), Version(version), "{object}");
            let (from, limit) = (dice.draw(self.count), 1 + dice.draw(60) as usize);
            let listed = record.history(&object, Version(from), limit).unwrap();
            let listed: Vec<u64> = listed.iter().map(|entry| entry.index).collect();
            let expected: Vec<u64> = all.into_iter().filter(|at| *at >= from).take(limit).collect();
            assert_eq!(listed, expected, "{object} from {from}, {limit} of them");
        }
        let after = ObjectId::new(format!("n{}", dice.draw(1 + self.count / 3)));
        let limit = 1 + dice.draw(50) as usize;
        let listed = record.objects(&"case".into(), Some(&after), limit).unwrap();
        let ids: BTreeSet<&ObjectId> = self.histories.keys().map(|object| &object.id).collect();
        let expected: Vec<&ObjectId> = ids.into_iter().filter(|id| **id > after).take(limit).collect();
        assert_eq!(listed.iter().collect::<Vec<_>>(), expected, "after {after}, {limit} of them");
    }
}

struct Dice(u64);

impl Dice {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Whatever was appended, in groups of any size, is found at once: by the writer, by another process, and after a start.
pub fn finds_what_is_new(place: &dyn Place) {
    let (mut told, mut dice) = (Told::default(), Dice(11));
    let mut record = place.open().unwrap();
    for round in 0..40 {
        let most = [1, 9, 120, 700][round % 4];
        let batch: Vec<Event> = (0..1 + dice.draw(most)).map(|_| told.next(&mut dice)).collect();
        let retried = batch.clone();
        let first = record.append(batch).unwrap()[0];
        assert_eq!(record.append(retried).unwrap()[0], first);
        let other = event(dice.draw(told.count)).with("x", 1);
        assert!(matches!(record.append(other), Err(AppendError::IdTaken { .. })));
        let stale =
            Batch { events: vec![event("y")], expect: vec![(object(0), Version(1))], secrets: vec![] };
        if told.histories.get(&object(0)).is_some_and(|all| all.len() > 1) {
            assert!(matches!(record.append(stale), Err(AppendError::Conflict { .. })));
        }
        told.check(&record, &mut dice);
        told.check(&place.read().unwrap(), &mut dice);
        if round % 6 == 5 {
            sound(&place.read().unwrap());
            drop(record);
            record = place.open().unwrap();
            told.check(&record, &mut dice);
        }
    }
    sound(&record);
}

/// Whoever reads a history while it grows sees it whole up to some entry, and never less than before.
pub fn reads_histories_that_grow(place: &dyn Place) {
    let record = place.open().unwrap();
    let beside = place.read().unwrap();
    let done = AtomicBool::new(false);
    let watch = |record: &Record| {
        let mut seen = 0;
        while !done.load(Ordering::Relaxed) {
            let history = record.history(&object(0), Version(0), usize::MAX / 4).unwrap();
            let expected: Vec<u64> = (0..history.len() as u64).map(|n| 2 * n).collect();
            assert_eq!(history.iter().map(|entry| entry.index).collect::<Vec<_>>(), expected);
            let version = record.version(&object(0)).unwrap().0.div_ceil(2);
            assert!(history.len() >= seen && version >= history.len() as u64);
            seen = history.len();
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| watch(&record));
        scope.spawn(|| watch(&beside));
        for n in 0..1_500 {
            record.append(event(n).about("case", object(n % 2))).unwrap();
        }
        done.store(true, Ordering::Relaxed);
    });
    sound(&record);
}
