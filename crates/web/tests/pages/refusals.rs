//! What could not be done.

use crate::city::{at, resident};
use maud::Markup;
use pack::Title;
use web::page::refused;
use web::text::Lang;

pub fn pages(lang: Lang) -> Vec<(&'static str, Markup)> {
    let show = |view: &refused::View| refused::show(&resident(lang, "/cases/x"), view);
    let why = Title::new("自己的申请由他人办理", "One's own application is handled by somebody else");
    let over = Title::new("该环节已经办完", "This step is done already");
    let faster = refused::Faster {
        own: false,
        who: "张敏".into(),
        at: at("2026-02-02T10:30"),
        what: Title::new("受理了申请", "Accepted the application"),
    };
    let back = "/desk/cases/LH20260131-0007".to_owned();
    let possible = vec![Title::new("审核", "Examine"), Title::new("要求补正", "Ask for a correction")];
    vec![
        ("refused-denied", show(&refused::View::Denied { why: Some(why), anonymous: false })),
        ("refused-anonymous", show(&refused::View::Denied { why: None, anonymous: true })),
        ("refused-missing", show(&refused::View::Missing)),
        (
            "refused-overtaken",
            show(&refused::View::Overtaken {
                by: Some(faster),
                why: over.clone(),
                possible: possible.clone(),
                typed: vec!["材料齐全".into()],
                back: back.clone(),
            }),
        ),
        (
            "refused-impossible",
            show(&refused::View::Overtaken {
                by: None,
                why: over,
                possible,
                typed: vec![],
                back: back.clone(),
            }),
        ),
        ("refused-large", show(&refused::View::TooLarge { most: 20_000_000, back })),
        ("refused-many", show(&refused::View::TooMany { seconds: 30 })),
        ("refused-broken", show(&refused::View::Broken { number: "E-7F3A".into() })),
        (
            "refused-not-now",
            show(&refused::View::NotNow(Title::new("存储空间已满", "There is no room left"))),
        ),
        (
            "refused-unreadable",
            show(&refused::View::Unreadable(Title::new("日期写法不对", "The date is not written as one"))),
        ),
    ]
}
