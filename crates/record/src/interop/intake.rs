use super::fault::{ImportError, Place, Problem, Refusal, SinkError};
use super::taken::{Plain, Taken};
use super::{Format, Options, Source, vocabulary};
use crate::{Activity, Event, ObjectType, Time};
use std::collections::HashSet;
use std::fmt;

/// How many refusals an error lists.
const LISTED: usize = 10;

/// What an import took in, counted as the log itself has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events of the log; the reserved ones that carry the rest are not among them.
    pub events: u64,
    /// Different activities of these events.
    pub event_types: u64,
    /// Objects; in XES the traces.
    pub objects: u64,
    /// Different types of these objects.
    pub object_types: u64,
    /// Relations between events and objects.
    pub relations: u64,
    /// Links between objects.
    pub links: u64,
    /// Attribute values of events, besides activity and time.
    pub attributes: u64,
    /// Attribute values of objects.
    pub values: u64,
    /// Attribute values that the log gives as null or as nothing, and that the record so does not have.
    pub nulls: u64,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} events of {} types, ", self.events, self.event_types)?;
        write!(f, "{} objects of {} types, ", self.objects, self.object_types)?;
        write!(f, "{} relations, {} links, ", self.relations, self.links)?;
        write!(f, "{} attributes, {} object values", self.attributes, self.values)?;
        if self.nulls > 0 { write!(f, ", {} nulls", self.nulls) } else { Ok(()) }
    }
}

/// The outcome of an import.
#[derive(Clone, Debug)]
pub struct Report {
    /// The format that was read.
    pub format: Format,
    /// What the log held.
    pub counts: Counts,
    /// Every part that was left out; empty unless [`Options::lenient`].
    pub refused: Vec<Refusal>,
    /// Where the first event stands that belongs to nothing, or has no name.
    pub strays: Strays,
}

/// Of the events that whoever follows cases does not meet, or not by a name, where the first stands; known of logs that are
/// written in lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strays {
    /// About no object at all.
    pub apart: Option<Place>,
    /// Of no activity.
    pub unnamed: Option<Place>,
}

/// Where all readers put what they find.
pub(crate) struct Intake<'a> {
    pub(crate) options: &'a Options,
    pub(crate) prefix: String,
    pub(crate) counts: Counts,
    format: Format,
    sink: Sink<'a>,
    activities: HashSet<Activity>,
    /// By the number that a reader gives an activity, whether it is among them.
    numbered: Vec<bool>,
    types: HashSet<ObjectType>,
    refused: Vec<Refusal>,
    total: u64,
    strays: Strays,
}

/// Who takes what is read: each event as one of its own, those that carry a log's parts among them; or the log's events,
/// as they are at hand.
pub(crate) enum Sink<'a> {
    Events(&'a mut dyn FnMut(Event) -> Result<(), SinkError>),
    Taken(&'a mut dyn FnMut(Taken<'_>) -> Result<(), SinkError>),
}

impl<'a> Intake<'a> {
    pub(crate) fn new(format: Format, source: &Source<'_>, options: &'a Options, sink: Sink<'a>) -> Self {
        let prefix = options.prefix.clone().unwrap_or_else(|| source.stem());
        Self {
            options,
            prefix,
            counts: Counts::default(),
            format,
            sink,
            activities: HashSet::new(),
            numbered: Vec::new(),
            types: HashSet::new(),
            refused: Vec::new(),
            total: 0,
            strays: Strays::default(),
        }
    }

    /// The format that is being read.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// The id of the log's event `id`.
    pub(crate) fn id(&self, id: &str) -> String {
        vocabulary::prefixed(&self.prefix, id)
    }

    /// Takes an event of the log.
    #[inline]
    pub(crate) fn event(&mut self, event: Event) -> Result<(), ImportError> {
        self.count(&event);
        self.pass(event)
    }

    /// Takes an event to which the log gives no time, which so stands at that of the one `before` it. Its time.
    #[cold]
    pub(crate) fn untimed(&mut self, mut event: Event, before: Option<Time>) -> Result<Time, ImportError> {
        let time = before.unwrap_or(Time::ZERO);
        event.time = time;
        // The mark is not the log's own, so it is not counted.
        self.count(&event);
        event.attributes.push((vocabulary::UNTIMED.into(), true.into()));
        self.pass(event)?;
        Ok(time)
    }

