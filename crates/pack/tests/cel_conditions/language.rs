//! What expressions come to, by the half-filled form of [`super::world`].

use super::world::{checked, env, filled, functions, outcome};
use pack::cel::*;

fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(outcome(source), *expected, "{source}");
    }
}

#[test]
fn absence_is_unknown() {
    check(&[
        ("form.spouse.name == \"a\"", "unknown"),
        ("form.spouse.name != \"a\"", "unknown"),
        ("form.child_name.size() > 0", "unknown"),
        ("false && form.spouse.name == \"a\"", "false"),
        ("form.spouse.name == \"a\" && false", "false"),
        ("true && form.spouse.name == \"a\"", "unknown"),
        ("form.spouse.name == \"a\" || true", "true"),
        ("form.spouse.name == \"a\" || false", "unknown"),
        ("!(form.child_name == \"a\")", "unknown"),
        ("form.child_name in [\"a\"]", "unknown"),
        ("form.child_name == \"a\" ? 1 : 1", "unknown"),
        ("[form.child_name].size()", "unknown"),
        ("{\"a\": form.child_name}", "unknown"),
        ("form.kinds.all(k, k == \"birth\")", "unknown"),
        // An error that stands beside something unknown: certain in a sum, open in an “and”.
        ("form.child_name.size() + 1 / 0", "error at 25..30: division by zero"),
        ("form.child_name == \"a\" && 1 / 0 > 0", "unknown"),
        ("1 / 0 > 0 && form.child_name == \"a\"", "unknown"),
        ("1 / 0 > 0 && false", "false"),
        ("1 / 0 > 0 || false", "error at 0..5: division by zero"),
    ]);
}

#[test]
fn presence_is_decided() {
    check(&[
        ("has(form.born)", "true"),
        ("has(form.spouse)", "false"),
        ("has(form.spouse.name)", "false"),
        ("has(form.child_name)", "false"),
        ("has(form.children)", "true"),
        ("form.children.map(c, has(c.born))", "[true, false]"),
        ("form.children.filter(c, has(c.born)).map(c, c.name)", "[\"小明\"]"),
        ("has(form.fees.copy)", "true"),
        ("has(form.fees.post)", "false"),
        ("has(event.n) && !has(event.m)", "true"),
    ]);
}

#[test]
fn elements_lack_fields_too() {
    check(&[
        ("form.children.exists(c, c.born < today)", "true"),
        ("form.children.all(c, c.born < today)", "unknown"),
        ("form.children.all(c, c.born > today)", "false"),
        ("form.children.exists_one(c, c.born < today)", "unknown"),
        ("form.children.filter(c, c.born < today)", "unknown"),
        ("form.children[1].born", "unknown"),
        ("form.children[0].weight_grams", "unknown"),
        ("form.children.map(c, c.gender)", "[\"female\", \"female\"]"),
    ]);
}

#[test]
fn names_with_hyphens_and_chinese_names() {
    let bound = filled()
        .with(&["form", "child-name"], "小刚")
        .and_then(|bound| bound.with(&["form", "姓名"], "张三"))
        .unwrap();
    for source in [
        "form.child_name == \"小刚\"",
        "form[\"child-name\"] == \"小刚\"",
        "form.`child-name` == \"小刚\"",
        "form[\"姓名\"] == applicant.name",
    ] {
        let checked = checked(source, &Type::Bool).unwrap();
        assert_eq!(checked.eval(&bound, &functions).truth(), Some(true), "{source}");
    }
}

#[test]
fn days_moments_and_lengths() {
    check(&[
        ("form.born < date(\"2011-06-02\")", "true"),
        ("form.born + days(30)", "2011-07-01"),
        ("today - form.born > days(365 * 14)", "true"),
        ("today - date(\"2026-01-01\")", "2678400s"),
        (
            "today + duration(\"90m\")",
            "error at 0..23: a day cannot be moved by `5400s`, which is not whole days",
        ),
        ("date(case.accepted)", "2026-01-06"),
        ("case.accepted.getDate()", "6"),
        ("case.accepted.getDate(\"UTC\")", "5"),
        ("case.accepted.getHours()", "7"),
        ("timestamp(today)", "2026-02-01T00:00:00+08:00"),
        ("today.getFullYear() * 100 + today.getMonth() + 1", "202602"),
        ("string(today) + \"/\" + string(now)", "\"2026-02-01/2026-02-01T00:00:00Z\""),
        ("now - case.accepted > duration(\"240h\")", "true"),
        ("duration(\"1h30m\") + duration(\"-90s\")", "5310s"),
        ("duration(\"1.5h\").getMinutes()", "90"),
        ("string(duration(\"-1.25s\"))", "\"-1.25s\""),
        ("age(form.born, today)", "14"),
        ("workdays(form.born, today) > 3", "error at 0..26: `workdays` has no calendar here"),
        ("case.due > today", "unknown"),
    ]);
}

#[test]
fn errors_have_places() {
    check(&[
        ("1 + form.amount / (form.amount - 12000)", "error at 4..38: division by zero"),
        ("form.amount * 9223372036854775807", "error at 0..33: the result is out of range"),
        ("form.tags[5]", "error at 0..12: the list of 2 has no such element"),
        ("form.tags[-1]", "error at 0..13: the list of 2 has no such element"),
        ("form.fees.post", "error at 0..14: there is no entry `post`"),
        ("form.fees[\"post\"]", "error at 0..17: there is no such entry in the map"),
        ("int(form.phone + \"x\")", "error at 0..21: `13800138000x` is not a whole number of 64 bits"),
        ("{form.phone: 1, \"13800138000\": 2}", "error at 0..33: a key stands twice in the map"),
        ("uint(form.amount - 12001)", "error at 0..25: `-1` is not an unsigned number of 64 bits"),
        ("event.n + event.s == 1", "error at 0..17: `+` does not take `int` and `string`"),
        ("event.n && true", "error at 0..7: `int` is not true or false"),
        (
            "form.phone.matches(form.phone + \"(\")",
            "error at 0..36: `13800138000(` is not a pattern: found open group without closing ')'",
        ),
    ]);
}

