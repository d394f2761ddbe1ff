//! Serde forms of the record's types, for snapshots and for APIs: names and identities as text, values as
//! [`crate::encoding`] writes them.

use crate::{Activity, Digest, EventId, Name, ObjectId, ObjectRef, ObjectType, Qualifier, Time, Value};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

macro_rules! as_text {
    ($($type:ty, $wanted:literal, |$text:ident| $read:expr;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Text;
                impl Visitor<'_> for Text {
                    type Value = $type;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($wanted)
                    }
                    fn visit_str<E: Error>(self, $text: &str) -> Result<$type, E> {
                        $read.ok_or_else(|| E::custom(format!("`{}` is not {}", $text, $wanted)))
                    }
                }
                deserializer.deserialize_str(Text)
            }
        }
    )*};
}

as_text! {
    EventId, "an event id", |text| Some(EventId::new(text));
    Activity, "an activity", |text| Some(Activity::new(text));
    Name, "a name", |text| Some(Name::new(text));
    ObjectType, "an object type", |text| Some(ObjectType::new(text));
    ObjectId, "an object id", |text| Some(ObjectId::new(text));
    Qualifier, "a qualifier", |text| Some(Qualifier::new(text));
    ObjectRef, "an object, written `type:id`", |text| ObjectRef::parse(text);
    Digest, "64 hexadecimal digits", |text| Digest::parse(text);
    Time, "a time", |text| Time::parse(text).ok();
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::encoding::to_json(self).serialize(serializer)
    }
}
