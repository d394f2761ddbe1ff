use super::{LAW, data};
use pack::days::rule::{PartialRule, Ruling};
use pack::days::{Cite, Deadline, Direction, Limit, Standing, Unit, numeral};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every citation of the pack, with what it stands in.
fn cites() -> Vec<(String, &'static Cite)> {
    let mut cites = Vec::new();
    for instrument in LAW.instruments.values() {
        let PartialRule { workdays, first_day, last_day, custody, hours, same_day, transit, posted } =
            &instrument.own;
        let parts = [
            workdays.as_ref().map(|one| &one.cite),
            first_day.as_ref().map(|one| &one.cite),
            last_day.as_ref().map(|one| &one.cite),
            custody.as_ref().map(|one| &one.cite),
            hours.as_ref().map(|one| &one.cite),
            same_day.as_ref().map(|one| &one.cite),
            transit.as_ref().map(|one| &one.cite),
            posted.as_ref().map(|one| &one.cite),
            instrument.follows.as_ref().map(|one| &one.cite),
        ];
        cites.extend(parts.into_iter().flatten().map(|cite| (instrument.id.to_string(), cite)));
    }
    let rule = &LAW.default_rule.rule;
    let default = [&rule.workdays.cite, &rule.first_day.cite, &rule.last_day.cite, &rule.custody.cite];
    cites.extend(
        default
            .into_iter()
            .chain([&rule.hours.cite, &rule.same_day.cite])
            .map(|cite| ("default".into(), cite)),
    );
    for deadline in LAW.deadlines.values() {
        cites.extend(of_deadline(deadline).into_iter().map(|cite| (deadline.id.to_string(), cite)));
    }
    cites
}

fn of_deadline(deadline: &Deadline) -> Vec<&Cite> {
    let mut cites: Vec<&Cite> = deadline.cite.iter().collect();
    cites.extend(deadline.extensions.iter().map(|one| &one.cite));
    cites.extend(deadline.suspensions.iter().map(|one| &one.cite));
    cites.extend(deadline.starts.iter().map(|one| &one.cite));
    cites.extend(deadline.repeats.iter().map(|one| &one.cite));
    cites.extend(deadline.deemed.iter().map(|one| &one.cite));
    cites.extend(deadline.hours.iter().map(|Ruling { cite, .. }| cite));
    cites
}

/// The text of each article of a file, white space and emphasis left out.
fn articles(path: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut articles: BTreeMap<String, String> = BTreeMap::new();
    let mut current = None;
    for line in text.lines() {
        let line = plain(line);
        if line.starts_with('#') {
            current = None;
            continue;
        }
        if let Some((number, _)) = line.strip_prefix('第').and_then(|rest| rest.split_once('条'))
            && numeral::read(number).is_some()
        {
            current = Some(format!("第{number}条"));
        }
        if let Some(article) = &current {
            articles.entry(article.clone()).or_default().push_str(&line);
        }
    }
    articles
}

fn plain(text: &str) -> String {
    text.chars().filter(|char| !char.is_whitespace() && *char != '*').collect()
}

#[test]
fn every_quote_stands_in_its_article() {
    let Some(data) = data("every_quote_stands_in_its_article") else { return };
    let mut files: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
    let mut unread = BTreeSet::new();
    let mut checked = 0;
    for (place, cite) in cites() {
        let instrument = &LAW.instruments[&cite.instrument];
        let Some(path) = &instrument.corpus else {
            unread.insert(place);
            continue;
        };
        let file = files.entry(path).or_insert_with(|| articles(&data.join("law/corpus").join(path)));
        let article = file.get(cite.article.as_str());
        let article = article.unwrap_or_else(|| panic!("{place}: no {} in {path}", cite.article));
        assert!(article.contains(&plain(&cite.quote)), "{place}: {} lacks {}", cite.article, cite.quote);
        checked += 1;
    }
    let excerpts = ["footage-kept", "property-papers-filed", "sealed-property-registered"];
    assert_eq!(unread.iter().map(String::as_str).collect::<Vec<_>>(), excerpts);
    assert!(checked > 200, "{checked}");
}

