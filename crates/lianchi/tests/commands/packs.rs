//! Definitions checked and explained.

use super::{Desk, check};

const PACK: &str = r#"[pack]
id = "town"
title = { zh = "小城", en = "Town" }
version = "1"
effective = 2026-01-01

[object.application]
title = { zh = "申请", en = "Application" }

[category.boats]
title = { zh = "船只", en = "Boats" }

[office.quay]
title = { zh = "码头", en = "The quay" }
level = "city"
handles = ["boats"]

[role.clerk]
title = { zh = "办事员", en = "Clerk" }

[flow.simple]
title = { zh = "登记", en = "Register" }

[flow.simple.step.accept]
kind = "accept"
role = "clerk"

[procedure.boat]
title = { zh = "船只登记", en = "Register a boat" }
category = "boats"
flow = "simple"
level = "station"

[procedure.boat.form]
title = { zh = "船只", en = "The boat" }
field = [
    { id = "length", title = { zh = "长度", en = "Length in metres" }, kind = "integer", min = 1, max = 200 },
    { id = "papers", title = { zh = "证书号", en = "Certificate" }, kind = "text", when = "form.length > 12" },
]
"#;

#[test]
fn every_fault_is_told_with_place_and_mend() {
    let with = |from: &str, to: &str| PACK.replace(from, to).into_bytes();
    let files: [(&str, Vec<u8>); 10] = [
        ("sound/town/pack.toml", PACK.into()),
        ("syntax/town/pack.toml", with("level = \"city\"\nhandles", "level = city\nhandles")),
        ("names/town/pack.toml", with("flow = \"simple\"", "flow = \"simpel\"")),
        ("condition/town/pack.toml", with("form.length > 12", "form.lenght > \\\"12\\\"")),
        ("unknown/town/pack.toml", with("kind = \"accept\"", "kind = \"accept\"\ncolour = \"red\"")),
        (
            "many/town/pack.toml",
            with("kind = \"accept\"", "kind = \"acept\"").into_iter().chain(*b"\n[role.clerk]\n").collect(),
        ),
        ("latin/town/pack.toml", [&b"# \xE4\n"[..], PACK.as_bytes()].concat()),
        (
            "latin/town/more.toml",
            b"[role.sailor]\ntitle = { zh = \"\xCB\xAE\xCA\xD6\", en = \"Sailor\" }\n".to_vec(),
        ),
        ("marked/town/pack.toml", [&b"\xEF\xBB\xBF"[..], PACK.as_bytes()].concat()),
        ("returns/town/pack.toml", PACK.replace('\n', "\r\n").into()),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let lines = [
        "pack check sound",
        "pack check sound --json",
        "pack check sound/town",
        "pack check syntax",
        "pack check names",
        "pack check condition",
        "pack check unknown",
        "pack check many",
        "pack check many --json",
        "pack check latin",
        "pack check marked",
        "pack check returns",
        "pack check nowhere",
        "pack check nowhere --json",
        "pack check sound/town/pack.toml",
    ];
    insta::assert_snapshot!(check(&files, &lines));
}

/// What is wrong with a policy's condition is told beside all else, its own action and effect too; but where a name may stand in
/// what cannot be read, nothing is said of it.
#[test]
fn a_fault_hides_no_fault_of_a_policy() {
    let policy = |rest: &str| {
        let more = format!("\n[policy.all]\ntitle = {{ zh = \"任何人\", en = \"Anybody\" }}\n{rest}");
        [PACK.as_bytes(), more.as_bytes()].concat()
    };
    let files: [(&str, Vec<u8>); 5] = [
        ("all/town/pack.toml", policy("effect = \"allow\"\nactions = [\"doo\"]\nwhen = \"case.foo == 1\"\n")),
        (
            "action/town/pack.toml",
            policy("effect = \"permit\"\nactions = [\"doo\"]\nwhen = \"case.foo == 1\"\n"),
        ),
        ("never/town/pack.toml", policy("effect = \"permit\"\nwhen = \"case.ended && !case.ended\"\n")),
        (
            "flow/town/pack.toml",
            String::from_utf8(policy("effect = \"permit\"\nwhen = 'case.procedure == \"boat\"'\n"))
                .unwrap()
                .replace("flow = \"simple\"", "flow = \"simpel\"")
                .into(),
        ),
        ("syntax/town/pack.toml", policy("effect = \"permit\nwhen = \"case.foo == 1\"\n")),
    ];
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    let lines = ["all", "action", "never", "flow", "syntax"].map(|folder| format!("pack check {folder}"));
    insta::assert_snapshot!(check(&files, &lines.each_ref().map(String::as_str)));
}

/// What an author builds on is listed by name, and each kind with what it says.
#[test]
fn what_packs_offer_is_listed() {
    let shared = r#"
[fields.sailor]
title = { zh = "船员", en = "Sailor" }
field = [
    { id = "name", title = { zh = "姓名", en = "Name" }, kind = "text" },
    { id = "rank", title = { zh = "职务", en = "Rank" }, kind = "choice", required = false, of = [
        { id = "mate", zh = "大副", en = "Mate" }, { id = "master", zh = "船长", en = "Master" },
    ] },
]
material = [{ use = "seaman-book" }]

[material.seaman-book]
title = { zh = "海员证", en = "Seaman's book" }
from = { zh = "海事局", en = "The maritime office" }
"#;
    let town = [PACK, shared].concat();
    let lines = [
        "pack list --packs town",
        "pack list fields --packs town",
        "pack list flow --packs town",
        "pack list flow --packs town --zh",
        "pack list office --packs town --json",
        "pack list materials --packs town",
        "pack list flwo",
        "pack list windows",
    ];
    insta::assert_snapshot!(check(&[("town/town/pack.toml", town.as_bytes())], &lines));
}

/// Each of them names the pack that holds it, and has words in both languages.
#[test]
fn all_that_ships_is_listed_in_full() {
    let desk = Desk::new(&[]);
    let all = desk.json("pack list --json");
    for (kind, some) in
        [("flow", "counter"), ("fields", "applicant"), ("material", "identity-card"), ("role", "clerk")]
    {
        let rows = all[kind].as_array().unwrap();
        assert!(rows.iter().any(|row| row["id"] == some && row["pack"] == "city"), "{kind}: {rows:?}");
    }
    for (kind, rows) in all.as_object().unwrap() {
        assert!(!rows.as_array().unwrap().is_empty(), "{kind}");
        for row in rows.as_array().unwrap() {
            let told = |text: &serde_json::Value| text.as_str().is_some_and(|text| !text.is_empty());
            assert!(
                told(&row["pack"]) && told(&row["title"]["zh"]) && told(&row["title"]["en"]),
                "{kind}: {row}"
            );
        }
        assert_eq!(desk.json(&format!("pack list {kind} --json"))[kind], *rows, "{kind}");
    }
}

/// A pack that builds on others is checked among them.
#[test]
fn one_pack_alone_is_told_where_the_others_are() {
    let hut = r#"[pack]
id = "hut"
title = { zh = "小屋", en = "Hut" }
version = "1"
effective = 2026-01-01
requires = ["town"]

[procedure.hut]
title = { zh = "小屋登记", en = "Register a hut" }
category = "boats"
flow = "simple"
level = "station"
"#;
    let mut desk =
        Desk::new(&[("packs/town/pack.toml", PACK.as_bytes()), ("packs/hut/pack.toml", hut.as_bytes())]);
    desk.put("alone/hut/pack.toml", hut.as_bytes());
    let lines = [
        "pack check packs",
        "pack check packs/town",
        "pack check packs/hut",
        "pack check ./packs/hut/",
        "pack check packs/hut --json",
        "pack explain hut --packs packs/hut",
        "pack check alone/hut",
    ];
    lines.iter().for_each(|line| desk.run(line));
    insta::assert_snapshot!(desk.told());
}

#[test]
fn folders_that_hold_no_packs_are_told() {
    let mut desk = Desk::new(&[("notes/readme.txt", b"no pack"), (".hidden/p/pack.toml", PACK.as_bytes())]);
    std::fs::create_dir(desk.path().join("empty")).unwrap();
    let huge = vec![b'#'; (4 << 20) + 1];
    desk.put("huge/town/pack.toml", &huge);
    desk.put("round/town/pack.toml", PACK.as_bytes());
    std::os::unix::fs::symlink("..", desk.path().join("round/town/round")).unwrap();
    desk.put("elsewhere/pack.toml", PACK.as_bytes());
    std::fs::create_dir(desk.path().join("linked")).unwrap();
    std::os::unix::fs::symlink("../elsewhere", desk.path().join("linked/town")).unwrap();
    std::fs::create_dir(desk.path().join("folder")).unwrap();
    std::fs::create_dir(desk.path().join("folder/pack.toml")).unwrap();
    for line in [
        "pack check empty",
        "pack check notes",
        "pack check folder",
        "pack check huge",
        "pack check round",
        "pack check linked",
    ] {
        desk.run(line);
    }
    insta::assert_snapshot!(desk.told());
}

#[test]
fn shipped_packs_have_no_fault() {
    let checked = Desk::new(&[]).json("pack check --json");
    assert_eq!(checked["problems"], serde_json::json!([]));
    assert!(checked["procedures"].as_u64().unwrap() > 100, "{checked}");
}

#[test]
fn procedures_are_explained_in_plain_words() {
    let lines = [
        "pack explain passport-first",
        "pack explain passport-first --zh",
        "pack explain new-car-in-one-go",
        "pack explain seized-property --zh",
        "pack explain boat --packs town",
        "pack explain pasport-first",
        "pack explain passport",
        "pack explain nonsense --json",
    ];
    insta::assert_snapshot!(check(&[("town/town/pack.toml", PACK.as_bytes())], &lines));
}

/// Each of them, in both languages: nothing is left blank, and no name from the files shows where words should.
#[test]
fn every_shipped_procedure_can_be_explained() {
    let desk = Desk::new(&[]);
    let procedures =
        ["birth-registration", "school-bus-licence", "public-order-case", "licence-first", "visa-extension"];
    for procedure in procedures {
        for lang in ["", " --zh"] {
            let told = desk.json(&format!("pack explain {procedure}{lang} --json"));
            let sections = told["sections"].as_array().unwrap();
            assert!(sections.len() >= 4, "{procedure}{lang}: {told}");
            for section in sections {
                let lines = section["lines"].as_array().unwrap();
                let blank = lines.iter().any(|line| {
                    line.as_str().unwrap().trim_end().ends_with([':', '：', '→']) && lines.len() == 1
                });
                assert!(!lines.is_empty() && !blank, "{procedure}{lang}: {section}");
            }
        }
    }
}
