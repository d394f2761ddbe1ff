use super::windows::Windows;
use crate::condition::{ComparedNames, Condition, Correlation, Correlations, Sameness, WAYS};
use crate::model::{Clause, Model, Pattern, Reach, Relation, Side, Window};
use record::Activity;
use std::collections::{BTreeMap, HashMap};

/// The clauses of many models laid out side by side, a *lane* of bits for each, so that one pass over the events tries
/// them all.
///
/// The lanes of clauses that relate an activation to a target stand in *blocks*, one for each set of activities that
/// activates; an event touches the block of its own activity, and in others' the few lanes whose target it may be. The
/// lanes of clauses that ask something of a trace as a whole stand after the last block.
pub(super) struct Plan {
    pub(super) blocks: Vec<Block>,
    pub(super) whole: WholeBlock,
    pub(super) lanes: Vec<Lane>,
    pub(super) conditions: Vec<Condition>,
    pub(super) correlations: Correlations,
    /// By activity.
    pub(super) questions: Vec<Questions>,
    activities: HashMap<Activity, u32>,
    /// The lanes beside the main one of their model, ascending, each with that.
    others: Vec<(usize, usize)>,
    pub(super) models: usize,
    /// Words of lanes, those that none has included.
    pub(super) words: usize,
    /// How many words the longest block has.
    pub(super) longest: usize,
}

/// What one lane stands for.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    /// The model's place; none for a lane that nothing stands in.
    pub(super) model: Option<u32>,
    pub(super) clause: u8,
    /// Whether it stands for the model as a whole: it is that of its first clause.
    pub(super) main: bool,
    pub(super) kind: Clause,
    pub(super) window: Window,
}

/// Lanes that the same activities activate.
pub(super) struct Block {
    /// Its first word.
    pub(super) start: usize,
    /// By word.
    pub(super) kinds: Vec<Kinds>,
    /// How many of its words have lanes that wait for what may come: an entry keeps so many. Those after them only look back.
    pub(super) waiting: usize,
    /// From which word on there are lanes that look back.
    pub(super) back: usize,
    /// Words with lanes to which the very next event matters, and with lanes to which the next activation does.
    pub(super) chain: Ways,
    pub(super) alternate: Ways,
    /// By word, lanes by what must hold of activation and target together.
    pub(super) correlated: Vec<Vec<Correlated>>,
    pub(super) windows: Windows,
    /// Whether a window of a lane may be over.
    pub(super) bounded: bool,
}

/// Words that have some kind of lanes among those that wait, and among those that look back.
pub(super) struct Ways {
    pub(super) ahead: Vec<u32>,
    pub(super) back: Vec<u32>,
}

/// Of which kind 64 lanes are, a bit each.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kinds {
    /// Where they look for a target of their activation: after it only; before it first, then after it; before it, at all and
    /// only.
    pub(super) after: u64,
    pub(super) either: u64,
    pub(super) back: u64,
    pub(super) before: u64,
    pub(super) chain: u64,
    pub(super) alternate: u64,
    pub(super) forbids: u64,
    /// Anywhere in the trace, at any time, with nothing asked of both together.
    pub(super) plain: u64,
    /// With a window that does not hold everything.
    pub(super) bounded: u64,
    /// With a condition on both together.
    pub(super) correlated: u64,
}

/// Lanes with conditions on activation and target together that read the same of both.
#[derive(Default)]
pub(super) struct Correlated {
    pub(super) lanes: u64,
    /// Where they compare two values, of the activation and of the target, which two; and the lanes that are content, by how
    /// these lie to one another.
    pub(super) pair: Option<usize>,
    pub(super) content: [u64; WAYS],
    /// The same lanes by their correlations.
    pub(super) each: Vec<Related>,
}

/// Lanes with the same correlation.
pub(super) struct Related {
    pub(super) correlation: usize,
    /// Whether it was written with the target as its activation.
    pub(super) exchanged: bool,
    pub(super) lanes: u64,
}

