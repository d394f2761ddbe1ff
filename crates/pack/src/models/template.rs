use std::fmt;
use std::sync::LazyLock;

/// The form of a constraint. In those with two patterns `first` and `second` are the two as the constraint is written,
/// in the order in which the events come; in a precedence it is the second that activates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Template {
    /// At least that many events.
    Existence(u32),
    /// Fewer than that many events.
    Absence(u32),
    /// That many events.
    Exactly(u32),
    /// The trace begins so.
    Init,
    /// The trace ends so.
    End,
    /// One of two happens, or both.
    Choice,
    /// One of two happens, and not both.
    ExclusiveChoice,
    /// Where the first happens the second does, before or after.
    RespondedExistence,
    /// Each of the two asks for the other.
    CoExistence,
    /// After the first comes the second.
    Response,
    /// After the first comes the second, before the first comes again.
    AlternateResponse,
    /// Right after the first comes the second.
    ChainResponse,
    /// Before the second came the first.
    Precedence,
    /// Before the second came the first, after the second had come last.
    AlternatePrecedence,
    /// Right before the second came the first.
    ChainPrecedence,
    /// Response and precedence.
    Succession,
    /// Alternate response and alternate precedence.
    AlternateSuccession,
    /// Chain response and chain precedence.
    ChainSuccession,
    /// Where the first happens the second does not.
    NotRespondedExistence,
    /// Neither of the two happens beside the other.
    NotCoExistence,
    /// After the first the second does not come.
    NotResponse,
    /// Before the second the first did not come.
    NotPrecedence,
    /// Right after the first the second does not come.
    NotChainResponse,
    /// Right before the second the first did not come.
    NotChainPrecedence,
    /// Not response and not precedence.
    NotSuccession,
    /// Not chain response and not chain precedence.
    NotChainSuccession,
}

/// What a constraint asks of a trace: one thing, or two where it looks both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clause {
    /// How often the first pattern's events come: at least, at most.
    Count {
        /// At least.
        least: u32,
        /// At most; without, any number.
        most: Option<u32>,
    },
    /// The trace's first event is of the pattern.
    First,
    /// The trace's last event is of the pattern.
    Last,
    /// Events of one pattern, or of both unless `one`, come.
    Choice {
        /// Whether it is one of the two and not both.
        one: bool,
    },
    /// Each activation has, or has not, a target.
    Relation(Relation),
}

/// How an activation looks for its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// Whether the second pattern activates and the first is the target.
    pub exchanged: bool,
    /// Where the target is looked for.
    pub side: Side,
    /// How far.
    pub reach: Reach,
    /// Whether there must be none.
    pub forbids: bool,
}

/// Where a target is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// After the activation.
    After,
    /// Before it.
    Before,
    /// On both sides.
    Either,
}

/// How far a target may be from its activation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere in the trace.
    Trace,
    /// Not beyond the next, or the last, activation.
    Alternate,
    /// Right beside.
    Chain,
}

impl Template {
    /// All forms, each with its name; of those that count, the count 1.
    pub const ALL: [(&'static str, Self); 26] = [
        ("existence", Self::Existence(1)),
        ("absence", Self::Absence(1)),
        ("exactly", Self::Exactly(1)),
        ("init", Self::Init),
        ("end", Self::End),
        ("choice", Self::Choice),
        ("exclusive choice", Self::ExclusiveChoice),
        ("responded existence", Self::RespondedExistence),
        ("co-existence", Self::CoExistence),
        ("response", Self::Response),
        ("alternate response", Self::AlternateResponse),
        ("chain response", Self::ChainResponse),
        ("precedence", Self::Precedence),
        ("alternate precedence", Self::AlternatePrecedence),
        ("chain precedence", Self::ChainPrecedence),
        ("succession", Self::Succession),
        ("alternate succession", Self::AlternateSuccession),
        ("chain succession", Self::ChainSuccession),
        ("not responded existence", Self::NotRespondedExistence),
        ("not co-existence", Self::NotCoExistence),
        ("not response", Self::NotResponse),
        ("not precedence", Self::NotPrecedence),
        ("not chain response", Self::NotChainResponse),
        ("not chain precedence", Self::NotChainPrecedence),
        ("not succession", Self::NotSuccession),
        ("not chain succession", Self::NotChainSuccession),
    ];

    /// All forms, each with the word by which packs name it: `not-chain-response`.
    pub fn keys() -> &'static [(String, Self)] {
        static KEYS: LazyLock<Vec<(String, Template)>> =
            LazyLock::new(|| Template::ALL.map(|(name, form)| (name.replace(' ', "-"), form)).into());
        &KEYS
    }

