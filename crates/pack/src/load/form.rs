use super::city::condition;
use super::{Kind, Loader, fee, material, pick};
use crate::Title;
use crate::days::Limit;
use crate::model::{
    Check, Choice, Condition, Credential, Definitions, Field, FieldKind, Form, Gaps, Id, Own, Plan, Unit,
};
use crate::problem::meant;
use crate::reader::{Member, Node, Ref, is_id};

pub(super) fn read_shared(loader: &Loader, _pack: &Id, root: &Node<'_>, definitions: &mut Definitions) {
    for (id, node) in loader.define_all(Kind::Fields, root) {
        let title = Some(node.need_title("title"));
        let mut gaps = Gaps { form: !loader.reads(Kind::Fields, &id), ..Gaps::default() };
        let mut fields = rows(loader, &node, &mut gaps);
        if let Some(first) = fields.first_mut() {
            first.group.clone_from(&title);
        }
        let materials = material::uses(loader, &node);
        add_checks(&node, &mut fields, &gaps);
        node.finish();
        loader.gaps.borrow_mut().insert((Kind::Fields, id.clone()), gaps);
        definitions.fields.insert(id, Form { title, fields, materials });
    }
    material::read_shared(loader, root, definitions);
    fee::read_shared(loader, root, definitions);
    for (id, node) in loader.define_all(Kind::Credential, root) {
        definitions.credentials.insert(id.clone(), credential(id, node));
    }
}

/// The form in the member `name`: shared groups first, then its own fields. What could not be read of it goes into `gaps`.
pub(super) fn form(
    loader: &Loader,
    node: &Node<'_>,
    name: &'static str,
    shared: &Definitions,
    gaps: &mut Gaps,
) -> Form {
    gaps.form |= node.is_damaged();
    let Some(node) = node.get(name).and_then(|member| member.node()) else { return Form::default() };
    let mut fields = Vec::new();
    let mut materials = Vec::new();
    for reference in node.ids("groups") {
        let place = reference.place.clone();
        let group = loader.want(Kind::Fields, reference);
        gaps.form |= !shared.fields.contains_key(&group);
        gaps.join(&loader.gaps(Kind::Fields, &group));
        let added = shared.fields.get(&group).cloned().unwrap_or_default();
        materials.extend(added.materials);
        for field in added.fields {
            add(&mut fields, field, |what, mend| {
                node.report_at(&place, what, mend);
            });
        }
    }
    let heading = node.title("title");
    let mut own = rows(loader, &node, gaps);
    if let Some(first) = own.first_mut() {
        first.group.clone_from(&heading);
    }
    for field in own {
        add(&mut fields, field, |what, mend| node.report(what, mend));
    }
    add_checks(&node, &mut fields, gaps);
    node.finish();
    Form { title: heading, fields, materials }
}

/// The rules in `check = [{ at = "born", must = "…", title = … }]`, each given to the field that it is told at.
fn add_checks(node: &Node<'_>, fields: &mut [Field], gaps: &Gaps) {
    for row in node.rows("check") {
        let at = row.need("at", "\"born\"").and_then(|member| member.id());
        let must = condition(&row, "must");
        if must.is_none() {
            row.report("the check has no condition", "add `must = \"…\"`, what has to hold");
        }
        let title = row.need_title("title");
        row.finish();
        let Some((at, must)) = at.zip(must) else { continue };
        match fields.iter_mut().find(|field| field.id == at.id) {
            Some(field) => field.checks.push(Check { must, title }),
            // It may be one that could not be read.
            None if gaps.form => {}
            None => {
                let fields = fields.iter().map(|field| field.id.as_str());
                let mend = meant(at.id.as_str(), fields, "name the field where the fault is told, one of");
                node.report_at(&at.place, format!("the form has no field `{}`", at.id), mend);
            }
        }
    }
}

fn add(fields: &mut Vec<Field>, field: Field, report: impl FnOnce(String, String)) {
    if fields.iter().any(|other| other.id == field.id) {
        let what = format!("the form asks for `{}` twice", field.id);
        report(what, "rename one of the two fields, or leave the group out".into());
    } else {
        fields.push(field);
    }
}

/// The fields in `[[field]]`.
fn rows(loader: &Loader, node: &Node<'_>, gaps: &mut Gaps) -> Vec<Field> {
    node.rows("field").into_iter().filter_map(|row| field(loader, row, gaps)).collect()
}

