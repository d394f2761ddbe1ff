//! What operations give of licences, certificates and entries.

use super::super::shape::Shape::{Map, Moment, Object, Text, Title, Truth, Word};
use super::super::shape::{Member, Shape, always, free, maybe};

const REPLACED: Member = maybe(
    "replaced",
    Object(&[
        always("at", Moment, "Since when."),
        maybe("by", Text, "By which, to whoever may see the case that gave that."),
    ]),
    "What took its place, where there is one of its kind at a time.",
);
/// What a case gave, without what is personal of it.
pub const GIVEN: Shape = Object(&[
    always("credential", Text, "Its name in the packs, by which it is asked for."),
    always("title", Title, "What people call it."),
    always("number", Text, "Its own number."),
    always("at", Moment, "When it was given."),
    maybe("revoked", Moment, "Since when it stands no more."),
    REPLACED,
]);
/// A document.
pub const ISSUED: &[Member] = &[
    always("credential", Text, "The name in the packs."),
    always("title", Title, "What people call it."),
    always("number", Text, "Its own number: the object that the record knows it as."),
    always("case", Text, "The case that gave it."),
    always("office", Title, "The office that gave it."),
    maybe("holder", Text, "Whose it is."),
    always("at", Moment, "When it was given."),
    always(
        "valid",
        Object(&[
            always(
                "is",
                Word(&["until", "to", "always", "unsaid"]),
                "To the end of a day, to a moment, until it is revoked, or as an answer said that was erased.",
            ),
            free("day", Text, "The last day."),
            free("at", Moment, "The moment."),
        ]),
        "How long it is valid.",
    ),
    always("over", Truth, "Whether that time has passed."),
    maybe("revoked", Moment, "Since when it stands no more."),
    REPLACED,
    always("corrected", Truth, "Whether what it shows was corrected after it was given."),
    maybe("delivered", Moment, "When it was handed over."),
    always("shows", Map(&Text), "The answers that it shows, as people type them."),
    always("receipt", Text, "What proves that it was given, which anyone can check without asking here."),
];
