use crate::city::{at, clerk, due, own, standing_still, supervisor};
use crate::course::{clocks, happened, steps};
use casework::board::SetBy;
use maud::Markup;
use pack::model::{Channel, Definitions, FieldKind, Form, Unit};
use pack::{Id, Title};
use std::collections::{BTreeMap, BTreeSet};
use web::form::Attached;
use web::page::mark::{Mark, Put};
use web::page::{board, cases, counter, desk, entry, health, numbered, refused, work};
use web::part::Standing;
use web::part::Words;
use web::path;
use web::text::Lang;

const CASE: &str = "LH20260131-0007";
const LEAF: &str = "9f2c5d7be0a4417a8f1e6b30c2d95f1144aa7be3d90c61f25e8a07b46c3d1e92";
const ROOT: &str = "1c8e44b5f0d7a6293be15c70d8f9a2b3c4d5e6f708192a3b4c5d6e7f80911a2b";

pub fn pages(lang: Lang, definitions: &Definitions) -> Vec<(&'static str, Markup)> {
    let mut pages = queue(lang, definitions);
    pages.extend(working(lang, definitions));
    pages.extend(boards(lang, definitions));
    pages.extend(records(lang));
    pages
}

fn queue(lang: Lang, definitions: &Definitions) -> Vec<(&'static str, Markup)> {
    let office = definitions.offices["lake"].title.clone();
    let row = |number: &str, id: &str, holder: Option<&str>, due| desk::Row {
        case: number.into(),
        title: definitions.procedures[id].title.clone(),
        step: Title::new("审核", "Examine"),
        office: office.clone(),
        holder: holder.map(str::to_owned),
        mine: holder == Some("李建国"),
        since: at("2026-02-02T10:30"),
        due,
        set_by: Some(if holder.is_none() { SetBy::Promise } else { SetBy::Law }),
    };
    let rows = vec![
        row(
            "LH20260120-0003",
            "move-in",
            None,
            Some(due("2026-02-04", Standing::Late(own(2, Unit::Workdays)))),
        ),
        row(CASE, "birth-registration", Some("李建国"), Some(due("2026-02-06", Standing::Today))),
        row(
            "LH20260201-0008",
            "adult-name-change",
            Some("张敏"),
            Some(due("2026-02-10", Standing::Soon(own(2, Unit::Workdays)))),
        ),
        row("LH20260201-0011", "no-criminal-record", None, Some(standing_still())),
        row(
            "LH20260203-0001",
            "identity-card-lost",
            None,
            Some(due("2026-03-30", Standing::Ahead(own(31, Unit::Days)))),
        ),
        row("LH20260203-0002", "death-registration", None, None),
    ];
    let titles = |all: &BTreeMap<Id, pack::model::Role>| {
        all.iter().map(|(id, role)| (id.clone(), role.title.clone())).collect::<Vec<_>>()
    };
    let view = desk::View {
        elsewhere: vec![],
        complaints: vec![desk::Complaint {
            case: CASE.into(),
            title: definitions.procedures["birth-registration"].title.clone(),
            since: at("2026-02-12T12:00"),
        }],
        rows,
        total: 128,
        page: (2, 5),
        counts: desk::Counts { all: 128, late: 3, soon: 9, paused: 4, mine: 12, free: 70 },
        filter: desk::Filter {
            query: "登记&x".into(),
            office: Some("lake".into()),
            ..desk::Filter::default()
        },
        offices: vec![("lake".into(), office.clone())],
        roles: titles(&definitions.roles),
        procedures: definitions.procedures.values().map(|p| (p.id.clone(), p.title.clone())).collect(),
    };
    let view = if lang == Lang::En { desk::View { filter: desk::Filter::default(), ..view } } else { view };
    let found = ["birth-registration", "death-registration"];
    let services = found.map(|id| (Id::from(id), definitions.procedures[id].title.clone())).to_vec();
    let choosing = counter::View { query: "dj".into(), services, ..counter::View::default() };
    let chosen =
        Some((Id::from("birth-registration"), definitions.procedures["birth-registration"].title.clone()));
    let choosing_purpose =
        definitions.purposes.iter().map(|(id, title)| (id.clone(), title.clone())).collect();
    let unknown = counter::View {
        purposes: choosing_purpose,
        chosen: chosen.clone(),
        applicant: "lotsu".into(),
        fault: Some(Title::new("没有这个人，请核对号码", "There is no such person; check the number")),
        opens: true,
        open: true,
        account: counter::Account {
            number: "110105194912310021".into(),
            faults: vec![("number", Title::new("身份号码应为18位", "An identity number has 18 characters"))],
            ..counter::Account::default()
        },
        ..counter::View::default()
    };
    let known = counter::View {
        purpose: Some("handle-case".into()),
        chosen,
        applicant: "lotus".into(),
        found: Some(counter::Found {
            person: "person:1".into(),
            name: "王小莲".into(),
            unnumbered: true,
            waits: true,
            numbered: None,
            corrected: false,
        }),
        opens: true,
        ..counter::View::default()
    };
    let correction = counter::Correction {
        number: "11010519491231002".into(),
        reasons: String::new(),
        faults: vec![
            ("number", Title::new("身份号码应为18位", "An identity number has 18 characters")),
            (
                "reasons",
                Title::new("请说明如何得知号码有误", "Say how it is known that the number is another's"),
            ),
        ],
    };
    let numbered = known.found.clone().map(|found| counter::Found {
        unnumbered: false,
        waits: false,
        numbered: Some(correction),
        ..found
    });
    let numbered = counter::View { found: numbered, ..known.clone() };
    let slip = counter::Slip {
        person: "person:1".into(),
        login: "lh-29xr-tb4h".into(),
        code: "K7QM-29XR-TB4H".into(),
        until: at("2026-02-05T09:00"),
    };
    let named = counter::Account { name: "王小莲".into(), ..counter::Account::default() };
    let opened = counter::View { account: named, ..known.clone() };
    vec![
        ("desk", desk::show(&clerk(lang, "/desk"), &view)),
        (
            "desk-empty",
            desk::show(&clerk(lang, "/desk"), &desk::View { page: (1, 1), ..desk::View::default() }),
        ),
        ("counter", counter::show(&clerk(lang, "/desk/start"), &choosing)),
        ("counter-unknown", counter::show(&clerk(lang, "/desk/start"), &unknown)),
        ("counter-known", counter::show(&clerk(lang, "/desk/start"), &known)),
        ("counter-numbered", counter::show(&clerk(lang, "/desk/start"), &numbered)),
        ("counter-opened", counter::opened(&clerk(lang, "/desk/start"), &opened, &slip)),
    ]
}

