use super::services;
use pack::model::{Field, Form};
use std::collections::{BTreeMap, BTreeSet};

/// The answers of all services that stay readable on the record, for good and without a purpose: the reviewed list. Whatever
/// is added to it must not tell of anybody's life.
#[test]
fn every_answer_in_clear_is_a_reviewed_one() {
    let mut clear: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for procedure in services() {
        let mut add = |of: &str, form: &Form| {
            for field in form.fields.iter().filter(|field| !field.personal) {
                clear.entry(line(of, field)).or_default().insert(procedure.id.as_str());
            }
        };
        add("form", &procedure.form);
        procedure.flow.steps.iter().for_each(|step| add(step.id.as_str(), &step.form));
    }
    let told = clear
        .iter()
        .map(|(field, of)| format!("{field}\n    {}\n", of.iter().copied().collect::<Vec<_>>().join(", ")));
    insta::assert_snapshot!(told.collect::<String>());
}

fn line(of: &str, field: &Field) -> String {
    format!("{of}.{}: {} / {}", field.id, field.title.zh, field.title.en)
}
