use super::{HowMany, Length, Model, Pattern, Scope, Subject, Template};
use crate::Title;
use crate::days::Limit;
use crate::model::Basis;
use std::fmt::Write as _;

/// A model as its pack would have it, so that what is derived can be taken into one's own hands. A blank line ends it.
pub fn write(model: &Model) -> String {
    let mut text = String::new();
    if let Some(origin) = &model.origin {
        let _ = writeln!(text, "# {} of {}: {}", origin.duty.word(), origin.procedure, origin.clause);
    }
    let _ = writeln!(text, "[model.{}]", model.id);
    let mut put = |name: &str, value: String| {
        let _ = writeln!(text, "{name} = {value}");
    };
    put("title", title(&model.title));
    model.about.iter().for_each(|about| put("about", title(about)));
    match &model.on {
        Subject::Record => {}
        Subject::Procedure(id) => put("procedure", quoted(id.as_str())),
        Subject::Log(id) => put("log", quoted(id.as_str())),
    }
    put("of", scope(&model.scope));
    let (activation, target) = model.roles();
    match &model.second {
        None => put(&model.template.key(), activities(&model.first)),
        Some(second) => {
            put(&model.template.key(), format!("[{}, {}]", activities(&model.first), activities(second)));
        }
    }
    if let Template::Existence(count) | Template::Absence(count) | Template::Exactly(count) = model.template
        && count != 1
    {
        put("times", count.to_string());
    }
    let conditions = [
        ("activation", activation.condition.as_ref()),
        ("target", target.and_then(|target| target.condition.as_ref())),
        ("correlation", model.correlation.as_ref()),
    ];
    for (name, condition) in conditions {
        condition.iter().for_each(|condition| put(name, quoted(&condition.source)));
    }
    let bounds = [("from", &model.window.least), ("within", &model.window.most)];
    for (name, bound) in bounds {
        bound.iter().for_each(|bound| put(name, length(bound)));
    }
    put("severity", quoted(model.severity.word()));
    match model.law.as_slice() {
        [] => {}
        [one] => put("law", basis(one)),
        several => put("law", format!("[{}]", several.iter().map(basis).collect::<Vec<_>>().join(", "))),
    }
    model.basis.iter().for_each(|basis| put("basis", title(basis)));
    model.remedy.iter().for_each(|remedy| put("remedy", title(remedy)));
    model.owner.iter().for_each(|owner| put("owner", quoted(owner.as_str())));
    text.push('\n');
    text
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn title(title: &Title) -> String {
    format!("{{ zh = {}, en = {} }}", quoted(&title.zh), quoted(&title.en))
}

fn basis(basis: &Basis) -> String {
    let [of, article, quote] = [basis.instrument.as_str(), &basis.article, &basis.quote].map(quoted);
    format!("{{ of = {of}, article = {article}, quote = {quote} }}")
}

fn activities(pattern: &Pattern) -> String {
    let all: Vec<String> = pattern.activities.iter().map(|activity| quoted(activity.as_str())).collect();
    match all.as_slice() {
        [one] => one.clone(),
        several => format!("[{}]", several.join(", ")),
    }
}

fn scope(scope: &Scope) -> String {
    let each = quoted(scope.each.as_str());
    let Some(over) = &scope.over else { return each };
    let object = quoted(over.object.as_str());
    let how_many = match over.how_many {
        HowMany::All => format!("all = {object}"),
        HowMany::Between { least: 1, most: None } => format!("any = {object}"),
        HowMany::Between { least, most } => {
            let most = most.map(|most| format!(", most = {most}")).unwrap_or_default();
            format!("count = {object}, least = {least}{most}")
        }
    };
    let link =
        over.link.as_ref().map(|link| format!(", link = {}", quoted(link.as_str()))).unwrap_or_default();
    let through: Vec<String> = over.through.iter().map(|kind| quoted(kind.as_str())).collect();
    let through = match through.is_empty() {
        true => String::new(),
        false => format!(", through = [{}]", through.join(", ")),
    };
    format!("{{ each = {each}, {how_many}{link}{through} }}")
}

fn length(length: &Length) -> String {
    let limit = |limit: &Limit| quoted(&limit.to_string());
    match length {
        Length::Elapsed { amount, unit } => quoted(&unit.told(*amount).en),
        Length::Counted { limit: own, by } => {
            let by = by.as_ref().map(|by| format!(", by = {}", quoted(by.as_str()))).unwrap_or_default();
            format!("{{ counted = {}{by} }}", limit(own))
        }
        Length::Deadline { id, promise } => {
            let promise =
                promise.as_ref().map(|own| format!(", counted = {}", limit(own))).unwrap_or_default();
            format!("{{ deadline = {}{promise} }}", quoted(id.as_str()))
        }
    }
}
