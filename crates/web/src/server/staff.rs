//! Those who work here: who holds which post, taking on, giving and taking back posts, locking, handing work on.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::own::who;
use super::people::{Issued, Newcomer, NotDone, Secret};
use super::show;
use crate::layout::Face;
use crate::page::staff::person::{self, Happening, Held, May, Tried};
use crate::page::staff::{self, Filter, Office, Row, Standing, TakeOn, View};
use crate::path;
use access::people::signs_in;
use access::policy::Actor;
use access::roster::Member;
use access::staff::{Act, By, Refused};
use access::{Person, PersonId, Post, activity};
use axum::http::StatusCode;
use casework::Command;
use casework::board::Task;
use casework::handing::Handed;
use pack::{Id, Title};
use record::{Event, ObjectRef, StoreError, Value, Version};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// People on one page of the list.
const ROWS: usize = 50;

/// Whether somebody looks after those who work in `office`.
pub fn may_look_after(asked: &Asked, actor: &Actor, office: &Id) -> bool {
    asked.city.staff(|staff| staff.looks_after(actor, office)).unwrap_or(false)
}

/// That a step which is handed over goes to somebody who holds its post: it would hang with anybody else.
pub fn receives(asked: &Asked, view: &casework::View, command: &Command) -> Result<(), Oops> {
    let Command::HandOver { step, to, .. } = command else { return Ok(()) };
    let defined = view.procedure().and_then(|procedure| procedure.flow.step(step.as_str()));
    let state = view.state.steps.get(step);
    let (Some(defined), Some(state)) = (defined, state) else { return Ok(()) };
    let post = Post::new(defined.role.clone(), state.office.clone());
    if asked.city.holders(&post).into_iter().any(|holder| holder.object() == *to) {
        return Ok(());
    }
    let en = "Whom you chose does not hold the post that the step needs; choose another";
    Err(Oops::Unreadable(Title::new("所选的人没有办理这个环节的岗位，请另选", en)))
}

/// The reader, and the offices whose people they look after.
fn administrator(asked: &Asked) -> Result<(&Actor, Vec<Id>), Oops> {
    let actor = asked.signed_in()?;
    let offices = asked.city.staff(|staff| -> Vec<Id> {
        staff.definitions.offices.keys().filter(|office| staff.looks_after(actor, office)).cloned().collect()
    })?;
    if offices.is_empty() {
        return Err(Oops::forbidden(None));
    }
    Ok((actor, offices))
}

fn standing(asked: &Asked, id: PersonId, member: &Member) -> Result<Standing, StoreError> {
    Ok(match member {
        Member { locked: true, .. } => Standing::Locked,
        Member { posts, .. } if posts.is_empty() => Standing::Former,
        _ if signs_in(asked.city.casework.record(), &asked.city.person(id)?, asked.now)? => Standing::Working,
        _ => Standing::NoSignIn,
    })
}

fn titles<'a>(all: impl Iterator<Item = (&'a Id, &'a Title)>) -> Vec<(Id, Title)> {
    all.map(|(id, title)| (id.clone(), title.clone())).collect()
}

fn all_roles(asked: &Asked) -> Vec<(Id, Title)> {
    let book = asked.city.casework.book();
    let of_people = book.definitions.roles.values().filter(|role| !role.program);
    titles(of_people.map(|role| (&role.id, &role.title)))
}

/// The roles for which there is work at one of these offices.
fn roles_at(asked: &Asked, offices: &[Id]) -> Vec<(Id, Title)> {
    let book = asked.city.casework.book();
    let mut all = all_roles(asked);
    let works = |at: BTreeSet<Id>| offices.iter().any(|office| at.contains(office));
    all.retain(|(role, _)| book.definitions.work_of(role).is_none_or(works));
    all
}

fn named(asked: &Asked, offices: &[Id]) -> Vec<(Id, Title)> {
    offices.iter().map(|id| (id.clone(), show::office(asked, id))).collect()
}

fn filter(asked: &Asked) -> Filter {
    let standing =
        asked.words("standing").and_then(|word| Standing::ALL.iter().find(|(name, _)| *name == word));
    Filter {
        query: asked.words("q").unwrap_or_default().to_owned(),
        office: asked.id("office"),
        role: asked.id("role"),
        standing: standing.map(|(_, standing)| *standing),
    }
}

/// Somebody in one office: those of their roles that are there.
type InOffice = (Id, String, PersonId, Member);