/// What became of some answers when a correction was handed in.
fn mark(field: &str) -> Option<Mark> {
    let put = |correction, asked, changed, before: Option<&str>| {
        let (at, before) = (Some(at("2026-02-02T09:00")), before.map(str::to_owned));
        Put { correction, at, asked, changed, before }
    };
    let last = |put: Put| Some(Mark { last: Some(put), earlier: vec![] });
    match field {
        "sex" => Some(Mark {
            last: Some(put(2, true, true, Some("male"))),
            earlier: vec![put(1, true, false, Some("male"))],
        }),
        "children" => last(put(2, true, false, Some("2"))),
        "married" => last(put(2, false, true, Some(""))),
        "name" => last(put(2, true, true, None)),
        "mailed" => Some(Mark { last: None, earlier: vec![put(1, true, true, Some("yes"))] }),
        _ => None,
    }
}

/// That a paper was attached anew, as was asked.
fn anew(correction: usize) -> Put {
    let at = Some(at("2026-02-02T09:00"));
    Put { correction, at, asked: true, changed: true, before: None }
}

fn blurred() -> Attached {
    Attached { name: "blurred.jpg".into(), size: 9_812, digest: "b2".into(), path: "/cases/x/b2".into() }
}

fn working(lang: Lang, definitions: &Definitions) -> Vec<(&'static str, Markup)> {
    let procedure = &definitions.procedures["birth-registration"];
    let clear = [
        ("sex", "female"),
        ("birth-place", "b"),
        ("married", "yes"),
        ("children", "2"),
        ("mailed", "no"),
        ("hour", "2026-01-20 04:05"),
    ];
    let clear: BTreeMap<&str, &str> = clear.into();
    let group = |open: bool| {
        let mut groups: Vec<work::Group> = Vec::new();
        for field in &procedure.form.fields {
            if field.group.is_some() {
                groups.push(work::Group { title: field.group.clone(), answers: vec![] });
            }
            let known = clear.get(field.id.as_str()).copied();
            let typed =
                if field.personal && !open { None } else { Some(known.unwrap_or_default().to_owned()) };
            let answer = work::Answer {
                of: "form".into(),
                id: field.id.clone(),
                title: field.title.clone(),
                kind: field.kind.clone(),
                typed,
                file: None,
                case: None,
                amend: (field.id.as_str() == "sex")
                    .then(|| path::desk_amend(CASE, &"form".into(), &field.id)),
                mark: mark(field.id.as_str()),
            };
            groups.last_mut().expect("the first field opens a group").answers.push(answer);
        }
        groups
    };
    let paper = |id: &str, files: Vec<Attached>| work::Paper {
        id: id.into(),
        title: definitions.materials[id].title.clone(),
        superseded: match files.is_empty() {
            true => vec![],
            false => vec![(blurred(), anew(2)), (blurred(), anew(1))],
        },
        mark: (!files.is_empty()).then(|| Mark { last: Some(anew(2)), earlier: vec![anew(1)] }),
        files: files.into_iter().map(|file| (file, Some(anew(2)))).collect(),
    };
    let file = Attached {
        name: "certificate.jpg".into(),
        size: 2_411_724,
        digest: LEAF.into(),
        path: format!("/cases/{CASE}/materials/birth-certificate/{LEAF}"),
    };
    let view = work::View {
        case: CASE,
        seen: 12,
        title: &procedure.title,
        stage: cases::Stage::Open(Title::new("审核", "Examine")),
        channel: Some(Channel::Web),
        engine: None,
        office: &definitions.offices["lake"].title,
        steps: steps(definitions),
        clocks: clocks(),
        happened: happened(definitions),
        finding: None,
        of_party: true,
        groups: group(false),
        recorded: recorded(),
        opened: None,
        purposes: definitions.purposes.iter().map(|(id, title)| (id.clone(), title.clone())).collect(),
        bare: false,
        papers: vec![paper("birth-certificate", vec![file]), paper("household-book", vec![])],
        given: vec![work::Given {
            title: Title::new("居民户口簿", "Household register booklet"),
            at: at("2026-02-09T10:00"),
            revoked: false,
            replaced: true,
            path: format!("/cases/{CASE}/documents/booklet"),
        }],
        overtaken: None,
        moves: moves(definitions),
        neighbours: (Some("LH20260120-0003".into()), Some("LH20260201-0008".into())),
    };
    let what = Title::new("审核：通过", "Examine: Pass");
    let faster = refused::Faster { own: false, who: "张敏".into(), at: at("2026-02-06T09:30"), what };
    let opened = work::View {
        groups: group(true),
        opened: Some(definitions.purposes["handle-case"].clone()),
        overtaken: Some(work::Overtaken {
            by: Some(faster),
            why: Title::new("这件事项刚刚有了变化", "The case has just changed"),
            lost: vec!["材料齐全".into()],
        }),
        moves: vec![],
        channel: Some(Channel::Window),
        neighbours: (None, None),
        ..view.clone()
    };
    let erased = work::View { bare: true, purposes: vec![], moves: vec![], papers: vec![], ..view.clone() };
    vec![
        ("work-erased", work::show(&clerk(lang, "/desk/cases/x"), &erased)),
        ("work", work::show(&clerk(lang, "/desk/cases/x"), &view)),
        ("work-opened", work::show(&clerk(lang, "/desk/cases/x"), &opened)),
    ]
}