/// The lanes that ask something of a whole trace.
#[derive(Default)]
pub(super) struct WholeBlock {
    pub(super) start: usize,
    pub(super) words: Vec<WholeWord>,
    /// All of them.
    pub(super) all: Vec<u64>,
    /// How many of the words, from the first, have lanes whose windows may be over.
    pub(super) ending: usize,
    /// How many words a life's state of them takes.
    pub(super) cells: usize,
    pub(super) windows: Windows,
}

/// 64 of these lanes.
#[derive(Default)]
pub(super) struct WholeWord {
    /// Where a life's state of them begins: the lanes that are settled; if there are lanes of a choice, those of whose second
    /// pattern an event has come; then for each number of events, from 1 on, those of whose first pattern so many have come.
    pub(super) cells: usize,
    /// For each number of events, from 1 on.
    pub(super) levels: Vec<Level>,
    pub(super) all: u64,
    /// Lanes that bound the number from above.
    pub(super) bounded: u64,
    pub(super) first: u64,
    pub(super) last: u64,
    /// Lanes whose windows do not hold everything, and those whose windows may be over.
    pub(super) bounds: u64,
    pub(super) ends: u64,
    pub(super) choice: u64,
    /// Of those, the ones that want not both.
    pub(super) one: u64,
}

/// What lanes make of so many events.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Level {
    /// Those that ask for so many at least.
    pub(super) enough: u64,
    /// Those that allow one less.
    pub(super) many: u64,
}

/// What is asked of the events of an activity.
#[derive(Default)]
pub(super) struct Questions {
    /// The conditions, by their places in the plan.
    pub(super) conditions: Vec<usize>,
    pub(super) marks: Vec<Mark>,
}

/// Bits that an event has in a word, always or where a condition holds.
pub(super) struct Mark {
    /// The condition's place among the activity's.
    pub(super) condition: Option<usize>,
    pub(super) row: Row,
    pub(super) word: usize,
    pub(super) bits: u64,
}

/// A row that an event has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Row {
    /// The lanes of a block that it activates.
    Asks(u32),
    /// The lanes of a block whose target it may be.
    Meets(u32),
    /// Of the lanes on whole traces those whose first pattern it is of.
    First,
    /// Those whose second pattern it is of.
    Second,
}

/// A clause before it has its lane.
struct Draft<'m> {
    model: u32,
    clause: u8,
    kind: Clause,
    asks: &'m Pattern,
    meets: &'m Pattern,
    of: &'m Model,
}

impl Plan {
    pub(super) fn new(models: &[Model]) -> Self {
        let mut drafting = Drafting::default();
        let mut blocks: BTreeMap<Vec<u32>, Vec<Draft<'_>>> = BTreeMap::new();
        let mut whole = Vec::new();
        for (model, of) in (0..).zip(models) {
            for (clause, kind) in (0..).zip(of.clauses()) {
                let exchanged = matches!(kind, Clause::Relation(relation) if relation.exchanged);
                let (asks, meets) = if exchanged { (&of.second, &of.first) } else { (&of.first, &of.second) };
                let draft = Draft { model, clause, kind, asks, meets, of };
                match kind {
                    Clause::Relation(_) => {
                        blocks.entry(drafting.numbers(&asks.activities)).or_default().push(draft);
                    }
                    _ => whole.push(draft),
                }
            }
        }
        let laid: Vec<Block> =
            blocks.into_values().zip(0..).map(|(drafts, number)| drafting.block(drafts, number)).collect();
        let whole = drafting.whole(whole);
        let others = drafting.others();
        let Drafting { lanes, conditions, correlations, pairs, marks, activities } = drafting;
        let mut questions: Vec<Questions> =
            std::iter::repeat_with(Questions::default).take(activities.len()).collect();
        for ((activity, condition, row, word), bits) in marks {
            let Some(questions) = questions.get_mut(activity as usize) else { continue };
            let condition = condition.map(|condition| {
                let known = questions.conditions.iter().position(|other| *other == condition);
                known.unwrap_or_else(|| {
                    questions.conditions.push(condition);
                    questions.conditions.len() - 1
                })
            });
            questions.marks.push(Mark { condition, row, word, bits });
        }
        let words = lanes.len() / 64;
        let longest = laid.iter().map(|block| block.kinds.len()).max();
        Self {
            longest: longest.unwrap_or(0),
            blocks: laid,
            whole,
            lanes,
            conditions: conditions.all,
            correlations: Correlations::new(correlations.all, pairs),
            questions,
            activities,
            others,
            models: models.len(),
            words,
        }
    }

