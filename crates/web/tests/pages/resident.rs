use crate::city::{at, cited, clerk, due, instruments, kiosk, own, resident, visitor};
use crate::course::{clocks, happened, steps};
use crate::documents;
use casework::board::SetBy;
use casework::given::Valid;
use maud::Markup;
use pack::model::{Channel, Definitions, FieldKind, Unit};
use pack::{Id, Title};
use std::collections::{BTreeMap, BTreeSet};
use web::form::{Attached, MaterialAsked};
use web::page::mark::Put;
use web::page::{
    account, cases, check, document, fill, follow, found, home, numbered, offline, receipt, service, verify,
};
use web::part::Standing;
use web::text::Lang;

const KEY: &str = "demo.city/record+f9731200+AVMet+DXsrOE+JGKUfZhzhAU5ex3Yin2NppIhunkxbwM";
pub const CASE: &str = "LH20260131-0007";
pub const LEAF: &str = "9f2c5d7be0a4417a8f1e6b30c2d95f1144aa7be3d90c61f25e8a07b46c3d1e92";
pub const ROOT: &str = "1c8e44b5f0d7a6293be15c70d8f9a2b3c4d5e6f708192a3b4c5d6e7f80911a2b";

pub fn title(definitions: &Definitions) -> Title {
    definitions.procedures["birth-registration"].title.clone()
}

pub fn pages(lang: Lang, definitions: &Definitions) -> Vec<(&'static str, Markup)> {
    let mut pages = finding(lang, definitions);
    pages.extend(applying(lang, definitions));
    pages.extend(following(lang, definitions));
    pages
}

fn finding(lang: Lang, definitions: &Definitions) -> Vec<(&'static str, Markup)> {
    let category = |(id, title): (&Id, &Title)| {
        let of: Vec<_> = definitions.procedures.values().filter(|p| p.category == *id).collect();
        let first = of.iter().take(4).map(|p| (p.id.clone(), p.title.clone())).collect();
        home::Category { id: id.clone(), title: title.clone(), first, count: of.len() }
    };
    let popular = ["birth-registration", "identity-card-lost", "licence-renewal", "vehicle-registration"];
    let popular = popular.map(|id| (Id::from(id), definitions.procedures[id].title.clone())).to_vec();
    let categories = definitions.categories.iter().map(category).collect();
    let front = home::View { categories, popular, waiting: 1 };
    let found_of = |ids: &[&str]| {
        let one = |id: &&str| {
            let procedure = &definitions.procedures[*id];
            found::Found::new(procedure, &definitions.categories[&procedure.category])
        };
        ids.iter().map(one).collect::<Vec<_>>()
    };
    let headings: Vec<_> =
        definitions.categories.iter().map(|(id, title)| (id.clone(), title.clone())).collect();
    let some = found::View {
        of: found::Of::Query("csdj".into()),
        services: found_of(&["birth-registration", "death-registration"]),
        all: 42,
        page: (2, 3),
        categories: headings.clone(),
        cases: vec![],
    };
    let none = found::View {
        of: found::Of::Query("<script>".into()),
        services: vec![],
        all: 0,
        page: (1, 1),
        categories: headings.clone(),
        cases: vec![],
    };
    let blank = found::View { of: found::Of::Query(String::new()), cases: vec![], ..none.clone() };
    let numbered = found::View {
        of: found::Of::Query("7K3M".into()),
        cases: vec![numbered::Numbered {
            path: "/cases/2611-7K3M9QXA-R".into(),
            number: "2611-7K3M9QXA-R".into(),
            title: title(definitions),
            office: definitions.offices["lake"].title.clone(),
            stage: cases::Stage::Correcting,
        }],
        ..none.clone()
    };
    let of = found::Of::Category("household".into(), definitions.categories["household"].clone());
    let category = found::View {
        of,
        services: found_of(&["birth-registration", "move-in"]),
        all: 2,
        page: (1, 1),
        categories: headings,
        ..some.clone()
    };
    let limit = service::Limit {
        length: Title::new("20个工作日", "20 working days"),
        counted: Title::new(
            "自受理次日起算，只算工作日；补正和专家评审的时间不算。",
            "From the day after acceptance, working days alone; correction and expert review do not count.",
        ),
        law: cited(),
    };
    let instruments = instruments();
    let accepted = Title::new("受理", "Accept");
    let view = |id: &str| service::View {
        unchosen: None,
        procedure: &definitions.procedures[id],
        definitions,
        instruments: &instruments,
        limit: (id == "birth-registration").then_some(&limit),
        runs_from: (id == "birth-registration").then_some(&accepted),
        today: jiff::civil::date(2026, 1, 31),
    };
    vec![
        ("home", home::show(&resident(lang, "/"), &front)),
        ("found", found::show(&visitor(lang, "/find?q=csdj"), &some)),
        ("found-none", found::show(&visitor(lang, "/find?q=%3Cscript%3E"), &none)),
        ("found-blank", found::show(&visitor(lang, "/find"), &blank)),
        ("found-numbered", found::show(&resident(lang, "/find?q=7K3M"), &numbered)),
        ("category", found::show(&visitor(lang, "/categories/household"), &category)),
        (
            "service",
            service::show(&resident(lang, "/services/birth-registration"), &view("birth-registration")),
        ),
        ("service-bare", service::show(&visitor(lang, "/services/taiwan-permit"), &view("taiwan-permit"))),
        ("kiosk-home", home::show(&kiosk(lang, "/"), &front)),
        (
            "kiosk-service",
            service::show(&kiosk(lang, "/services/birth-registration"), &view("birth-registration")),
        ),
        (
            "blank",
            offline::blank(
                &visitor(lang, "/services/birth-registration/form"),
                &definitions.procedures["birth-registration"],
            ),
        ),
        ("offline", offline::show(&visitor(lang, "/offline"))),
    ]
}

