//! Mutated event logs of every format: taken in whole and round again, or refused with the place.

use super::check;
use super::logs::{assert_same, real, written};
use super::mutate::{Dice, Sample};
use super::samples;
use super::words::{in_events, in_log};
use record::interop::{Format, ImportError, Mapping, Options, Place, Source, WriteOptions, read, vocabulary};
use record::{Event, Record};
use std::io::{Read as _, Write as _};

const MAPPING: &str = "case=case,activity=act,time=when";

fn options(format: Format, lenient: bool) -> Options {
    let mapping = (format == Format::Csv).then(|| Mapping::parse(MAPPING).unwrap());
    Options { format: Some(format), prefix: Some(String::new()), mapping, lenient, ..Options::default() }
}

/// Reads a log strictly and leniently. Both must tell the same; a log that is taken in must have lost nothing and come
/// back from being written; one that is not must have a place.
fn survive(format: Format, bytes: &[u8]) -> Result<bool, String> {
    let source = Source::Bytes { name: "log", bytes };
    let take = |lenient| {
        let mut events = Vec::new();
        let report = read(&source, &options(format, lenient), &mut |event| {
            events.push(event);
            Ok(())
        });
        (events, report)
    };
    let (events, strict) = take(false);
    let (kept, lenient) = take(true);
    match (strict, lenient) {
        (Ok(strict), Ok(lenient)) => {
            if strict.counts != lenient.counts || !lenient.refused.is_empty() || events != kept {
                return Err(format!("read strictly and leniently it differs: {strict:?} {lenient:?}"));
            }
            whole(format, bytes, &events)?;
            round(format, &events)?;
            Ok(true)
        }
        (Err(ImportError::Refused { first, total }), Ok(lenient)) => {
            let placeless =
                |own: &record::interop::Refusal| own.place == Place::Log && format != Format::OcelJson;
            if lenient.refused.len() as u64 != total || !lenient.refused.starts_with(&first) {
                return Err(format!("{total} parts are refused strictly, leniently {:?}", lenient.refused));
            }
            match first.iter().find(|own| placeless(own)) {
                Some(own) => Err(format!("no place: {own}")),
                None => Ok(false),
            }
        }
        (Err(strict), Err(lenient)) if strict.to_string() == lenient.to_string() => match strict {
            ImportError::Malformed { place: Place::Log, what } if format != Format::OcelSqlite => {
                Err(format!("no place: {what}"))
            }
            _ => Ok(false),
        },
        (strict, lenient) => Err(format!("strictly {strict:?}\nleniently {lenient:?}")),
    }
}

/// Every word of the log is among its events.
fn whole(format: Format, bytes: &[u8], events: &[Event]) -> Result<(), String> {
    let Some(words) = in_log(format, bytes) else { return Ok(()) };
    let known = in_events(events);
    match words.into_iter().find(|word| !known.holds(word)) {
        Some(lost) => Err(format!("`{lost}` is lost")),
        None => Ok(()),
    }
}

/// What was taken in is such as a record takes, and comes back from the format in which it came.
fn round(format: Format, events: &[Event]) -> Result<(), String> {
    if events.iter().any(|event| Record::admits(event).is_err()) {
        return Ok(());
    }
    let to = if format == Format::Ocel1Json { Format::OcelJson } else { format };
    let mut bytes = Vec::new();
    let case = WriteOptions { object_type: Some("case".into()), ..WriteOptions::default() };
    let exported = record::interop::write(to, &mut events.iter().cloned().map(Ok), &case, &mut bytes)
        .map_err(|error| format!("it cannot be written again: {error}"))?;
    if format == Format::Csv || format == Format::Ocel1Json {
        return Ok(());
    }
    let mut back = Vec::new();
    let options = Options { mapping: exported.mapping, ..options(to, false) };
    read(&Source::Bytes { name: "log", bytes: &bytes }, &options, &mut |event| {
        back.push(event);
        Ok(())
    })
    .map_err(|error| format!("what is written is not read: {error}"))?;
    // A file may use attributes that it does not declare; what is written declares them.
    let own = |events: &[Event]| {
        let kept =
            events.iter().filter(|event| to == Format::Xes || event.activity.as_str() != vocabulary::HEADER);
        kept.cloned().collect::<Vec<_>>()
    };
    assert_same("round", &own(events), &own(&back));
    Ok(())
}

fn logs(format: Format, make: fn(u64) -> Sample) {
    let samples: Vec<Sample> = (1..=4).map(make).collect();
    check(&format.to_string(), &samples, |bytes| survive(format, bytes));
}

#[test]
fn xes() {
    logs(Format::Xes, samples::xes);
}

#[test]
fn ocel_json() {
    logs(Format::OcelJson, samples::ocel_json);
}

#[test]
fn ocel_xml() {
    logs(Format::OcelXml, samples::ocel_xml);
}

#[test]
fn ocel_sqlite() {
    logs(Format::OcelSqlite, samples::ocel_sqlite);
}

