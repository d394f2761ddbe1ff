//! Whatever is sent to any operation of the document, of its shape or broken, is answered as the document says, and never with
//! a fault of the city's own.

use super::world::call::{Sent, Shown};
use super::world::cases::{GIVES, OFFICE, PAGE, SERVICE, Stage};
use super::world::schema::Document;
use super::world::{PASSWORD, World};
use casework::{Ask, Command};
use pack::Id;
use pack::model::Channel;
use record::{ObjectRef, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Requests to each operation.
const EACH: usize = 60;
const ASKERS: [&str; 6] = ["", "party", "clerk", "approver", "supervisor-above", "administrator"];
/// Texts that programs send, rightly and wrongly.
const TEXTS: [&str; 26] = [
    "",
    " ",
    "accept",
    "enter",
    "before",
    "kind",
    "change",
    "accepted",
    "decision",
    OFFICE,
    SERVICE,
    "identity-card",
    "handle-case",
    "person:ann",
    "visitor",
    PASSWORD,
    "person:",
    ":",
    "2026-02-30",
    "9999-12-31",
    "\u{0}\u{1f}\u{7f}",
    "莲花池🪷\u{202e}",
    "'; DROP TABLE entries; --",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
    "0000000000000000000000000000000000000000000000000000000000000000",
];
const NUMBERS: [u64; 6] = [0, 1, 3, 5, 4_294_967_296, u64::MAX];

/// A small generator of its own, so that what fails fails again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    /// Now and then what a member by that name is wanted to hold, which hardly comes by chance.
    fn wanted(&mut self, name: &str) -> Option<Json> {
        let wanted = match name {
            "purpose" => "handle-case",
            "applicant" => "visitor",
            _ => return None,
        };
        (self.below(2) == 0).then(|| wanted.into())
    }

    fn text(&mut self) -> String {
        match self.below(12) {
            0 => "长".repeat(6_000),
            _ => TEXTS[self.below(TEXTS.len())].to_owned(),
        }
    }

    /// Something of the schema's shape.
    fn of(&mut self, document: &Json, schema: &Json) -> Json {
        if let Some(place) = schema["$ref"].as_str() {
            return self.of(document, document.pointer(place.trim_start_matches('#')).unwrap());
        }
        for all in [&schema["enum"], &schema["anyOf"]] {
            if let Some(all) = all.as_array() {
                let one = &all[self.below(all.len())];
                return if schema["enum"].is_array() { one.clone() } else { self.of(document, one) };
            }
        }
        let kind = match &schema["type"] {
            Json::Array(kinds) => kinds[self.below(kinds.len())].as_str().unwrap().to_owned(),
            kind => kind.as_str().unwrap_or("object").to_owned(),
        };
        match kind.as_str() {
            "string" => self.text().into(),
            "integer" => NUMBERS[self.below(NUMBERS.len())].into(),
            "number" => [json!(1.5), json!(-1), json!(1e300)][self.below(3)].clone(),
            "boolean" => (self.below(2) == 0).into(),
            "null" => Json::Null,
            "array" => (0..self.below(4)).map(|_| self.of(document, &schema["items"])).collect(),
            _ => self.object(document, schema),
        }
    }

    fn object(&mut self, document: &Json, schema: &Json) -> Json {
        let mut members = Map::new();
        let needed: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        for (name, of) in schema["properties"].as_object().into_iter().flatten() {
            if needed.contains(&name.as_str()) || self.below(3) > 0 {
                let value = self.wanted(name).unwrap_or_else(|| self.of(document, of));
                members.insert(name.clone(), value);
            }
        }
        if schema["additionalProperties"].is_object() {
            for _ in 0..self.below(4) {
                let name = self.text();
                members.insert(name, self.of(document, &schema["additionalProperties"]));
            }
        }
        Json::Object(members)
    }

    /// The same with something wrong in it.
    fn broken(&mut self, mut body: Json) -> Json {
        let wrong =
            [json!(null), json!([]), json!({ "a": { "b": [1, 2, { "c": null }] } }), json!(-1), json!("x")];
        let wrong = wrong[self.below(wrong.len())].clone();
        let Some(members) = body.as_object_mut().filter(|_| self.below(6) > 0) else { return wrong };
        let names: Vec<String> = members.keys().cloned().collect();
        match (self.below(3), names.is_empty()) {
            (0, _) | (_, true) => drop(members.insert(self.text(), wrong)),
            (1, _) => drop(members.remove(&names[self.below(names.len())])),
            _ => drop(members.insert(names[self.below(names.len())].clone(), wrong)),
        }
        body
    }

    /// Bytes that are no body of any kind, with what they claim to be.
    fn junk(&mut self) -> Sent {
        let deep = format!("{}1{}", "[".repeat(400), "]".repeat(400));
        let parts = "multipart/form-data; boundary=x";
        let all: [(&str, Vec<u8>); 9] = [
            ("application/json", b"{".to_vec()),
            ("application/json", vec![0xff, 0xfe, 0x00]),
            ("application/json", deep.into_bytes()),
            ("application/json", br#"{"seen":1e999}"#.to_vec()),
            ("application/json", br#"{"seen":1,"seen":2}"#.to_vec()),
            ("text/plain", b"words".to_vec()),
            (
                parts,
                b"--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n%PDF-".to_vec(),
            ),
            ("multipart/form-data", b"--x--".to_vec()),
            ("", b"\x00".to_vec()),
        ];
        let (kind, bytes) = all[self.below(all.len())].clone();
        Sent::Raw(kind.to_owned(), bytes)
    }
}

struct Caller {
    world: World,
    document: Document,
    dice: Dice,
    sessions: BTreeMap<&'static str, Shown>,
    known: BTreeMap<&'static str, Vec<String>>,
}

/// A finding, as oversight begins one.
fn finding(world: &World) -> ObjectRef {
    let casework = &world.city.casework;
    let ask = || Ask { now: world.city.now(), actor: None, purpose: None, seen: None };
    let start = Command::Start { office: OFFICE.into(), party: None, channel: Channel::Window };
    let case = casework.start(&"finding".into(), "F-0000", &start, &ask()).unwrap();
    let answer = |(field, text): (&str, &str)| (Id::from(field), Some(Value::from(text)));
    let answers =
        [("model", "any"), ("edition", "this"), ("says", "so"), ("severity", "minor"), ("objects", "a:1")];
    let save = Command::Save { answers: answers.map(answer).to_vec() };
    casework.run(&case, &save, &ask()).unwrap();
    casework.run(&case, &Command::Submit, &ask()).unwrap();
    case
}

impl Caller {
    fn new() -> Self {
        let world = World::new();
        let document = Document(world.get(&Shown::Nothing, "/api/openapi.json").json());
        let stages = [
            Stage::Draft,
            Stage::Counter,
            Stage::Open,
            Stage::Taken,
            Stage::Correcting,
            Stage::Ended,
            Stage::Issued,
        ];
        let mut cases: Vec<_> = stages.iter().map(|stage| world.case(*stage)).collect();
        cases.push(finding(&world));
        let digest = world.view(&cases[2]).state.materials["identity-card"][0].digest.to_string();
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let known = BTreeMap::from([
            ("case", cases.iter().map(|case| case.id.to_string()).collect()),
            ("service", texts(&[SERVICE, "response", "residence-permit"])),
            ("office", texts(&[OFFICE, "bureau"])),
            ("procedure", texts(&[SERVICE])),
            ("material", texts(&["identity-card", "accept.before"])),
            ("credential", texts(&[GIVES])),
            ("purpose", texts(&["handle-case", "answer-complaint", "inspect"])),
            ("digest", vec![digest]),
            ("model", texts(&["told-once-what-is-missing", "entry-change-fee-free", "nothing"])),
            ("entry", texts(&["0", "7", "18446744073709551615", "-1", "1.5"])),
        ]);
        Self { world, document, dice: Dice(0x10705), sessions: BTreeMap::new(), known }
    }

    fn shown(&mut self) -> Shown {
        let who = ASKERS[self.dice.below(ASKERS.len())];
        if who.is_empty() {
            return Shown::Nothing;
        }
        let stands =
            |shown: &Shown| matches!(shown, Shown::Bearer(token) if self.world.city.stands(Some(token)));
        match self.sessions.get(who).filter(|shown| stands(shown)) {
            Some(shown) => shown.clone(),
            None => {
                let shown = Shown::Bearer(self.world.sign_in(who));
                self.sessions.insert(who, shown.clone());
                shown
            }
        }
    }

    /// The path with values for its parameters, mostly of things that are there, and a query.
    fn path(&mut self, pattern: &str, operation: &Json) -> String {
        let mut path = pattern.to_owned();
        let mut query = String::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let schema = parameter["schema"].clone();
            if parameter["in"] == "path" {
                let known = self.known.get(name).filter(|_| self.dice.below(6) > 0);
                let value = match known {
                    Some(known) => known[self.dice.below(known.len())].clone(),
                    None => self.dice.of(&self.document.0, &schema).as_str().unwrap_or("x").to_owned(),
                };
                // An address is shorter than what a body may hold.
                let value: String = value.chars().take(300).collect();
                let value = if value.is_empty() { "x" } else { value.as_str() };
                path = path.replace(&format!("{{{name}}}"), &web::path::segment(value));
            } else if self.dice.below(3) == 0 {
                let known = self.known.get(name).filter(|_| self.dice.below(6) > 0);
                let value = match known {
                    Some(known) => known[self.dice.below(known.len())].as_str().into(),
                    None => self.dice.of(&self.document.0, &schema),
                };
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let text: String = text.chars().take(300).collect();
                let name = if self.dice.below(12) == 0 { "nonsense" } else { name };
                query += &format!(
                    "{}{name}={}",
                    if query.is_empty() { "?" } else { "&" },
                    web::path::segment(&text)
                );
            }
        }
        path + &query
    }

    fn sent(&mut self, path: &str, operation: &Json) -> Sent {
        let content = &operation["requestBody"]["content"];
        if self.dice.below(8) == 0 {
            return self.dice.junk();
        }
        if content["multipart/form-data"].is_object() {
            return Sent::File(
                self.dice.text(),
                if self.dice.below(2) == 0 { PAGE.to_vec() } else { Vec::new() },
            );
        }
        let mut schema = content["application/json"]["schema"].clone();
        if schema.is_null() {
            return Sent::Json(json!({}));
        }
        // What an action takes hangs on its name; now and then it is sent what another takes.
        if let Some(all) = schema["anyOf"].as_array()
            && self.dice.below(5) > 0
        {
            let action = path.rsplit('/').next().unwrap();
            let own = all.iter().find(|schema| schema["title"] == action);
            schema = own.cloned().unwrap_or(schema.clone());
        }
        let body = self.dice.of(&self.document.0, &schema);
        Sent::Json(if self.dice.below(3) == 0 { self.dice.broken(body) } else { body })
    }

    /// Sends one request, and says whether it was answered as asked.
    fn check(&mut self, method: &str, pattern: &str, operation: &Json) -> bool {
        let path = self.path(pattern, operation);
        let shown = self.shown();
        let sent = if method == "POST" {
            self.sent(path.split('?').next().unwrap(), operation)
        } else {
            Sent::Nothing
        };
        let reply = self.world.call(&shown, method, &path, &sent);
        let asked = || format!("{shown:?}: {method} {path} {sent:?}\n{} {}", reply.status, reply.text());
        assert!(!reply.status.is_server_error(), "{}", asked());
        if reply.header("content-type") == "application/json" {
            let fault = self.document.fault(method, pattern, reply.status.as_u16(), &reply.json());
            assert_eq!(fault, None, "{}", asked());
        }
        reply.status.is_success()
    }
}

#[test]
fn whatever_is_sent_is_no_fault_of_the_citys_own() {
    let mut caller = Caller::new();
    let paths = caller.document.0["paths"].as_object().unwrap().clone();
    let (mut count, mut answered) = (0, 0);
    for (pattern, methods) in &paths {
        for (method, operation) in methods.as_object().unwrap() {
            count += 1;
            // Whoever was turned to another post, or signed out, by what was sent before begins anew.
            caller.sessions.clear();
            let done = (0..EACH).filter(|_| caller.check(&method.to_uppercase(), pattern, operation)).count();
            answered += usize::from(done > 0);
        }
    }
    assert!(count > 25, "only {count} operations");
    assert!(answered * 8 >= count * 5, "only {answered} of {count} were ever answered as asked");
}
