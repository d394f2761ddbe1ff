//! What packs offer to whoever writes another: the names that it can use, each with what it stands for.

use crate::packs;
use crate::say::{Failure, Say, Wrong, counted};
use pack::days::Deadline;
use pack::model::{
    Charge, Credential, Fee, Field, FieldKind, Flow, Form, Level, Material, Office, Policy, Procedure, Role,
    StepKind,
};
use pack::problem::nearest;
use pack::{Definitions, Id, Lang, Title};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// One kind of definition, by its heading, with all that it says: `flow`, `fields`, `material`, `role`, `office`,
    /// `deadline`, …; the names of every kind if none is named.
    kind: Option<String>,
    /// Answer in Chinese.
    #[arg(long)]
    zh: bool,
    /// The folder of packs; the shipped packs if none is named.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
}

/// What can be named from another definition, by its heading, and what for.
const KINDS: [(&str, &str, &str); 16] = [
    ("flow", "各事项共用的流程", "courses that procedures share"),
    ("fields", "各表单共用的问题", "groups of questions that forms share"),
    ("material", "材料", "papers and proofs"),
    ("fee", "收费", "fees"),
    ("credential", "证照", "credentials that are issued"),
    ("role", "岗位", "roles"),
    ("office", "单位", "offices"),
    ("category", "服务类别", "headings under which services are found"),
    ("object", "对象类型", "types of object"),
    ("purpose", "查阅个人信息的目的", "purposes for which personal data is read"),
    ("pause", "停止计算期限的事由", "what clocks stand still for"),
    ("deadline", "法定期限", "deadlines of the law"),
    ("instrument", "法律法规", "instruments of law"),
    ("domain", "期限的领域", "fields of work of deadlines"),
    ("policy", "权限规定", "policies"),
    ("procedure", "事项", "procedures"),
];

/// A definition that can be named.
struct Offer<'a> {
    id: &'a Id,
    title: &'a Title,
    /// What else it says, for people.
    lines: Vec<String>,
    /// The same for programs.
    more: Json,
}

impl<'a> Offer<'a> {
    fn plain((id, title): (&'a Id, &'a Title)) -> Self {
        Self { id, title, lines: Vec::new(), more: json!({}) }
    }
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let known = |word: &str| {
        KINDS.into_iter().find(|(kind, ..)| *kind == word || word.strip_suffix('s') == Some(*kind))
    };
    let chosen = match options.kind.as_deref() {
        None => KINDS.to_vec(),
        Some(word) => vec![known(word).ok_or_else(|| unknown(word))?],
    };
    let all = packs::definitions(options.packs.as_deref(), say)?;
    let shelf = Shelf { all: &all, lang: if options.zh { Lang::Zh } else { Lang::En } };
    let (mut words, mut json) = (Vec::new(), Map::new());
    for (kind, zh, en) in chosen {
        let offers = shelf.offers(kind);
        let rows = offers.iter().map(|offer| shelf.json(kind, offer)).collect();
        json.insert(kind.to_owned(), Json::Array(rows));
        if options.kind.is_some() {
            words.extend(offers.iter().map(|offer| shelf.told(kind, offer)));
            words.push(counted(offers.len() as u64, "definition"));
        } else if !offers.is_empty() {
            let names: Vec<&str> = offers.iter().map(|offer| offer.id.as_str()).collect();
            let heading = shelf.lang.pick(
                format!("{kind}（{zh}，{}个）", names.len()),
                format!("{kind} ({en}, {})", names.len()),
            );
            words.push(format!("{heading}\n{}", wrapped(&names)));
        }
    }
    if options.kind.is_none() {
        words.push(
            "`lianchi pack list KIND` says what each of them is, as `lianchi pack list flow`".to_owned(),
        );
    }
    say.answer(&words.join("\n"), &Json::Object(json))
}

fn unknown(word: &str) -> Failure {
    let kinds = KINDS.map(|(kind, ..)| kind);
    let mend = match nearest(word, kinds) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("use one of `{}`", kinds.join("`, `")),
    };
    Wrong(format!("packs have no `{word}`; {mend}")).into()
}

/// Names in lines of at most a hundred letters.
fn wrapped(names: &[&str]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut().filter(|line| line.len() + name.len() < 98) {
            Some(line) => line.extend([", ", name]),
            None => lines.push(format!("    {name}")),
        }
    }
    lines.join(",\n")
}

struct Shelf<'a> {
    all: &'a Definitions,
    lang: Lang,
}

