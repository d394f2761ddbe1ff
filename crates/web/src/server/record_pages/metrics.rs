use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use crate::server::measures::Measured;
use axum::http::StatusCode;
use casework::state::Stage;
use record::Latency;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Whether the city can do its work: whether the record takes entries.
pub fn alive(asked: &Asked) -> Result<Answer, Oops> {
    match asked.city.casework.record().health() {
        Ok(health) if health.stopped.is_none() => Ok(Answer::text("ok\n")),
        Ok(_) | Err(_) => {
            Ok(Answer::text("the record takes no entries\n").status(StatusCode::SERVICE_UNAVAILABLE))
        }
    }
}

/// Figures for Prometheus; none is about a person.
pub fn metrics(asked: &Asked) -> Result<Answer, Oops> {
    let city = &asked.city;
    let health = city.casework.record().health()?;
    let (open, overdue) = city.casework.board(|board| {
        let open = board.running().filter(|state| state.stage != Stage::Draft).count();
        (open, board.late(asked.now))
    })?;
    let mut text = Text::default();
    text.gauge("record_entries", "Entries on the record.", health.entries);
    text.gauge("record_queued", "Batches that wait for the writer.", health.queued);
    text.gauge(
        "record_stopped",
        "1 where the record takes no entries any more.",
        u8::from(health.stopped.is_some()),
    );
    text.gauge("record_store_bytes", "Bytes that the store takes.", health.store_bytes);
    let seconds = health.last_commit.as_secs_f64();
    text.gauge("record_last_commit_seconds", "How long the last commit took, with its sync.", seconds);
    let appends = "How long an append took, until the sync that carried it.";
    text.histogram("record_append_seconds", appends, [(String::new(), &health.appends)]);
    text.gauge("cases_open", "Cases that were handed in and are not over.", open);
    text.gauge("clocks_overdue", "Clocks that bind offices and run past their time.", overdue);
    if let Some(oversight) = city.findings.status() {
        text.gauge("oversight_models", "Models that run over the record.", oversight.models);
        text.gauge("oversight_entries", "Entries that oversight has read.", oversight.read);
        let waiting = "Objects, findings and types of objects that oversight has yet to see to.";
        text.gauge("oversight_waiting", waiting, oversight.waiting);
    }
    text.gauge("sessions_open", "Sessions of people who are signed in.", city.sessions());
    text.gauge("streams_open", "Streams of events that are open.", city.streams.count());
    text.requests(&city.measures.all());
    Ok(Answer::text(text.0))
}

/// Text as Prometheus reads it.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    fn head(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP lianchi_{name} {help}"));
        self.line(format_args!("# TYPE lianchi_{name} {kind}"));
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl std::fmt::Display) {
        self.head(name, "gauge", help);
        self.line(format_args!("lianchi_{name} {value}"));
    }

    /// `all`: for each its labels, if any, and how long it took.
    fn histogram<'a>(
        &mut self,
        name: &str,
        help: &str,
        all: impl IntoIterator<Item = (String, &'a Latency)>,
    ) {
        self.head(name, "histogram", help);
        for (labels, latency) in all {
            let more = if labels.is_empty() { String::new() } else { format!("{labels},") };
            let mut sum = 0;
            for (bound, count) in Latency::BOUNDS.iter().zip(&latency.counts) {
                sum += count;
                let bound = *bound as f64 / 1e6;
                self.line(format_args!("lianchi_{name}_bucket{{{more}le=\"{bound}\"}} {sum}"));
            }
            self.line(format_args!("lianchi_{name}_bucket{{{more}le=\"+Inf\"}} {}", latency.count()));
            let braced = if labels.is_empty() { String::new() } else { format!("{{{labels}}}") };
            self.line(format_args!("lianchi_{name}_sum{braced} {}", latency.sum.as_secs_f64()));
            self.line(format_args!("lianchi_{name}_count{braced} {}", latency.count()));
        }
    }

    fn requests(&mut self, all: &BTreeMap<(&'static str, &'static str), Measured>) {
        let labels = |(method, path): &(&str, &str)| format!("method=\"{method}\",path=\"{path}\"");
        let help = "How long a request took from the time that it was there as a whole.";
        self.histogram("request_seconds", help, all.iter().map(|(of, one)| (labels(of), &one.took)));
        self.head("answers_total", "counter", "Requests answered, by operation and status.");
        for (of, one) in all {
            for (status, count) in &one.statuses {
                let labels = labels(of);
                self.line(format_args!("lianchi_answers_total{{{labels},status=\"{status}\"}} {count}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Text;
    use crate::server::measures::Measured;
    use record::Latency;
    use std::time::Duration;

    #[test]
    fn metrics_read_as_prometheus_writes_them() {
        let mut took = Latency::default();
        [400, 1_200, 9_000_000].into_iter().for_each(|micros| took.add(Duration::from_micros(micros)));
        let mut text = Text::default();
        text.gauge("record_entries", "Entries on the record.", 12);
        text.histogram("record_append_seconds", "How long.", [(String::new(), &took)]);
        let measured = Measured { took, statuses: [(200, 2), (404, 1)].into_iter().collect() };
        text.requests(&[(("GET", "/cases/{case}"), measured)].into_iter().collect());
        insta::assert_snapshot!(text.0);
    }
}