    /// The lanes of a word that stand beside the main one of their model, each with that.
    pub(super) fn others_in(&self, word: usize) -> &[(usize, usize)] {
        let place = |word: usize| self.others.partition_point(|(lane, _)| lane / 64 < word);
        self.others.get(place(word)..place(word + 1)).unwrap_or_default()
    }

    /// The number of an activity; none where no model speaks of it.
    pub(super) fn activity(&self, activity: &Activity) -> Option<u32> {
        self.activities.get(activity).copied()
    }
}

/// Things each once.
struct Once<T> {
    all: Vec<T>,
    places: HashMap<Sameness, usize>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self { all: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Clone> Once<T> {
    fn place(&mut self, one: &T, sameness: Sameness) -> usize {
        *self.places.entry(sameness).or_insert_with(|| {
            self.all.push(one.clone());
            self.all.len() - 1
        })
    }
}

/// A plan in the making.
#[derive(Default)]
struct Drafting {
    lanes: Vec<Lane>,
    conditions: Once<Condition>,
    correlations: Once<Correlation>,
    pairs: Vec<ComparedNames>,
    activities: HashMap<Activity, u32>,
    /// By activity, condition, row and word.
    marks: BTreeMap<(u32, Option<usize>, Row, usize), u64>,
}

const NOBODY: Lane = Lane {
    model: None,
    clause: 0,
    main: false,
    kind: Clause::First,
    window: Window { least: None, most: None },
};

impl Drafting {
    /// The numbers of activities, each once, ascending.
    fn numbers(&mut self, activities: &[Activity]) -> Vec<u32> {
        let number = |activity: &Activity| {
            let next = u32::try_from(self.activities.len()).unwrap_or(u32::MAX);
            *self.activities.entry(activity.clone()).or_insert(next)
        };
        let mut numbers: Vec<u32> = activities.iter().map(number).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    fn mark(&mut self, pattern: &Pattern, row: Row, lane: usize) {
        let condition = pattern.condition.as_ref();
        let condition = condition.map(|one| self.conditions.place(one, one.sameness()));
        for activity in self.numbers(&pattern.activities) {
            *self.marks.entry((activity, condition, row, lane / 64)).or_default() |= 1 << (lane % 64);
        }
    }

    fn pair(&mut self, names: ComparedNames) -> usize {
        self.pairs.iter_mut().position(|known| known.join(&names)).unwrap_or_else(|| {
            self.pairs.push(names);
            self.pairs.len() - 1
        })
    }

    /// Gives each a lane, from a word's first on.
    fn lay(&mut self, drafts: &[Draft<'_>]) -> (usize, usize) {
        let start = self.lanes.len() / 64;
        self.lanes.extend(drafts.iter().map(|draft| Lane {
            model: Some(draft.model),
            clause: draft.clause,
            main: draft.clause == 0,
            kind: draft.kind,
            window: draft.of.window.clone(),
        }));
        self.lanes.resize(self.lanes.len().next_multiple_of(64), NOBODY);
        (start, self.lanes.len() / 64 - start)
    }

    fn block(&mut self, mut drafts: Vec<Draft<'_>>, number: u32) -> Block {
        let targets: Vec<Vec<u32>> =
            drafts.iter().map(|draft| self.numbers(&draft.meets.activities)).collect();
        // Lanes that only look back stand last, so that an entry need keep nothing for them, and those that only wait first; of
        // each those with one target stand together, so that an event touches few words.
        let class = |draft: &Draft<'_>| match draft.kind {
            Clause::Relation(Relation { side: Side::After, .. }) => 0,
            Clause::Relation(Relation { side: Side::Either, .. }) => 1,
            _ => 2,
        };
        let mut order: Vec<usize> = (0..drafts.len()).collect();
        order.sort_by_key(|at| (drafts.get(*at).map(class), targets.get(*at)));
        let before = |wanted: u8| drafts.iter().filter(|draft| class(draft) < wanted).count();
        let (back, waiting) = (before(1) / 64, before(2).div_ceil(64));
        let mut places = vec![0; drafts.len()];
        order.iter().enumerate().for_each(|(place, at)| places[*at] = place);
        let mut placed: Vec<(usize, Draft<'_>)> = places.into_iter().zip(drafts).collect();
        placed.sort_by_key(|(place, _)| *place);
        drafts = placed.into_iter().map(|(_, draft)| draft).collect();
        let (start, words) = self.lay(&drafts);
        let mut kinds = vec![Kinds::default(); words];
        let mut correlated: BTreeMap<(usize, usize, bool), u64> = BTreeMap::new();
        for (lane, draft) in drafts.iter().enumerate() {
            self.mark(draft.asks, Row::Asks(number), lane);
            self.mark(draft.meets, Row::Meets(number), lane);
            let (word, bit) = (lane / 64, 1 << (lane % 64));
            let Clause::Relation(relation) = draft.kind else { continue };
            kinds[word].put(draft, relation, bit);
            if let Some(correlation) = &draft.of.correlation {
                let place = self.correlations.place(correlation, correlation.sameness());
                // A constraint that looks both ways is written once, with its first event as the activation.
                let exchanged = relation.exchanged && !draft.of.template.is_activated_by_second();
                *correlated.entry((word, place, exchanged)).or_default() |= bit;
            }
        }
        let windows = Windows::new(words, drafts.iter().map(|draft| &draft.of.window));
        let mut by_word: Vec<Vec<Correlated>> = std::iter::repeat_with(Vec::new).take(words).collect();
        for ((word, correlation, exchanged), lanes) in correlated {
            self.correlate(&mut by_word[word], Related { correlation, exchanged, lanes });
        }
        let words = |has: fn(&Kinds) -> u64| {
            let some = |side: fn(&Kinds) -> u64| {
                let has = |(_, kinds): &(u32, &Kinds)| has(kinds) & side(kinds) != 0;
                (0..).zip(&kinds).filter(has).map(|(word, _)| word).collect()
            };
            Ways { ahead: some(|kinds| kinds.after | kinds.either), back: some(|kinds| kinds.back) }
        };
        Block {
            start,
            chain: words(|kinds| kinds.chain),
            alternate: words(|kinds| kinds.alternate),
            bounded: !windows.are_open(),
            kinds,
            waiting,
            back,
            correlated: by_word,
            windows,
        }
    }

    /// Puts lanes of a word with one correlation to those that read the same.
    fn correlate(&mut self, word: &mut Vec<Correlated>, related: Related) {
        let Related { correlation, exchanged, lanes } = related;
        let compared = self.correlations.all.get(correlation).and_then(|one| one.compared(exchanged));
        let pairs: Vec<(Option<usize>, [bool; WAYS])> = match compared {
            Some(all) => all.into_iter().map(|(names, content)| (Some(self.pair(names)), content)).collect(),
            None => vec![(None, [false; WAYS])],
        };
        for (pair, content) in pairs {
            let known = word.iter().position(|one| one.pair == pair).unwrap_or_else(|| {
                word.push(Correlated { pair, ..Correlated::default() });
                word.len() - 1
            });
            let Some(one) = word.get_mut(known) else { continue };
            // Of lanes that compare the same two values twice, what holds of both.
            let (new, again) = (lanes & !one.lanes, lanes & one.lanes);
            for (all, content) in one.content.iter_mut().zip(content) {
                *all = if content { *all | new } else { *all & !again };
            }
            one.lanes |= lanes;
            one.each.push(Related { correlation, exchanged, lanes });
        }
    }

    fn whole(&mut self, mut drafts: Vec<Draft<'_>>) -> WholeBlock {
        // Lanes whose windows end stand first, so that few words are looked at as time passes. Of them and of the others those
        // of one activity stand together, so that an event touches few words; those that count most, too, so that few words
        // have many levels.
        drafts.sort_by_cached_key(|draft| {
            let class = match draft.kind {
                Clause::Count { least, most } => (0, least.max(most.map_or(0, |most| most + 1))),
                Clause::Choice { .. } => (1, 0),
                _ => (2, 0),
            };
            let endless = draft.of.window.most.is_none();
            (endless, class.0, self.numbers(&draft.asks.activities), class.1)
        });
        let (start, number) = self.lay(&drafts);
        let windows = Windows::new(number, drafts.iter().map(|draft| &draft.of.window));
        let mut words: Vec<WholeWord> = std::iter::repeat_with(WholeWord::default).take(number).collect();
        for (lane, draft) in drafts.iter().enumerate() {
            self.mark(draft.asks, Row::First, lane);
            if matches!(draft.kind, Clause::Choice { .. }) {
                self.mark(draft.meets, Row::Second, lane);
            }
            let window = &draft.of.window;
            words
                .get_mut(lane / 64)
                .into_iter()
                .for_each(|word| word.put(draft.kind, window, 1 << (lane % 64)));
        }
        let mut cells = 0;
        for word in &mut words {
            word.cells = cells;
            if word.choice != 0 {
                word.level(0);
            }
            cells += 1 + usize::from(word.choice != 0) + word.levels.len();
        }
        let all = words.iter().map(|word| word.all).collect();
        let ending = words.iter().rposition(|word| word.ends != 0).map_or(0, |last| last + 1);
        WholeBlock { start, words, all, ending, cells, windows }
    }

    /// The lanes beside the main one of their model, each with that.
    fn others(&self) -> Vec<(usize, usize)> {
        let lanes = || {
            self.lanes.iter().enumerate().filter_map(|(number, lane)| Some((lane.model?, lane.main, number)))
        };
        let main: HashMap<u32, usize> =
            lanes().filter(|(_, main, _)| *main).map(|(model, _, number)| (model, number)).collect();
        let others = lanes().filter(|(_, main, _)| !main);
        others.filter_map(|(model, _, number)| Some((number, *main.get(&model)?))).collect()
    }
}

impl WholeWord {
    /// That of one event more than so many.
    fn level(&mut self, before: u32) -> &mut Level {
        let at = before as usize;
        if self.levels.len() <= at {
            self.levels.resize(at + 1, Level::default());
        }
        &mut self.levels[at]
    }

    fn put(&mut self, kind: Clause, window: &Window, bit: u64) {
        self.all |= bit;
        self.bounds |= if window.is_open() { 0 } else { bit };
        self.ends |= if window.most.is_some() { bit } else { 0 };
        match kind {
            Clause::Count { least, most } => {
                if let Some(before) = least.checked_sub(1) {
                    self.level(before).enough |= bit;
                }
                if let Some(most) = most {
                    self.level(most).many |= bit;
                    self.bounded |= bit;
                }
            }
            Clause::First => self.first |= bit,
            Clause::Last => self.last |= bit,
            Clause::Choice { one } => {
                self.choice |= bit;
                self.one |= if one { bit } else { 0 };
            }
            Clause::Relation(_) => {}
        }
    }
}

impl Kinds {
    fn put(&mut self, draft: &Draft<'_>, relation: Relation, bit: u64) {
        match relation.reach {
            Reach::Trace if draft.of.window.is_open() && draft.of.correlation.is_none() => self.plain |= bit,
            Reach::Trace => {}
            Reach::Alternate => self.alternate |= bit,
            Reach::Chain => self.chain |= bit,
        }
        match relation.side {
            Side::After => self.after |= bit,
            Side::Either => self.either |= bit,
            Side::Before => self.before |= bit,
        }
        if relation.side != Side::After {
            self.back |= bit;
        }
        if relation.forbids {
            self.forbids |= bit;
        }
        if !draft.of.window.is_open() {
            self.bounded |= bit;
        }
        if draft.of.correlation.is_some() {
            self.correlated |= bit;
        }
    }
}
