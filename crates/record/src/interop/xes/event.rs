//! One event: mostly of plain values, written as those before it.

use super::attribute::{Kind, attribute, raw, stray, typed};
use super::parts;
use super::shapes::{Shapes, Within};
use crate::interop::fault::{ImportError, Problem};
use crate::interop::intake::Intake;
use crate::interop::parts as shared;
use crate::interop::taken::{Held, Plain, PlainValue};
use crate::interop::vocabulary;
use crate::interop::xml::{Scanner, Tag, Token};
use crate::{Activity, Codes, Event, Name, ObjectRef, Relation, Time, Value};
use std::io::Read;

/// What is kept from one event to the next.
pub(super) struct Events {
    pub(super) names: Codes<Name>,
    pub(super) shapes: Shapes,
    activities: Codes<Activity>,
    held: Held,
    /// Attributes that are not plain, on their way into `held`.
    found: Vec<(Name, Value)>,
}

/// Which event is read.
pub(super) struct Which<'a> {
    pub(super) id: &'a str,
    pub(super) case: Option<(u64, &'a ObjectRef)>,
    /// The time of the one before it.
    pub(super) before: Option<Time>,
}

/// What the event at hand is known to be so far.
#[derive(Default)]
struct Known {
    activity: Option<u32>,
    time: Option<Time>,
    /// Whether some name is a reserved one.
    reserved: bool,
}

/// The numbers of the two names that every event has.
const NAME: u32 = 0;
const TIME: u32 = 1;

impl Events {
    pub(super) fn new() -> Self {
        let mut names = Codes::default();
        [parts::NAME, parts::TIME].into_iter().for_each(|name| {
            names.put(name);
        });
        Self {
            names,
            shapes: Shapes::new(),
            activities: Codes::default(),
            held: Held::default(),
            found: Vec::new(),
        }
    }

    /// Reads an event to its end and hands it on. Its time; none if it was refused.
    pub(super) fn read<R: Read>(
        &mut self,
        scanner: &mut Scanner<R>,
        intake: &mut Intake<'_>,
        which: &Which<'_>,
        empty: bool,
    ) -> Result<Option<Time>, ImportError> {
        self.held.clear();
        self.shapes.begin(Within::Event);
        let mut known = Known::default();
        let mut open = !empty;
        while open {
            if self.again(scanner, &mut known) {
                continue;
            }
            match scanner.next()? {
                Token::End => open = false,
                Token::Start(tag) => {
                    let empty = tag.empty;
                    let Some(parsed) = self.first(&tag, &mut known) else { continue };
                    attribute(scanner, intake, parsed, empty, 1, &mut self.found)?;
                    for (name, value) in self.found.drain(..) {
                        known.reserved |= vocabulary::is_reserved(name.as_str());
                        self.held.put_whole(self.names.put(name.as_str()), value);
                    }
                }
                _ => stray(scanner, intake, "an event")?,
            }
        }
        if let Known { activity: Some(activity), time: Some(time), reserved: false } = known
            && self.held.is_plain()
            && let Some(named) = self.activities.get(activity)
        {
            let Which { id, case, .. } = *which;
            intake.note([case.is_none(), false], || scanner.place());
            let activity = (activity, named);
            let plain = Plain { id, activity, time, case, held: &self.held, names: self.names.all() };
            intake.plain(&plain)?;
            return Ok(Some(time));
        }
        self.whole(scanner, intake, which, &known)
    }

