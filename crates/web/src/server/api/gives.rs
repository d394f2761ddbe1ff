//! What operations for programs give.

mod counter;
mod findings;
mod issued;
mod maps;
mod record;

pub use counter::{APPLICANT, NUMBERED, SLIP};
pub use findings::{FINDING, FINDINGS, MODEL, MODELS, SEVERITIES};
pub use issued::{GIVEN, ISSUED};
pub use maps::MAP;
pub use record::{CHECKPOINT, ENTRY, HEALTH, PROVEN, VERIFYING};

use super::shape::Shape::{Count, List, Map, Moment, Object, Text, Title, Truth, Within, Word};
use super::shape::{Member, Shape, always, free, maybe};

/// Which part of a long list.
pub const PAGE: &[Member] = &[
    free("page", Count, "Which page, counted from 1."),
    free("per", Count, "How many on a page: at most 200, 50 where it is not said."),
];
/// Which part of what happened in a case, and what for it is read.
pub const TOLD: &[Member] = &[
    free("page", Count, "Which page, counted from 1."),
    free("per", Count, "How many on a page: at most 200, 50 where it is not said."),
    free("purpose", Text, "What for."),
];
const TOTAL: Member = always("total", Count, "How many there are in all.");
const AT_PAGE: Member = always("page", Count, "The page, counted from 1.");
const PAGES: Member = always("pages", Count, "How many pages there are.");
const LEFT: Member = maybe(
    "left",
    Object(&[
        always("amount", Count, "How many."),
        always("unit", Word(&["minutes", "hours", "workhours", "days", "workdays"]), "Of what."),
    ]),
    "While it stands still: how much is left once it goes on, where that is known.",
);
const NAMED: &[Member] =
    &[always("id", Text, "The name in the packs."), always("title", Title, "What people call it.")];
const A_POST: Shape = Object(&[always("role", Text, "The role."), always("office", Text, "The office.")]);

/// Who somebody is.
pub const WHO: &[Member] = &[
    always("person", Text, "Who: `person:…`."),
    always("name", Text, "Their own name."),
    maybe("post", A_POST, "The post in which they act; null: for themselves."),
    always("posts", List(&A_POST), "The posts that they hold."),
];
/// A new session.
pub const SIGNED_IN: &[Member] = &[
    always("token", Text, "To be sent with each request as `Authorization: Bearer …`."),
    always("person", Text, "Who: `person:…`."),
    maybe("post", A_POST, "The post in which they act; null: for themselves."),
    always("posts", List(&A_POST), "The posts that they hold."),
];
/// Readings of personal data.
pub const READINGS: &[Member] = &[
    always(
        "readings",
        List(&Object(&[
            always("at", Moment, "When."),
            maybe("by", Text, "By whom."),
            maybe("office", Title, "In which office."),
            maybe("purpose", Title, "Under which purpose."),
            always("fields", List(&Text), "What was read."),
            maybe("case", Text, "In which case."),
        ])),
        "Every time that somebody read one's personal data, the latest first.",
    ),
    TOTAL,
    AT_PAGE,
    PAGES,
];

