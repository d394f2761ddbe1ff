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
