use super::city::condition;
use super::form::{form, own_of, time_of_office};
use super::{Kind, Loader, pick, promise, reach, waits};
use crate::Title;
use crate::model::{
    After, Clock, ClockLimit, Correction, Definitions, FieldKind, Flow, Form, Gaps, Guard, Id, Level, Mark,
    OfficeRule, Outcome, Own, Pause, Step, StepKind, Unit, Watcher,
};
use crate::problem::{Place, meant};
use crate::reader::{Member, Node, Ref};

pub(super) fn read_shared(loader: &Loader, _pack: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in loader.define_all(Kind::Flow, root) {
        let mut flow = Flow::named(&id);
        flow.title = node.need_title("title");
        flow.withdrawable = node.get("withdrawable").and_then(|member| member.flag()).unwrap_or(true);
        let mut gaps = Gaps { in_steps: !loader.reads(Kind::Flow, &id), ..Gaps::default() };
        work_in(loader, &node, &mut flow, definitions, &mut gaps);
        if flow.steps.is_empty() {
            node.report(format!("the flow `{id}` has no steps"), format!("add `[flow.{id}.step.…]`"));
        }
        if gaps.is_none() {
            reach::check(&flow, &node);
        }
        node.finish();
        loader.gaps.borrow_mut().insert((Kind::Flow, id.clone()), gaps);
        definitions.flows.insert(id, flow);
    }
}

/// Works the steps, clocks and correction of `node` into `flow`. A new name is added; of one that the flow has already
/// what is said is changed, and what is not said stays. What could not be read goes into `gaps`.
pub(super) fn work_in(
    loader: &Loader,
    node: &Node<'_>,
    flow: &mut Flow,
    shared: &Definitions,
    gaps: &mut Gaps,
) {
    let mut marks: Vec<Ref> = Vec::new();
    for (id, inner) in node.tables("step") {
        let before = flow.step(id.as_str()).cloned();
        let usual_after = flow.steps.last().map(|last| After { step: last.id.clone(), outcome: None });
        let step = step(loader, inner, id, before, usual_after, shared, (&mut marks, &mut *gaps));
        place_in(&mut flow.steps, step, |step| &step.id);
    }
    for (id, inner) in node.tables("clock") {
        let before = flow.clocks.iter().find(|clock| clock.id == id).cloned();
        if let Some(clock) = clock(loader, id, inner, before, shared, &mut marks) {
            place_in(&mut flow.clocks, clock, |clock| &clock.id);
        }
    }
    if let Some(inner) = node.get("correction").and_then(|member| member.node()) {
        let at = inner.ids("at");
        marks.extend(at.iter().cloned());
        let answer = inner.need("answer", "\"15 workdays\"").and_then(|member| own_of(&member));
        let answer = answer.unwrap_or(Own { amount: 15, unit: Unit::Workdays });
        flow.correction = Some(Correction { at: at.into_iter().map(|at| at.id).collect(), answer });
        inner.finish();
    }
    if gaps.in_steps {
        // What something names may be among what could not be read.
        return;
    }
    for Ref { id, place } in marks {
        check_mark(flow, &id, &place, node);
    }
    waits::check(flow, node);
}

/// A clock that runs from or to an answer needs a moment that every case has, and that is not sealed.
pub(super) fn check_answers(flow: &Flow, form: &Form, node: &Node<'_>) {
    for clock in &flow.clocks {
        for mark in std::iter::once(&clock.from).chain(&clock.to) {
            let Mark::Answer(id) = mark else { continue };
            let field = form.field(id.as_str());
            if field.is_some_and(|field| field.kind == FieldKind::Moment && field.required && !field.personal)
            {
                continue;
            }
            let what = match field {
                None => {
                    format!("the clock `{}` runs by `form.{id}`, which the form does not ask for", clock.id)
                }
                Some(_) => format!("the clock `{}` cannot run by `form.{id}`", clock.id),
            };
            let mend = format!("ask for `{id}` with `kind = \"moment\"`, required and not personal");
            node.report_at(&clock.place, what, mend);
        }
    }
}