const FIELD: Shape = Object(&[
    always("id", Text, "Its name, for answers."),
    always("title", Title, "The question."),
    always("kind", Text, "What an answer is: `text`, `date`, `money`…"),
    always("required", Truth, "Whether it must be answered."),
    maybe("when", Text, "The condition under which it is asked, in CEL."),
    always("choices", List(&Object(NAMED)), "What may be chosen."),
    always("personal", Truth, "Whether the answer is sealed."),
]);
/// Services, and their categories.
pub const SERVICES: &[Member] = &[
    always(
        "services",
        List(&Object(&[
            always("id", Text, "The name in the packs."),
            always("title", Title, "What people call it."),
            maybe("about", Title, "What it is for."),
            always("category", Text, "Its category."),
            maybe("item", Text, "Its number in the city's list of services."),
        ])),
        "The best answers first where something was looked for.",
    ),
    always("categories", List(&Object(NAMED)), "The categories that services are of."),
];
const LAW: Shape = Object(&[
    always("instrument", Text, "The law or regulation."),
    always("article", Text, "The article."),
    always("quote", Text, "Its words."),
]);
const CHARGE: Member = maybe(
    "charge",
    Word(&["free", "amount", "set-by"]),
    "Nothing, so much, or what somebody else sets; null while an answer that decides it is missing.",
);
const FEN: Member = free("fen", Count, "The amount, in fen.");
const SET_BY: Member = free("set_by", Title, "Who sets it.");
/// One service.
pub const SERVICE: &[Member] = &[
    always("id", Text, "The name in the packs."),
    always("title", Title, "What people call it."),
    maybe("about", Title, "What it is for."),
    always("category", Text, "Its category."),
    maybe("item", Text, "Its number in the city's list of services."),
    always("channels", List(&Text), "Where it can be asked for."),
    maybe("started_by", Text, "The role whose duty it is to begin one; null where people apply."),
    always("offices", List(&Object(NAMED)), "The offices that handle it."),
    always("law", List(&LAW), "What it rests on."),
    maybe("limit", Text, "The deadline of the law for deciding, as the packs name it."),
    always("form", List(&FIELD), "What is asked."),
    always(
        "materials",
        List(&Object(&[
            always("id", Text, "The name in the packs."),
            always("title", Title, "What people call it."),
            always("optional", Truth, "Whether it may be left out."),
            maybe("when", Text, "The condition under which it is asked for, in CEL."),
        ])),
        "The papers that are asked for.",
    ),
    always(
        "fees",
        List(&Object(&[
            always("id", Text, "The name in the packs."),
            always("title", Title, "What people call it."),
            maybe("basis", Title, "What it rests on, where that is no law."),
            always(
                "tiers",
                List(&Object(&[
                    CHARGE,
                    FEN,
                    SET_BY,
                    maybe("when", Text, "The condition under which it is so, in CEL."),
                    maybe("law", LAW, "The law that says so."),
                ])),
                "The first whose condition holds counts.",
            ),
        ])),
        "What it costs.",
    ),
    always("effective", Text, "The first day on which it can be asked for."),
    maybe(
        "replaced",
        Object(&[
            always("from", Text, "The day from which another is asked for in its place."),
            always("by", Text, "Which."),
        ]),
        "What comes after it.",
    ),
    always(
        "steps",
        List(&Object(&[
            always("id", Text, "The name in the packs."),
            always("title", Title, "What people call it."),
            always("role", Text, "Whose it is."),
            always("form", List(&FIELD), "What doing it records."),
            always(
                "outcomes",
                List(&Object(&[
                    always("id", Text, "The name in the packs."),
                    always("title", Title, "What people call it."),
                    always("reasons", Truth, "Whether reasons are needed."),
                ])),
                "How it can end.",
            ),
        ])),
        "Its course.",
    ),
];
/// A case that was begun.
pub const BEGUN: &[Member] =
    &[always("case", Text, "The case's number."), always("seen", Count, "How many events it has.")];