/// Who is to be listed, office by office and then by name.
fn listed(asked: &Asked, offices: &[Id], filter: &Filter) -> Result<Vec<InOffice>, Oops> {
    let members: Vec<(PersonId, Member)> = asked.city.staff(|staff| {
        let of_staff = staff.roster.members().filter(|(_, member)| member.is_staff());
        of_staff.map(|(id, member)| (id, member.clone())).collect()
    })?;
    let query = filter.query.to_lowercase();
    let mut listed: Vec<InOffice> = Vec::new();
    for (id, member) in members {
        let of_standing = match filter.standing {
            Some(wanted) => wanted == standing(asked, id, &member)?,
            None => true,
        };
        let mine: Vec<&Id> = member.offices().into_iter().filter(|office| offices.contains(office)).collect();
        if !of_standing || mine.is_empty() {
            continue;
        }
        let name = asked.city.staff_name(&id.object()).unwrap_or_default();
        if !name.to_lowercase().contains(&query) {
            continue;
        }
        for office in mine {
            let held = |role: &Id| member.posts.contains(&Post::new(role.clone(), office.clone()));
            let of_office = filter.office.as_ref().is_none_or(|wanted| wanted == office);
            if of_office && filter.role.as_ref().is_none_or(held) {
                listed.push((office.clone(), name.clone(), id, member.clone()));
            }
        }
    }
    listed.sort_by(|(one, a, x, _), (other, b, y, _)| (one, a, x).cmp(&(other, b, y)));
    Ok(listed)
}

pub fn list(asked: &Asked) -> Result<Answer, Oops> {
    let (_, offices) = administrator(asked)?;
    let filter = filter(asked);
    let all = listed(asked, &offices, &filter)?;
    let held: HashMap<ObjectRef, u64> = asked
        .city
        .casework
        .board(|board| board.holders().map(|(holder, count)| (holder.clone(), count as u64)).collect())?;
    let page = asked.leaf();
    let mut groups: Vec<(Id, Office)> = Vec::new();
    for (office, name, id, member) in all.iter().skip((page - 1) * ROWS).take(ROWS) {
        if groups.last().is_none_or(|(last, _)| last != office) {
            groups.push((office.clone(), Office { title: show::office(asked, office), people: Vec::new() }));
        }
        let granted = asked.city.person(*id)?.now.granted;
        let here = member.posts.iter().chain(&member.last).filter(|post| post.office == *office);
        let roles = &asked.city.casework.book().definitions.roles;
        let row = Row {
            person: id.to_string(),
            name: name.clone(),
            roles: here
                .clone()
                .filter_map(|post| roles.get(&post.role))
                .map(|role| role.title.clone())
                .collect(),
            since: here.filter_map(|post| granted.get(post)).map(|(since, _)| *since).min(),
            standing: standing(asked, *id, member)?,
            held: held.get(&id.object()).copied().unwrap_or_default(),
        };
        if let Some((_, group)) = groups.last_mut() {
            group.people.push(row);
        }
    }
    let people: BTreeSet<&PersonId> = all.iter().map(|(_, _, id, _)| id).collect();
    let view = View {
        offices: groups.into_iter().map(|(_, office)| office).collect(),
        total: people.len() as u64,
        page: (page as u64, all.len().div_ceil(ROWS).max(1) as u64),
        filter,
        all_offices: named(asked, &offices),
        all_roles: all_roles(asked),
    };
    Ok(Answer::page(staff::show(&asked.frame(Face::Staff), &view)))
}