fn rows(data: &Path) -> Value {
    let text = std::fs::read_to_string(data.join("law/deadlines.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_listed_deadline_stands_in_the_pack() {
    let Some(data) = data("every_listed_deadline_stands_in_the_pack") else { return };
    let rows = rows(&data);
    let rows = rows["deadlines"].as_array().unwrap();
    assert_eq!(rows.len(), 119);
    for row in rows {
        let text = |key: &str| row[key].as_str();
        let id = text("id").unwrap();
        let mine = LAW.deadlines.values().find(|one| one.reference.as_deref() == Some(id));
        let mine = mine.unwrap_or_else(|| panic!("{id} is not in the pack"));
        let limit = text("unit").map(|unit| limit(row["limit"].as_u64().unwrap(), unit, mine));
        assert_eq!(mine.limit, limit, "{id}");
        assert_eq!(mine.verified, row["verified"].as_bool().unwrap(), "{id}");
        assert_eq!(mine.cite.as_ref().map(|cite| cite.quote.as_str()), text("quote"), "{id}");
        let title = &LAW.instruments[&mine.instrument].title.zh;
        assert!(text("law").unwrap().starts_with(title.as_str()), "{id}: {title}");
        assert_eq!(
            LAW.domains[&mine.domain].zh,
            text("domain").unwrap().replace('(', "（").replace(')', "）"),
            "{id}"
        );
        if let Some(cite) = &mine.cite {
            assert_eq!(Some(cite.article.as_str()), text("article"), "{id}");
        }
        if text("extension").is_some() {
            let more = mine.extensions.len() + mine.suspensions.len() + mine.starts.len();
            assert!(more > 0 || mine.repeats.is_some(), "{id} has an extension in the list");
        }
    }
}

fn limit(amount: u64, unit: &str, mine: &Deadline) -> Limit {
    let unit = match unit {
        "立即" => Unit::Immediately,
        "小时" => Unit::Hours,
        "日" => Unit::Days,
        "工作日" => Unit::Workdays,
        "月" => Unit::Months,
        "年" => Unit::Years,
        other => panic!("{other}"),
    };
    // The list has no column for the direction; the three quotes that set a time before an event say so themselves.
    let quote = mine.cite.as_ref().map_or("", |cite| cite.quote.as_str());
    let before = ["七日前", "二日前"].iter().any(|words| quote.contains(words));
    let direction = if before { Direction::Before } else { Direction::After };
    Limit { amount: u32::try_from(amount).unwrap(), unit, direction }
}

#[test]
fn the_listed_counting_rules_stand_in_the_pack() {
    let Some(data) = data("the_listed_counting_rules_stand_in_the_pack") else { return };
    let rows = rows(&data);
    let rules = rows["day_counting_rules"].as_array().unwrap();
    assert_eq!(rules.len(), 11);
    for row in rules {
        let (law, article, quote) =
            (&row["law"], row["article"].as_str().unwrap(), row["quote"].as_str().unwrap());
        let law = law.as_str().unwrap();
        let instrument = LAW.instruments.values().find(|one| law.starts_with(one.title.zh.as_str()));
        let instrument = instrument.unwrap_or_else(|| panic!("no instrument for {law}"));
        let id = instrument.id.to_string();
        let says = |(place, cite): (String, &Cite)| {
            place == id && cite.article == article && cite.quote.contains(quote)
        };
        assert!(cites().into_iter().any(says), "{law}: {article} {quote}");
    }
}

#[test]
fn rows_without_a_counting_rule_are_undecided() {
    let Some(data) = data("rows_without_a_counting_rule_are_undecided") else { return };
    let rows = rows(&data);
    let mut counts: BTreeMap<(Standing, &str), usize> = BTreeMap::new();
    let mut listed = 0;
    for row in rows["deadlines"].as_array().unwrap() {
        let id = row["id"].as_str().unwrap();
        let mine = LAW.deadlines.values().find(|one| one.reference.as_deref() == Some(id)).unwrap();
        let unit = row["unit"].as_str().unwrap_or("none");
        let standing = LAW.standing(mine);
        *counts.entry((standing, unit)).or_default() += 1;
        let silent = unit == "日" && row["day_kind"].is_null();
        listed += usize::from(silent);
        // `倒计` is a direction and does not say which days are counted.
        let silent = silent || row["day_kind"] == "倒计";
        let wanted = if mine.verified { Standing::Undecided } else { Standing::Unverified };
        if silent {
            assert_eq!(standing, wanted, "{id}");
        } else if unit == "日" {
            assert_eq!(standing, Standing::Decided, "{id}");
        }
    }
    assert_eq!(listed, 31);
    insta::assert_debug_snapshot!(counts);
}

#[test]
fn quotes_name_the_number_that_the_pack_counts() {
    for deadline in LAW.deadlines.values().filter(|one| one.verified) {
        let Some(limit) = deadline.limit.filter(|limit| limit.unit != Unit::Immediately) else { continue };
        says(deadline.id.as_str(), deadline.cite.as_ref().unwrap(), limit);
        for extension in &deadline.extensions {
            says(deadline.id.as_str(), &extension.cite, extension.grant.most());
        }
    }
}

fn says(id: &str, cite: &Cite, limit: Limit) {
    let unit = match limit.unit {
        Unit::Hours => "小时",
        Unit::Days => "日",
        Unit::Workdays => "个工作日",
        Unit::Months => "个月",
        Unit::Years => "年",
        Unit::Immediately => return,
    };
    let numbers = [format!("{}{unit}", numeral::write(limit.amount)), format!("{}{unit}", limit.amount)];
    assert!(
        numbers.iter().any(|number| cite.quote.contains(number)),
        "{id}: {limit} is not in {}",
        cite.quote
    );
}