fn recorded() -> Vec<work::Group> {
    let answer = |id: &str, title, typed: Option<&str>, file: Option<&str>| work::Answer {
        of: "examine".into(),
        id: id.into(),
        title,
        kind: if file.is_some() { FieldKind::File } else { FieldKind::Text },
        typed: typed.map(str::to_owned),
        file: file.map(str::to_owned),
        case: None,
        amend: Some(path::desk_amend(CASE, &"examine".into(), &id.into())),
        mark: None,
    };
    let answers = vec![
        answer("found", Title::new("所见", "What was found"), Some("p. 4"), None),
        answer(
            "paper",
            Title::new("意见书", "The opinion"),
            Some("opinion.pdf"),
            Some("/cases/x/materials/examine.paper/1"),
        ),
        answer("who", Title::new("被询问人", "Who was asked"), None, None),
    ];
    vec![work::Group { title: Some(Title::new("审核", "Examine")), answers }]
}

fn moves(definitions: &Definitions) -> Vec<work::Doing<'_>> {
    let flow = &definitions.flows["counter"];
    let step = flow.step("examine").expect("it is defined");
    let form: &Form = &definitions.procedures["vehicle-registration"].form;
    let plate = &form.field("plate").expect("it is asked").id;
    let doing = |action, about: &str, title, ask| work::Doing {
        action,
        about: about.into(),
        title,
        ask,
        refused: None,
        faults: vec![],
    };
    let examine = work::Ask::Step {
        outcomes: &step.outcomes,
        form,
        shown: BTreeSet::from(["plate".into()]),
        answers: BTreeMap::from([("plate".into(), "冀F12345".into())]),
        chosen: (None, String::new()),
        hindered: vec![Title::new("须先缴费", "The fee must be paid first")],
    };
    let amend = work::Ask::Amend {
        form,
        field: plate,
        answers: BTreeMap::from([("plate".into(), "冀F12345".into())]),
        reasons: "材料齐全".into(),
    };
    let mut first = doing("do", "examine", step.title.clone(), examine);
    first.refused = Some(Title::new("请写明理由", "Give reasons"));
    let mut amend =
        doing("amend", "form", Title::new("更正记录：申请表", "Correct the record: the form"), amend);
    amend.faults = vec![("plate".into(), Title::new("号牌有误", "The plate is wrong"))];
    vec![
        first,
        amend,
        doing(
            "correct",
            "examine",
            Title::new("要求补正", "Ask for a correction"),
            work::Ask::Correct { notes: BTreeMap::new() },
        ),
        doing("take", "examine", Title::new("承办", "Take on"), work::Ask::Nothing),
        doing(
            "hand-over",
            "examine",
            Title::new("转交", "Hand over"),
            work::Ask::HandOver {
                colleagues: vec![("zhang".into(), "张敏".into()), ("zhao".into(), "赵刚".into())],
                to: "zhao".into(),
                reasons: "材料齐全".into(),
            },
        ),
        doing(
            "extend",
            "decision",
            Title::new("延期：作出决定", "Extend: Decide"),
            work::Ask::Reasons(String::new()),
        ),
        doing(
            "reply",
            "0",
            Title::new("答复投诉", "Answer the complaint"),
            work::Ask::Reply { complaint: Words::closed(), words: String::new() },
        ),
    ]
}