fn place_in<T>(items: &mut Vec<T>, item: T, id: impl Fn(&T) -> &Id) {
    match items.iter_mut().find(|other| id(other) == id(&item)) {
        Some(other) => *other = item,
        None => items.push(item),
    }
}

/// A step, or a step with an outcome, that something refers to must be one of the flow's.
fn check_mark(flow: &Flow, id: &Id, place: &Place, node: &Node<'_>) {
    let (step, outcome) = split_mark(id);
    let report = |what: String, mend: String| {
        node.report_at(place, what, mend);
    };
    let among = |word: &str, all: &[&str]| meant(word, all.iter().copied(), "use one of");
    let Some(found) = flow.step(step.as_str()) else {
        let steps = flow.steps.iter().map(|step| step.id.as_str());
        let all: Vec<&str> = steps.chain(["submitted", "ended"]).collect();
        return report(format!("no step is called `{step}`"), among(step.as_str(), &all));
    };
    if let Some(outcome) = outcome.filter(|outcome| found.outcome(outcome.as_str()).is_none()) {
        let all: Vec<&str> = found.outcomes.iter().map(|outcome| outcome.id.as_str()).collect();
        report(format!("the step `{step}` has no outcome `{outcome}`"), among(outcome.as_str(), &all));
    }
}

fn split_mark(id: &Id) -> (Id, Option<Id>) {
    match id.as_str().split_once('.') {
        Some((step, outcome)) => (Id::from(step), Some(Id::from(outcome))),
        None => (id.clone(), None),
    }
}

fn after_of(reference: &Ref) -> After {
    let (step, outcome) = split_mark(&reference.id);
    After { step, outcome }
}

/// A step, new or with changes to what it was `before`.
fn step(
    loader: &Loader,
    node: Node<'_>,
    id: Id,
    before: Option<Step>,
    usual_after: Option<After>,
    shared: &Definitions,
    (marks, gaps): (&mut Vec<Ref>, &mut Gaps),
) -> Step {
    let kind = kind(&node, &id, before.as_ref());
    gaps.in_steps |= kind.is_none();
    let mut step = before.unwrap_or_else(|| {
        let role = node.need("role", "\"clerk\"").and_then(|member| member.id());
        new_step(
            &id,
            kind.unwrap_or(StepKind::Act),
            role.map(|role| role.id).unwrap_or_default(),
            usual_after,
            node.place(),
        )
    });
    step.place = node.place();
    if let Some(role) = node.id("role") {
        step.role = loader.want(Kind::Role, role);
    }
    if let Some(title) = node.title("title") {
        step.title = title;
    }
    if let Some(office) = node.get("office").and_then(|member| member.id()) {
        step.office = office_rule(loader, office);
    }
    let mut named = |name: &'static str| {
        let named = node.get(name).map(|member| member.ids())?;
        marks.extend(named.iter().cloned());
        Some(named)
    };
    if let Some(after) = named("after") {
        step.after = after.iter().map(after_of).collect();
    }
    if let Some(separate) = named("separate") {
        step.separate = separate.into_iter().map(|step| step.id).collect();
    }
    if let Some(when) = condition(&node, "when") {
        step.when = Some(when);
    }
    if node.get("guard").is_some() {
        step.guards = node.rows("guard").into_iter().filter_map(guard).collect();
    }
    if let Some(member) = node.get("form") {
        let mut of_form = Gaps::default();
        step.form = form(loader, &node, "form", shared, &mut of_form);
        gaps.in_steps |= !of_form.is_none();
        outcome_is_no_question(&step.form, &id, &member);
    }
    outcomes(&node, kind.is_some(), &mut step.outcomes, marks);
    if let Some(clock) = node.id("not-before") {
        step.not_before = Some(clock.id);
    }
    if let Some(credential) = node.id("issues") {
        step.issues = Some(loader.want(Kind::Credential, credential));
    }
    if let Some(member) = node.get("pauses") {
        step.pauses = pause(loader, &member, shared);
    }
    flags(&node, &mut step);
    node.finish();
    step
}

