use super::scenes::RESIDENTS;
use crate::say::Failure;
use access::registry::{self, Details, Stamp};
use access::{PersonId, Post};
use pack::{Definitions, Title};
use record::{Batch, ObjectRef, Time};
use std::collections::BTreeMap;
use web::server::{City, Demo};

const PASSWORD: &str = "lotus-pond-2026";

/// Who signs in: by which name, in which post, and who that is.
const SIGN_INS: [(&str, &str, &str, &str, &str); 22] = [
    ("resident", "", "", "居民演示甲", "a resident"),
    ("resident-2", "", "", "居民演示乙", "another resident"),
    ("resident-3", "", "", "居民演示丙", "a third resident"),
    ("clerk", "clerk", "lake-station", "南湖派出所窗口受理员", "counter clerk, South Lake"),
    ("examiner", "examiner", "lake-station", "南湖派出所审核员", "examiner, South Lake"),
    ("approver", "approver", "lake-station", "南湖派出所审批人", "approver, South Lake"),
    ("county-approver", "approver", "east-branch", "东城分局审批人", "approver, East District"),
    ("card-maker", "card-maker", "east-branch", "东城分局制证员", "card maker, East District"),
    ("passport-clerk", "clerk", "exit-entry-office", "出入境管理支队受理员", "counter clerk, exit and entry"),
    ("vehicle-clerk", "clerk", "vehicle-office", "车管所受理员", "counter clerk, vehicle office"),
    ("vehicle-examiner", "examiner", "vehicle-office", "车管所审核员", "examiner, vehicle office"),
    ("vehicle-inspector", "vehicle-inspector", "vehicle-office", "车管所查验员", "inspector, vehicle office"),
    ("insurance-checker", "insurance-checker", "insurance-desk", "交强险核查员", "insurance desk"),
    ("tax-officer", "tax-officer", "tax-office", "车购税窗口税务核查员", "vehicle tax desk"),
    ("dispatcher", "dispatcher", "east-branch", "东城分局接警调度员", "dispatcher, East District"),
    ("officer", "officer", "lake-station", "南湖派出所民警", "police officer, South Lake"),
    ("case-officer", "case-officer", "lake-station", "南湖派出所办案民警", "case officer, South Lake"),
    (
        "property-keeper",
        "property-keeper",
        "lake-station",
        "南湖派出所涉案财物管理员",
        "property keeper, South Lake",
    ),
    ("chief", "chief", "east-branch", "东城分局负责人", "chief, East District"),
    ("expert", "expert", "east-branch", "东城分局鉴定人", "expert, East District"),
    ("supervisor", "supervisor", "bureau", "市局监督员", "supervisor, city bureau"),
    ("administrator", "administrator", "bureau", "市局人员管理员", "administrator, city bureau"),
];

/// What the sign-in page shows: those whose post the packs know.
pub fn sign_ins(all: &Definitions) -> Vec<Demo> {
    let known = |(_, role, office, ..): &&(&str, &str, &str, &str, &str)| {
        role.is_empty() || (all.roles.contains_key(*role) && all.offices.contains_key(*office))
    };
    let one = |(login, _, _, zh, en): &(&str, &str, &str, &str, &str)| Demo {
        login: (*login).to_owned(),
        password: PASSWORD.to_owned(),
        title: Title::new(zh, en),
    };
    SIGN_INS.iter().filter(known).map(one).collect()
}

/// Everybody in the demonstration.
pub struct People {
    /// Residents, by their place in [`RESIDENTS`].
    pub residents: Vec<PersonId>,
    staff: BTreeMap<(Post, usize), PersonId>,
}

impl People {
    /// Opens the accounts of those who sign in, at `time`; the rest of the residents are known without one.
    pub fn open(city: &City, time: Time) -> Result<Self, Failure> {
        let definitions = &city.casework.book().definitions;
        let shown = sign_ins(definitions);
        let mut people = Self { residents: Vec::new(), staff: BTreeMap::new() };
        for (login, role, office, zh, _) in SIGN_INS {
            if !shown.iter().any(|one| one.login == login) {
                continue;
            }
            if role.is_empty() {
                let name = RESIDENTS.get(people.residents.len()).copied().unwrap_or(zh);
                people.residents.push(city.register(login, name, PASSWORD, &[], time)?);
            } else {
                let post = Post::new(role, office);
                let id = city.register(
                    login,
                    &format!("{zh}（演示）"),
                    PASSWORD,
                    std::slice::from_ref(&post),
                    time,
                )?;
                people.staff.insert((post, 0), id);
            }
        }
        for name in RESIDENTS.iter().skip(people.residents.len()) {
            let person = known(city, name, None, time)?;
            people.residents.push(person);
        }
        Ok(people)
    }

    /// Takes on whoever holds a post, where nobody does.
    pub fn take_on(&mut self, city: &City, post: &Post, nth: usize, time: Time) -> Result<(), Failure> {
        if self.staff.contains_key(&(post.clone(), nth)) {
            return Ok(());
        }
        let definitions = &city.casework.book().definitions;
        let office = definitions.offices.get(&post.office).map_or("", |office| office.title.zh.as_str());
        let role = definitions.roles.get(&post.role).map_or("", |role| role.title.zh.as_str());
        let which = ["", "乙", "丙"].get(nth).copied().unwrap_or("丁");
        let id = known(city, &format!("{office}{role}{which}（演示）"), Some(post), time)?;
        self.staff.insert((post.clone(), nth), id);
        Ok(())
    }

    /// The holder of a post.
    pub fn holder(&self, post: &Post, nth: usize) -> Option<PersonId> {
        self.staff.get(&(post.clone(), nth)).copied()
    }
}

/// Somebody who is known to the city, perhaps in a post, and does not sign in.
fn known(city: &City, name: &str, post: Option<&Post>, time: Time) -> Result<PersonId, Failure> {
    let record = city.casework.record();
    let person = PersonId::random(&mut access::entropy::SystemEntropy)?;
    let object: ObjectRef = person.object();
    let stamp = |part: &str| Stamp { id: format!("{object}/{part}").into(), time, actor: None };
    let details = Details { name: Some(name.to_owned()), ..Details::default() };
    let mut batch = Batch::default();
    registry::registered(stamp("registered"), person, details).add_to(&mut batch, record)?;
    if let Some(post) = post {
        let given = Stamp { actor: Some(access::staff::operator()), ..stamp(&post.to_string()) };
        batch.events.push(registry::role_granted(given, person, post));
    }
    record.append(batch)?;
    Ok(person)
}