impl<'a> Shelf<'a> {
    fn offers(&self, kind: &str) -> Vec<Offer<'a>> {
        let all = self.all;
        let law = || all.law.iter();
        let plain = |of: &'a BTreeMap<Id, Title>| of.iter().map(Offer::plain).collect();
        match kind {
            "flow" => all.flows.values().map(|flow| self.flow(flow)).collect(),
            "fields" => all.fields.iter().filter_map(|(id, form)| self.group(id, form)).collect(),
            "material" => all.materials.iter().map(|(id, one)| self.material(id, one)).collect(),
            "fee" => all.fees.values().map(|fee| self.fee(fee)).collect(),
            "credential" => all.credentials.values().map(|one| self.credential(one)).collect(),
            "role" => all.roles.values().map(|role| self.role(role)).collect(),
            "office" => all.offices.values().map(|office| self.office(office)).collect(),
            "category" => plain(&all.categories),
            "object" => plain(&all.objects),
            "purpose" => plain(&all.purposes),
            "pause" => plain(&all.pauses),
            "deadline" => {
                law().flat_map(|law| law.deadlines.values()).map(|one| self.deadline(one)).collect()
            }
            "instrument" => {
                let all = law().flat_map(|law| &law.instruments);
                all.map(|(id, one)| Offer::plain((id, &one.title))).collect()
            }
            "domain" => law().flat_map(|law| &law.domains).map(Offer::plain).collect(),
            "policy" => all.policies.values().map(policy).collect(),
            _ => all.procedures.values().map(procedure).collect(),
        }
    }

    fn text<'t>(&self, title: &'t Title) -> &'t str {
        self.lang.of(title)
    }

    /// The pack that it stands in, which whoever uses it requires.
    fn pack(&self, kind: &'static str, id: &Id) -> &'a str {
        let place = self.all.places.get(&(kind, id.clone()));
        place.and_then(|place| place.file.split('/').next()).unwrap_or_default()
    }

    fn told(&self, kind: &'static str, Offer { id, title, lines, .. }: &Offer<'_>) -> String {
        let pack = self.pack(kind, id);
        let lines: String = lines.iter().map(|line| format!("\n    {line}")).collect();
        self.lang.pick(
            format!("{id} · {}（{pack}）{lines}", title.zh),
            format!("{id} · {} (pack {pack}){lines}", title.en),
        )
    }

    fn json(&self, kind: &'static str, offer: &Offer<'_>) -> Json {
        let mut row =
            json!({ "id": offer.id.as_str(), "pack": self.pack(kind, offer.id), "title": both(offer.title) });
        if let (Json::Object(row), Json::Object(more)) = (&mut row, &offer.more) {
            row.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
        }
        row
    }

    fn flow(&self, flow: &'a Flow) -> Offer<'a> {
        let (mut lines, mut steps) = (Vec::new(), Vec::new());
        for step in &flow.steps {
            let kind = word(&StepKind::ALL, step.kind);
            let outcomes: Vec<&str> = step.outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
            let (id, role, title, ends) = (&step.id, &step.role, self.text(&step.title), outcomes.join(", "));
            lines.push(self.lang.pick(
                format!("环节 {id}：{title}（{kind}，由 {role} 办理），结果 {ends}"),
                format!("step {id}: {title} ({kind}, by {role}), ends as {ends}"),
            ));
            steps.push(json!({
                "id": id.as_str(), "kind": kind, "role": role.as_str(), "title": both(&step.title), "outcomes": outcomes,
            }));
        }
        let mut clocks = Vec::new();
        for clock in &flow.clocks {
            let (id, title) = (&clock.id, self.text(&clock.title));
            lines.push(self.lang.pick(format!("时钟 {id}：{title}"), format!("clock {id}: {title}")));
            clocks.push(json!({ "id": id.as_str(), "title": both(&clock.title) }));
        }
        Offer { id: &flow.id, title: &flow.title, lines, more: json!({ "steps": steps, "clocks": clocks }) }
    }

    fn group(&self, id: &'a Id, form: &'a Form) -> Option<Offer<'a>> {
        let line = |field: &Field| {
            let blank =
                if field.required { "" } else { self.lang.pick("；可不填", "; may be left blank") };
            let choices = choices(field).join(", ");
            let colon = if choices.is_empty() { "" } else { self.lang.pick("：", ": ") };
            let kind = format!("{}{colon}{choices}", field.kind.word());
            let (id, title) = (&field.id, self.text(&field.title));
            self.lang
                .pick(format!("{id}：{title}（{kind}{blank}）"), format!("{id}: {title} ({kind}{blank})"))
        };
        let mut lines: Vec<String> = form.fields.iter().map(line).collect();
        let papers: Vec<&str> = form.materials.iter().map(|asked| asked.material.as_str()).collect();
        if !papers.is_empty() {
            lines.push(format!(
                "{} {}",
                self.lang.pick("另需材料", "asks for the papers"),
                papers.join(", ")
            ));
        }
        let row = |field: &Field| {
            json!({
                "id": field.id.as_str(), "title": both(&field.title), "kind": field.kind.word(),
                "choices": choices(field), "required": field.required,
            })
        };
        let fields: Vec<Json> = form.fields.iter().map(row).collect();
        Some(Offer {
            id,
            title: form.title.as_ref()?,
            lines,
            more: json!({ "fields": fields, "materials": papers }),
        })
    }

    fn fee(&self, fee: &'a Fee) -> Offer<'a> {
        let (mut lines, mut charges) = (Vec::new(), Vec::new());
        for tier in &fee.tiers {
            let (told, charge) = match &tier.charge {
                Charge::Free => (self.lang.pick("不收费", "free").to_owned(), json!({ "free": true })),
                Charge::Fen(fen) => {
                    (self.lang.pick(format!("{fen}分"), format!("{fen} fen")), json!({ "fen": fen }))
                }
                Charge::SetBy(who) => {
                    let told =
                        format!("{} {}", self.lang.pick("标准由以下机关规定：", "set by"), self.text(who));
                    (told, json!({ "set_by": both(who) }))
                }
            };
            let when = tier.when.as_ref().map(|when| when.source.as_str());
            lines.push(when.map_or(told.clone(), |when| format!("{told} · {when}")));
            charges.push(json!({ "charge": charge, "when": when }));
        }
        Offer { id: &fee.id, title: &fee.title, lines, more: json!({ "tiers": charges }) }
    }

    fn material(&self, id: &'a Id, one: &'a Material) -> Offer<'a> {
        let lines = one.from.iter().map(|from| self.text(from).to_owned()).collect();
        let more = json!({ "from": one.from.as_ref().map(both), "personal": one.personal });
        Offer { id, title: &one.title, lines, more }
    }

    fn credential(&self, one: &'a Credential) -> Offer<'a> {
        let shows = names(&one.shows);
        let one_per = names(&one.one_per);
        let line = |word: &str, all: &[&str]| (!all.is_empty()).then(|| format!("{word} {}", all.join(", ")));
        let shown = line(self.lang.pick("载明", "shows"), &shows);
        let single = line(self.lang.pick("同时只有一份有效，依据", "one at a time per"), &one_per);
        let lines = shown.into_iter().chain(single).collect();
        let more = json!({ "shows": shows, "one_per": one_per });
        Offer { id: &one.id, title: &one.title, lines, more }
    }

    fn role(&self, role: &'a Role) -> Offer<'a> {
        let lines = role.about.iter().map(|about| self.text(about).to_owned()).collect();
        let more = json!({ "about": role.about.as_ref().map(both), "program": role.program });
        Offer { id: &role.id, title: &role.title, lines, more }
    }

    fn office(&self, office: &'a Office) -> Offer<'a> {
        let level = word(&Level::ALL, office.level);
        let mut lines = vec![match &office.parent {
            Some(parent) => {
                self.lang.pick(format!("{level}，隶属 {parent}"), format!("{level}, under {parent}"))
            }
            None => level.to_owned(),
        }];
        let handles = names(&office.handles);
        if !handles.is_empty() {
            lines.push(format!("{} {}", self.lang.pick("办理", "handles"), handles.join(", ")));
        }
        let parent = office.parent.as_ref().map(Id::as_str);
        let more = json!({ "level": level, "parent": parent, "handles": handles });
        Offer { id: &office.id, title: &office.title, lines, more }
    }

    fn deadline(&self, one: &'a Deadline) -> Offer<'a> {
        let limit = one.limit.map(|limit| limit.to_string());
        let article = one.cite.as_ref().map(|cite| cite.article.as_str());
        let mut line = limit.clone().unwrap_or_else(|| self.lang.pick("未定期限", "no limit set").to_owned());
        line.push_str(&format!(" · {} {}", one.instrument, article.unwrap_or_default()));
        let lines = vec![self.text(&one.trigger).to_owned(), line.trim_end().to_owned()];
        let more = json!({
            "ref": one.reference.as_deref(), "trigger": both(&one.trigger), "limit": limit,
            "instrument": one.instrument.as_str(), "article": article, "domain": one.domain.as_str(),
        });
        Offer { id: &one.id, title: &one.action, lines, more }
    }
}

fn policy(one: &Policy) -> Offer<'_> {
    let more = json!({ "roles": names(&one.roles), "actions": names(&one.actions) });
    Offer { more, ..Offer::plain((&one.id, &one.title)) }
}

fn procedure(one: &Procedure) -> Offer<'_> {
    let more = json!({ "flow": one.flow.id.as_str(), "category": one.category.as_str() });
    Offer { more, ..Offer::plain((&one.id, &one.title)) }
}

/// What can be chosen, by the names that conditions have for it.
fn choices(field: &Field) -> Vec<&str> {
    match &field.kind {
        FieldKind::Choice(all) | FieldKind::Choices(all) => all.iter().map(|one| one.id.as_str()).collect(),
        _ => Vec::new(),
    }
}

fn names(ids: &[Id]) -> Vec<&str> {
    ids.iter().map(Id::as_str).collect()
}

fn word<T: Copy + PartialEq>(all: &[(&'static str, T)], one: T) -> &'static str {
    all.iter().find(|(_, other)| *other == one).map_or("", |(word, _)| word)
}

fn both(title: &Title) -> Json {
    json!({ "zh": title.zh.as_str(), "en": title.en.as_str() })
}
