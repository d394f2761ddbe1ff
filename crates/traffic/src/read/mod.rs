//! Reads what others wrote: SUMO's networks, demand and additions, and CityFlow's. Files are handed in as bytes, packed with
//! gzip or not; what a file names beside itself is asked for.

mod cityflow;
mod index;
mod sumo_closures;
mod sumo_demand;
mod sumo_detectors;
mod sumo_flows;
mod sumo_mixed;
mod sumo_net;
mod sumo_signals;
mod sumo_stops;
mod xml;

use crate::demand::{Closure, Demand};
use crate::detector::Detector;
use crate::ids::SignalId;
use crate::net::{Network, Program};
use std::collections::BTreeMap;
use std::io::Read;

/// What is wrong with a file: where, and the mend.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {text}")]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub text: String,
}

/// What a file asks for and nothing here does: its name, and how often it stands there.
pub type Unsupported = BTreeMap<String, u32>;

/// A file's name and bytes.
#[derive(Debug, Clone, Copy)]
pub struct File<'f> {
    /// The name, for what is told of it.
    pub name: &'f str,
    /// Its bytes.
    pub bytes: &'f [u8],
}

/// A network and the demand on it.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The network.
    pub net: Network,
    /// The demand.
    pub demand: Demand,
    /// Detectors that stand in its files.
    pub detectors: Vec<Detector>,
    /// When it begins, if a configuration says so.
    pub begin: Option<f64>,
    /// When it ends, if a configuration says so.
    pub end: Option<f64>,
    /// What is left out.
    pub unsupported: Unsupported,
}

/// Fetches a file that another one names.
pub type Fetch<'f> = &'f dyn Fn(&str) -> Result<Vec<u8>, String>;

/// Files that a configuration names.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Configuration {
    /// The network.
    pub net: Option<String>,
    /// Routes, in order.
    pub routes: Vec<String>,
    /// Additions, in order.
    pub additions: Vec<String>,
    /// When it begins.
    pub begin: Option<f64>,
    /// When it ends.
    pub end: Option<f64>,
}

/// Reads a network with its demand, in SUMO's form or CityFlow's, whichever the files are in.
pub fn scenario(net: File<'_>, demand: &[File<'_>]) -> Result<Scenario, Fault> {
    let mut unsupported = Unsupported::new();
    let text = unpacked(net)?;
    if text.trim_start().starts_with(['{', '[']) {
        let name = net.name;
        let (mut net, names) = cityflow::network(name, &text)?;
        let (mut all, mut beside) = (Demand::default(), Beside::default());
        for file in demand {
            let text = unpacked(*file)?;
            if text.trim_start().starts_with('<') {
                for (signal, program) in added(*file, &text, &net, &mut unsupported)? {
                    net.signals[signal.i()].program = program;
                }
                beside.read(file.name, &text, &net, &mut unsupported)?;
                continue;
            }
            cityflow::flows(file.name, &text, &names, &net, &mut all)?;
        }
        sumo_signals::check(name, &net)?;
        let (demand, detectors) = beside.to(all);
        return Ok(Scenario { net, demand, detectors, begin: Some(0.0), end: None, unsupported });
    }
    let (mut builder, names) = sumo_net::network(net.name, &text, &mut unsupported)?;
    drop(text);
    let mut all = Demand::default();
    let mut flows = sumo_demand::Reading::default();
    let texts = demand.iter().map(|file| Ok((file.name, unpacked(*file)?)));
    let texts: Vec<(&str, String)> = texts.collect::<Result<_, Fault>>()?;
    for (file, text) in &texts {
        flows.platforms.read(file, text, &names)?;
    }
    for (file, text) in &texts {
        for (signal, program) in sumo_signals::programs(file, text, &names.signals, &mut unsupported)? {
            builder.signal_mut(signal).program = program;
        }
        flows.read(file, text, &names, &mut all, &mut unsupported)?;
    }
    let net = builder.finish();
    let mut beside = Beside::default();
    for (file, text) in &texts {
        beside.read(file, text, &net, &mut unsupported)?;
    }
    drop(texts);
    flows.finish(&net, &mut all)?;
    sumo_signals::check(net_file(&names), &net)?;
    let (demand, detectors) = beside.to(all);
    Ok(Scenario { net, demand, detectors, begin: None, end: None, unsupported })
}

