//! The course of a case as pages show it: steps, clocks, events.

use crate::city::{at, cited, due, own, standing_still};
use pack::Title;
use pack::model::{Definitions, FieldKind, Unit, Watcher};
use web::page::clock;
use web::page::course::{Corrected, Happening, Status, Step};
use web::part::Standing;
use web::part::Words;

pub fn steps(definitions: &Definitions) -> Vec<Step> {
    let office = definitions.offices["lake"].title.clone();
    let step = |zh, en, status| Step { title: Title::new(zh, en), office: office.clone(), status };
    let done = Status::Done {
        at: at("2026-02-02T10:30"),
        outcome: Title::new("受理", "Accepted"),
        by: Some("张敏".into()),
        reasons: Some(Words::open("材料齐全")),
    };
    vec![
        step("受理", "Accept", done),
        step(
            "审核",
            "Examine",
            Status::Open { since: at("2026-02-02T10:30"), holder: Some("李建国".into()) },
        ),
        step("专家评审", "Expert review", Status::Skipped),
        step("邮寄", "Post it", Status::Unreached),
        step("决定", "Decide", Status::Waiting { sometimes: false }),
        step("送达", "Deliver", Status::Waiting { sometimes: true }),
    ]
}

pub fn clocks() -> Vec<clock::View> {
    let decision = clock::View {
        title: Title::new("作出决定", "Decide"),
        least: false,
        binds: Watcher::Office,
        started: at("2026-02-02T10:30"),
        stopped: None,
        due: Some(due("2026-03-09", Standing::Ahead(own(14, Unit::Workdays)))),
        counted: Title::new(
            "2026年2月2日受理，次日起算20个工作日，春节放假7天不算，补正2天不算。",
            "Accepted on 2 February 2026; 20 working days from the next day, without the \
             7 days of the Spring Festival and the 2 days of correction.",
        ),
        law: Some(cited()),
        promise: Some((own(1, Unit::Workdays), due("2026-02-03", Standing::Soon(own(4, Unit::Hours))))),
        pauses: vec![clock::Pause {
            from: at("2026-02-03T09:00"),
            until: Some(at("2026-02-05T16:00")),
            why: Title::new("等待补正", "Waiting for the correction"),
        }],
        extensions: vec![clock::Extension {
            at: at("2026-02-06T09:00"),
            by: Some("赵刚".into()),
            reasons: Words::open("专家排期，需再等三天"),
        }],
        undecided: true,
    };
    let notice = clock::View {
        title: Title::new("一次告知补正", "Tell all that is missing"),
        due: Some(due("2026-02-06", Standing::Kept)),
        stopped: Some(at("2026-02-02T10:30")),
        promise: None,
        pauses: vec![],
        extensions: vec![],
        undecided: false,
        ..decision.clone()
    };
    let answer = clock::View {
        title: Title::new("补正", "Correct"),
        binds: Watcher::Party,
        due: Some(due("2027-02-26", Standing::Late(own(2, Unit::Days)))),
        law: None,
        ..notice.clone()
    };
    let issue = clock::View {
        title: Title::new("发放证件", "Issue the card"),
        due: Some(standing_still()),
        promise: Some((own(1, Unit::Workdays), standing_still())),
        stopped: None,
        pauses: vec![clock::Pause { until: None, ..decision.pauses[0].clone() }],
        ..notice.clone()
    };
    let unheld = clock::View {
        title: Title::new("送达决定", "Serve the decision"),
        due: Some(due("2026-03-20", Standing::Over)),
        ..notice.clone()
    };
    vec![decision, notice, answer, issue, unheld]
}

pub fn happened(definitions: &Definitions) -> Vec<Happening> {
    let office = definitions.offices["lake"].title.clone();
    let one = |when: &str, zh, en, by: Option<&str>, words: Option<&str>, entry| Happening {
        at: at(when),
        what: Title::new(zh, en),
        filling: false,
        by: by.map(str::to_owned),
        office: Some(office.clone()),
        words: words.map(Words::open),
        corrected: None,
        entry,
    };
    let corrected = |before: Option<&str>, after: Option<&str>| Corrected {
        title: Title::new("出生日期", "Date of birth"),
        kind: FieldKind::Date,
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    let put_right = |when, before, after| Happening {
        corrected: Some(corrected(before, after)),
        ..one(when, "更正记录", "Record corrected", Some("张敏"), Some("材料齐全"), Some(104_990))
    };
    vec![
        put_right("2026-02-07T09:00", Some("2026-01-20"), Some("2026-01-02")),
        // As somebody sees it who stated no purpose.
        Happening { words: Some(Words::closed()), ..put_right("2026-02-06T15:00", None, None) },
        one(
            "2026-02-06T09:00",
            "期限延长",
            "Deadline extended",
            Some("赵刚"),
            Some("专家排期，需再等三天"),
            Some(104_980),
        ),
        one("2026-02-05T16:00", "补正已提交", "Correction answered", Some("王小莲"), None, Some(104_911)),
        one("2026-02-04T00:00", "承诺期限已过", "Promise passed", None, None, None),
        one(
            "2026-02-02T10:30",
            "申请已受理",
            "Application accepted",
            Some("张敏"),
            Some("材料齐全"),
            Some(104_300),
        ),
        one("2026-01-31T09:12", "申请已提交", "Application handed in", Some("王小莲"), None, Some(104_217)),
    ]
}
