//! Samples as a table of comma-separated values. What the columns are called says what they hold.

use super::chart::Data;
use super::switching::Found;

/// What a table holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Table {
    /// Samples of a process, with the name of each.
    Samples(Vec<String>, Data),
    /// How often each kind of fault was found.
    Faults(Vec<(String, u64)>),
}

/// A fault of a table, with its line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Wrong {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong, and the mend.
    pub what: String,
}

const HEADINGS: &str = "`sample,inspected,defective` for a p chart, `sample,inspected,defects` for a u chart, \
    `sample,x1,x2,…` for X̄-R charts, or `fault,count` for a Pareto diagram";

/// Reads samples or faults.
pub fn read(text: &str) -> Result<Table, Vec<Wrong>> {
    let mut rows = Rows::of(text);
    let heading = rows.heading()?;
    let names: Vec<&str> = heading.iter().map(String::as_str).collect();
    match names.as_slice() {
        ["fault", "count"] => {
            let faults = rows.collect(|row| Ok((row.text(0).to_owned(), row.count(1)?)))?;
            Ok(Table::Faults(faults))
        }
        [_, "inspected", kind @ ("defective" | "defects")] => {
            let found = rows.collect(|row| {
                let (inspected, bad) = (row.count(1)?, row.count(2)?);
                if inspected == 0 {
                    return Err("nothing was inspected; leave the row out".to_owned());
                }
                if *kind == "defective" && bad > inspected {
                    return Err(format!(
                        "`{bad}` defective of `{inspected}`; a piece is counted once, or call the column `defects`"
                    ));
                }
                Ok((row.text(0).to_owned(), (inspected, bad)))
            })?;
            let (labels, counts) = found.into_iter().unzip();
            let data = if *kind == "defects" { Data::Defects(counts) } else { Data::Defective(counts) };
            Ok(Table::Samples(labels, data))
        }
        [_, first, ..] if first.starts_with('x') => {
            let width = names.len();
            let found = rows.collect(|row| {
                let values = (1..width).map(|at| row.measure(at)).collect::<Result<Vec<f64>, String>>()?;
                Ok((row.text(0).to_owned(), values))
            })?;
            let (labels, values) = found.into_iter().unzip();
            Ok(Table::Samples(labels, Data::Measured(values)))
        }
        _ => {
            let what = format!("the heading `{}` says nothing known; write {HEADINGS}", names.join(","));
            Err(vec![Wrong { line: 1, what }])
        }
    }
}

/// Reads lots as they were inspected one after the other: `lot,bad`, and `steady` if wanted.
pub fn lots(text: &str) -> Result<Vec<(u64, Found)>, Vec<Wrong>> {
    let mut rows = Rows::of(text);
    let heading = rows.heading()?;
    let told = match heading.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["lot", "bad"] => false,
        ["lot", "bad", "steady"] => true,
        names => {
            let names = names.join(",");
            let what =
                format!("the heading `{names}` says nothing known; write `lot,bad` or `lot,bad,steady`");
            return Err(vec![Wrong { line: 1, what }]);
        }
    };
    rows.collect(|row| {
        let steady = match row.text(2) {
            _ if !told => true,
            "yes" | "是" => true,
            "no" | "否" => false,
            other => return Err(format!("`{other}` in column `steady`; write `yes` or `no`")),
        };
        let size = row.count(0)?;
        if size < 2 {
            return Err(format!("a lot of `{size}`; a lot has 2 pieces at least"));
        }
        let bad = row.count(1)?;
        let bad =
            u32::try_from(bad).map_err(|_| format!("`{bad}` bad pieces are more than any lot holds"))?;
        Ok((size, Found { bad, steady }))
    })
}

struct Rows<'t> {
    reader: csv::Reader<&'t [u8]>,
    heading: Vec<String>,
}

struct Row<'r> {
    record: &'r csv::StringRecord,
    heading: &'r [String],
}

impl<'t> Rows<'t> {
    fn of(text: &'t str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let reader =
            csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
        Self { reader, heading: Vec::new() }
    }

    fn heading(&mut self) -> Result<Vec<String>, Vec<Wrong>> {
        let heading = self.reader.headers().map_err(|error| vec![of_csv(&error)])?;
        self.heading = heading.iter().map(str::to_lowercase).collect();
        Ok(self.heading.clone())
    }

    /// Reads every row; all that is wrong is told at once.
    fn collect<T>(&mut self, read: impl Fn(&Row<'_>) -> Result<T, String>) -> Result<Vec<T>, Vec<Wrong>> {
        let (mut found, mut wrong) = (Vec::new(), Vec::new());
        for record in self.reader.records() {
            match record {
                Err(error) => wrong.push(of_csv(&error)),
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    let row = Row { record: &record, heading: &self.heading };
                    match row.whole().and_then(|()| read(&row)) {
                        Ok(one) => found.push(one),
                        Err(what) => wrong.push(Wrong { line, what }),
                    }
                }
            }
        }
        if wrong.is_empty() { Ok(found) } else { Err(wrong) }
    }
}

fn of_csv(error: &csv::Error) -> Wrong {
    Wrong {
        line: error.position().map_or(1, csv::Position::line),
        what: format!("{error}; save the table anew as UTF-8"),
    }
}

impl Row<'_> {
    fn whole(&self) -> Result<(), String> {
        let (found, wanted) = (self.record.len(), self.heading.len());
        let told =
            || format!("{found} columns where the heading has {wanted}; fill them or leave the row out");
        if found == wanted { Ok(()) } else { Err(told()) }
    }

    fn text(&self, column: usize) -> &str {
        self.record.get(column).unwrap_or_default()
    }

    fn wrong(&self, column: usize, wanted: &str) -> String {
        let heading = self.heading.get(column).map_or("", String::as_str);
        format!("`{}` in column `{heading}` is not {wanted}", self.text(column))
    }

    fn count(&self, column: usize) -> Result<u64, String> {
        self.text(column).parse().map_err(|_| self.wrong(column, "a whole number; write how many"))
    }

    fn measure(&self, column: usize) -> Result<f64, String> {
        /// Sums of squares of these are far from what a number holds.
        const MOST: f64 = 1e15;
        let value = self.text(column).parse::<f64>().ok().filter(|value| value.abs() <= MOST);
        value.ok_or_else(|| self.wrong(column, "a number of at most 15 digits; write the measurement"))
    }
}
