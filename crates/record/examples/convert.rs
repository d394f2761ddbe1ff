//! Reads an event log and writes it in another format: `convert IN OUT [TYPE]`, the format by OUT's ending, TYPE the
//! type of objects that become XES traces. Prints what each holds.

use record::Event;
use record::interop::{Format, Options, Source, WriteOptions, read, write};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to, rest @ ..] = arguments.as_slice() else { return Err("convert IN OUT [TYPE]".into()) };
    let format = Format::of_name(to).ok_or("the format of OUT is not known by its ending")?;
    let mut events: Vec<Event> = Vec::new();
    let report = read(&Source::File(Path::new(from)), &Options::default(), &mut |event| {
        events.push(event);
        Ok(())
    })?;
    println!("{from}: {}", report.counts);
    let options = WriteOptions {
        object_type: rest.first().map(|kind| kind.as_str().into()),
        gzip: to.ends_with(".gz"),
        ..WriteOptions::default()
    };
    let mut out = std::io::BufWriter::new(std::fs::File::create(to)?);
    let exported = write(format, &mut events.into_iter().map(Ok), &options, &mut out)?;
    println!("{to}: {}", exported.counts);
    if exported.events_left_out + exported.objects_left_out > 0 {
        println!("left out: {} events, {} objects", exported.events_left_out, exported.objects_left_out);
    }
    if let Some(mapping) = exported.mapping {
        println!("mapping: {mapping}");
    }
    Ok(())
}