    fn count(&mut self, event: &Event) {
        self.counts.events += 1;
        self.counts.relations += event.objects.len() as u64;
        self.counts.attributes += event.attributes.len() as u64;
        self.event_type(&event.activity);
    }

    /// Takes an event of the log that is plain.
    #[inline]
    pub(crate) fn plain(&mut self, plain: &Plain<'_>) -> Result<(), ImportError> {
        self.counts.events += 1;
        self.counts.relations += u64::from(plain.case.is_some());
        self.counts.attributes += plain.held.len() as u64;
        let (code, activity) = plain.activity;
        if !self.numbered.get(code as usize).is_some_and(|known| *known) {
            self.numbered.resize(self.numbered.len().max(code as usize + 1), false);
            self.numbered.get_mut(code as usize).into_iter().for_each(|known| *known = true);
            self.event_type(activity);
        }
        if self.total > 0 && !self.options.lenient {
            return Ok(());
        }
        let taken = match &mut self.sink {
            Sink::Events(take) => take(plain.to_event()),
            Sink::Taken(take) => take(Taken::Plain(plain)),
        };
        taken.map_err(ImportError::Sink)
    }

    /// Whether whoever takes what is read wants the events that carry a log's other parts.
    pub(crate) fn wants_carriers(&self) -> bool {
        matches!(self.sink, Sink::Events(_))
    }

    /// Takes an event that carries an object's values or links.
    pub(crate) fn carrier(&mut self, event: Event) -> Result<(), ImportError> {
        self.counts.values += event.changes.len() as u64;
        self.counts.links += event.links.len() as u64;
        if event.activity.as_str() == vocabulary::OBJECT {
            self.counts.objects += 1;
            for relation in &event.objects {
                self.object_type(&relation.object.kind);
            }
        }
        self.pass(event)
    }

    /// Takes note of a type of objects.
    pub(crate) fn object_type(&mut self, kind: &ObjectType) {
        if !self.types.contains(kind.as_str()) {
            self.types.insert(kind.clone());
        }
    }

    /// Takes note of a type of events.
    pub(crate) fn event_type(&mut self, activity: &Activity) {
        if !self.activities.contains(activity.as_str()) {
            self.activities.insert(activity.clone());
        }
    }

    /// Takes an event without counting what it holds.
    #[inline]
    pub(crate) fn pass(&mut self, event: Event) -> Result<(), ImportError> {
        if self.total > 0 && !self.options.lenient {
            return Ok(());
        }
        let taken = match &mut self.sink {
            Sink::Events(take) => take(event),
            Sink::Taken(_) if vocabulary::is_carrier(&event.activity) => Ok(()),
            Sink::Taken(take) => take(Taken::Whole(Box::new(event))),
        };
        taken.map_err(ImportError::Sink)
    }

    /// Takes note of an event at a place that is `apart` from all objects, or `unnamed`.
    #[inline]
    pub(crate) fn note(&mut self, [apart, unnamed]: [bool; 2], place: impl FnOnce() -> Place) {
        if apart || unnamed {
            let place = place();
            let Strays { apart: first_apart, unnamed: first_unnamed } = &mut self.strays;
            for (first, _) in
                [(first_apart, apart), (first_unnamed, unnamed)].into_iter().filter(|(_, is)| *is)
            {
                first.get_or_insert_with(|| place.clone());
            }
        }
    }

    /// Leaves a part of the log out.
    #[cold]
    pub(crate) fn refuse(&mut self, place: Place, problem: Problem) {
        self.total += 1;
        if self.options.lenient || self.refused.len() < LISTED {
            self.refused.push(Refusal { place, problem });
        }
    }

    /// What was left out so far.
    pub(crate) fn refused(&mut self) -> &mut [Refusal] {
        &mut self.refused
    }

    /// The outcome, once the log is read to its end.
    pub(crate) fn finish(mut self) -> Result<Report, ImportError> {
        if self.total > 0 && !self.options.lenient {
            return Err(ImportError::Refused { first: self.refused, total: self.total });
        }
        self.counts.event_types = self.activities.len() as u64;
        self.counts.object_types = self.types.len() as u64;
        Ok(Report { format: self.format, counts: self.counts, refused: self.refused, strays: self.strays })
    }
}
