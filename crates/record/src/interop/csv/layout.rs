use super::MAPPING;
use super::mapping::{Column, Kind, Mapping, Role};
use crate::interop::vocabulary::{self, UNTIMED};
use crate::{Event, Name, ObjectType, Qualifier, Value};

/// The columns that a record needs, found while it passes by.
pub(super) struct Layout {
    mapping: Option<Mapping>,
    given: bool,
    /// What the ids of all events begin with, unless some are foreign to the log they came from.
    prefix: Option<String>,
    foreign: bool,
    identified: bool,
    /// Whether objects have values or links of their own.
    objects: bool,
    events: Needs,
    carriers: Needs,
}

/// Columns besides those that every row has.
#[derive(Default)]
struct Needs {
    objects: Vec<(ObjectType, Qualifier, bool)>,
    links: Vec<(ObjectType, Qualifier, bool)>,
    attributes: Vec<(Name, Kind)>,
}

impl Layout {
    pub(super) fn new(given: Option<&Mapping>) -> Self {
        let (events, carriers) = (Needs::default(), Needs::default());
        let (mapping, given) = (given.cloned(), given.is_some());
        let (foreign, identified, objects) = (false, false, false);
        Self { mapping, given, prefix: None, foreign, identified, objects, events, carriers }
    }

    /// Takes note of what the flat `event` needs.
    pub(super) fn admit(&mut self, event: &Event) {
        if vocabulary::is_carrier(&event.activity) {
            self.objects |= event.activity.as_str() != vocabulary::HEADER;
            self.carriers.admit(event);
            return;
        }
        let counted = |id: &str| id.bytes().all(|byte| byte.is_ascii_digit());
        let own = self.prefix.as_ref().and_then(|prefix| event.id.as_str().strip_prefix(prefix.as_str()));
        self.foreign |= own.is_none();
        self.identified |= !own.is_some_and(counted);
        self.events.admit(event);
    }

    /// Takes note of what a log said of itself.
    pub(super) fn header(&mut self, event: &Event) {
        let own =
            event.attribute(MAPPING).and_then(Value::as_text).and_then(|text| Mapping::parse(text).ok());
        let Some(own) = own else { return };
        self.mapping.get_or_insert(own);
        let prefix = vocabulary::prefix_of(event).map(|prefix| vocabulary::prefixed(prefix, ""));
        self.foreign |= self.prefix.is_some() && self.prefix != prefix;
        self.prefix = prefix;
    }

    /// Whether the columns are those of somebody's mapping: the given one, or the one by which all that is here was read.
    pub(super) fn is_mapped(&self) -> bool {
        self.given || self.mapping.is_some() && !self.foreign && !self.objects
    }

    /// What was taken off the ids, so that they are as the log has them.
    pub(super) fn stripped(&self) -> &str {
        self.prefix.as_deref().filter(|_| self.is_mapped() && !self.foreign).unwrap_or_default()
    }

    /// The columns: those of the mapping and what it lacks, or as many as it takes to hold everything.
    pub(super) fn columns(&self) -> Mapping {
        if !self.is_mapped() {
            return self.whole();
        }
        let given = self.mapping.clone();
        let identified = self.identified || given.is_none();
        let mut mapping = given.unwrap_or_default();
        // Times are written as ISO 8601 has it, whatever they were read from.
        mapping.time_format = None;
        let mut needed = Vec::new();
        if identified && !mapping.is_whole() {
            needed.push(("id".to_owned(), Role::Id));
        }
        needed.push(("activity".to_owned(), Role::Activity));
        needed.push(("time".to_owned(), Role::Time));
        for (kind, qualifier, many) in self.events.objects.iter().cloned() {
            let told = qualifier.as_str().is_empty() || qualifier.as_str() == kind.as_str();
            let header = if told { kind.to_string() } else { format!("{kind}/{qualifier}") };
            needed.push((header, Role::Object { kind, qualifier, many }));
        }
        for (name, kind) in self.events.attributes.iter().cloned() {
            if name.as_str() != UNTIMED {
                needed.push((name.to_string(), Role::Attribute { name, kind }));
            }
        }
        for (header, role) in needed {
            match mapping.columns.iter_mut().find(|column| same(&column.role, &role)) {
                Some(column) => widen(&mut column.role, role),
                None => {
                    let mut header = header;
                    while mapping.columns.iter().any(|column| column.header == header) {
                        header.push('\'');
                    }
                    mapping.columns.push(Column { header, role });
                }
            }
        }
        mapping
    }