fn flags(node: &Node<'_>, step: &mut Step) {
    let flags = [("any", &mut step.any), ("optional", &mut step.optional), ("repeats", &mut step.repeats)];
    for (name, flag) in flags {
        if let Some(member) = node.get(name) {
            *flag = member.flag().unwrap_or(*flag);
        }
    }
}

/// The name `outcome` is taken.
fn outcome_is_no_question(form: &Form, step: &Id, member: &Member<'_>) {
    if form.field("outcome").is_some() {
        let what = format!(
            "the form of the step `{step}` asks for `outcome`, and `steps.{}.outcome` is how the step ended",
            step.variable()
        );
        member.report(what, "give the question another name, such as `result`");
    }
}

/// What the step is by nature, where that can be read. A step of the flow keeps its nature.
fn kind(node: &Node<'_>, id: &Id, before: Option<&Step>) -> Option<StepKind> {
    let Some(before) = before else {
        return node.need("kind", "\"examine\"").and_then(|member| pick(&member, &StepKind::ALL));
    };
    let Some(member) = node.get("kind") else { return Some(before.kind) };
    if pick(&member, &StepKind::ALL).is_some_and(|kind| kind != before.kind) {
        let word = StepKind::ALL.iter().find(|(_, kind)| *kind == before.kind).map_or("", |(word, _)| word);
        member.report(
            format!("the flow's step `{id}` is of the kind `{word}`"),
            "leave `kind` out, or give the step another name",
        );
    }
    Some(before.kind)
}

fn new_step(id: &Id, kind: StepKind, role: Id, after: Option<After>, place: Place) -> Step {
    Step {
        id: id.clone(),
        title: usual_title(kind),
        kind,
        role,
        office: OfficeRule::Own,
        after: after.into_iter().collect(),
        any: false,
        when: None,
        guards: Vec::new(),
        form: Form::default(),
        outcomes: usual_outcomes(kind),
        separate: Vec::new(),
        pauses: None,
        not_before: None,
        optional: false,
        repeats: false,
        issues: None,
        place,
    }
}

/// Why clocks stand still while a step is open: the kind by which laws know it, or `true` where no law does.
fn pause(loader: &Loader, member: &Member<'_>, shared: &Definitions) -> Option<Pause> {
    if !member.is_text() {
        let kinds = "`pauses = \"hearing\"`, a kind of `[pause]`, or `pauses = true` where no law names it";
        return member.flag_or(kinds)?.then_some(Pause::Own);
    }
    let kind = loader.want(Kind::Pause, member.id()?);
    // A kind that is not there is told with the other references.
    let title = shared.pauses.get(&kind).cloned().unwrap_or_default();
    Some(Pause::Known { kind, title })
}

fn guard(node: Node<'_>) -> Option<Guard> {
    let (condition, title) = (condition(&node, "must"), node.need_title("title"));
    if condition.is_none() {
        node.report("the guard has no condition", "add `must = \"…\"`, what has to hold");
    }
    node.finish();
    condition.map(|condition| Guard { condition, title })
}

fn office_rule(loader: &Loader, reference: Ref) -> OfficeRule {
    let word = reference.id.as_str();
    match (word, Level::ALL.iter().find(|(name, _)| *name == word)) {
        ("own", _) => OfficeRule::Own,
        ("parent", _) => OfficeRule::Parent,
        (_, Some((_, level))) => OfficeRule::Level(*level),
        _ => OfficeRule::Named(loader.want(Kind::Office, reference)),
    }
}

