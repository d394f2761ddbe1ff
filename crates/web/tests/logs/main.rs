//! Logs from elsewhere: who brings one, what is kept of it and where, how it is told to be wrong, and that it goes for good.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    reason = "a test stops at its first surprise"
)]

#[path = "../world/mod.rs"]
mod world;

use record::{Event, Record};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use world::World;
use world::call::{Reply, Sent, Shown};

const ROWS: &str = "Case,Step,When,amount\n\
    first,Create Fine,2026-01-01T08:00:00+08:00,30\n\
    first,Send Fine,2026-06-01T08:00:00+08:00,\n\
    second,Create Fine,2026-01-02T08:00:00+08:00,130\n\
    second,Payment,2026-01-05T08:00:00+08:00,\n";
const MAPPING: &str = "case=Case,activity=Step,time=When";

fn form(purpose: &str, mapping: &str, name: &str, text: &str) -> Sent {
    let words = [("purpose", purpose), ("mapping", mapping)];
    let words = words.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Sent::Parts(words, vec![("log".to_owned(), name.to_owned(), text.as_bytes().to_vec())])
}

fn folders(world: &World) -> Vec<PathBuf> {
    let all = std::fs::read_dir(world.dir.path().join("logs")).into_iter().flatten();
    all.map(|entry| entry.unwrap().path()).collect()
}

/// What stands on the record of logs.
fn noted(world: &World) -> Vec<Event> {
    let all = world.city.casework.record().entries(0, usize::MAX).unwrap();
    all.into_iter().map(|entry| entry.event).filter(|event| event.object("log").is_some()).collect()
}

