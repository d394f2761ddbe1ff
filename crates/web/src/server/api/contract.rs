//! What programs may ask for: what each operation takes, what it gives, and how it may be refused. Requests are read by this
//! table, and the document is written from it.

use super::gives::{
    APPLICANT, ATTACHED, BEGUN, BOARD, BOARD_CASES, CASE, CASES, CHECKPOINT, DONE, ENTRY, FINDING, FINDINGS,
    HEALTH, HISTORY, ISSUED, MAP, MIGRATION, MODEL, MODELS, NUMBERED, OPENED, PAGE, POSSIBLE, PROVEN, QUEUE,
    READINGS, RECEIPT, SERVICE, SERVICES, SEVERITIES, SIGNED_IN, SLIP, TOLD, VERIFYING, WAYS, WHO,
};
use super::shape::Shape::{Answer, Count, Map, Moment, Object, Text, Title, Within, Word};
use super::shape::{Member, Shape, always, free, maybe};

/// One operation for programs.
pub struct Contract {
    /// The method.
    pub method: &'static str,
    /// The path, with its parameters in braces.
    pub path: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Whether everyone may ask.
    pub open: bool,
    /// Parameters in the query.
    pub query: &'static [Member],
    /// What the request carries.
    pub takes: Takes,
    /// Statuses with which it is answered as asked; of two, the second where it was done before.
    pub status: &'static [u16],
    /// What the answer carries.
    pub gives: Gives,
    /// Statuses with which it may be refused, besides those that every operation may.
    pub refuses: &'static [u16],
}