#[test]
fn ocel1() {
    logs(Format::Ocel1Json, samples::ocel1);
}

#[test]
fn csv() {
    logs(Format::Csv, samples::csv);
}

/// The columns of a CSV file as a person writes them down.
#[test]
fn csv_mappings() {
    let text = "id=Nr,case=CaseID,activity=Act\\,ivity,time=When,object:order/of=Order,objects:item=Items,\
                text:note=Note,float:fee=Fee,format=%d.%m.%Y %H:%M,delimiter=;";
    let words = &["=", ",", ":", "\\", "/", "objects:", "format=", "delimiter=，", "time=x,", "activity="];
    let sample = Sample { name: "mapping".into(), bytes: text.into(), words, nest: ("\\", ",") };
    check("mapping", &[sample], |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return Ok(false) };
        match Mapping::parse(text) {
            Err(why) if why.trim().is_empty() => Err("an error that says nothing".to_owned()),
            Err(_) => Ok(false),
            Ok(mapping) => match Mapping::parse(&mapping.to_string()) {
                Ok(again) if again == mapping => Ok(true),
                other => Err(format!("`{mapping}` reads back as {other:?}")),
            },
        }
    });
}

/// Times in a format of one's own: whatever the format, a cell is read or refused.
#[test]
fn csv_time_formats() {
    let words = &["%d.%m.%Y", "%s", "%Z", "%:z", "%f", "%9999999999d", "%", "%%", "%Q", "%-y", "%j", "%U"];
    let sample =
        Sample { name: "format".into(), bytes: b"%Y-%m-%d %H:%M:%S".into(), words, nest: ("%", "d") };
    check("time format", &[sample], |bytes| {
        let format = String::from_utf8_lossy(bytes).replace(['\\', ',', '='], "");
        let Ok(mapping) = Mapping::parse(&format!("activity=a,time=t,format={format}")) else {
            return Ok(false);
        };
        let options = Options { mapping: Some(mapping), ..options(Format::Csv, false) };
        let source = Source::Bytes { name: "log", bytes: b"a,t\nx,2026-01-31 08:30:00\n" };
        Ok(record::interop::check(&source, &options).is_ok())
    });
}

/// Compressed logs: the compressed bytes are damaged, or what they hold is.
#[test]
fn compressed() {
    let pack = |bytes: &[u8]| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let packed = |seed| {
        let own = samples::xes(seed);
        Sample { name: format!("{} gz", own.name), bytes: pack(&own.bytes), ..own }
    };
    check("xes.gz", &[packed(1), packed(2)], |bytes| {
        let own = bytes.starts_with(&[0x1F, 0x8B]);
        let mut plain = Vec::new();
        let whole = own && flate2::read::MultiGzDecoder::new(bytes).read_to_end(&mut plain).is_ok();
        let read =
            record::interop::check(&Source::Bytes { name: "log", bytes }, &options(Format::Xes, false))
                .is_ok();
        if read && own && !whole {
            Err("a broken stream is taken for a whole one".to_owned())
        } else {
            Ok(read)
        }
    });
    check("what xes.gz holds", &[samples::xes(3)], |bytes| survive(Format::Xes, &pack(bytes)));
}

/// The real logs, each damaged at a few places; the large ones at fewer, or not without optimisation.
#[test]
fn real_logs_damaged() {
    let Some(folder) = real() else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let rounds = std::env::var("LIANCHI_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let packed = std::fs::read(&path).unwrap();
        let mut bytes = Vec::new();
        match packed.starts_with(&[0x1F, 0x8B]) {
            true => drop(flate2::read::MultiGzDecoder::new(&*packed).read_to_end(&mut bytes).unwrap()),
            false => bytes = packed,
        }
        if cfg!(debug_assertions) && bytes.len() > 1 << 20 {
            bytes.truncate(1 << 20);
        } else if bytes.len() > 32 << 20 {
            continue;
        }
        let source = Source::Bytes { name: &name, bytes: &bytes };
        let format = source.format().unwrap();
        let words = samples::xes(1).words;
        let sample = Sample { name, bytes, words, nest: ("<container key=\"c\">", "</container>") };
        for number in 0..rounds.min(40) {
            let mutant = super::mutate::mutant(&sample, &mut Dice::new(number));
            if let Err(broken) = survive(format, &mutant) {
                panic!("{} {number}: {broken}", sample.name);
            }
        }
    }
}

/// Every byte of a written log can go without anything being taken for granted.
#[test]
fn written_logs_are_the_samples() {
    for format in [Format::Xes, Format::OcelJson, Format::OcelXml, Format::OcelSqlite] {
        let (bytes, _) = written(
            format,
            &[],
            &WriteOptions { object_type: Some("case".into()), ..WriteOptions::default() },
        );
        assert_eq!(survive(format, &bytes), Ok(true), "{format} of nothing");
    }
}
