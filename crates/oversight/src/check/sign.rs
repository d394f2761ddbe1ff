use super::plan::{Mark, Plan, Questions, Row};
use super::rows::turn;
use crate::condition::Sheet;
use crate::log::{EventNumber, Log};
use std::collections::{BTreeMap, HashMap};

/// What events are to the lanes of a plan: few sorts of events, however many events there are. Two are of one sort when
/// they are of one activity and the same conditions hold of them.
pub(super) struct Sorts {
    sorts: Vec<Sort>,
    rows: Vec<u64>,
    /// By activity and what holds.
    of: Vec<HashMap<Box<[u64]>, u32>>,
}

/// The number of a sort.
pub(super) type SortNumber = u32;

/// Events of no activity that a model speaks of.
const OTHER: SortNumber = 0;

/// A sort of events.
#[derive(Clone, Debug, Default)]
pub(super) struct Sort {
    /// The blocks with lanes that it activates, ascending, each with the place of that row.
    pub(super) asks: Vec<(u32, usize)>,
    /// The blocks with lanes whose target it may be.
    pub(super) meets: Vec<(u32, usize)>,
    /// The rows of the lanes on whole traces whose first, or second, pattern it is of.
    pub(super) first: Option<usize>,
    pub(super) second: Option<usize>,
}

impl Sorts {
    pub(super) fn new(plan: &Plan) -> Self {
        let of = plan.questions.iter().map(|_| HashMap::new()).collect();
        Self { sorts: vec![Sort::default()], rows: Vec::new(), of }
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
        let rows = |sort: &Sort| (sort.asks.capacity() + sort.meets.capacity()) * size_of::<(u32, usize)>();
        let sorts: usize = self.sorts.iter().map(|sort| size_of::<Sort>() + rows(sort)).sum();
        self.rows.capacity() * size_of::<u64>() + keys + sorts
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Sort> {
        self.sorts.iter()
    }

    /// So many words of a row.
    pub(super) fn row(&self, place: usize, words: usize) -> &[u64] {
        self.rows.get(place..place + words).unwrap_or_default()
    }

    /// The lanes of a block that events of the sort activate, or none at all.
    pub(super) fn asks(&self, sort: &Sort, plan: &Plan, block: u32) -> &[u64] {
        self.of_block(&sort.asks, plan, block)
    }

    /// The lanes of a block whose target events of the sort may be, or none at all.
    pub(super) fn meets(&self, sort: &Sort, plan: &Plan, block: u32) -> &[u64] {
        self.of_block(&sort.meets, plan, block)
    }

    fn of_block(&self, rows: &[(u32, usize)], plan: &Plan, block: u32) -> &[u64] {
        let Ok(at) = rows.binary_search_by_key(&block, |(block, _)| *block) else { return &[] };
        let words = plan.blocks.get(block as usize).map_or(0, |block| block.kinds.len());
        rows.get(at).map_or(&[], |(_, place)| self.row(*place, words))
    }

    /// The sort of each event of a log.
    pub(super) fn sort(&mut self, plan: &Plan, log: &Log) -> Vec<SortNumber> {
        let mut sorted = vec![OTHER; log.len()];
        let activities: Vec<Option<u32>> = log.activities().iter().map(|one| plan.activity(one)).collect();
        let mut events: Vec<Vec<EventNumber>> = vec![Vec::new(); activities.len()];
        for (event, code) in (0..).zip(log.activity_codes()) {
            events.get_mut(*code as usize).into_iter().for_each(|events| events.push(event));
        }
        for (events, activity) in events.into_iter().zip(activities) {
            if let Some(activity) = activity.filter(|_| !events.is_empty()) {
                self.sort_activity(plan, activity, &Sheet::new(log, events), &mut sorted);
            }
        }
        sorted
    }

    fn sort_activity(&mut self, plan: &Plan, activity: u32, sheet: &Sheet<'_>, sorted: &mut [SortNumber]) {
        let Some(questions) = plan.questions.get(activity as usize) else { return };
        let conditions = questions.conditions.iter().filter_map(|place| plan.conditions.get(*place));
        let answers: Vec<_> = conditions.map(|condition| condition.mask(sheet).yes).collect();
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
            for (nth, event) in events.iter().enumerate() {
                truths.iter_mut().zip(&turned).for_each(|(truths, square)| *truths = square[nth]);
                let sort = self.put(plan, activity, questions, &truths);
                sorted.get_mut(*event as usize).into_iter().for_each(|place| *place = sort);
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
                Row::First | Row::Second => plan.whole.words,
            };
            let row = rows.entry(mark.row).or_insert_with(|| vec![0; words]);
            row.get_mut(mark.word).into_iter().for_each(|word| *word |= mark.bits);
        }
        let mut sort = Sort::default();
        for (row, words) in rows {
            let place = self.rows.len();
            self.rows.extend_from_slice(&words);
            match row {
                Row::Asks(block) => sort.asks.push((block, place)),
                Row::Meets(block) => sort.meets.push((block, place)),
                Row::First => sort.first = Some(place),
                Row::Second => sort.second = Some(place),
            }
        }
        self.sorts.push(sort);
        number
    }
}
