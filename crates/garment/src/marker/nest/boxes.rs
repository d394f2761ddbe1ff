//! A layout by the boxes of pieces alone: from the longest to the shortest, each goes where it ends soonest above what lies
//! already (a skyline; Burke, Kendall and Whitwell, Operations Research 52, 2004). However many pieces there are, it is there at
//! once.

use super::kit::{Form, Item, Kit};
use super::strip::Spot;

/// How far the cloth is taken from a place across it up to the next.
#[derive(Clone, Copy)]
struct Step {
    from: f64,
    taken: f64,
}

struct Boxes<'k> {
    kit: &'k Kit,
    /// Left, right, bottom and top of what must stay free.
    flaws: Vec<[f64; 4]>,
    /// By their places across the cloth.
    steps: Vec<Step>,
}

/// Where each piece lies, by lengths that count for a little less as chance has it. `None` where pieces match each other, or one
/// finds no place so.
pub fn skyline(kit: &Kit, chance: &mut dyn FnMut() -> f64) -> Option<Vec<Spot>> {
    if kit.groups > 0 {
        return None;
    }
    let flaws = kit.items.iter().filter(|item| item.piece.is_none());
    let flaws = flaws.filter_map(|item| kit.forms.get(item.forms.start));
    let flaws = flaws.map(|form| [form.low.0, form.high.0, form.low.1, form.high.1]).collect();
    let mut boxes = Boxes { kit, flaws, steps: vec![Step { from: 0.0, taken: 0.0 }] };
    let long = |form: &Form| form.high.0 - form.low.0;
    let mut laid: Vec<(f64, usize, Vec<usize>)> = Vec::new();
    for (at, item) in kit.items.iter().enumerate().filter(|(_, item)| item.piece.is_some()) {
        let forms = item.forms.clone();
        let ahead = |form: &usize| kit.forms.get(*form).is_some_and(|form| form.ahead);
        let forms: Vec<usize> = forms.filter(ahead).collect();
        let longest = forms.iter().filter_map(|form| kit.forms.get(*form)).map(long).fold(0.0, f64::max);
        laid.push((longest * (1.0 - chance()), at, forms));
    }
    laid.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut spots: Vec<Spot> =
        kit.items.iter().map(|item| Spot { form: item.forms.start, ..Spot::default() }).collect();
    for (_, item, forms) in laid {
        let its = kit.items.get(item)?;
        let all = forms.iter().flat_map(|form| boxes.places(its, *form));
        let (_, spot) = all.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.y.total_cmp(&b.1.y)))?;
        boxes.take(spot)?;
        spots.get_mut(item).into_iter().for_each(|own| *own = spot);
    }
    Some(spots)
}

impl Boxes<'_> {
    /// Where a form may lie from each step on, with how far it then reaches.
    fn places(&self, item: &Item, form: usize) -> Vec<(f64, Spot)> {
        let kit = self.kit;
        let Some(its) = kit.forms.get(form) else { return Vec::new() };
        let (along, across) = kit.grid(item, its, (0.0, 0.0));
        let onto = |row: Option<(f64, f64)>, least: f64| match row {
            Some((base, period)) => base + ((least - 1e-9 - base) / period).ceil() * period,
            None => least,
        };
        let whole = |value: f64| (value * 1e6).round() / 1e6;
        let place = |(at, step): (usize, &Step)| {
            let y = whole(onto(across, step.from - its.low.1));
            let (bottom, top) = (y + its.low.1, y + its.high.1);
            if top > kit.width + 1e-9 {
                return None;
            }
            let under = self.steps.iter().skip(at).take_while(|step| step.from < top + kit.apart - 1e-9);
            let taken = under.map(|step| step.taken).fold(0.0, f64::max);
            let mut x = whole(onto(along, taken - its.low.0));
            let near = kit.apart - 1e-9;
            let meets = |x: f64, flaw: &[f64; 4]| {
                x + its.high.0 + near > flaw[0]
                    && flaw[1] + near > x + its.low.0
                    && top + near > flaw[2]
                    && flaw[3] + near > bottom
            };
            while let Some(flaw) = self.flaws.iter().find(|flaw| meets(x, flaw)) {
                x = whole(onto(along, flaw[1] + kit.apart - its.low.0)).max(x + 1e-6);
            }
            Some((x + its.high.0, Spot { form, x, y }))
        };
        self.steps.iter().enumerate().filter_map(place).collect()
    }

    fn take(&mut self, spot: Spot) -> Option<()> {
        let its = self.kit.forms.get(spot.form)?;
        let (from, to) = (spot.y + its.low.1, spot.y + its.high.1 + self.kit.apart);
        // What lay beyond the piece goes on behind it.
        let before =
            |at: f64| self.steps.iter().rev().find(|step| step.from <= at + 1e-9).map(|step| step.taken);
        let behind = Step { from: to, taken: before(to)? };
        let taken = spot.x + its.high.0 + self.kit.apart;
        self.steps.retain(|step| step.from < from - 1e-9 || step.from > to + 1e-9);
        self.steps.extend([Step { from, taken }, behind]);
        self.steps.sort_by(|a, b| a.from.total_cmp(&b.from));
        Some(())
    }
}
