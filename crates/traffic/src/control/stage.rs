//! The stages of a signal, and how to get from one to another safely.

use crate::net::Program;

/// What a signal can show for longer, and what it takes to change.
#[derive(Debug, Clone, PartialEq)]
pub struct Stages {
    /// The lights of each stage.
    pub lights: Vec<Vec<u8>>,
    /// How long the programme shows each.
    pub durations: Vec<f64>,
    /// The programme's own yellow, in seconds.
    pub yellow: f64,
    /// The programme's own red for all.
    pub all_red: f64,
}

/// Yellow where a programme has none: what is usual at 50 km/h.
const YELLOW: f64 = 3.0;

/// Whether a light lets go.
pub(super) fn green(light: u8) -> bool {
    matches!(light, b'G' | b'g' | b's')
}

/// Whether a light warns.
fn warns(light: u8) -> bool {
    matches!(light, b'y' | b'Y' | b'u')
}

/// The stages of a programme: its phases that let somebody go and warn nobody, each once.
pub fn stages(program: &Program) -> Stages {
    let mut stages = Stages { lights: Vec::new(), durations: Vec::new(), yellow: 0.0, all_red: 0.0 };
    for phase in &program.phases {
        let lights = &phase.lights;
        if lights.iter().any(|light| warns(*light)) {
            stages.yellow = stages.yellow.max(phase.duration);
        } else if !lights.iter().any(|light| green(*light)) {
            stages.all_red = stages.all_red.max(phase.duration);
        } else if !stages.lights.contains(lights) {
            stages.lights.push(lights.clone());
            stages.durations.push(phase.duration);
        }
    }
    drop_pauses(&mut stages);
    if stages.yellow == 0.0 {
        stages.yellow = YELLOW;
    }
    stages
}

/// What lets nobody go but those who may always go is no stage: CityFlow's networks show it in place of yellow.
fn drop_pauses(stages: &mut Stages) {
    let within =
        |one: &[u8], other: &[u8]| one.iter().zip(other).all(|(one, other)| !green(*one) || green(*other));
    let pause = (0..stages.lights.len()).find(|place| {
        let own = &stages.lights[*place];
        let mut others = stages.lights.iter().filter(|other| *other != own);
        stages.lights.len() > 2 && others.all(|other| within(own, other))
    });
    if let Some(place) = pause {
        stages.lights.remove(place);
        stages.yellow = stages.yellow.max(stages.durations.remove(place));
    }
}

/// The lights between two stages: yellow for those that lose the green, or red once yellow is over. Who keeps the green keeps
/// it, but only permitted while it is not protected in both.
pub(super) fn between(from: &[u8], to: &[u8], warned: bool) -> Vec<u8> {
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
    from.iter().zip(to).map(light).collect()
}

#[cfg(test)]
mod tests {
    use super::{between, stages};
    use crate::net::{Phase, Program};

    #[test]
    fn stages_change_by_yellow_and_red() {
        let phase = |lights: &str, duration| Phase {
            duration,
            min: duration,
            max: duration,
            lights: lights.bytes().collect(),
        };
        let phases = vec![phase("Ggr", 30.0), phase("yyr", 4.0), phase("rrr", 2.0), phase("rGG", 20.0)];
        let stages = stages(&Program { offset: 0.0, phases });
        assert_eq!((stages.lights.len(), stages.yellow, stages.all_red), (2, 4.0, 2.0));
        let change = |warned| String::from_utf8(between(b"Ggr", b"rGG", warned)).unwrap();
        assert_eq!((change(false).as_str(), change(true).as_str()), ("ygr", "rgr"));
    }
}
