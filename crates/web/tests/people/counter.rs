//! Numbers at the counter: looked up, and put right where they were noted on the wrong account.

use super::town::Town;
use super::without_case_numbers;
use record::{Event, Version};

const NUMBER: &str = "11010519491231002X";
const OTHER: &str = "130602199003070019";
const SERVICE: &str = "service=identity-card-loss-report";

fn town() -> Town {
    let mut town = Town::new();
    town.add("li", "李建国", "clerk@lake-station");
    town.add("eyes", "陈监督", "supervisor@bureau");
    town.settle("xiaolian", "王小莲");
    town.settle("shuisheng", "赵水生");
    for login in ["li", "eyes", "xiaolian", "shuisheng"] {
        town.sign_in(login);
    }
    town
}

/// What stands on the record under this activity.
fn events(town: &Town, activity: &str) -> Vec<Event> {
    let all = town.world.city.casework.record().entries(0, usize::MAX).unwrap();
    all.into_iter().map(|entry| entry.event).filter(|event| event.activity.as_str() == activity).collect()
}

#[test]
fn a_number_on_the_wrong_account_is_put_right() {
    let mut town = town();
    let post = |fields: &str| format!("li: POST /desk/start {SERVICE}&purpose=handle-case&{fields}");
    let correct =
        |fields: &str| format!("li: POST /desk/start/number {SERVICE}&purpose=handle-case&{fields}");
    let mut all = String::new();
    for line in [
        // Of two people at the window the number of the one is noted on the account of the other.
        post(&format!("person=person:{{xiaolian}}&number={NUMBER}")),
        post(&format!("applicant={NUMBER}")),
        correct("person=person:{xiaolian}&number=12&reasons="),
        correct(&format!("person=person:{{xiaolian}}&number={NUMBER}&reasons=wrong card")),
        correct("person=person:{shuisheng}&reasons=wrong card"),
        correct("person=person:{xiaolian}&reasons=It was the number of the man next to her"),
        post(&format!("applicant={NUMBER}")),
        post(&format!("person=person:{{shuisheng}}&number={NUMBER}")),
        post(&format!("person=person:{{xiaolian}}&number={OTHER}")),
        correct(&format!("person=person:{{xiaolian}}&number={NUMBER}&reasons=his again")),
        correct("person=person:{xiaolian}&number=110105194912310038&reasons=A digit was misread"),
        "xiaolian: GET /account".to_owned(),
        format!(
            "xiaolian: POST /desk/start/number {SERVICE}&purpose=handle-case&person=person:{{xiaolian}}&reasons=mine"
        ),
    ] {
        all += &(town.line(&line) + "\n");
    }
    insta::assert_snapshot!(without_case_numbers(&all));

    let find = |number: &str| town.world.city.find_applicant(number).unwrap().map(|(id, _)| id.object());
    assert_eq!(find(NUMBER), Some(town.object("shuisheng")));
    assert_eq!((find(OTHER), find("110105194912310038")), (None, Some(town.object("xiaolian"))));
    let corrected = events(&town, "person details corrected");
    let [off, right] = &corrected[..] else { panic!("{corrected:?}") };
    assert!(off.corrects.is_some() && right.corrects.is_some() && off.corrects != right.corrects);
    let lines = town.world.city.casework.record().history(&town.object("xiaolian"), Version(0), 99).unwrap();
    let written: String = lines.iter().map(|entry| record::encoding::encode(&entry.event)).collect();
    for clear in [NUMBER, OTHER, "next to her", "misread"] {
        assert!(!written.contains(clear), "`{clear}` is on the record in clear");
    }
    // What was another's stays out of what one is given of oneself.
    let data = town.ask("xiaolian", "GET", "/account/data", "").text();
    assert!(!data.contains(NUMBER) && !data.contains(OTHER) && data.contains("110105194912310038"));
    assert!(data.contains("next to her"), "why it was put right is told");
}

#[test]
fn look_ups_that_find_nobody_leave_their_trace_and_are_slow() {
    let mut town = town();
    let before = events(&town, "applicant not found").len();
    assert_eq!(before, 0);
    let look_up = |town: &mut Town, applicant: &str, purpose: &str| {
        let fields = format!("{SERVICE}&purpose={purpose}&applicant={applicant}");
        let reply = town.ask("li", "POST", "/desk/start", &fields);
        (reply.status.as_u16(), reply.header("retry-after").to_owned(), reply.text())
    };
    assert_eq!(look_up(&mut town, OTHER, "no-such-purpose").0, 403);
    assert_eq!(events(&town, "applicant not found").len(), 0, "who may not look learns nothing");
    for number in 0..10 {
        // Somebody who is found is no guess, and slows nobody down; nor does it make up for guesses.
        assert_eq!(look_up(&mut town, "xiaolian", "handle-case").0, 200);
        assert_eq!(look_up(&mut town, &format!("nobody-{number}"), "handle-case").0, 200);
    }
    let missed = events(&town, "applicant not found");
    assert_eq!(missed.len(), 10);
    let one = missed.first().unwrap();
    assert_eq!(one.actor, Some(town.object("li")));
    assert_eq!(one.purpose.as_ref().map(|purpose| purpose.as_str()), Some("handle-case"));
    let told = record::encoding::encode(one);
    assert!(told.contains("lake-station") && !told.contains("nobody"), "{told}");

    let (status, wait, page) = look_up(&mut town, OTHER, "handle-case");
    assert_eq!((status, wait.as_str()), (429, "2"));
    assert!(page.contains("You looked up too many applicants"), "{page}");
    assert_eq!(look_up(&mut town, "xiaolian", "handle-case").0, 429, "nor anybody else for now");
    assert_eq!(events(&town, "applicant not found").len(), 10);
    // A try is a try, and nothing that was typed for it is lost.
    let kept = |town: &mut Town, path: &str, fields: &str| {
        let reply = town.ask("li", "POST", path, &format!("{SERVICE}&purpose=handle-case&{fields}"));
        assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, "2"), "{path}");
        let page = reply.text();
        let typed =
            fields.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value.to_owned());
        for typed in typed.filter(|typed| !typed.starts_with("person:")) {
            let there = [format!("value=\"{typed}\""), format!(">{typed}</textarea>")];
            assert!(there.iter().any(|there| page.contains(there.as_str())), "{path}: `{typed}`: {page}");
        }
        assert!(page.contains("action=\"") && page.contains("value=\"handle-case\""), "{page}");
        let other = "/language/zh-CN?back=%2Fdesk%2Fstart%3Fservice%3Didentity-card-loss-report%26purpose%3Dhandle-case";
        assert!(page.contains(other), "in the other language the same service is chosen: {page}");
        page
    };
    kept(&mut town, "/desk/start", &format!("applicant={OTHER}"));
    kept(&mut town, "/desk/start/account", &format!("name=何来客&number={OTHER}&login=xiaolian"));
    let person = town.object("xiaolian");
    let page = kept(&mut town, "/desk/start", &format!("person={person}&number={OTHER}"));
    assert!(page.contains("王小莲") && page.contains(&format!("value=\"{person}\"")), "{page}");
    let clerk = town.object("li");
    let whose = town.world.city.find_person("xiaolian").unwrap();
    town.world.city.note_number(&clerk, whose, NUMBER).unwrap();
    let fields = format!("person={person}&number={OTHER}&reasons=the card of the man next to her");
    kept(&mut town, "/desk/start/number", &fields);
    let board = town.line("eyes: GET /board");
    let section = board.split_once("Applicants looked up at counters").map(|(_, rest)| rest.to_owned());
    insta::assert_snapshot!(section.unwrap_or(board));
}
