use super::Spent;
use crate::say::{Failure, Say, Wrong, counted};
use garment::cut::check::{Found, check};
use garment::cut::plan::{Answer, plan};
use garment::cut::{Known, Order, read, sample};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// The order, in TOML: sizes, colours, the table's rules, rolls, and markers that were laid out.
    order: PathBuf,
    /// Seconds of computing at most; the longer, the better.
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    seconds: f64,
    /// The seed; another one finds another plan.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    lots: super::bundles::Lots,
}

#[derive(clap::Args)]
pub struct Sample {
    /// The file that the order is written into.
    out: PathBuf,
    /// The seed; another one makes another order.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn sample(options: &Sample, say: Say) -> Result<(), Failure> {
    super::make(&options.out, sample::order(options.seed).as_bytes())?;
    let words = format!("a made-up order is in {}", options.out.display());
    say.answer(&words, &json!({"seed": options.seed}))
}

pub fn run(options: &Options, say: Say) -> Result<(), Failure> {
    let budget = super::budget(options.seconds)?;
    super::outputs([Some(&options.order)], [&options.lots.lots])?;
    let text = super::read(&options.order)?;
    let told = |faults: Vec<garment::definition::Problem>| {
        let path = options.order.display();
        let lines: Vec<String> = faults.iter().map(|fault| format!("{path}:{fault}")).collect();
        Wrong(lines.join("\n"))
    };
    let order = read::order(&text).map_err(told)?;
    let mut spent = Spent::new();
    let mut shown = say.progress("seconds of planning");
    let mut clock = || {
        shown.at(spent.seconds(), Some(budget.as_secs()));
        spent.less_than(budget)
    };
    let answer = plan(&order, options.seed, &mut clock)?;
    drop(shown);
    let found = check(&order, &answer.plan);
    if !found.faults.is_empty() {
        let error = format!("the plan that was found does not hold: {}", found.faults.join("; "));
        return Err(Wrong(error).into());
    }
    options.lots.write(&order, &answer.plan, &found)?;
    say.answer(&words(&order, &answer, &found), &as_json(&order, &answer, &found))?;
    // Cloth that is missing is something found.
    if found.uncovered.is_empty() { Ok(()) } else { Err(Failure::Finding) }
}

fn metres(length: i64) -> String {
    format!("{:.3}", length as f64 / 1000.0)
}

/// Names with counts, those above 0.
fn listed<'n>(names: impl Iterator<Item = &'n str>, counts: &[u32], mark: &str) -> String {
    let all: Vec<String> = names
        .zip(counts)
        .filter(|(_, count)| **count > 0)
        .map(|(name, count)| format!("{name}{mark}{count}"))
        .collect();
    all.join(", ")
}

fn words(order: &Order, answer: &Answer, found: &Found) -> String {
    let plan = &answer.plan;
    let mut out = String::new();
    for (at, lay) in plan.lays.iter().enumerate() {
        let (length, known) = order.marker(&lay.ratio).unwrap_or((0, Known::Estimated));
        let known = if known == Known::Measured { "measured" } else { "estimated" };
        let sizes = listed(order.sizes.iter().map(|size| size.id.as_str()), &lay.ratio, " × ");
        let plies = listed(order.colours.iter().map(|colour| colour.id.as_str()), &lay.plies, " ");
        let _ =
            writeln!(out, "lay {}: {sizes}; marker {} m ({known}), plies {plies}", at + 1, metres(length));
        for spread in plan.spread.iter().filter(|spread| spread.lay == at) {
            let Some(roll) = order.rolls.get(spread.roll) else { continue };
            let parts: Vec<String> =
                spread.parts.iter().map(|part| format!(" + {} m of one", metres(*part))).collect();
            let _ = writeln!(
                out,
                "  roll {}: {}{}",
                roll.id,
                counted(spread.plies.into(), "ply"),
                parts.concat()
            );
        }
    }
    for (lay, colour, plies) in &found.uncovered {
        let colour = order.colours.get(*colour).map_or("", |colour| &colour.id);
        let _ = writeln!(
            out,
            "lay {}: no roll is left for {} of {colour}",
            lay + 1,
            counted((*plies).into(), "ply")
        );
    }
    out.push_str(&left_out(order));
    let back: Vec<String> = found
        .remnants
        .iter()
        .filter_map(|(at, left)| Some(format!("{} {} m", order.rolls.get(*at)?.id, metres(*left))))
        .collect();
    if !back.is_empty() {
        let _ = writeln!(out, "back to the store: {}", back.join(", "));
    }
    let (total, least) = (found.total(order, plan), answer.bound.total(order));
    let proof = match total - least {
        0 => "proved the best".to_owned(),
        over => format!(
            "at most {:.2} % above what is proved to be needed",
            over as f64 * 100.0 / least.max(1) as f64
        ),
    };
    let _ = write!(
        out,
        "{} {} (no plan has fewer than {}), {} m of cloth and {} m lost (no plan takes less than {} m); \
         with {} m for each lay {proof}",
        plan.lays.len(),
        if plan.lays.len() == 1 { "lay" } else { "lays" },
        answer.bound.lays,
        metres(found.cloth),
        metres(found.lost),
        metres(answer.bound.cloth),
        metres(order.lay),
    );
    out
}

