//! What the events of a log did: its map, where its cases wait, what is done twice, and how that agrees with a procedure.

mod asked;
mod figures;
mod variants;

pub use variants::{Variants, list};

use crate::log_file::LogFile;
use crate::packs;
use crate::say::{Failure, Say, Wrong, counted};
use asked::Asked;
use oversight::map::{
    Beside, By, Cases, Colour, Conformance, Follows, Lapses, Look, Most, Move, Reference, Rework, Shown,
    Words, bottlenecks, rework, svg,
};
use pack::problem::nearest;
use pack::{Definitions, Lang};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Map {
    #[command(flatten)]
    log: LogFile,
    /// What stands beside the log, with nothing to say what it is for.
    #[arg(hide = true)]
    stray: Option<PathBuf>,
    /// Draw the map into this file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write all of the map's figures into this file, as `--json FILE` does; `-` writes them out.
    #[arg(long, value_name = "FILE")]
    figures: Option<PathBuf>,
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    drawing: Drawing,
    /// Hold the cases against this procedure of a pack.
    #[arg(long, value_name = "ID")]
    procedure: Option<String>,
    /// The folder of packs that has the procedure; the shipped packs if none is named.
    #[arg(long, value_name = "DIR", requires = "procedure")]
    packs: Option<PathBuf>,
    /// The cases of the log may go on: those held against a procedure lack nothing yet.
    #[arg(long)]
    open: bool,
}

/// What is drawn, and how.
#[derive(clap::Args)]
struct Drawing {
    /// At most that many edges in the drawing, the most frequent, besides those that hold it together.
    #[arg(long, default_value_t = Most::default().edges)]
    edges: usize,
    /// At most that many activities in the drawing, the most frequent, besides those on their ways.
    #[arg(long, default_value_t = Most::default().activities)]
    activities: usize,
    /// The most frequent edges that make up this share of all that followed, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 100.0)]
    edge_share: f64,
    /// The most frequent activities that make up this share of all events, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 100.0)]
    activity_share: f64,
    /// What stands beside the edges: count, cases, mean, median, p90 or longest.
    #[arg(long, value_name = "FIGURE", default_value = "count")]
    beside: String,
    /// The same as `--beside mean`.
    #[arg(long)]
    times: bool,
    /// Colour the edges by how long they took.
    #[arg(long)]
    colour_times: bool,
    /// Draw in Chinese.
    #[arg(long)]
    zh: bool,
}

impl Drawing {
    fn beside(&self) -> Result<Beside, Failure> {
        let word = if self.times { "mean" } else { self.beside.as_str() };
        let words: Vec<&str> = Beside::ALL.iter().map(|(word, _)| *word).collect();
        let wrong = || Wrong(format!("`{word}` cannot stand beside edges; name one of {}", words.join(", ")));
        Ok(Beside::parse(word).ok_or_else(wrong)?)
    }

    fn most(&self) -> Result<Most, Failure> {
        let share = |percent: f64, option: &str| {
            let wrong =
                || Wrong(format!("`{option} {percent}` is no share; give a percentage from 0 to 100"));
            (0.0..=100.0).contains(&percent).then_some(percent / 100.0).ok_or_else(wrong)
        };
        Ok(Most {
            activities: self.activities,
            edges: self.edges,
            activity_share: share(self.activity_share, "--activity-share")?,
            edge_share: share(self.edge_share, "--edge-share")?,
        })
    }

    fn words(&self) -> &'static Words {
        if self.zh { &Words::ZH } else { &Words::EN }
    }
}

/// All that is made of some cases.
struct Made<'a> {
    kind: String,
    cases: Cases<'a>,
    graph: Follows,
    lapses: Lapses,
    rework: Rework,
    fit: Option<(Reference<'a>, Conformance)>,
}

