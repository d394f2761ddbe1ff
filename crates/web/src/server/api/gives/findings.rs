use super::super::shape::Shape::{Count, List, Map, Moment, Object, Text, Title, Truth, Word};
use super::super::shape::{Member, always, maybe};
use super::{AT_PAGE, PAGES, TOTAL};

/// How bad a breach of a model can be.
pub const SEVERITIES: &[&str] = &["notice", "minor", "serious", "grave"];
const SEVERITY: Member = always("severity", Word(SEVERITIES), "How bad it is.");
const A_MODEL: Member = always("model", Text, "The model.");
const MUST: Member = always("title", Title, "What must hold.");
const ENDED: Member = always("ended", Truth, "Whether it is closed.");
const HOW_FAR: Member = maybe("stage", Title, "The open step, or how it was closed.");
const A_FINDING: Member = always("case", Text, "Its number.");
/// What oversight found.
pub const FINDINGS: &[Member] = &[
    always(
        "findings",
        List(&Object(&[
            A_FINDING,
            MUST,
            SEVERITY,
            always("office", Title, "Whose work it was."),
            ENDED,
            HOW_FAR,
            maybe("found", Moment, "When it was found."),
            maybe("due", Moment, "When it is to be cleared."),
        ])),
        "Those that are asked for.",
    ),
    always(
        "groups",
        List(&Object(&[
            A_MODEL,
            MUST,
            always("office", Text, "The office."),
            SEVERITY,
            always("open", Count, "How many are open."),
            always("all", Count, "How many there ever were."),
            maybe("oldest", Moment, "When the oldest open one was found."),
        ])),
        "Open findings of one model in one office.",
    ),
    always("open", Map(&Count), "How many are open, by severity."),
    always("late", Count, "How many of these should be cleared by now."),
    always(
        "closed",
        Count,
        "How many were closed in the last thirty days, those that went with their model not among them.",
    ),
    always("days", List(&Count), "How many were open at the end of each of the last days, the last one now."),
    TOTAL,
    AT_PAGE,
    PAGES,
];
/// A finding.
pub const FINDING: &[Member] = &[
    A_FINDING,
    A_MODEL,
    MUST,
    SEVERITY,
    always("office", Text, "Whose work it was."),
    ENDED,
    HOW_FAR,
    always("objects", List(&Text), "The cases that it is about."),
    maybe("at", Moment, "Since when it is certain."),
    maybe("deadline", Moment, "The deadline that went by."),
    always("edition", Text, "The edition of the packs under which it was found."),
    always(
        "evidence",
        List(&Object(&[
            always("entry", Count, "The entry; `/api/record/entries/{entry}` gives its proof."),
            always("what", Title, "What happened."),
            always("at", Moment, "When."),
            always("asked", Truth, "Whether it is the event that asked for something."),
        ])),
        "The events that prove it.",
    ),
];
/// Models.
pub const MODELS: &[Member] = &[
    always(
        "models",
        List(&Object(&[
            A_MODEL,
            MUST,
            SEVERITY,
            always("origin", Title, "The procedure from which it follows, or the pack that holds it."),
            always("runs", Truth, "Whether it runs over the record."),
            always("open", Count, "How many findings are open."),
        ])),
        "Those that are asked for.",
    ),
    TOTAL,
    AT_PAGE,
    PAGES,
];
/// A model.
pub const MODEL: &[Member] = &[
    A_MODEL,
    MUST,
    SEVERITY,
    always("words", List(&Text), "It in plain words."),
    maybe("idle", Title, "Why it does not run over the record."),
    always("source", Text, "It as a pack would have it."),
];
