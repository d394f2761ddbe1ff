//! The counter, where staff begin a case: for an applicant who stands before them, or as a duty of their office.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::people::NotDone;
use super::walk_in::{self, NotOpened, Opened, WalkIn};
use super::{once, personal, services};
use crate::layout::Face;
use crate::page::counter;
use crate::path;
use access::policy::Decision;
use access::{PersonId, Post};
use axum::http::StatusCode;
use casework::{Ask, Command};
use pack::model::{Channel, Procedure, Start};
use pack::{Id, Title};
use record::{ObjectRef, Version};

/// The action of opening an account for an applicant, as policies name it.
const REGISTER: &str = "register";
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
    here(asked, post).any(|procedure| may(asked, procedure, post, "start").unwrap_or_default())
}

/// The services that the reader may begin where they work.
fn handled<'a>(asked: &'a Asked, post: &Post) -> Result<Vec<&'a Procedure>, Oops> {
    let mut all = Vec::new();
    for procedure in here(asked, post) {
        if may(asked, procedure, post, "start")? {
            all.push(procedure);
        }
    }
    all.sort_by_key(|procedure| services::catalogued(procedure));
    if all.is_empty() { Err(Oops::forbidden(None)) } else { Ok(all) }
}

fn may(asked: &Asked, procedure: &Procedure, post: &Post, action: &str) -> Result<bool, Oops> {
    Ok(permit(asked, procedure, &post.office, Some(&somebody()), action, None)?.allowed())
}

/// Somebody, who is not known yet.
pub fn somebody() -> ObjectRef {
    ObjectRef::new(PersonId::KIND, "")
}

/// Refuses whoever may not open accounts for the applicants of `procedure`.
///
/// `whose`: the account, where there is one yet.
pub fn registers(
    asked: &Asked,
    procedure: &Procedure,
    office: &Id,
    whose: Option<PersonId>,
) -> Result<(), Oops> {
    let party = whose.map_or_else(somebody, |person| person.object());
    let decision = permit(asked, procedure, office, Some(&party), REGISTER, None)?;
    if decision.allowed() { Ok(()) } else { Err(Oops::denied(&decision)) }
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
    let words = |name: &str| asked.words(name).unwrap_or_default().to_owned();
    let party = chosen.filter(|procedure| procedure.start == Start::Party);
    let opens = party.map(|procedure| may(asked, procedure, post, REGISTER)).transpose()?.unwrap_or_default();
    Ok(counter::View {
        query,
        services: found,
        duty: chosen.is_some() && party.is_none(),
        chosen: chosen.map(|procedure| (procedure.id.clone(), procedure.title.clone())),
        applicant: words("applicant"),
        found: None,
        purpose: asked.id("purpose"),
        purposes: party.map(|procedure| purposes(asked, procedure, post)).unwrap_or_default(),
        opens,
        open: false,
        account: counter::Account {
            name: words("name"),
            number: words("number"),
            login: words("login"),
            faults: Vec::new(),
        },
        fault: None,
        later: None,
    })
}

/// The purposes under which the reader may look up whose case it is to be.
fn purposes(asked: &Asked, procedure: &Procedure, post: &Post) -> Vec<(Id, Title)> {
    let may = |purpose: &Id| {
        let action = access::reading::ACTION;
        let decision = permit(asked, procedure, &post.office, Some(&somebody()), action, Some(purpose));
        decision.is_ok_and(|decision| decision.allowed())
    };
    let all = asked.city.casework.book().definitions.purposes.iter();
    all.filter(|(id, _)| may(id)).map(|(id, title)| (id.clone(), title.clone())).collect()
}

pub fn show(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &view(asked, &post)?)))
}

/// The service that a form names, among those that the reader may begin.
fn chosen<'a>(asked: &'a Asked, view: &counter::View) -> Result<&'a Procedure, Oops> {
    let book = asked.city.casework.book();
    let chosen = view.chosen.as_ref().and_then(|(id, _)| book.procedure(id));
    chosen.ok_or_else(|| Oops::Unreadable(Title::new("请选择事项", "Choose a service")))
}

