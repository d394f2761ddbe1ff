use super::super::shape::Shape::{Moment, Text, Truth};
use super::super::shape::{Member, always, maybe};

/// The applicant who was found.
pub const APPLICANT: &[Member] = &[
    maybe("person", Text, "Who: `person:…`; null: nobody has this number or name."),
    maybe("name", Text, "Their own name, to compare with their card."),
    maybe("numbered", Truth, "Whether an identity number stands on their account."),
    maybe("waits", Truth, "Whether they have yet to choose a password, and may be given another code."),
];
/// The applicant whose number was put right.
pub const NUMBERED: &[Member] = &[
    always("person", Text, "Whose: `person:…`."),
    always("numbered", Truth, "Whether an identity number stands on their account now."),
];
/// What the holder of an account takes home that was opened at a counter.
pub const SLIP: &[Member] = &[
    always("person", Text, "Whose it is: `person:…`."),
    maybe("login", Text, "The name to sign in by."),
    maybe("code", Text, "The one-time code, which is told this once."),
    maybe("until", Moment, "Until when it holds."),
];
