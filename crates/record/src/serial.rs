//! Serde forms of the record's types, for snapshots and for APIs: names and identities as text, values as
//! [`crate::encoding`] writes them.

use crate::{Activity, Digest, EventId, Name, ObjectId, ObjectRef, ObjectType, Qualifier, Time, Value};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! as_text {
    ($($type:ty, $wanted:literal, |$text:ident| $read:expr;)*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let $text = String::deserialize(deserializer)?;
                $read.ok_or_else(|| D::Error::custom(format!("`{}` is not {}", $text, $wanted)))
            }
        }
    )*};
}

as_text! {
    EventId, "an event id", |text| Some(Self::new(&text));
    Activity, "an activity", |text| Some(Self::new(&text));
    Name, "a name", |text| Some(Self::new(&text));
    ObjectType, "an object type", |text| Some(Self::new(&text));
    ObjectId, "an object id", |text| Some(Self::new(&text));
    Qualifier, "a qualifier", |text| Some(Self::new(&text));
    ObjectRef, "an object, written `type:id`", |text| Self::parse(&text);
    Digest, "64 hexadecimal digits", |text| Self::parse(&text);
    Time, "a time", |text| Self::parse(&text).ok();
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::encoding::to_json(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = serde_json::Value::deserialize(deserializer)?;
        crate::encoding::read_value(&json).ok_or_else(|| D::Error::custom(format!("`{json}` is not a value")))
    }
}
