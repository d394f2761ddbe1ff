use std::sync::OnceLock;

/// Things of which each takes the place of the one before. Whoever still looks at an earlier one may go on: none is dropped
/// before all are, so that nobody need hold a lock to look.
#[derive(Debug)]
pub struct Succession<T> {
    first: Link<T>,
}

#[derive(Debug)]
struct Link<T> {
    one: T,
    next: OnceLock<Box<Link<T>>>,
}

impl<T> Succession<T> {
    /// Of one.
    pub fn new(first: T) -> Self {
        Self { first: Link { one: first, next: OnceLock::new() } }
    }

    fn all(&self) -> impl Iterator<Item = &Link<T>> {
        std::iter::successors(Some(&self.first), |link| link.next.get().map(AsRef::as_ref))
    }

    /// The one that counts now.
    pub fn last(&self) -> &T {
        &self.all().last().unwrap_or(&self.first).one
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        self.all().count()
    }

    /// This one counts from now on.
    pub fn add(&self, one: T) {
        let mut next = Box::new(Link { one, next: OnceLock::new() });
        // Somebody else may be as quick.
        while let Some(last) = self.all().last()
            && let Err(back) = last.next.set(next)
        {
            next = back;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Succession;

    #[test]
    fn each_takes_the_place_of_the_one_before() {
        let all = Succession::new(0);
        let first = all.last();
        std::thread::scope(|scope| {
            for number in 1..=8 {
                let all = &all;
                scope.spawn(move || all.add(number));
            }
        });
        assert_eq!((all.count(), *first), (9, 0));
        assert_ne!(*all.last(), 0);
    }
}
