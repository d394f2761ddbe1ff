use crate::log_file::LogFile;
use crate::say::{Failure, Say, Wrong};
use oversight::log::{Log, Traces};
use oversight::map::{Beside, Follows, Most, Shown, svg, variants};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Map {
    #[command(flatten)]
    log: LogFile,
    /// Draw the map into this file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write all of the map's figures into this file; `-` writes them out.
    #[arg(long = "figures", alias = "json-file", value_name = "FILE")]
    figures: Option<PathBuf>,
    /// At most that many edges in the drawing, the most frequent.
    #[arg(long, default_value_t = Most::default().edges)]
    edges: usize,
    /// At most that many activities in the drawing, the most frequent.
    #[arg(long, default_value_t = Most::default().activities)]
    activities: usize,
    /// Write mean times beside the edges in place of counts.
    #[arg(long)]
    times: bool,
}

#[derive(clap::Args)]
pub struct Variants {
    #[command(flatten)]
    log: LogFile,
    /// At most that many, the most frequent.
    #[arg(long, default_value_t = 20)]
    top: usize,
}

pub fn map(options: &Map, say: Say) -> Result<(), Failure> {
    let (log, traces) = options.log.read(say)?;
    let graph = Follows::of(&log, &traces);
    let figures = figures(&log, &traces, &graph);
    let mut words =
        format!("{} cases, {} activities, {} edges", traces.len(), log.activities().len(), graph.edges.len());
    if let Some(path) = &options.svg {
        let shown = Shown::of(&graph, Most { activities: options.activities, edges: options.edges });
        let beside = if options.times { Beside::Time } else { Beside::Count };
        write(path, &svg(&log, &graph, &shown, beside))?;
        let drawn = format!(
            "{} activities and {} edges drawn in {}",
            shown.activities.len(),
            shown.edges.len(),
            path.display()
        );
        words.push_str(&format!("\n{drawn}"));
    }
    if let Some(path) = &options.figures {
        write(path, &format!("{figures:#}\n"))?;
        words.push_str(&format!("\nall figures in {}", path.display()));
    }
    say.answer(&words, &figures)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    Ok(std::fs::write(path, text)
        .map_err(|error| Wrong(format!("`{}` cannot be written: {error}", path.display())))?)
}

fn figures(log: &Log, traces: &Traces, graph: &Follows) -> Json {
    let name = |code: u32| log.activities().get(code as usize).map_or("", |name| name.as_str());
    let activities = (0_u32..).zip(graph.count.iter().zip(graph.first.iter().zip(&graph.last)));
    let activities = activities.map(|(code, (count, (first, last)))| {
        json!({ "activity": name(code), "events": count, "first_of_cases": first, "last_of_cases": last })
    });
    let edges = graph.edges.iter().map(|edge| {
        json!({
            "from": name(edge.from), "to": name(edge.to), "count": edge.count,
            "mean_seconds": edge.seconds / edge.count.max(1) as f64, "longest_seconds": edge.longest,
        })
    });
    json!({
        "object": traces.kind().to_string(),
        "cases": traces.len(),
        "activities": activities.collect::<Vec<_>>(),
        "edges": edges.collect::<Vec<_>>(),
    })
}

pub fn list(options: &Variants, say: Say) -> Result<(), Failure> {
    let (log, traces) = options.log.read(say)?;
    let all = variants(&log, &traces);
    let name = |code: &u32| log.activities().get(*code as usize).map_or("", |name| name.as_str());
    let share = |count: usize| 100.0 * count as f64 / traces.len().max(1) as f64;
    let mut words = format!("{} cases went in {} ways", traces.len(), all.len());
    let mut told = Vec::new();
    for variant in all.iter().take(options.top) {
        let way: Vec<&str> = variant.activities.iter().map(name).collect();
        let count = variant.traces.len();
        words.push_str(&format!("\n{count:>8} {:>5.1} %  {}", share(count), way.join(" → ")));
        let example = variant.traces.first().and_then(|trace| traces.object(*trace as usize));
        told.push(json!({ "cases": count, "activities": way, "example": example.map(|object| object.id.to_string()) }));
    }
    say.answer(&words, &json!({ "cases": traces.len(), "variants": all.len(), "most_frequent": told }))
}
