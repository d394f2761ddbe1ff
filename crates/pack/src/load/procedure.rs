use super::city::condition;
use super::flow::{check_answers, check_waits, work_in};
use super::form::{form, own};
use super::{Kind, Loader, pick};
use crate::model::{
    Audience, Basis, Channel, Clock, ClockLimit, Conditions, Definitions, Flow, Id, Level, MaterialUse,
    Procedure, Start, StepKind,
};
use crate::reader::{Member, Node};

pub(super) fn read(loader: &Loader, pack: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in loader.define(Kind::Procedure, root) {
        let procedure = procedure(loader, pack, id.clone(), node, definitions);
        definitions.procedures.extend(procedure.map(|procedure| (id, procedure)));
    }
}

fn procedure(loader: &Loader, pack: &Id, id: Id, node: Node<'_>, shared: &Definitions) -> Option<Procedure> {
    let flow_id = node.need("flow", "\"counter\"")?.id().map(|flow| loader.want(Kind::Flow, flow))?;
    let category = node.need("category", "\"household\"").and_then(|member| member.id());
    let level = node.need("level", "\"station\"").and_then(|member| pick(&member, &Level::ALL));
    let object = match node.id("object") {
        Some(object) => loader.want(Kind::Object, object),
        None => Id::from("application"),
    };
    let start = match node.id("started-by") {
        Some(role) => Start::Role(loader.want(Kind::Role, role)),
        None => Start::Party,
    };
    let limit = node.id("limit").map(|deadline| loader.want(Kind::Deadline, deadline));
    let promise = own(&node, "promise");
    let mut flow = shared.flows.get(&flow_id).cloned();
    if let Some(flow) = &mut flow {
        work_in(loader, &node, flow, shared);
        leave_out(&node, flow);
        issue(loader, &node, flow);
        resolve_clocks(flow, limit.as_ref(), promise);
    }
    let form = form(loader, &node, "form", shared);
    if let Some(flow) = &flow {
        check_waits(flow, &node);
        check_answers(flow, &form, &node);
    }
    let procedure = Procedure {
        id,
        pack: pack.clone(),
        item: node.text("item").map(str::to_owned),
        title: node.need_title("title"),
        about: node.title("about"),
        category: category.map(|category| loader.want(Kind::Category, category)).unwrap_or_default(),
        audience: words(&node, "audience", &Audience::ALL, &[Audience::Person]),
        search: node.texts("search").into_iter().map(str::to_owned).collect(),
        channels: words(&node, "channels", &Channel::ALL, &Channel::ALL.map(|(_, channel)| channel)),
        start,
        object,
        level: level.unwrap_or(Level::Station),
        law: node
            .get("law")
            .map(|law| law.items().filter_map(|item| basis(loader, &item)).collect())
            .unwrap_or_default(),
        limit,
        promise,
        duty: node.title("duty"),
        fee: node.id("fee").map(|fee| loader.want(Kind::Fee, fee)),
        materials: materials(loader, &node),
        form,
        flow: flow?,
        conditions: Conditions::default(),
        place: node.place(),
    };
    check_issued(&node, &procedure, shared);
    node.finish();
    Some(procedure)
}

/// Has the last decision issue the credential that the procedure names.
fn issue(loader: &Loader, node: &Node<'_>, flow: &mut Flow) {
    let Some(reference) = node.id("issues") else { return };
    match flow.steps.iter_mut().rev().find(|step| step.kind == StepKind::Decide) {
        Some(step) => step.issues = Some(loader.want(Kind::Credential, reference)),
        None => {
            let what =
                format!("the flow `{}` decides nothing, so nothing issues `{}`", flow.id, reference.id);
            let mend = "give the step that issues it `issues = \"…\"`";
            node.report_at(&reference.place, what, mend);
        }
    }
}