/// What additions say of a network that is whole.
#[derive(Default)]
struct Beside {
    closures: Vec<Closure>,
    detectors: Vec<Detector>,
}

impl Beside {
    fn read(&mut self, file: &str, text: &str, net: &Network, left: &mut Unsupported) -> Result<(), Fault> {
        self.closures.extend(sumo_closures::closures(file, text, net, left)?);
        sumo_detectors::detectors(file, text, net, &mut self.detectors, left)
    }

    fn to(self, demand: Demand) -> (Demand, Vec<Detector>) {
        (Demand { closures: self.closures, ..demand }, self.detectors)
    }
}

fn net_file(names: &sumo_net::Names) -> &str {
    &names.file
}

/// The programmes of an additional file for the signals of a network.
fn added(
    file: File<'_>,
    text: &str,
    net: &Network,
    unsupported: &mut Unsupported,
) -> Result<Vec<(SignalId, Program)>, Fault> {
    let named = net.signals.iter().enumerate();
    let names = named.map(|(place, signal)| (signal.name.as_str(), SignalId::at(place))).collect();
    sumo_signals::programs(file.name, text, &names, unsupported)
}

/// Reads a plan: the network's programmes with those of an additional file in their place.
pub fn plan(net: &Network, file: File<'_>) -> Result<Vec<Program>, Fault> {
    let mut net = Network { signals: net.signals.clone(), ..Network::default() };
    let read = added(file, &unpacked(file)?, &net, &mut Unsupported::new())?;
    if read.is_empty() {
        let text =
            "has no `<tlLogic>`; name a file that `lianchi traffic tune` wrote, or one like it".to_owned();
        return Err(Fault { file: file.name.to_owned(), line: 1, text });
    }
    for (signal, program) in read {
        net.signals[signal.i()].program = program;
    }
    sumo_signals::check(file.name, &net)?;
    Ok(net.signals.into_iter().map(|signal| signal.program).collect())
}

/// Programmes of a network's signals as an additional file, which SUMO reads too.
pub fn written(net: &Network, programs: &[Program]) -> String {
    sumo_signals::written(net, programs)
}

/// Reads a configuration.
pub fn configuration(file: File<'_>) -> Result<Configuration, Fault> {
    let mut read = Configuration::default();
    xml::walk(file.name, &unpacked(file)?, &mut |tag| {
        let xml::Tag::Open(element) = tag else { return Ok(()) };
        let Some(value) = element.get("value") else { return Ok(()) };
        let list = || value.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        match element.name {
            "net-file" | "n" => read.net = Some(value.to_owned()),
            "route-files" | "r" => read.routes.extend(list()),
            "additional-files" | "a" => read.additions.extend(list()),
            "begin" | "b" => read.begin = Some(element.seconds("value")?),
            "end" | "e" => read.end = Some(element.seconds("value")?),
            _ => {}
        }
        Ok(())
    })?;
    if read.net.is_none() {
        let text = "names no network; add `<net-file value=\"…\"/>` inside `<input>`".to_owned();
        return Err(Fault { file: file.name.to_owned(), line: 1, text });
    }
    Ok(read)
}

/// A file's text, unpacked if it is packed.
fn unpacked(file: File<'_>) -> Result<String, Fault> {
    const MOST: u64 = 8 << 30;
    let fault = |text: String| Fault { file: file.name.to_owned(), line: 1, text };
    let mut bytes = Vec::new();
    let bytes = if file.bytes.starts_with(&[0x1f, 0x8b]) {
        let packed = flate2::read::MultiGzDecoder::new(file.bytes);
        packed.take(MOST).read_to_end(&mut bytes).map_err(|error| {
            fault(format!("the packed file is damaged: {error}; pack it again with `gzip`"))
        })?;
        bytes
    } else {
        file.bytes.to_vec()
    };
    String::from_utf8(bytes).map_err(|error| {
        let upto = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line = 1 + upto.iter().filter(|byte| **byte == b'\n').count();
        let text = "not text in UTF-8; save it in UTF-8".to_owned();
        Fault { file: file.name.to_owned(), line, text }
    })
}
