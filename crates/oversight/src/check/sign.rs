use super::plan::{Mark, Plan, Questions, Row};
use super::rows::turn;
use super::whole::Begun;
use super::windows::Ends;
use crate::condition::{Cuts, Laid, Sheet};
use crate::log::{EventNumber, Log};
use crate::numbers::Seeded;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::ops::Range;
use std::panic::resume_unwind;

/// What events are to the lanes of a plan: few sorts of events, however many events there are. Two are of one sort when
/// they are of one activity and the same conditions hold of them.
pub(super) struct Sorts {
    sorts: Vec<Sort>,
    /// Each row once: what is asked all the time is to lie close together.
    rows: Rows<u64>,
    few: Rows<Few>,
    /// By activity and what holds.
    of: Vec<HashMap<Box<[u64]>, SortNumber>>,
    /// By activity where it asks for much.
    known: Vec<Option<Known>>,
}

/// Rows, each kept once.
struct Rows<T> {
    all: Vec<T>,
    places: HashMap<Box<[T]>, usize>,
}

impl<T> Default for Rows<T> {
    fn default() -> Self {
        Self { all: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Copy + Eq + Hash> Rows<T> {
    fn place(&mut self, row: Vec<T>) -> usize {
        let Self { all, places } = self;
        *places.entry(row.into()).or_insert_with_key(|row| {
            all.extend_from_slice(row);
            all.len() - row.len()
        })
    }
}

/// The number of a word, and those of its lanes that are meant: rows of which most words are empty are kept so.
pub(super) type Few = (u32, u64);

/// The number of a word of lanes on whole traces, those of its lanes whose first pattern an event is of, and those whose second.
pub(super) type Came = (u32, u64, u64);

/// The lanes of a block whose target an event may be.
#[derive(Clone, Copy, Debug)]
struct Meets {
    block: u32,
    /// Where they are, in how many words; and how many of these, from the first, have lanes that wait, and from which on there
    /// are lanes that look back.
    place: usize,
    words: u32,
    waiting: u32,
    back: u32,
}

/// The sorts of events by where their values lie among the constants that the activity's conditions compare them with.
struct Known {
    cuts: Cuts,
    sorts: HashMap<u64, SortNumber, Seeded>,
}

/// What is known of the sorts of some events by where their values lie.
struct Told<'e> {
    events: &'e [EventNumber],
    /// The sort of each, and which of them wait for that of a new place.
    sorted: Vec<SortNumber>,
    waiting: Vec<(u32, u32)>,
    /// The places that are not known yet, each with the first event that lies there.
    new: Vec<(u64, EventNumber)>,
}

/// Fewer events than these are not worth a thread.
const WORTH_A_THREAD: usize = 1 << 12;

impl<'e> Told<'e> {
    /// Of all events, part by part in their order.
    fn of_all(
        events: &'e [EventNumber],
        laid: &Laid<'_>,
        sorts: &HashMap<u64, SortNumber, Seeded>,
        threads: usize,
    ) -> Vec<Self> {
        let parts = threads.min(events.len() / WORTH_A_THREAD).max(1);
        let mut parts = events.chunks(events.len().div_ceil(parts).max(1));
        let Some(first) = parts.next() else { return Vec::new() };
        std::thread::scope(|scope| {
            let others: Vec<_> = parts.map(|part| scope.spawn(|| Self::of(part, laid, sorts))).collect();
            let others =
                others.into_iter().map(|other| other.join().unwrap_or_else(|broken| resume_unwind(broken)));
            std::iter::once(Self::of(first, laid, sorts)).chain(others).collect()
        })
    }

    fn of(events: &'e [EventNumber], laid: &Laid<'_>, sorts: &HashMap<u64, SortNumber, Seeded>) -> Self {
        let (mut waiting, mut new) = (Vec::new(), Vec::new());
        let mut numbers: HashMap<u64, u32, Seeded> = HashMap::default();
        let sorted = (0..).zip(events).map(|(nth, event)| {
            let place = laid.place(*event);
            sorts.get(&place).copied().unwrap_or_else(|| {
                let next = numbers.len() as u32;
                let number = *numbers.entry(place).or_insert_with(|| {
                    new.push((place, *event));
                    next
                });
                waiting.push((nth, number));
                OTHER
            })
        });
        let sorted = sorted.collect();
        Self { events, sorted, waiting, new }
    }
}

/// With fewer conditions it is faster to try them all than to look where an event's values lie.
const MANY: usize = 12;
/// How many places are known at most.
const PLACES: usize = 1 << 16;

/// The number of a sort.
pub(super) type SortNumber = u32;

/// Events of no activity that a model speaks of.
const OTHER: SortNumber = 0;

/// A sort of events.
#[derive(Clone, Debug, Default)]
pub(super) struct Sort {
    /// The blocks with lanes that it activates, ascending, each with the place of that row.
    pub(super) asks: Vec<(u32, usize)>,
    /// The blocks with lanes whose target it may be, ascending.
    meets: Vec<Meets>,
    /// The rows of the lanes on whole traces whose first, or second, pattern it is of.
    pub(super) first: Option<usize>,
    pub(super) second: Option<usize>,
    /// Those rows again, as far as there is something in them: the word, and what it holds of the first and of the second.
    pub(super) whole: Vec<Came>,
    /// What a life has shown that begins with it.
    pub(super) begun: Begun,
    /// How many words an entry of it keeps of what it waits for.
    pub(super) waits: usize,
    /// When, after it, a window may be over in which something waits for it; none where that is a matter of the calendar.
    pub(super) ends: Option<Ends>,
}

impl Sorts {
    pub(super) fn new(plan: &Plan) -> Self {
        let of = plan.questions.iter().map(|_| HashMap::new()).collect();
        let known = plan.questions.iter().map(|questions| {
            let conditions = questions.conditions.iter().filter_map(|place| plan.conditions.get(*place));
            let cuts = (questions.conditions.len() >= MANY).then(|| Cuts::of(conditions)).flatten()?;
            Some(Known { cuts, sorts: HashMap::default() })
        });
        Self {
            sorts: vec![Sort { begun: plan.whole.begun(&[]), ends: Some(Ends::NEVER), ..Sort::default() }],
            rows: Rows::default(),
            few: Rows::default(),
            of,
            known: known.collect(),
        }
    }

    pub(super) fn get(&self, sort: SortNumber) -> &Sort {
        self.sorts.get(sort as usize).unwrap_or(&self.sorts[OTHER as usize])
    }

    pub(super) fn len(&self) -> usize {
        self.sorts.len()
    }

    /// Bytes of memory, about.
    pub(super) fn size(&self) -> usize {
        let keys: usize = self.of.iter().map(|known| known.capacity() * 32).sum();
        let rows = |sort: &Sort| {
            sort.asks.capacity() * size_of::<(u32, usize)>()
                + sort.meets.capacity() * size_of::<Meets>()
                + sort.whole.capacity() * size_of::<Came>()
                + sort.begun.size()
        };
        let sorts: usize = self.sorts.iter().map(|sort| size_of::<Sort>() + rows(sort)).sum();
        let places: usize = self.known.iter().flatten().map(|known| known.sorts.capacity() * 17).sum();
        let rows = self.rows.all.capacity() * size_of::<u64>() + self.few.all.capacity() * size_of::<Few>();
        2 * rows + keys + sorts + places
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Sort> {
        self.sorts.iter()
    }

    /// So many words of a row.
    pub(super) fn row(&self, place: usize, words: usize) -> &[u64] {
        self.rows.all.get(place..place + words).unwrap_or_default()
    }

    /// The lanes of a block that events of the sort activate, or none at all.
    pub(super) fn asks(&self, sort: &Sort, plan: &Plan, block: u32) -> &[u64] {
        let Ok(at) = sort.asks.binary_search_by_key(&block, |(block, _)| *block) else { return &[] };
        let words = plan.blocks.get(block as usize).map_or(0, |block| block.kinds.len());
        sort.asks.get(at).map_or(&[], |(_, place)| self.row(*place, words))
    }

    /// The lanes of a block whose target events of the sort may be, as far as they wait for what may come.
    #[inline]
    pub(super) fn meets_ahead(&self, sort: &Sort, block: u32) -> &[Few] {
        self.meets(sort, block, |meets| 0..meets.waiting)
    }

    /// Those that look back.
    #[inline]
    pub(super) fn meets_back(&self, sort: &Sort, block: u32) -> &[Few] {
        self.meets(sort, block, |meets| meets.back..meets.words)
    }

    /// All lanes whose target events of the sort may be, by block.
    pub(super) fn all_met<'s>(&'s self, sort: &'s Sort) -> impl Iterator<Item = (u32, &'s [Few])> {
        sort.meets.iter().map(|meets| {
            let all = meets.place..meets.place + meets.words as usize;
            (meets.block, self.few.all.get(all).unwrap_or_default())
        })
    }

    #[inline]
    fn meets(&self, sort: &Sort, block: u32, part: impl Fn(&Meets) -> Range<u32>) -> &[Few] {
        let at = sort.meets.binary_search_by_key(&block, |meets| meets.block);
        let Some(meets) = at.ok().and_then(|at| sort.meets.get(at)) else { return &[] };
        let Range { start, end } = part(meets);
        let range = meets.place + start as usize..meets.place + end as usize;
        self.few.all.get(range).unwrap_or_default()
    }

    /// The sort of each event of a log, looked up on so many threads: the same for any number of them.
    pub(super) fn sort(&mut self, plan: &Plan, log: &Log, threads: usize) -> Vec<SortNumber> {
        let mut sorted = vec![OTHER; log.len()];
        let activities: Vec<Option<u32>> = log.activities().iter().map(|one| plan.activity(one)).collect();
        let mut events: Vec<Vec<EventNumber>> = vec![Vec::new(); activities.len()];
        for (event, code) in (0..).zip(log.activity_codes()) {
            events.get_mut(*code as usize).into_iter().for_each(|events| events.push(event));
        }
        for (events, activity) in events.into_iter().zip(activities) {
            if let Some(activity) = activity.filter(|_| !events.is_empty()) {
                self.sort_activity((plan, activity), (log, threads), events, &mut sorted);
            }
        }
        sorted
    }

    fn sort_activity(
        &mut self,
        (plan, activity): (&Plan, u32),
        (log, threads): (&Log, usize),
        events: Vec<EventNumber>,
        sorted: &mut [SortNumber],
    ) {
        let mut put = |event: EventNumber, sort| {
            sorted.get_mut(event as usize).into_iter().for_each(|place| *place = sort);
        };
        let known = self.known.get_mut(activity as usize).and_then(Option::take);
        if let Some(mut known) = known {
            let Known { cuts, sorts } = &mut known;
            let laid = cuts.lay(log);
            if let Some(laid) = &laid {
                let told = Told::of_all(&events, laid, sorts, threads);
                self.sort_by_place((plan, activity), log, sorts, told, &mut put);
            }
            let done = laid.is_some();
            if let Some(place) = self.known.get_mut(activity as usize) {
                *place = Some(known);
            }
            if done {
                return;
            }
        }
        let sheet = Sheet::new(log, events);
        self.try_all(plan, activity, &sheet, &mut |nth, sort| put(sheet.events()[nth], sort));
    }

    /// Tries the conditions only on one event of each place that is not known yet.
    fn sort_by_place(
        &mut self,
        (plan, activity): (&Plan, u32),
        log: &Log,
        sorts: &mut HashMap<u64, SortNumber, Seeded>,
        told: Vec<Told<'_>>,
        put: &mut dyn FnMut(EventNumber, SortNumber),
    ) {
        let mut places: HashMap<u64, usize, Seeded> = HashMap::default();
        let mut first = Vec::new();
        for (place, event) in told.iter().flat_map(|told| &told.new) {
            places.entry(*place).or_insert_with(|| {
                first.push(*event);
                first.len() - 1
            });
        }
        let mut found = vec![OTHER; first.len()];
        if !first.is_empty() {
            self.try_all(plan, activity, &Sheet::new(log, first), &mut |nth, sort| found[nth] = sort);
        }
        for Told { events, mut sorted, waiting, new } in told {
            let new: Vec<SortNumber> = new.iter().map(|(place, _)| found[places[place]]).collect();
            waiting.into_iter().for_each(|(nth, of)| sorted[nth as usize] = new[of as usize]);
            events.iter().zip(sorted).for_each(|(event, sort)| put(*event, sort));
        }
        if sorts.len() + places.len() > PLACES {
            sorts.clear();
        }
        sorts.extend(places.into_iter().map(|(place, nth)| (place, found[nth])));
    }

    /// Tries all conditions on the events of a sheet.
    fn try_all(
        &mut self,
        plan: &Plan,
        activity: u32,
        sheet: &Sheet<'_>,
        put: &mut dyn FnMut(usize, SortNumber),
    ) {
        let Some(questions) = plan.questions.get(activity as usize) else { return };
        let conditions = questions.conditions.iter().filter_map(|place| plan.conditions.get(*place));
        let answers: Vec<_> = conditions.map(|condition| condition.yes(sheet)).collect();
        let words = answers.len().div_ceil(64);
        let mut truths = vec![0_u64; words];
        for (chunk, events) in sheet.events().chunks(64).enumerate() {
            let turned: Vec<[u64; 64]> = answers
                .chunks(64)
                .map(|answers| {
                    let mut square = [0; 64];
                    for (row, answer) in square.iter_mut().zip(answers) {
                        *row = answer.words().get(chunk).copied().unwrap_or_default();
                    }
                    turn(&mut square);
                    square
                })
                .collect();
            let mut last: Option<SortNumber> = None;
            for nth in 0..events.len() {
                let same = last.is_some()
                    && truths.iter().zip(&turned).all(|(truths, square)| *truths == square[nth]);
                let sort = match last.filter(|_| same) {
                    Some(sort) => sort,
                    None => {
                        truths.iter_mut().zip(&turned).for_each(|(truths, square)| *truths = square[nth]);
                        self.put(plan, activity, questions, &truths)
                    }
                };
                last = Some(sort);
                put(chunk * 64 + nth, sort);
            }
        }
    }

    fn put(&mut self, plan: &Plan, activity: u32, questions: &Questions, truths: &[u64]) -> SortNumber {
        let Some(known) = self.of.get_mut(activity as usize) else { return OTHER };
        if let Some(sort) = known.get(truths) {
            return *sort;
        }
        let number = SortNumber::try_from(self.sorts.len()).unwrap_or(OTHER);
        known.insert(truths.into(), number);
        let holds = |mark: &&Mark| {
            let bit = |at: usize| truths.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1);
            mark.condition.is_none_or(bit)
        };
        let mut rows: BTreeMap<Row, Vec<u64>> = BTreeMap::new();
        for mark in questions.marks.iter().filter(holds) {
            let words = match mark.row {
                Row::Asks(block) | Row::Meets(block) => {
                    plan.blocks.get(block as usize).map_or(0, |block| block.kinds.len())
                }
                Row::First | Row::Second => plan.whole.words.len(),
            };
            let row = rows.entry(mark.row).or_insert_with(|| vec![0; words]);
            row.get_mut(mark.word).into_iter().for_each(|word| *word |= mark.bits);
        }
        let mut sort = Sort::default();
        for (row, words) in rows {
            match row {
                Row::Asks(block) => sort.asks.push((block, self.rows.place(words))),
                Row::Meets(block) => sort.meets.extend(self.met(plan, block, &words)),
                Row::First => sort.first = Some(self.rows.place(words)),
                Row::Second => sort.second = Some(self.rows.place(words)),
            }
        }
        let kept =
            |(block, _): &(u32, usize)| plan.blocks.get(*block as usize).map_or(0, |block| block.waiting);
        sort.waits = sort.asks.iter().map(kept).sum();
        let row =
            |place: Option<usize>| place.map_or(&[][..], |place| self.row(place, plan.whole.words.len()));
        let (first, second) = (row(sort.first), row(sort.second));
        let of = |row: &[u64], word: usize| row.get(word).copied().unwrap_or_default();
        let whole = (0..plan.whole.words.len()).zip(0..);
        let whole = whole.map(|(word, number)| (number, of(first, word), of(second, word)));
        sort.whole = whole.filter(|(_, first, second)| first | second != 0).collect();
        sort.begun = plan.whole.begun(&sort.whole);
        sort.ends = self.ends(plan, &sort);
        self.sorts.push(sort);
        number
    }

    fn ends(&self, plan: &Plan, sort: &Sort) -> Option<Ends> {
        sort.asks.iter().try_fold(Ends::NEVER, |ends, (number, row)| {
            let Some(block) = plan.blocks.get(*number as usize) else { return Some(ends) };
            let asks = self.row(*row, block.kinds.len()).iter().zip(&block.kinds).take(block.waiting);
            let waits = asks.map(|(asks, kinds)| asks & (kinds.after | kinds.either) & !kinds.forbids);
            let waits: Vec<u64> = waits.collect();
            Some(ends.min(block.windows.ends(&waits)?))
        })
    }

    fn met(&mut self, plan: &Plan, number: u32, row: &[u64]) -> Option<Meets> {
        let block = plan.blocks.get(number as usize)?;
        let few: Vec<Few> = (0..).zip(row.iter().copied()).filter(|(_, lanes)| *lanes != 0).collect();
        let before = |word: usize| few.partition_point(|(at, _)| (*at as usize) < word) as u32;
        let (words, waiting, back) = (few.len() as u32, before(block.waiting), before(block.back));
        Some(Meets { block: number, place: self.few.place(few), words, waiting, back })
    }
}
