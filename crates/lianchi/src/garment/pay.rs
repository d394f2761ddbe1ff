use crate::say::{Failure, Say, Wrong, counted};
use garment::definition::Problem;
use garment::pay::contract::Contract;
use garment::pay::left::Left;
use garment::pay::money::Fen;
use garment::pay::reckon::{Month, reckon};
use garment::pay::sample::{self, Wanted};
use garment::pay::scans::{Kind, Scans};
use garment::pay::ticket::Ticket;
use garment::print::paper::Font;
use garment::print::{slips, tickets};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub struct Pay {
    /// What was scanned: a table `scan,time,ticket,person,pieces,corrects`.
    scans: PathBuf,
    /// The month's contract, in TOML.
    contract: PathBuf,
    /// Tickets that were paid in earlier months, as `--paid-out` wrote them. May be given again.
    #[arg(long, value_name = "FILE")]
    paid: Vec<PathBuf>,
    /// Writes which scan was paid to whom, a line for each.
    #[arg(long, value_name = "FILE")]
    paid_out: Option<PathBuf>,
    /// Prints everybody's payslip.
    #[arg(long, value_name = "FILE")]
    slips: Option<PathBuf>,
    #[command(flatten)]
    font: FontFile,
}

#[derive(clap::Args)]
pub struct Tickets {
    /// The month's contract, in TOML.
    contract: PathBuf,
    /// Which bundles: `1-40`, or one.
    #[arg(long, value_name = "FROM-TO")]
    bundles: String,
    /// The file that is printed into.
    #[arg(long, value_name = "FILE")]
    pdf: PathBuf,
    #[command(flatten)]
    font: FontFile,
}

