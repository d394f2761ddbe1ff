//! Broken conditions as authors of packs write them, and what they are told.

use super::world::checked;
use pack::cel::Type;

const BROKEN: &[&str] = &[
    // Written as in other languages.
    "form.kind = \"birth\"",
    "form.kind === \"birth\"",
    "form.married and form.amount > 0",
    "form.married & form.amount > 0",
    "form.married or form.amount > 0",
    "not form.married",
    "form.kind <> \"birth\"",
    "form.amount => 100",
    "if (form.married) 1 else 2",
    "form.child_name is null",
    "form.child_name == null",
    "form.child_name != null",
    "form.kind not in [\"birth\"]",
    "0 < form.amount < 100",
    "form?.spouse?.name == \"a\"",
    "form.spouse.?name == \"a\"",
    "form.married ? 1",
    "Person{name: \"a\"}",
    // Full-width signs and quotes.
    "form.kind == “birth”",
    "form.amount ＞ 100",
    "form.kind in [\"birth\"，\"death\"]",
    "（form.amount > 100）",
    "form.amount ≥ 100",
    "form.姓名 == \"张三\"",
    // Quotes and brackets.
    "form.kind == \"birth",
    "form.kind in [\"birth\", \"death\"",
    "(form.amount > 100",
    "form.amount > 100)",
    "form.phone.matches(\"^1\\d{10}$\")",
    "",
    "form.",
    // Names.
    "from.kind == \"birth\"",
    "form.bron < today",
    "form.child-name == \"a\"",
    "form.date-of-entry > today",
    "form[\"child_name\"] == \"a\"",
    "born < today",
    "form.kind == birth",
    "form.spouse.age > 18",
    "form.children.name == \"a\"",
    "form.children.exists(c, c.nmae == \"a\")",
    "form.tags.length > 0",
    "form.已婚",
    "today.year == 2026",
    "case.office == True",
    "applicant.xyz == 1",
    // Listed values.
    "form.kind == \"brith\"",
    "form.kind == \"出生\"",
    "form.kind in [\"birth\", \"marriage\"]",
    "form.kinds.exists(k, k == \"deaht\")",
    "form.kind == (form.married ? \"birth\" : \"wedding\")",
    "form.gender == form.kind",
    "form.kind > \"birth\"",
    // Unlike types.
    "form.amount > 100.0",
    "form.rate > 1",
    "form.copies > 3",
    "form.amount == \"100\"",
    "form.phone == 13800138000",
    "form.married == \"true\"",
    "form.married == 1",
    "form.born < \"2010-01-01\"",
    "form.born < now",
    "case.accepted > \"2026-01-01\"",
    "form.born < 2010",
    "today - form.born > 18",
    "form.wait > 3",
    "form.tags == \"urgent\"",
    "\"urgent\" in form.phone",
    "form.amount in [\"1\", \"2\"]",
    "form.spouse == \"张三\"",
    "form.rate * form.amount > 1.0",
    "form.amount * 1.5 > 1.0",
    "form.phone + 1 == \"a\"",
    "form.born + 30 > today",
    "-form.copies < 0",
    "[1, \"a\"].size() > 0",
    "{\"a\": 1, \"a\": 2}.size() > 0",
    "form.married ? 1 : \"a\"",
    // Conditions that are none.
    "form.amount",
    "form.phone && form.married",
    "form.kind",
    "!form.amount",
    "form.tags",
    "form.spouse",
    "form.children.all(c, c.name)",
    "form.phone.exists(x, x == \"a\")",
    "form.tags.exists(t == \"a\")",
    "form.tags.exists(\"a\", true)",
    "has(form[\"child-name\"])",
    "has(form)",
    // Functions.
    "len(form.tags) > 0",
    "contains(form.phone, \"1\")",
    "form.phone.startswith(\"1\")",
    "age(form.born) > 16",
    "age(\"2010-01-01\", today) > 16",
    "agee(form.born, today) > 16",
    "now() > case.accepted",
    "form.phone.toLowerCase() == \"a\"",
    "days(1.5) > form.wait",
    "form.phone.matches(\"(?=a)b\")",
    "form.phone.matches(\"\\\\p{Han}+\")",
    "form.phone.matches(\"[\")",
    "form.wait > duration(\"30d\")",
    "form.wait > 30d",
    "form.wait > 30天",
    "today > date(\"2026-1-5\")",
    "today > date(\"2026-02-30\")",
    "now > timestamp(\"2026-01-31\")",
    "now.getHours(\"Europe/Paris\") > 8",
    "form.phone.map(x, x)",
    "int(form.born) > 3",
    // Numbers.
    "form.amount > 99999999999999999999",
    "form.phone == 110105194912310021100",
    "form.amount > 1_000",
    // Several at once.
    "form.bron < today && form.kind == \"brith\" && form.amount > \"100\" && agee(form.born, today) > 3",
];

#[test]
fn every_mistake_is_told_with_its_mend() {
    let mut told = String::new();
    for source in BROKEN {
        told.push_str(source);
        told.push('\n');
        let problems = checked(source, &Type::Bool).expect_err(source);
        for problem in problems {
            let before = source.get(..problem.span.range().start).expect("the span lies in the source");
            let width: usize = before.chars().map(|char| if char.is_ascii() { 1 } else { 2 }).sum();
            let marked = source.get(problem.span.range()).expect("the span lies in the source");
            let marks: usize = marked.chars().map(|char| if char.is_ascii() { 1 } else { 2 }).sum();
            told.push_str(&format!("{}{} {problem}\n", " ".repeat(width), "^".repeat(marks.max(1))));
        }
        told.push('\n');
    }
    insta::assert_snapshot!(told);
}

#[test]
fn other_types_are_asked_for_too() {
    let told = |source: &str, wanted: &Type| checked(source, wanted).expect_err(source)[0].to_string();
    let told = [
        told("now", &Type::Date),
        told("today", &Type::Timestamp),
        told("form.amount", &Type::String),
        told("form.married", &Type::Int),
        told("form.tags", &Type::list(Type::Int)),
    ];
    insta::assert_snapshot!(told.join("\n"));
}