fn field(loader: &Loader, node: Node<'_>, gaps: &mut Gaps) -> Option<Field> {
    let id = node.need("id", "\"birth-place\"").and_then(|member| member.new_id());
    let title = node.need_title("title");
    let kind = node.need("kind", "\"text\"").and_then(|member| field_kind(loader, &node, &member));
    let id = id.map(|named| named.id).unwrap_or_default();
    let (kind, sure) = kind.unwrap_or_else(|| {
        // They belong to some kind.
        node.pass(&["of", "min", "max"]);
        (FieldKind::Text, false)
    });
    match id == Id::default() {
        true => gaps.form = true,
        false if !sure || node.is_damaged() => drop(gaps.fields.insert(id.clone())),
        false => {}
    }
    let mut checks = if kind == FieldKind::Date { bounds(&node, &id) } else { Vec::new() };
    checks.extend(condition(&node, "check").map(|must| {
        let title = node.need("check-title", "{ zh = \"…\", en = \"…\" }").and_then(|member| member.title());
        Check { must, title: title.unwrap_or_default() }
    }));
    let plans = node.id("plans").map(|Ref { id, place }| Plan { step: id, place });
    if let Some(Plan { step, place }) =
        plans.as_ref().filter(|_| !matches!(kind, FieldKind::Moment | FieldKind::Date))
    {
        let what = format!("`{id}` says when `{step}` is to be, and asks for no date");
        node.report_at(place, what, "ask with `kind = \"moment\"` or `kind = \"date\"`");
    }
    let personal = node.get("personal").and_then(|member| member.flag());
    let field = Field {
        personal: personal.unwrap_or(kind.tells_of_people()),
        stated: personal.is_some(),
        id,
        title,
        kind,
        required: node.get("required").and_then(|member| member.flag()).unwrap_or(true),
        when: condition(&node, "when"),
        checks,
        plans,
        hint: node.title("hint"),
        group: None,
    };
    node.finish();
    (field.id != Id::default()).then_some(field)
}

/// `max = "today"` for a day that has come, `min = "today"` for one that has not passed.
fn bounds(node: &Node<'_>, id: &Id) -> Vec<Check> {
    let bound = |name, relation, title: Title| {
        let member = node.get(name)?;
        let word = member.text()?;
        if word != "today" {
            let mend = format!("write `{name} = \"today\"`, or put the rule into `check`");
            member.report(format!("`{word}` is not a day that the form knows"), mend);
        }
        let source = format!("form.{} {relation} today", id.variable());
        // Of what has no proper name nothing can be said; that is told at its id.
        is_id(id.as_str()).then(|| Check { must: Condition::new(source, member.place()), title })
    };
    let future = Title::new("日期不能在将来", "The day cannot lie in the future");
    let past = Title::new("日期不能早于今天", "The day cannot lie in the past");
    bound("max", "<=", future).into_iter().chain(bound("min", ">=", past)).collect()
}

/// What an answer is, and whether all of that could be read.
fn field_kind(loader: &Loader, node: &Node<'_>, member: &Member<'_>) -> Option<(FieldKind, bool)> {
    const PLAIN: [(&str, Plain); 16] = [
        ("text", || FieldKind::Text),
        ("long-text", || FieldKind::LongText),
        ("integer", || FieldKind::Integer { min: None, max: None }),
        ("money", || FieldKind::Money),
        ("date", || FieldKind::Date),
        ("moment", || FieldKind::Moment),
        ("truth", || FieldKind::Truth),
        ("choice", || FieldKind::Choice(Vec::new())),
        ("choices", || FieldKind::Choices(Vec::new())),
        ("identity-number", || FieldKind::IdentityNumber),
        ("phone", || FieldKind::Phone),
        ("address", || FieldKind::Address),
        ("plate", || FieldKind::Plate),
        ("vin", || FieldKind::Vin),
        ("credit-code", || FieldKind::CreditCode),
        ("file", || FieldKind::File),
    ];
    if let Some((_, object)) = member.text().and_then(|text| text.split_once("object:")) {
        let reference = Ref { id: Id::from(object), place: member.place() };
        return Some((FieldKind::Object(loader.want(Kind::Object, reference)), true));
    }
    let kind = pick(member, &PLAIN)?();
    let mut sure = true;
    let kind = match kind {
        FieldKind::Integer { .. } => {
            let bound = |name| node.get(name).and_then(|member| Some((member.integer()?, member)));
            let (min, max) = (bound("min"), bound("max"));
            if let (Some((least, _)), Some((most, member))) = (&min, &max)
                && least > most
            {
                let what = format!("no number lies between `min = {least}` and `max = {most}`");
                member.report(
                    what,
                    format!("swap the two, `min = {most}, max = {least}`, or mend one of them"),
                );
            }
            FieldKind::Integer { min: min.map(|(least, _)| least), max: max.map(|(most, _)| most) }
        }
        FieldKind::Choice(_) => FieldKind::Choice(choices(node, &mut sure)),
        FieldKind::Choices(_) => FieldKind::Choices(choices(node, &mut sure)),
        other => other,
    };
    Some((kind, sure))
}

