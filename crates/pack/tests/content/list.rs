use super::{DEFINITIONS, bare, law, services, title};
use pack::model::{Audience, Channel, Charge, Procedure};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Items of the list that no pack offers: they would register where somebody sleeps. ARCHITECTURE.md says why.
const NOT_BUILT: [&str; 2] = ["LC-075", "LC-092"];

/// Limits that the articles set and the list lacks: item, deadline.
const FOUND_IN_THE_TEXT: [(&str, &str); 15] = [
    // Approving a move is a licence.
    ("LC-035", "licence-decided"),
    ("LC-036", "licence-decided"),
    // Article 7 of the measures refers to article 12 of the identity card law.
    ("LC-052", "identity-card-issued"),
    ("LC-053", "identity-card-issued"),
    ("LC-063", "passport-issued"),
    ("LC-064", "hk-macao-decided"),
    ("LC-065", "hk-macao-decided"),
    ("LC-066", "hk-macao-decided"),
    ("LC-076", "visa-decided"),
    ("LC-077", "visa-decided"),
    ("LC-078", "visa-decided"),
    ("LC-079", "visa-decided"),
    ("LC-085", "residence-document-decided"),
    // Examined here, decided above.
    ("LC-093", "licence-examined-below"),
    // A licence that needs tests: its one day runs only where none is needed.
    ("LC-136", "licence-decided"),
];

/// Items that the list gives to residents and the law to foreigners alone.
const FOREIGNERS: [&str; 2] = ["LC-094", "LC-096"];

fn rows(test: &str) -> Option<Vec<Value>> {
    let text = std::fs::read_to_string(law(test)?.join("items.json")).unwrap();
    let rows: Value = serde_json::from_str(&text).unwrap();
    Some(rows["items"].as_array().unwrap().clone())
}

/// Calls `check` with each service and its row in the list of items.
fn each_item(test: &str, check: impl Fn(&Procedure, &Value)) {
    let Some(rows) = rows(test) else { return };
    let rows: BTreeMap<&str, &Value> = rows.iter().map(|row| (row["id"].as_str().unwrap(), row)).collect();
    for procedure in services() {
        let item = procedure.item.as_deref().unwrap_or_else(|| panic!("{} has no item", procedure.id));
        check(procedure, rows.get(item).unwrap_or_else(|| panic!("{}: no item {item}", procedure.id)));
    }
}

#[test]
fn every_item_of_the_list_can_be_had() {
    let items: BTreeSet<&str> = services().filter_map(|procedure| procedure.item.as_deref()).collect();
    let listed = (1..=157).map(|number| format!("LC-{number:03}"));
    let listed: Vec<String> = listed.filter(|item| !NOT_BUILT.contains(&item.as_str())).collect();
    assert_eq!(items.into_iter().collect::<Vec<_>>(), listed);
    for procedure in services() {
        let id = &procedure.id;
        assert!(procedure.about.is_some(), "{id}: what is it for?");
        assert!(!procedure.search.is_empty(), "{id} is found by its title only");
        assert!(!procedure.form.fields.is_empty(), "{id} asks nothing");
        assert!(procedure.limit.is_some() || procedure.promise.is_some(), "{id} has no time");
    }
}

#[test]
fn nineteen_household_services_serve_themselves() {
    let household = services().filter(|procedure| procedure.pack.as_str() == "household");
    let kiosk = household.filter(|procedure| procedure.channels.contains(&Channel::Kiosk));
    let kiosk: Vec<&str> = kiosk.map(|procedure| procedure.id.as_str()).collect();
    assert_eq!(kiosk.len(), 19, "{kiosk:?}");
}

#[test]
fn each_is_for_whom_the_list_says() {
    each_item("each_is_for_whom_the_list_says", |procedure, row| {
        let listed = row["audience"].as_str().unwrap();
        let wanted = match listed {
            "外国人" => Audience::Foreigner,
            _ if FOREIGNERS.contains(&row["id"].as_str().unwrap()) => Audience::Foreigner,
            "企业" | "学校" | "单位" | "企业/个人" => Audience::Enterprise,
            _ => Audience::Person,
        };
        assert!(procedure.audience.contains(&wanted), "{}: {listed}", procedure.id);
    });
}

