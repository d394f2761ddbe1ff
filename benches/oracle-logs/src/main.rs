//! Counts event logs with the `process_mining` crate: `cargo run --release -- FILE…` prints for each the numbers that
//! the table in `crates/record/tests/interop_real.rs` has, and the time that reading took.
//!
//! It does not use `record` itself, since both bring SQLite and only one can be linked.

use process_mining::core::event_data::case_centric::xes::{XESImportOptions, import_xes_path};
use process_mining::core::event_data::object_centric::ocel_json::import_ocel_json_path;
use process_mining::core::event_data::object_centric::ocel_sql::import_ocel_sqlite_from_path;
use process_mining::core::event_data::object_centric::ocel_xml::import_ocel_xml_path;
use process_mining::{EventLog, OCEL};
use std::collections::HashSet;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    for file in std::env::args_os().skip(1) {
        let path = Path::new(&file);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let begun = Instant::now();
        let ending = name.strip_suffix(".gz").unwrap_or(&name).rsplit('.').next().unwrap_or_default().to_owned();
        let counts = match ending.as_str() {
            "xes" => of_xes(&import_xes_path(path, XESImportOptions::default()).map_err(|error| format!("{error:?}"))?),
            "json" => of_ocel(&import_ocel_json_path(path)?),
            "xml" => of_ocel(&import_ocel_xml_path(path)?),
            "sqlite" => of_ocel(&import_ocel_sqlite_from_path(path)?),
            _ => {
                println!("{name}: not read by `process_mining`");
                continue;
            }
        };
        println!("(\"{name}\", {counts:?}), // {} ms", begun.elapsed().as_millis());
    }
    Ok(())
}

/// Events, event types, objects, object types, relations, links, attributes, object values.
type Counts = [u64; 8];

fn of_xes(log: &EventLog) -> Counts {
    let events = || log.traces.iter().flat_map(|trace| &trace.events);
    let named = |key: &str| key == "concept:name" || key == "time:timestamp";
    let attributes = || events().flat_map(|event| &event.attributes);
    let names: HashSet<String> = attributes()
        .filter(|attribute| attribute.key == "concept:name")
        .map(|attribute| format!("{:?}", attribute.value))
        .collect();
    let count = events().count() as u64;
    let values = log.traces.iter().map(|trace| trace.attributes.len() as u64).sum();
    let other = attributes().filter(|attribute| !named(&attribute.key)).count() as u64;
    [count, names.len() as u64, log.traces.len() as u64, 1, count, 0, other, values]
}

fn of_ocel(log: &OCEL) -> Counts {
    [
        log.events.len() as u64,
        log.event_types.len() as u64,
        log.objects.len() as u64,
        log.object_types.len() as u64,
        log.events.iter().map(|event| event.relationships.len() as u64).sum(),
        log.objects.iter().map(|object| object.relationships.len() as u64).sum(),
        log.events.iter().map(|event| event.attributes.len() as u64).sum(),
        log.objects.iter().map(|object| object.attributes.len() as u64).sum(),
    ]
}
