use super::asked::Asked;
use crate::log_file::LogFile;
use crate::say::{Failure, Say, counted};
use oversight::map::{Cases, variants, way_name};
use serde_json::json;

#[derive(clap::Args)]
pub struct Variants {
    #[command(flatten)]
    log: LogFile,
    /// At most that many, the most frequent.
    #[arg(long, default_value_t = 20)]
    top: usize,
    #[command(flatten)]
    asked: Asked,
}

pub fn list(options: &Variants, say: Say) -> Result<(), Failure> {
    let (log, traces) = options.log.read(say)?;
    let cases = options.asked.of(&log, Cases::of(&log, &traces, &options.asked.reading()))?;
    let all = variants(&cases);
    let share = |count: usize| 100.0 * count as f64 / cases.len().max(1) as f64;
    let mut words =
        format!("{} went in {}", counted(cases.len() as u64, "case"), counted(all.len() as u64, "way"));
    let mut told = Vec::new();
    for (variant, number) in all.iter().take(options.top).zip(1..) {
        let way: Vec<&str> = variant.activities.iter().map(|code| cases.name(*code)).collect();
        let count = variant.cases.len();
        words.push_str(&format!("\n{number:>4} {count:>8} {:>5.1} %  {}", share(count), way.join(" → ")));
        let example =
            variant.cases.first().and_then(|case| traces.object(cases.number(*case as usize) as usize));
        told.push(json!({
            "number": number,
            "name": way_name(&way),
            "cases": count,
            "activities": way,
            "example": example.map(|object| object.id.to_string()),
        }));
    }
    say.answer(&words, &json!({ "cases": cases.len(), "variants": all.len(), "most_frequent": told }))
}
