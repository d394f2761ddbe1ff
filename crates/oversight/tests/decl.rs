//! Declare files: each line means what the same constraint means that is written out in CEL, and each broken line is
//! refused with its place and the mend.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails loudly")]

#[path = "check/chance.rs"]
mod chance;

use chance::Chance;
use oversight::check::{Finding, Summary, Until, check};
use oversight::condition::Language;
use oversight::decl;
use oversight::log::Log;
use oversight::model::{Lapse, Model, Pattern, Template, Window};
use record::{Event, ObjectRef, Time, Value};
use std::fmt::Write as _;

/// What every line here stands below.
const HEAD: &str = "\
activity a
activity b
activity Send Fine
activity ER Triage
bind a: n, f, who, by, paid, org:group, never
bind b: n, f, who, by, paid, org:group, never
bind Send Fine: n, f, who
bind ER Triage: n, f, who
n: integer between 0 and 6
f: float between 0.0 and 4.5
who, by: x, y, Hello World
paid: true, false
org:group: A, B
never: integer between 1 and 2
";

/// Cases that have something of everything, told in any order: each case's steps come faster than those of the one
/// before.
fn log() -> Log {
    let mut events = Vec::new();
    let mut chance = Chance::new(4);
    let steps = [86_400, 40_000, 3_600, 900, 60, 20, 1];
    let texts = ["x", "y", "Hello World"];
    for number in 0..steps.len() * 16 {
        let (case, nth) = (number % steps.len(), number / steps.len());
        let activity = chance.pick(&["a", "b", "a", "b", "Send Fine", "ER Triage"]);
        let time = Time::new((nth * steps[case]) as i64, 0, Some(480)).unwrap();
        let mut event = Event::new(number.to_string(), activity, time)
            .about("case", ObjectRef::new("case", case.to_string()));
        let n = chance.below(7) as i64;
        let mut give = |name: &str, value: Value| {
            if !chance.one_in(6) {
                event.attributes.push((name.into(), value));
            }
            chance.below(12)
        };
        let n = give("n", Value::Integer(n));
        let who = give("who", Value::from(texts[n % 3]));
        let f = give("f", Value::Float((who % 10) as f64 / 2.0));
        let by = give("by", Value::from(texts[f % 3]));
        let paid = give("paid", Value::Boolean(by % 2 == 0));
        give("org:group", Value::from(["A", "B"][paid % 2]));
        events.push(event);
    }
    chance.shuffle(&mut events);
    let mut log = Log::new();
    events.iter().for_each(|event| log.push(event).unwrap());
    log
}

fn told(log: &Log, model: Model) -> (Vec<Finding>, Summary) {
    let mut findings = Vec::new();
    let traces = log.traces("case").unwrap();
    let summaries = check(log, &traces, &[model], Until::Closed, &mut |_, finding| findings.push(finding));
    (findings, summaries[0])
}

