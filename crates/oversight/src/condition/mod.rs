//! Conditions on events, in CEL, evaluated over the columns of a log.
//!
//! A condition speaks of `event`, with the log's attributes as its fields, and of the event's `activity` and `time`
//! under those names; a correlation speaks of `activation` and `target`, each like `event`. What an event does not have
//! is unknown, and a condition that stays unknown does not hold.

mod cuts;
mod mask;
mod pair;
mod row;
mod sheet;

pub(crate) use cuts::{Cuts, Laid};
pub use mask::Mask;
pub use pair::Correlation;
pub(crate) use pair::{Bound, BoundAll, ComparedNames, Correlations, Lie, WAYS};
pub use sheet::Sheet;
pub(crate) use sheet::Spread;

use crate::log::{Column, Log, Values};
use pack::Title;
use pack::cel::{self, Checked, Env, Field, Problem, Schema, Slot, Type};
use record::Name;
use std::sync::Arc;

/// The field that holds an event's activity.
pub const ACTIVITY: &str = "activity";
/// The field that holds an event's time.
pub const TIME: &str = "time";

/// What conditions may say of the events of a log.
pub struct Language<'l> {
    log: &'l Log,
    event: Env,
    pair: Env,
    event_places: Arc<Places>,
    pair_places: Arc<Places>,
}

/// A condition on one event.
#[derive(Clone, Debug)]
pub struct Condition {
    checked: Checked,
    tree: mask::Tree,
    places: Arc<Places>,
    said: Arc<str>,
}

/// What each place of an environment reads.
#[derive(Clone, Debug, Default)]
struct Places(Vec<Read>);

/// What a place reads: of which event, the activation (or the only one) or the target, and what of it.
#[derive(Clone, Debug, PartialEq)]
struct Read {
    target: bool,
    what: What,
}

#[derive(Clone, Debug, PartialEq)]
enum What {
    /// The event as a whole.
    Event,
    Activity,
    Time,
    /// The attribute of that name.
    Attribute(Name),
}

impl<'l> Language<'l> {
    /// What the log's own attributes allow to say, and of those in `declared` that no event has: that they are unknown.
    pub fn new(log: &'l Log, declared: &[Name]) -> Self {
        let of_log = log.columns().map(|(name, column)| (name.clone(), type_of(column)));
        let absent = declared.iter().filter(|name| log.column(name.as_str()).is_none());
        let attributes: Vec<(Name, Type)> =
            of_log.chain(absent.map(|name| (name.clone(), Type::Dyn))).collect();
        let schema = |what: &str| {
            let own = [(ACTIVITY, Type::String), (TIME, Type::Timestamp)];
            let own = own.map(|(name, ty)| Field::new(name, ty));
            let fields = attributes.iter().map(|(name, ty)| Field::new(name.as_str(), ty.clone()).optional());
            Type::Object(Arc::new(Schema::new(what, fields.chain(own))))
        };
        let variable =
            |env: Env, name: &str, zh: &str, en: &str| env.variable(name, schema(name), Title::new(zh, en));
        let event = variable(Env::new(), "event", "事件", "the event");
        let pair = variable(Env::new(), "activation", "触发事件", "the activation");
        let pair = variable(pair, "target", "目标事件", "the target");
        let (event_places, pair_places) = (Arc::new(Places::of(&event)), Arc::new(Places::of(&pair)));
        Self { log, event, pair, event_places, pair_places }
    }

    /// The log.
    pub fn log(&self) -> &'l Log {
        self.log
    }

    /// Reads a condition on an event.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn condition(&self, source: &str) -> Result<Condition, Vec<Problem>> {
        let checked = compile(source, &self.event)?;
        let (places, said) = (Arc::clone(&self.event_places), said(&checked));
        Ok(Condition { places, said, tree: mask::Tree::of(&checked), checked })
    }

    /// Reads a condition on an activation and a target.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub fn correlation(&self, source: &str) -> Result<Correlation, Vec<Problem>> {
        let checked = compile(source, &self.pair)?;
        Ok(Correlation::new(checked, Arc::clone(&self.pair_places)))
    }
}

/// The same for two conditions that say the same in the same words, under the same language.
pub(crate) type Sameness = (usize, Arc<str>);

fn sameness(places: &Arc<Places>, said: &Arc<str>) -> Sameness {
    (Arc::as_ptr(places).addr(), Arc::clone(said))
}

/// What was checked, written in one way only.
fn said(checked: &Checked) -> Arc<str> {
    format!("{:?}", checked.root).into()
}

impl Condition {
    pub(crate) fn sameness(&self) -> Sameness {
        sameness(&self.places, &self.said)
    }

    /// Whether it asks when an event happened.
    pub(crate) fn reads_time(&self) -> bool {
        self.places.tell_time(&self.checked)
    }
}

fn compile(source: &str, env: &Env) -> Result<Checked, Vec<Problem>> {
    let expr = cel::parse(source).map_err(|problem| vec![problem])?;
    cel::check(&expr, env, &Type::Bool)
}

fn type_of(column: &Column) -> Type {
    match column.values() {
        Values::Text { .. } => Type::String,
        Values::Integer(_) => Type::Int,
        Values::Float(_) => Type::Double,
        Values::Boolean(_) => Type::Bool,
        Values::Time(_) => Type::Timestamp,
        Values::Mixed(_) => Type::Dyn,
    }
}

impl Places {
    fn of(env: &Env) -> Self {
        let read = |place: &cel::Place| {
            let mut path = place.path.iter();
            let target = path.next().is_some_and(|root| root == "target");
            let what = match path.next().map(|field| field.as_str()) {
                None => What::Event,
                Some(ACTIVITY) => What::Activity,
                Some(TIME) => What::Time,
                Some(attribute) => What::Attribute(Name::from(attribute)),
            };
            Read { target, what }
        };
        Self(env.places().iter().map(read).collect())
    }

    /// Whether what was checked reads when an event happened.
    fn tell_time(&self, checked: &Checked) -> bool {
        let is_time = |slot: Slot| self.get(slot).is_some_and(|read| read.what == What::Time);
        checked.slots().into_iter().any(is_time)
    }

    fn get(&self, slot: Slot) -> Option<&Read> {
        self.0.get(slot.index())
    }
}
