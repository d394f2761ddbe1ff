//! What each operation is asked with. An operation that only reads and whose path is made of known parameters needs no row.

use super::world::call::{Sent, form};
use super::world::cases::{NUMBER, OFFICE, PAGE, SERVICE, Stage};
use super::world::{PASSWORD, World};
use serde_json::{Value as Json, json};
use web::server::WalkIn;

/// A way of asking for an operation.
pub struct Row {
    pub method: &'static str,
    pub pattern: &'static str,
    /// What is special about it, where an operation has several rows.
    pub about: &'static str,
    pub stage: Stage,
    /// Values for parameters in the path, besides those of the case.
    pub path: &'static [(&'static str, &'static str)],
    pub query: &'static str,
    pub sends: fn(&World, &Target) -> Sent,
}

/// What a row is about.
pub struct Target {
    pub number: String,
    pub seen: u64,
    pub person: String,
    pub digest: String,
    pub count: usize,
}

const fn row(
    method: &'static str,
    pattern: &'static str,
    stage: Stage,
    sends: fn(&World, &Target) -> Sent,
) -> Row {
    Row { method, pattern, about: "", stage, path: &[], query: "", sends }
}

impl Row {
    const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    const fn at(mut self, path: &'static [(&'static str, &'static str)]) -> Self {
        self.path = path;
        self
    }

    const fn with(mut self, query: &'static str) -> Self {
        self.query = query;
        self
    }
}

fn nothing(_: &World, _: &Target) -> Sent {
    Sent::Nothing
}

fn seen(_: &World, target: &Target) -> Sent {
    form(&[("seen", &target.seen.to_string())])
}

fn file(_: &World, _: &Target) -> Sent {
    Sent::File("page.pdf".to_owned(), [PAGE, b" again"].concat())
}

/// Has the party's number stand on their account, as a clerk who saw their card noted it.
fn numbered(world: &World) {
    let clerk = world.person("clerk").object();
    world.city.note_number(&clerk, world.person("party"), NUMBER).unwrap();
}

/// Somebody who was given an account at a counter, and has yet to choose a password.
fn waiting(world: &World) -> String {
    let new = WalkIn::read("何来客", "", "").unwrap();
    let opened = world.city.open_for(&world.person("clerk").object(), &new, None).unwrap();
    opened.issued.person.object().to_string()
}

/// A log of two cases, and what it is looked at for.
pub fn log(_: &World, _: &Target) -> Sent {
    let rows =
        "case,activity,time\n1,a,2026-01-01T08:00:00Z\n1,b,2026-01-02T08:00:00Z\n2,a,2026-01-03T08:00:00Z\n";
    let words = [("purpose", "inspect"), ("mapping", "case=case,activity=activity,time=time")];
    let words = words.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Sent::Parts(words, vec![("log".to_owned(), "small.csv".to_owned(), rows.as_bytes().to_vec())])
}

fn models(_: &World, _: &Target) -> Sent {
    let text = "activity a\nactivity b\nResponse[a, b] | | |\n";
    Sent::Parts(Vec::new(), vec![("models".to_owned(), "own.decl".to_owned(), text.as_bytes().to_vec())])
}

fn because(_: &World, _: &Target) -> Sent {
    form(&[("reasons", "工作需要")])
}

fn moved(target: &Target, pairs: &[(&str, &str)]) -> Sent {
    let seen = target.seen.to_string();
    form(&[pairs, &[("seen", seen.as_str())]].concat())
}

fn acted(target: &Target, mut body: Json) -> Sent {
    body["seen"] = target.seen.into();
    Sent::Json(body)
}

const DESK: &str = "/desk/cases/{case}/{action}/{about}";
const ACT: &str = "/api/cases/{case}/{action}";
const PERSON: &str = "/staff/people/{person}/{act}";
const FILE: &str = "/cases/{case}/materials/{material}/{digest}";
const DOCUMENT: &str = "/cases/{case}/documents/{credential}";
const API_DOCUMENT: &str = "/api/cases/{case}/documents/{credential}";
const API_FILE: &str = "/api/cases/{case}/materials/{material}/{digest}";

