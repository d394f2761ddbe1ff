//! The counter, where staff begin a case: for an applicant who stands before them, or as a duty of their office.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::{once, personal, services};
use crate::layout::Face;
use crate::page::counter;
use crate::path;
use access::policy::Decision;
use access::{PersonId, Post};
use casework::{Ask, Command};
use pack::model::{Channel, Procedure, Start};
use pack::{Id, Title};
use record::ObjectRef;

/// How many services a search at the counter looks through.
const MOST_FOUND: usize = 50;

/// How a case of `procedure` is begun at the counter.
pub fn start(procedure: &Procedure, office: &Id, party: Option<ObjectRef>) -> Command {
    let party = party.filter(|_| procedure.start == Start::Party);
    Command::Start { office: office.clone(), party, channel: Channel::Window }
}

/// What the policies say of somebody at the counter of `office` who is about to begin a case.
pub fn permit(
    asked: &Asked,
    procedure: &Procedure,
    office: &Id,
    party: Option<&ObjectRef>,
    action: &str,
    purpose: Option<&Id>,
) -> Result<Decision, Oops> {
    let start = start(procedure, office, party.cloned());
    let ask = Ask { purpose, ..asked.ask() };
    asked.city.casework.permit_begun(procedure, &start, action, &ask).ok_or(Oops::SignIn)
}

/// Whether there is a service that the reader may begin where they work.
pub(super) fn begins(asked: &Asked, post: &Post) -> bool {
    here(asked, post).any(|procedure| may_begin(asked, procedure, post).unwrap_or_default())
}

/// The services that the reader may begin where they work.
fn handled<'a>(asked: &'a Asked, post: &Post) -> Result<Vec<&'a Procedure>, Oops> {
    let mut all = Vec::new();
    for procedure in here(asked, post) {
        if may_begin(asked, procedure, post)? {
            all.push(procedure);
        }
    }
    all.sort_by_key(|procedure| services::catalogued(procedure));
    if all.is_empty() { Err(Oops::forbidden(None)) } else { Ok(all) }
}

fn may_begin(asked: &Asked, procedure: &Procedure, post: &Post) -> Result<bool, Oops> {
    // Somebody, who is not known yet.
    let party = ObjectRef::new("person", "");
    Ok(permit(asked, procedure, &post.office, Some(&party), "start", None)?.allowed())
}

/// The services that the office handles now, at its windows or as its duty.
fn here<'a>(asked: &'a Asked, post: &Post) -> impl Iterator<Item = &'a Procedure> + use<'a> {
    let definitions = &asked.city.casework.book().definitions;
    let (office, today) = (definitions.offices.get(&post.office), asked.today());
    let here = move |procedure: &&Procedure| {
        let handles = office.is_some_and(|office| procedure.handled_by(office));
        handles
            && procedure.in_force(today)
            && (procedure.start != Start::Party || procedure.channels.contains(&Channel::Window))
    };
    definitions.procedures.values().filter(here)
}

fn view(asked: &Asked, post: &Post) -> Result<counter::View, Oops> {
    let query = asked.words("q").unwrap_or_default().to_owned();
    let all = handled(asked, post)?;
    let found: Vec<(Id, Title)> = if query.is_empty() {
        all.iter().map(|procedure| (procedure.id.clone(), procedure.title.clone())).collect()
    } else {
        let hits = asked.city.finder.last().find(&query, MOST_FOUND);
        let of_hit = |id: &Id| all.iter().find(|procedure| procedure.id == *id);
        hits.iter().filter_map(|hit| of_hit(&hit.id)).map(|p| (p.id.clone(), p.title.clone())).collect()
    };
    let chosen =
        asked.id("service").map(|id| all.iter().find(|procedure| procedure.id == id).ok_or(Oops::Missing));
    let chosen = chosen.transpose()?;
    Ok(counter::View {
        query,
        services: found,
        duty: chosen.is_some_and(|procedure| procedure.start != Start::Party),
        chosen: chosen.map(|procedure| (procedure.id.clone(), procedure.title.clone())),
        applicant: asked.words("applicant").unwrap_or_default().to_owned(),
        applicants: Vec::new(),
        purpose: asked.id("purpose"),
        purposes: chosen.map(|procedure| purposes(asked, procedure, post)).unwrap_or_default(),
        fault: None,
    })
}

/// The purposes under which the reader may look up whose case it is to be.
fn purposes(asked: &Asked, procedure: &Procedure, post: &Post) -> Vec<(Id, Title)> {
    let party = ObjectRef::new("person", "");
    let may = |purpose: &Id| {
        let action = access::reading::ACTION;
        let decision = permit(asked, procedure, &post.office, Some(&party), action, Some(purpose));
        decision.is_ok_and(|decision| decision.allowed())
    };
    let all = asked.city.casework.book().definitions.purposes.iter();
    all.filter(|(id, _)| may(id)).map(|(id, title)| (id.clone(), title.clone())).collect()
}

pub fn show(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &view(asked, &post)?)))
}

pub fn begin(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let mut view = view(asked, &post)?;
    let book = asked.city.casework.book();
    let chosen = view.chosen.as_ref().and_then(|(id, _)| book.procedure(id));
    let procedure = chosen.ok_or_else(|| Oops::Unreadable(Title::new("请选择事项", "Choose a service")))?;
    let person =
        asked.words("person").and_then(ObjectRef::parse).filter(|person| PersonId::of(person).is_some());
    if view.duty || person.is_some() {
        if let Some(person) = &person
            && asked.city.casework.record().version(person)?.0 == 0
        {
            return Err(Oops::Missing);
        }
        let command = start(procedure, &post.office, person);
        let begun = once::begin(asked, &procedure.id, &command, asked.words("once"))?;
        let form = path::of_case(begun.case().id.as_str(), "form");
        return Ok(Answer::go(path::under_purpose(&form, view.purpose.as_ref())));
    }
    match look_up(asked, procedure, &post)? {
        Some(found) => view.applicants = vec![found],
        None => {
            let en = "Nobody has this sign-in name: help them open an account first";
            view.fault = Some(Title::new("没有这个登录名，请先帮助申请人注册", en));
        }
    }
    Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &view)))
}

/// The applicant who signs in by the name that was typed, with their own name: a reading of personal data under the purpose
/// that was stated, which they see.
fn look_up(asked: &Asked, procedure: &Procedure, post: &Post) -> Result<Option<(String, String)>, Oops> {
    let login = asked.words("applicant").unwrap_or_default();
    let Some(id) = asked.city.find_person(login) else { return Ok(None) };
    let person = id.object();
    let purpose = asked.id("purpose");
    let action = access::reading::ACTION;
    let decision = permit(asked, procedure, &post.office, Some(&person), action, purpose.as_ref())?;
    personal::note(asked, &decision, &person, &["name"])?;
    let name = asked.city.person(id).ok().and_then(|person| asked.city.name(&person)).unwrap_or_default();
    Ok(Some((person.to_string(), name)))
}