#[test]
fn the_rest_of_the_language() {
    check(&[
        ("form.phone.matches(r\"^1[3-9]\\d{9}$\")", "true"),
        ("\"11010519491231002X\".matches(\"^[1-9][0-9]{16}[0-9X]$\")", "true"),
        ("\"张三\".matches(\"^[一-龥·]{2,30}$\")", "true"),
        ("form.kind in [\"birth\", \"death\"] ? \"life\" : \"move\"", "\"life\""),
        ("form.tags.exists(t, t == \"urgent\") && form.fees.exists(f, form.fees[f] > 400)", "true"),
        ("form.tags.map(t, t.size() > 5, t + \"!\")", "[\"urgent!\"]"),
        ("size(\"中文\") + size(b\"中文\") + size([1]) + size({})", "9"),
        ("'''a\n\"b\"''' + r'\\n' + \"\\u5df2\\x41\\101\"", "\"a\\n\\\"b\\\"\\\\n已AA\""),
        ("0xff + -0x10 == 239 && 1e3 == 1000.0 && .5 < 1.0 && 2u > 1u", "true"),
        ("type(form.amount) == int && type(form.kind) == string && type(today) == date", "true"),
        ("dyn(1) == 1.0 && dyn(1) == 1u && !(dyn(1) == \"1\")", "true"),
        ("form == form", "true"),
        ("event.n == 1 && event.s == \"t\"", "true"),
        ("[[1], [2, 3]].map(x, x.map(y, y * x.size()))", "[[1], [4, 6]]"),
        ("now.getDayOfWeek() == 0 // Sunday", "true"),
    ]);
}

#[test]
fn work_is_bounded() {
    let nested = |depth: usize| "[0,1,2,3,4,5,6,7,8,9].all(a, ".repeat(depth) + "true" + &")".repeat(depth);
    let doubled =
        |range: &str, times: usize| format!("{range}{}[0].size() > 0", ".map(x, x + x)".repeat(times));
    for (source, stopped) in [
        (nested(4), false),
        (nested(6), true),
        (doubled("[[1]]", 8), false),
        (doubled("[[1]]", 50), true),
        (doubled("[\"a\"]", 50), true),
    ] {
        let source = source.as_str();
        let checked = checked(source, &Type::Dyn).unwrap();
        let outcome = checked.eval(&filled(), &functions);
        let budget = matches!(&outcome, Outcome::Error(fault) if fault.kind == FaultKind::Budget);
        assert_eq!(budget, stopped, "{source}");
        let starved = checked.eval_within(&filled(), &functions, 3);
        assert!(matches!(starved, Outcome::Error(fault) if fault.kind == FaultKind::Budget));
    }
}

#[test]
fn what_is_read_may_fail_or_be_unknown() {
    let slots = |source: &str| {
        let checked = checked(source, &Type::Dyn).unwrap();
        let path = |slot: Slot| env().place(slot).unwrap().path.join(".");
        let kinds: Vec<String> =
            checked.hazards().iter().map(|hazard| format!("{:?}@{}", hazard.kind, hazard.span)).collect();
        (
            checked.slots().into_iter().map(path).collect::<Vec<_>>().join(" "),
            kinds.join(" "),
            checked.may_be_unknown(),
        )
    };
    for (source, places, hazards, unknown) in [
        ("form.amount > 100 && case.office == \"x\"", "form.amount case.office", "", false),
        ("form.married && has(form.child_name)", "form.married form.child-name", "", true),
        ("form.amount / 2 + 1 > 0", "form.amount", "Overflow@0..19", false),
        ("1 / form.amount == 0", "form.amount", "Overflow@0..15 DivisionByZero@0..15", false),
        ("form.tags[0] == \"a\"", "form.tags", "NoElement@0..12", false),
        ("date(\"2026-01-31\") < today", "today", "", false),
        ("age(form.born, today) < 16", "form.born today", "Function@0..21", true),
        ("form.children.exists(c, c.born < today)", "form.children today", "", true),
        ("event.n < 3", "event", "NoElement@0..7 Type@0..7 Type@0..11", false),
        ("form.phone.matches(\"^1\")", "form.phone", "", false),
        ("int(form.phone) > 0", "form.phone", "Conversion@0..15", false),
    ] {
        assert_eq!(slots(source), (places.to_owned(), hazards.to_owned(), unknown), "{source}");
    }
}

#[test]
fn bindings_refuse_what_is_not_declared() {
    let mut bound = Bindings::new(&env());
    let check = |result: Result<(), BadBinding>, expected: &str| {
        assert_eq!(result.unwrap_err().to_string(), expected)
    };
    check(bound.set(&["form", "bron"], 1_i64), "there is no `form.bron`; declare it in the environment");
    check(
        bound.set(&["form", "amount"], "1"),
        "`form.amount` takes a whole number (`int`), not `string`; convert the value first",
    );
    check(
        bound.set(&["form", "gender"], "other"),
        "`form.gender` takes text (one of `\"male\"`, `\"female\"`), not `string`; convert the value first",
    );
    bound.set(&["form", "spouse"], Value::object([("name", Value::from("李四"))])).unwrap();
    let slot = env().at(&["form", "spouse", "name"]).unwrap();
    assert_eq!(bound.get(slot), Some(ValueRef::String("李四")));
    bound.clear(&["form", "spouse"]).unwrap();
    assert_eq!(bound.get(slot), None);
}