fn sums(open: u64, soon: u64, late: u64, kept: u64, missed: u64) -> board::Sums {
    board::Sums { open, soon, late, kept, missed }
}

fn boards(lang: Lang, definitions: &Definitions) -> Vec<(&'static str, Markup)> {
    let days: Vec<(u64, u64)> =
        (0..14).map(|day| (day * 7 % 11 + u64::from(day != 5) * 2, u64::from(day % 5 == 3) * 3)).collect();
    let categories: Vec<_> =
        definitions.categories.iter().map(|(id, title)| (id.clone(), title.clone())).collect();
    let row = |id: &str, cells: Vec<Option<board::Sums>>| {
        let all = cells.iter().flatten().fold(board::Sums::default(), |a, b| {
            sums(a.open + b.open, a.soon + b.soon, a.late + b.late, a.kept + b.kept, a.missed + b.missed)
        });
        board::OfficeRow {
            id: id.into(),
            title: definitions.offices[id].title.clone(),
            cells,
            sums: all,
            days: days.clone(),
        }
    };
    let offices = vec![
        row(
            "bureau",
            vec![
                Some(sums(120, 4, 0, 300, 2)),
                Some(sums(31, 2, 1, 80, 0)),
                None,
                None,
                Some(sums(212, 9, 4, 700, 9)),
            ],
        ),
        row("east", vec![None, None, Some(sums(56, 4, 3, 98, 2)), Some(sums(40, 8, 16, 30, 20)), None]),
        row("lake", vec![None, None, Some(sums(0, 0, 0, 0, 0)), Some(sums(5, 0, 0, 9, 0)), None]),
    ];
    let procedure = |id: &str, sums| board::ProcedureRow {
        id: id.into(),
        title: definitions.procedures[id].title.clone(),
        sums,
        days: days.clone(),
    };
    let city = board::View {
        above: vec![],
        office: ("bureau".into(), definitions.offices["bureau"].title.clone()),
        sums: sums(464, 27, 24, 1217, 33),
        categories,
        offices,
        procedures: vec![
            procedure("birth-registration", sums(40, 8, 16, 30, 20)),
            procedure("vehicle-registration", sums(212, 9, 4, 700, 9)),
            procedure("taiwan-permit", sums(3, 0, 0, 0, 0)),
        ],
        complaints: vec![desk::Complaint {
            case: CASE.into(),
            title: definitions.procedures["birth-registration"].title.clone(),
            since: at("2026-02-05T10:00"),
        }],
        look_ups: (1..=12)
            .map(|number| board::LookUps {
                who: format!("Li {number}"),
                office: definitions.offices["lake"].title.clone(),
                readings: 40 - number,
                missed: 13 - number,
            })
            .collect(),
        query: "7K3M".into(),
        found: vec![numbered::Numbered {
            path: "/board/cases/2611-7K3M9QXA-R".into(),
            number: "2611-7K3M9QXA-R".into(),
            title: definitions.procedures["birth-registration"].title.clone(),
            office: definitions.offices["lake"].title.clone(),
            stage: cases::Stage::Open(Title::new("审核", "Examine")),
        }],
        at: at("2026-02-06T09:00"),
    };
    let above = vec![
        (Id::from("bureau"), definitions.offices["bureau"].title.clone()),
        (Id::from("east"), definitions.offices["east"].title.clone()),
        (Id::from("lake"), definitions.offices["lake"].title.clone()),
    ];
    let station = board::View {
        above: above[..2].to_vec(),
        office: above[2].clone(),
        offices: vec![],
        categories: vec![],
        ..city.clone()
    };
    let case = |number: &str, due, holder: Option<&str>| board::Case {
        case: number.into(),
        office: definitions.offices["lake"].title.clone(),
        stage: Title::new("审核", "Examine"),
        holder: holder.map(str::to_owned),
        submitted: Some(at("2026-01-31T09:12")),
        set_by: holder.map_or(Some(SetBy::Office), |_| Some(SetBy::Law)),
        due,
    };
    let of_procedure = board::Cases {
        above: above.clone(),
        procedure: definitions.procedures["birth-registration"].title.clone(),
        cases: vec![
            case("LH20260120-0003", Some(due("2026-02-04", Standing::Late(own(2, Unit::Workdays)))), None),
            case(CASE, Some(due("2026-02-06", Standing::Today)), Some("李建国")),
            case("LH20260102-0044", Some(due("2026-02-02", Standing::Missed)), Some("张敏")),
            case("LH20260203-0002", None, None),
        ],
        total: 40,
    };
    let trail = board::Trail {
        above,
        case: CASE.into(),
        title: definitions.procedures["birth-registration"].title.clone(),
        office: definitions.offices["lake"].title.clone(),
        stage: cases::Stage::Correcting,
        steps: steps(definitions),
        clocks: clocks(),
        happened: happened(definitions),
    };
    vec![
        ("board", board::show(&supervisor(lang, "/board"), &city)),
        ("board-station", board::show(&supervisor(lang, "/board/offices/lake"), &station)),
        (
            "board-cases",
            board::cases(&supervisor(lang, "/board/offices/lake/birth-registration"), &of_procedure),
        ),
        ("board-case", board::case(&supervisor(lang, "/board/cases/x"), &trail)),
    ]
}

