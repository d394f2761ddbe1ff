use super::flow::{check_answers, work_in};
use super::form::{form, own_of, time_of_office};
use super::material::{basis, uses};
use super::{Kind, Loader, pauses, pick, promise, reach, waits};
use crate::model::{
    Audience, Channel, ClockLimit, Conditions, Credential, Definitions, FieldKind, Flow, Form, Gaps, Id,
    Level, Manifest, Mark, MaterialUse, Own, Procedure, Retention, Start, Step, StepKind, Unit,
};
use crate::problem::nearest;
use crate::reader::{Member, Node};
use jiff::civil::Date;

pub(super) fn read(loader: &Loader, pack: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in loader.define_all(Kind::Procedure, root) {
        let procedure = procedure(loader, pack, id.clone(), node, definitions);
        definitions.procedures.extend(procedure.map(|procedure| (id, procedure)));
    }
}

fn procedure(loader: &Loader, pack: &Id, id: Id, node: Node<'_>, shared: &Definitions) -> Option<Procedure> {
    let manifest = shared.packs.get(pack);
    let object = match node.id("object") {
        Some(object) => loader.want(Kind::Object, object),
        None => Id::from("application"),
    };
    let start = match node.id("started-by") {
        Some(role) => Start::Role(loader.want(Kind::Role, role)),
        None => Start::Party,
    };
    let limit = node.id("limit").map(|deadline| loader.want(Kind::Deadline, deadline));
    let promise = node.get("promise").and_then(|member| time_of_office(&member));
    promise::check(&node, promise, limit.as_ref(), shared);
    let whole = loader.reads(Kind::Procedure, &id);
    let mut gaps = Gaps { form: !whole, in_steps: !whole, ..Gaps::default() };
    let mut form = form(loader, &node, "form", shared, &mut gaps);
    waits::check_form(&form, &node);
    // What a party answers for themselves, and what offices write down about it, tells of the party's life.
    let personal = start == Start::Party;
    if personal {
        form.seal();
    }
    let flow = course(loader, &node, (&form, personal), shared, (limit.as_ref(), promise), &mut gaps);
    let procedure = Procedure {
        id,
        pack: pack.clone(),
        item: node.text("item").map(str::to_owned),
        title: node.need_title("title"),
        about: node.title("about"),
        category: category(loader, pack, &node, manifest),
        audience: words(&node, "audience", &Audience::ALL, &[Audience::Person]),
        search: node.texts("search").into_iter().map(str::to_owned).collect(),
        channels: words(&node, "channels", &Channel::ALL, &Channel::ALL.map(|(_, channel)| channel)),
        start,
        object,
        level: level(loader, pack, &node, manifest),
        law: node
            .get("law")
            .map(|law| law.items().filter_map(|item| basis(loader, &item)).collect())
            .unwrap_or_default(),
        limit,
        promise,
        duty: node.title("duty"),
        fees: loader.want_all(Kind::Fee, node.ids("fee")),
        materials: materials(uses(loader, &node), &form),
        form,
        flow: flow.clone().unwrap_or_else(|| Flow::named(&Id::default())),
        conditions: Conditions::default(),
        retention: retention(loader, &node)
            .or_else(|| manifest.and_then(|manifest| manifest.retention.clone())),
        effective: manifest.map_or(Date::MIN, |manifest| manifest.effective),
        replaces: node.id("replaces").map(|other| loader.want(Kind::Procedure, other)),
        replaced: None,
        place: node.place(),
    };
    if gaps.is_none() {
        check_issued(&node, &procedure, shared);
    }
    node.finish();
    loader.gaps.borrow_mut().insert((Kind::Procedure, procedure.id.clone()), gaps);
    if flow.is_none() {
        loader.unfinished.borrow_mut().push(procedure);
        return None;
    }
    Some(procedure)
}

/// `"10 years"`, `"for good"`, or `{ keep = "10 years", law = { … } }` where an article says so.
pub(super) fn retention(loader: &Loader, node: &Node<'_>) -> Option<Retention> {
    let member = node.get("retention")?;
    if !member.is_table() {
        return keep(&member).map(|keep| Retention { keep, law: None });
    }
    let node = member.node()?;
    let kept = node.need("keep", "\"10 years\"").and_then(|member| keep(&member));
    let law = node.need("law", "{ of = \"…\", article = \"…\", quote = \"…\" }");
    let law = law.and_then(|member| basis(loader, &member));
    node.finish();
    kept.map(|keep| Retention { keep, law })
}

/// How long something is kept, or that it is for good.
fn keep(member: &Member<'_>) -> Option<Option<Own>> {
    if member.text()? == "for good" {
        return Some(None);
    }
    let own = own_of(member)?;
    if !matches!(own.unit, Unit::Days | Unit::Months | Unit::Years) {
        let mend = "count it in days, months or years, as `\"10 years\"`, or write `\"for good\"`";
        member.report("what is kept is not counted in whole days", mend);
    }
    Some(Some(own))
}

