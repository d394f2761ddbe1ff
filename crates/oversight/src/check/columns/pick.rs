use super::super::Asked;
use crate::condition::{Condition, Sameness, Sheet};
use crate::log::{EventNumber, Place, Places};
use crate::model::Pattern;
use std::borrow::Cow;
use std::collections::HashMap;

/// Picks the places that patterns speak of, each pattern's once.
pub(super) struct Picker<'a> {
    asked: Asked<'a>,
    places: Option<&'a Places>,
    /// By activity what conditions ask of its events.
    sheets: HashMap<u32, Sheet<'a>>,
    known: HashMap<(Vec<u32>, Option<Sameness>), usize>,
    picked: Vec<Cow<'a, [Place]>>,
}

impl<'a> Picker<'a> {
    pub(super) fn new(asked: Asked<'a>) -> Self {
        Self { asked, places: None, sheets: HashMap::new(), known: HashMap::new(), picked: Vec::new() }
    }

    /// What was picked, by what [`Self::pick`] returned.
    pub(super) fn picked(self) -> Vec<Cow<'a, [Place]>> {
        self.picked
    }

    /// Whether nothing was picked there.
    pub(super) fn is_empty(&self, picked: usize) -> bool {
        self.picked.get(picked).is_none_or(|picked| picked.is_empty())
    }

    /// The codes of the activities of which there are events, ascending.
    pub(super) fn codes(&self, pattern: &Pattern) -> Vec<u32> {
        let code = |activity: &record::Activity| self.asked.log.activity_code(activity.as_str());
        let mut codes: Vec<u32> = pattern.activities.iter().filter_map(code).collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    pub(super) fn pick(&mut self, pattern: &Pattern) -> usize {
        let codes = self.codes(pattern);
        // What never happens is the same, whatever is asked of it.
        let condition = pattern.condition.as_ref().filter(|_| !codes.is_empty());
        let key = (codes, condition.map(Condition::sameness));
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let picked = match (key.0.as_slice(), &pattern.condition) {
            ([code], None) => Cow::Borrowed(self.places().of_activity(*code)),
            (codes, condition) => {
                let mut all = Vec::new();
                codes.iter().for_each(|code| self.gather(*code, condition.as_ref(), &mut all));
                if codes.len() > 1 {
                    all.sort_by_key(|place| place.position);
                }
                Cow::Owned(all)
            }
        };
        self.picked.push(picked);
        self.known.insert(key, self.picked.len() - 1);
        self.picked.len() - 1
    }

    fn places(&mut self) -> &'a Places {
        let Asked { log, traces, .. } = self.asked;
        self.places.get_or_insert_with(|| traces.places(log))
    }

    /// The places of an activity for whose events the condition holds.
    fn gather(&mut self, code: u32, condition: Option<&Condition>, out: &mut Vec<Place>) {
        let places = self.places().of_activity(code);
        let Some(condition) = condition else { return out.extend_from_slice(places) };
        let Asked { log, traces, .. } = self.asked;
        let sheet = self.sheets.entry(code).or_insert_with(|| {
            let event = |place: &Place| traces.events().get(place.position as usize).copied();
            let events: Vec<EventNumber> =
                places.iter().map(|place| event(place).unwrap_or_default()).collect();
            Sheet::new(log, events)
        });
        let holds = condition.yes(sheet);
        out.reserve(holds.count());
        for (places, word) in places.chunks(64).zip(holds.words()) {
            let mut left = *word;
            while left != 0 {
                out.extend(places.get(left.trailing_zeros() as usize).copied());
                left &= left - 1;
            }
        }
    }
}
