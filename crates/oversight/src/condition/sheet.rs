use crate::Bits;
use crate::log::{Column, EventNumber, Log, Values};
use record::{Name, Time};
use std::sync::OnceLock;

/// Some events of a log, with the values that conditions ask for laid side by side.
pub struct Sheet<'l> {
    log: &'l Log,
    spread: Held<'l>,
}

enum Held<'l> {
    Own(Spread),
    Lent(&'l Spread),
}

/// Events with their values side by side, of each attribute gathered once somebody asks, read by many.
#[derive(Clone, Debug)]
pub(crate) struct Spread {
    events: Vec<EventNumber>,
    /// By the log's columns.
    gathered: Box<[OnceLock<Gathered>]>,
}

/// The values of one attribute, by the events' places on the sheet.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    /// Which events have one.
    pub here: Bits,
    pub values: Side,
}

/// Values side by side; where there is none, anything.
#[derive(Clone, Debug)]
pub(super) enum Side {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Times(Vec<Time>),
    /// For each its place among the column's distinct texts.
    Texts(Vec<u32>),
    /// True is 1.
    Truths(Vec<u32>),
    /// Of several kinds.
    Mixed,
}

impl<'l> Sheet<'l> {
    /// These events of the log.
    pub fn new(log: &'l Log, events: Vec<EventNumber>) -> Self {
        Self { log, spread: Held::Own(Spread::new(log, events)) }
    }

    /// Events that are kept spread out, of the log.
    pub(crate) fn of(log: &'l Log, spread: &'l Spread) -> Self {
        Self { log, spread: Held::Lent(spread) }
    }

    fn spread(&self) -> &Spread {
        match &self.spread {
            Held::Own(spread) => spread,
            Held::Lent(spread) => spread,
        }
    }

    /// The log.
    pub fn log(&self) -> &'l Log {
        self.log
    }

    /// The events.
    pub fn events(&self) -> &[EventNumber] {
        &self.spread().events
    }

    /// The values of an attribute; none where no event of the log has it.
    pub(super) fn gather(&self, name: &Name) -> Option<&Gathered> {
        self.spread().gather(self.log, self.log.column_number(name.as_str())?)
    }
}

impl Spread {
    /// Events of the log.
    pub(crate) fn new(log: &Log, events: Vec<EventNumber>) -> Self {
        Self { events, gathered: log.columns().map(|_| OnceLock::new()).collect() }
    }

    /// Gathers the values of all attributes.
    pub(crate) fn gather_all(&self, log: &Log) {
        (0..self.gathered.len()).for_each(|column| {
            self.gather(log, column);
        });
    }

    fn gather(&self, log: &Log, number: usize) -> Option<&Gathered> {
        let column = log.columns().nth(number).map(|(_, column)| column)?;
        // The log may have more columns since, of which these events, which were there before, have no value.
        Some(self.gathered.get(number)?.get_or_init(|| self.lay(column)))
    }

    fn lay(&self, column: &Column) -> Gathered {
        let mut here = Bits::none(0);
        let mut along = Along { events: &self.events, column, here: &mut here };
        let values = match column.values() {
            Values::Integer(all) => Side::Integers(along.lay(all, 0)),
            Values::Float(all) => Side::Floats(along.lay(all, 0.0)),
            Values::Text { codes, .. } => Side::Texts(along.lay(codes, 0)),
            Values::Boolean(all) => Side::Truths(along.lay(all, false).into_iter().map(u32::from).collect()),
            Values::Time(all) => Side::Times(along.lay(all, Time::ZERO)),
            Values::Mixed(all) => {
                let nothing = vec![(); all.len()];
                along.lay(&nothing, ());
                Side::Mixed
            }
        };
        Gathered { here, values }
    }
}

/// Some events, with a column of which they may have values.
struct Along<'a> {
    events: &'a [EventNumber],
    column: &'a Column,
    here: &'a mut Bits,
}

impl Along<'_> {
    /// The events' values side by side, `none` where there is none; and which events have one.
    fn lay<T: Copy>(&mut self, all: &[T], none: T) -> Vec<T> {
        let mut values = Vec::with_capacity(self.events.len());
        *self.here = Bits::of_each(self.events, |event| {
            let value = self.column.place(*event).and_then(|place| all.get(place));
            values.push(value.copied().unwrap_or(none));
            value.is_some()
        });
        values
    }
}
