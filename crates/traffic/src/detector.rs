//! Detectors: what engineers lay into roads and hang above them to count traffic. They tell of flows, never of a vehicle.

use crate::ids::LaneId;

/// A detector.
#[derive(Debug, Clone, PartialEq)]
pub struct Detector {
    /// Its name in the file.
    pub name: String,
    /// For how many seconds it counts before it tells; infinite if until the end.
    pub period: f64,
    /// What it sees.
    pub sight: Sight,
}

/// What a detector sees.
#[derive(Debug, Clone, PartialEq)]
pub enum Sight {
    /// What passes over a loop in a lane.
    Loop(Section),
    /// What is on lanes that follow each other, from a place on the first to one on the last.
    Area {
        /// The lanes.
        lanes: Vec<LaneId>,
        /// Where it begins and ends, in metres from the start of the first lane.
        span: [f64; 2],
        /// What standing is.
        standing: Standing,
        /// Vehicles that stand no farther apart than this are in the same jam, in metres.
        jam: f64,
    },
    /// What comes in over one section and goes out over another.
    Zone {
        /// Where one comes in.
        entries: Vec<Section>,
        /// Where one goes out.
        exits: Vec<Section>,
        /// What standing is.
        standing: Standing,
    },
}

/// A line across a lane.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Section {
    /// The lane.
    pub lane: LaneId,
    /// Metres from its start.
    pub pos: f64,
}

/// Who stands: slower than `speed` (m/s) for so many seconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standing {
    /// m/s.
    pub speed: f64,
    /// Seconds.
    pub seconds: f64,
}

/// What a detector counted in an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// Its place among the detectors.
    pub detector: usize,
    /// From when, in seconds.
    pub begin: f64,
    /// Until when.
    pub end: f64,
    /// What was counted and measured, by the names that SUMO has for it. Means of nothing are -1.
    pub values: Vec<(&'static str, f64)>,
}
