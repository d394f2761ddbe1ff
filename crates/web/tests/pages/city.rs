use jiff::civil::date;
use pack::model::{Basis, Definitions, Own, Unit};
use pack::{Id, Title};
use record::Time;
use std::collections::BTreeMap;
use web::layout::{Face, Frame, Who};
use web::part::{Cited, Due, Standing};
use web::text::Lang;

/// Words of people, which stay as they were written on a page in either language.
pub const WORDS: [&str; 14] = [
    "王小莲",
    "李建国",
    "张敏",
    "赵刚",
    "王小荷",
    "王大江",
    "陈静",
    "照片模糊，请重拍，四角都要拍到",
    "与身份证不一致，请核对最后一位",
    "材料齐全",
    "专家排期，需再等三天",
    "窗口排队太久",
    "已增开一个窗口，谢谢您指出",
    "冀F12345",
];

/// The law is put in by code, since this small city has no law pack but what says how time is counted.
pub fn definitions() -> Definitions {
    let file = |path: &str, text: &str| pack::File { path: path.into(), text: text.into() };
    let rule = include_str!("../../../pack/tests/rule.toml");
    let loaded =
        pack::load(&[file("demo/pack.toml", include_str!("city.toml")), file("law/pack.toml", rule)]);
    let mut definitions = loaded.expect("the tests' city has no fault");
    let birth = definitions.procedures.get_mut("birth-registration").expect("it is defined");
    let basis = |quote: &str, place: &pack::problem::Place| Basis {
        instrument: "household-regulations".into(),
        article: "第七条".into(),
        quote: quote.into(),
        place: place.clone(),
    };
    birth.law = vec![basis("向婴儿常住地户口登记机关申报出生登记", &birth.place)];
    birth.materials[0].law = Some(basis("申报出生登记", &birth.place));
    definitions
}

pub fn instruments() -> BTreeMap<Id, Title> {
    [("household-regulations".into(), Title::new("户口登记条例", "Household Registration Regulations"))]
        .into()
}

pub fn at(text: &str) -> Time {
    Time::parse(&format!("{text}:00+08:00")).expect("a time")
}

pub fn own(amount: u32, unit: Unit) -> Own {
    Own { amount, unit }
}

pub fn due(day: &str, standing: Standing) -> Due {
    Due {
        at: Some(at(&format!("{day}T23:59"))),
        whole_day: true,
        standing,
        provisional: date(2026, 12, 31) < day.parse().expect("a day"),
    }
}

/// A clock that stands still, with three working days to go.
pub fn standing_still() -> Due {
    let standing = Standing::Paused(Some(own(3, Unit::Workdays)));
    Due { at: None, whole_day: false, standing, provisional: false }
}

pub fn cited() -> Cited {
    Cited {
        instrument: Title::new("行政许可法", "Administrative Licensing Law"),
        article: "第四十二条".into(),
        quote: "行政机关应当自受理行政许可申请之日起二十日内作出行政许可决定。".into(),
    }
}

fn frame(lang: Lang, face: Face, path: &str) -> Frame {
    Frame {
        lang,
        face,
        city: Title::new("示范市公安局", "Demo City Public Security"),
        path: path.into(),
        who: None,
        carried: None,
        once: "c0ffee".into(),
        at: 41,
        token: "sample-token".into(),
        notice: None,
    }
}

pub fn visitor(lang: Lang, path: &str) -> Frame {
    frame(lang, Face::Resident, path)
}

pub fn resident(lang: Lang, path: &str) -> Frame {
    let who = Who { id: "person:wang".into(), name: "王小莲".into(), ..Who::default() };
    Frame { who: Some(who), ..frame(lang, Face::Resident, path) }
}

pub fn clerk(lang: Lang, path: &str) -> Frame {
    let post = Some(Title::new("南湖派出所 · 审核员", "South Lake Police Station · examiner"));
    let who = Who {
        id: "person:li".into(),
        name: "李建国".into(),
        post,
        desk: true,
        counter: true,
        ..Who::default()
    };
    Frame { who: Some(who), ..frame(lang, Face::Staff, path) }
}

pub fn supervisor(lang: Lang, path: &str) -> Frame {
    let post = Some(Title::new("示范市公安局 · 监督员", "Demo City Bureau · supervisor"));
    let who = Who { id: "person:chen".into(), name: "陈静".into(), post, board: true, ..Who::default() };
    Frame { who: Some(who), ..frame(lang, Face::Staff, path) }
}

pub fn kiosk(lang: Lang, path: &str) -> Frame {
    let who = Who { id: "person:wang".into(), name: "王小莲".into(), ..Who::default() };
    Frame { who: Some(who), ..frame(lang, Face::Kiosk, path) }
}
