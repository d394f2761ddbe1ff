use super::{Places, What};
use crate::log::{EventNumber, Log, Values};
use pack::cel::{Slot, Source, Value as Cel, ValueRef};
use record::Value;
use std::cell::OnceCell;

/// One event, or an activation and a target, as conditions read them one by one.
pub(super) struct Row<'a> {
    log: &'a Log,
    places: &'a Places,
    activation: EventNumber,
    target: EventNumber,
    /// Values that have to be made, by slot.
    made: Vec<OnceCell<Option<Cel>>>,
}

impl<'a> Row<'a> {
    /// `target` is the activation itself where there is only one event.
    pub(super) fn new(
        log: &'a Log,
        places: &'a Places,
        activation: EventNumber,
        target: EventNumber,
    ) -> Self {
        Self { log, places, activation, target, made: vec![OnceCell::new(); places.0.len()] }
    }
}

impl Source for Row<'_> {
    fn get(&self, slot: Slot) -> Option<ValueRef<'_>> {
        let read = self.places.get(slot)?;
        let event = if read.target { self.target } else { self.activation };
        let name = match &read.what {
            What::Event => return Some(ValueRef::Null),
            What::Activity => {
                let code = self.log.activity_codes().get(event as usize)?;
                return self.log.activities().get(*code as usize).map(|name| ValueRef::String(name.as_str()));
            }
            What::Time => return self.log.times().get(event as usize).copied().map(ValueRef::Timestamp),
            What::Attribute(name) => name,
        };
        let column = self.log.column(name.as_str())?;
        let nth = column.place(event)?;
        Some(match column.values() {
            Values::Text { codes, distinct } => ValueRef::String(distinct.get(*codes.get(nth)?)?.as_str()),
            Values::Integer(all) => ValueRef::Int(*all.get(nth)?),
            Values::Float(all) => ValueRef::Double(*all.get(nth)?),
            Values::Boolean(all) => ValueRef::Bool(*all.get(nth)?),
            Values::Time(all) => ValueRef::Timestamp(*all.get(nth)?),
            Values::Mixed(all) => {
                let made = self.made.get(slot.index())?.get_or_init(|| converted(all.get(nth)?));
                return made.as_ref().map(Cel::view);
            }
        })
    }
}

/// What conditions see of a value; a sealed value and a file are unknown to them.
fn converted(value: &Value) -> Option<Cel> {
    Some(match value {
        Value::Text(text) | Value::Id(text) => Cel::String((&**text).into()),
        Value::Integer(number) => Cel::Int(*number),
        Value::Float(number) => Cel::Double(*number),
        Value::Boolean(truth) => Cel::Bool(*truth),
        Value::Time(time) => Cel::Timestamp(*time),
        Value::List(all) => Cel::list(all.iter().filter_map(converted)),
        Value::Map(all) => {
            Cel::object(all.iter().filter_map(|(name, value)| Some((name.as_str(), converted(value)?))))
        }
        Value::Annotated(value, _) => return converted(value),
        Value::Sealed(_) | Value::File(_) => return None,
    })
}
