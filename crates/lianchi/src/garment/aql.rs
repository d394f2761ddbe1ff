use crate::say::{Failure, Say, Wrong};
use garment::quality::oc::{Quality, acceptance, quality_at};
use garment::quality::plan::{Aql, Level, Plan, Severity, plan};
use garment::quality::read;
use garment::quality::switching::{Switching, Verdict};
use serde_json::{Value as Json, json};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// How many pieces the lot has.
    #[arg(long, value_name = "N", required_unless_present = "lots", conflicts_with = "lots")]
    lot: Option<u64>,
    /// Lots that were inspected one after the other, as a table `lot,bad` or `lot,bad,steady`: each is judged, and made stricter
    /// or lighter by those before it.
    #[arg(long, value_name = "FILE")]
    lots: Option<PathBuf>,
    /// The inspection level: I, II, III, S-1, S-2, S-3 or S-4.
    #[arg(long, default_value = "II", value_parser = level)]
    level: Level,
    /// The acceptable quality level: percent defective, beyond 10 defects per hundred pieces.
    #[arg(long)]
    aql: String,
    /// The severity: normal, tightened or reduced.
    #[arg(long, default_value = "normal", value_parser = severity, conflicts_with = "lots")]
    severity: Severity,
    /// How likely such a lot is accepted, by how bad it is.
    #[arg(long, conflicts_with = "lots")]
    oc: bool,
    /// Never inspect less than normally, however good the lots are.
    #[arg(long, requires = "lots")]
    never_reduced: bool,
}

fn level(text: &str) -> Result<Level, String> {
    let plain = |text: &str| text.replace('-', "").to_uppercase();
    let found = Level::ALL.into_iter().find(|(_, name)| plain(name) == plain(text));
    found.map(|(level, _)| level).ok_or_else(|| "write I, II, III, S-1, S-2, S-3 or S-4".into())
}

fn severity(text: &str) -> Result<Severity, String> {
    let found = Severity::ALL.into_iter().find(|(_, name)| *name == text.to_lowercase());
    found.map(|(severity, _)| severity).ok_or_else(|| "write normal, tightened or reduced".into())
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let aql = Aql::read(&options.aql)?;
    match (&options.lots, options.lot) {
        (Some(file), _) => judge(options, file, aql, say),
        (None, Some(lot)) if lot >= 2 => one(options, lot, aql, say),
        (None, lot) => {
            let lot = lot.unwrap_or_default();
            Err(Wrong(format!("a lot of `{lot}` is none; a lot has 2 pieces at least")).into())
        }
    }
}

fn one(options: &Options, lot: u64, aql: Aql, say: Say) -> Result<(), Failure> {
    let plan = plan(lot, options.level, aql, options.severity);
    let all = u64::from(plan.sample) >= lot;
    let drawn = if all { lot } else { plan.sample.into() };
    let mut words = format!("letter {}", plan.asked);
    if plan.letter != plan.asked {
        words.push_str(&format!(", by the arrow {}", plan.letter));
    }
    words.push_str(&match all {
        true => format!(": inspect all {lot} pieces"),
        false => format!(": inspect {} of {lot} pieces", plan.sample),
    });
    let bad = if aql.counts_defects() { "defects" } else { "bad pieces" };
    words.push_str(&format!("\naccept with up to {} {bad}, reject from {}", plan.accept, plan.reject));
    if plan.reject > plan.accept + 1 {
        words.push_str("; between the two accept, and inspect the next lot normally");
    }
    let mut json = json!({
        "lot": lot, "aql": aql.percent(), "severity": options.severity.word(), "letter": plan.asked,
        "plan_letter": plan.letter, "sample": drawn, "accept": plan.accept, "reject": plan.reject,
    });
    if options.oc {
        let (table, rows) = curve(&plan, lot, aql);
        words.push_str(&table);
        if let Some(members) = json.as_object_mut() {
            members.insert("oc".into(), rows);
        }
    }
    say.answer(&words, &json)
}