/// Operations that change something, and those that are asked for in more ways than one.
pub const ROWS: &[Row] = &[
    row("GET", "/tile/{*path}", Stage::Open, nothing).at(&[("*path", "0/000.p/1")]),
    row("POST", "/services/{service}/begin", Stage::Open, |_, _| form(&[("office", OFFICE)])),
    row("POST", "/sign-in", Stage::Open, |_, _| form(&[("login", "visitor"), ("password", PASSWORD)])),
    row("POST", "/sign-in", Stage::Open, |_, _| form(&[("login", "visitor"), ("password", "wrong")]))
        .about("wrong password"),
    row("POST", "/register", Stage::Open, |_, target| {
        let login = format!("newcomer-{}", target.count);
        form(&[("login", &login), ("name", "何新人"), ("password", PASSWORD)])
    }),
    row("POST", "/sign-out", Stage::Open, nothing),
    row("POST", "/sign-in/password", Stage::Open, |_, _| {
        form(&[("login", "visitor"), ("password", "2222-2222-2222"), ("new", PASSWORD)])
    })
    .about("wrong code"),
    row("POST", "/account/password", Stage::Open, |_, _| form(&[("old", "wrong"), ("new", PASSWORD)]))
        .about("wrong password"),
    row("POST", "/account/sessions", Stage::Open, |_, _| form(&[("session", "none")])),
    row("POST", "/account/post", Stage::Open, |_, _| form(&[("post", "clerk@valley-station")]))
        .about("of nobody here"),
    row("POST", "/account/erasure", Stage::Open, |_, _| form(&[("sure", "yes"), ("password", "wrong")]))
        .about("wrong password"),
    row("POST", "/staff/new", Stage::Open, |_, target| {
        let login = format!("taken-on-{}", target.count);
        let post = [("role", "clerk"), ("office", OFFICE), ("reasons", "新录用")];
        form(&[&[("name", "何新人"), ("login", login.as_str())], &post[..]].concat())
    }),
    row("POST", PERSON, Stage::Open, |_, _| {
        form(&[("role", "examiner"), ("office", OFFICE), ("reasons", "兼任")])
    })
    .at(&[("act", "grant")])
    .about("grant"),
    row("POST", PERSON, Stage::Open, |_, _| {
        form(&[("post", "examiner@lake-station"), ("reasons", "不再兼任")])
    })
    .at(&[("act", "revoke")])
    .about("revoke"),
    row("POST", PERSON, Stage::Open, because).at(&[("act", "reset")]).about("reset"),
    row("POST", PERSON, Stage::Open, because).at(&[("act", "hand-over")]).about("hand over"),
    row("POST", PERSON, Stage::Open, because).at(&[("act", "lock")]).about("lock"),
    row("POST", PERSON, Stage::Open, because).at(&[("act", "unlock")]).about("unlock"),
    row("POST", "/editions/{procedure}", Stage::Open, because),
    row("POST", "/editions/cases/{case}", Stage::Open, because),
    row("GET", "/cases/{case}", Stage::Draft, nothing).about("a draft"),
    row("GET", "/cases/{case}", Stage::Open, nothing),
    row("GET", "/cases/{case}/form", Stage::Draft, nothing).about("a draft"),
    row("GET", "/cases/{case}/form", Stage::Counter, nothing).about("at the counter"),
    row("GET", "/cases/{case}/form", Stage::Counter, nothing)
        .with("?purpose=handle-case")
        .about("for a purpose"),
    row("GET", "/cases/{case}/form", Stage::Open, nothing).about("handed in"),
    row("POST", "/cases/{case}/form", Stage::Draft, |_, target| {
        moved(target, &[("kind", "change"), ("then", "save")])
    }),
    row("POST", "/cases/{case}/form", Stage::Counter, |_, target| moved(target, &[("kind", "change")]))
        .about("at the counter"),
    row("POST", "/cases/{case}/form/part", Stage::Draft, |_, target| moved(target, &[("kind", "change")])),
    row("POST", "/cases/{case}/form/part", Stage::Counter, |_, target| moved(target, &[("kind", "change")]))
        .about("at the counter"),
    row("POST", "/cases/{case}/materials/{material}", Stage::Draft, file),
    row("POST", "/cases/{case}/materials/{material}", Stage::Counter, file).about("at the counter"),
    row("GET", FILE, Stage::Open, nothing),
    row("GET", FILE, Stage::Open, nothing).with("?purpose=handle-case").about("to handle"),
    row("GET", FILE, Stage::Open, nothing).with("?purpose=inspect").about("to inspect"),
    row("GET", FILE, Stage::Counter, nothing).about("at the counter"),
    row("GET", FILE, Stage::Counter, nothing).with("?purpose=handle-case").about("for a purpose"),
    row("GET", "/cases/{case}/check", Stage::Draft, nothing),
    row("GET", "/cases/{case}/check", Stage::Counter, nothing).about("at the counter"),
    row("GET", "/cases/{case}/check", Stage::Counter, nothing)
        .with("?purpose=handle-case")
        .about("for a purpose"),
    row("POST", "/cases/{case}/submit", Stage::Draft, seen),
    row("POST", "/cases/{case}/submit", Stage::Counter, seen).about("at the counter"),
    row("POST", "/cases/{case}/answer", Stage::Correcting, seen),
    row("POST", "/cases/{case}/withdraw", Stage::Open, seen),
    row("POST", "/cases/{case}/rate", Stage::Ended, |_, target| moved(target, &[("stars", "5")])),
    row("POST", "/cases/{case}/complain", Stage::Open, |_, target| moved(target, &[("words", "太慢")])),
    row("GET", "/cases/{case}/receipt", Stage::Open, nothing),
    row("GET", "/cases/{case}/receipt", Stage::Draft, nothing).about("not handed in"),
    row("GET", DOCUMENT, Stage::Issued, nothing),
    row("GET", DOCUMENT, Stage::Issued, nothing).with("?purpose=handle-case").about("to handle"),
    row("GET", DOCUMENT, Stage::Issued, nothing).with("?purpose=inspect").about("to inspect"),
    row("GET", DOCUMENT, Stage::Open, nothing).about("not given"),
    row("GET", "/cases/{case}/documents/{credential}/receipt.tlog-proof", Stage::Issued, nothing),
    row("POST", "/verify", Stage::Open, |_, _| form(&[("text", "no receipt")])),
    row("POST", "/desk/start", Stage::Open, |_, _| form(&[("service", SERVICE), ("applicant", "party")]))
        .about("look up, no purpose"),
    row("POST", "/desk/start", Stage::Open, |_, _| {
        form(&[("service", SERVICE), ("applicant", "party"), ("purpose", "handle-case")])
    })
    .about("look up"),
    row("POST", "/desk/start", Stage::Open, |world, _| {
        numbered(world);
        form(&[("service", SERVICE), ("applicant", NUMBER), ("purpose", "handle-case")])
    })
    .about("look up by number"),
    row("POST", "/desk/start", Stage::Open, |_, target| {
        form(&[("service", SERVICE), ("person", &target.person)])
    }),
    row("POST", "/desk/start/account", Stage::Open, |_, target| {
        form(&[("service", SERVICE), ("name", "何来客"), ("login", &format!("walk-in-{}", target.count))])
    }),
    row("POST", "/desk/start/account", Stage::Open, |world, _| {
        form(&[("service", SERVICE), ("person", &waiting(world)), ("purpose", "handle-case")])
    })
    .about("another code"),
    row("POST", "/desk/start/number", Stage::Open, |world, target| {
        numbered(world);
        let why = [("purpose", "handle-case"), ("reasons", "登记到了别人的账号上")];
        form(&[&[("service", SERVICE), ("person", target.person.as_str())], &why[..]].concat())
    }),
    row("POST", "/desk/start", Stage::Open, |_, _| form(&[("service", "response")])).about("a duty"),
    row("GET", "/desk/cases/{case}", Stage::Open, nothing),
    row("GET", "/desk/cases/{case}", Stage::Draft, nothing).about("a draft"),
    row("POST", "/desk/cases/{case}/personal", Stage::Open, nothing).about("no purpose"),
    row("POST", "/desk/cases/{case}/personal", Stage::Open, |_, _| form(&[("purpose", "handle-case")]))
        .about("to handle"),
    row("POST", "/desk/cases/{case}/personal", Stage::Open, |_, _| form(&[("purpose", "inspect")]))
        .about("to inspect"),
    row("POST", "/desk/cases/{case}/personal", Stage::Draft, |_, _| form(&[("purpose", "handle-case")]))
        .about("a draft"),
    row("POST", DESK, Stage::Open, seen).at(&[("action", "take"), ("about", "accept")]).about("take"),
    row("POST", DESK, Stage::Open, |_, target| moved(target, &[("outcome", "accepted")]))
        .at(&[("action", "accept"), ("about", "accept")])
        .about("accept"),
    row("POST", DESK, Stage::Open, |_, target| moved(target, &[("outcome", "entered")]))
        .at(&[("action", "decide"), ("about", "enter")])
        .about("decide, out of turn"),
    row("POST", DESK, Stage::Open, |_, target| moved(target, &[("note.before", "看不清")]))
        .at(&[("action", "correct"), ("about", "accept")])
        .about("correct"),
    row("POST", DESK, Stage::Taken, |world, target| {
        let to = world.person("colleague").object().to_string();
        moved(target, &[("to", &to), ("reasons", "休假")])
    })
    .at(&[("action", "hand-over"), ("about", "accept")])
    .about("hand over"),
    row("POST", DESK, Stage::Open, |_, target| moved(target, &[("reasons", "案情复杂")]))
        .at(&[("action", "extend"), ("about", "decision")])
        .about("extend"),
    row("POST", DESK, Stage::Ended, |_, target| moved(target, &[("words", "已改进")]))
        .at(&[("action", "reply"), ("about", "0")])
        .about("reply"),
    row("GET", "/desk/cases/{case}", Stage::Entered, nothing).with("?amend=form.before").about("to correct"),
    row("POST", DESK, Stage::Entered, |_, target| {
        moved(target, &[("amend", "form.before"), ("form.before", "写对了"), ("reasons", "录入笔误")])
    })
    .at(&[("action", "amend"), ("about", "form")])
    .about("correct the record"),
    row("POST", "/board/record", Stage::Open, nothing),
    row("GET", "/board/offices/{office}/{procedure}", Stage::Open, nothing),
    row("GET", "/board/cases/{case}", Stage::Open, nothing),
    row("GET", "/board/models/{model}", Stage::Open, nothing).at(&[("model", "told-once-what-is-missing")]),
    row("GET", "/api/models/{model}", Stage::Open, nothing).at(&[("model", "told-once-what-is-missing")]),
    row("GET", "/board/maps/{procedure}/cases", Stage::Open, nothing)
        .with("?from=case%20started&to=application%20submitted"),
    row("POST", "/board/logs", Stage::Open, log),
    row("POST", "/board/logs/{log}/models", Stage::Open, models),
    row("GET", "/board/logs/{log}/map/cases", Stage::Open, nothing).with("?from=a&to=b"),
    row("POST", "/board/logs/{log}/delete", Stage::Open, nothing),
    row("GET", "/board/cases/{case}", Stage::Draft, nothing).about("a draft"),
    row("GET", "/board/entries/{entry}", Stage::Open, nothing).about("of a case"),
    row("GET", "/board/entries/{entry}", Stage::Open, nothing).at(&[("entry", "0")]).about("of no case"),
    row("POST", "/api/sign-in", Stage::Open, |_, _| {
        Sent::Json(json!({ "login": "visitor", "password": PASSWORD }))
    }),
    row("POST", "/api/sign-in", Stage::Open, |_, _| {
        Sent::Json(json!({ "login": "nobody", "password": "wrong" }))
    })
    .about("wrong password"),
    row("POST", "/api/sign-out", Stage::Open, |_, _| Sent::Json(json!({}))),
    row("POST", "/api/register", Stage::Open, |_, target| {
        let login = format!("program-{}", target.count);
        Sent::Json(json!({ "login": login, "name": "何新人", "password": PASSWORD }))
    }),
    row("POST", "/api/me/post", Stage::Open, |_, _| Sent::Json(json!({ "post": "clerk@valley-station" })))
        .about("of nobody here"),
    row("POST", "/api/services/{service}/cases", Stage::Open, |_, _| Sent::Json(json!({ "office": OFFICE }))),
    row("POST", "/api/services/{service}/cases", Stage::Open, |_, _| {
        Sent::Json(json!({ "applicant": "party", "purpose": "handle-case" }))
    })
    .about("for an applicant"),
    row("POST", "/api/services/{service}/cases", Stage::Open, |_, _| {
        Sent::Json(json!({ "applicant": "party" }))
    })
    .about("for no purpose"),
    row("POST", "/api/services/{service}/cases", Stage::Open, |_, _| Sent::Json(json!({})))
        .at(&[("service", "response")])
        .about("a duty"),
    row("POST", "/api/services/{service}/look-up", Stage::Open, |world, _| {
        numbered(world);
        Sent::Json(json!({ "applicant": NUMBER, "purpose": "handle-case" }))
    }),
    row("POST", "/api/services/{service}/look-up", Stage::Open, |_, _| {
        Sent::Json(json!({ "applicant": "party", "purpose": "inspect" }))
    })
    .about("to inspect"),
    row("POST", "/api/services/{service}/accounts", Stage::Open, |_, _| {
        Sent::Json(json!({ "name": "何来客" }))
    }),
    row("POST", "/api/services/{service}/numbers", Stage::Open, |world, target| {
        numbered(world);
        let why = "登记到了别人的账号上";
        Sent::Json(json!({ "person": target.person, "reasons": why, "purpose": "handle-case" }))
    }),
    row("POST", "/api/services/{service}/codes", Stage::Open, |world, _| {
        Sent::Json(json!({ "person": waiting(world), "purpose": "handle-case" }))
    }),
    row("GET", "/api/cases/{case}", Stage::Open, nothing),
    row("GET", "/api/cases/{case}", Stage::Draft, nothing).about("a draft"),
    row("GET", "/api/cases/{case}", Stage::Counter, nothing).about("at the counter"),
    row("POST", "/api/cases/{case}/personal", Stage::Open, |_, _| {
        Sent::Json(json!({ "purpose": "handle-case" }))
    })
    .about("to handle"),
    row("POST", "/api/cases/{case}/personal", Stage::Open, |_, _| {
        Sent::Json(json!({ "purpose": "inspect" }))
    })
    .about("to inspect"),
    row("POST", "/api/cases/{case}/materials/{material}", Stage::Draft, file),
    row("GET", API_DOCUMENT, Stage::Issued, nothing),
    row("GET", API_DOCUMENT, Stage::Issued, nothing).with("?purpose=handle-case").about("to handle"),
    row("GET", API_DOCUMENT, Stage::Issued, nothing).with("?purpose=inspect").about("to inspect"),
    row("GET", API_FILE, Stage::Open, nothing),
    row("GET", API_FILE, Stage::Open, nothing).with("?purpose=handle-case").about("to handle"),
    row("GET", API_FILE, Stage::Open, nothing).with("?purpose=inspect").about("to inspect"),
    row("GET", "/board/findings/{case}", Stage::Open, nothing).about("of no finding"),
    row("GET", "/board/findings/{case}", Stage::Finding, nothing).about("a finding"),
    row("GET", "/api/findings/{case}", Stage::Open, nothing).about("of no finding"),
    row("GET", "/api/findings/{case}", Stage::Finding, nothing).about("a finding"),
    row("GET", "/desk/cases/{case}", Stage::Finding, nothing).about("a finding"),
    row("POST", DESK, Stage::Finding, |_, target| {
        moved(target, &[("outcome", "explained"), ("reasons", "当日网络中断")])
    })
    .at(&[("action", "act"), ("about", "explain")])
    .about("explain a finding"),
    row("POST", ACT, Stage::Draft, |_, target| acted(target, json!({ "answers": { "kind": "change" } })))
        .at(&[("action", "save")])
        .about("save"),
    row("POST", ACT, Stage::Draft, |_, target| {
        acted(target, json!({ "material": "identity-card", "digest": target.digest }))
    })
    .at(&[("action", "detach")])
    .about("detach"),
    row("POST", ACT, Stage::Draft, |_, target| acted(target, json!({})))
        .at(&[("action", "submit")])
        .about("submit"),
    row("POST", ACT, Stage::Counter, |_, target| acted(target, json!({})))
        .at(&[("action", "submit")])
        .about("submit at the counter"),
    row("POST", ACT, Stage::Correcting, |_, target| acted(target, json!({})))
        .at(&[("action", "answer")])
        .about("answer"),
    row("POST", ACT, Stage::Open, |_, target| acted(target, json!({})))
        .at(&[("action", "withdraw")])
        .about("withdraw"),
    row("POST", ACT, Stage::Ended, |_, target| acted(target, json!({ "stars": 5 })))
        .at(&[("action", "rate")])
        .about("rate"),
    row("POST", ACT, Stage::Open, |_, target| acted(target, json!({ "words": "太慢" })))
        .at(&[("action", "complain")])
        .about("complain"),
    row("POST", ACT, Stage::Open, |_, target| {
        acted(target, json!({ "step": "accept", "outcome": "accepted" }))
    })
    .at(&[("action", "do")])
    .about("accept"),
    row("POST", ACT, Stage::Open, |_, target| {
        acted(target, json!({ "step": "enter", "outcome": "entered" }))
    })
    .at(&[("action", "do")])
    .about("decide, out of turn"),
    row("POST", ACT, Stage::Open, |_, target| {
        acted(target, json!({ "step": "accept", "notes": { "before": "看不清" } }))
    })
    .at(&[("action", "correct")])
    .about("correct"),
    row("POST", ACT, Stage::Open, |_, target| acted(target, json!({ "step": "accept" })))
        .at(&[("action", "take")])
        .about("take"),
    row("POST", ACT, Stage::Taken, |world, target| {
        let to = world.person("colleague").object().to_string();
        acted(target, json!({ "step": "accept", "to": to, "reasons": "休假" }))
    })
    .at(&[("action", "hand-over")])
    .about("hand over"),
    row("POST", ACT, Stage::Open, |_, target| {
        acted(target, json!({ "clock": "decision", "reasons": "案情复杂" }))
    })
    .at(&[("action", "extend")])
    .about("extend"),
    row("POST", ACT, Stage::Ended, |_, target| acted(target, json!({ "complaint": 0, "words": "已改进" })))
        .at(&[("action", "reply")])
        .about("reply"),
    row("POST", ACT, Stage::Taken, |_, target| acted(target, json!({ "step": "accept", "reasons": "休假" })))
        .at(&[("action", "release")])
        .about("release"),
    row("POST", ACT, Stage::Entered, |_, target| {
        acted(target, json!({ "field": "before", "answer": "写对了", "reasons": "录入笔误" }))
    })
    .at(&[("action", "amend")])
    .about("correct the record"),
    row("POST", ACT, Stage::Open, |_, target| acted(target, json!({ "reasons": "规则更新" })))
        .at(&[("action", "migrate")])
        .about("migrate"),
    row("POST", ACT, Stage::Open, |_, _| Sent::Json(json!({})))
        .at(&[("action", "promote")])
        .about("no such action"),
    row("POST", "/api/record/verify", Stage::Open, |_, _| Sent::Json(json!({}))),
    row("GET", "/api/record/entries/{entry}", Stage::Open, nothing).about("of a case"),
    row("GET", "/api/record/entries/{entry}", Stage::Open, nothing).at(&[("entry", "0")]).about("of no case"),
    row("GET", "/api/queue", Stage::Open, nothing),
    row("GET", "/api/queue", Stage::Open, nothing).with("?office=lake-station").about("of the office"),
    row("POST", "/api/verify", Stage::Open, |_, _| Sent::Json(json!({ "receipt": "none" }))),
];