pub fn begin(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let mut view = view(asked, &post)?;
    let procedure = chosen(asked, &view)?;
    let at = (procedure, &post.office);
    let person = asked.words("person").map(|person| known(asked, person)).transpose()?;
    if view.duty || person.is_some() {
        if let Some((id, number)) = person.zip(asked.words("number")) {
            let noted = note(asked, procedure, &post.office, (id, number), (view.purpose.as_ref(), None));
            match noted {
                Ok(Ok(())) => {}
                Ok(Err(fault)) => {
                    view.found = Some(shown_again(asked, at, id, view.purpose.as_ref())?);
                    view.account.faults = vec![("number", fault)];
                    return Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &view))
                        .status(StatusCode::UNPROCESSABLE_ENTITY));
                }
                Err(oops) => return put_off(asked, view, oops, Some((at, id))),
            }
        }
        let command = start(procedure, &post.office, person.map(PersonId::object));
        let begun = once::begin(asked, &procedure.id, &command, asked.words("once"))?;
        let form = path::of_case(begun.case().id.as_str(), "form");
        return Ok(Answer::go(path::under_purpose(&form, view.purpose.as_ref())));
    }
    match look_up(asked, procedure, &post.office, &view.applicant, view.purpose.as_ref()) {
        Ok((Some((id, _)), _)) => view.found = Some(shown(asked, id, view.opens)?),
        Ok((None, _)) => {
            view.open = true;
            // What was typed is on their card, and need not be typed again.
            if walk_in::number(&view.applicant).is_ok() {
                view.account.number.clone_from(&view.applicant);
            }
            let en = "No account has this number or sign-in name. One that they opened themselves is found by its sign-in \
                      name; otherwise open one for them below";
            let zh = "没有账号登记这个号码或登录名。本人自己注册过的，请用其登录名查找；没有账号的，请在下面代为开设";
            view.fault = Some(Title::new(zh, en));
        }
        Err(oops) => return put_off(asked, view, oops, None),
    }
    Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &view)))
}

/// The page with all that was typed, and why it is not done now; `whose`: who was found before.
fn put_off(
    asked: &Asked,
    mut view: counter::View,
    oops: Oops,
    whose: Option<((&Procedure, &Id), PersonId)>,
) -> Result<Answer, Oops> {
    let Some(why) = oops.later(asked) else { return Err(oops) };
    if let Some((at, id)) = whose {
        let corrects = asked.pattern == path::COUNTER_NUMBER;
        // Their name is read once more where that can be put on the record; what was typed stands there without it.
        let again = shown_again(asked, at, id, view.purpose.as_ref());
        let mut found = again.unwrap_or_else(|_| counter::Found {
            person: id.object().to_string(),
            name: String::new(),
            unnumbered: !corrects,
            waits: false,
            numbered: corrects.then(counter::Correction::default),
            corrected: false,
        });
        if let Some(correction) = &mut found.numbered {
            let typed = |name: &str| asked.words(name).unwrap_or_default().to_owned();
            (correction.number, correction.reasons) = (typed("number"), typed("reasons"));
        }
        view.found = Some(found);
    }
    view.later = Some(why);
    Ok(oops.on(Answer::page(counter::show(&asked.frame(Face::Staff), &view))))
}

/// Somebody whom a form names, who is on the record.
pub fn known(asked: &Asked, person: &str) -> Result<PersonId, Oops> {
    let person = ObjectRef::parse(person).ok_or(Oops::Missing)?;
    let there = asked.city.casework.record().version(&person)? != Version(0);
    PersonId::of(&person).filter(|_| there).ok_or(Oops::Missing)
}

