//! What people type, and the service that they mean.

use pack::model::Definitions;
use web::find::Index;

fn definitions() -> Definitions {
    let file = |path: &str, text: &str| pack::File { path: path.into(), text: text.into() };
    let rule = include_str!("../../pack/tests/rule.toml");
    let files = [file("demo/pack.toml", include_str!("pages/city.toml")), file("law/pack.toml", rule)];
    pack::load(&files).expect("the tests' city has no fault")
}

fn check(index: &Index, query: &str, wanted: &str) -> Option<String> {
    let hits = index.find(query, 5);
    let first = hits.first().map_or("nothing", |hit| hit.id.as_str());
    let told =
        || hits.iter().map(|hit| format!("{} {:.3}", hit.id, hit.score)).collect::<Vec<_>>().join(", ");
    (first != wanted).then(|| format!("`{query}` should find {wanted}, found {}", told()))
}

#[test]
fn a_service_is_found_by_its_number() {
    let mut definitions = definitions();
    let births = definitions.procedures.get_mut("birth-registration").expect("it is defined");
    births.item = Some("LC-012".into());
    let index = Index::new(&definitions);
    for query in ["LC-012", "lc012", " lc 12 ", "Lc_0012"] {
        assert_eq!(check(&index, query, "birth-registration"), None);
        assert_eq!(index.find(query, 5).len(), 1, "`{query}` names one service");
    }
    for query in ["LC-120", "LC-0", "012", "LC"] {
        let hits = index.find(query, 5);
        assert!(hits.iter().all(|hit| hit.score < 1.0), "`{query}` is no number of a service: {hits:?}");
    }
}

#[test]
fn queries_find_what_is_meant() {
    let index = Index::new(&definitions());
    let table = [
        ("出生登记", "birth-registration"),
        ("csdj", "birth-registration"),
        ("chusheng", "birth-registration"),
        ("chushengdengji", "birth-registration"),
        ("chushengdegnji", "birth-registration"),
        ("上户口", "birth-registration"),
        ("我想给孩子上户口", "birth-registration"),
        ("newborn", "birth-registration"),
        ("new born baby", "birth-registration"),
        ("register birth", "birth-registration"),
        ("regsiter a brith", "birth-registration"),
        ("hkb", "household-booklet-lost"),
        ("户口本丢了怎么办", "household-booklet-lost"),
        ("hukou", "household-booklet-lost"),
        ("身份证丢了", "identity-card-lost"),
        ("身份证掉了", "identity-card-lost"),
        ("shenfenzheng diu", "identity-card-lost"),
        ("lost id card", "identity-card-lost"),
        ("I lost my ID", "identity-card-lost"),
        ("sfzdsbl", "identity-card-lost"),
        ("身份证到期", "identity-card-expired"),
        ("expired id", "identity-card-expired"),
        ("linshi shenfenzheng", "temporary-identity-card"),
        ("shangpai", "vehicle-registration"),
        ("新车上牌", "vehicle-registration"),
        ("xin che shang pai", "vehicle-registration"),
        ("new car", "vehicle-registration"),
        ("机动车登记", "vehicle-registration"),
        ("临牌", "temporary-plate"),
        ("换驾照", "licence-renewal"),
        ("huanjiazhao", "licence-renewal"),
        ("驾照丢了", "licence-lost"),
        ("驾驶证期满", "licence-renewal"),
        ("renew driving license", "licence-renewal"),
        ("foreign licence", "licence-foreign"),
        ("考驾照", "licence-first"),
        ("改名字", "adult-name-change"),
        ("gaiming", "adult-name-change"),
        ("police clearance", "no-criminal-record"),
        ("wfzjlzm", "no-criminal-record"),
        ("办护照", "passport-first"),
        ("banhuzhao", "passport-first"),
        ("换护照", "passport-replace"),
        ("passports", "passport-first"),
        ("台湾", "taiwan-permit"),
        ("Taiwan permit", "taiwan-permit"),
        ("ｃｓｄｊ", "birth-registration"),
        ("迁户口", "move-in"),
        ("死亡", "death-registration"),
        ("xyzzy", "nothing"),
        ("?!", "nothing"),
        ("", "nothing"),
        ("zzzzzzzz", "nothing"),
    ];
    let wrong: Vec<String> =
        table.iter().filter_map(|(query, wanted)| check(&index, query, wanted)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_service_is_found_by_its_own_title() {
    let definitions = definitions();
    let index = Index::new(&definitions);
    for procedure in definitions.procedures.values() {
        for title in [&procedure.title.zh, &procedure.title.en] {
            assert_eq!(check(&index, title, procedure.id.as_str()), None);
        }
    }
}

#[test]
fn the_most_is_kept_to_and_the_best_comes_first() {
    let index = Index::new(&definitions());
    let all = index.find("身份证", 50);
    assert!(all.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert!(all.iter().all(|hit| (0.0..=1.0).contains(&hit.score)));
    assert_eq!(index.find("身份证", 2), all[..2]);
}