fn accounts(lang: Lang) -> Vec<(&'static str, Markup)> {
    let demo = vec![
        (
            Title::new("居民", "Residents"),
            "lotus".into(),
            "a quiet pond at dawn".into(),
            Title::new("居民 王小莲", "Resident 王小莲"),
        ),
        (
            Title::new("南湖派出所", "South Lake Station"),
            "clerk".into(),
            "eleven blue umbrellas".into(),
            Title::new("窗口受理员", "Counter clerk"),
        ),
    ];
    let first = account::View { back: "/cases".into(), demo, ..account::View::default() };
    let wrong = account::View {
        login: "lotus".into(),
        faults: vec![("password", Title::new("至少需要10个字符", "At least 10 characters are needed"))],
        ..account::View::default()
    };
    let refused = account::View {
        login: "lotus".into(),
        faults: vec![("", Title::new("登录名或密码不对", "The sign-in name or the password is wrong"))],
        ..account::View::default()
    };
    vec![
        ("sign-in", account::sign_in(&visitor(lang, "/sign-in"), &first)),
        ("sign-in-wrong", account::sign_in(&visitor(lang, "/sign-in"), &refused)),
        ("register", account::register(&visitor(lang, "/register"), &wrong)),
    ]
}

fn applying(lang: Lang, definitions: &Definitions) -> Vec<(&'static str, Markup)> {
    let procedure = &definitions.procedures["birth-registration"];
    let typed = [
        ("name", "王小莲"),
        ("identity-number", "110105194912310021"),
        ("phone", "13800000000"),
        ("child-name", "王小荷"),
        ("sex", "female"),
        ("born", "2026-01-20"),
        ("hour", "2026-01-20 04:05"),
        ("birth-place", "b"),
        ("married", "yes"),
        ("also", "card,vaccine"),
        ("mailed", "yes"),
        ("postage", "12.00"),
    ];
    let answers: BTreeMap<Id, String> =
        typed.into_iter().map(|(id, text)| (id.into(), text.into())).collect();
    let all: BTreeSet<Id> = procedure.form.fields.iter().map(|field| field.id.clone()).collect();
    let faults = vec![
        (
            Id::from("identity-number"),
            Title::new(
                "身份号码应为18位，且校验码正确",
                "An identity number has 18 characters, the last a check digit",
            ),
        ),
        (Id::from("children"), Title::new("请填写", "This is needed")),
        (Id::from("household-book"), Title::new("请上传", "Attach this")),
    ];
    let files = vec![Attached {
        name: "certificate.jpg".into(),
        size: 2_411_724,
        digest: LEAF.into(),
        path: format!("/cases/{CASE}/materials/birth-certificate/{LEAF}"),
    }];
    let materials: Vec<MaterialAsked<'_>> = procedure
        .materials
        .iter()
        .map(|asked| {
            let material = &definitions.materials[&asked.material];
            MaterialAsked {
                id: &material.id,
                title: &material.title,
                from: material.from.as_ref(),
                optional: asked.optional,
                law: asked.law.as_ref().map(|_| cited()),
                files: if material.id.as_str() == "birth-certificate" { files.clone() } else { vec![] },
                upload: web::path::material(CASE, &material.id),
            }
        })
        .collect();
    let hanging: Vec<_> = procedure.materials.iter().filter_map(|asked| asked.when.as_ref()).collect();
    let view = fill::View {
        case: CASE,
        seen: 4,
        service: &procedure.id,
        title: &procedure.title,
        form: &procedure.form,
        shown: &all,
        answers: &answers,
        materials: &materials,
        hanging: &hanging,
        faults: &faults,
        summed_up: true,
        asked: &[],
        purpose: None,
    };
    let asked = [(Id::from("birth-certificate"), "照片模糊，请重拍，四角都要拍到".to_owned())];
    let closed = fill::Closed {
        title: procedure.title.clone(),
        path: format!("/cases/{CASE}/form"),
        faulty: true,
        purposes: definitions.purposes.iter().map(|(id, title)| (id.clone(), title.clone())).collect(),
        of_party: true,
    };
    // What was typed and is no answer is told at its field alone when the form is opened again.
    let correcting = fill::View { faults: &faults[..1], summed_up: false, asked: &asked, ..view.clone() };
    let vehicle = &definitions.procedures["vehicle-registration"];
    let of_vehicle: BTreeSet<Id> = vehicle.form.fields.iter().map(|field| field.id.clone()).collect();
    let nothing = BTreeMap::new();
    let codes = fill::View {
        service: &vehicle.id,
        title: &vehicle.title,
        form: &vehicle.form,
        shown: &of_vehicle,
        answers: &nothing,
        materials: &[],
        hanging: &[],
        faults: &[],
        ..view.clone()
    };
    let path = format!("/cases/{CASE}/form");
    let mut pages = accounts(lang);
    pages.extend([
        ("fill", fill::show(&resident(lang, &path), &view)),
        ("fill-correction", fill::show(&resident(lang, &path), &correcting)),
        ("fill-codes", fill::show(&resident(lang, &path), &codes)),
        ("fill-closed", fill::closed(&clerk(lang, &path), &closed)),
        ("kiosk-fill", fill::show(&kiosk(lang, &path), &view)),
    ]);
    pages.extend(handing_in(lang, definitions, &answers));
    pages
}