    /// Takes the next attribute if it is written as one before it.
    #[inline]
    fn again<R: Read>(&mut self, scanner: &mut Scanner<R>, known: &mut Known) -> bool {
        let Some((number, shape, text, end)) = self.shapes.meet(scanner) else { return false };
        let plain = |value: Option<PlainValue<'_>>, held: &mut Held| {
            value.is_some_and(|value| {
                held.put(shape.name, value);
                true
            })
        };
        let taken = match shape.kind {
            Kind::String if shape.name == NAME && known.activity.is_none() => {
                let own = !vocabulary::is_reserved(text);
                known.activity = own.then(|| self.activities.put(text));
                own
            }
            Kind::Date if shape.name == TIME && known.time.is_none() => {
                known.time = Time::parse(text).ok();
                known.time.is_some()
            }
            kind => plain(kind.plain(text), &mut self.held),
        };
        if taken {
            self.shapes.met(number);
            scanner.pass(end);
        }
        taken
    }

    /// Takes an attribute's tag apart. None where it is the event's activity or time and that is all.
    fn first(&mut self, tag: &Tag<'_>, known: &mut Known) -> Option<super::attribute::Parsed> {
        let raw = match raw(tag) {
            Ok(raw) => raw,
            Err(bad) => return Some(Err(bad)),
        };
        let mut own = false;
        if tag.empty && raw.kind == Kind::String && known.activity.is_none() && raw.key == parts::NAME {
            own = !vocabulary::is_reserved(&raw.value);
            known.activity = own.then(|| self.activities.put(&raw.value));
        } else if tag.empty && raw.kind == Kind::Date && known.time.is_none() && raw.key == parts::TIME {
            known.time = Time::parse(&raw.value).ok();
            own = known.time.is_some();
        }
        let parsed = (!own).then(|| typed(&raw));
        let well = parsed.as_ref().is_none_or(Result::is_ok);
        if tag.empty && well {
            self.shapes.learn(tag.written, &raw, self.names.put(&raw.key));
        }
        parsed
    }

    /// Hands on an event that is not of plain parts alone.
    fn whole<R: Read>(
        &mut self,
        scanner: &Scanner<R>,
        intake: &mut Intake<'_>,
        which: &Which<'_>,
        known: &Known,
    ) -> Result<Option<Time>, ImportError> {
        let mut found = self.held.take_values(self.names.all());
        let activity = known.activity.and_then(|code| self.activities.get(code)).cloned();
        let activity = activity.unwrap_or_else(|| {
            let activity = named(&found);
            // A name that XML cannot hold is written in another way, and says no more than the activity.
            let says = |value: &Value| value.as_text() == Some(activity.as_str());
            if let Some(at) = found.iter().position(|(name, _)| name.as_str() == parts::NAME)
                && found.get(at).is_some_and(|(_, value)| says(value))
            {
                found.remove(at);
            }
            activity
        });
        let mut event = Event::new(which.id, activity, Time::ZERO);
        let about = |(_, case): (u64, &ObjectRef)| Relation {
            qualifier: vocabulary::CASE.into(),
            object: case.clone(),
        };
        event.objects = which.case.map(about).into_iter().collect();
        event.attributes = found;
        intake
            .note([which.case.is_none(), event.activity.as_str() == vocabulary::UNNAMED], || scanner.place());
        shared::fold(&mut event);
        let stated = event.attributes.iter().find(|(name, _)| name.as_str() == parts::TIME);
        let stated = stated.and_then(|(_, value)| match value {
            Value::Annotated(value, _) => parts::time(value),
            value => parts::time(value),
        });
        match known.time.or(stated) {
            Some(time) => event.time = time,
            None if intake.options.untimed => return intake.untimed(event, which.before).map(Some),
            None => {
                let what = "the event that ends here".to_owned();
                intake.refuse(scanner.place(), Problem::Untimed { what });
                return Ok(None);
            }
        }
        let time = event.time;
        intake.event(event)?;
        Ok(Some(time))
    }
}

/// The activity of an event whose name is not a plain text of its own.
#[cold]
fn named(attributes: &[(Name, Value)]) -> Activity {
    let name = attributes.iter().find(|(name, _)| name.as_str() == parts::NAME).map(|(_, value)| value);
    let name = match name {
        Some(Value::Annotated(value, _)) => Some(&**value),
        other => other,
    };
    match name {
        Some(Value::Text(text) | Value::Id(text)) if !vocabulary::is_reserved(text) => Activity::new(text),
        Some(Value::Integer(number)) => Activity::from(number.to_string()),
        _ => Activity::from(vocabulary::UNNAMED),
    }
}
