use super::Spent;
use crate::say::{Failure, Say, Wrong, counted};
use garment::promise::check::{Found, check};
use garment::promise::plan::{Answer, plan};
use garment::promise::reasons::{Reason, Waits, reasons};
use garment::promise::{Shop, Split, read};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Options {
    /// The shop, in TOML: workshops, lines with their skills, styles, orders with the days by which they are wanted.
    shop: PathBuf,
    /// Seconds of computing at most; the longer, the better.
    #[arg(long, value_name = "S", default_value_t = 10.0)]
    seconds: f64,
    /// The seed; another one finds another plan.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(options: &Options, split: Split, say: Say) -> Result<(), Failure> {
    let budget = super::budget(options.seconds)?;
    let text = super::read(&options.shop)?;
    let told = |faults: Vec<garment::definition::Problem>| {
        let path = options.shop.display();
        let lines: Vec<String> = faults.iter().map(|fault| format!("{path}:{fault}")).collect();
        Wrong(lines.join("\n"))
    };
    let shop = read::shop(&text).map_err(told)?;
    let mut spent = Spent::new();
    let mut shown = say.progress("seconds of planning");
    let mut clock = || {
        shown.at(spent.seconds(), Some(budget.as_secs()));
        spent.less_than(budget)
    };
    let answer = plan(&shop, split, options.seed, &mut clock)?;
    drop(shown);
    let found = check(&shop, &answer.plan, split);
    if !found.faults.is_empty() || found.total != answer.cost {
        let error = format!("the plan that was found does not hold: {}", found.faults.join("; "));
        return Err(Wrong(error).into());
    }
    let reasons = reasons(&shop, &answer.plan)?;
    say.answer(&words(&shop, &answer, &found, &reasons), &as_json(&shop, &answer, &found, &reasons))?;
    // An order that comes late is something found.
    if found.late.iter().all(|late| *late <= 0) { Ok(()) } else { Err(Failure::Finding) }
}

fn yuan(fen: i64) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

fn place(shop: &Shop, line: usize) -> String {
    let own = &shop.lines[line];
    let workshop = &shop.workshops[own.workshop];
    let partner = if workshop.partner { ", a partner" } else { "" };
    format!("line `{}` of `{}`{partner}", own.id, workshop.id)
}

/// Why an order is promised when it is, in a sentence.
fn because(shop: &Shop, reason: &Reason) -> String {
    let mut out = match &reason.waits {
        Waits::Pieces(day) => format!("its cut pieces are there on {day}"),
        Waits::Order(other) => format!("the line sews order `{}` before it", shop.orders[*other].id),
        Waits::Line(day) => format!("the line begins with it on {day}"),
    };
    if reason.setup > 0 {
        let minutes = reason.setup as f64 / 100.0;
        let _ = write!(out, "; {minutes} minute{} of setting up", if minutes == 1.0 { "" } else { "s" });
    }
    let _ = write!(out, "; done on {}", reason.sewn.1);
    let way = shop.workshops[shop.lines[reason.line].workshop].way;
    if way > 0 {
        let _ = write!(out, "; {} under way, back on {}", counted(way.into(), "workday"), reason.back);
    }
    if shop.spare > 0 {
        let _ = write!(out, "; {} in hand", counted(shop.spare.into(), "workday"));
    }
    out
}

