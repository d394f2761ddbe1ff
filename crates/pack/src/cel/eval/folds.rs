use super::super::checked::FoldNode;
use super::super::fault::Fault;
use super::super::map::Key;
use super::super::syntax::Fold;
use super::super::value::{Value, ValueRef};
use super::{Item, Run, Step, mismatch, weigh};

impl<'a> Run<'a> {
    /// `all`, `exists` and `exists_one`.
    pub(super) fn quantify(&mut self, fold: &'a FoldNode) -> Step<bool> {
        let Some(range) = self.value(&fold.range)? else { return Ok(None) };
        let (count, filter) = (elements(&range, fold)?, fold.filter.as_ref());
        let decisive = fold.fold == Fold::Exists;
        let mut verdict = Ok(Some(!decisive));
        let (mut hits, mut unknown) = (0, false);
        for index in 0..count {
            let (Some(element), Some(filter)) = (element(&range, index), filter) else { break };
            self.spend(1, &fold.range)?;
            self.locals.push(element);
            let truth = self.truth(filter);
            self.locals.pop();
            match truth {
                truth if fold.fold == Fold::ExistsOne => match truth? {
                    Some(truth) => hits += usize::from(truth),
                    None => unknown = true,
                },
                Ok(Some(truth)) if truth == decisive => return Ok(Some(decisive)),
                Ok(Some(_)) => {}
                other => weigh(&mut verdict, other)?,
            }
        }
        if fold.fold == Fold::ExistsOne { Ok((!unknown).then_some(hits == 1)) } else { verdict }
    }

    /// `map` and `filter`.
    pub(super) fn collect(&mut self, fold: &'a FoldNode) -> Step<Item<'a>> {
        let Some(range) = self.value(&fold.range)? else { return Ok(None) };
        let count = elements(&range, fold)?;
        let mut values = Some(Vec::new());
        for index in 0..count {
            let Some(item) = element(&range, index) else { break };
            self.spend(1, &fold.range)?;
            self.locals.push(item.clone());
            let made = self.transformed(fold, item);
            self.locals.pop();
            match (made?, &mut values) {
                (Some(Some(value)), Some(values)) => values.push(value),
                (Some(None), _) | (Some(Some(_)), None) => {}
                (None, _) => values = None,
            }
        }
        Ok(values.map(|values| Item::Made(Value::List(values.into()))))
    }

    /// What an element becomes: nothing when it is filtered out.
    fn transformed(&mut self, fold: &'a FoldNode, element: Item<'a>) -> Step<Option<Value>> {
        let kept = match &fold.filter {
            Some(filter) => self.truth(filter)?,
            None => Some(true),
        };
        let made = match (kept, &fold.transform) {
            (None, _) => return Ok(None),
            (Some(false), _) => return Ok(Some(None)),
            (Some(true), Some(transform)) => self.value(transform)?,
            (Some(true), None) => Some(element),
        };
        let Some(made) = made else { return Ok(None) };
        self.own(made, &fold.range).map(|value| Some(Some(value)))
    }
}

/// How many elements a macro goes through.
fn elements(range: &Item<'_>, fold: &FoldNode) -> Result<usize, Box<Fault>> {
    match range.view() {
        ValueRef::List(items) => Ok(items.len()),
        ValueRef::Map(map) => Ok(map.len()),
        other => Err(mismatch(&fold.range, other, "a list or a map")),
    }
}

/// The element, or the map's key, at `index`.
fn element<'a>(range: &Item<'a>, index: usize) -> Option<Item<'a>> {
    match range {
        Item::Seen(ValueRef::List(items)) => items.get(index).map(|value| Item::Seen(value.view())),
        Item::Made(Value::List(items)) => items.get(index).cloned().map(Item::Made),
        Item::Seen(ValueRef::Map(map)) => map.key(index).map(Key::to_value).map(Item::Made),
        Item::Made(Value::Map(map)) => map.key(index).map(Key::to_value).map(Item::Made),
        _ => None,
    }
}
