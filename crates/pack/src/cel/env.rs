use super::typing::Type;
use crate::Title;
use smol_str::SmolStr;
use std::sync::Arc;

/// What an expression may speak of: variables and functions. Cheap to clone.
///
/// Each variable, and each field of an object in it, is a *place* with a [`Slot`]. A field is written with its id,
/// where `-` becomes `_` (`form.child_name`), or with the id itself in an index (`form["child-name"]`), which is also
/// the way to a field whose id is no CEL identifier (`form["姓名"]`). Identifiers stay those of CEL, so an expression
/// reads the same in every CEL tool.
#[derive(Clone, Debug, Default)]
pub struct Env {
    inner: Arc<Inner>,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    places: Vec<Place>,
    roots: Vec<Slot>,
    functions: Vec<Signature>,
}

/// The number of a place in its [`Env`], counted from 0 in the order of declaration, an object before its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

impl Slot {
    /// The same number, to index a vector.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A variable, or a field reached from one by objects alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Place {
    /// The variable's name and the ids of the fields after it.
    pub path: Vec<SmolStr>,
    /// Its type.
    pub ty: Type,
    /// Whether it, or an object on the way to it, may be absent.
    pub optional: bool,
    /// What people read: the field's own title.
    pub title: Title,
    parent: Option<Slot>,
    /// How many places after it are fields in it, at any depth.
    within: u32,
}

/// A function that the caller provides.
#[derive(Clone, Debug, PartialEq)]
pub struct Signature {
    /// Its name.
    pub name: SmolStr,
    /// Whether it is called as `target.name(…)`; the target is then the first parameter.
    pub member: bool,
    /// The types of its parameters. No [`Type::Dyn`] is needed for generality: declare one signature for each.
    pub params: Vec<Type>,
    /// The type of its result.
    pub result: Type,
    /// Whether it yields a value for all arguments; otherwise it may fail.
    pub total: bool,
    /// How [`explain`](super::explain) words a call: `{0}` is the first argument.
    pub title: Title,
}

impl Signature {
    /// A function that is called `name(…)` and may fail.
    pub fn new(name: &str, params: impl IntoIterator<Item = Type>, result: Type) -> Self {
        let params: Vec<Type> = params.into_iter().collect();
        let holes: Vec<String> = (0..params.len()).map(|index| format!("{{{index}}}")).collect();
        let title =
            Title::new(format!("{name}（{}）", holes.join("，")), format!("{name}({})", holes.join(", ")));
        Self { name: SmolStr::new(name), member: false, params, result, total: false, title }
    }

    /// The same function, worded.
    #[must_use]
    pub fn titled(mut self, zh: &str, en: &str) -> Self {
        self.title = Title::new(zh, en);
        self
    }

    /// The same function, which never fails.
    #[must_use]
    pub fn total(mut self) -> Self {
        self.total = true;
        self
    }

    /// The same function, called on its first parameter.
    #[must_use]
    pub fn member(mut self) -> Self {
        self.member = true;
        self
    }

    /// How it is written, with the types of its parameters: `age(date, date)`.
    pub(super) fn shape(&self) -> String {
        let mut params = self.params.iter().map(ToString::to_string);
        let target = if self.member {
            params.next().map(|first| first + ".").unwrap_or_default()
        } else {
            String::new()
        };
        format!("{target}{}({})", self.name, params.collect::<Vec<_>>().join(", "))
    }
}

impl Env {
    /// An environment in which only literals and CEL's own functions stand.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same environment with one more variable, which is always there.
    #[must_use]
    pub fn variable(self, name: &str, ty: Type, title: Title) -> Self {
        self.declare(name, ty, title, false)
    }

    /// The same environment with one more variable, which may be absent.
    #[must_use]
    pub fn optional(self, name: &str, ty: Type, title: Title) -> Self {
        self.declare(name, ty, title, true)
    }

    /// The same environment with one more function. Several may share a name, with other parameters.
    #[must_use]
    pub fn function(mut self, signature: Signature) -> Self {
        Arc::make_mut(&mut self.inner).functions.push(signature);
        self
    }

    fn declare(mut self, name: &str, ty: Type, title: Title, optional: bool) -> Self {
        let inner = Arc::make_mut(&mut self.inner);
        let place = Place { path: vec![SmolStr::new(name)], ty, optional, title, parent: None, within: 0 };
        let slot = inner.lay(place);
        inner.roots.push(slot);
        self
    }

    /// The place of the variable `name`; of two with one name, the later.
    pub fn root(&self, name: &str) -> Option<Slot> {
        let named = |slot: &&Slot| {
            self.place(**slot).is_some_and(|place| place.path.first().is_some_and(|n| n == name))
        };
        self.inner.roots.iter().rev().find(named).copied()
    }

    /// The place of the field `id` of the object at `parent`.
    pub fn child(&self, parent: Slot, id: &str) -> Option<Slot> {
        self.children(parent)
            .find(|slot| self.place(*slot).is_some_and(|p| p.path.last().is_some_and(|own| own == id)))
    }

    /// The places of the fields of the object at `parent`, in order.
    pub fn children(&self, parent: Slot) -> impl Iterator<Item = Slot> + '_ {
        let within = self.place(parent).map_or(0, |place| place.within);
        let after = (parent.0 + 1..=parent.0 + within).map(Slot);
        after.filter(move |slot| self.place(*slot).is_some_and(|place| place.parent == Some(parent)))
    }

    /// The place of the object that holds the field at `slot`.
    pub fn parent(&self, slot: Slot) -> Option<Slot> {
        self.place(slot)?.parent
    }

    /// The place at a path of ids, such as `["form", "child-name"]`.
    pub fn at(&self, path: &[&str]) -> Option<Slot> {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(self.root(first)?, |slot, id| self.child(slot, id))
    }

    /// The place of `slot`.
    pub fn place(&self, slot: Slot) -> Option<&Place> {
        self.inner.places.get(slot.index())
    }

    /// All places by slot.
    pub fn places(&self) -> &[Place] {
        &self.inner.places
    }

    /// The variables' slots.
    pub fn roots(&self) -> &[Slot] {
        &self.inner.roots
    }

    /// The functions.
    pub fn functions(&self) -> &[Signature] {
        &self.inner.functions
    }
}

impl Inner {
    fn lay(&mut self, place: Place) -> Slot {
        let slot = Slot(u32::try_from(self.places.len()).unwrap_or(u32::MAX));
        let (path, optional, ty) = (place.path.clone(), place.optional, place.ty.clone());
        self.places.push(place);
        if let Type::Object(schema) = ty {
            for field in schema.fields() {
                let mut path = path.clone();
                path.push(field.id.clone());
                self.lay(Place {
                    path,
                    ty: field.ty.clone(),
                    optional: optional || field.optional,
                    title: field.title.clone(),
                    parent: Some(slot),
                    within: 0,
                });
            }
        }
        let within = u32::try_from(self.places.len()).unwrap_or(u32::MAX).saturating_sub(slot.0 + 1);
        if let Some(place) = self.places.get_mut(slot.index()) {
            place.within = within;
        }
        slot
    }
}
