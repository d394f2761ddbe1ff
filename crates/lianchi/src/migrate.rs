//! Moving running cases to the current edition, on purpose.

use crate::clock::now;
use crate::say::{Failure, Say, Wrong};
use crate::staff::runs_there;
use crate::{Data, packs};
use casework::difference::{Difference, Differences, How};
use casework::migration::Plan;
use casework::{Ask, Casework, OpenError, Refused};
use pack::{Id, Title};
use record::ObjectRef;
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// A procedure's id, for all its running cases, or a case's number.
    what: String,
    #[command(flatten)]
    data: Data,
    /// The folder of packs that is the edition to move to; the shipped packs if none is named.
    #[arg(long, value_name = "DIR")]
    packs: Option<PathBuf>,
    /// Say what would change, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Why, for the record.
    #[arg(long, default_value = "by the operator")]
    reasons: String,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let files = packs::files(options.packs.as_deref(), say)?;
    // A trial only reads, and so works while the city runs.
    let opened = if options.dry_run {
        Casework::try_edition(options.data.read()?, &files)
    } else {
        let record = options.data.open().map_err(|error| runs_there(error, "/editions"))?;
        Casework::open(record, &files, now())
    };
    let casework = match opened {
        Ok(casework) => casework,
        Err(OpenError::Packs(problems)) => {
            packs::tell(&problems, say)?;
            return Err(Failure::Finding);
        }
        Err(error) => return Err(error.into()),
    };
    let (differences, cases) = chosen(&casework, &options.what)?;
    let (mut moved, mut left, mut rows) = (0, 0, Vec::new());
    let mut words = String::new();
    tell_differences(&mut words, &differences);
    let all = cases.len() as u64;
    let mut progress = say.progress(if options.dry_run { "looking at cases" } else { "moving cases" });
    for (place, case) in (1..).zip(&cases) {
        let plan = casework.plan(case, &casework.view(case).map_err(|refused| broken(&refused))?, now())?;
        let came = came_of(&casework, case, &plan, options)?;
        match &came {
            Ok(()) => moved += 1,
            Err(_) => left += 1,
        }
        tell_case(&mut words, case, &plan, came.as_ref().err());
        rows.push(json!({
            "case": case.id, "fits": came.is_ok(),
            "why": came.err().map(|whys| whys.iter().map(|(about, why)| format!("{about}: {}", why.en)).collect::<Vec<_>>()),
            "opens": english(&plan.opens), "passes": english(&plan.passes),
            "clocks": plan.dues.iter().map(|due| json!({
                "clock": due.clock.en.as_str(), "before": due.before, "after": due.after,
            })).collect::<Vec<_>>(),
        }));
        progress.at(place, Some(all));
    }
    if cases.is_empty() {
        words.push_str("no running case of this procedure is under another edition\n");
    }
    let verb = if options.dry_run { "would be moved" } else { "moved" };
    let _ = write!(words, "{moved} {verb}, {left} stay");
    say.answer(
        &words,
        &json!({
            "edition": casework.book().digest.to_string(), "dry_run": options.dry_run, "moved": moved, "left": left,
            "differences": differences.iter().map(|(edition, all)| json!({ "edition": edition, "parts": parts(all) }))
                .collect::<Vec<_>>(),
            "cases": rows,
        }),
    )?;
    if left == 0 { Ok(()) } else { Err(Failure::Finding) }
}

type Found = (Vec<(String, Differences)>, Vec<ObjectRef>);

/// The cases that are meant, with what differs for them.
fn chosen(casework: &Casework, what: &str) -> Result<Found, Failure> {
    let id = Id::from(what);
    let known = |id: &Id| casework.book().procedure(id).is_some();
    let outdated = casework.outdated()?;
    let mut differences = Vec::new();
    let mut cases = Vec::new();
    for group in outdated.iter().filter(|group| group.procedure == id) {
        let edition = group.edition.map(|edition| edition.to_string()).unwrap_or_default();
        if known(&id) {
            differences.push((edition, casework.differences(&id, group.edition)?));
        }
        cases.extend(group.cases.iter().map(|(case, _)| case.clone()));
    }
    if !cases.is_empty() || known(&id) {
        return Ok((differences, cases));
    }
    let number = casework::number::read_case_number(what).unwrap_or_else(|| what.to_owned());
    let Some(case) = casework.named(&number)? else {
        let all = casework.book().definitions.procedures.keys().map(Id::as_str);
        let mend = pack::problem::nearest(what, all).map(|meant| format!("; did you mean `{meant}`?"));
        let error = format!("`{what}` is no procedure and no case{}", mend.unwrap_or_default());
        return Err(Wrong(error).into());
    };
    let state = casework.view(&case).map_err(|refused| broken(&refused))?.state;
    let edition = state.edition.map(|edition| edition.to_string()).unwrap_or_default();
    let mut differences = Vec::new();
    if known(&state.procedure) {
        differences.push((edition, casework.differences(&state.procedure, state.edition)?));
    }
    Ok((differences, vec![case]))
}