fn take_on_view(asked: &Asked, offices: &[Id], faults: Vec<(&'static str, Title)>) -> TakeOn {
    let words = |name: &str| asked.words(name).unwrap_or_default().to_owned();
    TakeOn {
        known: asked.field("known") == Some("yes"),
        name: words("name"),
        login: words("login"),
        role: asked.id("role"),
        office: asked.id("office"),
        reasons: words("reasons"),
        all_roles: roles_at(asked, offices),
        all_offices: named(asked, offices),
        faults,
    }
}

pub fn new(asked: &Asked) -> Result<Answer, Oops> {
    let (_, offices) = administrator(asked)?;
    let view = take_on_view(asked, &offices, Vec::new());
    Ok(Answer::page(staff::take_on(&asked.frame(Face::Staff), &view)))
}

/// What of a form was left open that it has to say, each with its field.
fn left_open(asked: &Asked, names: &[&'static str]) -> Vec<(&'static str, Title)> {
    let open = names.iter().filter(|name| asked.words(name).is_none_or(|words| words.trim().is_empty()));
    let wanted = |name: &&'static str| {
        let (zh, en) = match *name {
            "name" => ("请填写姓名", "Enter their name"),
            "login" => ("请填写登录名", "Enter a sign-in name"),
            "role" => ("请选择岗位", "Choose a role"),
            "office" => ("请选择单位", "Choose an office"),
            _ => ("请写明理由", "Say why: it stands on the record"),
        };
        (*name, Title::new(zh, en))
    };
    open.map(wanted).collect()
}

/// The post that a form names.
fn chosen_post(asked: &Asked) -> Post {
    Post::new(asked.id("role").unwrap_or_default(), asked.id("office").unwrap_or_default())
}

pub fn take_on(asked: &Asked) -> Result<Answer, Oops> {
    let (actor, offices) = administrator(asked)?;
    let words = |name: &str| asked.words(name).unwrap_or_default();
    let (login, reasons) = (words("login"), words("reasons"));
    let known = asked.field("known") == Some("yes");
    let wanted: &[&'static str] = match known {
        true => &["login", "role", "office", "reasons"],
        false => &["name", "login", "role", "office", "reasons"],
    };
    let refused = |faults: Vec<(&'static str, Title)>| {
        let page = staff::take_on(&asked.frame(Face::Staff), &take_on_view(asked, &offices, faults));
        Answer::page(page).status(StatusCode::UNPROCESSABLE_ENTITY)
    };
    let open = left_open(asked, wanted);
    if !open.is_empty() {
        return Ok(refused(open));
    }
    let carry_out = || {
        let post = chosen_post(asked);
        if known {
            let id = asked.city.find_person(login).ok_or_else(|| {
                NotDone::Name(Title::new("没有这个登录名", "No account has this sign-in name"))
            })?;
            asked.city.act_on(By::Person(actor), id, &Act::Grant(post), reasons)?;
            return Ok(Issued { person: id, code: None });
        }
        let new = Newcomer { login, name: words("name"), post: &post, secret: Secret::Code };
        asked.city.take_on(By::Person(actor), new, reasons)
    };
    match carry_out() {
        Ok(issued) => issue(asked, issued),
        Err(error) => Ok(refused(vec![at(error)?])),
    }
}

/// What is wrong with what was filled in, and where.
fn at(error: NotDone) -> Result<(&'static str, Title), Oops> {
    match error {
        NotDone::Name(why) => Ok(("login", why)),
        NotDone::Unfit(why) => Ok(("role", why)),
        NotDone::Denied(decision) => Ok(("role", Refused::Denied(decision).title())),
        other => Err(other.into()),
    }
}

/// Shows a code once, or goes on to the person where none was made.
fn issue(asked: &Asked, issued: Issued) -> Result<Answer, Oops> {
    let to = path::staff(&issued.person.to_string());
    let Some((code, until)) = issued.code else { return Ok(Answer::go(format!("{to}?done=granted"))) };
    let view = staff::Issued {
        person: issued.person.to_string(),
        name: asked.city.staff_name(&issued.person.object()).unwrap_or_default(),
        code: code.text().to_owned(),
        until,
    };
    Ok(Answer::page(staff::issued(&asked.frame(Face::Staff), &view)))
}

/// The person in the path, whom the reader looks after in one office at least; to anybody else they are not there.
fn looked_after(asked: &Asked) -> Result<(&Actor, Person, Vec<Id>), Oops> {
    let (actor, offices) = administrator(asked)?;
    let id = PersonId::parse(asked.param("person")).ok_or(Oops::Missing)?;
    let mine = asked.city.staff(|staff| {
        let member = staff.roster.member(id).filter(|member| member.is_staff());
        member.is_some_and(|member| member.offices().into_iter().any(|office| offices.contains(office)))
    })?;
    if !mine {
        return Err(Oops::Missing);
    }
    Ok((actor, asked.city.person(id)?, offices))
}

pub fn person(asked: &Asked) -> Result<Answer, Oops> {
    let (_, person, offices) = looked_after(asked)?;
    shown(asked, &person, &offices, None)
}

fn shown(asked: &Asked, person: &Person, offices: &[Id], tried: Option<Tried>) -> Result<Answer, Oops> {
    let actor = asked.signed_in()?;
    let object = person.id.object();
    let status = if tried.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let held = asked.city.casework.held_by(&object)?;
    let member = asked.city.staff(|staff| staff.roster.member(person.id).cloned())?.unwrap_or_default();
    let may =
        |act: &Act| match asked.city.staff(|staff| staff.judge(By::Person(actor), person, act, "to see")) {
            Ok(Err(Refused::Denied(_))) | Err(_) => false,
            Ok(_) => true,
        };
    let posts = person.now.posts.iter().map(|post| person::Post {
        key: post.to_string(),
        title: show::post(asked, post),
        since: person.now.granted.get(post).map(|(since, _)| *since),
        by: person.now.granted.get(post).map(|(_, by)| who(asked, by.as_ref())),
        revocable: may(&Act::Revoke(post.clone())),
    });
    let view = person::View {
        person: person.id.to_string(),
        name: asked.city.staff_name(&object).unwrap_or_default(),
        standing: standing(asked, person.id, &member)?,
        posts: posts.collect(),
        registered: person.now.registered,
        locked: person.now.locked,
        code: person.now.code.as_ref().map(|code| code.until).filter(|until| asked.now < *until),
        colleagues: colleagues(asked, &object, &held)?,
        held: held.iter().map(|task| told(asked, task)).collect(),
        happened: history(asked, &object)?,
        may: May { grant: *actor.id() != object, administer: may(&Act::HandOver) },
        all_roles: roles_at(asked, offices),
        all_offices: named(asked, offices),
        tried,
    };
    Ok(Answer::page(person::show(&asked.frame(Face::Staff), &view)).status(status))
}

fn told(asked: &Asked, task: &Task) -> Held {
    let procedure = asked.city.casework.book().procedure(&task.procedure);
    let step = procedure.and_then(|procedure| procedure.flow.step(task.step.as_str()));
    Held {
        case: task.case.id.to_string(),
        title: procedure.map(|procedure| procedure.title.clone()).unwrap_or_default(),
        step: step.map(|step| step.title.clone()).unwrap_or_default(),
        office: show::office(asked, &task.office),
        due: task.due,
    }
}

/// Those who hold a post that one of the steps needs, with their names and those posts.
fn colleagues(asked: &Asked, person: &ObjectRef, held: &[Task]) -> Result<Vec<(String, String)>, Oops> {
    let posts: BTreeSet<Post> =
        held.iter().map(|task| Post::new(task.role.clone(), task.office.clone())).collect();
    let mut found: BTreeMap<ObjectRef, Vec<String>> = BTreeMap::new();
    for post in posts {
        for holder in asked.city.holders(&post).into_iter().map(PersonId::object) {
            found.entry(holder).or_default().push(asked.lang.of(&show::post(asked, &post)).to_owned());
        }
    }
    found.remove(person);
    let comma = if asked.lang == crate::text::Lang::Zh { "、" } else { "; " };
    let named = |(holder, posts): (ObjectRef, Vec<String>)| {
        let name = asked.city.staff_name(&holder).unwrap_or_default();
        (holder.to_string(), format!("{name} ({})", posts.join(comma)))
    };
    Ok(found.into_iter().map(named).collect())
}

fn history(asked: &Asked, person: &ObjectRef) -> Result<Vec<Happening>, Oops> {
    let entries = asked.city.casework.record().history(person, Version(0), usize::MAX)?;
    let of_person = |event: &&Event| {
        activity::OF_PERSON.contains(&event.activity.as_str())
            && event.object(activity::part::PERSON) == Some(person)
    };
    let told = |event: &Event| {
        let text = |name: &str| event.attribute(name).and_then(Value::as_text).map(str::to_owned);
        let office = event.object(activity::part::OFFICE).map(|office| office.id.as_str());
        let post = text(activity::attribute::ROLE)
            .zip(office)
            .map(|(role, office)| Post::new(role.as_str(), office));
        Happening {
            at: event.time,
            what: happened(event.activity.as_str()),
            post: post.map(|post| show::post(asked, &post)),
            by: event.actor.as_ref().filter(|actor| *actor != person).map(|actor| who(asked, Some(actor))),
            reasons: text(activity::attribute::REASONS).filter(|reasons| !reasons.is_empty()),
        }
    };
    Ok(entries.iter().rev().map(|entry| &entry.event).filter(of_person).map(told).collect())
}

/// What happened to a person, in words.
fn happened(what: &str) -> Title {
    let (zh, en) = match what {
        activity::REGISTERED => ("开设账号", "Account opened"),
        activity::DETAILS_CHANGED => ("修改个人资料", "Details changed"),
        activity::DETAILS_CORRECTED => ("更正个人资料", "Details corrected"),
        activity::NAME_SET => ("设定登录名", "Sign-in name set"),
        activity::PASSWORD_SET => ("设定密码", "Password set"),
        activity::ROLE_GRANTED => ("授予岗位", "Post given"),
        activity::ROLE_WITHDRAWN => ("免去岗位", "Post taken back"),
        activity::LOCKED => ("停用账号", "Account locked"),
        activity::UNLOCKED => ("恢复账号", "Account unlocked"),
        activity::CODE_ISSUED => ("发放一次性登录码", "One-time code issued"),
        activity::SIGNED_OUT => ("在其他设备退出登录", "Signed out elsewhere"),
        activity::ERASURE_ASKED => ("申请删除数据", "Erasure asked for"),
        activity::ERASURE_CALLED_OFF => ("撤回删除申请", "Erasure called off"),
        other => (other, other),
    };
    Title::new(zh, en)
}

pub fn act(asked: &Asked) -> Result<Answer, Oops> {
    let (actor, person, offices) = looked_after(asked)?;
    let (name, by) = (asked.param("act"), By::Person(actor));
    let reasons = asked.words("reasons").unwrap_or_default();
    let done = |handed: Result<Handed, NotDone>, word: &'static str| handed.map(|handed| (handed, word));
    let tried = |faults: Vec<(String, Title)>| Tried {
        act: name.to_owned(),
        faults,
        role: asked.id("role"),
        office: asked.id("office"),
        to: asked.words("to").map(str::to_owned),
        reasons: reasons.to_owned(),
    };
    let wanted: &[&'static str] = match name {
        "grant" => &["role", "office", "reasons"],
        "lock" | "unlock" | "reset" | "hand-over" => &["reasons"],
        _ => &[],
    };
    let open = left_open(asked, wanted);
    if !open.is_empty() {
        let at_its_field = |(field, what): (&'static str, Title)| match field {
            "reasons" => (format!("{name}-reasons"), what),
            field => (field.to_owned(), what),
        };
        let tried = tried(open.into_iter().map(at_its_field).collect());
        return shown(asked, &person, &offices, Some(tried));
    }
    let carried = match name {
        "grant" => {
            done(asked.city.act_on(by, person.id, &Act::Grant(chosen_post(asked)), reasons), "granted")
        }
        "revoke" => {
            let post = asked.words("post").and_then(Post::parse).ok_or(Oops::Missing)?;
            done(asked.city.act_on(by, person.id, &Act::Revoke(post), reasons), "revoked")
        }
        "lock" => done(asked.city.act_on(by, person.id, &Act::Lock, reasons), "locked"),
        "unlock" => done(asked.city.act_on(by, person.id, &Act::Unlock, reasons), "unlocked"),
        "reset" => match asked.city.reset(by, person.id, reasons) {
            Ok(issued) => return issue(asked, issued),
            Err(error) => Err(error),
        },
        "hand-over" => {
            let to = asked
                .words("to")
                .map(|to| ObjectRef::parse(to).as_ref().and_then(PersonId::of).ok_or(Oops::Missing));
            done(asked.city.hand_on(by, person.id, to.transpose()?, reasons), "handed-over")
        }
        _ => return Err(Oops::Missing),
    };
    let refused: Vec<Title> = match carried {
        Ok((handed, word)) if handed.left.is_empty() => {
            return Ok(Answer::go(format!("{}?done={word}", path::staff(&person.id.to_string()))));
        }
        Ok((handed, _)) => handed.left.into_iter().map(|(task, why)| left(&task, &why)).collect(),
        Err(NotDone::Denied(decision)) => vec![Refused::Denied(decision).title()],
        Err(NotDone::Unfit(why) | NotDone::Name(why)) => vec![why],
        Err(other) => return Err(other.into()),
    };
    let tried = tried(refused.into_iter().map(|why| ("moves".to_owned(), why)).collect());
    let person = asked.city.person(person.id)?;
    shown(asked, &person, &offices, Some(tried))
}

/// A step that stays with somebody, and why.
fn left(task: &Task, why: &Title) -> Title {
    let number = &task.case.id;
    Title::new(format!("{number} 未能移交：{}", why.zh), format!("{number} was not handed on: {}", why.en))
}