/// A credential can show only what the procedure, or the step that issues it, asks for.
fn check_issued(node: &Node<'_>, procedure: &Procedure, shared: &Definitions) {
    for step in &procedure.flow.steps {
        let Some(credential) = step.issues.as_ref().and_then(|id| shared.credentials.get(id)) else {
            continue;
        };
        for shown in credential.shows.iter().chain(&credential.until) {
            if procedure.form.field(shown.as_str()).or_else(|| step.form.field(shown.as_str())).is_none() {
                node.report(
                    format!(
                        "`{}` issues `{}`, which shows `{shown}`, but nobody asks for it",
                        procedure.id, credential.id
                    ),
                    format!("add a field `{shown}` to the form, or take it out of the credential"),
                );
            }
        }
    }
}

fn words<T: Copy>(node: &Node<'_>, name: &'static str, all: &[(&'static str, T)], usual: &[T]) -> Vec<T> {
    match node.get(name) {
        Some(member) => member.items().filter_map(|item| pick(&item, all)).collect(),
        None => usual.to_vec(),
    }
}

/// Takes out the steps that the procedure does without; what came after such a step comes after what it came after.
fn leave_out(node: &Node<'_>, flow: &mut Flow) {
    for reference in node.ids("without") {
        let Some(position) = flow.steps.iter().position(|step| step.id == reference.id) else {
            let what = format!("the flow has no step `{}` to do without", reference.id);
            node.report_at(&reference.place, what, "remove it from `without`");
            continue;
        };
        let gone = flow.steps.remove(position);
        for step in &mut flow.steps {
            if step.after.iter().any(|after| after.step == gone.id) {
                step.after.retain(|after| after.step != gone.id);
                step.after.extend(gone.after.iter().cloned());
            }
            step.separate.retain(|other| *other != gone.id);
        }
        if let Some(correction) = &mut flow.correction {
            correction.at.retain(|at| *at != gone.id);
        }
        flow.clocks.retain(|clock| !names(clock, &gone.id));
    }
}

fn names(clock: &Clock, step: &Id) -> bool {
    let at =
        |mark: &crate::model::Mark| matches!(mark, crate::model::Mark::Done(after) if after.step == *step);
    at(&clock.from) || at(&clock.to)
}

/// Gives the clocks that run for the procedure's own limit that limit, or its promise where the law sets none; a clock
/// with neither does not run.
fn resolve_clocks(flow: &mut Flow, limit: Option<&Id>, promise: Option<crate::model::Own>) {
    flow.clocks.retain_mut(|clock| {
        if clock.limit != ClockLimit::Procedure {
            return true;
        }
        clock.promise = promise.filter(|_| limit.is_some());
        let resolved = limit.map(|id| ClockLimit::Law(id.clone())).or(promise.map(ClockLimit::Own));
        resolved.is_some_and(|limit| {
            clock.limit = limit;
            true
        })
    });
}

/// `{ of = "household-regulations", article = "第七条", quote = "…" }`
fn basis(loader: &Loader, member: &Member<'_>) -> Option<Basis> {
    let node = member.node()?;
    let instrument = node.need("of", "\"household-regulations\"").and_then(|of| of.id());
    let article = node.need("article", "\"第七条\"").and_then(|article| article.text());
    let quote = node.need("quote", "\"…\"").and_then(|quote| quote.text());
    let place = node.place();
    let read = || {
        let instrument = loader.want(Kind::Instrument, instrument?);
        Some(Basis { instrument, article: article?.to_owned(), quote: quote?.to_owned(), place })
    };
    let basis = read();
    node.finish();
    basis
}

fn materials(loader: &Loader, node: &Node<'_>) -> Vec<MaterialUse> {
    let mut uses: Vec<MaterialUse> = Vec::new();
    for row in node.rows("material") {
        let material = row.need("use", "\"identity-card\"").and_then(|member| member.id());
        let when = condition(&row, "when");
        let optional = row.flag("optional");
        let law = row.get("law").and_then(|law| basis(loader, &law));
        if let Some(material) = material.map(|material| loader.want(Kind::Material, material)) {
            if uses.iter().any(|other| other.material == material) {
                row.report(format!("`{material}` is asked for twice"), "join the two with one `when`");
            }
            uses.push(MaterialUse { material, when, optional, law });
        }
        row.finish();
    }
    uses
}
