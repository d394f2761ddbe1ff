use super::computed;
use super::given::{self, Given};
use super::pay::FontFile;
use crate::say::{Failure, Say, counted};
use garment::marker::nest::{Effort, nest};
use garment::marker::{Layout, Pieces, check, draw, dxf, read};
use garment::print::paper::Font;
use garment::print::plot;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[derive(clap::Args)]
pub struct Options {
    /// The pieces: JSON of jagua-rs (before or since 1.1), or a pattern in DXF-AAMA (`.dxf`) or SVG (`.svg`).
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
    #[command(flatten)]
    given: Given,
    /// Draws the layout into this file.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Writes the marker into this file as DXF-AAMA.
    #[arg(long, value_name = "FILE")]
    dxf: Option<PathBuf>,
    /// Draws the marker 1:1 for a plotter into this file; its measures are taken as millimetres.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    #[command(flatten)]
    font: FontFile,
    /// Writes the layout into this file, as `garment check` reads it.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    super::budget(options.seconds)?;
    let (pieces, notes) = given::pieces(&options.pieces, &options.given)?;
    super::outputs(
        [Some(&options.pieces), options.given.cloth.as_ref()],
        [&options.svg, &options.dxf, &options.pdf, &options.out],
    )?;
    let font = options.pdf.as_ref().map(|_| options.font.read()).transpose()?;
    let kept = Mutex::new(Kept { options, pieces: &pieces, font: font.as_deref(), last: None });
    let shown = Mutex::new(say.progress("seconds of laying out"));
    let (before, since) = (computed(), Instant::now());
    super::stop::heed();
    let spent = || {
        if super::stop::asked() {
            return 1.0;
        }
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
    let layout = nest(&pieces, effort, &spent, &better).map_err(|error| {
        // What was taken as what may be the reason.
        let notes = notes.iter().map(|note| format!("note: {note}"));
        given::told(&options.pieces, error.to_string().lines().map(str::to_owned).chain(notes))
    })?;
    drop(shown);
    let found = check::check(&pieces, &layout);
    write(options, &pieces, &layout, found.density, font.as_deref())?;
    let mut words: String = notes.iter().map(|note| format!("note: {note}\n")).collect();
    words += &format!(
        "{}: {} on {:.3} of the strip, {:.3} % of it covered; the exact test holds",
        pieces.name,
        counted(layout.placed.len() as u64, "piece"),
        found.length,
        found.density * 100.0
    );
    let mut answer = read::written_layout(&pieces, &layout, found.density);
    if !notes.is_empty() {
        answer["notes"] = notes.into();
    }
    say.answer(&words, &answer)
}

/// The best layout so far is on the disk, so that whoever stops the command has it; but no oftener than once a second.
struct Kept<'k> {
    options: &'k Options,
    pieces: &'k Pieces,
    font: Option<&'k [u8]>,
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
        let _ = write(self.options, self.pieces, layout, density, self.font);
    }
}

fn write(
    options: &Options,
    pieces: &Pieces,
    layout: &Layout,
    density: f64,
    font: Option<&[u8]>,
) -> Result<(), Failure> {
    if let Some(path) = &options.svg {
        super::replace(path, draw::layout(pieces, layout, density).as_bytes())?;
    }
    if let Some(path) = &options.dxf {
        super::replace(path, &dxf::write::marker(pieces, layout))?;
    }
    if let Some((path, font)) = options.pdf.as_ref().zip(font) {
        super::replace(path, &plot::marker(pieces, layout, density, &Font::read(font)?)?)?;
    }
    if let Some(path) = &options.out {
        super::replace(path, format!("{:#}\n", read::written_layout(pieces, layout, density)).as_bytes())?;
    }
    Ok(())
}