/// The operating characteristic: at round probabilities how bad lots of a process are, and one lot of this size at round shares.
fn curve(plan: &Plan, lot: u64, aql: Aql) -> (String, Json) {
    let defects = aql.counts_defects();
    let of = |x: f64| if defects { Quality::Rate(x) } else { Quality::Fraction(x) };
    // Of a lot that is smaller than the plan's sample all is inspected; it is sent back only from the rejection number on.
    let (sample, passes) =
        (u32::try_from(lot).map_or(plan.sample, |lot| plan.sample.min(lot)), plan.reject - 1);
    let (unit, from) = if defects { ("defects per hundred", "Poisson") } else { ("% defective", "binomial") };
    let mut words = format!("\n\nlots of a process ({from}):\n  accepted  {unit}");
    let mut process = Vec::new();
    for wanted in [0.99, 0.95, 0.90, 0.75, 0.50, 0.25, 0.10, 0.05, 0.01] {
        let quality = quality_at(sample, passes, wanted, defects);
        words.push_str(&format!("\n  {:>6.1} %  {:.4}", wanted * 100.0, quality * 100.0));
        process.push(json!({"accepted": wanted, "percent": quality * 100.0}));
    }
    let at_aql = acceptance(sample, passes, of(aql.percent() / 100.0));
    words.push_str(&format!("\n  {:>7.2} %  {aql}, the AQL", at_aql * 100.0));
    let mut json = json!({"distribution": from, "process": process, "at_aql": at_aql});
    if !defects && u64::from(sample) < lot {
        words.push_str(&format!("\n\none lot of {lot} (hypergeometric):\n  accepted  bad pieces in it"));
        let mut single = Vec::new();
        let mut last = None;
        for percent in [0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0] {
            let bad = (lot as f64 * percent / 100.0).round() as u64;
            if last.replace(bad) == Some(bad) {
                continue;
            }
            let accepted = acceptance(sample, passes, Quality::Lot { size: lot, bad });
            words.push_str(&format!("\n  {:>6.2} %  {bad}", accepted * 100.0));
            single.push(json!({"bad": bad, "accepted": accepted}));
        }
        if let Some(members) = json.as_object_mut() {
            members.insert("lot".into(), single.into());
        }
    }
    (words, json)
}

/// Judges lots one after the other.
fn judge(options: &Options, file: &std::path::Path, aql: Aql, say: Say) -> Result<(), Failure> {
    let lots = read::lots(&super::read(file)?)
        .map_err(|wrong| super::faults(file, wrong.into_iter().map(|one| (one.line, one.what))))?;
    let mut state = Switching::new(!options.never_reduced);
    let mut rejected = 0;
    for (number, (size, found)) in (1..).zip(&lots) {
        let severity = state.severity();
        let plan = plan(*size, options.level, aql, severity);
        let drawn = u64::from(plan.sample).min(*size);
        if !aql.counts_defects() && u64::from(found.bad) > drawn {
            let what = format!("`{}` bad pieces in a sample of {drawn}; a piece is bad once", found.bad);
            return Err(super::faults(file, [(number + 1, what)]));
        }
        let word = match state.judge(&plan, aql, *found) {
            Verdict::Accepted => "accepted",
            Verdict::AcceptedWithDoubt => "accepted with doubt",
            Verdict::Rejected => "rejected",
        };
        rejected += usize::from(word == "rejected");
        let next = if state.stopped() { "stopped" } else { state.severity().word() };
        let turned = match state.stopped() || state.severity() != severity {
            true => format!("; from now on {next}"),
            false => String::new(),
        };
        say.record(
            &format!(
                "lot {number} of {size}: {}, {drawn} inspected, {} bad of at most {}: {word}{turned}",
                severity.word(), found.bad, plan.accept
            ),
            &json!({
                "number": number, "lot": size, "severity": severity.word(), "letter": plan.letter, "sample": drawn,
                "accept": plan.accept, "reject": plan.reject, "bad": found.bad, "verdict": word, "next": next,
            }),
        )?;
        if state.stopped() {
            say.line("five lots were rejected on tightened inspection: stop, mend the cause, and begin again tightened")?;
            state.resume();
        }
    }
    if rejected > 0 { Err(Failure::Finding) } else { Ok(()) }
}
