use crate::say::{Failure, Say, Wrong};
use garment::quality::chart::{Chart, charts};
use garment::quality::draw;
use garment::quality::pareto::pareto;
use garment::quality::read::{self, Table};
use garment::quality::rules::Rules;
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// A table. Its heading says what it is: `sample,inspected,defective` (p chart), `sample,inspected,defects` (u chart),
    /// `sample,x1,x2,…` (X̄-R charts) or `fault,count` (Pareto diagram).
    file: PathBuf,
    /// Draws it into this file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Which rules say that something has changed: western-electric, nelson, or limits for points beyond the limits alone.
    #[arg(long, default_value = "western-electric", value_parser = rules)]
    rules: Rules,
}

fn rules(text: &str) -> Result<Rules, String> {
    match text {
        "western-electric" => Ok(Rules::WesternElectric),
        "nelson" => Ok(Rules::Nelson),
        "limits" => Ok(Rules::Limits),
        _ => Err("write western-electric, nelson or limits".into()),
    }
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    super::outputs([Some(&options.file)], [&options.svg])?;
    let table = read::read(&super::read(&options.file)?);
    let table = table
        .map_err(|wrong| super::faults(&options.file, wrong.into_iter().map(|one| (one.line, one.what))))?;
    let (labels, data) = match table {
        Table::Faults(faults) => return few(options, faults, say),
        Table::Samples(labels, data) => (labels, data),
    };
    let charts = charts(&data, options.rules)
        .map_err(|error| Wrong(format!("{}: {error}", options.file.display())))?;
    if let Some(file) = &options.svg {
        super::write(file, draw::charts(&charts, &labels).as_bytes())?;
    }
    let words: Vec<String> = charts.iter().map(|chart| told(chart, &labels)).collect();
    let all: Vec<_> = charts.iter().map(|chart| as_json(chart, &labels)).collect();
    say.answer(&words.join("\n\n"), &json!({ "charts": all }))?;
    // A process that has changed is something found, as a damaged record is.
    if charts.iter().any(|chart| !chart.breaks.is_empty()) { Err(Failure::Finding) } else { Ok(()) }
}

fn told(chart: &Chart, labels: &[String]) -> String {
    let mut words = format!(
        "{} chart of {} samples: centre {:.5}",
        chart.kind.letter(),
        chart.points.len(),
        chart.centre
    );
    let same = chart.points.windows(2).all(|pair| match pair {
        [a, b] => a.lower == b.lower && a.upper == b.upper,
        _ => true,
    });
    if let Some(point) = chart.points.first().filter(|_| same) {
        words.push_str(&format!(", limits {:.5} to {:.5}", point.lower, point.upper));
    }
    if chart.breaks.is_empty() {
        words.push_str("\n  nothing says that it has changed");
    }
    for found in &chart.breaks {
        let label = labels.get(found.at).map_or("", String::as_str);
        let value = chart.points.get(found.at).map_or(0.0, |point| point.value);
        words.push_str(&format!("\n  {label}: {value:.5}: {}", found.rule.words().0));
    }
    words
}

fn as_json(chart: &Chart, labels: &[String]) -> serde_json::Value {
    let points = chart.points.iter().zip(labels).map(|(point, label)| {
        json!({"sample": label, "value": point.value, "lower": point.lower, "upper": point.upper})
    });
    let breaks = chart.breaks.iter().map(
        |found| json!({"sample": labels.get(found.at), "points": found.over, "rule": found.rule.words().0}),
    );
    json!({
        "chart": chart.kind.letter(), "centre": chart.centre,
        "points": points.collect::<Vec<_>>(), "breaks": breaks.collect::<Vec<_>>(),
    })
}

fn few(options: &Options, faults: Vec<(String, u64)>, say: Say) -> Result<(), Failure> {
    let shares = pareto(faults);
    if let Some(file) = &options.svg {
        super::write(file, draw::pareto(&shares).as_bytes())?;
    }
    let line = |share: &garment::quality::pareto::Share| {
        let mark = if share.vital { "*" } else { " " };
        format!("{mark} {:>8}  {:>5.1} %  {}", share.count, share.cumulated * 100.0, share.name)
    };
    let mut lines: Vec<String> = shares.iter().map(line).collect();
    lines.push(match shares.iter().any(|share| share.vital) {
        true => "the kinds with * make four fifths of all faults".to_owned(),
        false => "no faults were found".to_owned(),
    });
    let rows = shares.iter().map(|share| {
        json!({"fault": share.name, "count": share.count, "cumulated": share.cumulated, "vital": share.vital})
    });
    say.answer(&lines.join("\n"), &json!({ "faults": rows.collect::<Vec<_>>() }))
}