/// The arguments with `--json FILE` told as `--json --figures FILE`, where they ask for a map; none where they do not say so.
/// `--json` stands alone as well, before the log, so that this holds only if the log is named besides.
pub fn with_figures(args: &[OsString]) -> Option<Vec<OsString>> {
    let command = 1 + args.iter().skip(1).position(|arg| arg != "--json")?;
    let own =
        args.get(command + 1..).filter(|_| args.get(command).is_some_and(|command| command == "map"))?;
    let joined = |arg: &OsString| Some(OsString::from(arg.to_str()?.strip_prefix("--json=")?));
    let (place, file, rest) = match (0..).zip(own).find_map(|(place, arg)| Some((place, joined(arg)?))) {
        Some((place, file)) => (place, file, place + 1),
        None => {
            let place = own.iter().position(|arg| arg == "--json")?;
            let is_file = |arg: &&OsString| *arg == "-" || !arg.to_string_lossy().starts_with('-');
            (place, own.get(place + 1).filter(is_file)?.clone(), place + 2)
        }
    };
    let named = ["--json".into(), "--figures".into(), file];
    let (before, after) = (args.get(..=command + place)?, own.get(rest..)?);
    Some(before.iter().cloned().chain(named).chain(after.iter().cloned()).collect())
}

pub fn map(options: &Map, say: Say) -> Result<(), Failure> {
    if let Some(stray) = &options.stray {
        let error =
            format!("nothing says what `{}` is for; name it with `--svg` or `--json`", stray.display());
        return Err(Wrong(error).into());
    }
    let file = options.figures.as_ref();
    let mut written = [&options.svg, &options.figures].into_iter().flatten();
    if let Some(path) = written.find(|path| options.log.is_at(path)) {
        let error =
            format!("`{}` is the log itself; name another file for what is made of it", path.display());
        return Err(Wrong(error).into());
    }
    let (beside, most) = (options.drawing.beside()?, options.drawing.most()?);
    let definitions = match &options.procedure {
        Some(_) => Some(packs::definitions(options.packs.as_deref(), say)?),
        None => None,
    };
    let reference =
        definitions.as_ref().zip(options.procedure.as_deref()).map(|(all, id)| reference(all, id));
    let reference = reference.transpose()?;
    let (log, traces) = match &reference {
        Some(reference) => options.log.read_of(reference.procedure(), say)?,
        None => options.log.read(say)?,
    };
    let whole = Cases::of(&log, &traces, &options.asked.reading());
    let cases = options.asked.of(&log, whole)?;
    let graph = Follows::of(&cases);
    let lapses = Lapses::of(&cases, &graph);
    let fit = reference.map(|reference| {
        let fit = Conformance::of(&cases, &graph, &reference, |_| !options.open);
        (reference, fit)
    });
    let made = Made { kind: traces.kind().to_string(), rework: rework(&cases), cases, graph, lapses, fit };
    let mut told = summary(&made, &Words::EN);
    if let Some(path) = &options.svg {
        let shown = Shown::of(&made.graph, most);
        write(path, &made.drawn(&shown, beside, &options.drawing))?;
        told.push_str(&format!(
            "\n{} activities and {} edges drawn in {}",
            shown.activities.len(),
            shown.edges.len(),
            path.display()
        ));
    }
    let figures = figures::of(&made, &traces);
    if let Some(path) = file {
        let text = format!("{figures:#}\n");
        if path == Path::new("-") {
            return say.answer(&text, &figures);
        }
        write(path, &text)?;
        told.push_str(&format!("\nall figures in {}", path.display()));
        return if say.json { Ok(()) } else { say.answer(&told, &figures) };
    }
    say.answer(&told, &figures)
}

fn reference<'p>(all: &'p Definitions, id: &str) -> Result<Reference<'p>, Failure> {
    let found = all.procedures.get(id);
    let missing = || {
        let near = nearest(id, all.procedures.keys().map(|id| id.as_str()));
        let hint = near.map(|near| format!(" (did you mean `{near}`?)")).unwrap_or_default();
        Wrong(format!("no procedure is called `{id}`{hint}; `lianchi pack explain` tells what a pack holds"))
    };
    Ok(found.map(Reference::new).ok_or_else(missing)?)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    Ok(std::fs::write(path, text)
        .map_err(|error| Wrong(format!("`{}` cannot be written: {error}", path.display())))?)
}