const STAGE: Shape = Object(&[
    always("is", Word(&["draft", "open", "correcting", "ended"]), "How far it is."),
    free("at", Moment, "When it ended."),
    free("how", Text, "How it ended."),
]);
/// Cases of one person.
pub const CASES: &[Member] = &[
    always(
        "cases",
        List(&Object(&[
            always("case", Text, "The case's number."),
            always("service", Text, "What it is a case of."),
            always("office", Text, "Where it is handled."),
            always("started", Moment, "When it was begun."),
            maybe("submitted", Moment, "When it was handed in."),
            always("stage", STAGE, "How far it is."),
        ])),
        "The newest first.",
    ),
    TOTAL,
    AT_PAGE,
    PAGES,
];
/// What can be done in a case, as [`super::case::possible`] tells it.
pub const POSSIBLE: Shape = List(&Object(&[
    always("action", Text, "The action, as it stands in the path; `materials` where files are attached."),
    always("title", Title, "What people call it."),
    free("step", Text, "Of which step."),
    free("outcomes", List(&Text), "How the step may end."),
    free("clock", Text, "Of which clock."),
    free("complaint", Count, "Of which complaint."),
    free("material", Text, "Of which material."),
]));
/// How the same person could do what they were denied.
pub const WAYS: Shape = List(&Object(&[
    always("title", Text, "In words, in the language that was asked for."),
    maybe("post", A_POST, "The post to act in; null: for themselves."),
    maybe("purpose", Text, "The purpose to state; null: none."),
]));
const FILE: Shape = Object(&[
    maybe("name", Text, "The name that it was given; of a personal one to the party alone."),
    always("size", Count, "Its size in bytes."),
    always("media_type", Text, "What it is, found from its content."),
    always("digest", Text, "By which it is asked for and taken back."),
    always("personal", Truth, "Whether it is sealed, and read under a purpose alone."),
]);
/// A case as it stands.
pub const CASE: &[Member] = &[
    always("case", Text, "The case's number."),
    always("seen", Count, "How many events it has."),
    always("service", Text, "What it is a case of."),
    always("office", Text, "Where it is handled."),
    always("channel", Text, "Where it was asked for."),
    maybe("started", Moment, "When it was begun."),
    maybe("submitted", Moment, "When it was handed in."),
    always("stage", STAGE, "How far it is."),
    always("answers", Map(&Text), "Answers by field, as people type them; personal ones to the party alone."),
    maybe("erased", Moment, "When what was personal of it was last destroyed; null: never."),
    maybe(
        "put_right",
        Moment,
        "When what the office wrote down was last corrected after the case was over; null: never.",
    ),
    always(
        "sealed",
        List(&Text),
        "What is read under a purpose alone: fields that are answered, and, as `said.reasons`, `said.corrections`, \
         `said.complaints` and `said.rating`, what was written in the case.",
    ),
    always(
        "purposes",
        List(&Object(NAMED)),
        "The purposes under which the reader may read that; none where a policy needs none, or permits none.",
    ),
    always(
        "typed",
        Map(&Text),
        "What was typed by field and cannot be read as an answer: it is kept, and is none; to the party alone.",
    ),
    always(
        "corrected",
        List(&Object(&[
            always("correction", Count, "Which correction of the case it was, from 1."),
            maybe(
                "at",
                Moment,
                "When that was handed in; null while it waits for the party, who alone is told of it then.",
            ),
            always("id", Text, "The field or material."),
            always("title", Title, "What people call it."),
            always("asked", Truth, "Whether the office asked for it."),
            always("changed", Truth, "Whether it became another than it was."),
            maybe("before", Text, "The answer that stood before; personal ones to the party alone."),
            maybe("after", Text, "The answer that stood after; personal ones to the party alone."),
            always(
                "files",
                List(&FILE),
                "The files that it took the place of: they are read at the same address as those that stand.",
            ),
        ])),
        "What each correction was about and all that was changed with it, in order.",
    ),
    always(
        "missing",
        Map(&Text),
        "What is missing or wrong before it can be handed in, to whoever fills it in.",
    ),
    always(
        "fees",
        List(&Object(&[always("title", Title, "What people call it."), CHARGE, FEN, SET_BY])),
        "What it costs.",
    ),
    maybe(
        "correction",
        Object(&[
            always("at", Moment, "When it was asked for."),
            maybe("due", Moment, "By when it is to be answered."),
            always("notes", Map(&Text), "What is wrong, by field or material; empty while it is sealed."),
        ]),
        "The correction that waits for the party.",
    ),
    always(
        "materials",
        List(&Object(&[
            always("id", Text, "The name in the packs."),
            always("title", Title, "What people call it."),
            always("needed", Truth, "Whether it is asked for, given the answers so far."),
            always("optional", Truth, "Whether it may be left out."),
            always("files", List(&FILE), "The files that it has."),
        ])),
        "The papers.",
    ),
    always(
        "steps",
        List(&Object(&[
            always("id", Text, "The name in the packs."),
            always("title", Title, "What people call it."),
            always("office", Text, "Where it is done, or will be."),
            always(
                "status",
                Word(&["waiting", "open", "done", "skipped", "unreached"]),
                "Where it stands; `waiting`: its turn has not come; `unreached`: the case was over before it was done.",
            ),
            maybe("holder", Text, "Who took it."),
            maybe("by", Text, "Who did it; null where silence counted as an answer."),
            maybe("outcome", Text, "How it ended."),
            maybe("reasons", Text, "Why; null while it is sealed."),
            maybe("at", Moment, "When it ended."),
        ])),
        "All steps, in the order of the procedure.",
    ),
    always(
        "clocks",
        List(&Object(&[
            always("id", Text, "The name in the packs."),
            always("title", Title, "What people call it."),
            always("started", Moment, "When it started."),
            maybe("stopped", Moment, "When it stopped."),
            maybe("due", Moment, "When it runs out, or ran out; null while it stands still."),
            LEFT,
            always(
                "standing",
                Word(&["ahead", "soon", "late", "paused", "kept", "missed", "over", "none"]),
                "How that stands; `over`: the case was over before, so that nobody kept it.",
            ),
            maybe("promised", Moment, "By when the office wants to be done, within the law's limit."),
            maybe("stands", Moment, "Since when it stands still, where it does."),
            always("counted", Title, "How its days are counted, in words."),
        ])),
        "The clocks that have started.",
    ),
    always("given", List(&GIVEN), "What the case gave."),
    always(
        "complaints",
        List(&Object(&[
            maybe("words", Text, "What about; null while it is sealed."),
            always("at", Moment, "When."),
            maybe("reply", Text, "The answer; null while there is none, or while it is sealed."),
            maybe("replied", Moment, "When it was answered."),
            maybe("closed", Moment, "When it was closed without one: its words were erased."),
        ])),
        "Complaints, the first first.",
    ),
    maybe(
        "rating",
        Object(&[
            always("stars", Within(1, 5), "One to five."),
            maybe("words", Text, "In words; null while they are sealed."),
        ]),
        "How well its party was served, as they say.",
    ),
    always("possible", POSSIBLE, "What the reader can do now."),
];
const CORRECTED: Shape = Object(&[
    always("title", Title, "The question."),
    maybe("before", Text, "What stood before; personal answers to the party alone."),
    maybe("after", Text, "What stands now; likewise."),
]);
/// What happened in a case.
pub const HISTORY: &[Member] = &[
    always(
        "events",
        List(&Object(&[
            always("at", Moment, "When."),
            always("what", Title, "What."),
            maybe("by", Text, "By whom."),
            maybe("office", Title, "Where."),
            maybe("words", Text, "In words, as far as they are not sealed."),
            maybe("corrected", CORRECTED, "The answer that it put right."),
            maybe("entry", Count, "Its entry on the record, for supervisors."),
        ])),
        "What happened in the case, the latest first.",
    ),
    TOTAL,
    AT_PAGE,
    PAGES,
];
/// Personal answers in clear.
pub const OPENED: &[Member] = &[
    always("purpose", Text, "The purpose, which is on the record with the reading."),
    always("answers", Map(&Text), "Every answer to the form."),
    always("steps", Map(&Map(&Text)), "What the steps recorded."),
];
/// Files of a material.
pub const ATTACHED: &[Member] = &[
    always("seen", Count, "How many events the case has."),
    always("files", List(&FILE), "The files that the material has."),
];
/// A receipt.
pub const RECEIPT: &[Member] = &[
    always("case", Text, "The case's number."),
    always("what", Title, "What the receipt is for."),
    always("at", Moment, "When that happened."),
    always("entry", Count, "Its entry on the record."),
    always("size", Count, "How many entries the checkpoint covers."),
    always("leaf", Text, "The digest of the entry."),
    always("root", Text, "The checkpoint's root."),
    always("origin", Text, "The name of the log."),
    always("receipt", Text, "The receipt itself, which anyone can check without asking here."),
];
/// What a move made.
pub const DONE: &[Member] = &[
    always(
        "events",
        List(&Object(&[
            always("id", Text, "The event's id."),
            always("activity", Text, "What happened."),
            always("time", Moment, "When."),
        ])),
        "What it made; nothing where it was so already.",
    ),
    always("seen", Count, "How many events the case has."),
];
const DIFFERENCES: Shape = List(&Object(&[
    always("title", Title, "What it is called."),
    always("how", Word(&["added", "gone", "changed"]), "How it differs."),
    always(
        "changes",
        List(&Object(&[
            always("what", Title, "In what."),
            always("before", Title, "Before."),
            always("after", Title, "After."),
        ])),
        "In what, where it is changed.",
    ),
]));
/// What going over to the current edition would do to a case.
pub const MIGRATION: &[Member] = &[
    maybe("from", Text, "The edition that it runs under."),
    always("to", Text, "The current one."),
    always(
        "differences",
        Object(&[
            always("steps", DIFFERENCES, "Steps."),
            always("clocks", DIFFERENCES, "Clocks."),
            always("fields", DIFFERENCES, "Questions of the form."),
            always("papers", DIFFERENCES, "Papers."),
        ]),
        "What differs between the two.",
    ),
    always(
        "clocks",
        List(&Object(&[
            always("clock", Title, "The clock."),
            maybe("before", Moment, "When it runs out."),
            maybe("after", Moment, "When it would."),
        ])),
        "Running clocks that would run out at another time.",
    ),
    always("opens", List(&Title), "Steps that would open."),
    always("passes", List(&Title), "New steps that would not be asked for."),
    always(
        "obstacles",
        List(&Object(&[always("about", Text, "The step, field or office."), always("why", Title, "Why.")])),
        "Why it cannot be done; nothing where it can.",
    ),
];
/// Open steps.
pub const QUEUE: &[Member] = &[
    always(
        "tasks",
        List(&Object(&[
            always("case", Text, "The case's number."),
            always("service", Text, "What it is a case of."),
            always("step", Text, "The step."),
            always("role", Text, "Whose it is."),
            always("office", Text, "Where it is done."),
            always("opened", Moment, "Since when it is open."),
            maybe("due", Moment, "When the first of what binds the office runs out: limits and promises."),
            LEFT,
            maybe("set_by", Word(&["law", "office", "promise"]), "What sets that time."),
            always("standing", Word(&["ahead", "soon", "late", "paused", "none"]), "How that time stands."),
            maybe("holder", Text, "Who took it: `person:…`."),
        ])),
        "Open steps, the most urgent first.",
    ),
    always(
        "counts",
        Object(&[
            always("all", Count, "All open steps of the office and role."),
            always("late", Count, "Past their time."),
            always("soon", Count, "Due today or soon."),
            always("paused", Count, "With a clock that stands still."),
            always("mine", Count, "Taken by oneself."),
            always("free", Count, "Taken by nobody."),
        ]),
        "How many there are before the filter.",
    ),
    TOTAL,
    AT_PAGE,
    PAGES,
];
const SUMS: Shape = Object(&[
    always("open", Count, "Open cases."),
    always("soon", Count, "Of these, with a clock due soon or today."),
    always("late", Count, "Of these, with a clock past its time."),
    always("kept", Count, "Clocks kept, of the last thirty days."),
    always("missed", Count, "Clocks missed, of the last thirty days."),
]);
const DAYS: Shape =
    List(&Object(&[always("kept", Count, "Clocks kept."), always("missed", Count, "Clocks missed.")]));
