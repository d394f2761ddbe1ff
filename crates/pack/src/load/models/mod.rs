//! Models of oversight, and the logs from elsewhere that some of them speak of.

use super::city::condition;
use super::material::basis;
use super::{Kind, Loader, pick};
use crate::cel::Checked;
use crate::model::{Condition, Definitions, Id};
use crate::models::{Language, Model, Pattern, Severity, Subject, Template};
use crate::problem::meant;
use crate::reader::{Member, Node};
use record::Activity;

mod log;
mod scope;
mod window;

pub(super) use log::read as read_logs;
pub(super) use window::open_hours;

pub(super) fn read(loader: &Loader, pack: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in loader.define_all(Kind::Model, root) {
        let model = Reading { loader, node: &node, all: definitions }.model(pack, id.clone());
        node.finish();
        definitions.models.extend(model.map(|model| (id, model)));
    }
}

/// One model being read.
struct Reading<'a> {
    loader: &'a Loader,
    node: &'a Node<'a>,
    all: &'a Definitions,
}

impl Reading<'_> {
    fn model(&self, pack: &Id, id: Id) -> Option<Model> {
        let node = self.node;
        let on = self.subject();
        // What could not be read may be what it speaks of.
        let known = match &on {
            Subject::Log(id) => self.loader.reads(Kind::Log, id),
            Subject::Procedure(id) => self.loader.gaps(Kind::Procedure, id).is_none(),
            Subject::Record => self.loader.knows_all(),
        };
        let language = Language::of(&on, self.all).filter(|_| known);
        let title = node.need_title("title");
        let scope = self.scope(&on);
        let rule = self.rule(&id);
        let template = rule.as_ref().map(|rule| rule.template);
        let window = self.window();
        let conditions = ["activation", "target", "correlation"].map(|name| condition(node, name));
        if let Some(language) = &language {
            self.check(language, rule.as_ref(), &conditions);
        }
        if let Some(template) = template {
            self.check_parts(template, &conditions);
        }
        let severities = node.get("severity").map(|member| pick(&member, &Severity::ALL));
        let law = node.get("law");
        let law = law.map(|law| law.items().filter_map(|item| basis(self.loader, &item)).collect());
        let owner = node.id("owner").map(|role| self.loader.want(Kind::Role, role));
        let (about, basis, remedy) = (node.title("about"), node.title("basis"), node.title("remedy"));
        let Rule { template, first, second, .. } = rule?;
        let [activation, target, correlation] = conditions;
        let (of_first, of_second) =
            if template.is_activated_by_second() { (target, activation) } else { (activation, target) };
        let pattern = |activities, condition| Pattern { activities, condition };
        Some(Model {
            id,
            pack: pack.clone(),
            title,
            about,
            on,
            scope: scope?,
            template,
            first: pattern(first, of_first),
            second: second.map(|second| pattern(second, of_second)),
            correlation,
            window,
            severity: severities.flatten().unwrap_or(Severity::Serious),
            law: law.unwrap_or_default(),
            basis,
            remedy,
            owner,
            origin: None,
            place: node.place(),
        })
    }

    /// Whose events it speaks of: the record's, unless it names a log.
    fn subject(&self) -> Subject {
        let log = self.node.id("log").map(|log| self.loader.want(Kind::Log, log));
        let procedure = self.node.id("procedure").map(|one| self.loader.want(Kind::Procedure, one));
        match (log, procedure) {
            (Some(_), Some(procedure)) => {
                let what = "a model speaks of a log or of a procedure's cases, not of both";
                self.node.report(what, "remove `log` or `procedure`");
                Subject::Procedure(procedure)
            }
            (Some(log), None) => Subject::Log(log),
            (None, Some(procedure)) => Subject::Procedure(procedure),
            (None, None) => Subject::Record,
        }
    }

    /// The one template that it names, with the activities.
    fn rule(&self, id: &Id) -> Option<Rule> {
        let node = self.node;
        let named = Template::keys().iter().filter_map(|(key, form)| Some((*form, node.get(key)?)));
        let named: Vec<(Template, Member<'_>)> = named.collect();
        let times = node.get("times").map(|member| (member.count(), member));
        match named.as_slice() {
            [] => {
                let mend = "add a template with its activities, such as `response = [\"…\", \"…\"]` or `absence = \"…\"`";
                node.report(format!("`{id}` does not say what must hold"), mend);
                None
            }
            [(form, member)] => {
                let template = match (form, times) {
                    (form, None) => *form,
                    (Template::Existence(_), Some((times, _))) => Template::Existence(times?),
                    (Template::Absence(_), Some((times, _))) => Template::Absence(times?),
                    (Template::Exactly(_), Some((times, _))) => Template::Exactly(times?),
                    (form, Some((_, times))) => {
                        let mend = "remove it; only `existence`, `absence` and `exactly` count";
                        times.report(format!("`{}` counts nothing", form.key()), mend);
                        return None;
                    }
                };
                activities(template, member)
            }
            [_, (form, member), ..] => {
                let mend = "make another model of it; one model says one thing";
                member.report(format!("`{id}` says `{}`, too", form.key()), mend);
                None
            }
        }
    }

    /// Activities and conditions must be of what the subject knows.
    fn check(&self, language: &Language, rule: Option<&Rule>, conditions: &[Option<Condition>; 3]) {
        let [activation, target, correlation] = conditions;
        let of_one = activation.iter().chain(target).map(|condition| (condition, &language.event));
        for (condition, env) in of_one.chain(correlation.iter().map(|condition| (condition, &language.pair)))
        {
            match condition.check(env) {
                Ok(checked) => self.check_seen(language, condition, &checked),
                Err(problems) => problems.into_iter().for_each(|problem| {
                    let place = crate::problem::Place {
                        file: problem.file,
                        line: problem.line,
                        column: problem.column,
                    };
                    self.node.report_at(&place, problem.what, problem.mend);
                }),
            }
        }
        let Some(rule) = rule else { return };
        for (activity, place) in &rule.places {
            if language.title(activity).is_some() {
                continue;
            }
            let names = language.activities.iter().map(|(name, _)| name.as_str());
            let mend = match language.activities.len() {
                0..=30 => meant(activity.as_str(), names, "use one of"),
                _ => match crate::problem::nearest(activity.as_str(), names) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "name what a step of some procedure does; `lianchi pack explain` tells them"
                        .to_owned(),
                },
            };
            self.node.report_at(place, format!("nothing is called `{activity}` here"), mend);
        }
    }

    /// A sealed answer is unknown to every model: one that speaks of it would watch nothing and say that all is well.
    fn check_seen(&self, language: &Language, condition: &Condition, checked: &Checked) {
        for name in language.sealed_in(checked) {
            let mend = "speak of what stands in clear; where the answer tells of nobody's life, give its field \
                        `personal = false`";
            self.node.report_at(&condition.place, format!("no model sees `{name}`: it is sealed"), mend);
        }
    }

    /// Not every template has every part.
    fn check_parts(&self, template: Template, conditions: &[Option<Condition>; 3]) {
        let [_, target, correlation] = conditions;
        let report = |condition: &Option<Condition>, what: String, mend: &str| {
            if let Some(condition) = condition {
                self.node.report_at(&condition.place, what, mend);
            }
        };
        let key = template.key();
        if !template.is_binary() {
            let mend = "put it into `activation`, or choose a template with two patterns";
            report(target, format!("`{key}` has no target"), mend);
            report(correlation, format!("`{key}` has no target to compare with"), mend);
        } else if template.is_choice() {
            report(correlation, format!("in `{key}` nothing activates anything"), "remove the correlation");
        }
        if template == Template::Init && (self.node.has("within") || self.node.has("from")) {
            self.node.report("what comes first comes at once", "remove the time");
        }
    }
}