    /// The word by which packs name it.
    pub fn key(self) -> String {
        self.name().replace(' ', "-")
    }

    fn name(self) -> &'static str {
        let same = |other: Self| std::mem::discriminant(&self) == std::mem::discriminant(&other);
        Self::ALL.iter().find(|(_, other)| same(*other)).map_or("", |(name, _)| name)
    }

    /// Whether it is a choice: of its two patterns neither activates.
    pub fn is_choice(self) -> bool {
        matches!(self, Self::Choice | Self::ExclusiveChoice)
    }

    /// The form of that name, whatever its capitals, blanks and hyphens; a count may stand at its end, as in `Absence2`.
    pub fn named(name: &str) -> Option<Self> {
        let plain = plain(name);
        let letters = plain.trim_end_matches(|letter: char| letter.is_ascii_digit());
        let count = plain.get(letters.len()..).filter(|digits| !digits.is_empty());
        let count = count.map(str::parse::<u32>).transpose().ok()?;
        let form = Self::ALL.iter().find(|(other, _)| self::plain(other) == letters)?.1;
        match (form, count) {
            (form, None) => Some(form),
            (Self::Existence(_), Some(count)) if count > 0 => Some(Self::Existence(count)),
            (Self::Absence(_), Some(count)) if count > 0 => Some(Self::Absence(count)),
            (Self::Exactly(_), Some(count)) => Some(Self::Exactly(count)),
            _ => None,
        }
    }

    /// Whether it speaks of two patterns.
    pub fn is_binary(self) -> bool {
        !matches!(self, Self::Existence(_) | Self::Absence(_) | Self::Exactly(_) | Self::Init | Self::End)
    }

    /// Whether the second pattern is what activates: in the precedences.
    pub fn is_activated_by_second(self) -> bool {
        matches!(
            self,
            Self::Precedence
                | Self::AlternatePrecedence
                | Self::ChainPrecedence
                | Self::NotPrecedence
                | Self::NotChainPrecedence
        )
    }

    /// What it asks of a trace, one thing after the other.
    pub fn clauses(self) -> Vec<Clause> {
        use Reach::{Alternate, Chain, Trace};
        use Side::{After, Before, Either};
        let one = |side, reach, forbids| {
            vec![Clause::Relation(Relation { exchanged: side == Before, side, reach, forbids })]
        };
        let both = |reach, forbids| [one(After, reach, forbids), one(Before, reach, forbids)].concat();
        let beside = |forbids| {
            let relation = |exchanged| Relation { exchanged, side: Either, reach: Trace, forbids };
            vec![Clause::Relation(relation(false)), Clause::Relation(relation(true))]
        };
        match self {
            Self::Existence(count) => vec![Clause::Count { least: count, most: None }],
            Self::Absence(count) => vec![Clause::Count { least: 0, most: Some(count.saturating_sub(1)) }],
            Self::Exactly(count) => vec![Clause::Count { least: count, most: Some(count) }],
            Self::Init => vec![Clause::First],
            Self::End => vec![Clause::Last],
            Self::Choice => vec![Clause::Choice { one: false }],
            Self::ExclusiveChoice => vec![Clause::Choice { one: true }],
            Self::RespondedExistence => one(Either, Trace, false),
            Self::NotRespondedExistence => one(Either, Trace, true),
            Self::CoExistence => beside(false),
            Self::NotCoExistence => beside(true),
            Self::Response => one(After, Trace, false),
            Self::AlternateResponse => one(After, Alternate, false),
            Self::ChainResponse => one(After, Chain, false),
            Self::Precedence => one(Before, Trace, false),
            Self::AlternatePrecedence => one(Before, Alternate, false),
            Self::ChainPrecedence => one(Before, Chain, false),
            Self::NotResponse => one(After, Trace, true),
            Self::NotPrecedence => one(Before, Trace, true),
            Self::NotChainResponse => one(After, Chain, true),
            Self::NotChainPrecedence => one(Before, Chain, true),
            Self::Succession => both(Trace, false),
            Self::AlternateSuccession => both(Alternate, false),
            Self::ChainSuccession => both(Chain, false),
            Self::NotSuccession => both(Trace, true),
            Self::NotChainSuccession => both(Chain, true),
        }
    }
}

/// A name's letters and digits.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name();
        match self {
            Self::Existence(count) | Self::Absence(count) | Self::Exactly(count) => {
                write!(f, "{name} {count}")
            }
            _ => f.write_str(name),
        }
    }
}
