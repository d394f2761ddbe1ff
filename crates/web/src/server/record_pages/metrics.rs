use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use axum::http::StatusCode;
use casework::state::Stage;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::PoisonError;

/// Whether the city can do its work: whether the record takes entries.
pub fn alive(asked: &Asked) -> Result<Answer, Oops> {
    match asked.city.casework.record().health() {
        Ok(health) if health.stopped.is_none() => Ok(Answer::text("ok\n")),
        Ok(_) | Err(_) => {
            Ok(Answer::text("the record takes no entries\n").status(StatusCode::SERVICE_UNAVAILABLE))
        }
    }
}

/// What is measured, of which kind, and what it means.
const MEASURES: [(&str, &str, &str); 7] = [
    ("lianchi_record_entries", "gauge", "Entries on the record."),
    ("lianchi_record_queued", "gauge", "Batches that wait for the writer."),
    ("lianchi_record_last_commit_seconds", "gauge", "How long the last commit took, with its sync."),
    ("lianchi_record_store_bytes", "gauge", "Bytes that the store takes."),
    ("lianchi_cases_open", "gauge", "Cases that were handed in and are not over."),
    ("lianchi_clocks_overdue", "gauge", "Clocks that bind offices and run past their time."),
    ("lianchi_answers_total", "counter", "Requests answered, by status."),
];

/// Figures for Prometheus; none is about a person.
pub fn metrics(asked: &Asked) -> Result<Answer, Oops> {
    let health = asked.city.casework.record().health()?;
    let (open, overdue) = asked.city.casework.board(|board| {
        let open = board.running().filter(|state| state.stage != Stage::Draft).count();
        (open, board.late(asked.now))
    })?;
    let answered = asked.city.answered.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let answered: BTreeMap<u16, u64> = answered.into_iter().collect();
    let figures = [
        health.entries.to_string(),
        health.queued.to_string(),
        health.last_commit.as_secs_f64().to_string(),
        health.store_bytes.to_string(),
        open.to_string(),
        overdue.to_string(),
    ];
    Ok(Answer::text(written(&figures, &answered)))
}

fn written(figures: &[String], answered: &BTreeMap<u16, u64>) -> String {
    let mut text = String::new();
    for (place, (name, kind, help)) in MEASURES.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        match figures.get(place) {
            Some(figure) => drop(writeln!(text, "{name} {figure}")),
            None => answered.iter().for_each(|(status, count)| {
                let _ = writeln!(text, "{name}{{status=\"{status}\"}} {count}");
            }),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn metrics_read_as_prometheus_writes_them() {
        let figures = ["12", "0", "0.0015", "4096", "3", "1"].map(str::to_owned);
        let answered = [(200, 7), (404, 1)].into_iter().collect();
        insta::assert_snapshot!(super::written(&figures, &answered));
    }
}