fn records(lang: Lang) -> Vec<(&'static str, Markup)> {
    let whole = health::View {
        entries: 1_048_701,
        objects: 212_030,
        bytes: 911_212_544,
        store: "SQLite".into(),
        checkpoint: Some(health::Checkpoint {
            origin: "demo.city/record".into(),
            size: 1_048_576,
            root: ROOT.into(),
            note: "demo.city/record\n1048576\nHI5EtfDXpik74VxwwPmis8TV5vcIGSo7TF1ufwCRGis=\n\n\
                   — demo.city/record \
                   Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n".into(),
        }),
        witnesses: vec![
            health::Witness { name: "people-congress.demo".into(), signed: Some((1_048_000, at("2026-02-06T08:00"))) },
            health::Witness { name: "university.demo".into(), signed: None },
        ],
        verified: Some((at("2026-02-06T03:00"), 1_040_112, Ok(()))),
        verify: Some("/board/record/verify".into()),
        at: at("2026-02-06T09:00"),
    };
    let why = Title::new("第 88 条的摘要与内容不符", "The digest of entry 88 does not fit its bytes");
    let broken = health::View {
        verified: Some((at("2026-02-06T03:00"), 88, Err(why))),
        verify: None,
        checkpoint: None,
        witnesses: vec![],
        ..whole.clone()
    };
    let event = entry::View {
        entry: 104_300,
        what: Title::new("申请已受理", "Application accepted"),
        id: format!("application:{CASE}/5"),
        at: at("2026-02-02T10:30"),
        by: Some("张敏".into()),
        purpose: Some(Title::new("办理本人申请", "To handle the person's own application")),
        cause: Some((104_217, format!("application:{CASE}/4"))),
        corrects: None,
        corrected: None,
        objects: vec![
            ("case".into(), format!("application:{CASE}"), Some(format!("/board/cases/{CASE}"))),
            ("office".into(), "office:lake".into(), None),
        ],
        raw: "{\n  \"activity\": \"application accepted\",\n\
                \"attributes\": { \"outcome\": \"accepted\", \"step\": \"accept\" }\n}"
            .into(),
        leaf: LEAF.into(),
        proof: Some(entry::Proof {
            size: 104_512,
            root: ROOT.into(),
            path: vec![LEAF.into(), ROOT.into()],
            download: "/board/entries/104300.tlog-proof".into(),
        }),
        neighbours: (Some(104_299), Some(104_301)),
    };
    let fresh = entry::View { proof: None, by: None, neighbours: (None, None), ..event.clone() };
    vec![
        ("health", health::show(&supervisor(lang, "/board/record"), &whole)),
        ("health-broken", health::show(&supervisor(lang, "/board/record"), &broken)),
        ("entry", entry::show(&supervisor(lang, "/board/entries/104300"), &event)),
        ("entry-fresh", entry::show(&supervisor(lang, "/board/entries/104300"), &fresh)),
    ]
}
