//! People taken on, given posts, locked; and running cases moved to another edition.

use super::Desk;
use super::up::Running;
use access::Person;
use access::policy::Actor;
use casework::{Ask, Casework, Command};
use pack::model::Channel;
use record::{Record, Time};

const PASSWORDS: [(&str, &[u8]); 3] =
    [("password", b"lotus-pond-2026\n"), ("weak", b"12345678\r\n"), ("nothing", b"\n")];

/// What was told, without what chance and the clock make.
fn told(desk: &Desk) -> String {
    let mut out = String::new();
    for line in desk.told().lines() {
        let words = line.split_inclusive([' ', '"', ',']).map(|word| {
            let (bare, end) = word.split_at(word.trim_end_matches([' ', '"', ',', ':']).len());
            let bytes = bare.as_bytes();
            match bare.len() {
                14 if bytes[4] == b'-' && bytes[9] == b'-' => format!("[code]{end}"),
                16.. if bytes[4] == b'-' && bytes[10] == b'T' => format!("[time]{end}"),
                _ => word.to_owned(),
            }
        });
        out.extend(words);
        out.push('\n');
    }
    out
}

#[test]
fn a_city_begins_with_its_first_administrator() {
    let mut desk = Desk::new(&PASSWORDS);
    let add = "staff add wang --name \"Wang Li\" --post";
    let lines = [
        "staff list --data d".to_owned(),
        "staff add wang --name \"Wang Li\" --post administrator --data d < password".to_owned(),
        format!("{add} administrater@bureau --data d < password"),
        format!("{add} administrator@moon --data d < password"),
        format!("{add} administrator@bureau --data d < nothing"),
        format!("{add} administrator@bureau --data d < weak"),
        "staff list --data d".to_owned(),
        format!("{add} administrator@bureau --data d < password"),
        format!("{add} administrator@bureau --data d < password"),
        "staff list --data d".to_owned(),
        "verify --data d".to_owned(),
    ];
    lines.iter().for_each(|line| desk.run(line));
    insta::assert_snapshot!(told(&desk));
}

/// Whose history came from another city left what they sign in by there: they hold a post, and do not work here.
#[test]
fn who_came_with_an_import_cannot_sign_in() {
    let mut desk = Desk::new(&PASSWORDS);
    let lines = [
        "staff add wang --name \"Wang Li\" --post administrator@bureau --data d < password",
        "staff list --data d",
        "export --data d --format ocel-json town.json",
        "import town.json --data e",
        "staff list --data e",
    ];
    lines.iter().for_each(|line| desk.run(line));
    insta::assert_snapshot!(told(&desk));
}

#[test]
fn posts_and_locks_are_the_operators_too() {
    let mut desk = Desk::new(&PASSWORDS);
    let lines = [
        "staff add wang --name \"Wang Li\" --post administrator@bureau --data d < password",
        "staff add chen --name \"Chen Bo\" --post clerk@lake-station --data d --json < password",
        "staff grant chen --post examiner@lake-station --data d",
        "staff grant chen --post examiner@lake-station --data d",
        "staff grant nobody --post clerk@lake-station --data d",
        "staff revoke chen --post clerk@lake-station --data d",
        "staff revoke chen --post clerk@lake-station --data d",
        "staff revoke wang --post administrator@bureau --data d",
        "staff lock wang --data d",
        "staff add li --name \"Li Na\" --post administrator@bureau --data d < password",
        "staff revoke wang --post administrator@bureau --data d",
        "staff lock chen --reasons \"left the service\" --data d",
        "staff lock chen --data d",
        "staff list --data d",
        "staff list --office lake-station --data d",
        "staff list --office moon --data d",
        "staff unlock chen --data d --json",
        "staff unlock chen --data d",
        "staff reset chen --data d",
        "staff reset chen --data d --json",
        "staff list --data d --json",
        "verify --data d",
    ];
    lines.iter().for_each(|line| desk.run(line));
    insta::assert_snapshot!(told(&desk));
}

