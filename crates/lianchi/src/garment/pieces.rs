use crate::say::{Failure, Say, Wrong, counted};
use garment::marker::read::written;
use garment::marker::uniform::{HEIGHTS, Style, uniform};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// What is sewn: shirt, trousers, skirt or tracksuit.
    #[arg(value_parser = style)]
    style: Style,
    /// Children's heights in centimetres.
    #[arg(long, value_delimiter = ',', default_value = "130,140,150", value_name = "CM,CM,…")]
    sizes: Vec<u32>,
    /// How many uniforms of each size.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1000))]
    sets: u64,
    /// The width of the cloth in millimetres.
    #[arg(long, default_value_t = 1500, value_parser = clap::value_parser!(u32).range(500..=5000))]
    width: u32,
    /// The seed; another one makes another cut.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The file that the pieces are written into.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

fn style(text: &str) -> Result<Style, String> {
    let found = Style::ALL.into_iter().find(|(_, name)| *name == text.to_lowercase());
    found.map(|(style, _)| style).ok_or_else(|| "write shirt, trousers, skirt or tracksuit".into())
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let (least, most) = (HEIGHTS.0 / 10, HEIGHTS.1 / 10);
    if let Some(size) = options.sizes.iter().find(|size| !(least..=most).contains(size)) {
        let error =
            format!("`{size}` is no height that is drafted; write centimetres from {least} to {most}");
        return Err(Wrong(error).into());
    }
    let heights: Vec<u32> = options.sizes.iter().map(|size| size * 10).collect();
    let pieces = uniform(options.style, &heights, options.sets, f64::from(options.width), options.seed)?;
    super::make(&options.out, format!("{:#}\n", written(&pieces)).as_bytes())?;
    let count: u64 = pieces.pieces.iter().map(|piece| piece.demand).sum();
    let words = format!(
        "{} of {} written into {}",
        counted(count, "piece"),
        counted(pieces.pieces.len() as u64, "shape"),
        options.out.display()
    );
    say.answer(&words, &json!({"pieces": count, "shapes": pieces.pieces.len()}))
}
