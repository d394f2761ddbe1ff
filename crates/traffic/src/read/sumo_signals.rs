//! Signal programmes that stand beside the network, and whether they fit it.

use super::sumo_net::{Names, phase};
use super::xml::{Tag, walk};
use super::{Fault, Unsupported};
use crate::ids::SignalId;
use crate::net::{Builder, Network, Program};
use std::collections::HashMap;

/// Takes the programmes of an additional file; a later one stands in place of the network's.
pub(super) fn programs(
    file: &str,
    text: &str,
    names: &Names,
    build: &mut Builder,
    unsupported: &mut Unsupported,
) -> Result<(), Fault> {
    let mut within: Option<SignalId> = None;
    let mut read: HashMap<SignalId, Program> = HashMap::new();
    walk(file, text, &mut |tag| {
        match tag {
            Tag::Open(element) if element.name == "tlLogic" => {
                let name = element.need("id")?;
                let Some(signal) = names.signals.get(name) else {
                    return Err(element.fault(format!("the network has no signal `{name}`; leave it out")));
                };
                if let Some(kind) = element.get("type").filter(|kind| *kind != "static") {
                    let what = format!("signals of type `{kind}`, whose phases last as written");
                    *unsupported.entry(what).or_default() += 1;
                }
                let offset = element.number("offset")?.unwrap_or(0.0);
                read.insert(*signal, Program { offset, phases: Vec::new() });
                within = Some(*signal);
            }
            Tag::Open(element) if element.name == "phase" => {
                if let Some(program) = within.and_then(|signal| read.get_mut(&signal)) {
                    program.phases.push(phase(element)?);
                }
            }
            Tag::Close("tlLogic") => within = None,
            _ => {}
        }
        Ok(())
    })?;
    for (signal, program) in read {
        build.signal_mut(signal).program = program;
    }
    Ok(())
}

/// Checks that every phase has a light for each movement.
pub(super) fn check(file: &str, net: &Network) -> Result<(), Fault> {
    let fault = |text: String| Err(Fault { file: file.to_owned(), line: 1, text });
    for signal in &net.signals {
        if signal.program.phases.is_empty() && !signal.lights.is_empty() {
            return fault(format!("signal `{}` has no phase; add one", signal.name));
        }
        for (place, phase) in signal.program.phases.iter().enumerate() {
            let walks = signal.walks.iter().map(|walk| walk.light as usize + 1).max().unwrap_or(0);
            let (has, needs) = (phase.lights.len(), signal.lights.len().max(walks));
            if has < needs {
                let place = place + 1;
                return fault(format!(
                    "phase {place} of signal `{}` has {has} lights for {needs} movements; write them all",
                    signal.name
                ));
            }
        }
    }
    Ok(())
}
