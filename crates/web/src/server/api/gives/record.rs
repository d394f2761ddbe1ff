//! What the record itself is asked for.

use crate::server::api::shape::Shape::{Count, List, Moment, Object, Text, Title, Truth, Word};
use crate::server::api::shape::{Member, Shape, always, free, maybe};

/// A signed checkpoint.
pub const CHECKPOINT: &[Member] = &[
    always("origin", Text, "The name of the log."),
    always("size", Count, "How many entries it covers."),
    always("root", Text, "Its root."),
    always("note", Text, "The signed note."),
    always("key", Text, "The key that checks it."),
];
/// How the record is.
pub const HEALTH: &[Member] = &[
    always("entries", Count, "How many entries there are."),
    always("objects", Count, "How many objects they are about."),
    always("bytes", Count, "How much the store takes."),
    always("store", Text, "The kind of store."),
    maybe(
        "verified",
        Object(&[
            always("at", Moment, "When."),
            always("entries", Count, "How many entries were checked."),
            maybe("found", Title, "What was found; null: all is as it was written."),
        ]),
        "The last time that the whole record was verified.",
    ),
    always("verifying", Truth, "Whether it is being verified now."),
    always("at", Moment, "When this was drawn up."),
];
/// That it is being verified.
pub const VERIFYING: &[Member] = &[always("verifying", Truth, "That it is being verified now.")];
const OTHER: Shape = Object(&[always("entry", Count, "Its entry."), always("event", Text, "Its id.")]);
/// An entry with its proof.
pub const ENTRY: &[Member] = &[
    always("entry", Count, "The entry."),
    always("event", Text, "The event's id."),
    always("what", Title, "What happened."),
    always("at", Moment, "When."),
    maybe("by", Text, "By whom."),
    maybe("purpose", Title, "Under which purpose."),
    maybe("cause", OTHER, "The event that caused it."),
    maybe("corrects", OTHER, "The event that it corrects."),
    maybe("corrected", OTHER, "The event that corrects it."),
    always(
        "objects",
        List(&Object(&[
            always("part", Text, "The part that it plays."),
            always("object", Text, "`type:id`."),
        ])),
        "What it is about.",
    ),
    always("leaf", Text, "The digest of the entry."),
    always("proof", Text, "A receipt for it: its line with the proof that it is on the record."),
];
/// What a receipt proves.
pub const PROVEN: &[Member] = &[
    always("origin", Text, "The name of the log."),
    always("entry", Count, "The entry."),
    always("size", Count, "How many entries the checkpoint covers."),
    maybe("at", Moment, "When the checkpoint was signed, where witnesses say so."),
    always("leaf", Text, "The digest of the entry."),
    always("witnesses", List(&Text), "Who signed the checkpoint besides the log."),
    maybe(
        "standing",
        Object(&[
            always(
                "is",
                Word(&["stands", "revoked", "replaced"]),
                "Whether that stands today, was taken back, or a later one took its place.",
            ),
            free("at", Moment, "Since when it does not."),
        ]),
        "Where the receipt proves that something was given.",
    ),
];