/// What a correction does that is about to be handed in.
fn put(id: &str) -> Option<Put> {
    let put = |asked, changed, before: Option<&str>| {
        Some(Put { correction: 1, at: None, asked, changed, before: before.map(str::to_owned) })
    };
    match id {
        "sex" => put(true, true, Some("male")),
        "children" | "household-book" => put(true, false, None),
        "married" => put(false, true, Some("")),
        "birth-certificate" => put(true, true, None),
        _ => None,
    }
}

fn handing_in(
    lang: Lang,
    definitions: &Definitions,
    answers: &BTreeMap<Id, String>,
) -> Vec<(&'static str, Markup)> {
    let mut groups: Vec<check::Group> = Vec::new();
    for field in &definitions.procedures["birth-registration"].form.fields {
        if field.group.is_some() {
            groups.push(check::Group { title: field.group.clone(), answers: vec![] });
        }
        let typed = answers.get(&field.id).cloned().unwrap_or_default();
        let answer = check::Answer {
            id: field.id.clone(),
            title: field.title.clone(),
            kind: field.kind.clone(),
            typed,
            put: put(field.id.as_str()),
        };
        groups.last_mut().expect("the first field opens a group").answers.push(answer);
    }
    let paper = |id: &str, files: &[&str], put: Option<Put>| check::Paper {
        id: id.into(),
        title: definitions.materials[id].title.clone(),
        files: files.iter().map(|file| (*file).to_owned()).collect(),
        superseded: put.iter().filter(|put| put.changed).map(|_| "blurred.jpg".to_owned()).collect(),
        put,
    };
    let certificate = paper("birth-certificate", &["certificate.jpg"], put("birth-certificate"));
    let office = definitions.offices["lake"].title.clone();
    let view = check::View {
        case: CASE.into(),
        seen: 9,
        title: title(definitions),
        office: office.clone(),
        groups,
        form: "/cases/x/form".into(),
        materials: vec![certificate, paper("household-book", &[], put("household-book"))],
        fees: vec![(Title::new("工本费", "Booklet"), Some(pack::model::Charge::Fen(1600)))],
        correction: false,
    };
    // What is handed in for the first time bears no marks.
    let mut unmarked = view.clone();
    unmarked.groups.iter_mut().flat_map(|group| &mut group.answers).for_each(|answer| answer.put = None);
    unmarked.materials.iter_mut().for_each(|paper| (paper.put, paper.superseded) = (None, vec![]));
    let correcting = check::View { correction: true, ..view };
    let file = |name: &str| Attached {
        name: name.into(),
        size: 52_341,
        digest: "a1".into(),
        path: format!("/cases/{CASE}/materials/birth-certificate/a1"),
    };
    let handed = check::Handed {
        case: CASE.into(),
        title: title(definitions),
        office: office.clone(),
        at: Some(at("2026-01-31T09:12")),
        groups: unmarked.groups.clone(),
        materials: vec![
            (definitions.materials["birth-certificate"].title.clone(), vec![file("certificate.jpg")]),
            (definitions.materials["household-book"].title.clone(), vec![]),
        ],
    };
    let sent = check::Submitted {
        case: CASE.into(),
        title: title(definitions),
        office,
        next: Some((
            Title::new("受理或一次告知补正", "Accepting it, or saying all that is missing"),
            due("2026-02-06", Standing::Ahead(own(5, Unit::Workdays))),
        )),
    };
    let receipt = receipt::View {
        case: CASE.into(),
        title: title(definitions),
        what: Title::new("申请已提交", "Application handed in"),
        at: at("2026-01-31T09:12"),
        office: definitions.offices["lake"].title.clone(),
        proof: documents::proof(format!("/cases/{CASE}/receipt.tlog-proof")),
    };
    let [issued, revoked, replaced, closed] = documents::views(definitions);
    let proven = verify::Proven {
        origin: "demo.city/record".into(),
        entry: 104_217,
        size: 104_512,
        at: Some(at("2026-01-31T10:00")),
        leaf: LEAF.into(),
        witnesses: vec!["people-congress.demo".into()],
        standing: Some(verify::Standing::Replaced(at("2026-03-02T09:00"))),
    };
    let good = verify::View { text: String::new(), result: Some(Ok(proven)), key: KEY.into() };
    let why = Title::new("签名与记录的公钥不符", "The signature does not fit the log's key");
    let bad =
        verify::View { text: "c2sp.org/tlog-proof@v1\n".into(), result: Some(Err(why)), key: KEY.into() };
    vec![
        ("check", check::show(&resident(lang, "/cases/x/check"), &unmarked)),
        ("check-correction", check::show(&resident(lang, "/cases/x/check"), &correcting)),
        ("handed-in", check::handed_in(&resident(lang, "/cases/x/check"), &handed)),
        ("submitted", check::submitted(&resident(lang, "/cases/x/submitted"), &sent)),
        ("receipt", receipt::show(&resident(lang, "/cases/x/receipt"), &receipt)),
        ("document", document::show(&resident(lang, "/cases/x/documents/booklet"), &issued)),
        ("document-revoked", document::show(&resident(lang, "/cases/x/documents/booklet"), &revoked)),
        ("document-replaced", document::show(&resident(lang, "/cases/x/documents/booklet"), &replaced)),
        ("document-closed", document::show(&clerk(lang, "/cases/x/documents/booklet"), &closed)),
        (
            "verify",
            verify::show(&visitor(lang, "/verify"), &verify::View { key: KEY.into(), ..Default::default() }),
        ),
        ("verify-good", verify::show(&visitor(lang, "/verify"), &good)),
        ("verify-bad", verify::show(&visitor(lang, "/verify"), &bad)),
    ]
}