/// What a request carries.
pub enum Takes {
    /// Nothing.
    Nothing,
    /// A JSON object.
    Members(&'static [Member]),
    /// A JSON object that depends on the action in the path.
    Actions,
    /// Files, in parts.
    Files,
}

/// What an answer carries.
pub enum Gives {
    /// A JSON object.
    Members(&'static [Member]),
    /// A file.
    File,
    /// The description of all operations.
    Document,
}

/// Something that can be done in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Keeps answers.
    Save,
    /// Takes a file back.
    Detach,
    /// Hands the application in.
    Submit,
    /// Hands a correction in.
    Answer,
    /// Takes the application back.
    Withdraw,
    /// Rates the service.
    Rate,
    /// Complains.
    Complain,
    /// Does a step.
    Do,
    /// Asks for a correction.
    Correct,
    /// Takes a step.
    Take,
    /// Gives a step to a colleague.
    HandOver,
    /// Puts a step that somebody took back into the queue.
    Release,
    /// Moves a deadline.
    Extend,
    /// Answers a complaint.
    Reply,
    /// Corrects an answer that the office wrote down.
    Amend,
    /// Takes the case to the current edition.
    Migrate,
}

const SEEN_ABOUT: &str = "How many events the case had when it was decided to do this, as last told: somebody else's move since \
                          then is a conflict, and the same request sent twice is done once.";
const SEEN: Member = free("seen", Count, SEEN_ABOUT);
/// Where a second time would be another act.
const SEEN_NEEDED: Member = always("seen", Count, SEEN_ABOUT);
const SEEN_BY_ITSELF: &str = "How many events the case had, as last told: the same request sent twice is done once. It stands \
                              by itself, so that somebody else's move since then is no conflict.";
const STEP: Member = always("step", Text, "Which step.");
const REASONS: Member = always("reasons", Text, "Why.");
const WORDS: Member = always("words", Text, "In words.");
const ANSWERS: Shape = Map(&Answer);

/// What can be done in a case, with what each takes.
pub const ACTIONS: &[(&str, Action, &[Member])] = &[
    ("save", Action::Save, &[always("answers", ANSWERS, "Answers by field; null takes one back."), SEEN]),
    (
        "detach",
        Action::Detach,
        &[always("material", Text, "Of which material."), always("digest", Text, "Which file."), SEEN],
    ),
    ("submit", Action::Submit, &[SEEN]),
    ("answer", Action::Answer, &[SEEN]),
    ("withdraw", Action::Withdraw, &[free("reasons", Text, "Why."), SEEN]),
    (
        "rate",
        Action::Rate,
        &[
            always("stars", Within(1, 5), "One to five."),
            free("words", Text, "In words."),
            free("seen", Count, SEEN_BY_ITSELF),
        ],
    ),
    ("complain", Action::Complain, &[WORDS, always("seen", Count, SEEN_BY_ITSELF)]),
    (
        "do",
        Action::Do,
        &[
            STEP,
            always("outcome", Text, "How it ends."),
            free("reasons", Text, "Why; needed where the outcome says so."),
            free("answers", ANSWERS, "What the step's own form records."),
            SEEN,
        ],
    ),
    (
        "correct",
        Action::Correct,
        &[STEP, always("notes", Map(&Text), "What is wrong, by field or material."), SEEN],
    ),
    ("take", Action::Take, &[STEP, SEEN]),
    (
        "hand-over",
        Action::HandOver,
        &[STEP, always("to", Text, "To whom: `person:…`."), REASONS, SEEN_NEEDED],
    ),
    ("release", Action::Release, &[STEP, REASONS, SEEN_NEEDED]),
    ("extend", Action::Extend, &[always("clock", Text, "Which clock."), REASONS, SEEN_NEEDED]),
    ("reply", Action::Reply, &[always("complaint", Count, "Which complaint, counted from 0."), WORDS, SEEN]),
    (
        "amend",
        Action::Amend,
        &[
            free("step", Text, "The step that recorded it; without: the application's form."),
            always("field", Text, "Which answer."),
            free("answer", Answer, "What is right; a file comes in a part of its own."),
            REASONS,
            SEEN_NEEDED,
        ],
    ),
    ("migrate", Action::Migrate, &[REASONS, SEEN]),
];

/// What signing in takes.
pub const SIGN_IN: &[Member] =
    &[always("login", Text, "The sign-in name."), always("password", Text, "The password.")];
/// What opening an account takes.
pub const REGISTER: &[Member] = &[
    always("login", Text, "The sign-in name: 2 to 64 characters without blanks."),
    always("name", Text, "The person's own name."),
    always("password", Text, "The password: at least 10 characters."),
];
/// What beginning a case takes.
pub const BEGIN: &[Member] = &[
    free(
        "office",
        Text,
        "The office that is to handle it; at a counter and in a duty of the office, one's own.",
    ),
    free("answers", ANSWERS, "Answers by field."),
    free("channel", Word(&["window", "web", "phone", "kiosk"]), "Where it is asked for; without: `web`."),
    free(
        "applicant",
        Text,
        "At a counter: whose case it is, by the identity number on their card or their sign-in name; wants a `purpose`.",
    ),
    free(
        "person",
        Text,
        "At a counter: whose case it is, as looking up or opening an account told it: `person:…`.",
    ),
    free("number", Text, "At a counter: their identity number, to be noted where their account has none."),
    free(
        "purpose",
        Text,
        "What for, where an applicant is looked up or a number is given: who it is may be told, which is on the record.",
    ),
    free(
        "key",
        Text,
        "The caller's own key for this case: the same key begins the same case, however often it is sent.",
    ),
];
/// What looking up an applicant takes.
pub const LOOK_UP: &[Member] = &[
    always("applicant", Text, "The identity number on their card, or their sign-in name."),
    always("purpose", Text, "What for: one of the packs' purposes."),
];
/// What opening an account for an applicant takes.
pub const OPEN: &[Member] = &[
    always("name", Text, "Their own name, as on the document that was seen."),
    free("number", Text, "Their identity number; without: they are found by their sign-in name alone."),
    free(
        "purpose",
        Text,
        "What for, where a number is given: whose it is may be told, which is on the record.",
    ),
    free("login", Text, "The name by which they want to sign in; without: one is drawn."),
    free(
        "key",
        Text,
        "The caller's own key for this account: the same key opens one account, and its code is told once.",
    ),
];
/// What putting an applicant's identity number right takes.
pub const NUMBER: &[Member] = &[
    always("person", Text, "On whose account it stands: `person:…`, as looking up told it."),
    free("number", Text, "The right number; without: it is not known, and the wrong one is taken off."),
    always("reasons", Text, "How it is known that the number is another's; the person sees it."),
    always("purpose", Text, "What for: that a number stands there is told with it."),
];
/// What giving an applicant another code takes.
pub const CODE: &[Member] = &[
    always("person", Text, "Whose: `person:…`, as looking up told it."),
    always("purpose", Text, "What for: by which name they sign in is told with it."),
];
/// What reading personal answers takes.
pub const PERSONAL: &[Member] =
    &[always("purpose", Text, "What for: one of the `purposes` that the case tells.")];
/// What checking a receipt takes.
pub const VERIFY: &[Member] = &[always("receipt", Text, "The receipt, as it was given out.")];

const fn get(
    path: &'static str,
    about: &'static str,
    query: &'static [Member],
    gives: &'static [Member],
    refuses: &'static [u16],
) -> Contract {
    let (takes, gives) = (Takes::Nothing, Gives::Members(gives));
    Contract { method: "GET", path, about, open: false, query, takes, status: &[200], gives, refuses }
}

const fn post(
    path: &'static str,
    about: &'static str,
    takes: Takes,
    status: &'static [u16],
    gives: &'static [Member],
    refuses: &'static [u16],
) -> Contract {
    let gives = Gives::Members(gives);
    Contract { method: "POST", path, about, open: false, query: &[], takes, status, gives, refuses }
}

impl Contract {
    const fn for_all(mut self) -> Self {
        self.open = true;
        self
    }
}

/// Every operation for programs.
pub const CONTRACTS: &[Contract] = &[
    Contract {
        method: "GET",
        path: "/api/openapi.json",
        about: "This document.",
        open: true,
        query: &[],
        takes: Takes::Nothing,
        status: &[200],
        gives: Gives::Document,
        refuses: &[],
    },
    post("/api/sign-in", "Signs in.", Takes::Members(SIGN_IN), &[201], SIGNED_IN, &[403, 429]).for_all(),
    post(
        "/api/sign-out",
        "Signs out: the token opens nothing any more.",
        Takes::Members(&[]),
        &[200],
        &[],
        &[],
    ),
    post(
        "/api/register",
        "Opens an account and signs in. Sent twice, it opens one.",
        Takes::Members(REGISTER),
        &[201],
        SIGNED_IN,
        &[403, 422, 429],
    )
    .for_all(),
    get("/api/me", "Who one is, and in which post.", &[], WHO, &[]),
    post(
        "/api/me/post",
        "Has one act in one of one's posts, or for oneself.",
        Takes::Members(&[free("post", Text, "Which: `clerk@lake-station`; without: for oneself.")]),
        &[200],
        WHO,
        &[422],
    ),
    get("/api/readings", "Who read one's personal data, when and what for.", PAGE, READINGS, &[]),
    get(
        "/api/services",
        "The services that people can ask for.",
        &[
            free("q", Text, "What people call it: Chinese, pinyin, initials, English."),
            free("category", Text, "A category."),
        ],
        SERVICES,
        &[],
    )
    .for_all(),
    get(
        "/api/services/{service}",
        "One service: what it asks for, who handles it, and its course.",
        &[],
        SERVICE,
        &[404],
    )
    .for_all(),
    post(
        "/api/services/{service}/cases",
        "Begins a case: one's own, one for an applicant at the counter, or a duty of one's office. 200 where the key had \
         begun it before.",
        Takes::Members(BEGIN),
        &[201, 200],
        BEGUN,
        &[403, 404, 409, 422, 429],
    ),
    post(
        "/api/services/{service}/look-up",
        "Finds the applicant at one's counter. It is on the record before it is answered, and they see it; all null where \
         there is nobody.",
        Takes::Members(LOOK_UP),
        &[200],
        APPLICANT,
        &[403, 404, 429],
    ),
    post(
        "/api/services/{service}/accounts",
        "Opens an account for an applicant at one's counter who has none, once their document was seen. 200, without a code, \
         where the key had opened it before.",
        Takes::Members(OPEN),
        &[201, 200],
        SLIP,
        &[403, 404, 422, 429],
    ),
    post(
        "/api/services/{service}/numbers",
        "Puts an identity number right that was noted on the wrong account, or takes it off. The person sees it.",
        Takes::Members(NUMBER),
        &[200],
        NUMBERED,
        &[403, 404, 422, 429],
    ),
    post(
        "/api/services/{service}/codes",
        "Gives an applicant at one's counter another one-time code, as long as they have never chosen a password.",
        Takes::Members(CODE),
        &[201],
        SLIP,
        &[403, 404],
    ),
    get("/api/cases", "One's own cases.", PAGE, CASES, &[]),
    get(
        "/api/cases/{case}",
        "A case as it stands. What was written in another's is read under a purpose, which is on the record.",
        &[free("purpose", Text, "What for.")],
        CASE,
        &[403, 404],
    ),
    get(
        "/api/cases/{case}/history",
        "What happened in a case. What was written in another's is read under a purpose, which is on the record.",
        TOLD,
        HISTORY,
        &[403, 404],
    ),
    post(
        "/api/cases/{case}/personal",
        "Reads the personal answers of a case. That is on the record before it is answered, and their subject sees it.",
        Takes::Members(PERSONAL),
        &[200],
        OPENED,
        &[403, 404],
    ),
    post(
        "/api/cases/{case}/materials/{material}",
        "Attaches files to a material that the case asks for. The same file sent twice is attached once.",
        Takes::Files,
        &[200],
        ATTACHED,
        &[403, 404, 408, 409, 413, 422],
    ),
    Contract {
        method: "GET",
        path: "/api/cases/{case}/materials/{material}/{digest}",
        about: "A file. A personal one of another's is read under a purpose, which is on the record.",
        open: false,
        query: &[free("purpose", Text, "What for.")],
        takes: Takes::Nothing,
        status: &[200],
        gives: Gives::File,
        refuses: &[403, 404],
    },
    get("/api/cases/{case}/receipt", "The receipt of one's own case.", &[], RECEIPT, &[404]),
    get(
        "/api/cases/{case}/documents/{credential}",
        "A licence, certificate or entry that a case gave, as its holder has it. Somebody else's is read under a purpose, \
         which is on the record.",
        &[free("purpose", Text, "What for.")],
        ISSUED,
        &[403, 404],
    ),
    get(
        "/api/cases/{case}/migration",
        "What going over to the current edition would do to a case; `migrate` does it.",
        &[],
        MIGRATION,
        &[403, 404],
    ),
    post(
        "/api/cases/{case}/{action}",
        "Does something in a case.",
        Takes::Actions,
        &[200],
        DONE,
        &[403, 404, 409, 422],
    ),
    get(
        "/api/queue",
        "Open steps, the most urgent first: of one's own post, or, for supervisors, of an office below.",
        &[
            free("office", Text, "An office: one's own, or one that one supervises."),
            free("role", Text, "A role; without: one's own, and for supervisors all."),
            free("procedure", Text, "A service."),
            free("due", Word(&["late", "soon", "paused"]), "How the nearest clock stands."),
            free("before", Text, "Due on this day or before: `2026-01-31`."),
            free("holder", Word(&["mine", "free"]), "Who took it."),
            free("q", Text, "Words of the service, or a case's number."),
            free("page", Count, "Which page, counted from 1."),
            free("per", Count, "How many on a page: at most 200, 50 where it is not said."),
        ],
        QUEUE,
        &[403, 404],
    ),
    get("/api/board", "The figures of the office that one supervises.", &[], BOARD, &[403]),
    get("/api/board/{office}", "The figures of an office.", &[], BOARD, &[403, 404]),
    get("/api/board/{office}/{procedure}", "The open cases of one procedure.", &[], BOARD_CASES, &[403, 404]),
    get(
        "/api/findings",
        "What oversight found in the office that one supervises and below, the worst and oldest first.",
        &[
            free("severity", Word(SEVERITIES), "How bad."),
            free("office", Text, "An office, with all below."),
            free("model", Text, "A model."),
            free("closed", Word(&["yes"]), "Those that are closed, too."),
            free("page", Count, "Which page, counted from 1."),
            free("per", Count, "How many on a page: at most 200, 50 where it is not said."),
        ],
        FINDINGS,
        &[403],
    ),
    get("/api/findings/{case}", "One finding with the entries that prove it.", &[], FINDING, &[403, 404]),
    get(
        "/api/models",
        "The models of oversight.",
        &[
            free("q", Text, "Words of their names."),
            free("page", Count, "Which page, counted from 1."),
            free("per", Count, "How many on a page: at most 200, 50 where it is not said."),
        ],
        MODELS,
        &[403],
    ),
    get("/api/models/{model}", "One model in plain words.", &[], MODEL, &[403, 404]),
    get(
        "/api/maps/{procedure}",
        "How the cases of a procedure went, in the office that one supervises and below.",
        &[
            free("since", Text, "Begun on this day or later, `2026-01-31`."),
            free("until", Text, "Begun on this day or earlier."),
            free("office", Text, "An office that did a step of it."),
            free("outcome", Text, "How it came out."),
            free("with", Text, "A step that it did, as `step.outcome`."),
            free("without", Text, "A step that it did not do."),
            free("way", Text, "A way that it went, by its name in the map's address."),
            free("edges", Word(&["20", "36", "70"]), "At most so many edges."),
        ],
        MAP,
        &[400, 403, 404],
    ),
    get("/api/record", "How the record is.", &[], HEALTH, &[403]),
    post(
        "/api/record/verify",
        "Has the whole record verified; `/api/record` tells what came of it.",
        Takes::Members(&[]),
        &[202],
        VERIFYING,
        &[403],
    ),
    get("/api/record/checkpoint", "The signed checkpoint over all entries.", &[], CHECKPOINT, &[]).for_all(),
    get("/api/record/entries/{entry}", "One entry with its proof.", &[], ENTRY, &[403, 404]),
    post("/api/verify", "What a receipt proves.", Takes::Members(VERIFY), &[200], PROVEN, &[422]).for_all(),
];

/// What a refusal carries.
pub const REFUSAL: &[Member] = &[
    always("code", Text, "What kind of refusal it is, in a word that does not change."),
    always("error", Text, "Why, in words, in the language that was asked for."),
    free("faults", Map(&Text), "What is wrong, by field, material or member."),
    free("possible", POSSIBLE, "What can be done instead."),
    free("ways", WAYS, "What would do, where a policy denies it."),
    free("seen", Count, "How many events the case has."),
    free("number", Text, "Under which number a fault of the city's own is noted."),
    free(
        "overtaken",
        Object(&[
            always("event", Text, "The event."),
            always("activity", Text, "What happened."),
            always("what", Title, "What people call it."),
            always("at", Moment, "When."),
            maybe("by", Text, "By whom, where that is somebody who acts for the city."),
        ]),
        "Who was faster.",
    ),
];

/// Statuses with which every operation may be refused.
pub const EVERY: &[u16] = &[500, 503];
/// Statuses with which one may be refused that is not for everyone.
pub const SIGNED: &[u16] = &[401];
/// Statuses with which one may be refused that takes a body.
pub const BODIED: &[u16] = &[400, 408, 413, 415];
