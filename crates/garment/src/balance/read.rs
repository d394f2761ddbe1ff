//! Lines in the formats of the literature: `.alb` (assembly-line-balancing.de), `.IN2` (Scholl) and ALWABP (Chaves, Lorena and
//! Miralles). What the text looks like says which it is.

use super::{Crew, Line};

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A line, with the cycle time if the file names one.
    Line(Line, Option<u32>),
    /// A line whose workers have their own times.
    Crew(Crew),
}

/// A fault with its line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Wrong {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, and the mend.
    pub what: String,
}

/// Operations that are taken at most, and the most that their times may sum to.
const MOST: usize = 1024;
const LONGEST: u64 = 1_000_000_000;

/// Reads a line.
pub fn read(text: &str) -> Result<Problem, Wrong> {
    let text = text.trim_start_matches('\u{feff}');
    let lines: Vec<(u64, &str)> = (1..).zip(text.lines()).map(|(at, line)| (at, line.trim())).collect();
    let filled: Vec<(u64, &str)> = lines.into_iter().filter(|(_, line)| !line.is_empty()).collect();
    let (at, first) =
        filled.first().copied().ok_or(Wrong { line: 1, what: "the file is empty; write a line".into() })?;
    if first.starts_with('<') {
        return alb(&filled);
    }
    let n = number(at, first, "the number of operations")?;
    let n = count(at, n)?;
    let rows = filled.get(1..).unwrap_or_default();
    match rows.first() {
        Some((_, row)) if row.split_whitespace().count() > 1 => crew(n, rows, at, text.ends_with('\n')),
        _ => in2(n, rows, at),
    }
}

fn wrong<T>(line: u64, what: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { line, what: what.into() })
}

fn number(line: u64, text: &str, wanted: &str) -> Result<u64, Wrong> {
    let told = || Wrong { line, what: format!("`{text}` where {wanted} is wanted; write a whole number") };
    text.trim().parse().map_err(|_| told())
}

fn count(line: u64, n: u64) -> Result<usize, Wrong> {
    match usize::try_from(n) {
        Ok(n) if (1..=MOST).contains(&n) => Ok(n),
        _ => wrong(line, format!("`{n}` operations; from 1 to {MOST} are taken")),
    }
}

fn time(line: u64, text: &str) -> Result<u32, Wrong> {
    let time = number(line, text, "a time")?;
    match u32::try_from(time) {
        Ok(short) if time <= LONGEST / 10 => Ok(short),
        _ => wrong(line, format!("a time of `{time}`; take a coarser unit, up to {}", LONGEST / 10)),
    }
}

fn summed(line: u64, times: &[u32]) -> Result<(), Wrong> {
    let sum: u64 = times.iter().map(|time| u64::from(*time)).sum();
    if sum > LONGEST {
        wrong(line, format!("times that sum to {sum}; take a coarser unit, up to {LONGEST}"))
    } else {
        Ok(())
    }
}

/// A pair `1,2` or `1 2`, as places; `-1,-1` ends the pairs.
fn pair(line: u64, text: &str, n: usize) -> Result<Option<(usize, usize)>, Wrong> {
    let parts: Vec<&str> = text.split([',', ' ', '\t']).filter(|part| !part.is_empty()).collect();
    if parts.first() == Some(&"-1") {
        return Ok(None);
    }
    let [before, after] = parts.as_slice() else {
        return wrong(line, format!("`{text}` is no pair of operations; write `1,2`"));
    };
    let place = |part: &str| match number(line, part, "an operation")? {
        one if (1..=n as u64).contains(&one) => Ok(one as usize - 1),
        one => wrong(line, format!("there is no operation `{one}`; write one from 1 to {n}")),
    };
    let (before, after) = (place(before)?, place(after)?);
    if before == after {
        return wrong(
            line,
            format!("operation `{}` cannot come before itself; leave the pair out", before + 1),
        );
    }
    Ok(Some((before, after)))
}

/// Pairs up to `-1,-1`; without that the file was cut, and pairs may be missing.
fn ended(rows: &[(u64, &str)], n: usize, at: u64) -> Result<Vec<(usize, usize)>, Wrong> {
    if rows.iter().any(|(_, row)| row.starts_with("-1")) {
        return pairs(rows, n);
    }
    let what = "the pairs do not end with `-1,-1`; the file was cut, so get it whole, or add that line";
    // What is wrong before that is told first.
    pairs(rows, n).and_then(|_| wrong(rows.last().map_or(at, |(line, _)| *line), what))
}

