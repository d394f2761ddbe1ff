use std::time::Duration;

/// How much the server bears with, so that nobody's slowness or haste is at the others' cost.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How long a request's head may take to come, and a connection to stand idle.
    pub head: Duration,
    /// The most bytes of a head.
    pub head_bytes: usize,
    /// How long a body may pause.
    pub pause: Duration,
    /// How long a body may take in all.
    pub body: Duration,
    /// Bytes of bodies that are received at one time, all together.
    pub received: usize,
    /// Connections at one time; more wait to be taken.
    pub connections: usize,
    /// Passwords that are hashed at one time; each takes its memory.
    pub hashing: usize,
    /// Streams of events that one session may have open.
    pub streams_of_session: usize,
    /// Streams of events in all.
    pub streams: usize,
    /// How long a log may be checked.
    pub check: Duration,
    /// How long that goes on when nobody asks after it.
    pub unasked: Duration,
    /// How long open requests may go on when the server stops.
    pub stop: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(30),
            head_bytes: 32 << 10,
            pause: Duration::from_secs(20),
            body: Duration::from_secs(600),
            received: 96 << 20,
            connections: 4_096,
            hashing: 4,
            streams_of_session: 6,
            streams: 2_000,
            check: Duration::from_secs(300),
            unasked: Duration::from_secs(60),
            stop: Duration::from_secs(10),
        }
    }
}
