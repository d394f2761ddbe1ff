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
        let mut here = Bits::none(self.events.len());
        let places: Vec<usize> = self
            .events
            .iter()
            .enumerate()
            .map(|(at, event)| {
                let place = column.place(*event);
                place.inspect(|_| here.insert(at)).unwrap_or_default()
            })
            .collect();
        let values = match column.values() {
            Values::Integer(all) => Side::Integers(lay(&places, all)),
            Values::Float(all) => Side::Floats(lay(&places, all)),
            Values::Text { codes, distinct } => Side::Codes(lay(&places, codes), Some(distinct.all())),
            Values::Boolean(all) => Side::Codes(lay(&places, all).into_iter().map(u32::from).collect(), None),
            Values::Time(all) => {
                let time = |place: &usize| all.get(*place).copied().unwrap_or(Time::ZERO);
                Side::Times(places.iter().map(time).collect())
            }
            Values::Mixed(_) => Side::Mixed,
        };
        Gathered { here, values }
    }
}

fn lay<T: Copy + Default>(places: &[usize], all: &[T]) -> Vec<T> {
    places.iter().map(|place| all.get(*place).copied().unwrap_or_default()).collect()
}