fn broken(refused: &Refused) -> Failure {
    Wrong(format!("the case cannot be read: {refused:?}")).into()
}

type Whys = Vec<(Id, Title)>;

/// Moves the case, or would; else why not.
fn came_of(
    casework: &Casework,
    case: &ObjectRef,
    plan: &Plan,
    options: &Options,
) -> Result<Result<(), Whys>, Failure> {
    if options.dry_run || !plan.obstacles.is_empty() {
        return Ok(if plan.obstacles.is_empty() { Ok(()) } else { Err(plan.obstacles.clone()) });
    }
    let ask = Ask { now: now(), actor: None, purpose: None, seen: None };
    match casework.migrate(case, &options.reasons, &ask) {
        Ok(_) => Ok(Ok(())),
        Err(Refused::Case(refusal)) => Ok(Err(vec![("case".into(), refusal.why)])),
        Err(Refused::Store(error)) => Err(error.into()),
        Err(Refused::Record(error)) => Err((*error).into()),
        Err(other) => Err(broken(&other)),
    }
}

fn english(all: &[Title]) -> Vec<&str> {
    all.iter().map(|title| title.en.as_str()).collect()
}

fn of_parts(all: &Differences) -> [(&'static str, &Vec<Difference>); 4] {
    [("step", &all.steps), ("clock", &all.clocks), ("question", &all.fields), ("paper", &all.materials)]
}

fn in_words(difference: &Difference) -> (&'static str, String) {
    match &difference.how {
        How::Added => ("+", String::new()),
        How::Gone => ("-", String::new()),
        How::Changed(what) => {
            let change =
                |(what, was, is): &(Title, Title, Title)| format!("{}: {} → {}", what.en, was.en, is.en);
            ("~", format!(": {}", what.iter().map(change).collect::<Vec<_>>().join("; ")))
        }
    }
}

fn tell_differences(words: &mut String, all: &[(String, Differences)]) {
    for (edition, differences) in all {
        let _ = writeln!(words, "from edition {}:", edition.get(..12).unwrap_or(edition));
        if differences.is_empty() {
            let _ = writeln!(words, "  nothing differs");
        }
        for (part, list) in of_parts(differences) {
            for difference in list {
                let (sign, more) = in_words(difference);
                let _ = writeln!(words, "  {sign} {part} {}{more}", difference.title.en);
            }
        }
    }
}

fn parts(all: &Differences) -> Vec<Json> {
    let parts = of_parts(all).into_iter().flat_map(|(part, list)| list.iter().map(move |one| (part, one)));
    let told = parts.map(|(part, one)| {
        let (sign, more) = in_words(one);
        json!({ "part": part, "how": sign, "title": one.title.en.as_str(), "more": more.trim_start_matches(": ") })
    });
    told.collect()
}

fn tell_case(words: &mut String, case: &ObjectRef, plan: &Plan, left: Option<&Whys>) {
    let mark = if left.is_some() { "stays" } else { "fits" };
    let _ = writeln!(words, "{mark:<6} {}", case.id);
    for (about, why) in left.into_iter().flatten() {
        let _ = writeln!(words, "       {about}: {}", why.en);
    }
    for step in &plan.opens {
        let _ = writeln!(words, "       opens {}", step.en);
    }
    for step in &plan.passes {
        let _ = writeln!(words, "       passes by {}", step.en);
    }
    for due in &plan.dues {
        let at = |time: Option<record::Time>| time.map_or("does not run".to_owned(), |time| time.to_string());
        let _ = writeln!(words, "       {}: {} → {}", due.clock.en, at(due.before), at(due.after));
    }
}
