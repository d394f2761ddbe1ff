//! Which days are worked: Mondays to Fridays but for holidays and rest days, and the Saturdays and Sundays that make up for them.

use crate::day::Day;
use crate::definition::Node;
use std::collections::{BTreeSet, HashMap};

/// The exceptions of a calendar.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Workdays {
    /// Statutory holidays.
    pub holidays: BTreeSet<Day>,
    /// Rest days besides Saturdays and Sundays.
    pub rest: BTreeSet<Day>,
    /// Saturdays and Sundays that are worked, to make up for other days.
    pub work: BTreeSet<Day>,
}

impl Workdays {
    /// Whether regular work is due on a day.
    pub fn is_workday(&self, day: Day) -> bool {
        let free = self.holidays.contains(&day) || self.rest.contains(&day);
        !free && (!day.is_weekend() || self.work.contains(&day))
    }

    /// The lists of a calendar's table. What stands in two of them, or makes up for nothing, is told.
    pub(crate) fn read(node: &Node<'_>) -> Self {
        let mut days: HashMap<Day, &str> = HashMap::new();
        let mut listed = |name: &'static str| -> BTreeSet<Day> {
            let mut found = BTreeSet::new();
            for day in node.dates(name) {
                if let Some(other) = days.insert(day.value, name) {
                    let what = format!("`{}` is in `{name}` and in `{other}`", day.value);
                    node.report(&day.span, what, "leave it in one of them");
                }
                if name == "work" && !day.value.is_weekend() {
                    let what = format!("`{}` is a workday anyway", day.value);
                    let mend = "list in `work` only the Saturdays and Sundays that are worked";
                    node.report(&day.span, what, mend);
                }
                found.insert(day.value);
            }
            found
        };
        Self { holidays: listed("holidays"), rest: listed("rest"), work: listed("work") }
    }
}
