//! Signal programmes that stand beside the network, and whether they fit it.

use super::index::Index;
use super::sumo_net::phase;
use super::xml::{Tag, walk};
use super::{Fault, Unsupported};
use crate::ids::SignalId;
use crate::net::{Network, Phase, Program};
use std::fmt::Write as _;

/// The programmes of an additional file, for signals by their names; of several for one signal the last stands.
pub(super) fn programs(
    file: &str,
    text: &str,
    signals: &Index<SignalId>,
    unsupported: &mut Unsupported,
) -> Result<Vec<(SignalId, Program)>, Fault> {
    let mut read: Vec<(SignalId, Program)> = Vec::new();
    let mut within = false;
    walk(file, text, &mut |tag| {
        match tag {
            Tag::Open(element) if element.name == "tlLogic" => {
                let name = element.need("id")?;
                let Some(signal) = signals.get(name) else {
                    return Err(element.fault(format!("the network has no signal `{name}`; leave it out")));
                };
                if let Some(kind) = element.get("type").filter(|kind| *kind != "static") {
                    let what = format!("signals of type `{kind}`, whose phases last as written");
                    *unsupported.entry(what).or_default() += 1;
                }
                let offset = element.number("offset")?.unwrap_or(0.0);
                read.push((signal, Program { offset, phases: Vec::new() }));
                within = true;
            }
            Tag::Open(element) if element.name == "phase" && within => {
                if let Some((_, program)) = read.last_mut() {
                    program.phases.push(phase(element)?);
                }
            }
            Tag::Close("tlLogic") => within = false,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

/// Programmes as an additional file, which SUMO reads too.
pub(super) fn written(net: &Network, programs: &[Program]) -> String {
    let mut text = String::from("<additional>\n");
    for (signal, program) in net.signals.iter().zip(programs) {
        let (name, offset) = (escaped(&signal.name), program.offset);
        let _ = writeln!(
            text,
            " <tlLogic id=\"{name}\" type=\"static\" programID=\"tuned\" offset=\"{offset}\">"
        );
        for Phase { duration, lights, .. } in &program.phases {
            let lights = String::from_utf8_lossy(lights);
            let _ = writeln!(text, "  <phase duration=\"{duration}\" state=\"{lights}\"/>");
        }
        text.push_str(" </tlLogic>\n");
    }
    text.push_str("</additional>\n");
    text
}

fn escaped(name: &str) -> String {
    name.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
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
