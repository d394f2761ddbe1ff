//! No damaged pack, condition or law makes the reader panic, hang or fill the memory: it is read whole, or each fault
//! has its file, line, column and mend.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../../record/tests/mutate/mod.rs"]
mod mutate;
#[allow(dead_code, reason = "the conditions' own tests use more of it")]
#[path = "cel_conditions/world.rs"]
mod world;

use mutate::{Dice, Sample, campaign};
use pack::cel::{Bindings, NoFunctions, Type, check, explain, parse};
use pack::{File, Lang, load};
use std::path::Path;

/// Tries mutants of all samples of a family.
fn run(family: &str, samples: &[Sample], mut read: impl FnMut(&[u8]) -> Result<bool, String>) {
    match campaign(samples, &mut read) {
        Ok(tried) => println!("{family}: {tried:?}"),
        Err(broken) => panic!("{family}: {broken}"),
    }
}

const WORDS: &[&str] = &[
    "[",
    "]",
    "[[x]]\n",
    "{ zh = \"一\", en = \"one\" }",
    "\"\"\"",
    "'''",
    "\\u0000",
    "\\",
    "= ",
    "2026-02-30",
    "1_000",
    "0xFFFFFFFFFFFFFFFFF",
    "inf",
    "when = \"form.x > 1\"\n",
    "after = [\"decide\", \"decide\"]\n",
    "kind = \"act\"\n",
    "own = \"99999999999 years\"\n",
    "own = \"0 days\"\n",
    "skip-if = \"true\"\n",
    "from = \"accept\"\n",
    "id = 7\n",
    "#",
    "\"form.a.all(x, x)\"",
    "extends = \"card\"\n",
    "within = [\"town\"]\n",
    "parent = \"town\"\n",
    "flow = \"counter\"\n",
    "amount = -1\n",
    "law = { instrument = \"x\", article = \"第一条\", quote = \"y\" }\n",
    "retention = \"1 minute\"\n",
];

/// A small pack, from a seed: an office, a role, a flow of some steps, a form of some questions.
fn pack(seed: u64) -> Sample {
    let mut dice = Dice::new(seed);
    let mut text = String::from(
        "[pack]\nid = \"small\"\ntitle = { zh = \"小\", en = \"Small\" }\nversion = \"1\"\neffective = 2026-01-01\n\
         retention = \"10 years\"\n[category.x]\ntitle = { zh = \"类\", en = \"Category\" }\n[object.application]\n\
         title = { zh = \"申请\", en = \"Application\" }\n[role.clerk]\ntitle = { zh = \"员\", en = \"Clerk\" }\n\
         [material.card]\ntitle = { zh = \"证\", en = \"Card\" }\n[flow.counter]\n\
         title = { zh = \"流程\", en = \"Flow\" }\n",
    );
    for step in ["accept", "examine", "decide", "deliver"].iter().take(3 + dice.below(2)) {
        text.push_str(&format!("[flow.counter.step.{step}]\nkind = \"{step}\"\nrole = \"clerk\"\n"));
    }
    text.push_str("[flow.counter.clock.whole]\ntitle = { zh = \"钟\", en = \"Clock\" }\nfrom = \"accept\"\nto = \"decide\"\n");
    text.push_str(&format!("own = \"{} days\"\n", 1 + dice.below(30)));
    for number in 0..1 + dice.below(2) {
        text.push_str(&format!(
            "[procedure.p{number}]\ntitle = {{ zh = \"事{number}\", en = \"Thing {number}\" }}\nflow = \"counter\"\n\
             category = \"x\"\nlevel = \"station\"\nmaterial = [{{ use = \"card\", when = \"form.kind == 'a'\" }}]\n\
             [procedure.p{number}.form]\nfield = [\n  {{ id = \"kind\", title = {{ zh = \"类\", en = \"Kind\" }}, \
             kind = \"choice\", of = [{{ id = \"a\", zh = \"甲\", en = \"A\" }}, \
             {{ id = \"b\", zh = \"乙\", en = \"B\" }}] }},\n  \
             {{ id = \"born\", title = {{ zh = \"生\", en = \"Born\" }}, kind = \"date\", when = \"form.kind == 'b'\" }},\n]\n"
        ));
    }
    Sample { name: format!("pack {seed}"), bytes: text.into_bytes(), words: WORDS, nest: ("[", "]") }
}

