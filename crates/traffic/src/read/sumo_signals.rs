//! Signal programmes that stand beside the network, and whether they fit it.

use super::index::Index;
use super::xml::{Element, Tag, walk};
use super::{Fault, Unsupported};
use crate::ids::SignalId;
use crate::net::{Gaps, Network, Phase, Program};
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
                read.push((
                    signal,
                    program(element, &mut |what| *unsupported.entry(what).or_default() += 1)?,
                ));
                within = true;
            }
            Tag::Open(element) if within => {
                if let Some((_, program)) = read.last_mut() {
                    part(element, program, &mut |what| *unsupported.entry(what).or_default() += 1)?;
                }
            }
            Tag::Close("tlLogic") => within = false,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

/// A programme that begins; what is not run as it says is named.
pub(super) fn program(element: &Element<'_>, leave_out: &mut dyn FnMut(String)) -> Result<Program, Fault> {
    let kind = element.get("type").unwrap_or("static");
    if !matches!(kind, "static" | "actuated") {
        leave_out(format!("signals of type `{kind}`, whose phases last as written"));
    }
    let gaps = (kind == "actuated").then(Gaps::default);
    Ok(Program { offset: element.number("offset")?.unwrap_or(0.0), phases: Vec::new(), gaps })
}

/// A phase of a programme, or what it says of gaps.
pub(super) fn part(
    element: &Element<'_>,
    program: &mut Program,
    leave_out: &mut dyn FnMut(String),
) -> Result<(), Fault> {
    match element.name {
        "phase" => {
            for key in ["next", "earlyTarget", "finalTarget", "earliestEnd", "latestEnd"] {
                if program.gaps.is_some() && element.get(key).is_some() {
                    leave_out(format!("attribute `{key}` of <phase>"));
                }
            }
            program.phases.push(phase(element)?);
        }
        "param" => {
            let Some(gaps) = &mut program.gaps else { return Ok(()) };
            let place = match element.need("key")? {
                "max-gap" => &mut gaps.longest,
                "detector-gap" => &mut gaps.ahead,
                "passing-time" => &mut gaps.passing,
                // What is drawn, written down, or asked only where a phase may be followed by several.
                "show-detectors" | "file" | "freq" | "inactive-threshold" => return Ok(()),
                other => {
                    leave_out(format!("<param> `{other}` of <tlLogic>"));
                    return Ok(());
                }
            };
            *place = element.needed("value")?;
            if *place < 0.0 {
                return Err(element.fault("a gap or time of passing is negative; write seconds"));
            }
        }
        "condition" | "assignment" | "function" => leave_out(format!("<{}> of <tlLogic>", element.name)),
        _ => {}
    }
    Ok(())
}

/// A phase of a signal's programme.
fn phase(element: &Element<'_>) -> Result<Phase, Fault> {
    let duration = element.needed("duration")?;
    if duration <= 0.0 {
        return Err(element.fault(format!("a phase lasts {duration} s; write a positive time")));
    }
    let state = element.need("state")?;
    if let Some(odd) = state.chars().find(|light| !"GgyYrusoO".contains(*light)) {
        let what = format!("a phase shows `{odd}`; the lights are G, g, y, Y, r, u, s, o and O");
        return Err(element.fault(what));
    }
    let (min, max) = (element.number("minDur")?, element.number("maxDur")?);
    let longer = |least: f64| max.is_some_and(|most| most < least);
    if min.is_some_and(|least| least < 0.0 || longer(least)) {
        return Err(element.fault("`minDur` must not be negative, nor above `maxDur`; mend one of them"));
    }
    Ok(Phase { duration, min, max, lights: state.bytes().collect() })
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
