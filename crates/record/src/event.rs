use crate::{Activity, EventId, Name, ObjectRef, Qualifier, Time, Value};

/// A past-tense fact, in the shape of an OCEL 2.0 event.
///
/// Besides OCEL's own parts (id, activity, time, attributes, qualified objects) it carries what the record needs to
/// answer for it: who did it, for what purpose, what caused it, and which earlier event it corrects. What OCEL keeps in
/// tables beside the events, the values of objects' attributes over time and the links between objects, is here carried
/// by the event that brought it about, so that an object's state is a fold over its events.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Chosen by whoever appends; the record keeps the first of equal ids.
    pub id: EventId,
    /// What happened.
    pub activity: Activity,
    /// When it happened, which may be long before it was appended.
    pub time: Time,
    /// Who did it: a person, an office's system, a timer.
    pub actor: Option<ObjectRef>,
    /// The stated purpose under which personal data was collected or read.
    pub purpose: Option<Name>,
    /// The event that made this one happen.
    pub cause: Option<EventId>,
    /// The earlier event that this one supersedes. The earlier one stays on the record.
    pub corrects: Option<EventId>,
    /// The objects that it is about, each with the part it plays.
    pub objects: Vec<Relation>,
    /// Facts of the event itself.
    pub attributes: Vec<(Name, Value)>,
    /// Objects' attributes that have a new value from this event's time on.
    pub changes: Vec<Change>,
    /// Links between objects that this event establishes.
    pub links: Vec<Link>,
}

impl Event {
    /// An event with no more than id, activity and time.
    pub fn new(id: impl Into<EventId>, activity: impl Into<Activity>, time: Time) -> Self {
        Self {
            id: id.into(),
            activity: activity.into(),
            time,
            actor: None,
            purpose: None,
            cause: None,
            corrects: None,
            objects: Vec::new(),
            attributes: Vec::new(),
            changes: Vec::new(),
            links: Vec::new(),
        }
    }

    /// The same event, about one more object.
    #[must_use]
    pub fn about(mut self, qualifier: impl Into<Qualifier>, object: ObjectRef) -> Self {
        self.objects.push(Relation { qualifier: qualifier.into(), object });
        self
    }

    /// The same event, with one more attribute.
    #[must_use]
    pub fn with(mut self, name: impl Into<Name>, value: impl Into<Value>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    /// The first value of the attribute `name`.
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find(|(n, _)| n.as_str() == name).map(|(_, v)| v)
    }

    /// The first object that plays the part `qualifier`.
    pub fn object(&self, qualifier: &str) -> Option<&ObjectRef> {
        self.objects.iter().find(|r| r.qualifier.as_str() == qualifier).map(|r| &r.object)
    }

    /// Every object whose history this event belongs to, each once: those that it is about, those it changes and both
    /// ends of its links.
    pub fn touched(&self) -> Vec<&ObjectRef> {
        let named = self.objects.iter().map(|r| &r.object);
        let changed = self.changes.iter().map(|c| &c.object);
        let linked = self.links.iter().flat_map(|l| [&l.from, &l.to]);
        let mut all: Vec<&ObjectRef> = named.chain(changed).chain(linked).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// An object in the part it plays in an event.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Relation {
    /// The part.
    pub qualifier: Qualifier,
    /// The object.
    pub object: ObjectRef,
}

/// A new value of an object's attribute, from the event's time on.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Whose attribute.
    pub object: ObjectRef,
    /// Which attribute.
    pub name: Name,
    /// Its value from now on.
    pub value: Value,
}

/// A link from one object to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Link {
    /// The object that the link is read from.
    pub from: ObjectRef,
    /// The part that `to` plays for `from`.
    pub qualifier: Qualifier,
    /// The object that the link points at.
    pub to: ObjectRef,
}