/// The shared flow with the procedure's own steps, clocks and credential worked in; none where there is no such flow.
fn course(
    loader: &Loader,
    node: &Node<'_>,
    (form, personal): (&Form, bool),
    shared: &Definitions,
    (limit, promise): (Option<&Id>, Option<Own>),
    gaps: &mut Gaps,
) -> Option<Flow> {
    let named = node.need("flow", "\"counter\"").and_then(|member| member.id());
    let named = named.map(|flow| loader.want(Kind::Flow, flow));
    // Where there is no such flow, what the procedure says of its steps is read as of the one that was meant, if there is any
    // like it: the faults in it are told too, at once.
    let like = |id: &Id| shared.flows.get(nearest(id.as_str(), shared.flows.keys().map(Id::as_str))?);
    let Some(mut flow) = named.and_then(|id| shared.flows.get(&id).or_else(|| like(&id))).cloned() else {
        // What they change is not there; they are no strangers all the same.
        node.pass(&["step", "clock", "correction", "without", "issues"]);
        gaps.join(&Gaps { steps: true, in_steps: true, ..Gaps::default() });
        return None;
    };
    gaps.join(&loader.gaps(Kind::Flow, &flow.id));
    work_in(loader, node, &mut flow, shared, gaps);
    leave_out(node, &mut flow, gaps);
    if personal {
        flow.steps.iter_mut().for_each(|step| step.form.seal());
    }
    issue(loader, node, &mut flow);
    resolve_clocks(&mut flow, limit, promise);
    if gaps.is_none() {
        waits::check(&flow, node);
        reach::check(&flow, node);
        pauses::check(&flow, shared.law.as_ref(), node);
        check_answers(&flow, form, node);
    }
    Some(flow)
}

/// The heading that the procedure names, or else its pack.
fn category(loader: &Loader, pack: &Id, node: &Node<'_>, manifest: Option<&Manifest>) -> Id {
    match (node.id("category"), manifest.and_then(|manifest| manifest.category.clone())) {
        (Some(own), _) => loader.want(Kind::Category, own),
        (None, Some(usual)) => usual,
        (None, None) if !loader.reads(Kind::Pack, pack) => Id::default(),
        (None, None) => {
            let mend = "add `category = \"household\"` here, or to `[pack]` for all of the pack";
            node.report("`category` is missing", mend);
            Id::default()
        }
    }
}

fn level(loader: &Loader, pack: &Id, node: &Node<'_>, manifest: Option<&Manifest>) -> Level {
    let own = node.get("level").map(|member| pick(&member, &Level::ALL));
    own.unwrap_or_else(|| {
        let usual = manifest.and_then(|manifest| manifest.level);
        if usual.is_none() && loader.reads(Kind::Pack, pack) {
            node.report(
                "`level` is missing",
                "add `level = \"station\"` here, or to `[pack]` for all of the pack",
            );
        }
        usual
    })
    .unwrap_or(Level::Station)
}

/// What the procedure asks for, then what the groups of questions in its form call for.
fn materials(own: Vec<MaterialUse>, form: &Form) -> Vec<MaterialUse> {
    form.materials.iter().fold(own, |mut all, brought| {
        if all.iter().all(|other| other.material != brought.material) {
            all.push(brought.clone());
        }
        all
    })
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

/// A credential can show, and be told from others by, only what the procedure, or the step that issues it, asks for.
fn check_issued(node: &Node<'_>, procedure: &Procedure, shared: &Definitions) {
    for step in &procedure.flow.steps {
        let Some(credential) = step.issues.as_ref().and_then(|id| shared.credentials.get(id)) else {
            continue;
        };
        check_one_per(node, procedure, step, credential);
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

/// What there is one at a time of is looked for among the cases of its party, by answers that can be compared.
fn check_one_per(node: &Node<'_>, procedure: &Procedure, step: &Step, credential: &Credential) {
    let issues = format!("`{}` issues `{}`", procedure.id, credential.id);
    if !credential.one_per.is_empty() && procedure.start != Start::Party {
        node.report(
            format!(
                "{issues}, of which a party has one at a time, but an office starts it and it has no party"
            ),
            "let the party apply for it, or take `one-per` out of the credential",
        );
        return;
    }
    for told in &credential.one_per {
        let field = procedure.form.field(told.as_str()).or_else(|| step.form.field(told.as_str()));
        match field.map(|field| &field.kind) {
            None => node.report(
                format!("{issues}, of which there is one per `{told}`, but nobody asks for it"),
                format!("add a field `{told}` to the form, or take it out of the credential's `one-per`"),
            ),
            Some(FieldKind::File) => node.report(
                format!("{issues}, of which there is one per `{told}`, but files are not compared"),
                "name an answer that is the same each time, such as a number",
            ),
            Some(_) => {}
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
fn leave_out(node: &Node<'_>, flow: &mut Flow, gaps: &Gaps) {
    for reference in node.ids("without") {
        let Some(position) = flow.steps.iter().position(|step| step.id == reference.id) else {
            if gaps.in_steps {
                continue;
            }
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
        flow.clocks.retain_mut(|clock| {
            clock.to.retain(|mark| !names(mark, &gone.id));
            !clock.to.is_empty() && !names(&clock.from, &gone.id)
        });
    }
}

fn names(mark: &Mark, step: &Id) -> bool {
    matches!(mark, Mark::Done(after) if after.step == *step)
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