fn shown(problems: &[decl::Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}

/// A line's constraint as a model.
fn read(log: &Log, line: &str) -> Result<Model, String> {
    let declared = decl::read(&format!("{HEAD}{line}\n")).map_err(|problems| shown(&problems))?;
    let models = declared.models(&Language::new(log, &declared.attributes));
    match <[Model; 1]>::try_from(models.map_err(|problems| shown(&problems))?) {
        Ok([model]) => Ok(model),
        Err(models) => Err(format!("{} constraints", models.len())),
    }
}

struct Meaning {
    template: Template,
    /// Conditions on the first and the second event, and on activation and target together.
    says: [&'static str; 3],
    /// Seconds.
    window: [Option<u32>; 2],
}

fn says(template: Template, says: [&'static str; 3]) -> Meaning {
    Meaning { template, says, window: [None, None] }
}

fn within(template: Template, least: u32, most: u32) -> Meaning {
    Meaning { template, says: ["", "", ""], window: [Some(least), Some(most)] }
}

fn lines() -> Vec<(&'static str, Meaning)> {
    use Template::*;
    let plain = |template| says(template, ["", "", ""]);
    let of_n = "event.n > 2";
    vec![
        ("Existence[a] | |", plain(Existence(1))),
        ("Existence[a]", plain(Existence(1))),
        ("existence[Send Fine] |A.n > 2 |", says(Existence(1), [of_n, of_n, ""])),
        (
            "Existence3[a] |A.n > 2 |0,4,h",
            Meaning { window: [Some(0), Some(14_400)], ..says(Existence(3), [of_n, of_n, ""]) },
        ),
        ("Absence[a] |A.n = 6 | |", says(Absence(1), ["event.n == 6", "event.n == 6", ""])),
        ("Absence2[b] | |", plain(Absence(2))),
        ("Absence3[ER Triage] | |0,5,m", within(Absence(3), 0, 300)),
        ("Exactly4[Send Fine] | |", plain(Exactly(4))),
        ("Exactly[b] |A.who is Hello World and A.n >= 5 |", {
            let both = "event.who == 'Hello World' && event.n >= 5";
            says(Exactly(1), [both, both, ""])
        }),
        ("Init[a] |A.who is x |", says(Init, ["event.who == 'x'", "event.who == 'x'", ""])),
        ("End[b] | |", plain(End)),
        ("Choice[Send Fine, ER Triage] |A.n > 2 | |", says(Choice, [of_n, of_n, ""])),
        ("Exclusive Choice[a, ER Triage] | | |0,1,m", within(ExclusiveChoice, 0, 60)),
        ("Responded Existence[a, b] |A.who is x |T.who is y |", {
            says(RespondedExistence, ["event.who == 'x'", "event.who == 'y'", ""])
        }),
        ("Co-Existence[a, b] |A.n > 2 |T.n < 2 |", says(CoExistence, [of_n, "event.n < 2", ""])),
        ("CoExistence[a, b] | |same who |", says(CoExistence, ["", "", "activation.who == target.who"])),
        ("Response[a, b]", plain(Response)),
        ("Response[a, b] |A.n > 2", says(Response, [of_n, "", ""])),
        ("Response[a,b]|A.n>2|T.n<=2|", says(Response, [of_n, "event.n <= 2", ""])),
        ("Response[Send Fine, ER Triage] | | |0,90,s", within(Response, 0, 90)),
        ("Response[a, b] | | |1,3,m", within(Response, 60, 180)),
        ("Response[a, b] | | |1,2,h", within(Response, 3_600, 7_200)),
        ("Response[a, b] | | |1,1,d", within(Response, 86_400, 86_400)),
        ("Response[a, b] |A.paid is true |T.paid is false |", {
            says(Response, ["event.paid", "!event.paid", ""])
        }),
        ("Response[a, b] |A.paid is not true | |", says(Response, ["event.paid != true", "", ""])),
        ("Response[a, b] |A.who is not x |T.org:group is B |", {
            says(Response, ["event.who != 'x'", "event['org:group'] == 'B'", ""])
        }),
        ("Response[a, b] |A.who in (x, Hello World) | |", {
            says(Response, ["event.who in ['x', 'Hello World']", "", ""])
        }),
        ("Response[a, b] |A.who not in (x, y) | |", says(Response, ["!(event.who in ['x', 'y'])", "", ""])),
        ("Response[a, b] |A.n != 3 | |", says(Response, ["event.n != 3", "", ""])),
        ("Response[a, b] |A.n > 2.5 | |", says(Response, ["double(event.n) > 2.5", "", ""])),
        ("Response[a, b] |A.f <= 2 | |", says(Response, ["event.f <= 2.0", "", ""])),
        ("Response[a, b] |A.f >= 2.5 | |", says(Response, ["event.f >= 2.5", "", ""])),
        ("Response[a, b] |A.n is 3 | |", says(Response, ["event.n == 3", "", ""])),
        ("Response[a, b] |A.n = 1 or A.n = 2 and A.who is x | |", {
            says(Response, ["event.n == 1 || (event.n == 2 && event.who == 'x')", "", ""])
        }),
        ("Response[a, b] |((A.n = 1) OR (A.n = 2)) AND (A.who is x) | |", {
            says(Response, ["(event.n == 1 || event.n == 2) && event.who == 'x'", "", ""])
        }),
        ("Response[a, b] |not (A.n > 2 and A.who is x) | |", {
            says(Response, ["!(event.n > 2 && event.who == 'x')", "", ""])
        }),
        ("Response[a, b] |A.never > 1 | |", says(Response, ["event.never > 1", "", ""])),
        ("Response[a, b] | |T.n > A.n |", says(Response, ["", "", "target.n > activation.n"])),
        (
            "Response[a, b] | |T.who = A.by |0,2,h",
            Meaning {
                window: [Some(0), Some(7_200)],
                ..says(Response, ["", "", "target.who == activation.by"])
            },
        ),
        ("Response[a, b] |A.n > 2 |T.n > 2 and different who |", {
            says(Response, [of_n, of_n, "activation.who != target.who"])
        }),
        ("Response[a, b] | |same org:group or same who |", {
            let either = "activation['org:group'] == target['org:group'] || activation.who == target.who";
            says(Response, ["", "", either])
        }),
        ("Alternate Response[a, b] |A.n > 2 | |", says(AlternateResponse, [of_n, "", ""])),
        ("Chain Response[a, b] | |T.n < 4 |", says(ChainResponse, ["", "event.n < 4", ""])),
        ("Precedence[a, b] |A.n > 2 |T.who is x |", says(Precedence, ["event.who == 'x'", of_n, ""])),
        (
            "Precedence[a, b] | |T.n < A.n |0,1,h",
            Meaning {
                window: [Some(0), Some(3_600)],
                ..says(Precedence, ["", "", "target.n < activation.n"])
            },
        ),
        ("Alternate Precedence[a, b] |A.n > 2 | |", says(AlternatePrecedence, ["", of_n, ""])),
        ("Chain Precedence[a, b] |A.n > 2 |T.n > 1 |", says(ChainPrecedence, ["event.n > 1", of_n, ""])),
        ("Succession[a, b] |A.n > 2 |T.n < 4 |", says(Succession, [of_n, "event.n < 4", ""])),
        ("Succession[a, b] | |T.n > A.n |", says(Succession, ["", "", "target.n > activation.n"])),
        // What is said of the target alone says which events ask, whatever is said of both beside it.
        ("Succession[a, b] | |T.n < 4 and same who |", {
            says(Succession, ["", "event.n < 4", "activation.who == target.who"])
        }),
        ("Co-Existence[a, b] |A.n > 2 |(different who and (T.n < 4 and T.who is x)) |", {
            says(CoExistence, [of_n, "event.n < 4 && event.who == 'x'", "activation.who != target.who"])
        }),
        ("Succession[a, b] | |T.n < 4 or same who |", {
            says(Succession, ["", "", "target.n < 4 || activation.who == target.who"])
        }),
        ("Alternate Succession[a, b] | | |", plain(AlternateSuccession)),
        ("Chain Succession[a, b] | |different by |", {
            says(ChainSuccession, ["", "", "activation.by != target.by"])
        }),
        ("Not Responded Existence[a, b] |A.n >= 5 |T.n = 1 |", {
            says(NotRespondedExistence, ["event.n >= 5", "event.n == 1", ""])
        }),
        (
            "Not Co-Existence[a, b] | |same who |0,1,m",
            Meaning {
                window: [Some(0), Some(60)],
                ..says(NotCoExistence, ["", "", "activation.who == target.who"])
            },
        ),
        (
            "Not Response[Send Fine, a] |A.n > 2 | |0,20,m",
            Meaning { window: [Some(0), Some(1_200)], ..says(NotResponse, [of_n, "", ""]) },
        ),
        ("Not Precedence[a, b] |A.n > 2 |T.n > 4 |", says(NotPrecedence, ["event.n > 4", of_n, ""])),
        ("Not Chain Response[a, b] | | |", plain(NotChainResponse)),
        ("Not Chain Precedence[a, b] |A.n > 2 | |", says(NotChainPrecedence, ["", of_n, ""])),
        ("Not Succession[a, b] | |T.n = A.n |", says(NotSuccession, ["", "", "target.n == activation.n"])),
        ("Not Chain Succession[a, b] | | |0,1,s", within(NotChainSuccession, 0, 1)),
    ]
}

fn meant(language: &Language<'_>, line: &str, meaning: &Meaning, activities: [&str; 2]) -> Model {
    let [first, second, both] = meaning.says;
    let condition = |source: &str| {
        (!source.is_empty()).then(|| match language.condition(source) {
            Ok(condition) => condition,
            Err(problems) => panic!("{line}: {problems:?}"),
        })
    };
    let pattern =
        |activity: &str, source| Pattern { activities: vec![activity.into()], condition: condition(source) };
    let [least, most] = meaning.window.map(|seconds| seconds.map(|seconds| Lapse::seconds(seconds).into()));
    Model {
        name: String::new(),
        template: meaning.template,
        first: pattern(activities[0], first),
        second: pattern(activities[1], second),
        correlation: (!both.is_empty()).then(|| language.correlation(both).unwrap()),
        window: Window { least, most },
    }
}

#[test]
fn lines_mean_what_they_say() {
    let log = log();
    let language = Language::new(&log, &["never".into()]);
    let mut summaries = String::new();
    let mut differences = String::new();
    for (line, meaning) in lines() {
        let within = line.split(['[', ']']).nth(1).unwrap();
        let activities = within.split_once(',').unwrap_or((within, within));
        let meant = meant(&language, line, &meaning, [activities.0.trim(), activities.1.trim()]);
        let expected = told(&log, meant);
        match read(&log, line) {
            Err(problem) => {
                let _ = writeln!(differences, "{line}: refused: {problem}");
            }
            Ok(model) if model.template != meaning.template => {
                let _ = writeln!(differences, "{line}: read as {}", model.template);
            }
            Ok(model) => {
                let found = told(&log, model);
                if found != expected {
                    let _ = writeln!(differences, "{line}: {:?} instead of {:?}", found.1, expected.1);
                }
            }
        }
        let (cases, asked) = (expected.1.cases, expected.1.activations);
        let _ = writeln!(
            summaries,
            "{line}\n  cases: {} kept, {} broken, {} vacuous; activations: {} kept, {} broken",
            cases.satisfied, cases.violated, cases.vacuous, asked.fulfilled, asked.violated
        );
    }
    insta::assert_snapshot!("lines_on_a_log", summaries);
    assert!(differences.is_empty(), "{differences}");
}

#[test]
fn a_file_says_what_it_declares() {
    let text = "\
# Fines

activity a
bind a: n,  who
activity b
bind c: by
n: integer between 1 and 5
who, by: x, Hello World
# Response[a, c] | | |
Response[a, b] |A.n > 2 | |0,90,d
  Precedence[a, c] | | |
";
    let declared = decl::read(&text.replace('\n', "\r\n")).unwrap();
    let names = |all: &[record::Activity]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&declared.activities), ["a", "b", "c"]);
    let attributes: Vec<&str> = declared.attributes.iter().map(|name| name.as_str()).collect();
    assert_eq!(attributes, ["n", "who", "by"]);
    let told = |constraint: &decl::Constraint| {
        let activities = names(&constraint.activities).join(" ");
        (constraint.line, constraint.text.clone(), constraint.template, activities)
    };
    let told: Vec<_> = declared.constraints.iter().map(told).collect();
    let expected = [
        (10, "Response[a, b] |A.n > 2 | |0,90,d", Template::Response, "a b"),
        (11, "Precedence[a, c] | | |", Template::Precedence, "a c"),
    ];
    let expected =
        expected.map(|(line, text, template, names)| (line, text.to_owned(), template, names.to_owned()));
    assert_eq!(told, expected);
}

#[test]
fn broken_lines_are_refused_with_their_place_and_the_mend() {
    let log = log();
    let (mut refused, mut taken) = (String::new(), String::new());
    for line in [
        "Respons[a, b] | | |",
        "Init2[a] | |",
        "Existence0[a] | |",
        "Absence99999999999[a] | |",
        "Response[a] | | |",
        "Response[a, b, a] | | |",
        "Existence[a, b] | |",
        "Response[, b] | | |",
        "Response[] | | |",
        "Response[a, b | | |",
        "Response a, b] | | |",
        "Response[a，b] | | |",
        "Response[a, c] | | |",
        "Response[a, send fine] | | |",
        "Response[a, b] | | | |A.n > 2",
        "Response[a, b] x | | |",
        "Existence[a] | | T.n > 2 |",
        "Response[a, b] |A.n > | |",
        "Response[a, b] |A.n >> 2 | |",
        "Response[a, b] |A.n | |",
        "Response[a, b] |A.n = 1 2 | |",
        "Response[a, b] |n > 2 | |",
        "Response[a, b] |B.n > 2 | |",
        "Response[a, b] |A. > 2 | |",
        "Response[a, b] |A.nn > 2 | |",
        "Response[a, b] |T.n > 2 | |",
        "Response[a, b] |A.n > 2 and | |",
        "Response[a, b] |and A.n > 2 | |",
        "Response[a, b] |(A.n > 2 | |",
        "Response[a, b] |A.n > 2) | |",
        "Response[a, b] |A.n > 2 & A.n < 4 | |",
        "Response[a, b] |A.who is | |",
        "Response[a, b] |A.who in x | |",
        "Response[a, b] |A.who in (x | |",
        "Response[a, b] |A.who in () | |",
        "Response[a, b] |A.who > 3 | |",
        "Response[a, b] |A.n is x | |",
        "Response[a, b] |A.paid > 1 | |",
        "Response[a, b] |A.n > 1e999 | |",
        "Response[a, b] |same who | |",
        "Response[a, b] | |same |",
        "Response[a, b] | |same nobody |",
        "Response[a, b] | |T.who > A.n |",
        "Response[a, b] | | |5",
        "Response[a, b] | | |5,s",
        "Response[a, b] | | |5,1,d",
        "Response[a, b] | | |x,y,d",
        "Response[a, b] | | |-1,2,d",
        "Response[a, b] | | |0,1,y",
        "Response[a, b] | | |0,1e30,d",
        "Response[a, b] | | |0,1,d,s",
        "activity",
        "bind a",
        "bind : n",
        "bind a:",
        "n: integer between 5",
        "n: integer between 5 and 1",
        "n: integer between x and y",
        "n:",
        ": x, y",
        "hello world",
        "Response[a, b] |A.n > 2 | |5\nExistance[a]\n",
    ] {
        let declared = decl::read(&format!("{HEAD}{line}\n"));
        let models = declared.and_then(|read| read.models(&Language::new(&log, &read.attributes)));
        let _ = match models {
            Ok(_) => writeln!(taken, "{line}"),
            Err(problems) => {
                let zh = problems.iter().map(|one| format!("  {}；{}\n", one.what.zh, one.mend.zh));
                writeln!(refused, "{line}\n  {}\n{}", shown(&problems), zh.collect::<String>().trim_end())
            }
        };
    }
    insta::assert_snapshot!("broken_lines", refused);
    assert!(taken.is_empty(), "taken as they are:\n{taken}");
}

/// A check that checks nothing would look as if all were well.
#[test]
fn a_file_that_states_nothing_is_refused() {
    for text in ["", "# Fines\n", HEAD] {
        let problems = decl::models(text, &log()).unwrap_err();
        assert!(shown(&problems).starts_with("1:1: the file states no constraint"), "{problems:?}");
    }
}

/// Numbers and texts of a log that declares neither are compared as what they are.
#[test]
fn a_log_of_mixed_values_is_read() {
    let mut log = Log::new();
    for (number, value) in [Value::from("3"), Value::Integer(3), Value::Boolean(true)].into_iter().enumerate()
    {
        let time = Time::new(number as i64, 0, None).unwrap();
        let event = Event::new(number.to_string(), "a", time).with("n", value);
        log.push(&event.about("case", ObjectRef::new("case", number.to_string()))).unwrap();
    }
    for (line, kept) in [("Existence[a] |A.n > 2 |", 1), ("Existence[a] |A.n < 9 |", 1)] {
        let model = read(&log, line).unwrap();
        assert_eq!(told(&log, model).1.cases.satisfied, kept, "{line}");
    }
}