/// What a step of each kind is called unless the flow says otherwise.
fn usual_title(kind: StepKind) -> Title {
    match kind {
        StepKind::Accept => Title::new("受理", "Accept"),
        StepKind::Examine => Title::new("审查", "Examine"),
        StepKind::Decide => Title::new("决定", "Decide"),
        StepKind::Deliver => Title::new("送达", "Deliver"),
        StepKind::Act => Title::new("办理", "Do"),
    }
}

/// How a step of each kind ends unless the flow says otherwise: id, titles, event, whether it needs reasons, whether it
/// ends the case.
fn usual_outcomes(kind: StepKind) -> Vec<Outcome> {
    let outcome = |id: &str, zh: &str, en: &str, activity: &str, (reasons, ends): (bool, bool)| Outcome {
        id: id.into(),
        title: Title::new(zh, en),
        activity: activity.into(),
        reasons,
        ends,
        reopens: Vec::new(),
    };
    match kind {
        StepKind::Accept => vec![
            outcome("accepted", "予以受理", "Accept", "application accepted", (false, false)),
            outcome("declined", "不予受理", "Decline", "application declined", (true, true)),
        ],
        StepKind::Examine => vec![
            outcome("passed", "审查通过", "Pass", "examination passed", (false, false)),
            outcome("failed", "审查不通过", "Fail", "examination failed", (true, false)),
        ],
        StepKind::Decide => vec![
            outcome("granted", "准予", "Grant", "application granted", (false, false)),
            outcome("refused", "不予批准", "Refuse", "application refused", (true, true)),
        ],
        StepKind::Deliver => {
            vec![outcome("delivered", "已送达", "Delivered", "result delivered", (false, false))]
        }
        StepKind::Act => Vec::new(),
    }
}

/// How the step can end: as it says itself; else as before, the first outcome with the step's own `activity`. Where its kind is
/// not `known`, nobody can tell how it ends by itself.
fn outcomes(node: &Node<'_>, known: bool, outcomes: &mut Vec<Outcome>, marks: &mut Vec<Ref>) {
    let activity = node.text("activity");
    let own = node.rows("outcome");
    if !own.is_empty() {
        *outcomes = own.into_iter().map(|row| outcome(row, activity, marks)).collect();
    } else if let Some(activity) = activity {
        match outcomes.first_mut() {
            Some(first) => first.activity = activity.to_owned(),
            None => outcomes.push(Outcome {
                id: "done".into(),
                title: Title::new("完成", "Done"),
                activity: activity.to_owned(),
                reasons: false,
                ends: false,
                reopens: Vec::new(),
            }),
        }
    }
    if outcomes.is_empty() && known {
        node.report("this step makes no event", "add `activity = \"…\"`, a past-tense fact in English");
    }
}

fn outcome(row: Node<'_>, activity: Option<&str>, marks: &mut Vec<Ref>) -> Outcome {
    let id = row.need("id", "\"agreed\"").and_then(|member| member.new_id()).map(|reference| reference.id);
    let own = row.text("activity").or(activity);
    if own.is_none() {
        row.report("this outcome makes no event", "add `activity = \"…\"` here or to its step");
    }
    let reopens = row.ids("reopens");
    marks.extend(reopens.iter().cloned());
    let outcome = Outcome {
        id: id.unwrap_or_default(),
        title: row.need_title("title"),
        activity: own.unwrap_or_default().to_owned(),
        reasons: row.flag("reasons"),
        ends: row.flag("ends"),
        reopens: reopens.into_iter().map(|step| step.id).collect(),
    };
    row.finish();
    outcome
}

