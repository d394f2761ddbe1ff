use super::rewrite;
use pack::cel::{self, Expr, ExprKind};
use pack::model::Condition;
use pack::models::{Model, Pattern, Template};

/// What a model says, written in one way only: two models that differ in name and words alone have the same.
///
/// Activities stand in the order of their names, parts of “and” and “or” in that of their texts, and the patterns of a
/// template that says the same with them exchanged likewise.
pub fn canonical(model: &Model) -> String {
    let mut patterns: Vec<String> = model.patterns().map(pattern).collect();
    let mutual = model.template.is_choice()
        || matches!(model.template, Template::CoExistence | Template::NotCoExistence)
            && model.correlation.is_none();
    if mutual {
        patterns.sort();
    }
    let correlation = model.correlation.as_ref().map(condition).unwrap_or_default();
    let window = &model.window;
    format!(
        "{:?} | {:?} | {} | {} | {correlation} | {:?} {:?}",
        model.on,
        model.scope,
        model.template,
        patterns.join(" | "),
        window.least,
        window.most
    )
}

fn pattern(pattern: &Pattern) -> String {
    let mut activities: Vec<&str> = pattern.activities.iter().map(|activity| activity.as_str()).collect();
    activities.sort_unstable();
    activities.dedup();
    let condition = pattern.condition.as_ref().map(condition).unwrap_or_default();
    format!("{activities:?} when {condition}")
}

fn condition(condition: &Condition) -> String {
    cel::parse(&condition.source).map_or_else(|_| condition.source.clone(), |expr| ordered(&expr).to_string())
}

/// The expression with the parts of every “and” and “or” in order, each once.
fn ordered(expr: &Expr) -> Expr {
    let sorted = |parts: &[Expr]| {
        let mut parts: Vec<Expr> = parts.iter().map(ordered).collect();
        parts.sort_by_key(ToString::to_string);
        parts.dedup_by_key(|part| part.to_string());
        parts
    };
    rewrite(expr, &mut |part| match &part.kind {
        ExprKind::And(all) => Some(ExprKind::And(sorted(all))),
        ExprKind::Or(any) => Some(ExprKind::Or(sorted(any))),
        _ => None,
    })
}