fn following(lang: Lang, definitions: &Definitions) -> Vec<(&'static str, Markup)> {
    let open = follow::View {
        case: CASE.into(),
        seen: 12,
        service: "birth-registration".into(),
        title: title(definitions),
        stage: cases::Stage::Correcting,
        office: definitions.offices.get("lake").cloned(),
        submitted: Some(at("2026-01-31T09:12")),
        asked: Some(follow::Asked {
            at: at("2026-02-03T09:00"),
            by: Some("李建国".into()),
            due: Some(due("2026-02-26", Standing::Soon(own(3, Unit::Workdays)))),
            notes: vec![
                (
                    Title::new("出生医学证明", "Medical certificate of birth"),
                    "照片模糊，请重拍，四角都要拍到".into(),
                ),
                (Title::new("公民身份号码", "Identity number"), "与身份证不一致，请核对最后一位".into()),
            ],
        }),
        steps: steps(definitions),
        clocks: clocks(),
        happened: happened(definitions),
        put_right: vec![],
        reads: vec![follow::Read {
            at: at("2026-02-02T10:31"),
            by: "李建国".into(),
            office: definitions.offices["lake"].title.clone(),
            purpose: definitions.purposes["handle-case"].clone(),
            what: if lang == Lang::Zh { "姓名、出生医学证明" } else { "Name, Birth certificate" }.into(),
        }],
        given: vec![],
        may: vec!["withdraw", "complain"],
        rating: None,
        complaints: vec![],
        tried: None,
    };
    let ended = follow::View {
        stage: cases::Stage::Ended(Title::new("准予登记", "Registered")),
        asked: None,
        put_right: happened(definitions).into_iter().take(1).collect(),
        given: vec![follow::Given {
            title: Title::new("居民户口簿", "Household register booklet"),
            valid: Valid::Until(jiff::civil::date(2036, 2, 9)),
            revoked: None,
            replaced: Some(at("2026-03-02T09:00")),
            path: format!("/cases/{CASE}/documents/booklet"),
        }],
        may: vec!["rate", "complain"],
        reads: vec![],
        complaints: vec![
            follow::Complaint {
                words: "窗口排队太久".into(),
                at: at("2026-02-10T12:00"),
                reply: Some((at("2026-02-11T09:00"), "已增开一个窗口，谢谢您指出".into())),
                closed: None,
            },
            follow::Complaint {
                words: "窗口排队太久".into(),
                at: at("2026-02-12T12:00"),
                reply: None,
                closed: None,
            },
            follow::Complaint {
                words: "窗口排队太久".into(),
                at: at("2026-02-13T12:00"),
                reply: None,
                closed: Some(at("2026-02-14T12:00")),
            },
        ],
        ..open.clone()
    };
    let rated =
        follow::View { rating: Some((4, None)), may: vec!["complain"], complaints: vec![], ..ended.clone() };
    let choose = Title::new("请选择一到五星", "Choose one to five stars");
    let tried = follow::Tried {
        action: "rate",
        why: choose.clone(),
        faults: vec![("stars".into(), choose)],
        faster: None,
        stars: 0,
        words: "窗口排队太久".into(),
    };
    let late = follow::Tried {
        action: "withdraw",
        why: Title::new("已经办结", "It is over"),
        faults: vec![],
        ..tried.clone()
    };
    let refused = follow::View { tried: Some(tried), ..ended.clone() };
    let too_late = follow::View { tried: Some(late), ..ended.clone() };
    let mine = |number: &str, stage, due| cases::Case {
        number: number.into(),
        title: title(definitions),
        stage,
        office: definitions.offices["lake"].title.clone(),
        touched: at("2026-02-06T09:00"),
        put_right: (number == "LH20251103-0011").then(|| at("2026-02-06T09:00")),
        set_by: (number == "LH20260205-0031").then_some(SetBy::Promise),
        due,
    };
    let list = cases::View {
        cases: vec![
            mine(
                CASE,
                cases::Stage::Correcting,
                Some(due("2026-02-26", Standing::Soon(own(3, Unit::Workdays)))),
            ),
            mine(
                "LH20260205-0031",
                cases::Stage::Open(Title::new("审核", "Examine")),
                Some(due("2026-03-09", Standing::Ahead(own(14, Unit::Workdays)))),
            ),
            mine("LH20260206-0002", cases::Stage::Draft, None),
            mine("LH20251103-0011", cases::Stage::Ended(Title::new("准予登记", "Registered")), None),
        ],
        page: (1, 3),
    };
    vec![
        ("cases", cases::show(&resident(lang, "/cases"), &list)),
        ("cases-none", cases::show(&resident(lang, "/cases"), &cases::View::default())),
        ("follow", follow::show(&resident(lang, "/cases/x"), &open)),
        ("follow-ended", follow::show(&resident(lang, "/cases/x"), &ended)),
        ("follow-refused", follow::show(&resident(lang, "/cases/x"), &refused)),
        ("follow-too-late", follow::show(&resident(lang, "/cases/x"), &too_late)),
        ("follow-rated", follow::show(&resident(lang, "/cases/x"), &rated)),
    ]
}

/// A file field and a choice read back as people read them.
#[test]
fn answers_read_as_people_say_them() {
    let definitions = crate::city::definitions();
    let form = &definitions.procedures["birth-registration"].form;
    let check = |field: &str, typed: &str, zh: &str, en: &str| {
        let kind = &form.field(field).unwrap().kind;
        assert_eq!(web::form::answer_shown(Lang::Zh, kind, typed).into_string(), zh, "{field}");
        assert_eq!(web::form::answer_shown(Lang::En, kind, typed).into_string(), en, "{field}");
    };
    check("sex", "female", "女", "Female");
    check("also", "card,vaccine", "社会保障卡、预防接种证", "Social security card, Vaccination record");
    check("born", "2026-01-20", "2026年1月20日", "20 January 2026");
    check("married", "no", "否", "No");
    check("postage", "12.00", "12.00 元", "12.00 yuan");
    check("father", "<b>", "&lt;b&gt;", "&lt;b&gt;");
    let window = web::text::kind_of_channel(Lang::En, Channel::Window);
    assert_eq!(window, "Window");
    assert_eq!(
        web::form::answer_shown(Lang::En, &FieldKind::Text, "").into_string(),
        "<span class=\"soft\">Not given</span>"
    );
}