fn words(shop: &Shop, answer: &Answer, found: &Found, reasons: &[Option<Reason>]) -> String {
    let mut out = String::new();
    for (at, order) in shop.orders.iter().enumerate() {
        let (Some(reason), Some(late)) = (reasons.get(at).and_then(Option::as_ref), found.late.get(at))
        else {
            continue;
        };
        let late = if *late > 0 {
            format!(", {} late", counted(late.unsigned_abs(), "workday"))
        } else {
            String::new()
        };
        let _ = writeln!(
            out,
            "order `{}` ({}): promised on {}, workday {}; wanted by {}{late}",
            order.id,
            counted(order.pieces.into(), "piece"),
            reason.promised,
            reason.workday,
            order.due
        );
        for (line, shares) in answer.plan.lines.iter().enumerate() {
            for (share, (begun, done, back)) in
                shares.iter().zip(&found.shares[line]).filter(|(share, _)| share.order == at)
            {
                let _ = writeln!(
                    out,
                    "  {}: {}, {begun} to {done}, back on {back}",
                    place(shop, line),
                    counted(share.pieces.into(), "piece")
                );
            }
        }
        let _ = writeln!(out, "  because {}", because(shop, reason));
        let others: Vec<String> = reason
            .elsewhere
            .iter()
            .filter_map(|(line, day)| Some(format!("`{}` {}", shop.lines[*line].id, (*day)?)))
            .collect();
        if !others.is_empty() {
            let _ = writeln!(out, "  all of it from another line: {}", others.join(", "));
        }
    }
    let proof = match answer.cost == answer.bound {
        true => "proved the cheapest".to_owned(),
        false => {
            let gap = (answer.cost as f64 / answer.bound.max(1) as f64 - 1.0) * 100.0;
            format!("no plan is below {}, so it is at most {gap:.2} % above the cheapest", yuan(answer.bound))
        }
    };
    let _ = write!(
        out,
        "{} yuan, {} of it sewing and ways and {} late days; {proof}",
        yuan(answer.cost),
        yuan(found.cost),
        yuan(found.total - found.cost)
    );
    out
}

fn as_json(shop: &Shop, answer: &Answer, found: &Found, reasons: &[Option<Reason>]) -> Json {
    let line = |line: usize| {
        let workshop = &shop.workshops[shop.lines[line].workshop];
        json!({"line": shop.lines[line].id, "workshop": workshop.id, "partner": workshop.partner})
    };
    let orders = shop.orders.iter().enumerate().map(|(at, order)| {
        let mut shares = Vec::new();
        for (own, sewn) in answer.plan.lines.iter().enumerate() {
            for (share, (begun, done, back)) in sewn.iter().zip(&found.shares[own]).filter(|(share, _)| share.order == at) {
                let mut told = line(own);
                for (name, value) in [
                    ("pieces", json!(share.pieces)),
                    ("begun", json!(begun.to_string())),
                    ("done", json!(done.to_string())),
                    ("back", json!(back.to_string())),
                ] {
                    told[name] = value;
                }
                shares.push(told);
            }
        }
        let reason = reasons.get(at).and_then(Option::as_ref);
        let because = reason.map(|reason| {
            let waits = match &reason.waits {
                Waits::Pieces(day) => json!({"for": "pieces", "until": day.to_string()}),
                Waits::Order(other) => json!({"for": "order", "order": shop.orders[*other].id}),
                Waits::Line(day) => json!({"for": "line", "until": day.to_string()}),
            };
            let elsewhere = reason.elsewhere.iter().map(|(line, day)| {
                json!({"line": shop.lines[*line].id, "promised": day.map(|day| day.to_string())})
            });
            json!({
                "share": line(reason.line), "waits": waits, "setup_minutes": reason.setup as f64 / 100.0,
                "begun": reason.sewn.0.to_string(), "done": reason.sewn.1.to_string(),
                "way_workdays": shop.workshops[shop.lines[reason.line].workshop].way, "back": reason.back.to_string(),
                "spare_workdays": shop.spare, "elsewhere": elsewhere.collect::<Vec<_>>(),
            })
        });
        json!({
            "order": order.id, "pieces": order.pieces, "due": order.due.to_string(),
            "promised": found.promised[at].map(|day| day.to_string()), "workday": reason.map(|reason| reason.workday),
            "late_workdays": found.late.get(at), "shares": shares, "because": because,
        })
    });
    json!({
        "shop": shop.name, "orders": orders.collect::<Vec<_>>(), "cost_fen": answer.cost, "sewing_fen": found.cost,
        "late_fen": found.total - found.cost, "bound_fen": answer.bound, "proved": answer.cost == answer.bound,
    })
}
