use crate::say::{Failure, Wrong};
use garment::cut::check::Found;
use garment::cut::{Order, Plan};
use garment::pay::bundles::{bundles, written};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Lots {
    /// Writes the bundles of all lays into this file, as lots that a month's contract takes.
    #[arg(long, value_name = "FILE", requires = "style")]
    pub lots: Option<PathBuf>,
    /// Of the lots: the style's id in the contract.
    #[arg(long, value_name = "ID", requires = "lots")]
    style: Option<String>,
    /// Of the lots: the most pieces of a bundle.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1000))]
    bundle: u32,
    /// Of the lots: the first bundle's number.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=99_999_999))]
    first: u32,
}

impl Lots {
    pub fn write(&self, order: &Order, plan: &Plan, found: &Found) -> Result<(), Failure> {
        let Some((path, style)) = self.lots.as_ref().zip(self.style.as_ref()) else { return Ok(()) };
        let all = bundles(order, plan, &found.uncovered, self.bundle, self.first).ok_or_else(|| {
            let first = self.first;
            Wrong(format!("`--first {first}` leaves too few numbers, which go to 99,999,999; begin lower"))
        })?;
        // A month's contract, or whatever else is there, is not lost for lots.
        let there = std::fs::read_to_string(path).unwrap_or_default();
        if path.exists()
            && there.lines().find(|line| !line.starts_with('#')).is_some_and(|line| line != "[[lot]]")
        {
            let path = path.display();
            let error = format!(
                "`{path}` holds something else than lots and would be written over; give another file, and append its lots \
                 to the contract"
            );
            return Err(Wrong(error).into());
        }
        super::replace(path, written(style, &all).as_bytes())
    }
}
