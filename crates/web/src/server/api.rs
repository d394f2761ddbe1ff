//! The same work for programs: JSON in, JSON out, decided by the same policies as the pages.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use crate::part::{Due, Standing};
use axum::http::Method;
use contract::Contract;
use pack::Title;
use pack::model::Unit;
use record::Time;
use serde_json::{Value as Json, json};
use shape::Shape;

mod account;
mod applicant;
mod body;
mod case;
mod contract;
mod document;
mod findings;
mod gives;
mod issued;
mod maps;
mod migration;
mod moves;
mod proofs;
mod service;
mod shape;
mod work;

pub use account::{act_in, me, readings, register, sign_in, sign_out};
pub use applicant::{another_code, correct_number, look_up, open as open_account};
pub use case::{attach, case, cases, file, history, personal, receipt};
pub use document::document;
pub use findings::{finding, findings, model, models};
pub use issued::issued;
pub use maps::map;
pub use migration::plan;
pub use moves::act;
pub use proofs::{checkpoint, entry, health, verify, verify_whole};
pub use service::{begin, service, services};
pub use work::{board, board_cases, board_office, queue};

/// What stands on a page where nothing else is asked for, and the most that may be.
const PER_PAGE: usize = 50;
const MOST_PER_PAGE: usize = 200;

/// The contract of the operation that is asked for.
fn contract(asked: &Asked) -> Result<&'static Contract, Oops> {
    let mut all = contract::CONTRACTS.iter();
    // Whoever asks for the head alone asks for the same.
    let method = if asked.method == Method::HEAD { Method::GET.as_str() } else { asked.method.as_str() };
    let this = |one: &&Contract| one.path == asked.pattern && one.method == method;
    all.find(this).ok_or(Oops::Missing)
}

/// Refuses whoever has to sign in first, and a query that is not as the contract says.
pub fn admit(asked: &Asked) -> Result<(), Oops> {
    if !asked.api || asked.pattern.is_empty() {
        return Ok(());
    }
    let contract = contract(asked)?;
    if !contract.open {
        asked.signed_in()?;
    }
    for (name, value) in &asked.query {
        let Some(member) = contract.query.iter().find(|member| member.name == name) else {
            let known: Vec<&str> = contract.query.iter().map(|member| member.name).collect();
            let known = body::listed(&known);
            let zh = format!("查询中没有 `{name}`，可以使用：{}", known.zh);
            let en = format!("`{name}` is not known in the query; what is: {}", known.en);
            return Err(body::unreadable(zh, en));
        };
        let read = match member.shape {
            Shape::Count => value.parse::<u64>().map_or_else(|_| Json::from(value.as_str()), Json::from),
            _ => Json::from(value.as_str()),
        };
        if member.shape.check(name, &read).is_err() {
            let words = member.shape.words();
            let zh = format!("查询中的 `{name}` 应为：{}", words.zh);
            return Err(body::unreadable(zh, format!("`{name}` in the query is not {}", words.en)));
        }
    }
    Ok(())
}

fn title(title: &Title) -> Json {
    json!({ "zh": title.zh.as_str(), "en": title.en.as_str() })
}

fn moment(time: Option<Time>) -> Json {
    time.map_or(Json::Null, |time| time.to_string().into())
}

/// What is left of a clock that stands still, once it goes on.
fn left(due: Option<&Due>) -> Json {
    let Some(Standing::Paused(Some(left))) = due.map(|due| due.standing) else { return Json::Null };
    let unit = Unit::ALL.iter().find(|(.., unit)| *unit == left.unit).map_or("", |(_, many, _)| *many);
    json!({ "amount": left.amount, "unit": unit })
}

/// One page of a list, with how many there are.
struct Page {
    total: usize,
    page: usize,
    per: usize,
}

impl Page {
    fn of(asked: &Asked, total: usize) -> Self {
        let number = |name| asked.words(name).and_then(|number| number.parse::<usize>().ok());
        let per = number("per").unwrap_or(PER_PAGE).clamp(1, MOST_PER_PAGE);
        Self { total, page: number("page").unwrap_or(1).max(1), per }
    }

    /// What of a list is on it.
    fn take<T>(&self, all: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        all.into_iter().skip((self.page - 1).saturating_mul(self.per)).take(self.per)
    }

    /// The answer, with `name` the list.
    fn answer(&self, mut told: Json) -> Answer {
        if let Some(told) = told.as_object_mut() {
            told.insert("total".into(), self.total.into());
            told.insert("page".into(), self.page.into());
            told.insert("pages".into(), self.total.div_ceil(self.per).max(1).into());
        }
        Answer::json(&told)
    }
}
