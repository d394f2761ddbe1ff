//! Being erased: what goes at once, what stays and why, what goes by itself when its time has come.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

#[path = "people/town.rs"]
mod town;
#[path = "world/mod.rs"]
mod world;

use town::{Town, days_pass};
use world::PASSWORD;

#[test]
fn who_asks_to_be_erased_is_as_far_as_nothing_keeps_it() {
    let mut town = Town::new();
    town.add("chief", "王管理", "administrator@bureau");
    town.add("li", "李建国", "clerk@lake-station");
    town.settle("xiaolian", "王小莲");
    town.settle("reed", "李苇");
    let draft = town.case("xiaolian", "LH20260601-0001", false);
    let running = town.case("xiaolian", "LH20260601-0002", true);
    let ended = town.case("xiaolian", "LH20260601-0003", true);
    town.granted("li", &ended);
    for login in ["chief", "li", "xiaolian", "reed"] {
        town.sign_in(login);
    }
    let mut all = town.script(&[
        "nobody: GET /account/erasure",
        "li: GET /account/erasure",
        "reed: GET /account/erasure",
        "xiaolian: GET /account/erasure",
        "xiaolian: POST /account/erasure password=lotus-pond-in-autumn",
        "xiaolian: POST /account/erasure sure=yes&password=wrong",
        "xiaolian: POST /account/erasure sure=yes&password=lotus-pond-in-autumn",
        "xiaolian: GET /account/erasure?done=erased",
        "xiaolian: POST /account/erasure call-off=yes",
        "xiaolian: POST /account/erasure sure=yes&password=lotus-pond-in-autumn",
    ]);
    let left = |town: &Town, case: &record::ObjectRef| {
        let view = town.world.city.casework.view(case).unwrap();
        town.world.city.casework.answers(&view.state).unwrap().len()
    };
    let told = |town: &Town, when: &str| {
        let cases = [("draft", &draft), ("running", &running), ("ended", &ended)];
        let cases = cases.map(|(name, case)| format!("{name} {}", left(town, case))).join(", ");
        let account = town.world.city.find_person("xiaolian").is_some();
        format!("{when}: answers left: {cases}; account: {account}\n")
    };
    all += &told(&town, "asked");
    // The running case ends; its time and that of the other run out; nobody has to come back for it.
    town.granted("li", &running);
    let xiaolian = town.object("xiaolian");
    assert_eq!(town.world.city.carry_out_wishes().unwrap(), 1);
    all += &told(&town, "the last case ended");
    days_pass(3_653);
    town.world.city.carry_out_wishes().unwrap();
    all += &told(&town, "on the last day of ten years");
    days_pass(1);
    town.world.city.carry_out_wishes().unwrap();
    all += &told(&town, "the day after");
    let tried = format!("xiaolian: POST /sign-in login=xiaolian&password={PASSWORD}");
    all += &town.line(&tried);
    let history =
        town.world.city.casework.record().history(&xiaolian, record::Version(0), usize::MAX).unwrap();
    let line = |entry: &record::Entry| record::encoding::encode(&entry.event);
    assert!(
        history.iter().map(line).all(|line| !line.contains("王小莲") && !line.contains("11010519491231002X"))
    );
    assert!(
        town.world.city.casework.record().verify(&mut |_, _| {}).unwrap().faults.is_empty(),
        "every proof still holds"
    );
    insta::assert_snapshot!(all);
}
