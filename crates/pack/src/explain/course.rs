use super::{Section, Speaker};
use crate::Lang;
use crate::model::{
    After, Clock, ClockLimit, Credential, Id, Level, Mark, OfficeRule, Outcome, Pause, Step, Watcher,
};

impl Speaker<'_> {
    pub(super) fn steps(&self) -> Section {
        let mut lines = Vec::new();
        for (number, step) in (1..).zip(&self.procedure.flow.steps) {
            lines.push(format!("{number}. {}", self.title(&step.title)));
            lines.extend(self.step(step).into_iter().map(|line| format!("   {line}")));
        }
        if !self.procedure.flow.withdrawable {
            lines.push(self.pick("不能撤回", "It cannot be taken back").to_owned());
        }
        let title = self.pick("环节", "How it goes").to_owned();
        Section { title, lines }
    }

    fn step(&self, step: &Step) -> Vec<String> {
        let role = self.all.roles.get(&step.role).map_or(step.role.as_str(), |role| self.title(&role.title));
        let office = self.office(&step.office);
        let mut lines = vec![format!("{}{role}{office}", self.pick("办理：", "by: "))];
        if !step.after.is_empty() {
            let after: Vec<String> = step.after.iter().map(|after| self.after(after)).collect();
            let between = match step.any {
                true => self.pick("，或", ", or "),
                false => self.pick("，且", ", and "),
            };
            lines.push(format!("{}{}", self.pick("前一环节：", "after: "), after.join(between)));
        }
        let told = |zh: &str, en: &str, text: &str| format!("{}{text}", self.pick(zh, en));
        lines.extend(step.when.as_ref().map(|when| told("如果：", "only if: ", &self.when(when))));
        lines.extend(
            step.guards.iter().map(|guard| told("须：", "it must be so: ", self.title(&guard.title))),
        );
        if !step.separate.is_empty() {
            let others = self.named(&step.separate);
            lines.push(told("须由另一人办理，不同于：", "by somebody else than who did: ", &others));
        }
        if let Some(clock) = &step.not_before {
            lines.push(told("不得早于期间届满：", "not before the time is over: ", &self.clock_title(clock)));
        }
        lines.extend(step.pauses.as_ref().map(|pause| self.pause(pause)));
        if step.optional {
            lines.push(self.pick("需要时办理", "only where it is wanted").to_owned());
        }
        let asked = self.fields(&step.form.fields);
        if !asked.is_empty() {
            lines.push(self.pick("记录：", "it records:").to_owned());
            lines.extend(asked.into_iter().map(|line| format!("  {line}")));
        }
        let ends: Vec<String> = step.outcomes.iter().map(|outcome| self.outcome(outcome)).collect();
        lines.push(told("结果：", "it ends as: ", &ends.join(self.pick("；", "; "))));
        lines
    }

    /// What stands still while a step is open, and for what.
    fn pause(&self, pause: &Pause) -> String {
        match pause {
            Pause::Known { title, .. } => {
                let told = self.pick("期间时限停止计算：", "the clocks stand still meanwhile: ");
                format!("{told}{}", self.title(title))
            }
            Pause::Own => {
                let told = (
                    "期间本单位自定的时限停止计算，法定期限照常计算",
                    "the office's own limits stand still meanwhile; the law's run on",
                );
                self.pick(told.0, told.1).to_owned()
            }
        }
    }

    fn office(&self, rule: &OfficeRule) -> String {
        let named = |id: &Id| {
            self.all.offices.get(id).map_or(id.as_str(), |office| self.title(&office.title)).to_owned()
        };
        let office = match rule {
            OfficeRule::Own => return String::new(),
            OfficeRule::Parent => self.pick("上一级单位", "the office above").to_owned(),
            OfficeRule::Level(Level::City) => self.pick("市级单位", "the city's office").to_owned(),
            OfficeRule::Level(Level::County) => self.pick("县级单位", "the county's office").to_owned(),
            OfficeRule::Level(Level::Station) => self.pick("派出所", "the station").to_owned(),
            OfficeRule::Named(id) => named(id),
        };
        match self.lang {
            Lang::Zh => format!("（{office}）"),
            Lang::En => format!(", at {office}"),
        }
    }

    fn named(&self, steps: &[Id]) -> String {
        let titles: Vec<String> = steps.iter().map(|id| format!("“{}”", self.step_title(id))).collect();
        self.listed(titles.iter().map(String::as_str))
    }

    fn step_title<'t>(&'t self, id: &'t Id) -> &'t str {
        self.procedure.flow.step(id.as_str()).map_or(id.as_str(), |step| self.title(&step.title))
    }

    pub(super) fn clock_title(&self, id: &Id) -> String {
        let clock = self.procedure.flow.clocks.iter().find(|clock| clock.id == *id);
        clock.map_or(id.as_str(), |clock| self.title(&clock.title)).to_owned()
    }

    /// `“Examine” (Passed)`.
    fn after(&self, after: &After) -> String {
        let step = self.procedure.flow.step(after.step.as_str());
        let outcome = after.outcome.as_ref().zip(step).and_then(|(id, step)| step.outcome(id.as_str()));
        let title = format!("“{}”", self.step_title(&after.step));
        match (outcome, self.lang) {
            (None, _) => title,
            (Some(outcome), Lang::Zh) => format!("{title}（{}）", self.title(&outcome.title)),
            (Some(outcome), Lang::En) => format!("{title} ({})", self.title(&outcome.title)),
        }
    }

    fn outcome(&self, outcome: &Outcome) -> String {
        let mut notes = Vec::new();
        if outcome.reasons {
            notes.push(self.pick("须说明理由", "with reasons").to_owned());
        }
        if outcome.ends {
            notes.push(self.pick("办理结束", "the case ends").to_owned());
        }
        if !outcome.reopens.is_empty() {
            notes.push(format!("{}{}", self.pick("重新办理：", "back to: "), self.named(&outcome.reopens)));
        }
        let (title, notes) = (self.title(&outcome.title), notes.join(self.pick("，", ", ")));
        match (notes.is_empty(), self.lang) {
            (true, _) => title.to_owned(),
            (false, Lang::Zh) => format!("{title}（{notes}）"),
            (false, Lang::En) => format!("{title} ({notes})"),
        }
    }

    pub(super) fn correction(&self) -> Option<Section> {
        let correction = self.procedure.flow.correction.as_ref()?;
        let (at, answer) = (self.named(&correction.at), self.length(correction.answer));
        let line = match self.lang {
            Lang::Zh => {
                format!("可在{at}时要求补正；申请人有{answer}答复，期间时限停止计算，逾期未答复的办理结束")
            }
            Lang::En => format!(
                "It can be asked for at: {at}. The applicant has {answer} to answer, and the clocks stand still; \
                 without an answer the case ends"
            ),
        };
        self.section("补正", "Corrections", vec![line])
    }

    pub(super) fn clocks(&self) -> Option<Section> {
        let lines = self.procedure.flow.clocks.iter().flat_map(|clock| self.clock(clock)).collect();
        self.section("时限", "Clocks", lines)
    }

    fn clock(&self, clock: &Clock) -> Vec<String> {
        let limit = match &clock.limit {
            ClockLimit::Law(id) => self.by_law(id.as_str()),
            ClockLimit::Own(own) => {
                format!("{} ({})", self.length(*own), self.pick("本单位规定", "the office's own"))
            }
            ClockLimit::Procedure => return Vec::new(),
        };
        let mut lines = vec![format!("- {}{}{limit}", self.title(&clock.title), self.pick("：", ": "))];
        let ends: Vec<String> = clock.to.iter().map(|mark| self.mark(mark)).collect();
        let (from, to) = (self.mark(&clock.from), ends.join(self.pick("或", " or ")));
        lines.push(match self.lang {
            Lang::Zh => format!("    自{from}至{to}"),
            Lang::En => format!("    from {from} to {to}"),
        });
        lines.extend(
            clock.promise.map(|own| format!("    {}{}", self.pick("承诺：", "promised: "), self.length(own))),
        );
        if clock.binds == Watcher::Party {
            lines.push(format!("    {}", self.pick("约束当事人", "it binds the party")));
        }
        // Every own limit stands still where a step says so, as is told there.
        let told = clock.pauses.is_some() || matches!(clock.limit, ClockLimit::Law(_));
        let law = self.all.law.as_ref();
        let stops = self.procedure.flow.steps.iter().filter(|step| clock.stands_at(step, law));
        let stops: Vec<Id> = stops.map(|step| step.id.clone()).collect();
        if told && !stops.is_empty() {
            let told = self.pick("停止计算的环节：", "it stands still during: ");
            lines.push(format!("    {told}{}", self.named(&stops)));
        }
        lines.extend(clock.deems.as_ref().map(|deems| {
            format!(
                "    {}{}",
                self.pick("逾期视为：", "if it runs out, this counts as done: "),
                self.after(deems)
            )
        }));
        lines
    }

    fn mark(&self, mark: &Mark) -> String {
        match mark {
            Mark::Submitted => self.pick("提交", "the handing in").to_owned(),
            Mark::HandedIn => {
                self.pick("提交或者补齐", "the handing in, or of what was corrected").to_owned()
            }
            Mark::Correction => self.pick("要求补正", "asking for a correction").to_owned(),
            Mark::Ended => self.pick("办结", "the end").to_owned(),
            Mark::Done(after) => self.after(after),
            Mark::Answer(field) => {
                let title = self.procedure.form.field(field.as_str()).map(|field| &field.title);
                format!("“{}”", title.map_or(field.as_str(), |title| self.title(title)))
            }
        }
    }

    pub(super) fn credentials(&self) -> Option<Section> {
        let issued = self.procedure.flow.steps.iter().filter_map(|step| step.issues.as_ref());
        let known = issued.filter_map(|id| self.all.credentials.get(id));
        let lines = known.flat_map(|credential| self.credential(credential)).collect();
        self.section("颁发", "What it gives", lines)
    }

    fn credential(&self, credential: &Credential) -> Vec<String> {
        let mut lines = vec![format!("- {}", self.title(&credential.title))];
        let for_good = || self.pick("长期", "until it is revoked").to_owned();
        let length = |own: Option<crate::model::Own>| own.map_or_else(for_good, |own| self.length(own));
        let mut valid: Vec<String> = credential
            .terms
            .iter()
            .map(|(when, own)| format!("{}{}{}", length(*own), self.pick("，如果", " if "), self.when(when)))
            .collect();
        match &credential.until {
            Some(_) => valid.insert(0, self.pick("至所载日期", "to the day that it says").to_owned()),
            None => valid.push(length(credential.valid)),
        }
        let valid = valid.join(self.pick("；否则", "; otherwise "));
        lines.push(format!("    {}{valid}", self.pick("有效期：", "valid: ")));
        let shown = credential.shows.iter().map(|id| self.answer_title(id));
        let shown: Vec<String> = shown.collect();
        if !shown.is_empty() {
            let shown = self.listed(shown.iter().map(String::as_str));
            lines.push(format!("    {}{shown}", self.pick("载明：", "it shows: ")));
        }
        let told: Vec<String> = credential.one_per.iter().map(|id| self.answer_title(id)).collect();
        if !told.is_empty() {
            let told = self.listed(told.iter().map(String::as_str));
            lines.push(match self.lang {
                Lang::Zh => format!("    {told}相同的，以最后颁发的为准，先前的不再有效"),
                Lang::En => {
                    format!("    one at a time for the same {told}: the later takes the place of the earlier")
                }
            });
        }
        lines
    }

    /// The title of a question of the form or of a step.
    fn answer_title(&self, id: &Id) -> String {
        let steps = self.procedure.flow.steps.iter().map(|step| &step.form);
        let mut forms = std::iter::once(&self.procedure.form).chain(steps);
        let field = forms.find_map(|form| form.field(id.as_str()));
        field.map_or(id.as_str(), |field| self.title(&field.title)).to_owned()
    }
}
