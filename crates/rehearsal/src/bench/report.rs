use std::io::{self, Write as _};

/// What a figure has to reach.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    /// So much, or more.
    AtLeast(f64),
    /// So much, or less.
    AtMost(f64),
    /// Nothing: it stands for comparison.
    None,
}

/// A figure with its unit: `1,234 /s`, `0.21 ms`.
#[derive(Clone, Copy, Debug)]
pub struct Amount<'a>(pub f64, pub &'a str);

/// Prints figures one a line, as they are known, and counts those that miss their bar.
#[derive(Debug, Default)]
pub struct Report {
    missed: Vec<String>,
    met: usize,
    left_out: Vec<String>,
}

impl Report {
    /// Begins an area.
    pub fn area(&mut self, name: &str, about: &str) {
        self.print(&format!("\n{name}: {about}\n"));
    }

    /// Prints a figure beside its bar; `note` says what was measured with it.
    pub fn figure(&mut self, what: &str, amount: Amount<'_>, bar: Bar, note: &str) {
        let Amount(value, unit) = amount;
        // How far from the bar, of the bar.
        let (bar, short) = match bar {
            Bar::AtLeast(least) => (format!(">= {} {unit}", number(least)), 1.0 - value / least),
            Bar::AtMost(most) => (format!("<= {} {unit}", number(most)), value / most - 1.0),
            Bar::None => (String::new(), f64::NAN),
        };
        let verdict = if short.is_nan() {
            String::new()
        } else if short <= 0.0 {
            self.met += 1;
            "met".to_owned()
        } else {
            self.missed.push(what.to_owned());
            format!("MISSED by {:.0} %", (short * 100.0).ceil())
        };
        let measured = format!("{} {unit}", number(value));
        self.print(&format!("  {what:<54} {measured:>14} {bar:>14}  {verdict:<14} {note}\n"));
    }

    /// Prints a promise that holds or does not, such as that nothing is lost.
    pub fn promise(&mut self, what: &str, kept: bool, note: &str) {
        let verdict = if kept { "met" } else { "MISSED" };
        if kept {
            self.met += 1;
        } else {
            self.missed.push(what.to_owned());
        }
        self.print(&format!("  {what:<54} {:>14} {:>14}  {verdict:<14} {note}\n", "", ""));
    }

    /// Says in one line what was not measured, and why.
    pub fn left_out(&mut self, what: &str, why: &str) {
        self.left_out.push(what.to_owned());
        self.print(&format!("  left out: {what}: {why}\n"));
    }

    /// The last line. Whether every bar was met.
    pub fn end(&mut self) -> bool {
        let mut words = format!("\n{} met, {} missed", self.met, self.missed.len());
        for (list, before) in [(&self.missed, ": "), (&self.left_out, "; left out: ")] {
            if !list.is_empty() {
                words.push_str(before);
                words.push_str(&list.join(", "));
            }
        }
        self.print(&(words + "\n"));
        self.missed.is_empty()
    }

    #[allow(clippy::unused_self, reason = "what is printed belongs to the report")]
    fn print(&self, text: &str) {
        let mut out = io::stdout().lock();
        // Nobody reads a report whose reader has gone.
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }
}

/// A number as people read it: three figures that count, thousands apart.
pub fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    let (whole, rest) = text.split_once('.').unwrap_or((&text, ""));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) && !grouped.ends_with('-') {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if rest.is_empty() { grouped } else { format!("{grouped}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::{Amount, Bar, Report, number};

    #[test]
    fn numbers_read_as_people_write_them() {
        let numbers = [0.0, 0.0213, 1.5, 12.34, 123.4, 1_234.0, 561_470.4, 1_000_000.0];
        let written = numbers.map(number);
        assert_eq!(written, ["0", "0.021", "1.50", "12.3", "123", "1,234", "561,470", "1,000,000"]);
    }

    #[test]
    fn a_figure_that_misses_its_bar_is_told() {
        let check = |value, bar| {
            let mut report = Report::default();
            report.figure("something", Amount(value, "s"), bar, "");
            report.end()
        };
        assert!(check(1.0, Bar::AtMost(1.0)) && check(2.0, Bar::AtLeast(1.0)) && check(2.0, Bar::None));
        assert!(!check(1.1, Bar::AtMost(1.0)) && !check(0.9, Bar::AtLeast(1.0)));
    }
}