/// Notes the number on the card of whoever has none on their account; what is wrong with it.
pub fn note(
    asked: &Asked,
    procedure: &Procedure,
    office: &Id,
    (person, typed): (PersonId, &str),
    (purpose, turn): (Option<&Id>, Option<&Turn>),
) -> Result<Result<(), Title>, Oops> {
    registers(asked, procedure, office, Some(person))?;
    let number = match walk_in::number(typed) {
        Ok(number) => number,
        Err(why) => return Ok(Err(why)),
    };
    let probe = reads_number(asked, procedure, office, (&number, Some(person)), (purpose, turn))?;
    let noted = asked.city.note_number(asked.signed_in()?.id(), person, &number);
    probe.ended(asked, noted.is_ok())?;
    match noted {
        Ok(()) => Ok(Ok(())),
        Err(NotDone::Unfit(why)) => Ok(Err(why)),
        Err(other) => Err(other.into()),
    }
}

/// Puts the number on somebody's account right, or takes it off; what is wrong with what was typed, by its field.
pub fn correct(
    asked: &Asked,
    (procedure, office): (&Procedure, &Id),
    person: PersonId,
    (typed, reasons): (&str, &str),
    purpose: Option<&Id>,
) -> Result<Result<(), walk_in::Faults>, Oops> {
    registers(asked, procedure, office, Some(person))?;
    // Whoever corrects it learns what stood there, so far as it is not what they typed.
    read(asked, procedure, office, &person.object(), purpose, &["identity-number"])?;
    let mut faults = Vec::new();
    let given = !typed.trim().is_empty();
    let number = given.then(|| walk_in::number(typed)).transpose();
    let number = number.map_err(|why| faults.push(("number", why))).unwrap_or_default();
    if reasons.trim().is_empty() {
        let en = "Say how it is known that the number is another's";
        faults.push(("reasons", Title::new("请说明如何得知号码有误", en)));
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    let probe = match &number {
        Some(number) => {
            Some(reads_number(asked, procedure, office, (number, Some(person)), (purpose, None))?)
        }
        None => None,
    };
    let corrected =
        asked.city.correct_number(asked.signed_in()?.id(), person, number.as_deref(), reasons.trim());
    if let Some(probe) = probe {
        probe.ended(asked, corrected.is_ok())?;
    }
    match corrected {
        Ok(()) => Ok(Ok(())),
        Err(NotDone::Unfit(why)) => Ok(Err(vec![("number", why)])),
        Err(other) => Err(other.into()),
    }
}

/// What follows from a number may tell that it is somebody else's than `but` one person's: that is a reading of theirs. A purpose
/// is stated first, whoever has it.
pub fn reads_number(
    asked: &Asked,
    procedure: &Procedure,
    office: &Id,
    (number, but): (&str, Option<PersonId>),
    (purpose, turn): (Option<&Id>, Option<&Turn>),
) -> Result<Probe, Oops> {
    let nobody = admitted(asked, procedure, office, purpose)?;
    if turn.is_none() {
        pace(asked)?;
    }
    let holder = asked.city.people()?.directory.by_number(number);
    match holder {
        Some(holder) if Some(holder) != but => {
            read(asked, procedure, office, &holder.object(), purpose, &["identity-number"])?;
            found(asked);
            Ok(Probe(None))
        }
        Some(_) => {
            found(asked);
            Ok(Probe(None))
        }
        None => Ok(Probe(Some(nobody))),
    }
}

/// What is to be told of a number once it is known what became of it; the decision under which it was asked, where nobody had it.
#[must_use = "that nobody has a number is told by what follows from it, and has to be on the record"]
pub struct Probe(Option<Decision>);

impl Probe {
    /// That `kept` or not: a number that stands on an account now was nobody's guess, and that is on the record by itself.
    pub fn ended(self, asked: &Asked, kept: bool) -> Result<(), Oops> {
        match self.0 {
            Some(_) if kept => {
                found(asked);
                Ok(())
            }
            Some(decision) => personal::note_nobody(asked, &decision),
            None => Ok(()),
        }
    }
}

/// Lets the reader look somebody up under the purpose that they state, if they may at all, and not faster than a counter serves.
fn admitted(
    asked: &Asked,
    procedure: &Procedure,
    office: &Id,
    purpose: Option<&Id>,
) -> Result<Decision, Oops> {
    let decision = permit(asked, procedure, office, Some(&somebody()), access::reading::ACTION, purpose)?;
    if !decision.allowed() {
        return Err(Oops::denied(&decision));
    }
    Ok(decision)
}

/// That a request may look somebody up: asked for once in each.
pub struct Turn(());

fn pace(asked: &Asked) -> Result<Turn, Oops> {
    let clerk = PersonId::of(asked.signed_in()?.id());
    let wait = clerk.map_or(Ok(()), |clerk| asked.city.admit_look_up(clerk));
    wait.map(|()| Turn(())).map_err(|seconds| Oops::LookUps { seconds })
}

fn found(asked: &Asked) {
    if let Some(clerk) = asked.actor.as_ref().and_then(|actor| PersonId::of(actor.id())) {
        asked.city.looked_up(clerk);
    }
}

/// Opens an account, or says why not.
pub fn open(
    asked: &Asked,
    (procedure, office): (&Procedure, &Id),
    new: Result<WalkIn, walk_in::Faults>,
    (key, purpose): (Option<&str>, Option<&Id>),
) -> Result<Result<Opened, NotOpened>, Oops> {
    registers(asked, procedure, office, None)?;
    let new = match new {
        Ok(new) => new,
        Err(faults) => return Ok(Err(NotOpened::Faulty(faults))),
    };
    let probe = match new.number() {
        Some(number) => Some(reads_number(asked, procedure, office, (number, None), (purpose, None))?),
        None => None,
    };
    let opened = asked.city.open_for(asked.signed_in()?.id(), &new, key);
    if let Some(probe) = probe {
        probe.ended(asked, opened.is_ok())?;
    }
    if opened.is_ok() {
        // Whoever has no account yet is looked up in vain first: that was no guess.
        found(asked);
    }
    Ok(opened)
}

/// Gives another code to whoever has yet to choose a password: whoever hands it over reads by which name they sign in.
pub fn another_code(
    asked: &Asked,
    (procedure, office): (&Procedure, &Id),
    person: &str,
    purpose: Option<&Id>,
) -> Result<Opened, Oops> {
    // Who may not register anybody is not told whether there is such a person.
    registers(asked, procedure, office, None)?;
    let id = known(asked, person)?;
    registers(asked, procedure, office, Some(id))?;
    read(asked, procedure, office, &id.object(), purpose, &["name", "sign-in-name"])?;
    asked.city.another_code(asked.signed_in()?.id(), id).map_err(Oops::from)
}

/// Who has the identity number, or signs in by the name, that was typed; and whether by the number. It is a reading of their
/// data under the purpose that was stated, which they see; that there is nobody is on the record too, without what was typed.
/// Who may not read it is not told whether there is anybody.
pub fn look_up(
    asked: &Asked,
    procedure: &Procedure,
    office: &Id,
    typed: &str,
    purpose: Option<&Id>,
) -> Result<(Option<(PersonId, bool)>, Turn), Oops> {
    let decision = admitted(asked, procedure, office, purpose)?;
    let turn = pace(asked)?;
    let Some((id, by_number)) = asked.city.find_applicant(typed)? else {
        personal::note_nobody(asked, &decision)?;
        return Ok((None, turn));
    };
    found(asked);
    let fields: &[&str] = if by_number { &["name", "identity-number"] } else { &["name"] };
    read(asked, procedure, office, &id.object(), purpose, fields)?;
    Ok((Some((id, by_number)), turn))
}

/// Puts on the record that the reader sees `fields` of whose case it is to be, or refuses it.
fn read(
    asked: &Asked,
    procedure: &Procedure,
    office: &Id,
    party: &ObjectRef,
    purpose: Option<&Id>,
    fields: &[&str],
) -> Result<(), Oops> {
    let decision = permit(asked, procedure, office, Some(party), access::reading::ACTION, purpose)?;
    personal::note(asked, &decision, party, fields)
}

/// Somebody who was found before, shown once more: their name is read once more.
fn shown_again(
    asked: &Asked,
    (procedure, office): (&Procedure, &Id),
    id: PersonId,
    purpose: Option<&Id>,
) -> Result<counter::Found, Oops> {
    read(asked, procedure, office, &id.object(), purpose, &["name"])?;
    shown(asked, id, true)
}

/// Whom the page shows as found, after their name was read.
fn shown(asked: &Asked, id: PersonId, opens: bool) -> Result<counter::Found, Oops> {
    let person = asked.city.person(id)?;
    Ok(counter::Found {
        person: id.object().to_string(),
        name: asked.city.name(&person).unwrap_or_default(),
        unnumbered: opens && person.now.identity_number.is_none(),
        waits: opens && walk_in::waits(&person),
        numbered: (opens && person.now.identity_number.is_some()).then(counter::Correction::default),
        corrected: false,
    })
}

/// Puts right the identity number on an account on which it was noted wrongly.
pub fn number(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let mut view = view(asked, &post)?;
    let procedure = chosen(asked, &view)?;
    let words = |name: &str| asked.words(name).unwrap_or_default();
    let purpose = view.purpose.clone();
    let id = match known(asked, words("person")) {
        Ok(id) => id,
        Err(oops) => {
            let named = ObjectRef::parse(words("person")).and_then(|person| PersonId::of(&person));
            return put_off(asked, view, oops, named.map(|id| ((procedure, &post.office), id)));
        }
    };
    let (at, typed) = ((procedure, &post.office), (words("number"), words("reasons")));
    view.account.number.clear();
    let corrected = match correct(asked, at, id, typed, purpose.as_ref()) {
        Ok(corrected) => corrected,
        Err(oops) => return put_off(asked, view, oops, Some((at, id))),
    };
    let found = shown_again(asked, at, id, purpose.as_ref())?;
    let (status, found) = match corrected {
        Ok(()) => (StatusCode::OK, counter::Found { corrected: true, ..found }),
        // There is none that could be put right, so that it is said where one is noted.
        Err(faults) if found.unnumbered => {
            view.account.faults = faults;
            (StatusCode::UNPROCESSABLE_ENTITY, found)
        }
        Err(faults) => {
            let (number, reasons) = (typed.0.to_owned(), typed.1.to_owned());
            let numbered = Some(counter::Correction { number, reasons, faults });
            (StatusCode::UNPROCESSABLE_ENTITY, counter::Found { numbered, ..found })
        }
    };
    view.found = Some(found);
    Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &view)).status(status))
}

