use crate::Bits;
use crate::log::{Column, EventNumber, Log, Values};
use record::{Name, Time};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Some events of a log, with the values that conditions ask for laid side by side: gathered once, read by many.
pub struct Sheet<'l> {
    log: &'l Log,
    events: Vec<EventNumber>,
    gathered: RefCell<HashMap<Name, Option<Rc<Gathered<'l>>>>>,
}

/// The values of one attribute, by the events' places on the sheet.
pub(super) struct Gathered<'l> {
    /// Which events have one.
    pub here: Bits,
    pub values: Side<'l>,
}

/// Values side by side; where there is none, anything.
pub(super) enum Side<'l> {
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Times(Vec<Time>),
    /// For each its place among the column's distinct texts; true is 1 where they are truths.
    Codes(Vec<u32>, Option<&'l [smol_str::SmolStr]>),
    /// Of several kinds.
    Mixed,
}

impl<'l> Sheet<'l> {
    /// These events of the log.
    pub fn new(log: &'l Log, events: Vec<EventNumber>) -> Self {
        Self { log, events, gathered: RefCell::default() }
    }

    /// The log.
    pub fn log(&self) -> &'l Log {
        self.log
    }

    /// The events.
    pub fn events(&self) -> &[EventNumber] {
        &self.events
    }

    /// The values of an attribute; none where no event of the log has it.
    pub(super) fn gather(&self, name: &Name) -> Option<Rc<Gathered<'l>>> {
        if let Some(known) = self.gathered.borrow().get(name) {
            return known.clone();
        }
        let made = self.log.column(name.as_str()).map(|column| Rc::new(self.lay(column)));
        self.gathered.borrow_mut().insert(name.clone(), made.clone());
        made
    }

    fn lay(&self, column: &'l Column) -> Gathered<'l> {
        let mut here = Bits::none(0);
        let mut along = Along { events: &self.events, column, here: &mut here };
        let values = match column.values() {
            Values::Integer(all) => Side::Integers(along.lay(all, 0)),
            Values::Float(all) => Side::Floats(along.lay(all, 0.0)),
            Values::Text { codes, distinct } => Side::Codes(along.lay(codes, 0), Some(distinct.all())),
            Values::Boolean(all) => {
                Side::Codes(along.lay(all, false).into_iter().map(u32::from).collect(), None)
            }
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
