use crate::catalogue::rewrite;
use pack::Id;
use pack::cel::{self, Expr, ExprKind, Literal, Word};
use pack::model::{Condition, FieldKind, Form, Procedure};

/// A procedure's own condition, said of an event of its case: what `form` and `steps` are to the procedure, the event has
/// under the names `form.FIELD`, `STEP.FIELD` and `STEP.outcome`. None where it asks what an event cannot tell: a sealed
/// answer above all.
pub(super) fn of_event(condition: &Condition, procedure: &Procedure) -> Option<String> {
    let expr = cel::parse(&condition.source).ok()?;
    let mut lost = false;
    let said = rewrite(&expr, &mut |part| translated(part, procedure, &mut lost));
    (!lost).then(|| said.to_string())
}

fn translated(part: &Expr, procedure: &Procedure, lost: &mut bool) -> Option<ExprKind> {
    let fact = match &part.kind {
        ExprKind::Has(of, word) => {
            let name = match (&of.kind, path(of).as_deref()) {
                (_, Some(["form"])) => named("form", &procedure.form, &word.text)?.0,
                (_, Some(["steps"])) => format!("{}.outcome", step(procedure, &word.text)?),
                (_, Some(["steps", own])) => recorded(procedure, own, &word.text)?.0,
                _ => return None,
            };
            let event = Expr { kind: ExprKind::Name { name: "event".into(), root: false }, span: part.span };
            return Some(ExprKind::Has(Box::new(event), Word { text: name.into(), span: part.span }));
        }
        ExprKind::Name { name, .. } if name == "today" => return parsed("date(event.time)"),
        ExprKind::Name { name, .. } if name == "form" || name == "steps" => {
            *lost = true;
            return None;
        }
        ExprKind::Call { function, target: None, args } if function.text == "age" => {
            let mut said = args
                .iter()
                .map(|arg| rewrite(arg, &mut |part| translated(part, procedure, lost)).to_string());
            let (born, day) = (said.next()?, said.next()?);
            return parsed(&age(&born, &day));
        }
        ExprKind::Select(..) | ExprKind::Index(..) => match path(part).as_deref()? {
            ["form", field] => named("form", &procedure.form, field)?,
            ["steps", own, field] => recorded(procedure, own, field)?,
            _ => return None,
        },
        _ => return None,
    };
    let (name, is_date) = fact;
    let read = format!("event[{}]", Literal::String(name.as_str().into()));
    parsed(&if is_date { format!("date({read})") } else { read })
}

/// `["steps", "decide", "outcome"]` of `steps.decide.outcome`.
fn path(expr: &Expr) -> Option<Vec<&str>> {
    let (of, name) = match &expr.kind {
        ExprKind::Name { name, .. } => return Some(vec![name.as_str()]),
        ExprKind::Select(of, word) => (of, word.text.as_str()),
        ExprKind::Index(of, at) => match &at.kind {
            ExprKind::Literal(Literal::String(name)) => (of, name.as_str()),
            _ => return None,
        },
        _ => return None,
    };
    let mut path = path(of)?;
    path.push(name);
    Some(path)
}

/// The attribute of an event for a field of a form, and whether it is a day, which the record keeps as a text.
fn named(of: &str, form: &Form, word: &str) -> Option<(String, bool)> {
    let called = |id: &Id| id.as_str() == word || id.variable() == word;
    let field = form.fields.iter().find(|field| called(&field.id) && !field.personal)?;
    Some((format!("{of}.{}", field.id), field.kind == FieldKind::Date))
}

fn recorded(procedure: &Procedure, own: &str, word: &str) -> Option<(String, bool)> {
    let id = step(procedure, own)?;
    if word == "outcome" {
        return Some((format!("{id}.outcome"), false));
    }
    named(id, &procedure.flow.step(id)?.form, word)
}

fn step<'p>(procedure: &'p Procedure, word: &str) -> Option<&'p str> {
    let called = |id: &Id| id.as_str() == word || id.variable() == word;
    procedure.flow.steps.iter().map(|step| &step.id).find(|id| called(id)).map(Id::as_str)
}

/// The whole years from one day to another.
fn age(born: &str, day: &str) -> String {
    let [years, months, days] =
        ["getFullYear", "getMonth", "getDate"].map(|part| move |of: &str| format!("{of}.{part}()"));
    format!(
        "{} - {} - ({} < {} || {} == {} && {} < {} ? 1 : 0)",
        years(day),
        years(born),
        months(day),
        months(born),
        months(day),
        months(born),
        days(day),
        days(born)
    )
}

fn parsed(source: &str) -> Option<ExprKind> {
    cel::parse(source).ok().map(|expr| expr.kind)
}
