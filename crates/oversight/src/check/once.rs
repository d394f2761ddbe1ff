use super::verdict::Finding;
use crate::log::EventNumber;
use crate::model::Model;
use std::cmp::Reverse;
use std::collections::HashMap;

/// Tells each breach once. Two halves of a model may ask something of one event and be broken by the same events, or by what did
/// not come: whoever reads of it sees one event that asked, with one proof, and the record keeps one finding of it. Of the two
/// that is told which was certain first.
pub(super) struct Once {
    /// By model, whether it has two halves that relate events.
    halves: Vec<bool>,
    /// The trace and the model at hand, and what was found.
    at: (usize, usize),
    held: Vec<Finding>,
    /// By the event that asked, the places of what is held: a long life may hold very many.
    asked: HashMap<Option<EventNumber>, Vec<usize>>,
}

impl Once {
    pub(super) fn new(models: &[Model]) -> Self {
        let halves = models.iter().map(|model| model.clauses().len() > 1).collect();
        Self { halves, at: (0, 0), held: Vec::new(), asked: HashMap::new() }
    }

    /// Takes the next finding, in the order in which they are told.
    pub(super) fn take(&mut self, model: usize, finding: Finding, tell: &mut dyn FnMut(usize, Finding)) {
        let at = (finding.trace, model);
        if self.at != at {
            self.end(tell);
            self.at = at;
        }
        if !self.halves.get(model).is_some_and(|halves| *halves) {
            return tell(model, finding);
        }
        let places = self.asked.entry(finding.activation).or_default();
        let held = &mut self.held;
        let same = |place: &&usize| held.get(**place).is_some_and(|other| other.evidence == finding.evidence);
        match places.iter().find(same).and_then(|place| held.get_mut(*place)) {
            Some(other) if rank(&finding) < rank(other) => *other = finding,
            Some(_) => {}
            None => {
                places.push(held.len());
                held.push(finding);
            }
        }
    }

    /// Tells what is held.
    pub(super) fn end(&mut self, tell: &mut dyn FnMut(usize, Finding)) {
        self.asked.clear();
        self.held.drain(..).for_each(|finding| tell(self.at.1, finding));
    }
}

fn rank(finding: &Finding) -> impl Ord + use<> {
    let Finding { verdict, at, .. } = finding;
    (!verdict.is_violated(), at.is_none(), *at, Reverse(*verdict))
}
