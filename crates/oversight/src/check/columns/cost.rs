use super::super::{Asked, Way};
use super::pick::Picker;
use crate::model::{Clause, Model};
use std::collections::HashMap;

/// What each way takes, in nanoseconds, as it was measured on the log of fines.
mod takes {
    /// A place that one clause looks at, going down its column.
    pub(super) const PLACE: f64 = 4.0;
    /// An event of a life that is gone through, whatever is asked.
    pub(super) const EVENT: f64 = 34.0;
    /// What 64 clauses with the same activations ask at an event that activates them, and at one that may be a target.
    pub(super) const WORD: f64 = 60.0;
}

/// Divides the models, by their places, into those that are gone through one by one and those that are asked all together of
/// every event of a life. That costs most of what it costs once for all models, so it pays for many.
pub(super) fn divide(asked: Asked<'_>, picker: &mut Picker<'_>, way: Way) -> (Vec<u32>, Vec<u32>) {
    let all = || (0..).take(asked.models.len());
    if let Way::Divided(one_by_one) = way {
        return all().partition(|model| one_by_one(*model as usize));
    }
    let mut events = vec![0_u32; asked.log.activities().len()];
    for code in asked.log.activity_codes() {
        events.get_mut(*code as usize).into_iter().for_each(|count| *count += 1);
    }
    let costs = Costs { events, picker };
    let costs = costs.of(asked.models);
    let alone = |(one, together): &(f64, f64)| one <= together;
    let all_alone: f64 = costs.iter().map(|(one, _)| one).sum();
    let divided: f64 = costs.iter().map(|(one, together)| one.min(*together)).sum();
    if all_alone <= divided + takes::EVENT * asked.traces.events().len() as f64 {
        return (all().collect(), Vec::new());
    }
    let (mut here, mut others) = (Vec::new(), Vec::new());
    for (model, cost) in all().zip(&costs) {
        if alone(cost) { here.push(model) } else { others.push(model) }
    }
    (here, others)
}

struct Costs<'p, 'a> {
    /// By activity.
    events: Vec<u32>,
    picker: &'p Picker<'a>,
}

impl Costs<'_, '_> {
    /// Of each model by itself, and its share of what those cost that the same activities activate.
    fn of(&self, models: &[Model]) -> Vec<(f64, f64)> {
        let clauses = |model: &Model| {
            let clauses = model.template.clauses();
            let related = matches!(clauses.first(), Some(Clause::Relation(_)));
            let (first, second) = (self.picker.codes(&model.first), self.picker.codes(&model.second));
            let places = self.count(&first) + if model.template.is_binary() { self.count(&second) } else { 0.0 };
            (clauses.len() as f64, related, places, first)
        };
        let clauses: Vec<_> = models.iter().map(clauses).collect();
        let mut lanes: HashMap<(bool, &[u32]), f64> = HashMap::new();
        for (count, related, _, codes) in &clauses {
            *lanes.entry((*related, codes)).or_default() += count;
        }
        let cost = |(count, related, places, codes): &(f64, bool, f64, Vec<u32>)| {
            let lanes = lanes.get(&(*related, codes.as_slice())).copied().unwrap_or(1.0);
            let share = count / lanes * (lanes / 64.0).ceil();
            (takes::PLACE * count * places, takes::WORD * share * places)
        };
        clauses.iter().map(cost).collect()
    }

    fn count(&self, codes: &[u32]) -> f64 {
        codes.iter().filter_map(|code| self.events.get(*code as usize)).map(|count| f64::from(*count)).sum()
    }
}