/// A template with its activities.
struct Rule {
    template: Template,
    first: Vec<Activity>,
    second: Option<Vec<Activity>>,
    places: Vec<(Activity, crate::problem::Place)>,
}

/// `["A", "B"]` for a template with two patterns, each perhaps several activities: `["A", ["B", "C"]]`.
fn activities(template: Template, member: &Member<'_>) -> Option<Rule> {
    let key = template.key();
    let mut places = Vec::new();
    let mut named = |member: &Member<'_>| -> Vec<Activity> {
        let all: Vec<(Activity, _)> =
            member.items().filter_map(|item| Some((Activity::from(item.text()?), item.place()))).collect();
        places.extend(all.iter().cloned());
        if all.is_empty() {
            member.report(format!("`{key}` names no activity"), "name one, in quotes");
        }
        all.into_iter().map(|(activity, _)| activity).collect()
    };
    if !template.is_binary() {
        let first = named(member);
        return Some(Rule { template, first, second: None, places });
    }
    let items: Vec<Member<'_>> = member.items().collect();
    let [first, second] = items.as_slice() else {
        let mend = format!(
            "write `{key} = [\"…\", \"…\"]`; several activities for one place stand in a list of their own"
        );
        member.report(format!("`{key}` speaks of two patterns, and here are {}", items.len()), mend);
        return None;
    };
    let (first, second) = (named(first), named(second));
    Some(Rule { template, first, second: Some(second), places })
}
