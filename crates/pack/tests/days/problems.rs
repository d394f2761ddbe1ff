use pack::days::Law;
use pack::{File, Problem};

const RULE: &str = r#"
[instrument.code]
title = { zh = "民法典", en = "Civil Code" }
[domain.work]
title = { zh = "办事", en = "Work" }
[default-rule]
reason = { zh = "默认", en = "default" }
workdays = { are = "none", instrument = "code", article = "第二百条", quote = "日" }
first-day = { counted = false, instrument = "code", article = "第二百零一条", quote = "日" }
last-day = { moves = true, instrument = "code", article = "第二百零三条", quote = "日" }
custody = { instrument = "code", article = "第二百零三条", quote = "日" }
hours = { from = "moment", instrument = "code", article = "第二百零一条", quote = "时" }
same-day = { instrument = "code", article = "第二百零二条", quote = "月" }
"#;

const PACK: &str = r#"
[pack]
id = "law"
title = { zh = "法律", en = "Law" }
version = "1"
effective = 2021-01-01
"#;

const GOOD: &str = r#"
[deadline.answer-given]
domain = "work"
trigger = { zh = "申请", en = "application" }
action = { zh = "答复", en = "answer" }
instrument = "code"
article = "第一条"
quote = "三十日内"
limit = "30 days"
"#;

fn read(texts: &[&str]) -> Result<Law, Vec<Problem>> {
    let named = std::iter::once(&PACK).chain(texts).zip(["pack", "rule", "law", "more"]);
    let file = |(text, name): (&&str, _)| File { path: format!("law/{name}.toml"), text: (*text).into() };
    pack::load(&named.map(file).collect::<Vec<_>>()).map(|all| all.law.unwrap())
}

fn check(texts: &[&str]) -> String {
    match read(texts) {
        Ok(law) => format!("{} deadlines", law.deadlines.len()),
        Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
    }
}

#[test]
fn a_good_pack_loads() {
    assert_eq!(check(&[RULE, GOOD]), "1 deadlines");
}

#[test]
fn syntax() {
    insta::assert_snapshot!(check(&[RULE, "[deadline.x\nlimit = \n", "a = \"\n"]));
}

#[test]
fn every_problem_of_a_deadline_at_once() {
    let bad = r#"
[deadline.Answer_Given]
domain = "wrok"
trigger = "申请"
action = { zh = "答复" }
instrument = "codex"
article = "二百条"
quote = ""
limit = "30 dyas"
detenton = true
at-least = "yes"
note = { zh = "注", en = "note", fr = "note" }

[[deadline.Answer_Given.extension]]
id = "more"
by = "2 months"
times = 0
approver = { zh = "局长", en = "head" }
after = "less"
quote = "延长"

[[deadline.Answer_Given.extension]]
id = "twice"
approver = { zh = "局长", en = "head" }
quote = "延长"

[deadline.no-limit]
domain = "work"
trigger = { zh = "申请", en = "application" }
action = { zh = "答复", en = "answer" }
instrument = "code"
article = "第一条"
quote = "即时"

[deadline.not-read]
domain = "work"
trigger = { zh = "申请", en = "application" }
action = { zh = "答复", en = "answer" }
instrument = "code"
quote = "三日"
limit = "3 days"
unverified = true

[deadlines.typo]
"#;
    insta::assert_snapshot!(check(&[RULE, bad]));
}

#[test]
fn extensions_fit_their_limit() {
    let bad = r#"
[[deadline.answer-given.extension]]
id = "more"
by = "2 months"
approver = { zh = "局长", en = "head" }
quote = "延长"

[[deadline.answer-given.extension]]
id = "both"
by = "2 days"
to = "40 days"
approver = { zh = "局长", en = "head" }
quote = "延长"

[[deadline.answer-given.extension]]
id = "last"
by = "2 days"
after = "none"
approver = { zh = "局长", en = "head" }
quote = "延长"
"#;
    insta::assert_snapshot!(check(&[RULE, &format!("{GOOD}{bad}")]));
}

#[test]
fn instruments_and_the_default_rule() {
    let bad = r#"
[instrument.one]
title = { zh = "甲", en = "One" }
follows = { to = "two", article = "第一条", quote = "依照乙" }
[instrument.one.rule]
workdays = { numbers = [2, "three"], up-to = 10, article = "第二条", quote = "工作日" }
hours = { from = "noon", article = "第二条", quote = "时" }
week = { article = "第二条", quote = "周" }
[instrument.two]
title = { zh = "乙", en = "Two" }
follows = { to = "three", article = "第一条", quote = "依照丙" }
in-force = "2026-01-01"
[default-rule]
reason = { zh = "默认", en = "default" }
"#;
    insta::assert_snapshot!(check(&[RULE, bad]));
    insta::assert_snapshot!(check(&[GOOD]));
}