#[derive(clap::Args)]
pub struct Sample {
    /// The folder that `contract.toml` and `scans.csv` are written into.
    dir: PathBuf,
    /// How many people.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=5000))]
    people: u32,
    /// How many scans.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(1..=20_000_000))]
    scans: u32,
    /// How many collectives.
    #[arg(long, default_value_t = 45, value_parser = clap::value_parser!(u32).range(0..=1000))]
    collectives: u32,
    /// The seed; another one makes another month.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(clap::Args)]
pub(super) struct FontFile {
    /// A font with Chinese letters; one that this machine has if none is named.
    #[arg(long, value_name = "FILE")]
    font: Option<PathBuf>,
}

/// Where systems keep fonts with Chinese letters.
const FONTS: [&str; 9] = [
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/opentype/source-han-sans/SourceHanSansSC-Regular.otf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "C:\\Windows\\Fonts\\simhei.ttf",
];

impl FontFile {
    pub(super) fn read(&self) -> Result<Vec<u8>, Failure> {
        let found = self.font.clone().or_else(|| FONTS.iter().map(PathBuf::from).find(|path| path.is_file()));
        let none = "no font with Chinese letters was found here; name one with `--font`, such as Noto Sans CJK SC, which is free";
        let path = found.ok_or_else(|| Wrong(none.into()))?;
        let told = |error| Wrong(format!("the font `{}` cannot be read: {error}", path.display()));
        Ok(std::fs::read(&path).map_err(told)?)
    }
}

fn contract(path: &Path) -> Result<Contract, Failure> {
    let told = |problem: &Problem| format!("{}:{problem}", path.display());
    let all = |problems: Vec<Problem>| Wrong(problems.iter().map(told).collect::<Vec<_>>().join("\n"));
    Ok(Contract::read(&super::read(path)?).map_err(all)?)
}

pub fn pay(options: &Pay, say: Say) -> Result<(), Failure> {
    let read = [&options.scans, &options.contract].into_iter().chain(&options.paid).chain(&options.font.font);
    super::outputs(read.map(Some), [&options.paid_out, &options.slips])?;
    let contract = contract(&options.contract)?;
    let mut before = Vec::new();
    for path in &options.paid {
        before.extend(earlier(path)?);
    }
    let file = std::fs::File::open(&options.scans)
        .map_err(|error| Wrong(format!("`{}` cannot be read: {error}", options.scans.display())))?;
    let scans = Scans::read(file, &contract, &before)?;
    let month = reckon(&contract, &scans);
    if let Some(path) = &options.paid_out {
        super::write(path, paid_out(&contract, &scans).as_bytes())?;
    }
    if let Some(path) = &options.slips {
        let font = options.font.read()?;
        super::write(path, &slips::slips(&contract, &month, &Font::read(&font)?)?)?;
    }
    let left = Left::of(&contract, &scans);
    let json = if say.json { as_json(&contract, &scans, &month, &left) } else { Json::Null };
    say.answer(&(words(&contract, &scans, &month) + &what_is_left(&left)), &json)?;
    // What somebody must look at is something found.
    let open =
        scans.told.iter().any(|told| ![Kind::Late, Kind::SentTwice, Kind::NextMonth].contains(&told.kind));
    if open || overdrawn(&month).next().is_some() { Err(Failure::Finding) } else { Ok(()) }
}

/// Payslips on which more is withheld than there is wage.
fn overdrawn(month: &Month) -> impl Iterator<Item = &garment::pay::reckon::Slip> {
    month.slips.iter().filter(|slip| slip.net < Fen(0))
}

/// The tickets that a month paid, as [`paid_out`] wrote them.
fn earlier(path: &Path) -> Result<Vec<(Ticket, u32)>, Failure> {
    let text = super::read(path)?;
    let row = |(line, row): (u64, &str)| {
        let mut columns = row.split(',').skip(2);
        let ticket = columns.next().and_then(|code| Ticket::read(code.as_bytes()).ok());
        let pieces = columns.next().and_then(|pieces| pieces.parse().ok());
        let what =
            || (line, format!("`{row}` is no line of `--paid-out`; write `person,scan,ticket,pieces`"));
        ticket.zip(pieces).ok_or_else(what)
    };
    let rows: Vec<Result<_, (u64, String)>> = (1..).zip(text.lines()).skip(1).map(row).collect();
    let wrong: Vec<(u64, String)> = rows.iter().filter_map(|row| row.as_ref().err().cloned()).collect();
    if wrong.is_empty() { Ok(rows.into_iter().flatten().collect()) } else { Err(super::faults(path, wrong)) }
}

fn paid_out(contract: &Contract, scans: &Scans) -> String {
    let mut out = "person,scan,ticket,pieces\n".to_owned();
    for scan in &scans.paid {
        let person = contract.people.get(scan.person as usize).map_or("", |person| person.id.as_str());
        let _ = writeln!(out, "{person},{},{},{}", scans.id(scan), scan.ticket, scan.pieces);
    }
    out
}

fn words(contract: &Contract, scans: &Scans, month: &Month) -> String {
    let paid: Fen = month.slips.iter().map(|slip| slip.net).sum();
    let top_up: Fen = month.slips.iter().map(|slip| slip.top_up).sum();
    let topped = month.slips.iter().filter(|slip| slip.top_up > Fen(0)).count();
    let rent: Fen = month.shares.due.iter().map(|due| due.rent.0).sum();
    let mut out = format!(
        "{} rows: {} scans paid, {} corrected\n\
         {} people are paid {paid} yuan; {topped} of them topped up by {top_up} to the minimum wage\n\
         profit {} of {} entries; {} collectives get {rent} of rent and {} of dividends\n{} entries, residual {}",
        scans.rows,
        scans.paid.len(),
        scans.corrected,
        month.slips.len(),
        month.shares.profit,
        month.shares.made_of.len(),
        contract.collectives.len(),
        month.shares.pool,
        month.ledger.entries.len(),
        month.ledger.residual(),
    );
    let none = month.slips.iter().filter(|slip| slip.lines.is_empty() && slip.attendance.1 > 0);
    for person in none.filter_map(|slip| contract.people.get(slip.person)) {
        let _ = write!(
            out,
            "\n{} has no scan and gets the minimum wage; if they were not there, say `absent = …`",
            person.id
        );
    }
    for slip in overdrawn(month) {
        let person = contract.people.get(slip.person).map_or("", |person| person.id.as_str());
        let _ = write!(
            out,
            "\n{person} would be paid {}: more is withheld than there is wage; mend their `[[adjustment]]`",
            slip.net
        );
    }
    for (kind, name) in Kind::ALL {
        let of_kind: Vec<_> = scans.told.iter().filter(|told| told.kind == kind).collect();
        if !of_kind.is_empty() {
            let _ = write!(out, "\n{name}: {}", of_kind.len());
        }
        for told in of_kind.iter().take(FEW) {
            let _ = write!(out, "\n  line {}: {}", told.line, told.what);
        }
        if of_kind.len() > FEW {
            let _ = write!(out, "\n  and {} more, each in the answer of `--json`", of_kind.len() - FEW);
        }
    }
    out
}

/// What nobody scanned: no fault, for work may go on next month, but a lost ticket is found so.
fn what_is_left(left: &Left) -> String {
    let mut out = String::new();
    if !left.tickets.is_empty() {
        let pieces: u64 = left.tickets.iter().map(|(_, pieces)| u64::from(*pieces)).sum();
        let _ = write!(
            out,
            "\nleft of bundles that were begun: {} on {}",
            counted(pieces, "piece"),
            counted(left.tickets.len() as u64, "ticket")
        );
        for (ticket, pieces) in left.tickets.iter().take(FEW) {
            let _ = write!(out, "\n  `{ticket}`: {pieces}");
        }
        if left.tickets.len() > FEW {
            let _ = write!(out, "\n  and {} more, each in the answer of `--json`", left.tickets.len() - FEW);
        }
    }
    if !left.bundles.is_empty() {
        let _ = write!(out, "\nnot begun: {}", spans(&left.bundles));
    }
    out
}

/// How many scans of a kind are told in words.
const FEW: usize = 5;

fn as_json(contract: &Contract, scans: &Scans, month: &Month, left: &Left) -> Json {
    let slip = |slip: &garment::pay::reckon::Slip| {
        let person = contract.people.get(slip.person);
        let line = |line: &garment::pay::reckon::WageLine| {
            let operation = contract.operations.get(line.operation);
            let proof =
                line.scans.iter().filter_map(|at| scans.paid.get(*at as usize)).map(|scan| scans.id(scan));
            json!({
                "style": operation.map(|operation| &operation.style), "code": operation.map(|operation| operation.code),
                "operation": operation.map(|operation| &operation.name), "time": line.time.words().0,
                "percent": line.time.percent(), "pieces": line.pieces, "fen": line.amount.0,
                "scans": proof.collect::<Vec<_>>(),
            })
        };
        let adjustments = slip.adjustments.iter().filter_map(|at| contract.adjustments.get(*at));
        json!({
            "person": person.map(|person| &person.id), "name": person.map(|person| &person.name),
            "days_due": slip.attendance.0, "days_there": slip.attendance.1,
            "lines": slip.lines.iter().map(line).collect::<Vec<_>>(), "top_up_fen": slip.top_up.0,
            "adjustments": adjustments.map(|one| json!({"name": one.name, "fen": one.amount.0})).collect::<Vec<_>>(),
            "net_fen": slip.net.0, "entries": slip.entries,
        })
    };
    let due = |due: &garment::pay::dividend::Due| {
        let collective = contract.collectives.get(due.collective);
        json!({
            "collective": collective.map(|one| &one.id), "name": collective.map(|one| &one.name),
            "township": collective.map(|one| &one.township), "rent_fen": due.rent.0.0, "rent_entry": due.rent.1,
            "dividend_fen": due.dividend.0.0, "dividend_entry": due.dividend.1,
        })
    };
    let entry = |entry: &garment::pay::ledger::Entry| {
        let line = |line: &garment::pay::ledger::Line| json!({"account": line.account.to_string(), "fen": line.amount.0});
        json!({"number": entry.number, "what": entry.what, "lines": entry.lines.iter().map(line).collect::<Vec<_>>()})
    };
    let told = |told: &garment::pay::scans::Told| json!({"line": told.line, "kind": told.kind.word(), "what": told.what});
    let of_ticket =
        |(ticket, pieces): &(Ticket, u32)| json!({"ticket": ticket.to_string(), "pieces": pieces});
    json!({
        "rows": scans.rows, "paid": scans.paid.len(), "corrected": scans.corrected,
        "slips": month.slips.iter().map(slip).collect::<Vec<_>>(),
        "profit_fen": month.shares.profit.0, "profit_entries": month.shares.made_of, "dividend_fen": month.shares.pool.0,
        "collectives": month.shares.due.iter().map(due).collect::<Vec<_>>(),
        "ledger": month.ledger.entries.iter().map(entry).collect::<Vec<_>>(), "residual_fen": month.ledger.residual().0,
        "told": scans.told.iter().map(told).collect::<Vec<_>>(),
        "left": {"tickets": left.tickets.iter().map(of_ticket).collect::<Vec<_>>(), "bundles": left.bundles},
    })
}

pub fn tickets(options: &Tickets, say: Say) -> Result<(), Failure> {
    /// More than a printer prints in a day; beyond it a number was mistyped.
    const MOST: usize = 100_000;
    let contract = contract(&options.contract)?;
    let (from, to) = options.bundles.split_once('-').unwrap_or((&options.bundles, &options.bundles));
    let number = |text: &str| text.trim().parse::<u32>().ok();
    let bundles = number(from).zip(number(to)).filter(|(from, to)| from <= to);
    let (from, to) =
        bundles.ok_or_else(|| Wrong(format!("`{}` are no bundles; write `1-40`", options.bundles)))?;
    let count: usize = contract
        .lots
        .iter()
        .map(|lot| {
            let bundles = (to.min(lot.last) + 1).saturating_sub(from.max(lot.first));
            bundles as usize * (lot.operations.1 - lot.operations.0)
        })
        .sum();
    let missing = missing(&contract, from, to);
    if missing == [(from, to)] {
        let mend = "name bundles of the contract, or add their `[[lot]]`";
        return Err(Wrong(format!("no lot has {}; {mend}", spans(&missing))).into());
    }
    if count == 0 || count > MOST {
        let error = format!("bundles {from} to {to} have {count} tickets; print from 1 to {MOST} at a time");
        return Err(Wrong(error).into());
    }
    super::outputs([Some(&options.contract), options.font.font.as_ref()], [&Some(options.pdf.clone())])?;
    let font = options.font.read()?;
    super::write(&options.pdf, &tickets::tickets(&contract, from..=to, &Font::read(&font)?)?)?;
    let place = options.pdf.display();
    let mut words = format!("{count} tickets printed into {place}");
    if !missing.is_empty() {
        words.push_str(&format!("\nno lot has {}: no tickets of them", spans(&missing)));
    }
    say.answer(&words, &json!({"tickets": count, "missing": missing}))
}

/// The bundles from one to another that no lot has, in stretches.
fn missing(contract: &Contract, from: u32, to: u32) -> Vec<(u32, u32)> {
    let mut lots: Vec<(u32, u32)> = contract.lots.iter().map(|lot| (lot.first, lot.last)).collect();
    lots.sort_unstable();
    let mut missing = Vec::new();
    // Bundles before this one are looked at.
    let mut next = from;
    for (first, last) in lots {
        if first > next && next <= to {
            missing.push((next, to.min(first - 1)));
        }
        next = next.max(last + 1);
    }
    missing.extend((next <= to).then_some((next, to)));
    missing
}

/// Stretches of bundles in words.
fn spans(stretches: &[(u32, u32)]) -> String {
    let one = |(first, last): &(u32, u32)| match first == last {
        true => first.to_string(),
        false => format!("{first} to {last}"),
    };
    let all: Vec<String> = stretches.iter().map(one).collect();
    format!(
        "{} {}",
        if matches!(stretches, [(a, b)] if a == b) { "bundle" } else { "bundles" },
        all.join(", ")
    )
}

pub fn sample(options: &Sample, say: Say) -> Result<(), Failure> {
    let Sample { dir, people, scans, collectives, seed } = options;
    let wanted = Wanted { people: *people, scans: *scans, collectives: *collectives, seed: *seed };
    let told = |error| Wrong(format!("`{}` cannot be written: {error}", dir.display()));
    std::fs::create_dir_all(dir).map_err(told)?;
    ["contract.toml", "scans.csv"].iter().try_for_each(|name| super::nothing_at(&dir.join(name)))?;
    super::write(&dir.join("contract.toml"), sample::contract(wanted).as_bytes())?;
    let file = std::fs::File::create(dir.join("scans.csv")).map_err(told)?;
    let mut out = std::io::BufWriter::new(file);
    sample::scans(wanted, &mut out).and_then(|()| std::io::Write::flush(&mut out)).map_err(told)?;
    let words = format!("a month of {people} people with {scans} scans is in {}", dir.display());
    say.answer(&words, &json!({"people": people, "scans": scans, "collectives": collectives, "seed": seed}))
}
