use super::scenes::RESIDENTS;
use crate::say::Failure;
use access::registry::{self, Details, Stamp};
use access::{PersonId, Post};
use pack::{Definitions, Title};
use record::{Batch, ObjectRef, Time};
use std::collections::BTreeMap;
use web::server::{City, Demo};

const PASSWORD: &str = "lotus-pond-2026";

/// One who signs in: by which name, in which posts (a role and an office each), and who that is. Whoever holds several acts in
/// one at a time; what must be done by two people is two people's.
type SignIn = (&'static str, &'static [(&'static str, &'static str)], &'static str, &'static str);

/// Enough people to carry every service to its end, in groups by where they work.
static GROUPS: [((&str, &str), &[SignIn]); 7] = [
    (
        ("居民", "Residents"),
        &[
            ("resident", &[], "居民演示甲", "a resident"),
            ("resident-2", &[], "居民演示乙", "another resident"),
            ("resident-3", &[], "居民演示丙", "a third resident"),
        ],
    ),
    (
        ("南湖派出所：户政、身份证、居住证", "South Lake: register, identity cards, residence permits"),
        &[
            ("clerk", &[("clerk", "lake-station")], "南湖派出所窗口受理员", "counter clerk"),
            ("examiner", &[("examiner", "lake-station")], "南湖派出所审核员", "examiner"),
            ("approver", &[("approver", "lake-station")], "南湖派出所审批人", "approver"),
            (
                "card-maker",
                &[("card-maker", "east-branch"), ("card-maker", "lake-station")],
                "东城分局、南湖派出所制证员",
                "card maker, also of the East District",
            ),
        ],
    ),
    (
        ("东城分局：户政、身份证", "East District: register, identity cards"),
        &[
            ("county-clerk", &[("clerk", "east-branch")], "东城分局窗口受理员", "counter clerk"),
            ("county-examiner", &[("examiner", "east-branch")], "东城分局审核员", "examiner"),
            ("county-approver", &[("approver", "east-branch")], "东城分局审批人", "approver"),
            ("expert", &[("expert", "east-branch")], "东城分局鉴定人", "expert"),
        ],
    ),
    (
        ("执法办案", "Enforcement"),
        &[
            (
                "dispatcher",
                &[("dispatcher", "east-branch")],
                "东城分局接警调度员",
                "dispatcher, East District",
            ),
            ("officer", &[("officer", "lake-station")], "南湖派出所民警", "police officer, South Lake"),
            (
                "case-officer",
                &[("case-officer", "lake-station")],
                "南湖派出所办案民警",
                "case officer, South Lake",
            ),
            (
                "property-keeper",
                &[("property-keeper", "lake-station"), ("footage-keeper", "lake-station")],
                "南湖派出所涉案财物、视音频管理员",
                "keeper of property and footage, South Lake",
            ),
            (
                "legal-reviewer",
                &[("legal-reviewer", "lake-station"), ("hearing-officer", "lake-station")],
                "南湖派出所法制审核员、听证主持人",
                "legal reviewer, presides over hearings, South Lake",
            ),
            (
                "unit-head",
                &[("unit-head", "lake-station")],
                "南湖派出所办案部门负责人",
                "head of the unit, South Lake",
            ),
            ("chief", &[("chief", "east-branch")], "东城分局负责人", "chief, East District"),
            ("cashier", &[("cashier", "east-branch")], "东城分局罚没款管理员", "cashier, East District"),
        ],
    ),
    (
        ("出入境管理支队", "Exit and entry"),
        &[
            ("passport-clerk", &[("clerk", "exit-entry-office")], "出入境管理支队受理员", "counter clerk"),
            ("passport-examiner", &[("examiner", "exit-entry-office")], "出入境管理支队审核员", "examiner"),
            ("passport-approver", &[("approver", "exit-entry-office")], "出入境管理支队审批人", "approver"),
        ],
    ),
    (
        ("车管所及参与部门", "Vehicle office, and those it works with"),
        &[
            ("vehicle-clerk", &[("clerk", "vehicle-office")], "车管所受理员", "counter clerk"),
            (
                "vehicle-examiner",
                &[("examiner", "vehicle-office"), ("driving-examiner", "vehicle-office")],
                "车管所审核员、考试员",
                "examiner of papers and of drivers",
            ),
            ("vehicle-approver", &[("approver", "vehicle-office")], "车管所审批人", "approver"),
            ("vehicle-inspector", &[("vehicle-inspector", "vehicle-office")], "车管所查验员", "inspector"),
            (
                "insurance-checker",
                &[("insurance-checker", "insurance-desk")],
                "交强险核查员",
                "insurance desk",
            ),
            ("tax-officer", &[("tax-officer", "tax-office")], "车购税窗口税务核查员", "vehicle tax desk"),
            (
                "authorities",
                &[
                    ("education-officer", "education-bureau"),
                    ("transport-officer", "transport-bureau"),
                    ("government-officer", "city-government"),
                ],
                "校车许可：教育、交通运输、市政府经办人",
                "school buses: education, transport, city government",
            ),
        ],
    ),
    (
        ("市局", "City bureau"),
        &[
            ("supervisor", &[("supervisor", "bureau")], "市局监督员", "supervisor"),
            ("administrator", &[("administrator", "bureau")], "市局人员管理员", "administrator"),
        ],
    ),
];

/// All who sign in whose posts the packs know, with the title of their group.
fn known_to(
    all: &Definitions,
) -> impl Iterator<Item = (&'static (&'static str, &'static str), &'static SignIn)> {
    let known =
        |(role, office): &(&str, &str)| all.roles.contains_key(*role) && all.offices.contains_key(*office);
    let each = GROUPS.iter().flat_map(|(group, people)| people.iter().map(move |one| (group, one)));
    each.filter(move |(_, (_, posts, ..))| posts.iter().all(known))
}

/// What the sign-in page shows: those whose posts the packs know.
pub fn sign_ins(all: &Definitions) -> Vec<Demo> {
    let one = |((group_zh, group_en), (login, _, zh, en)): (&'static (&str, &str), &'static SignIn)| Demo {
        login: (*login).to_owned(),
        password: PASSWORD.to_owned(),
        title: Title::new(zh, en),
        group: Title::new(group_zh, group_en),
    };
    known_to(all).map(one).collect()
}

/// The posts of those who sign in.
#[cfg(test)]
pub fn posts(all: &Definitions) -> Vec<(&'static str, Vec<Post>)> {
    let posts =
        |posts: &[(&str, &str)]| posts.iter().map(|(role, office)| Post::new(*role, *office)).collect();
    known_to(all).map(|(_, (login, held, ..))| (*login, posts(held))).collect()
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
        let book = std::sync::Arc::clone(city.casework.book());
        let mut people = Self { residents: Vec::new(), staff: BTreeMap::new() };
        for (_, (login, posts, zh, _)) in known_to(&book.definitions) {
            if posts.is_empty() {
                let name = RESIDENTS.get(people.residents.len()).copied().unwrap_or(*zh);
                people.residents.push(city.register(login, name, PASSWORD, &[], time)?);
                continue;
            }
            let posts: Vec<Post> = posts.iter().map(|(role, office)| Post::new(*role, *office)).collect();
            let id = city.register(login, &format!("{zh}（演示）"), PASSWORD, &posts, time)?;
            people.staff.extend(posts.into_iter().map(|post| ((post, 0), id)));
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
