//! Who may use a lane.

/// The classes of vehicles that files name, in the order of their bits.
pub const NAMES: [&str; 33] = [
    "private",
    "emergency",
    "authority",
    "army",
    "vip",
    "pedestrian",
    "passenger",
    "hov",
    "taxi",
    "bus",
    "coach",
    "delivery",
    "truck",
    "trailer",
    "motorcycle",
    "moped",
    "bicycle",
    "evehicle",
    "tram",
    "rail_urban",
    "rail",
    "rail_electric",
    "rail_fast",
    "ship",
    "container",
    "cable_car",
    "subway",
    "aircraft",
    "wheelchair",
    "scooter",
    "drone",
    "custom1",
    "custom2",
];

/// A set of classes of vehicles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Classes(pub u64);

impl Classes {
    /// Everyone.
    pub const ALL: Self = Self(u64::MAX);
    /// Nobody.
    pub const NOBODY: Self = Self(0);
    /// Every class that has a name.
    const KNOWN: u64 = (1 << NAMES.len()) - 1;

    /// The class of a name.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().position(|known| *known == name).map(|bit| Self(1 << bit))
    }

    /// The classes of a list of names, `all` among them; the names that are none.
    pub fn listed(names: &str) -> (Self, Vec<&str>) {
        let mut set = Self::NOBODY;
        let mut unknown = Vec::new();
        for name in names.split_whitespace() {
            match Self::named(name) {
                Some(class) => set.0 |= class.0,
                None if name == "all" => set = Self::ALL,
                None => unknown.push(name),
            }
        }
        (set, unknown)
    }

    /// Everyone else.
    pub fn others(self) -> Self {
        Self(!self.0)
    }

    /// Whether anybody is in it who neither walks nor cycles.
    pub fn any_motor(self) -> bool {
        let (slow, _) = Self::listed("pedestrian bicycle");
        self.0 & Self::KNOWN & !slow.0 != 0
    }

    /// Whether all of `class` are in it.
    #[inline]
    pub fn has(self, class: Self) -> bool {
        self.0 & class.0 == class.0
    }
}