const ROW: Shape = Object(&[
    always("id", Text, "The name in the packs."),
    always("title", Title, "What people call it."),
    always("sums", SUMS, "Its sums, with all that lies below."),
    always("days", DAYS, "The last fourteen days, the latest last."),
]);
/// The figures of an office.
pub const BOARD: &[Member] = &[
    always("office", Object(NAMED), "The office."),
    always("at", Moment, "When the figures were drawn up."),
    always("sums", SUMS, "The sums over it and all below."),
    always("offices", List(&ROW), "The offices right below, itself first where it handles cases."),
    always("procedures", List(&ROW), "The procedures, the worst first."),
    always(
        "look_ups",
        List(&Object(&[
            always("who", Text, "The colleague's name."),
            always("office", Title, "At the counter of which office."),
            always(
                "readings",
                Count,
                "How often the details of somebody who was found were read, who sees it.",
            ),
            always("missed", Count, "How often nobody was."),
        ])),
        "Applicants looked up at counters here and below, of the last thirty days, the most misses first.",
    ),
];
/// Open cases of a procedure.
pub const BOARD_CASES: &[Member] = &[
    always("procedure", Title, "The procedure."),
    always(
        "cases",
        List(&Object(&[
            always("case", Text, "The case's number."),
            always("office", Title, "Where it is handled."),
            always("stage", Title, "How far it is."),
            maybe("holder", Text, "Who took it."),
            maybe("submitted", Moment, "When it was handed in."),
            maybe("due", Moment, "When its nearest clock runs out."),
            maybe("set_by", Word(&["law", "office"]), "What sets that time."),
        ])),
        "The most urgent first; no more than 500.",
    ),
    TOTAL,
];
