//! What detectors watch of the way to a line: its lane, and those before it.

use crate::ids::LaneId;
use crate::net::Network;

/// A lane that is watched for a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Watched {
    pub lane: LaneId,
    /// Metres from its end to the line.
    pub offset: f64,
    /// Which part of its traffic comes to the line, as far as one knows.
    pub part: f64,
}

/// Of who turns off almost all the time little is learned.
const LITTLE: f64 = 0.2;

/// What is watched for a lane, itself first: so many metres back from its end, over the junctions before it, but not beyond
/// another signal.
pub(super) fn watched(net: &Network, lane: LaneId, sight: f64) -> Vec<Watched> {
    let mut all = vec![Watched { lane, offset: 0.0, part: 1.0 }];
    let mut place = 0;
    while let Some(Watched { lane, offset, part }) = all.get(place).copied() {
        place += 1;
        let reach = offset + net.lanes[lane.i()].length;
        for onto in net.coming(lane) {
            let movement = &net.movements[onto.i()];
            let from = movement.from;
            let known = all.iter().any(|other| other.lane == from);
            let signal = net.movements[movement.entry.i()].signal.is_some();
            let part = part / net.leaving(from).count().max(1) as f64;
            let passed = net.lanes[from.i()].inner || !signal;
            if reach < sight && !known && passed && part > LITTLE {
                all.push(Watched { lane: from, offset: reach, part });
            }
        }
    }
    all
}