/// Reads one file among others, and explains what it defines in both languages.
fn survive(bytes: &[u8], path: &str, others: &[File]) -> Result<bool, String> {
    // A folder's files that are not text are told before they come here.
    let Ok(text) = String::from_utf8(bytes.to_vec()) else { return Ok(false) };
    let lines = text.split('\n').count();
    let mut files = others.to_vec();
    files.push(File { path: path.to_owned(), text });
    match load(&files) {
        Ok(definitions) => {
            for procedure in definitions.procedures.values() {
                for lang in Lang::ALL {
                    pack::explain::procedure(procedure, &definitions, lang);
                }
            }
            Ok(true)
        }
        Err(problems) if problems.is_empty() => Err("it is refused without a problem".to_owned()),
        Err(problems) => {
            let placed = |own: &&pack::Problem| {
                let here = *own.file != *path || own.line <= lines;
                own.line > 0 && own.column > 0 && here && !own.what.is_empty() && !own.mend.is_empty()
            };
            match problems.iter().find(|own| !placed(own)) {
                Some(own) => Err(format!("a problem without a place or a mend: {own:?}")),
                None => Ok(false),
            }
        }
    }
}

/// How time is counted, beside what is damaged.
fn law() -> File {
    File { path: "law/pack.toml".into(), text: include_str!("rule.toml").into() }
}

#[test]
fn packs() {
    let samples: Vec<Sample> = (1..=3).map(pack).collect();
    for sample in &samples {
        let text = String::from_utf8(sample.bytes.clone()).unwrap();
        let problems =
            load(&[File { path: "small/pack.toml".into(), text }, law()]).err().unwrap_or_default();
        assert!(problems.is_empty(), "{}", problems.iter().map(|own| format!("{own}\n")).collect::<String>());
    }
    run("pack", &samples, |bytes| survive(bytes, "small/pack.toml", &[law()]));
}

/// One file of the shipped packs is damaged, beside all others.
#[test]
fn shipped_packs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let files = pack::folder::read(&root).unwrap();
    let rounds = std::env::var("LIANCHI_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(12);
    let mut dice = Dice::new(9);
    for number in 0..rounds {
        let at = dice.below(files.len());
        let mut others = files.clone();
        let File { path, text } = others.remove(at);
        let sample = Sample { name: path.clone(), bytes: text.into_bytes(), words: WORDS, nest: ("[", "]") };
        let mutant = mutate::mutant(&sample, &mut dice);
        let (done, memory) = mutate::weighed(|| survive(&mutant, &path, &others));
        assert!(memory < 256 << 20, "{path} {number}: {memory} bytes were held");
        if let Err(broken) = done {
            panic!("{path} {number}: {broken}");
        }
    }
}

const PARTS: &[&str] = &[
    "(",
    ")",
    "!",
    "&& ",
    "|| ",
    "== ",
    "?",
    ":",
    "[",
    "]",
    "{",
    "}",
    "null",
    "form.",
    "has(",
    ".all(x, x)",
    "1u",
    "0x",
    "9223372036854775808",
    "1e999",
    "date(\"2026-02-30\")",
    "duration(\"99999999h\")",
    "'''",
    "\\",
    "`",
    "，",
    "dyn(",
    "//",
    "timestamp(\"9999-12-31T23:59:59Z\")",
    " in ",
    "%",
    "/ 0",
    "-9223372036854775808",
    ".matches(\"(a+)+$\")",
    "size(",
];

#[test]
fn conditions() {
    let texts = [
        "form.kind == \"birth\" && (form.amount > 100 || has(form.born))",
        "form.tags.all(tag, tag.size() > 1) ? form.rate < 1.5 : !(form.copies in [1u, 2u])",
        "has(form.born) && form.born + duration(\"24h\") < date(\"2026-01-31\")",
        "form.phone.matches(\"^[0-9]{7,}$\") && form.kinds.exists(one, one == \"move-in\")",
    ];
    let sample = |text: &&str| Sample {
        name: (*text).to_owned(),
        bytes: text.as_bytes().to_vec(),
        words: PARTS,
        nest: ("(", ")"),
    };
    let samples: Vec<Sample> = texts.iter().map(sample).collect();
    let env = world::env();
    run("condition", &samples, |bytes| {
        let source = String::from_utf8_lossy(bytes);
        let Ok(expr) = parse(&source) else { return Ok(false) };
        let checked = match check(&expr, &env, &Type::Bool) {
            Ok(checked) => checked,
            Err(problems) => {
                let placed = problems.iter().all(|problem| source.get(problem.span.range()).is_some());
                return if placed { Ok(false) } else { Err(format!("no place: {problems:?}")) };
            }
        };
        explain(&checked);
        checked.eval_within(&Bindings::new(&env), &NoFunctions, 10_000);
        Ok(true)
    });
}

/// A pack file that is no text is named, whatever stands beside it.
#[test]
fn what_is_no_text_is_named() {
    let folder = std::env::temp_dir().join(format!("lianchi-mutations-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("odd.toml"), b"[pack]\nid = \"\xD6\xD0\"\n").unwrap();
    let told = pack::folder::read(&folder).unwrap_err().to_string();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(told.contains("/odd.toml:2:7: "), "{told}");
}