/// The page of a log once it is no longer being read.
fn settled(world: &World, shown: &Shown, path: &str) -> String {
    let begun = Instant::now();
    loop {
        let page = world.get(shown, path).text();
        if !page.contains("being read") || begun.elapsed() > Duration::from_secs(30) {
            return page;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// What was found, once the check is over.
fn checked(world: &World, shown: &Shown, path: &str) -> String {
    let begun = Instant::now();
    loop {
        let page = world.get(shown, path).text();
        if !page.contains("is being checked") || begun.elapsed() > Duration::from_secs(60) {
            return page;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn brought(world: &World, shown: &Shown) -> String {
    let reply = world.call(shown, "POST", "/board/logs", &form("inspect", MAPPING, "2026 fines.csv", ROWS));
    assert_eq!(reply.status.as_u16(), 303, "{}", reply.text());
    reply.header("location").to_owned()
}

#[test]
fn a_log_is_looked_at_and_goes_again() {
    let world = World::new();
    let shown = Shown::Browser(world.sign_in("supervisor-above"));
    let path = brought(&world, &shown);
    let page = settled(&world, &shown, &path);
    assert!(page.contains("4 events of 3 activities, 2 objects of one type"), "{page}");

    // On the record: who, where, for what; nothing of what is in it, not even what its file was called.
    let [taken] = noted(&world).try_into().unwrap();
    assert_eq!(taken.activity.as_str(), "log taken in");
    assert_eq!(taken.actor.as_ref(), Some(world.actor("supervisor-above").id()));
    assert_eq!(taken.purpose.as_ref().map(|purpose| purpose.as_str()), Some("inspect"));
    let told = format!("{taken:?}");
    assert!(!["fines", "Create Fine", "first"].iter().any(|word| told.contains(word)), "{told}");

    // The map, from an edge to its case to the event; no way to ask for a case by its name.
    let map = world.get(&shown, &format!("{path}/map")).text();
    assert!(map.contains("Create Fine → Send Fine") && map.contains("<svg"), "{map}");
    let cases = world.get(&shown, &format!("{path}/map/cases?from=Create%20Fine&to=Send%20Fine")).text();
    assert!(cases.contains("first") && !cases.contains("second"), "{cases}");
    let case = world.get(&shown, &format!("{path}/cases/0")).text();
    assert!(case.contains("Send Fine") && case.contains("amount") && case.contains("30"), "{case}");
    assert_eq!(world.get(&shown, &format!("{path}/cases/first")).status.as_u16(), 404);
    assert_eq!(world.get(&shown, &format!("{path}/map?since=yesterday")).status.as_u16(), 400);

    // With models of one's own.
    let models = |text: &str| {
        let sent =
            Sent::Parts(Vec::new(), vec![("models".into(), "own.decl".into(), text.as_bytes().to_vec())]);
        world.call(&shown, "POST", &format!("{path}/models"), &sent)
    };
    let wrong = models("activity Create Fine\nRespond[Create Fine] | |\n");
    assert_eq!(wrong.status.as_u16(), 200);
    assert!(wrong.text().contains("2:1"), "{}", wrong.text());
    let sent = models("activity Create Fine\nactivity Payment\nResponse[Create Fine, Payment] | | |\n");
    assert_eq!(sent.status.as_u16(), 303, "{}", sent.text());
    let found = world.get(&shown, sent.header("location")).text();
    assert!(found.contains("1 of 1 findings") && found.contains("/cases/0?"), "{found}");
    let evidence = world.get(&shown, &format!("{path}/cases/0?with=declare&finding=0")).text();
    assert!(evidence.contains("this asked for it"), "{evidence}");

    // Another county's supervisor sees none of it; one above does.
    for (login, status) in [("supervisor-elsewhere", 404), ("supervisor-city", 200), ("clerk", 403)] {
        let shown = Shown::Browser(world.sign_in(login));
        for page in ["", "/map", "/findings?with=declare", "/cases/0"] {
            assert_eq!(world.get(&shown, &format!("{path}{page}")).status.as_u16(), status, "{login} {page}");
        }
    }
    let gone = world.call(&shown, "POST", &format!("{path}/delete"), &Sent::Nothing);
    assert_eq!(gone.status.as_u16(), 303);
    assert_eq!(world.get(&shown, &path).status.as_u16(), 404);
    assert_eq!(folders(&world), Vec::<PathBuf>::new());
    assert_eq!(noted(&world)[1].activity.as_str(), "log deleted");
}

/// Every finding of a model opens to its evidence, on however many pages they stand, and a chosen model tells of its own alone.
#[test]
fn each_of_many_findings_opens_to_its_evidence() {
    let world = World::new();
    let shown = Shown::Browser(world.sign_in("supervisor-above"));
    let row = |case: usize| {
        format!(
            "{case},Create Fine,2026-01-01T08:00:00+08:00,1\n{case},Send Fine,2026-01-02T08:00:00+08:00,1\n"
        )
    };
    let rows = format!("Case,Step,When,amount\n{}", (0..2_600).map(row).collect::<String>());
    let reply = world.call(&shown, "POST", "/board/logs", &form("inspect", MAPPING, "many.csv", &rows));
    let path = reply.header("location").to_owned();
    settled(&world, &shown, &path);
    let text = "activity Create Fine\nactivity Payment\nResponse[Create Fine, Payment] | | |\nResponse[Send Fine, Payment] | | |\n";
    let sent = Sent::Parts(Vec::new(), vec![("models".into(), "own.decl".into(), text.as_bytes().to_vec())]);
    world.call(&shown, "POST", &format!("{path}/models"), &sent);
    let found = format!("{path}/findings?with=declare");
    let all = checked(&world, &shown, &found);
    assert!(all.contains("100 of 5200 findings") && !all.contains("more are not told"), "{all}");
    for (model, activity) in [(0, "Create Fine"), (1, "Send Fine")] {
        let last = world.get(&shown, &format!("{found}&model={model}&page=26")).text();
        assert!(last.contains("100 of 2600 findings") && !last.contains("more are not told"), "{last}");
        let link = last.split("href=\"").filter_map(|part| part.split('"').next());
        let link = link.filter(|link| link.contains("finding=")).last().unwrap().replace("&amp;", "&");
        let case = world.get(&shown, &link).text();
        let (_, asked) = case.split_once("<ol class=\"events\"").unwrap();
        let (_, asked) = asked.split_once(activity).unwrap();
        assert!(
            case.contains(">2599<") && asked.split("</p>").next().unwrap().contains("this asked for it"),
            "{case}"
        );
    }
}

/// What compares every event with every other ends in time, says so, and keeps nobody else waiting.
#[test]
fn a_check_that_takes_too_long_is_given_up() {
    let world = World::changed(|city| city.bounds.check = Duration::from_millis(300));
    let shown = Shown::Browser(world.sign_in("supervisor-above"));
    let row = |at: usize| {
        format!(
            "1,{},2026-01-01T00:{:02}:{:02}Z,{at}\n",
            if at.is_multiple_of(2) { "a" } else { "b" },
            at / 60 % 60,
            at % 60
        )
    };
    let rows = format!("Case,Step,When,x\n{}", (0..60_000).map(row).collect::<String>());
    let reply = world.call(&shown, "POST", "/board/logs", &form("inspect", MAPPING, "long.csv", &rows));
    let path = reply.header("location").to_owned();
    settled(&world, &shown, &path);
    let text = "activity a\nactivity b\nbind a: x\nbind b: x\nResponse[a, b] | |T.x < A.x |\n";
    let sent = Sent::Parts(Vec::new(), vec![("models".into(), "own.decl".into(), text.as_bytes().to_vec())]);
    let begun = Instant::now();
    let reply = world.call(&shown, "POST", &format!("{path}/models"), &sent);
    assert_eq!(reply.status.as_u16(), 303, "{}", reply.text());
    let page = checked(&world, &shown, reply.header("location"));
    assert!(page.contains("The check was ended after 0 seconds") && page.contains("again=yes"), "{page}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

/// A log that the packs declare is told of in their words, in the reader's language; what of it is met nowhere is told too.
#[test]
fn a_declared_log_is_told_in_the_words_of_its_packs() {
    let world = World::new();
    let shown = Shown::Browser(world.sign_in("supervisor-above"));
    let rows = format!("{ROWS},Payment,2026-01-05T08:00:00+08:00,\nthird,,2026-01-06T08:00:00+08:00,\n");
    let reply = world.call(&shown, "POST", "/board/logs", &form("inspect", MAPPING, "fines.csv", &rows));
    let path = reply.header("location").to_owned();
    let page = settled(&world, &shown, &path);
    assert!(
        page.contains("One event belongs to no case")
            && page.contains("(line 6)")
            && page.contains("One event has no activity")
            && page.contains("(line 7)"),
        "{page}"
    );
    let chinese = |at: &str| {
        let mut request = world::call::request(&shown, "GET", at, &Sent::Nothing);
        request.headers_mut().insert("accept-language", "zh-CN".parse().unwrap());
        world.send(request).text()
    };
    for (page, words) in [("/map", ["开具罚单", "缴款"]), ("/cases/0", ["开具罚单", "寄出罚单"])]
    {
        let zh = chinese(&format!("{path}{page}"));
        assert!(words.iter().all(|word| zh.contains(word)), "{zh}");
        let en = world.get(&shown, &format!("{path}{page}")).text();
        assert!(en.contains("Create Fine") && !en.contains("开具罚单"), "{en}");
    }
}

/// A log that cannot be read takes nobody's place.
#[test]
fn what_cannot_be_read_makes_room() {
    let world = World::new();
    let shown = Shown::Browser(world.sign_in("supervisor-above"));
    for at in 0..14 {
        let reply = world.call(
            &shown,
            "POST",
            "/board/logs",
            &form("inspect", MAPPING, "a.csv", "Case,Step,When\n1,a,then\n"),
        );
        assert_eq!(reply.status.as_u16(), 303, "{at}: {}", reply.text());
        settled(&world, &shown, reply.header("location"));
    }
    assert_eq!(folders(&world).len(), 12);
    assert_eq!(noted(&world).iter().filter(|event| event.activity.as_str() == "log deleted").count(), 2);
}

#[test]
fn nothing_stays_of_what_is_not_taken() {
    let world = World::new();
    let session = world.sign_in("supervisor-above");
    let shown = Shown::Browser(session.clone());
    let check = |shown: &Shown, sent: Sent, status: u16, why: &str| {
        let reply: Reply = world.call(shown, "POST", "/board/logs", &sent);
        assert_eq!(reply.status.as_u16(), status, "{}", reply.text());
        assert!(reply.text().contains(why), "{why}: {}", reply.text());
        assert_eq!(folders(&world), Vec::<PathBuf>::new(), "{why}");
    };
    check(&shown, form("", MAPPING, "a.csv", ROWS), 400, "state a purpose");
    check(&shown, form("curiosity", MAPPING, "a.csv", ROWS), 400, "state a purpose");
    check(&shown, form("inspect", MAPPING, "a.csv", ""), 400, "choose a log file");
    check(&shown, form("inspect", "case:Case", "a.csv", ROWS), 400, "case");
    check(&shown, Sent::Nothing, 415, "");
    check(&Shown::CookieAlone(session), form("inspect", MAPPING, "a.csv", ROWS), 400, "");
    check(&Shown::Browser(world.sign_in("clerk")), form("inspect", MAPPING, "a.csv", ROWS), 403, "");
    assert_eq!(noted(&world), Vec::new());
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let world = World::new();
    let shown = Shown::Browser(world.sign_in("supervisor-above"));
    let check = |name: &str, mapping: &str, text: &str, told: &[&str]| {
        let reply = world.call(&shown, "POST", "/board/logs", &form("inspect", mapping, name, text));
        assert_eq!(reply.status.as_u16(), 303, "{}", reply.text());
        let page = settled(&world, &shown, reply.header("location"));
        assert!(told.iter().all(|words| page.contains(words)), "{told:?}: {page}");
    };
    check("a.csv", MAPPING, "Case,Step,When\n1,a,yesterday\n2,b,\n", &["line 2", "yesterday", "line 3"]);
    check("a.csv", "", ROWS, &["cannot be taken in"]);
    check("a.xes", MAPPING, "<log/>", &["columns are told of a log that has none: it is xes"]);
    check("a.xes", "", "<log>\n<trace>\n<event>\n</trace></log>", &["line 4"]);
    check("a.txt", "", "nothing", &["no log of a known format"]);
}

/// What has no time is refused with the mend, and stands at the time of the one before once that is asked for.
#[test]
fn events_without_a_time_stand_where_the_form_says() {
    let world = World::new();
    let shown = Shown::Browser(world.sign_in("supervisor-above"));
    let rows = "Case,Step\nfirst,Create Fine\nfirst,Send Fine\n";
    let xes = "<log><trace><string key=\"concept:name\" value=\"first\"/><event><string key=\"concept:name\" \
        value=\"Create Fine\"/><date key=\"time:timestamp\" value=\"2026-01-01T08:00:00+08:00\"/></event>\n\
        <event><string key=\"concept:name\" value=\"Send Fine\"/></event></trace></log>";
    for (name, mapping, text) in [("a.csv", "case=Case,activity=Step", rows), ("a.xes", "", xes)] {
        let mut sent = form("inspect", mapping, name, text);
        let path = world.call(&shown, "POST", "/board/logs", &sent).header("location").to_owned();
        let refused = settled(&world, &shown, &path);
        assert!(
            refused.contains("a box in the browser") && !refused.contains("2 events"),
            "{name}: {refused}"
        );
        if let Sent::Parts(words, _) = &mut sent {
            words.push(("untimed".to_owned(), "yes".to_owned()));
        }
        let path = world.call(&shown, "POST", "/board/logs", &sent).header("location").to_owned();
        let page = settled(&world, &shown, &path);
        assert!(page.contains("2 events of 2 activities"), "{name}: {page}");
    }
}

/// Times are those that the log writes, and say at which offset; a day of the map begins there. What no log tells has no time, and
/// models that ask for one say so.
#[test]
fn times_are_told_where_the_log_was_written() {
    let world = World::new();
    let shown = Shown::Browser(world.sign_in("supervisor-above"));
    let bring = |mapping: &str, rows: &str, untimed: bool| {
        let mut sent = form("inspect", mapping, "a.csv", rows);
        if let (Sent::Parts(words, _), true) = (&mut sent, untimed) {
            words.push(("untimed".to_owned(), "yes".to_owned()));
        }
        let path = world.call(&shown, "POST", "/board/logs", &sent).header("location").to_owned();
        settled(&world, &shown, &path);
        path
    };
    let found = |path: &str, models: &str| {
        let file = ("models".into(), "own.decl".into(), models.as_bytes().to_vec());
        let sent = Sent::Parts(Vec::new(), vec![file]);
        let reply = world.call(&shown, "POST", &format!("{path}/models"), &sent);
        if reply.status.as_u16() == 200 {
            reply.text()
        } else {
            checked(&world, &shown, reply.header("location"))
        }
    };
    let timed = "activity a\nactivity b\nbind a: room\nResponse[a, b] |A.room is not attic | |0,2,d\n";
    let rows = "Case,Step,When,room,other\nfirst,a,2026-01-01T23:30:00-05:00,cellar,shed\n\
                second,a,2026-01-02T00:30:00-05:00,,\nsecond,c,2026-01-03,,\n";
    let path = bring(MAPPING, rows, false);
    let list = found(&path, timed);
    let case = world.get(&shown, &format!("{path}/cases/0?with=declare&finding=0")).text();
    for page in [&list, &case] {
        assert!(
            page.contains("3 January 2026, 23:30 (UTC-05:00)") && page.contains("2026-01-03T23:30:00-05:00"),
            "{page}"
        );
    }
    // What the models that were brought along speak of is shown beside what proves it, and nothing else.
    assert!(case.contains("room") && case.contains("cellar") && !case.contains("shed"), "{case}");
    let second = world.get(&shown, &format!("{path}/cases/1")).text();
    assert!(second.contains("3 January 2026, 00:00 (UTC)"), "{second}");
    let map = world.get(&shown, &format!("{path}/map?since=2026-01-02&until=2026-01-02")).text();
    assert!(map.contains("Days begin at midnight in UTC-05:00") && map.contains("1 case"), "{map}");
    let edge = world.get(&shown, &format!("{path}/map/cases?from=a&to=c")).text();
    assert!(edge.contains("2 January 2026, 00:30 (UTC-05:00)"), "{edge}");

    let path = bring("case=Case,activity=Step", "Case,Step\nfirst,a\nfirst,c\n", true);
    let refused = found(&path, "activity a\nactivity b\nResponse[a, b] | | |0,2,d\n");
    assert!(
        refused.contains("3:21") && refused.contains("the log does not tell when `1` happened"),
        "{refused}"
    );
    let list = found(&path, "activity a\nactivity b\nResponse[a, b] | | |\n");
    assert!(list.contains("1 of 1 findings"), "{list}");
    for page in ["/cases/0?with=declare&finding=0", "/map/cases?from=a&to=c"] {
        let page = world.get(&shown, &format!("{path}{page}")).text();
        assert!(page.contains("first") && !page.contains("1970"), "{page}");
    }
}

#[test]
fn a_log_outlives_the_city() {
    let world = World::new();
    let shown = Shown::Browser(world.sign_in("supervisor-above"));
    let path = brought(&world, &shown);
    settled(&world, &shown, &path);
    let World { dir, city, runtime, router, .. } = world;
    drop((router, runtime));
    let mut city = Some(city);
    while let Some(held) = city.take() {
        city = std::sync::Arc::try_unwrap(held).err();
    }
    let record = Record::create_in(dir.path()).unwrap();
    let again = World::empty(dir, record, &world::packs(), |_| {});
    let shown = Shown::Browser(again.sign_in("supervisor-above"));
    let list = again.get(&shown, "/board/logs").text();
    assert!(list.contains("2026 fines.csv") && list.contains("It is read when it is opened"), "{list}");
    assert!(settled(&again, &shown, &path).contains("4 events of 3 activities"));
}