#[test]
fn one_id_one_reference() {
    let twice = GOOD.replace("domain", "ref = \"DL-001\"\ndomain");
    insta::assert_snapshot!(check(&[
        RULE,
        &twice,
        &format!("{GOOD}{}", twice.replace("answer-given", "other-answer"))
    ]));
}

fn disputed(extra: &str) -> String {
    let other = GOOD.replace("answer-given", "answer-given-later").replace("30 days", "60 days");
    let matter = |text: &str| text.replace("limit", "matter = \"answer\"\nlimit");
    check(&[RULE, &matter(GOOD), &format!("{}{extra}", matter(&other))])
}

#[test]
fn a_disagreement_needs_a_choice() {
    insta::assert_snapshot!(disputed(""));
    let choice = "
[[conflict]]
between = [\"answer-given\", \"answer-given-later\"]
chosen = \"answer-given\"
reason = { zh = \"从严\", en = \"the stricter\" }
";
    assert_eq!(disputed(choice), "2 deadlines");
    insta::assert_snapshot!(disputed(&choice.replace("chosen = \"answer-given\"", "chosen = \"neither\"")));
    insta::assert_snapshot!(disputed(&choice.replace("\"answer-given-later\"", "\"gone\"")));
    insta::assert_snapshot!(check(&[
        RULE,
        &format!("{GOOD}{}{choice}", GOOD.replace("answer-given", "answer-given-later"))
    ]));
}

#[test]
fn calendars() {
    let bad = r#"
[calendar.office]
title = { zh = "本局", en = "this office" }
years = [2027]
[[calendar.office.holiday]]
name = { zh = "搬迁", en = "removal" }
from = 2027-03-05
to = 2027-03-01
[[calendar.office.holiday]]
name = { zh = "搬迁", en = "removal" }
from = 2027-03-05T09:00:00
[[calendar.office.holiday]]
name = { zh = "搬迁", en = "removal" }
from = 2027-03-05
to = 2027-03-07
worked = [2027-03-06]
"#;
    insta::assert_snapshot!(check(&[RULE, GOOD, bad]));
}

/// Dates would be counted through holidays that nobody listed, and shown as certain.
#[test]
fn a_year_that_is_settled_has_its_holidays() {
    let calendar = |id: &str, years: &str, days: &[[&str; 2]]| {
        let holiday = |[from, to]: &[&str; 2]| {
            format!(
                "[[calendar.{id}.holiday]]\nname = {{ zh = \"节\", en = \"Day\" }}\nfrom = {from}\nto = {to}\n"
            )
        };
        let title = "title = { zh = \"安排\", en = \"arrangement\" }";
        format!("[calendar.{id}]\n{title}\nyears = {years}\n{}", days.iter().map(holiday).collect::<String>())
    };
    let new_year = ["2026-12-31", "2027-01-02"];
    let good = calendar("good", "[2027]", &[new_year]);
    assert!(read(&[RULE, GOOD, &good]).is_ok());
    let bad = [
        calendar("none", "[]", &[new_year]),
        calendar("empty", "[2027, 2028]", &[new_year]),
        calendar("elsewhere", "[2027]", &[new_year, ["2029-05-01", "2029-05-03"]]),
        calendar("twice", "[2027]", &[new_year, ["2027-01-02", "2027-01-03"]]),
    ];
    insta::assert_snapshot!(check(&[RULE, GOOD, &bad.concat()]));
}

#[test]
fn an_office_closes_on_days_of_its_own() {
    let office = r#"
[calendar.office]
title = { zh = "本局", en = "this office" }
[[calendar.office.holiday]]
name = { zh = "搬迁", en = "removal" }
from = 2026-11-24
to = 2026-11-25
worked = [2026-11-28]
"#;
    let law = read(&[RULE, GOOD, office]).unwrap();
    let works = |day: &str| law.calendar.works(day.parse().unwrap());
    assert!(!works("2026-11-24") && !works("2026-11-25") && works("2026-11-28") && !works("2026-11-29"));
    assert!(
        law.calendar.publishes("2025-01-01".parse().unwrap())
            && !law.calendar.publishes("2026-11-24".parse().unwrap())
    );
}
