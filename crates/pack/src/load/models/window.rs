use super::Reading;
use crate::days::{Direction, Limit, Unit};
use crate::load::{Kind, RULES, UNRULED};
use crate::model::Definitions;
use crate::models::{Elapsed, Length, Window};
use crate::reader::{Faults, Member, Node, Ref};

const ELAPSED: &str = "write a number and `seconds`, `minutes`, `hours`, `days` or `weeks`: `\"90 days\"`; what law counts is \
                       written `{ counted = \"20 workdays\" }` or `{ deadline = \"…\" }`";
const COUNTED: &str =
    "write a number from 1 to 3660 and `hours`, `workhours`, `days`, `workdays`, `months` or `years`";

/// Notes models that count the hours at which offices are open, where no office says so: such a time would never end.
pub(in crate::load) fn open_hours(definitions: &Definitions, faults: &Faults) {
    if definitions.law.as_ref().is_none_or(|law| !law.hours.is_empty()) {
        return;
    }
    for model in definitions.models.values() {
        let lengths = [&model.window.least, &model.window.most].into_iter().flatten();
        let mut limits = lengths.filter_map(|length| match length {
            Length::Elapsed { .. } => None,
            Length::Counted { limit, .. } => Some(limit),
            Length::Deadline { promise, .. } => promise.as_ref(),
        });
        if limits.any(|limit| limit.unit == Unit::Workhours) {
            let what = format!("`{}` counts workhours, and nothing says when any office is open", model.id);
            let mend =
                "add `open = { workdays = \"9:00-17:00\" }` to an office, or count `hours` or `workdays`";
            faults.borrow_mut().push(model.place.problem(what, mend));
        }
    }
}

impl Reading<'_> {
    /// `from` and `within`: how long after the activation, at the earliest and at the latest.
    pub(super) fn window(&self) -> Window {
        let [least, most] = ["from", "within"].map(|name| self.node.get(name));
        let read = |member: &Option<Member<'_>>| member.as_ref().and_then(|member| self.length(member));
        let window = Window { least: read(&least), most: read(&most) };
        let elapsed = |length: &Length| match length {
            Length::Elapsed { amount, unit } => Some(u64::from(*amount) * u64::from(unit.seconds())),
            _ => None,
        };
        let both = window.least.as_ref().and_then(elapsed).zip(window.most.as_ref().and_then(elapsed));
        if let (Some(0), Some(member)) = (window.most.as_ref().and_then(elapsed), &most) {
            let mend =
                "write how long there is, as `\"30 minutes\"`, or leave `within` out where any time will do";
            member.report("no time is left for it", mend);
        }
        if let (Some((from, within)), Some(member)) = (both, &least)
            && from > within
        {
            member.report("it begins after it ends", "write the shorter time for `from`");
        }
        window
    }

    fn length(&self, member: &Member<'_>) -> Option<Length> {
        if member.is_text() {
            let text = member.text()?;
            let length = elapsed(text);
            if length.is_none() {
                let mend = match Limit::parse(text) {
                    Some(_) => {
                        format!("write `{{ counted = \"{text}\" }}`: such a time is counted, not measured")
                    }
                    None => ELAPSED.to_owned(),
                };
                member.report(format!("`{text}` is not a length of time"), mend);
            }
            return length;
        }
        let node = member.node()?;
        let length = self.counted(&node);
        node.finish();
        length
    }

    /// `{ counted = "20 workdays", by = "…" }`, `{ deadline = "…" }`, or both for a promise within a deadline.
    fn counted(&self, node: &Node<'_>) -> Option<Length> {
        let counted = node.get("counted").and_then(|member| limit(&member));
        let by = node.id("by").map(|by| self.loader.want(Kind::Instrument, by));
        let deadline = node.id("deadline");
        match deadline {
            Some(Ref { id, place }) => {
                let known = self.all.law.as_ref().and_then(|law| law.deadlines.get(&id));
                let limit = known.map(|deadline| deadline.limit);
                let report = |what: String, mend: &str| node.report_at(&place, what, mend);
                match limit {
                    Some(None) => report(format!("`{id}` sets no limit"), "name another deadline"),
                    Some(Some(limit)) if limit.direction == Direction::Before => {
                        report(
                            format!("`{id}` runs back from an event"),
                            "name a deadline that runs on from one",
                        );
                    }
                    _ => {}
                }
                if by.is_some() {
                    let mend = "remove `by`; a promise is counted as its deadline is";
                    node.report("it is said in two ways how to count", mend);
                }
                let id = self.loader.want(Kind::Deadline, Ref { id, place });
                Some(Length::Deadline { id, promise: counted })
            }
            None if node.has("counted") => {
                // Law that could not be read was told where it stands.
                if self.all.law.is_none() && self.loader.is_whole(Kind::Instrument) {
                    node.report(UNRULED, RULES);
                }
                Some(Length::Counted { limit: counted?, by })
            }
            None => {
                node.report("nothing says how long", "add `counted = \"20 workdays\"` or `deadline = \"…\"`");
                None
            }
        }
    }
}

fn limit(member: &Member<'_>) -> Option<Limit> {
    let text = member.text()?;
    let limit = Limit::parse(text).filter(|limit| limit.direction == Direction::After);
    if limit.is_none() {
        member.report(format!("`{text}` is not a limit"), COUNTED);
    }
    limit
}

fn elapsed(text: &str) -> Option<Length> {
    let (amount, word) = text.trim().split_once(' ')?;
    let amount: u32 = amount.parse().ok()?;
    let named = |one: &str, many: &str| word == many || (amount == 1 && word == one);
    let (unit, seconds, ..) = Elapsed::ALL.into_iter().find(|(_, _, one, many, _)| named(one, many))?;
    amount.checked_mul(seconds)?;
    Some(Length::Elapsed { amount, unit })
}