fn pairs(rows: &[(u64, &str)], n: usize) -> Result<Vec<(usize, usize)>, Wrong> {
    let mut all = Vec::new();
    for (line, row) in rows {
        match pair(*line, row, n)? {
            Some(pair) => all.push(pair),
            None => break,
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

fn in2(n: usize, rows: &[(u64, &str)], at: u64) -> Result<Problem, Wrong> {
    let Some(own) = rows.get(..n) else {
        return wrong(
            rows.last().map_or(at, |(line, _)| *line),
            format!("{} times for {n} operations; write one on a line", rows.len()),
        );
    };
    let times = own.iter().map(|(line, row)| time(*line, row)).collect::<Result<Vec<u32>, Wrong>>()?;
    summed(at, &times)?;
    let order = ended(rows.get(n..).unwrap_or_default(), n, rows.last().map_or(at, |row| row.0))?;
    Ok(Problem::Line(Line { times, order }, None))
}

/// Some published lines of crews do not say where they end; those are taken if their last line is `whole`.
fn crew(n: usize, rows: &[(u64, &str)], at: u64, whole: bool) -> Result<Problem, Wrong> {
    let Some(own) = rows.get(..n) else {
        return wrong(
            rows.last().map_or(at, |(line, _)| *line),
            format!("{} rows of times for {n} operations; write one for each", rows.len()),
        );
    };
    let workers = own.first().map_or(0, |(_, row)| row.split_whitespace().count());
    if workers > 63 {
        return wrong(at, format!("`{workers}` workers; up to 63 are taken"));
    }
    let mut times = Vec::new();
    for (line, row) in own {
        let one = |text: &str| match text.to_lowercase().as_str() {
            "inf" => Ok(None),
            _ => time(*line, text).map(Some),
        };
        let row = row.split_whitespace().map(one).collect::<Result<Vec<_>, Wrong>>()?;
        if row.len() != workers {
            return wrong(
                *line,
                format!(
                    "{} times where the first operation has {workers}; write one for each worker, `Inf` for none",
                    row.len()
                ),
            );
        }
        times.push(row);
    }
    let longest: Vec<u32> =
        times.iter().map(|row| row.iter().flatten().copied().max().unwrap_or(0)).collect();
    summed(at, &longest)?;
    let last = rows.last().map_or(at, |row| row.0);
    let rows = rows.get(n..).unwrap_or_default();
    let order = if whole && !rows.is_empty() { pairs(rows, n)? } else { ended(rows, n, last)? };
    Ok(Problem::Crew(Crew { times, order }))
}

fn alb(rows: &[(u64, &str)]) -> Result<Problem, Wrong> {
    let section = |name: &str| -> Option<(u64, Vec<(u64, &str)>)> {
        let from =
            rows.iter().position(|(_, row)| row.trim_matches(['<', '>']) == name && row.starts_with('<'))?;
        let rest = rows.get(from + 1..).unwrap_or_default();
        let own = rest.iter().take_while(|(_, row)| !row.starts_with('<')).copied().collect();
        Some((rows.get(from)?.0, own))
    };
    let need = |name: &str| {
        section(name).ok_or_else(|| Wrong { line: 1, what: format!("there is no `<{name}>`; add it") })
    };
    let single = |(line, own): (u64, Vec<(u64, &str)>), wanted: &str| match own.first() {
        Some((line, row)) => Ok((*line, number(*line, row, wanted)?)),
        None => wrong(line, format!("nothing follows; write {wanted}")),
    };
    let (line, n) = single(need("number of tasks")?, "the number of operations")?;
    let n = count(line, n)?;
    let cycle = match section("cycle time") {
        Some(found) => Some(single(found, "the cycle time")?),
        None => None,
    };
    let (start, own) = need("task times")?;
    let mut times = vec![None; n];
    for (line, row) in own {
        let parts: Vec<&str> = row.split_whitespace().collect();
        let [one, long] = parts.as_slice() else {
            return wrong(line, format!("`{row}` is no operation with its time; write `1 435`"));
        };
        let one = number(line, one, "an operation")?;
        let place = usize::try_from(one).ok().and_then(|one| times.get_mut(one.checked_sub(1)?));
        match place {
            None => return wrong(line, format!("there is no operation `{one}`; write one from 1 to {n}")),
            Some(Some(_)) => return wrong(line, format!("operation `{one}` has two times; leave one out")),
            Some(place) => *place = Some(time(line, long)?),
        }
    }
    if let Some(one) = times.iter().position(Option::is_none) {
        return wrong(start, format!("operation `{}` has no time; add it", one + 1));
    }
    let times: Vec<u32> = times.into_iter().flatten().collect();
    summed(start, &times)?;
    let order = pairs(&need("precedence relations")?.1, n)?;
    if !rows.iter().any(|(_, row)| row.starts_with('<') && row.trim_matches(['<', '>']) == "end") {
        let last = rows.last().map_or(1, |(line, _)| *line);
        return wrong(last, "there is no `<end>`; the file was cut, so get it whole, or add that line");
    }
    let cycle = cycle.map(|(line, cycle)| time(line, &cycle.to_string())).transpose()?;
    Ok(Problem::Line(Line { times, order }, cycle))
}