/// Rolls and markers of the order that no plan uses, and why.
fn left_out(order: &Order) -> String {
    let mut out = String::new();
    for roll in order.rolls.iter().filter(|roll| roll.width < order.width) {
        let _ = writeln!(out, "roll {} is narrower than the markers and was left out", roll.id);
    }
    for ratio in order.measured.keys().filter(|ratio| order.marker(ratio).is_none()) {
        let sizes = listed(order.sizes.iter().map(|size| size.id.as_str()), ratio, " × ");
        let why = match ratio.iter().sum::<u32>() > order.garments {
            true => "has more garments than a marker may",
            false => "is longer than the table with its ends",
        };
        let _ = writeln!(out, "the marker with {sizes} {why} and was left out");
    }
    out
}

fn as_json(order: &Order, answer: &Answer, found: &Found) -> Json {
    let plan = &answer.plan;
    let in_metres = |length: i64| length as f64 / 1000.0;
    let sizes = |counts: &[u32]| -> BTreeMap<String, u32> {
        order.sizes.iter().zip(counts).map(|(size, count)| (size.id.clone(), *count)).collect()
    };
    let colours = |counts: &[u32]| -> BTreeMap<String, u32> {
        order.colours.iter().zip(counts).map(|(colour, count)| (colour.id.clone(), *count)).collect()
    };
    let roll = |at: usize| order.rolls.get(at).map(|roll| roll.id.clone());
    let lays = plan.lays.iter().enumerate().map(|(at, lay)| {
        let (length, known) = order.marker(&lay.ratio).unwrap_or((0, Known::Estimated));
        let spread = plan.spread.iter().filter(|spread| spread.lay == at).map(|spread| {
            let parts: Vec<f64> = spread.parts.iter().map(|part| in_metres(*part)).collect();
            json!({"roll": roll(spread.roll), "plies": spread.plies, "parts": parts})
        });
        json!({
            "sizes": sizes(&lay.ratio), "plies": colours(&lay.plies), "length": in_metres(length),
            "measured": known == Known::Measured, "rolls": spread.collect::<Vec<_>>(),
        })
    });
    let uncovered = found.uncovered.iter().map(|(lay, colour, plies)| {
        json!({"lay": lay + 1, "colour": order.colours.get(*colour).map(|colour| &colour.id), "plies": plies})
    });
    let remnants =
        found.remnants.iter().map(|(at, left)| json!({"roll": roll(*at), "length": in_metres(*left)}));
    let (total, least) = (found.total(order, plan), answer.bound.total(order));
    json!({
        "order": order.name, "lays": lays.collect::<Vec<_>>(), "uncovered": uncovered.collect::<Vec<_>>(),
        "remnants": remnants.collect::<Vec<_>>(), "cloth": in_metres(found.cloth), "lost": in_metres(found.lost),
        "total": in_metres(total), "proved": total == least,
        "bound": {"cloth": in_metres(answer.bound.cloth), "lays": answer.bound.lays, "total": in_metres(least)},
    })
}
