use super::computed;
use crate::say::{Failure, Say, Wrong};
use garment::marker::nest::{Effort, nest};
use garment::marker::{Layout, Pieces, check, draw, read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Options {
    /// The pieces, in the JSON of jagua-rs (before or since 1.1).
    pieces: PathBuf,
    /// Seconds of computing, of each thread; the longer, the better.
    #[arg(long, value_name = "S", default_value_t = 20.0)]
    seconds: f64,
    /// How many threads look, each on its own.
    #[arg(long, value_name = "T", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,
    /// The seed; another one finds another layout.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Draws the layout into this file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Writes the layout into this file, as `garment check` reads it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    if !(options.seconds > 0.0 && options.seconds <= 1e6) {
        let error = format!("`--seconds {}` leaves no time; write a number over 0", options.seconds);
        return Err(Wrong(error).into());
    }
    let pieces = pieces(&options.pieces)?;
    for path in [&options.svg, &options.out].into_iter().flatten() {
        super::writable(path)?;
    }
    let kept = Mutex::new(Kept { options, pieces: &pieces, last: None });
    let shown = Mutex::new(say.progress("seconds of laying out"));
    let (before, since) = (computed(), Instant::now());
    let spent = || {
        // A thread of the search has computed nothing before it began.
        let gone = computed().filter(|_| before.is_some()).unwrap_or_else(|| since.elapsed()).as_secs_f64();
        if let Ok(mut shown) = shown.try_lock() {
            shown.at(gone as u64, Some(options.seconds as u64));
        }
        gone / options.seconds
    };
    let better = |layout: &Layout| {
        if let Ok(mut kept) = kept.lock() {
            kept.take(layout);
        }
    };
    let effort = Effort { seed: options.seed, threads: options.threads.into() };
    let layout = nest(&pieces, effort, &spent, &better)?;
    drop(shown);
    let found = check::check(&pieces, &layout);
    write(options, &pieces, &layout, found.density)?;
    let words = format!(
        "{}: {} pieces on {:.3} of the strip, {:.3} % of it covered; the exact test holds",
        pieces.name,
        layout.placed.len(),
        found.length,
        found.density * 100.0
    );
    say.answer(&words, &read::written_layout(&pieces, &layout, found.density))
}

/// The pieces of a file.
fn pieces(path: &Path) -> Result<Pieces, Failure> {
    let document = super::document(path)?;
    let told = |wrong: Vec<String>| {
        let lines: Vec<String> = wrong.iter().map(|wrong| format!("{}: {wrong}", path.display())).collect();
        Wrong(lines.join("\n"))
    };
    Ok(read::pieces(&document).map_err(|wrong| told(wrong.iter().map(ToString::to_string).collect()))?)
}

/// The best layout so far is on the disk, so that whoever stops the command has it; but no oftener than once a second.
struct Kept<'k> {
    options: &'k Options,
    pieces: &'k Pieces,
    last: Option<Instant>,
}

impl Kept<'_> {
    fn take(&mut self, layout: &Layout) {
        if self.last.is_some_and(|last| last.elapsed() < Duration::from_secs(1)) {
            return;
        }
        self.last = Some(Instant::now());
        let density = check::check(self.pieces, layout).density;
        // What keeps it from being written is told at the end, when all is written once more.
        let _ = write(self.options, self.pieces, layout, density);
    }
}

fn write(options: &Options, pieces: &Pieces, layout: &Layout, density: f64) -> Result<(), Failure> {
    if let Some(path) = &options.svg {
        super::replace(path, draw::layout(pieces, layout, density).as_bytes())?;
    }
    if let Some(path) = &options.out {
        super::replace(path, format!("{:#}\n", read::written_layout(pieces, layout, density)).as_bytes())?;
    }
    Ok(())
}
