use super::places::Place;
use super::{event, fill, object, sound};
use record::{AppendError, Entry, Event, Fold, Time, Version};
use std::sync::Arc;

#[derive(Clone, Default, Debug, PartialEq)]
struct Tally {
    count: u64,
    last: u64,
}

impl Fold for Tally {
    const NAME: &'static str = "tally";
    const VERSION: u32 = 1;
    fn apply(&mut self, entry: &Entry) {
        self.count += 1;
        self.last = self.last.wrapping_mul(31) ^ entry.index;
    }
    fn to_bytes(&self) -> Vec<u8> {
        [self.count.to_le_bytes(), self.last.to_le_bytes()].concat()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        Some(Self { count: number(0)?, last: number(8)? })
    }
}

pub fn folds(place: &dyn Place) {
    let record = place.open().unwrap();
    let mut all = Tally::default();
    assert_eq!(record.fold::<Tally>(&object(0)).unwrap(), (Arc::default(), Version(0)));
    for round in 0..60 {
        let count = [1, 40, 900][round % 3];
        let from = record.len().unwrap();
        fill(&record, from, count);
        for index in (from..from + count).filter(|index| index % 3 == 0) {
            all.apply(&Entry { index, event: event(index) });
        }
        let (state, version) = record.fold::<Tally>(&object(0)).unwrap();
        assert_eq!((&*state, version), (&all, record.version(&object(0)).unwrap()));
        assert_eq!(*record.fold::<Tally>(&object(0)).unwrap().0, all);
        if round % 7 == 0 {
            record.cache().clear();
        }
    }
}

/// A state that is held in memory is brought forward by what others append at that very time.
pub fn folds_while_others_append(place: &dyn Place) {
    let record = place.open().unwrap();
    let busy = std::sync::atomic::AtomicUsize::new(4);
    let under_way = || busy.load(std::sync::atomic::Ordering::SeqCst) > 0;
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (record, busy) = (&record, &busy);
            scope.spawn(move || {
                for n in 0..60 {
                    record.append(event(format!("{thread}/{n}")).about("case", object(n % 3))).unwrap();
                    // What was acknowledged is in every state from then on.
                    let (state, version) = record.fold::<Tally>(&object(n % 3)).unwrap();
                    assert!(state.count > n / 3 && version <= record.version(&object(n % 3)).unwrap());
                }
                busy.fetch_sub(1, std::sync::atomic::Ordering::SeqCst);
            });
        }
        for n in 0..2 {
            let (record, under_way) = (&record, &under_way);
            scope.spawn(move || {
                let mut last = Version(0);
                while under_way() {
                    let (_, version) = record.fold::<Tally>(&object(n)).unwrap();
                    assert!(version >= last, "a state went back in time");
                    last = version;
                }
            });
        }
    });
    for n in 0..3 {
        let mut all = Tally::default();
        record.history(&object(n), Version(0), 1000).unwrap().iter().for_each(|entry| all.apply(entry));
        assert_eq!(all.count, 80);
        let (state, version) = record.fold::<Tally>(&object(n)).unwrap();
        assert_eq!((&*state, version), (&all, record.version(&object(n)).unwrap()));
    }
}

/// In pieces and whole, what is at hand and what is not: always the entries from there on.
pub fn follows(place: &dyn Place) {
    let record = place.open().unwrap();
    let check = |from: u64, limit: usize| {
        let mut seen = Vec::new();
        let next = record.follow(from, limit, &mut |entry| seen.push(entry.clone())).unwrap();
        assert_eq!(seen, record.entries(from, limit).unwrap());
        assert_eq!(next, seen.last().map_or(from, |entry| entry.index + 1));
    };
    check(0, 10);
    let mut size = 0;
    for count in [1, 3, 90, 300, 1, 2, 700, 40, 99, 5] {
        fill(&record, size, count);
        size += count;
        for from in [0, size / 2, size.saturating_sub(count), size - 1, size, size + 5] {
            check(from, 7);
            check(from, 5_000);
        }
    }
}

/// What was told of an object, each with the place at which it counts, and how many corrections there were.
#[derive(Clone, Default, Debug, PartialEq)]
struct Told {
    words: Vec<(u64, String)>,
    corrections: u64,
}