/// Whoever runs an empty city is told how its first administrator is made; beside a city that runs, these commands say
/// where the same is done.
#[test]
fn a_running_city_is_not_taken_over() {
    let mut desk = Desk::new(&PASSWORDS);
    let city = Running::start(&desk, &["up", "--data", "d", "--empty"]);
    let line = city.announced["first_administrator"].as_str().unwrap().to_owned();
    assert_eq!(line, "lianchi staff add LOGIN --name NAME --post administrator@bureau --data d");
    desk.run("staff add wang --name \"Wang Li\" --post administrator@bureau --data d < password");
    desk.run("staff list --data d");
    assert_eq!(city.stop(), Some(0));
    desk.run("staff add wang --name \"Wang Li\" --post administrator@bureau --data d < password");
    let city = Running::start(&desk, &["up", "--data", "d", "--empty"]);
    assert_eq!(city.announced["first_administrator"], serde_json::Value::Null);
    desk.run("staff lock wang --data d");
    desk.run("staff list --data d");
    let (status, cookie) = city.post("/sign-in", "", "login=wang&password=lotus-pond-2026");
    assert_eq!(status, 303);
    let cookie = cookie.unwrap();
    let request =
        format!("GET /staff HTTP/1.1\r\nHost: here\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n");
    assert_eq!(city.send(&request).0, 200);
    assert_eq!(city.stop(), Some(0));
    // Locked while it was down: the session that it had is over.
    desk.run("staff add chen --name \"Chen Bo\" --post administrator@bureau --data d < password");
    desk.run("staff lock wang --data d");
    let city = Running::start(&desk, &["up", "--data", "d", "--empty"]);
    assert_eq!(city.send(&request).0, 303, "to sign in again");
    assert_eq!(city.post("/sign-in", "", "login=wang&password=lotus-pond-2026").0, 403);
    assert_eq!(city.stop(), Some(0));
    insta::assert_snapshot!(told(&desk));
}

const HARBOUR: &str = r#"[pack]
id = "town"
title = { zh = "小城", en = "Town" }
version = "1"
effective = 2026-01-01

[object.application]
title = { zh = "申请", en = "Application" }

[category.boats]
title = { zh = "船只", en = "Boats" }

[office.quay]
title = { zh = "码头", en = "The quay" }
level = "city"
handles = ["boats"]

[role.clerk]
title = { zh = "办事员", en = "Clerk" }

[policy.all]
title = { zh = "都可以", en = "Everything" }
effect = "permit"

[flow.simple]
title = { zh = "登记", en = "Register" }

[flow.simple.step.accept]
kind = "accept"
role = "clerk"

[procedure.boat]
title = { zh = "船只登记", en = "Register a boat" }
category = "boats"
flow = "simple"
level = "station"

[procedure.boat.form]
title = { zh = "船只", en = "The boat" }
field = [
    { id = "length", title = { zh = "长度", en = "Length in metres" }, kind = "integer", min = 1, max = 200 },
]
"#;

/// A record on which two cases wait at the quay.
fn harbour(desk: &Desk) {
    let record = Record::create_in(&desk.path().join("d")).unwrap();
    let files = [pack::File { path: "town/pack.toml".into(), text: HARBOUR.into() }];
    let now = Time::new(1_767_600_000, 0, Some(480)).unwrap();
    let casework = Casework::open(record, &files, now).unwrap();
    for number in ["B20260105-0001", "B20260105-0002"] {
        let ann = Person::fold(access::PersonId::random(&mut access::entropy::SystemEntropy).unwrap(), &[]);
        let actor = Actor::of(&ann, None).unwrap();
        let ask = Ask { now, actor: Some(&actor), purpose: None, seen: None };
        let party = Some(ann.id.object());
        let start = Command::Start { office: "quay".into(), party, channel: Channel::Web };
        let case = casework.start(&"boat".into(), number, &start, &ask).unwrap();
        let answers = vec![("length".into(), Some(12.into()))];
        casework.run(&case, &Command::Save { answers }, &ask).unwrap();
        casework.run(&case, &Command::Submit, &ask).unwrap();
    }
}

#[test]
fn cases_are_moved_to_another_edition_on_purpose() {
    let longer = HARBOUR.replace("max = 200 },", "max = 300 },\n    { id = \"name\", title = { zh = \"船名\", en = \"Name of the boat\" }, kind = \"text\", required = false },");
    let other = HARBOUR.replace("step.accept", "step.receive");
    let gone = HARBOUR.replace("procedure.boat", "procedure.ship");
    let files: [(&str, &[u8]); 4] = [
        ("same/town/pack.toml", HARBOUR.as_bytes()),
        ("longer/town/pack.toml", longer.as_bytes()),
        ("other/town/pack.toml", other.as_bytes()),
        ("gone/town/pack.toml", gone.as_bytes()),
    ];
    let mut desk = Desk::new(&files);
    harbour(&desk);
    let lines = [
        "pack migrate boat --packs same --data d",
        "pack migrate boat --packs longer --data d --dry-run",
        "pack migrate boat --packs other --data d --dry-run",
        "pack migrate boat --packs gone --data d --dry-run",
        "pack migrate boats --packs longer --data d",
        "pack migrate B20260105-0001 --packs longer --data d --reasons \"as the law of March says\"",
        "pack migrate boat --packs longer --data d --json",
        "pack migrate boat --packs longer --data d",
        "pack migrate boat --packs other --data d",
        "verify --data d",
    ];
    lines.iter().for_each(|line| desk.run(line));
    insta::assert_snapshot!(told(&desk));
}
