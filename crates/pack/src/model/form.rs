use super::{Condition, Id, MaterialUse};
use crate::Title;
use crate::problem::Place;

/// Fields in the order in which people are asked.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// The heading, where the fields are a shared group.
    pub title: Option<Title>,
    /// The fields.
    pub fields: Vec<Field>,
    /// The papers that answers to them call for, where the fields are a shared group.
    pub materials: Vec<MaterialUse>,
}

impl Form {
    /// The field named `id`.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id.as_str() == id)
    }

    /// Makes every answer personal of which the pack does not say itself whether it is.
    pub fn seal(&mut self) {
        for field in self.fields.iter_mut().filter(|field| !field.stated) {
            field.personal = true;
        }
    }
}

/// One question of a form.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name, unique in the form.
    pub id: Id,
    /// The question.
    pub title: Title,
    /// What an answer is.
    pub kind: FieldKind,
    /// Whether an answer is needed where the field is shown.
    pub required: bool,
    /// When the field is shown, over the form's other fields; without: always.
    pub when: Option<Condition>,
    /// Rules that the answer must keep; the first that it breaks is told.
    pub checks: Vec<Check>,
    /// The step that is to be done at the moment, or on the day, that the answer says.
    pub plans: Option<Plan>,
    /// Help under the question.
    pub hint: Option<Title>,
    /// Personal: sealed under the applicant's key.
    pub personal: bool,
    /// Whether the pack itself says that it is personal or not; what it leaves open goes by who starts the procedure.
    pub stated: bool,
    /// The heading of the group that it came from, shown before the group's first field.
    pub group: Option<Title>,
}

/// A step for which an answer says when it is to be: not before the time is over that [it waits for](super::Step::not_before).
#[derive(Clone, Debug)]
pub struct Plan {
    /// The step.
    pub step: Id,
    /// Where it is said.
    pub place: Place,
}

/// A rule that an answer must keep, by itself or beside others.
#[derive(Clone, Debug)]
pub struct Check {
    /// What must hold.
    pub must: Condition,
    /// What to say where it does not.
    pub title: Title,
}

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line.
    Text,
    /// Several lines.
    LongText,
    /// A whole number within bounds, where given.
    Integer {
        /// The least that is right.
        min: Option<i64>,
        /// The greatest that is right.
        max: Option<i64>,
    },
    /// An amount of money in yuan, kept in fen.
    Money,
    /// A day.
    Date,
    /// A day and a time of day.
    Moment,
    /// Yes or no.
    Truth,
    /// One of some.
    Choice(Vec<Choice>),
    /// Any of some.
    Choices(Vec<Choice>),
    /// A resident identity number of 18 characters (GB 11643), its check digit checked.
    IdentityNumber,
    /// A telephone number.
    Phone,
    /// A street address.
    Address,
    /// A vehicle's number plate (GA 36).
    Plate,
    /// A vehicle identification number of 17 characters (GB 16735), its check digit checked.
    Vin,
    /// A unified social credit code of 18 characters (GB 32100), its check digit checked.
    CreditCode,
    /// An attached file.
    File,
    /// Another object of the record, of this type.
    Object(Id),
}

impl FieldKind {
    /// The word by which packs name it; what an object is of, they say after it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long-text",
            Self::Integer { .. } => "integer",
            Self::Money => "money",
            Self::Date => "date",
            Self::Moment => "moment",
            Self::Truth => "truth",
            Self::Choice(_) => "choice",
            Self::Choices(_) => "choices",
            Self::IdentityNumber => "identity-number",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Plate => "plate",
            Self::Vin => "vin",
            Self::CreditCode => "credit-code",
            Self::File => "file",
            Self::Object(_) => "object",
        }
    }

    /// Whether what an office enters of its own duties tells of somebody unless the pack says that it does not: words in
    /// which anything may stand, and what belongs to a person as such.
    pub fn tells_of_people(&self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::LongText
                | Self::IdentityNumber
                | Self::Phone
                | Self::Address
                | Self::Plate
                | Self::Vin
                | Self::File
        )
    }
}

/// One answer of those to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its name in conditions.
    pub id: Id,
    /// What people read.
    pub title: Title,
}