impl Fold for Told {
    const NAME: &'static str = "told";
    const VERSION: u32 = 1;
    fn apply(&mut self, entry: &Entry) {
        self.words.push((entry.index, entry.event.activity.to_string()));
    }
    fn corrected(&mut self, _: &Entry) {
        self.corrections += 1;
    }
    fn to_bytes(&self) -> Vec<u8> {
        let words = self.words.iter().map(|(index, word)| format!("{index} {word}"));
        words.chain([self.corrections.to_string()]).collect::<Vec<_>>().join("\n").into_bytes()
    }
    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut lines: Vec<&str> = std::str::from_utf8(bytes).ok()?.split('\n').collect();
        let corrections = lines.pop()?.parse().ok()?;
        let word =
            |line: &&str| line.split_once(' ').map(|(index, word)| (index.parse().unwrap(), word.into()));
        Some(Self { words: lines.iter().map(word).collect::<Option<_>>()?, corrections })
    }
}

fn word(id: &str, word: &str, corrects: Option<&str>) -> Event {
    let mut event = Event::new(id, word, Time::ZERO).about("case", object(1));
    event.corrects = corrects.map(Into::into);
    event
}

/// At random, some of what is told corrects something told before, itself a correction or not. Another list of what counts
/// is kept beside: the first word of each chain has the last word's content.
pub fn lets_corrections_supersede(place: &dyn Place) {
    let mut record = place.open().unwrap();
    let mut chains: Vec<(u64, Vec<String>)> = Vec::new();
    let mut corrections = 0;
    let mut seed: u64 = 7;
    let mut dice = |most: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % most.max(1)
    };
    for round in 0..900 {
        let id = format!("e{round}");
        let chosen = (dice(9) == 0).then(|| dice(chains.len() + 1)).filter(|at| *at < chains.len());
        match chosen {
            None => {
                let index = record.append(word(&id, &id, None)).unwrap()[0];
                chains.push((index, vec![id]));
            }
            Some(at) => {
                let chain = &mut chains[at].1;
                record.append(word(&id, &id, Some(chain.last().unwrap()))).unwrap();
                chain.push(id);
                corrections += 1;
            }
        }
        if round % 37 == 0 {
            let (state, version) = record.fold::<Told>(&object(1)).unwrap();
            let words = chains.iter().map(|(index, chain)| (*index, chain.last().unwrap().clone()));
            assert_eq!(*state, Told { words: words.collect(), corrections }, "after {round}");
            assert_eq!(version, record.version(&object(1)).unwrap());
        }
        match round % 300 {
            100 => record.cache().clear(),
            200 => {
                drop(record);
                record = place.open().unwrap();
            }
            _ => {}
        }
    }
    sound(&record);
}

pub fn refuses_corrections_of_nothing(place: &dyn Place) {
    let record = place.open().unwrap();
    let unknown = record.append(word("b", "b", Some("a")));
    assert!(matches!(unknown, Err(AppendError::Dangling { .. })), "{unknown:?}");
    let own = record.append(word("b", "b", Some("b")));
    assert!(matches!(own, Err(AppendError::Dangling { .. })), "{own:?}");
    let first = word("a", "a", None).about("place", object(2));
    // In one batch, in one group and later: what is corrected has to be there, and to be corrected everywhere.
    let both = |id: &str, of: &str| word(id, id, Some(of)).about("place", object(2));
    assert_eq!(record.append(vec![first, both("b", "a")]).unwrap(), [0, 1]);
    let narrow = record.append(word("c", "c", Some("a")));
    assert!(matches!(narrow, Err(AppendError::Elsewhere { object: left, .. }) if left == object(2)));
    let narrow = record.append(vec![both("d", "a"), word("e", "e", Some("d"))]);
    assert!(matches!(narrow, Err(AppendError::Elsewhere { .. })), "{narrow:?}");
    let pending = [both("f", "b"), both("g", "f")].map(|event| record.submit(event).unwrap());
    assert_eq!(pending.map(|pending| pending.wait().unwrap()), [[2], [3]]);
    let (state, _) = record.fold::<Told>(&object(2)).unwrap();
    assert_eq!(*state, Told { words: vec![(0, "g".into())], corrections: 3 });
    // To an object that only the correction is about it is an event like others.
    let more = both("h", "g").about("place", object(3));
    assert_eq!(record.append(more).unwrap(), [4]);
    let (state, _) = record.fold::<Told>(&object(3)).unwrap();
    assert_eq!(*state, Told { words: vec![(4, "h".into())], corrections: 0 });
    sound(&record);
}
