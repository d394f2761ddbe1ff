//! Where open findings lie, and how old they are.

use super::Filter;
use crate::layout::Frame;
use crate::path;
use crate::text::{Lang, Speak as _};
use maud::{Markup, html};
use pack::{Id, Title};

/// Bounds of age, in days: up to three, a week, a month, and beyond.
pub const AGES: [i64; 3] = [3, 7, 30];

/// The open findings of an office.
#[derive(Clone, Debug)]
pub struct OfOffice {
    /// The office.
    pub office: (Id, Title),
    /// How many are how old, by [`AGES`]; beyond the last in the end.
    pub ages: [u64; AGES.len() + 1],
    /// How many should be cleared by now.
    pub late: u64,
}

/// Open findings by office and age, the most first.
pub fn by_office(frame: &Frame, offices: &[OfOffice]) -> Markup {
    let lang = frame.lang;
    let heads = heads(lang);
    let sum = |at: usize| offices.iter().filter_map(|one| one.ages.get(at)).sum::<u64>();
    html! {
        div data-refresh="ages" {
            @if !offices.is_empty() {
                h2 #ages-title { (lang.say("findings-ages")) }
                div.scroll {
                    table aria-labelledby="ages-title" {
                        thead {
                            tr {
                                th scope="col" { (lang.say("filter-office")) }
                                @for head in &heads { th.figure scope="col" { (head) } }
                                th.figure scope="col" { (lang.say("count-late")) }
                            }
                        }
                        tbody {
                            @for one in offices {
                                tr {
                                    th scope="row" { a href=(of_office(&one.office.0)) data-row { (lang.of(&one.office.1)) } }
                                    @for count in one.ages { td.figure { (figure(count)) } }
                                    td.figure.late[one.late > 0] { (figure(one.late)) }
                                }
                            }
                            @if offices.len() > 1 {
                                tr {
                                    th scope="row" { (lang.say("findings-all-offices")) }
                                    @for at in 0..heads.len() { td.figure { b { (figure(sum(at))) } } }
                                    td.figure { b { (figure(offices.iter().map(|one| one.late).sum())) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn heads(lang: Lang) -> [String; AGES.len() + 1] {
    let [first, second, third] = AGES;
    let within = |days: i64| lang.tell("findings-age-within", &[("days", days.into())]);
    [within(first), within(second), within(third), lang.tell("findings-age-over", &[("days", third.into())])]
}

fn figure(count: u64) -> String {
    if count == 0 { "–".to_owned() } else { count.to_string() }
}

fn of_office(office: &Id) -> String {
    format!("{}?office={}#findings-title", path::FINDINGS, path::segment(office.as_str()))
}

/// The address of the open findings of a severity, as far as the rest of the filter goes.
pub fn of_severity(filter: &Filter, word: &str) -> String {
    let office = filter.office.as_ref().map(|office| format!("&office={}", path::segment(office.as_str())));
    format!("{}?severity={word}{}#findings-title", path::FINDINGS, office.unwrap_or_default())
}
