use super::env::{Env, Slot};
use super::typing::Type;
use super::value::{Value, ValueRef};
use smol_str::SmolStr;

/// Where an evaluation finds the values of places.
///
/// A source answers for every place that [`Checked::slots`](super::Checked::slots) names, objects included: with a
/// map of their fields by id, or with any value at all where only `has` asks for the object.
pub trait Source {
    /// The value at `slot`, of the type that its place declares, or `None` when it is absent.
    fn get(&self, slot: Slot) -> Option<ValueRef<'_>>;
}

/// The caller's functions, as declared with [`Env::function`].
pub trait Functions {
    /// The result of `name` for arguments of the declared types; `Ok(None)` when it is unknown; or why there is none.
    fn call(&self, name: &str, args: &[ValueRef<'_>]) -> Result<Option<Value>, String>;
}

/// No functions besides CEL's own.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFunctions;

impl Functions for NoFunctions {
    fn call(&self, name: &str, _: &[ValueRef<'_>]) -> Result<Option<Value>, String> {
        Err(format!("the function `{name}` is not provided here"))
    }
}

impl<F: Fn(&str, &[ValueRef<'_>]) -> Result<Option<Value>, String>> Functions for F {
    fn call(&self, name: &str, args: &[ValueRef<'_>]) -> Result<Option<Value>, String> {
        self(name, args)
    }
}

/// Values by place: the plain source. Objects and their fields are kept in step.
#[derive(Clone, Debug)]
pub struct Bindings {
    env: Env,
    cells: Vec<Option<Value>>,
}

/// Why a value cannot be bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBinding {
    /// The environment declares no such place.
    #[error("there is no `{0}`; declare it in the environment")]
    Unknown(String),
    /// The value is of another type.
    #[error("`{place}` takes {wanted}, not {given}; convert the value first")]
    Type {
        /// The path of ids, with dots.
        place: String,
        /// What the place declares.
        wanted: String,
        /// What was given.
        given: String,
    },
}

impl Bindings {
    /// All places of `env`, each of them absent.
    pub fn new(env: &Env) -> Self {
        Self { cells: vec![None; env.places().len()], env: env.clone() }
    }

    /// Binds the place at a path of ids, such as `["form", "child-name"]`; an object replaces all of its fields.
    pub fn set(&mut self, path: &[&str], value: impl Into<Value>) -> Result<(), BadBinding> {
        let value = value.into();
        let slot = self.env.at(path).ok_or_else(|| BadBinding::Unknown(path.join(".")))?;
        let wanted = self.env.place(slot).map_or(&Type::Never, |place| &place.ty);
        if !wanted.admits(value.view()) {
            let (place, wanted) = (path.join("."), wanted.described());
            return Err(BadBinding::Type {
                place,
                wanted,
                given: format!("`{}`", value.view().kind().name()),
            });
        }
        self.spread(slot, Some(value));
        self.gather(slot);
        Ok(())
    }

    /// The same bindings with one more value.
    pub fn with(mut self, path: &[&str], value: impl Into<Value>) -> Result<Self, BadBinding> {
        self.set(path, value)?;
        Ok(self)
    }

    /// Makes a place absent.
    pub fn clear(&mut self, path: &[&str]) -> Result<(), BadBinding> {
        let slot = self.env.at(path).ok_or_else(|| BadBinding::Unknown(path.join(".")))?;
        self.spread(slot, None);
        self.gather(slot);
        Ok(())
    }

    /// Writes a place and the places in it.
    fn spread(&mut self, slot: Slot, value: Option<Value>) {
        for (child, id) in self.children(slot) {
            let held = match &value {
                Some(Value::Map(map)) => map.field(&id).cloned(),
                _ => None,
            };
            self.spread(child, held);
        }
        if let Some(cell) = self.cells.get_mut(slot.index()) {
            *cell = value;
        }
    }

    /// Makes the objects around a place hold what their fields hold.
    fn gather(&mut self, slot: Slot) {
        let Some(parent) = self.env.parent(slot) else { return };
        let held = self.children(parent).into_iter().filter_map(|(child, id)| {
            let value = self.cells.get(child.index()).cloned().flatten()?;
            Some((id, value))
        });
        let object = Value::object(held);
        if let Some(cell) = self.cells.get_mut(parent.index()) {
            *cell = Some(object);
        }
        self.gather(parent);
    }

    fn children(&self, slot: Slot) -> Vec<(Slot, SmolStr)> {
        self.env
            .children(slot)
            .filter_map(|child| Some((child, self.env.place(child)?.path.last()?.clone())))
            .collect()
    }
}

impl Source for Bindings {
    fn get(&self, slot: Slot) -> Option<ValueRef<'_>> {
        self.cells.get(slot.index())?.as_ref().map(Value::view)
    }
}