    /// Columns for all that the record holds, each named by what it is.
    fn whole(&self) -> Mapping {
        let mut roles = vec![Role::FullId, Role::Activity, Role::Time];
        for role in self.events.roles().chain(self.carriers.roles()) {
            match roles.iter_mut().find(|own| same(own, &role)) {
                Some(own) => widen(own, role),
                None => roles.push(role),
            }
        }
        let columns = roles.into_iter().map(|role| Column { header: role.to_string(), role });
        Mapping { columns: columns.collect(), ..Mapping::default() }
    }
}

impl Needs {
    fn admit(&mut self, event: &Event) {
        let related = event.objects.iter().map(|own| (&own.object.kind, &own.qualifier));
        several(&mut self.objects, related.collect());
        several(&mut self.links, event.links.iter().map(|own| (&own.to.kind, &own.qualifier)).collect());
        for (name, value) in &event.attributes {
            let kind = kind_of(value);
            match self.attributes.iter_mut().find(|(own, _)| own == name) {
                Some((_, own)) if *own != kind => *own = Kind::Text,
                Some(_) => {}
                None => self.attributes.push((name.clone(), kind)),
            }
        }
    }

    fn roles(&self) -> impl Iterator<Item = Role> {
        let objects = self.objects.iter().cloned();
        let objects = objects.map(|(kind, qualifier, many)| Role::Object { kind, qualifier, many });
        let attributes = self.attributes.iter().cloned();
        let attributes = attributes.map(|(name, kind)| Role::Attribute { name, kind });
        let links = self.links.iter().cloned();
        let links = links.map(|(kind, qualifier, many)| Role::Link { kind, qualifier, many });
        objects.chain(attributes).chain(links)
    }
}

/// Takes note of the types and qualifiers of one row, and which of them it has more than once.
fn several(known: &mut Vec<(ObjectType, Qualifier, bool)>, row: Vec<(&ObjectType, &Qualifier)>) {
    for (position, (kind, qualifier)) in row.iter().enumerate() {
        let again = row.iter().take(position).any(|own| *own == (*kind, *qualifier));
        match known.iter_mut().find(|(own, part, _)| own == *kind && part == *qualifier) {
            Some((.., many)) => *many |= again,
            None => known.push(((*kind).clone(), (*qualifier).clone(), again)),
        }
    }
}

/// Whether two columns are for the same thing.
fn same(one: &Role, other: &Role) -> bool {
    match (one, other) {
        (Role::Object { kind, qualifier, .. }, Role::Object { kind: own, qualifier: part, .. }) => {
            kind == own && qualifier == part
        }
        (Role::Link { kind, qualifier, .. }, Role::Link { kind: own, qualifier: part, .. }) => {
            kind == own && qualifier == part
        }
        (Role::Attribute { name, .. }, Role::Attribute { name: own, .. }) => name == own,
        _ => one == other,
    }
}

/// Makes a column fit for what it is needed for.
fn widen(role: &mut Role, needed: Role) {
    match (role, needed) {
        (Role::Object { many, .. }, Role::Object { many: needed, .. })
        | (Role::Link { many, .. }, Role::Link { many: needed, .. }) => *many |= needed,
        (Role::Attribute { kind, .. }, Role::Attribute { kind: needed, .. }) if *kind != needed => {
            *kind = Kind::Text
        }
        _ => {}
    }
}

/// The type whose column holds a value as itself.
pub(super) fn kind_of(value: &Value) -> Kind {
    if vocabulary::wrapped(value).is_some() {
        return Kind::Text;
    }
    match value {
        Value::Integer(_) => Kind::Integer,
        Value::Float(_) => Kind::Float,
        Value::Boolean(_) => Kind::Boolean,
        Value::Time(_) => Kind::Time,
        _ => Kind::Text,
    }
}