type Plain = fn() -> FieldKind;

/// The answers to choose from; not `sure` where one of them has no name.
fn choices(node: &Node<'_>, sure: &mut bool) -> Vec<Choice> {
    const EXAMPLE: &str = "[{ id = \"hospital\", zh = \"医院\", en = \"Hospital\" }]";
    let Some(member) = node.need("of", EXAMPLE) else { return Vec::new() };
    if member.items().next().is_none() {
        member.report("`of` is empty: there is nothing to choose from", format!("write `of = {EXAMPLE}`"));
    }
    let mut choices: Vec<Choice> = Vec::new();
    for row in member.items().filter_map(|item| item.node()) {
        let id = row.need("id", "\"hospital\"").and_then(|id| id.new_id()).map(|reference| reference.id);
        let part = |name| row.need(name, "\"…\"").and_then(|text| text.text()).unwrap_or_default().to_owned();
        let title = crate::Title::new(part("zh"), part("en"));
        *sure &= id.is_some();
        if let Some(id) = id {
            if choices.iter().any(|choice| choice.id == id) {
                row.report(format!("`{id}` can be chosen twice"), "rename or remove one of the two");
            }
            choices.push(Choice { id, title });
        }
        row.finish();
    }
    choices
}

fn credential(id: Id, node: Node<'_>) -> Credential {
    let term = |row: Node<'_>| {
        let (when, valid) = (condition(&row, "when"), own(&row, "valid"));
        if when.is_none() {
            row.report(
                "this term has no condition",
                "add `when = \"…\"`, or give the length as the credential's `valid`",
            );
        }
        let term = when.map(|when| (when, valid));
        row.finish();
        term
    };
    let credential = Credential {
        id,
        title: node.need_title("title"),
        valid: own(&node, "valid"),
        terms: node.rows("term").into_iter().filter_map(term).collect(),
        until: node.id("until").map(|until| until.id),
        shows: node.ids("shows").into_iter().map(|shown| shown.id).collect(),
        one_per: one_per(&node),
        place: node.place(),
    };
    node.finish();
    credential
}

/// The answers by which a credential is told from others of its kind.
fn one_per(node: &Node<'_>) -> Vec<Id> {
    let Some(member) = node.get("one-per") else { return Vec::new() };
    if member.items().next().is_none() {
        member.report(
            "`one-per` is empty",
            "name the answers by which one is told from another, or take it out: any number then stand side by side",
        );
    }
    let mut told: Vec<Id> = Vec::new();
    for Ref { id, place } in member.ids() {
        if told.contains(&id) {
            node.report_at(&place, format!("`{id}` stands twice in `one-per`"), "leave it in once");
        } else {
            told.push(id);
        }
    }
    told
}

/// A length of time such as `"3 workdays"`.
pub(super) fn own(node: &Node<'_>, name: &'static str) -> Option<Own> {
    own_of(&node.get(name)?)
}

pub(super) fn own_of(member: &Member<'_>) -> Option<Own> {
    let own = time_of_office(member)?;
    if own.unit == Unit::Workhours {
        let mend = "use hours, days or workdays here";
        member.report("only what an office sets itself, `own` and `promise`, is counted in workhours", mend);
        return None;
    }
    Some(own)
}

/// A length of time that an office has for its own work.
pub(super) fn time_of_office(member: &Member<'_>) -> Option<Own> {
    let text = member.text()?;
    let read = || {
        let (amount, word) = text.split_once(' ')?;
        let (_, _, unit) = Unit::ALL.into_iter().find(|(one, many, _)| word == *one || word == *many)?;
        Some(Own { amount: amount.parse().ok()?, unit })
    };
    let own: Option<Own> = read();
    let Some(read) = own else {
        let mend =
            "write a number and minutes, hours, workhours, days, workdays, months or years: `\"3 workdays\"`";
        member.report(format!("`{text}` is not a length of time"), mend);
        return None;
    };
    if read.amount == 0 {
        member.report(
            format!("`{text}` is no time: it would be over as it begins"),
            "write a number from 1, or leave it out where no time is set",
        );
        return None;
    }
    if read.amount > Limit::MOST {
        let mend = format!("write a number up to {}, in a larger unit if need be", Limit::MOST);
        member.report(format!("`{text}` is longer than can be counted"), mend);
        return None;
    }
    own
}