/// Opens an account for an applicant who has none, or gives whoever has yet to choose a password another code.
pub fn account(asked: &Asked) -> Result<Answer, Oops> {
    let post = asked.post()?.clone();
    let mut view = view(asked, &post)?;
    let procedure = chosen(asked, &view)?;
    let words = |name: &str| asked.words(name).unwrap_or_default();
    let (at, purpose) = ((procedure, &post.office), view.purpose.clone());
    let opened = match asked.words("person") {
        Some(person) => Ok(another_code(asked, at, person, purpose.as_ref())?),
        None => {
            view.open = true;
            let new = WalkIn::read(words("name"), words("number"), words("login"));
            match open(asked, at, new, (asked.words("once"), purpose.as_ref())) {
                Ok(opened) => opened,
                Err(oops) => return put_off(asked, view, oops, None),
            }
        }
    };
    match opened {
        Ok(Opened { issued, login }) => {
            let Some((code, until)) = issued.code else { return Err(Oops::Missing) };
            let slip = counter::Slip {
                person: issued.person.object().to_string(),
                login: login.as_str().to_owned(),
                code: code.text().to_owned(),
                until,
            };
            Ok(Answer::page(counter::opened(&asked.frame(Face::Staff), &view, &slip)))
        }
        Err(NotOpened::Already(id)) => {
            view.found = Some(counter::Found { unnumbered: false, ..shown(asked, id, true)? });
            Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &view)))
        }
        Err(NotOpened::Faulty(faults)) => {
            view.account.faults = faults;
            Ok(Answer::page(counter::show(&asked.frame(Face::Staff), &view))
                .status(StatusCode::UNPROCESSABLE_ENTITY))
        }
        Err(NotOpened::Other(error)) => put_off(asked, view, error.into(), None),
    }
}
