//! The JSON API as programs use it: whole stories, each answer with its status and its body, each held against the OpenAPI
//! document.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at its first surprise"
)]

mod anything;
mod refusals;
mod scrub;
mod stories;
mod twice;
#[path = "../world/mod.rs"]
mod world;

use scrub::Scrub;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use world::World;
use world::call::{Reply, Sent, Shown};
use world::schema::Document;

/// What programs asked and were answered, told one after the other.
pub(crate) struct Story {
    world: World,
    document: Document,
    scrub: Scrub,
    sessions: BTreeMap<&'static str, Shown>,
    told: String,
}

impl Story {
    fn new() -> Self {
        let world = World::new();
        let document = Document(world.get(&Shown::Nothing, "/api/openapi.json").json());
        let mut scrub = Scrub::default();
        for (login, ..) in world::PEOPLE {
            scrub.name(&world.person(login).object().to_string(), &format!("person:{login}"));
        }
        Self { world, document, scrub, sessions: BTreeMap::new(), told: String::new() }
    }

    fn shown(&mut self, who: &'static str) -> Shown {
        if who == "nobody" {
            return Shown::Nothing;
        }
        let world = &self.world;
        self.sessions.entry(who).or_insert_with(|| Shown::Bearer(world.sign_in(who))).clone()
    }

    /// Asks for `path` as `who`, and tells what came of it. `pattern` is the path as the document has it.
    fn ask(&mut self, who: &'static str, method: &str, path: &str, sent: &Sent) -> Json {
        let reply = self.quietly(who, method, path, sent);
        let asked = match sent {
            Sent::Json(json) => format!(" {}", self.scrub.text(&json.to_string())),
            Sent::File(name, bytes) => format!(" a file `{name}` of {} bytes", bytes.len()),
            _ => String::new(),
        };
        let json = reply.header("content-type") == "application/json";
        let body = if json { reply.json() } else { Json::String(format!("{} bytes", reply.body.len())) };
        let shown = serde_json::to_string_pretty(&self.scrub.json(&body)).unwrap();
        let path = self.scrub.text(path);
        write!(self.told, "{who}: {method} {path}{asked}\n{} {shown}\n\n", reply.status.as_u16()).unwrap();
        body
    }

    /// The same without telling it.
    fn quietly(&mut self, who: &'static str, method: &str, path: &str, sent: &Sent) -> Reply {
        let shown = self.shown(who);
        let reply = self.world.call(&shown, method, path, sent);
        self.held(method, path, &reply);
        reply
    }

    /// Holds an answer against the document.
    fn held(&self, method: &str, path: &str, reply: &Reply) {
        let pattern = self.document.pattern(method, path.split('?').next().unwrap());
        let json = reply.header("content-type") == "application/json";
        let body = if json { reply.json() } else { Json::Null };
        if json || reply.status.as_u16() >= 400 {
            let fault = self.document.fault(method, &pattern, reply.status.as_u16(), &body);
            assert_eq!(fault, None);
        }
    }

    fn get(&mut self, who: &'static str, path: &str) -> Json {
        self.ask(who, "GET", path, &Sent::Nothing)
    }

    fn post(&mut self, who: &'static str, path: &str, body: Json) -> Json {
        self.ask(who, "POST", path, &Sent::Json(body))
    }

    /// From now on `text` is told as `name`.
    fn name(&mut self, text: &Json, name: &str) -> String {
        let text = text.as_str().unwrap().to_owned();
        self.scrub.name(&text, name);
        text
    }

    /// How often something stands on the record.
    fn happened(&self, activity: &str) -> usize {
        let all = self.world.city.casework.record().entries(0, usize::MAX).unwrap();
        all.iter().filter(|entry| entry.event.activity.as_str() == activity).count()
    }

    fn end(self, name: &str) {
        insta::assert_snapshot!(name, self.told.trim_end());
    }
}
