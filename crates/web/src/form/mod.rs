use crate::layout::Face;
use crate::text::{Lang, Speak as _};
use maud::{Markup, html};
use pack::model::{Condition, Field, FieldKind, Form};
use pack::{Id, Title};
use std::collections::{BTreeMap, BTreeSet};

mod answer;
mod control;
mod material;

pub use answer::shown as answer_shown;
pub(crate) use material::why;
pub use material::{Attached, MaterialAsked, list as materials};

/// A form with what was typed into it so far.
#[derive(Clone, Copy)]
pub struct Filling<'a> {
    /// The questions.
    pub form: &'a Form,
    /// The fields that are asked for, given the answers so far: [`casework::decide::shown_fields`].
    pub shown: &'a BTreeSet<Id>,
    /// The answers as typed, or as [`casework::answer::write`] writes them. Wrong ones too: they are shown again.
    pub answers: &'a BTreeMap<Id, String>,
    /// What is wrong, by field and material.
    pub faults: &'a [(Id, Title)],
    /// What the office wants put right, by field and material, in its own words.
    pub notes: &'a [(Id, String)],
    /// Conditions that lie outside the form and hang on its answers, such as a material's.
    pub hanging: &'a [&'a Condition],
    /// What tells this form's fields from another's on the same page; empty where there is no other.
    pub prefix: &'a str,
    /// The language.
    pub lang: Lang,
    /// Who fills it in, and on what.
    pub face: Face,
}

/// The fields of a form, in their groups. The same for window, phone and kiosk.
///
/// A field that others hang on is marked `data-live`: the form module asks the server for the fields again when it
/// changes; without scripts the button next to it does.
pub fn render(filling: &Filling<'_>) -> Markup {
    html! {
        div.fields data-fields {
            @for (heading, fields) in groups(filling) {
                @match heading {
                    Some(heading) => {
                        fieldset.group {
                            legend { h2 { (filling.lang.of(heading)) } }
                            @for field in fields { (control::field(filling, field)) }
                        }
                    }
                    None => @for field in fields { (control::field(filling, field)) },
                }
            }
        }
    }
}

/// What is wrong with a form, each fault linked to its field; nothing where nothing is wrong. Stands at the top of
/// the page, in the same words as at the fields.
pub fn error_summary(filling: &Filling<'_>, materials: &[MaterialAsked<'_>]) -> Markup {
    let lang = filling.lang;
    let of_field =
        |id: &Id| filling.form.field(id.as_str()).filter(|field| filling.shown.contains(&field.id));
    let of_material = |id: &Id| materials.iter().find(|asked| asked.id == id);
    html! {
        @if !filling.faults.is_empty() {
            section.summary role="alert" aria-labelledby="summary-title" tabindex="-1" data-focus autofocus {
                h2 #summary-title { (lang.say("error-title")) }
                ul {
                    @for (id, what) in filling.faults {
                        li {
                            @if let Some(field) = of_field(id) {
                                a href={ "#" (anchor(filling, field)) } {
                                    (lang.of(&field.title)) (lang.colon()) (lang.of(what))
                                }
                            } @else if let Some(asked) = of_material(id) {
                                a href={ "#m-" (id) } {
                                    (lang.of(asked.title)) (lang.colon()) (lang.of(what))
                                }
                            } @else {
                                (lang.of(what))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The answers of a posted form, as typed: a name that stands several times, as checkboxes send it, becomes one
/// answer with commas. Names that no field of the form has are left out; a blank answer stays, and takes the kept
/// one back.
pub fn typed<'p>(
    form: &Form,
    prefix: &str,
    pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
) -> BTreeMap<Id, String> {
    let mut answers = BTreeMap::<Id, String>::new();
    for (name, value) in pairs {
        let Some(field) = name.strip_prefix(prefix).and_then(|id| form.field(id)) else { continue };
        let value = value.trim();
        match answers.get_mut(&field.id) {
            Some(others) if matches!(field.kind, FieldKind::Choices(_)) && !others.is_empty() => {
                others.push(',');
                others.push_str(value);
            }
            Some(other) => value.clone_into(other),
            None => {
                answers.insert(field.id.clone(), value.to_owned());
            }
        }
    }
    answers
}

/// Fields under their headings, as far as they are shown. A heading stands at the first field of its group in the
/// definition, which itself may be hidden.
fn groups<'a>(filling: &Filling<'a>) -> Vec<(Option<&'a Title>, Vec<&'a Field>)> {
    let mut groups: Vec<(Option<&Title>, Vec<&Field>)> = Vec::new();
    for field in &filling.form.fields {
        if field.group.is_some() || groups.is_empty() {
            groups.push((field.group.as_ref(), Vec::new()));
        }
        if let Some((_, fields)) = groups.last_mut().filter(|_| filling.shown.contains(&field.id)) {
            fields.push(field);
        }
    }
    groups.retain(|(_, fields)| !fields.is_empty());
    groups
}

/// Whether other questions or materials hang on the answer to `field`.
fn live(filling: &Filling<'_>, field: &Field) -> bool {
    let conditions = filling.form.fields.iter().filter_map(|other| other.when.as_ref());
    conditions.chain(filling.hanging.iter().copied()).any(|condition| names(&condition.source, &field.id))
}

/// Whether a condition's text speaks of the answer `form.<field>`.
pub(crate) fn names(source: &str, field: &Id) -> bool {
    let wanted = format!("form.{}", field.variable());
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    source.match_indices(&wanted).any(|(at, _)| source.get(at + wanted.len()..).is_none_or(ends))
}

/// The id of the control that a link to the field leads to.
fn anchor(filling: &Filling<'_>, field: &Field) -> String {
    format!("f-{}{}", filling.prefix, field.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_name_whole_fields() {
        let check = |source: &str, field: &str, wanted: bool| {
            assert_eq!(names(source, &field.into()), wanted, "{source} {field}");
        };
        check("form.married", "married", true);
        check("!form.birth_place.startsWith('x') && form.a", "birth-place", true);
        check("form.married_before", "married", false);
        check("form.married_before || form.married == true", "married", true);
        check("step.married", "married", false);
    }

    #[test]
    fn checkboxes_become_one_answer() {
        let choice = |id: &str| pack::model::Choice { id: id.into(), title: Title::default() };
        let field = |id: &str, kind| Field {
            id: id.into(),
            title: Title::default(),
            kind,
            required: false,
            when: None,
            checks: Vec::new(),
            hint: None,
            personal: false,
            stated: true,
            plans: None,
            group: None,
        };
        let fields = vec![
            field("day", FieldKind::Text),
            field("of", FieldKind::Choices(vec![choice("a"), choice("b"), choice("c")])),
        ];
        let form = Form { title: None, fields, materials: Vec::new() };
        let pairs =
            [("x-of", ""), ("x-of", "a"), ("x-day", " 3 "), ("x-of", "c"), ("token", "t"), ("x-other", "1")];
        let answers = typed(&form, "x-", pairs);
        assert_eq!(format!("{answers:?}"), r#"{"day": "3", "of": "a,c"}"#);
    }
}