/// A clock, new or with changes to what it was `before`.
fn clock(
    loader: &Loader,
    id: Id,
    node: Node<'_>,
    before: Option<Clock>,
    shared: &Definitions,
    marks: &mut Vec<Ref>,
) -> Option<Clock> {
    let known = before.as_ref();
    let title = match known {
        Some(clock) => node.title("title").unwrap_or_else(|| clock.title.clone()),
        None => node.need_title("title"),
    };
    let member = |name, example| if known.is_some() { node.get(name) } else { node.need(name, example) };
    let from = match member("from", "\"accept\"") {
        Some(member) => member.id().map(|reference| mark(reference, marks)),
        None => known.map(|clock| clock.from.clone()),
    };
    let to: Vec<Mark> = match member("to", "\"decide\"") {
        Some(member) => {
            let to: Vec<Mark> = member.ids().into_iter().map(|reference| mark(reference, marks)).collect();
            if to.is_empty() {
                node.report(format!("nothing ends the clock `{id}`"), "name what does, `to = \"decide\"`");
            }
            to
        }
        None => known.map(|clock| clock.to.clone()).unwrap_or_default(),
    };
    let limit = clock_limit(loader, &node, &id, known);
    let binds = [("office", Watcher::Office), ("party", Watcher::Party)];
    let binds = node.get("binds").and_then(|member| pick(&member, &binds));
    let binds = binds.or(known.map(|clock| clock.binds)).unwrap_or(Watcher::Office);
    let deems = node.id("deems").inspect(|reference| marks.push(reference.clone()));
    if let Some(Ref { id, place }) = deems.as_ref().filter(|deems| !deems.id.as_str().contains('.')) {
        node.report_at(
            place,
            format!("`{id}` does not say how the step counts as done"),
            format!("name the outcome too: `deems = \"{id}.accepted\"`"),
        );
    }
    let deems = deems.as_ref().map(after_of).or(known.and_then(|clock| clock.deems.clone()));
    let pauses = match (node.get("pauses"), known) {
        (None, Some(clock)) => clock.pauses.clone(),
        (None, None) => None,
        (Some(member), _) => {
            let named = member.ids();
            marks.extend(named.iter().cloned());
            Some(named.into_iter().map(|step| step.id).collect())
        }
    };
    let promise = node
        .get("promise")
        .and_then(|member| time_of_office(&member))
        .or(known.and_then(|clock| clock.promise));
    if let Some(ClockLimit::Law(law)) = &limit {
        promise::check(&node, promise, Some(law), shared);
    }
    let place = node.place();
    node.finish();
    let to = Some(to).filter(|to| !to.is_empty());
    let (from, to, limit) = (from?, to?, limit?);
    let whole = limit == ClockLimit::Procedure;
    Some(Clock { id, title, from, to, limit, whole, promise, binds, deems, pauses, place })
}

/// A moment of a case, by its name; what refers to a step is checked later, with `marks`.
fn mark(reference: Ref, marks: &mut Vec<Ref>) -> Mark {
    match reference.id.as_str() {
        "submitted" => Mark::Submitted,
        "handed-in" => Mark::HandedIn,
        "correction" => Mark::Correction,
        "ended" => Mark::Ended,
        word if word.starts_with("form.") => Mark::Answer(Id::from(word.trim_start_matches("form."))),
        _ => {
            let done = Mark::Done(after_of(&reference));
            marks.push(reference);
            done
        }
    }
}

/// The one limit that a clock names, or the one that it had.
fn clock_limit(loader: &Loader, node: &Node<'_>, id: &Id, known: Option<&Clock>) -> Option<ClockLimit> {
    let law = node.id("law").map(|deadline| ClockLimit::Law(loader.want(Kind::Deadline, deadline)));
    let own_limit = node.get("own").and_then(|member| time_of_office(&member)).map(ClockLimit::Own);
    let procedure = node.flag("procedure").then_some(ClockLimit::Procedure);
    let said = ["law", "own", "procedure"].into_iter().filter(|name| node.get(name).is_some()).count();
    let limit = law.or(own_limit).or(procedure);
    if said > 1 || (said == 0 && known.is_none()) {
        let mend = "give one of `law = \"…\"` (a deadline), `own = \"3 workdays\"`, `procedure = true`";
        node.report(format!("the clock `{id}` needs one limit"), mend);
    }
    limit.or(known.map(|clock| clock.limit.clone()))
}