#[test]
fn each_rests_on_the_article_that_the_list_names() {
    each_item("each_rests_on_the_article_that_the_list_names", |procedure, row| {
        let listed = &row["legal_basis"];
        if listed["verified"] == true {
            let said = |key: &str| listed[key].as_str().unwrap();
            let same = |basis: &pack::model::Basis| {
                title(basis) == bare(said("law"))
                    && basis.article == said("article")
                    && basis.quote.contains(said("quote"))
            };
            assert!(procedure.law.iter().any(same), "{}: {listed} is not cited", procedure.id);
        }
        for material in row["materials"].as_array().unwrap() {
            let text = material["text"].as_str().unwrap();
            // The form is the application; a check of shared data stands in for a paper.
            let asked_otherwise = text.contains("申请表") || procedure.flow.id.as_str() == "plated-in-one-go";
            if material["verified"] != true || asked_otherwise {
                continue;
            }
            let article = material["article"].as_str().unwrap();
            let mut laws = procedure.materials.iter().filter_map(|asked| asked.law.as_ref());
            assert!(laws.any(|law| law.article == article), "{}: {material}", procedure.id);
        }
    });
}

#[test]
fn each_limit_is_the_listed_one() {
    each_item("each_limit_is_the_listed_one", |procedure, row| {
        let listed = &row["legal_time_limit"];
        let limit = procedure.limit.as_ref().map(pack::Id::as_str);
        let item = procedure.item.as_deref().unwrap();
        if let Some((_, found)) = FOUND_IN_THE_TEXT.iter().find(|(other, _)| *other == item) {
            // The list has one number for three services; only the card itself has a limit.
            let of_card = item != "LC-053" || procedure.id.as_str() == "identity-card-elsewhere";
            assert_eq!(limit, of_card.then_some(*found), "{}", procedure.id);
        } else if listed["kind"] == "authority_duty" && listed["verified"] == true {
            let deadline = &DEFINITIONS.law.as_ref().unwrap().deadlines[limit.unwrap()];
            let cite = deadline.cite.as_ref().unwrap();
            assert_eq!(cite.article.as_str(), listed["article"].as_str().unwrap(), "{}", procedure.id);
            let text = listed["text"].as_str().unwrap();
            let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
            assert_eq!(deadline.limit.unwrap().amount.to_string(), digits, "{}: {listed}", procedure.id);
        } else {
            assert!(matches!(limit, None | Some("licence-decided")), "{}: {limit:?}", procedure.id);
        }
    });
}

/// Where the law sets a time for the party, the party is told it, number and all.
#[test]
fn each_duty_of_the_party_is_told() {
    let number = regex_lite::Regex::new("[一二三四五六七八九十0-9]+个?(月|日|小时|年)").unwrap();
    each_item("each_duty_of_the_party_is_told", |procedure, row| {
        let listed = &row["legal_time_limit"];
        if listed["kind"] != "applicant_duty" || listed["verified"] != true {
            return;
        }
        let duty =
            procedure.duty.as_ref().unwrap_or_else(|| panic!("{}: {listed} is not told", procedure.id));
        for found in number.find_iter(listed["quote"].as_str().unwrap()) {
            assert!(duty.zh.contains(found.as_str()), "{}: {} is not told", procedure.id, found.as_str());
        }
    });
}

/// The amounts in yuan that a row states.
fn yuan(row: &Value) -> BTreeSet<i64> {
    let amount = regex_lite::Regex::new("([0-9]+)元").unwrap();
    let text = row["fee"]["text"].as_str().unwrap_or_default();
    amount.captures_iter(text).map(|found| found[1].parse().unwrap()).collect()
}

/// Every amount that is stated was read in a published list, and every listed one is stated where it belongs.
#[test]
fn each_amount_is_a_listed_one() {
    let Some(rows) = rows("each_amount_is_a_listed_one") else { return };
    let listed: BTreeSet<i64> = rows.iter().flat_map(yuan).collect();
    each_item("each_amount_is_a_listed_one", |procedure, row| {
        let fees = procedure.fees.iter().map(|fee| &DEFINITIONS.fees[fee]);
        let stated: BTreeSet<i64> = fees
            .flat_map(|fee| &fee.tiers)
            .filter_map(|tier| match tier.charge {
                Charge::Fen(fen) => Some(fen),
                _ => None,
            })
            .map(|fen| if fen % 100 == 0 { fen / 100 } else { panic!("{}: {fen} fen", procedure.id) })
            .collect();
        let unlisted: Vec<&i64> = stated.difference(&listed).collect();
        assert!(unlisted.is_empty(), "{}: {unlisted:?} yuan stand in no list", procedure.id);
        let unsaid: Vec<i64> = yuan(row).difference(&stated).copied().collect();
        assert!(unsaid.is_empty(), "{}: {unsaid:?} yuan are not told", procedure.id);
    });
}
