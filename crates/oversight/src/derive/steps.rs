//! In which order steps are done, to which end, by whom and where.

use super::events::{Events, list, needed};
use super::{Clause, Deriving};
use pack::model::{After, Clock, Level, Mark, OfficeRule, Outcome, Start, Step};
use pack::models::{Duty, Template};
use pack::{Id, Title};
use std::collections::BTreeSet;

impl Deriving<'_> {
    /// Each step is done after those that it comes after; the first ones once the case is in the office's hands.
    pub(super) fn order(&mut self) {
        for step in &self.procedure.flow.steps {
            let done = Events::step(self.procedure, step);
            let title = |before: &Title| {
                Title::new(
                    format!("“{}”在“{}”之后", step.title.zh, before.zh),
                    format!("“{}” comes after “{}”", step.title.en, before.en),
                )
            };
            if step.after.is_empty() {
                if self.procedure.start == Start::Party {
                    let handed_in = Title::new("提交申请", "the application");
                    let name = format!("{}-after-the-application", step.id);
                    let first = Events::of("application submitted");
                    self.put(
                        Clause::new(Duty::Order, name, title(&handed_in), Template::Precedence, first)
                            .and(done),
                    );
                }
                continue;
            }
            let rows: Vec<Vec<&After>> = match step.any {
                true => vec![step.after.iter().collect()],
                false => step.after.iter().map(|after| vec![after]).collect(),
            };
            for row in rows {
                let before = row.iter().filter_map(|after| Events::after(self.procedure, after));
                let Some(before) = before.reduce(Events::or) else { continue };
                // What is skipped counts as done, unless it must have ended in a certain way.
                let may_be_skipped = row.iter().filter(|after| {
                    let other = self.procedure.flow.step(after.step.as_str());
                    after.outcome.is_none() && other.is_some_and(|other| other.when.is_some())
                });
                let done =
                    may_be_skipped.fold(done.clone(), |done, after| done.but(&needed(after.step.as_str())));
                let named: Vec<String> = row.iter().map(|after| named(after)).collect();
                let titles = row.iter().map(|after| self.told(after));
                let before_in_words = titles
                    .reduce(|one, other| {
                        Title::new(format!("{}或{}", one.zh, other.zh), format!("{} or {}", one.en, other.en))
                    })
                    .unwrap_or_default();
                let name = format!("{}-after-{}", step.id, named.join("-or-"));
                let clause =
                    Clause::new(Duty::Order, name, title(&before_in_words), Template::Precedence, before);
                self.put(clause.and(done));
            }
        }
    }

    /// What opens a step brings about that it is done, where no clock asks for it already.
    pub(super) fn completion(&mut self) {
        for step in &self.procedure.flow.steps {
            let [after] = step.after.as_slice() else { continue };
            if step.optional || step.when.is_some() || step.repeats || self.is_timed(after, step) {
                continue;
            }
            // Of several steps that open together one may lead back, and then the others are no longer wanted.
            let beside = |other: &&Step| other.after.iter().any(|one| one.step == after.step);
            let leads_back = |other: &Step| other.outcomes.iter().any(|outcome| !outcome.reopens.is_empty());
            if self.procedure.flow.steps.iter().filter(beside).any(leads_back) {
                continue;
            }
            let Some(before) = self.procedure.flow.step(after.step.as_str()) else { continue };
            let wanted = |outcome: &&Outcome| {
                !outcome.ends
                    && outcome.reopens.is_empty()
                    && after.outcome.as_ref().is_none_or(|wanted| outcome.id == *wanted)
            };
            let outcomes: Vec<&Outcome> = before.outcomes.iter().filter(wanted).collect();
            if outcomes.is_empty() {
                continue;
            }
            let opens = Events::done(self.procedure, outcomes.into_iter().map(|outcome| (before, outcome)));
            let done = Events::step(self.procedure, step).or(Events::early_end(self.procedure));
            let title = Title::new(
                format!("“{}”之后须办理“{}”", self.told(after).zh, step.title.zh),
                format!("“{}” is followed by “{}”", self.told(after).en, step.title.en),
            );
            let name = format!("{}-from-{}", step.id, named(after));
            self.put(Clause::new(Duty::Completion, name, title, Template::Response, opens).and(done));
        }
    }

    fn is_timed(&self, after: &After, step: &Step) -> bool {
        let starts = |mark: &Mark| matches!(mark, Mark::Done(from) if from.step == after.step);
        let ends = |mark: &Mark| matches!(mark, Mark::Done(to) if to.step == step.id);
        let asks = |clock: &Clock| starts(&clock.from) && clock.to.iter().any(ends);
        self.procedure.flow.clocks.iter().any(asks)
    }

    /// Nobody does a step who did one of those that somebody else must have done.
    pub(super) fn separation(&mut self) {
        for step in &self.procedure.flow.steps {
            for other in step.separate.iter().filter_map(|id| self.procedure.flow.step(id.as_str())) {
                let title = Title::new(
                    format!("“{}”与“{}”不得由同一人办理", other.title.zh, step.title.zh),
                    format!("“{}” and “{}” are done by two people", other.title.en, step.title.en),
                );
                let [first, second] = [other, step].map(|step| Events::step(self.procedure, step));
                let name = format!("{}-not-by-{}", step.id, other.id);
                let mut clause =
                    Clause::new(Duty::Separation, name, title, Template::NotPrecedence, first).and(second);
                clause.correlation = Some("activation.actor == target.actor".to_owned());
                self.put(clause);
            }
        }
    }

    /// A step that another office must do is done by no other.
    pub(super) fn approvals(&mut self) {
        for step in &self.procedure.flow.steps {
            let done = Events::step(self.procedure, step);
            let title = |zh: &str, en: &str| {
                Title::new(
                    format!("“{}”由{zh}办理", step.title.zh),
                    format!("“{}” is done by {en}", step.title.en),
                )
            };
            let offices = |wanted: &dyn Fn(&pack::model::Office) -> bool| -> Vec<&Id> {
                self.all.offices.values().filter(|office| wanted(office)).map(|office| &office.id).collect()
            };
            let not_among =
                |ids: &[&Id]| format!("!(event.office in {})", list(ids.iter().map(|id| id.as_str())));
            match &step.office {
                OfficeRule::Own => {}
                OfficeRule::Named(office) => {
                    let named =
                        self.all.offices.get(office).map(|office| office.title.clone()).unwrap_or_default();
                    let elsewhere = done.but(&not_among(&[office]));
                    let title = title(&named.zh, &named.en);
                    let name = step.id.as_str();
                    self.put(Clause::new(Duty::Approval, name, title, Template::Absence(1), elsewhere));
                }
                OfficeRule::Level(level) => {
                    let high = offices(&|office| office.level <= *level);
                    let title = match level {
                        Level::City => title("市级单位", "an office of the city"),
                        Level::County => title("县级以上单位", "an office of a county or the city"),
                        Level::Station => title("派出所以上单位", "a station or an office above"),
                    };
                    let elsewhere = done.but(&not_among(&high));
                    let name = step.id.as_str();
                    self.put(Clause::new(Duty::Approval, name, title, Template::Absence(1), elsewhere));
                }
                OfficeRule::Parent => {
                    let top = offices(&|office| office.parent.is_none());
                    let title = title("上一级单位", "the office above");
                    let lower = Events::of("case started").but(&not_among(&top));
                    let name = step.id.as_str();
                    let clause =
                        Clause::new(Duty::Approval, name, title, Template::NotPrecedence, lower).and(done);
                    self.put(Clause {
                        correlation: Some("activation.office == target.office".to_owned()),
                        ..clause
                    });
                }
            }
        }
    }

    /// An outcome that needs reasons has some.
    pub(super) fn reasons(&mut self) {
        for step in &self.procedure.flow.steps {
            let outcomes: Vec<&Outcome> = step.outcomes.iter().filter(|outcome| outcome.reasons).collect();
            if outcomes.is_empty() {
                continue;
            }
            let said: BTreeSet<(&str, &str)> = outcomes
                .iter()
                .map(|outcome| (outcome.title.zh.as_str(), outcome.title.en.as_str()))
                .collect();
            let [zh, en] = [
                said.iter().map(|(zh, _)| *zh).collect::<Vec<_>>().join("、"),
                said.iter().map(|(_, en)| *en).collect::<Vec<_>>().join("; "),
            ];
            let title = Title::new(
                format!("“{}”须说明理由：{zh}", step.title.zh),
                format!("“{}” gives reasons: {en}", step.title.en),
            );
            let done = Events::done(self.procedure, outcomes.into_iter().map(|outcome| (step, outcome)));
            let silent = done.but("!has(event.reasons)");
            self.put(Clause::new(Duty::Reasons, step.id.as_str(), title, Template::Absence(1), silent));
        }
    }

    /// A step, with the outcome that is asked for, in words.
    fn told(&self, after: &After) -> Title {
        let Some(step) = self.procedure.flow.step(after.step.as_str()) else { return Title::default() };
        let outcome = after.outcome.as_ref().and_then(|id| step.outcome(id.as_str()));
        outcome.map_or_else(
            || step.title.clone(),
            |outcome| {
                Title::new(
                    format!("{}：{}", step.title.zh, outcome.title.zh),
                    format!("{}: {}", step.title.en, outcome.title.en),
                )
            },
        )
    }
}

/// `accept` or `accept-accepted`.
fn named(after: &After) -> String {
    after
        .outcome
        .as_ref()
        .map_or_else(|| after.step.to_string(), |outcome| format!("{}-{outcome}", after.step))
}
