use super::typing::Type;
use crate::Title;
use smol_str::SmolStr;

/// One listed value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The value as stored and as written in conditions.
    pub value: SmolStr,
    /// What people read.
    pub title: Title,
}

/// The listed values of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    all: Vec<Choice>,
}

impl FromIterator<Choice> for Choices {
    fn from_iter<I: IntoIterator<Item = Choice>>(choices: I) -> Self {
        Self { all: choices.into_iter().collect() }
    }
}

impl Choices {
    /// Each of them, in the order in which they were listed.
    pub fn iter(&self) -> impl Iterator<Item = &Choice> {
        self.all.iter()
    }

    /// The one whose value is `value`.
    pub fn get(&self, value: &str) -> Option<&Choice> {
        self.all.iter().find(|choice| choice.value == value)
    }

    /// Whether `value` is one of them.
    pub fn contains(&self, value: &str) -> bool {
        self.get(value).is_some()
    }

    /// The values in quotes, the first eight of them.
    pub(super) fn listed(&self) -> String {
        let mut shown: Vec<String> =
            self.all.iter().take(8).map(|choice| format!("`\"{}\"`", choice.value)).collect();
        if self.all.len() > shown.len() {
            shown.push("…".to_owned());
        }
        shown.join(", ")
    }
}

/// Named fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// What messages call it.
    pub name: SmolStr,
    fields: Vec<Field>,
    /// Whether there may be fields that are not known.
    open: bool,
}

impl Schema {
    /// A schema of `fields`; of two with one id the later counts.
    pub fn new(name: impl AsRef<str>, fields: impl IntoIterator<Item = Field>) -> Self {
        let mut kept: Vec<Field> = Vec::new();
        for field in fields {
            kept.retain(|earlier| earlier.id != field.id);
            kept.push(field);
        }
        Self { name: SmolStr::new(name), fields: kept, open: false }
    }

    /// The same schema, where other fields may be there too: of what they hold nothing is known.
    #[must_use]
    pub fn open_if(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    /// Whether other fields may be there than those that are known.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// The fields in order.
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The field whose id is `id`, to the letter.
    pub fn exact(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }

    /// The field that `name` means in `form.name`: the id itself, or else the one id that has `-` for `_`.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.exact(name).or_else(|| self.fields.iter().find(|field| field.id.replace('-', "_") == name))
    }
}

/// One field of a schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its key, such as `child-name`, which expressions write `child_name` or `["child-name"]`.
    pub id: SmolStr,
    /// The type of its value.
    pub ty: Type,
    /// Whether it may be absent even in a complete object.
    pub optional: bool,
    /// What people read.
    pub title: Title,
}

impl Field {
    /// A required field titled with its id.
    pub fn new(id: impl AsRef<str>, ty: Type) -> Self {
        let id = SmolStr::new(id);
        Self { title: Title::same(&id), id, ty, optional: false }
    }

    /// The same field, titled.
    #[must_use]
    pub fn titled(mut self, zh: &str, en: &str) -> Self {
        self.title = Title::new(zh, en);
        self
    }

    /// The same field, which may be absent.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}
