//! Conditions in words.

use super::world::checked;
use pack::cel::{Type, explain};

const SAID: &[&str] = &[
    "form.married == true && age(form.born, today) < 16",
    "form.married",
    "!form.married || form.married == false || form.married != false",
    "form.kind == \"birth\" && (form.amount > 100 || form.rate <= 0.5)",
    "form.kind in [\"birth\", \"move-in\"]",
    "\"death\" in form.kinds",
    "form.kind != form.kind_before",
    "has(form.spouse.name) && !has(form.child_name)",
    "today - form.born >= days(365)",
    "form.born + days(30) < today || case.due >= today",
    "form.wait > duration(\"720h\") || form.wait < duration(\"90m\")",
    "form.children.exists(c, c.gender == \"male\" && c.born > date(\"2020-01-01\"))",
    "form.children.all(c, has(c.born))",
    "form.children.filter(c, c.name.size() > 4).size() > 1",
    "form.children.map(c, c.name)[0] == \"小明\"",
    "form.phone.matches(r\"^1\\d{10}$\") && applicant.name.startsWith(\"张\")",
    "!(form.amount > 1 && form.amount < 5)",
    "(form.amount + 1) * 2 - 3 > 4",
    "form.married ? form.amount > 1 : form.amount > 2",
    "form.fees.copy > 3 && form.fees[\"copy\"] > 3",
    "date(case.accepted) == today && now.getFullYear() == 2026",
];

#[test]
fn says_conditions_in_both_languages() {
    let mut told = String::new();
    for source in SAID {
        let said =
            explain(&checked(source, &Type::Dyn).unwrap_or_else(|problems| panic!("{source}: {problems:?}")));
        told.push_str(&format!("{source}\n  {}\n  {}\n", said.zh, said.en));
    }
    insta::assert_snapshot!(told);
}
