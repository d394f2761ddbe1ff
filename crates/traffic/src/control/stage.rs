//! The stages of a signal, and how to get from one to another safely.

use crate::net::{Phase, Program, Walk};

/// What a signal can show for longer, and what it takes to change.
#[derive(Debug, Clone, PartialEq)]
pub struct Stages {
    /// The stages.
    pub all: Vec<Stage>,
    /// The programme's own yellow, in seconds.
    pub yellow: f64,
    /// The programme's own red for all.
    pub all_red: f64,
}

/// What is shown for longer.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// The lights.
    pub lights: Vec<u8>,
    /// How long the programme shows it, in seconds.
    pub duration: f64,
    /// For how long at least, before anything changes.
    pub least: f64,
    /// For how long at most where somebody waits elsewhere, if the programme says so.
    pub most: Option<f64>,
}

/// Yellow where a programme has none: what is usual at 50 km/h.
const YELLOW: f64 = 3.0;
/// People have green for so many seconds at least, to set off.
const SET_OFF: f64 = 5.0;
/// Metres that people walk in a second, a little less than the 3.5 feet of the MUTCD (2009).
const WALKING: f64 = 1.0;

/// Whether a light lets go.
pub(crate) fn green(light: u8) -> bool {
    matches!(light, b'G' | b'g' | b's')
}

/// Whether a light warns.
fn warns(light: u8) -> bool {
    matches!(light, b'y' | b'Y' | b'u')
}

fn walks_of<'w>(walks: &'w [Walk], lights: &'w [u8]) -> impl Iterator<Item = &'w Walk> {
    walks.iter().filter(|walk| lights.get(walk.light as usize).is_some_and(|light| green(*light)))
}

/// The stages of a programme: its phases that let somebody go and warn nobody, each once. Where people's green ends while
/// traffic goes on, that belongs to leaving the stage before.
pub fn stages(program: &Program, walks: &[Walk]) -> Stages {
    let mut stages = Stages { all: Vec::new(), yellow: 0.0, all_red: 0.0 };
    let before = program.phases.iter().cycle().skip(program.phases.len().saturating_sub(1));
    for (phase, before) in program.phases.iter().zip(before) {
        let Phase { lights, duration, .. } = phase;
        if lights.iter().any(|light| warns(*light)) {
            stages.yellow = stages.yellow.max(*duration);
            continue;
        }
        if clears(before, phase, walks) {
            continue;
        }
        if !lights.iter().any(|light| green(*light)) {
            stages.all_red = stages.all_red.max(*duration);
        } else if !stages.all.iter().any(|stage| stage.lights == *lights) {
            let sets_off = if walks_of(walks, lights).next().is_some() { SET_OFF } else { 0.0 };
            let least = phase.min.unwrap_or(0.0).max(sets_off);
            stages.all.push(Stage { lights: lights.clone(), duration: *duration, least, most: phase.max });
        }
    }
    drop_pauses(&mut stages);
    if stages.yellow == 0.0 {
        stages.yellow = YELLOW;
    }
    stages
}

/// Whether a phase only ends people's green of the one before.
fn clears(before: &Phase, phase: &Phase, walks: &[Walk]) -> bool {
    let ends = walks_of(walks, &before.lights).any(|walk| !green(phase.lights[walk.light as usize]));
    let mut both = phase.lights.iter().zip(&before.lights);
    ends && both.all(|(light, before)| !green(*light) || green(*before))
}

/// What lets nobody go but those who may always go is no stage: CityFlow's networks show it in place of yellow.
fn drop_pauses(stages: &mut Stages) {
    let within =
        |one: &[u8], other: &[u8]| one.iter().zip(other).all(|(one, other)| !green(*one) || green(*other));
    let pause = stages.all.iter().position(|own| {
        let mut others = stages.all.iter().filter(|other| *other != own);
        stages.all.len() > 2 && others.all(|other| within(&own.lights, &other.lights))
    });
    if let Some(place) = pause {
        stages.yellow = stages.yellow.max(stages.all.remove(place).duration);
    }
}

/// For how long people who have set off still walk when a stage gives way to another, in whole seconds.
pub(super) fn clearance(walks: &[Walk], from: &[u8], to: &[u8]) -> f64 {
    let lost = walks_of(walks, from).filter(|walk| !green(to[walk.light as usize]));
    lost.map(|walk| (walk.length / WALKING).ceil()).fold(0.0, f64::max)
}

/// The lights while people who have set off still walk: the stage's own, with red for those whose green ends.
pub(super) fn clearing(walks: &[Walk], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut lights = from.to_vec();
    for walk in walks {
        let light = walk.light as usize;
        if !green(to[light]) {
            lights[light] = b'r';
        }
    }
    lights
}

/// The lights between two stages: yellow for those that lose the green, or red once yellow is over. Who keeps the green keeps
/// it, but only permitted while it is not protected in both. People see no yellow.
pub(super) fn between(walks: &[Walk], from: &[u8], to: &[u8], warned: bool) -> Vec<u8> {
    let light = |(from, to): (&u8, &u8)| match (green(*from), green(*to)) {
        (true, true) => {
            if *from == b'G' && *to == b'G' {
                b'G'
            } else {
                b'g'
            }
        }
        (true, false) if !warned => b'y',
        _ => b'r',
    };
    clearing(walks, from, to).iter().zip(to).map(light).collect()
}

#[cfg(test)]
mod tests {
    use super::{between, clearance, clearing, stages};
    use crate::net::{Phase, Program, Walk};

    fn phase(lights: &str, duration: f64) -> Phase {
        Phase { duration, min: None, max: None, lights: lights.bytes().collect() }
    }

    fn text(lights: Vec<u8>) -> String {
        String::from_utf8(lights).unwrap()
    }

    #[test]
    fn stages_change_by_yellow_and_red() {
        let phases = vec![phase("Ggr", 30.0), phase("yyr", 4.0), phase("rrr", 2.0), phase("rGG", 20.0)];
        let stages = stages(&Program { offset: 0.0, phases, gaps: None }, &[]);
        assert_eq!((stages.all.len(), stages.yellow, stages.all_red), (2, 4.0, 2.0));
        let change = |warned| text(between(&[], b"Ggr", b"rGG", warned));
        assert_eq!((change(false).as_str(), change(true).as_str()), ("ygr", "rgr"));
    }

    #[test]
    fn people_come_across_before_anything_changes() {
        let phases = vec![
            Phase { min: Some(8.0), max: Some(40.0), ..phase("Gr rG".replace(' ', "").as_str(), 30.0) },
            phase("Grrr", 6.0),
            phase("yrrr", 3.0),
            phase("rGGr", 20.0),
            phase("rGrr", 6.0),
            phase("ryrr", 3.0),
        ];
        let walks = [Walk { light: 2, length: 7.4 }, Walk { light: 3, length: 12.0 }];
        let stages = stages(&Program { offset: 0.0, phases, gaps: None }, &walks);
        let all: Vec<_> = stages.all.iter().map(|stage| (stage.least, stage.most)).collect();
        assert_eq!((all, stages.all_red), (vec![(8.0, Some(40.0)), (5.0, None)], 0.0));
        let [from, to] = [&stages.all[0].lights, &stages.all[1].lights].map(Vec::as_slice);
        assert_eq!((clearance(&walks, from, to), clearance(&walks, to, from)), (12.0, 8.0));
        let steps =
            [clearing(&walks, from, to), between(&walks, from, to, false), between(&walks, from, to, true)];
        assert_eq!(steps.map(text), ["Grrr", "yrrr", "rrrr"]);
    }
}