impl Made<'_> {
    /// What could have followed what, as far as the log's own activities go.
    fn never(&self) -> Vec<(u32, u32)> {
        let Some((reference, fit)) = &self.fit else { return Vec::new() };
        let moves: Vec<Vec<Move>> = self.cases.names().iter().map(|name| reference.moves(name)).collect();
        let code =
            |one: &Move| (0_u32..).zip(&moves).find(|(_, all)| all.contains(one)).map(|(code, _)| code);
        fit.never.iter().filter_map(|(from, to)| Some((code(from)?, code(to)?))).collect()
    }

    fn drawn(&self, shown: &Shown, beside: Beside, drawing: &Drawing) -> String {
        let never = self.never();
        svg(&Look {
            graph: &self.graph,
            lapses: &self.lapses,
            shown,
            fit: self.fit.as_ref().map(|(_, fit)| (fit, never.as_slice())),
            beside,
            colour: if drawing.colour_times { Colour::Time } else { Colour::Plain },
            words: drawing.words(),
            name: &|code| self.cases.name(code).to_owned(),
            link: &|_, _| None,
        })
    }
}

/// What people read first: how much there is, where it waits, what is done twice, what is not as it should be.
fn summary(made: &Made<'_>, words: &Words) -> String {
    const MOST: usize = 5;
    let Made { cases, graph, rework, .. } = made;
    let activities = graph.count.iter().filter(|count| **count > 0).count();
    let mut told = format!(
        "{}, {}, {}",
        counted(cases.len() as u64, "case"),
        counted(activities as u64, "activity"),
        counted(graph.edges.len() as u64, "edge")
    );
    let by_step = bottlenecks(cases, By::Step);
    if !by_step.is_empty() {
        told.push_str("\nwaited for, the most first:");
    }
    for wait in by_step.iter().take(MOST) {
        let name = wait.activity.map_or("", |code| cases.name(code));
        let times = &wait.waited;
        let served = wait.served.map(|served| format!("; median service {}", words.span(served.median)));
        told.push_str(&format!(
            "\n    {name}: {} in {}, median {}, nine in ten within {}{}",
            words.span(times.total),
            counted(wait.cases, "case"),
            words.span(times.median),
            words.span(times.p90),
            served.unwrap_or_default()
        ));
    }
    if rework.cases > 0 {
        told.push_str(&format!("\ndone again in {}:", counted(rework.cases, "case")));
    }
    for again in rework.repeats.iter().take(MOST) {
        let name = cases.name(again.activity);
        let (count, of) = (counted(again.again, "time"), counted(again.cases, "case"));
        told.push_str(&format!("\n    {name}: {count} more in {of}, {}", words.span(again.seconds)));
    }
    if let Some((reference, fit)) = &made.fit {
        let id = &reference.procedure().id;
        told.push_str(&format!(
            "\nheld against `{id}`: fitness {:.4}; {} of {} cases agree in everything",
            fit.fitness(),
            fit.fitting(),
            cases.len()
        ));
        for wrong in fit.wrong.iter().take(MOST) {
            let why = figures::why(&wrong.why, reference, Lang::En);
            told.push_str(&format!(
                "\n    not allowed: {}, {why}: in {}",
                cases.name(wrong.activity),
                counted(wrong.cases, "case")
            ));
        }
        for (step, count) in fit.missing.iter().take(MOST) {
            let title = reference.step(*step).map(|step| step.title.en.as_str()).unwrap_or_default();
            told.push_str(&format!("\n    missing: {title}: in {}", counted(*count, "case")));
        }
    }
    told
}
