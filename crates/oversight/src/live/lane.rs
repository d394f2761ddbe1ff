use super::heard::{Ear, Heard};
use super::model::Running;
use crate::check::{Broken, Hearer, Stream};
use crate::log::Log;
use crate::model::Model;
use pack::Id;
use record::{Digest, EventId};
use std::collections::BTreeMap;

/// The models over the cases of one type, or over those of one procedure, and the lives that run in them.
pub(super) struct Lane {
    pub(super) kind: String,
    pub(super) procedure: Option<Id>,
    /// In the order of the stream's places.
    names: Vec<Id>,
    /// What tells its models from others.
    pub(super) says: BTreeMap<Id, Digest>,
    models: Vec<Model>,
    stream: Stream,
    /// For lives that are over and gone through from their histories: time never passes in it, so that events come in order
    /// whenever they happened. None while there are no such.
    still: Option<Stream>,
}

impl Lane {
    pub(super) fn new(kind: String, procedure: Option<Id>, of: &[&Running]) -> Self {
        let models: Vec<Model> = of.iter().map(|running| running.ready.model.clone()).collect();
        Self {
            stream: Stream::new(kind.as_str(), &models),
            still: None,
            names: of.iter().map(|running| running.name.clone()).collect(),
            says: of.iter().map(|running| (running.name.clone(), running.says)).collect(),
            models,
            kind,
            procedure,
        }
    }

    /// Whether it speaks of the cases of a procedure.
    pub(super) fn speaks_of(&self, procedure: &Id) -> bool {
        self.procedure.as_ref().is_none_or(|of| of == procedure)
    }

    pub(super) fn open(&self) -> usize {
        self.stream.open()
    }

    pub(super) fn size(&self) -> usize {
        self.stream.size() + self.still.as_ref().map_or(0, Stream::size)
    }

    pub(super) fn take(&mut self, batch: &Log, heard: &mut Heard) {
        let mut ear = Ear { kind: &self.kind, names: &self.names, heard };
        self.stream.take(batch, &mut ear);
    }

    pub(super) fn advance(&mut self, now: record::Time, heard: &mut Heard) {
        let mut ear = Ear { kind: &self.kind, names: &self.names, heard };
        self.stream.advance(now, &mut ear);
    }

    /// A life is over: what is not decided is decided, and nothing is kept of it.
    pub(super) fn close(&mut self, object: &str, heard: &mut Heard) {
        let mut ear = Ear { kind: &self.kind, names: &self.names, heard };
        self.stream.close(object, &mut ear);
        forget(&mut self.stream, object);
    }

    /// Nothing is kept of a life, and nothing more said of it.
    pub(super) fn drop_life(&mut self, object: &str) {
        self.stream.close(object, &mut Deaf);
        forget(&mut self.stream, object);
    }

    /// Lives that are over, gone through whole.
    pub(super) fn go_through(&mut self, batch: &Log, objects: &[&str], heard: &mut Heard) {
        let still = self.still.get_or_insert_with(|| Stream::new(self.kind.as_str(), &self.models));
        let mut ear = Ear { kind: &self.kind, names: &self.names, heard };
        still.take(batch, &mut ear);
        for object in objects {
            still.close(object, &mut ear);
            forget(still, object);
        }
    }

    /// Nothing is to be gone through from its history for a while.
    pub(super) fn rest(&mut self) {
        self.still = None;
    }
}

/// A stream keeps the name of a life that was closed; here the history is asked whenever one comes back.
fn forget(stream: &mut Stream, object: &str) {
    stream.reopen(object, &Log::new(), &mut Deaf);
}

/// Hears nothing.
struct Deaf;

impl Hearer for Deaf {
    fn broken(&mut self, _: &Broken<'_>) {}
    fn mended(&mut self, _: &Broken<'_>) {}
    fn returned(&mut self, _: &str, _: &EventId) {}
}
