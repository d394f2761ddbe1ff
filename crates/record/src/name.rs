use smol_str::SmolStr;
use std::fmt;

macro_rules! name {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(SmolStr);

        impl $type {
            /// Wraps `text` as it is; any text is allowed, since imported logs name things as they like.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(SmolStr::new(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0.as_str())
            }
        }

        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $type {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl std::borrow::Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name! {
    /// What identifies an event for good. Appending the same id twice is the same as appending it once.
    EventId
}
name! {
    /// What happened, as the field names it: `application submitted`.
    Activity
}
name! {
    /// The name of an attribute, or of a purpose.
    Name
}
name! {
    /// A kind of object: `case`, `property`, `bundle`.
    ObjectType
}
name! {
    /// An object's identity among those of its type.
    ObjectId
}
name! {
    /// The part that an object plays in an event, or in a link.
    Qualifier
}

/// A typed object, written `type:id`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// Its type.
    pub kind: ObjectType,
    /// Its identity within the type.
    pub id: ObjectId,
}

impl ObjectRef {
    /// The object `id` of type `kind`.
    pub fn new(kind: impl Into<ObjectType>, id: impl Into<ObjectId>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }

    /// Reads `type:id`. The type ends at the first colon, so an id may contain more of them.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        (!kind.is_empty() && !id.is_empty()).then(|| Self::new(kind, id))
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.id)
    }
}

impl fmt::Debug for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
