use super::{Duty, HowMany, Language, Length, Model, Over, Pattern, Subject, Template};
use crate::explain::Section;
use crate::model::{Basis, Condition, Definitions, Id};
use crate::{Lang, Title, cel};

/// Explains a model in plain words: what must hold, of which cases, how bad a breach is, and on what that rests.
pub fn explain(model: &Model, all: &Definitions, lang: Lang) -> Vec<Section> {
    let speaker = Speaker { model, all, language: Language::of(&model.on, all), lang };
    let title = match lang {
        Lang::Zh => format!("{}（{}）", model.title.zh, model.id),
        Lang::En => format!("{} · {} ({})", model.title.en, model.title.zh, model.id),
    };
    let mut lines: Vec<String> = model.about.iter().map(|about| lang.of(about).to_owned()).collect();
    lines.push(format!("{}{}", speaker.rule(), speaker.window()));
    lines.push(speaker.scope());
    lines.extend(speaker.consequence());
    let law = speaker.law();
    let of_law = Section { title: lang.pick("依据", "What it rests on").to_owned(), lines: law };
    let origin = speaker.origin();
    let of_origin =
        Section { title: lang.pick("来源", "Where it comes from").to_owned(), lines: vec![origin] };
    let all = [Section { title, lines }, of_law, of_origin];
    all.into_iter().filter(|section| !section.lines.is_empty()).collect()
}

struct Speaker<'a> {
    model: &'a Model,
    all: &'a Definitions,
    language: Option<Language>,
    lang: Lang,
}

impl Speaker<'_> {
    fn title<'t>(&self, title: &'t Title) -> &'t str {
        self.lang.of(title)
    }

    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        self.lang.pick(zh, en)
    }

    /// What must hold, without how soon.
    fn rule(&self) -> String {
        let first = self.pattern(&self.model.first);
        let second = self.model.second.as_ref().map(|second| self.pattern(second)).unwrap_or_default();
        let [zh, en] = sentence(self.model.template);
        let count = match self.model.template {
            Template::Existence(count) | Template::Absence(count) | Template::Exactly(count) => count,
            _ => 0,
        };
        let said = self.lang.pick(zh, en).replace("{n}", &count.to_string());
        let said = said.replace("{a}", &first).replace("{b}", &second);
        let both = self.model.correlation.as_ref().and_then(|both| self.condition(both, true));
        let both = both.map(|both| format!("{}{both}", self.pick("；并且 ", "; and ")));
        format!("{said}{}", both.unwrap_or_default())
    }

    /// `“create fine” (the amount is at least 36)`
    fn pattern(&self, pattern: &Pattern) -> String {
        let known = |activity| self.language.as_ref().and_then(|language| language.title(activity));
        let quoted = |name: &str| self.lang.pick(format!("“{name}”"), format!("“{name}”"));
        let names = pattern.activities.iter().map(|activity| match known(activity) {
            // A step's title is quoted already.
            Some(title) if self.title(title).starts_with('“') => self.title(title).to_owned(),
            Some(title) => quoted(self.title(title)),
            None => quoted(activity.as_str()),
        });
        let names = names.collect::<Vec<_>>().join(self.pick("或", " or "));
        let condition = pattern.condition.as_ref().and_then(|condition| self.condition(condition, false));
        match (condition, self.lang) {
            (None, _) => names,
            (Some(condition), Lang::Zh) => format!("{names}（{condition}）"),
            (Some(condition), Lang::En) => format!("{names} ({condition})"),
        }
    }

    fn condition(&self, condition: &Condition, pair: bool) -> Option<String> {
        let language = self.language.as_ref()?;
        let env = if pair { &language.pair } else { &language.event };
        let said = condition.check(env).ok().map(|checked| cel::explain(&checked));
        Some(said.map_or_else(|| condition.source.clone(), |said| self.title(&said).to_owned()))
    }

    fn window(&self) -> String {
        let window = &self.model.window;
        let (least, most) = (window.least.as_ref(), window.most.as_ref());
        let least = least.map(|length| self.length(length));
        let most = most.map(|length| self.length(length));
        let binary = self.model.second.is_some();
        let [zh, of, after] =
            if binary { [""; 3] } else { ["自第一个事件起", " of the first event", " after it"] };
        match (least, most, self.lang) {
            (None, None, _) => String::new(),
            (None, Some(most), Lang::Zh) => format!("，{zh}{most}以内"),
            (None, Some(most), Lang::En) => format!(", within {most}{of}"),
            (Some(least), None, Lang::Zh) => format!("，{zh}满{least}以后"),
            (Some(least), None, Lang::En) if binary => format!(", no sooner than {least}"),
            (Some(least), None, Lang::En) => format!(", no sooner than {least} after the first event"),
            (Some(least), Some(most), Lang::Zh) => format!("，{zh}满{least}以后、{most}以内"),
            (Some(least), Some(most), Lang::En) => {
                format!(", within {most}{of} and no sooner than {least}{after}")
            }
        }
    }

    fn length(&self, length: &Length) -> String {
        let limit = |limit: &crate::days::Limit| match self.lang {
            Lang::Zh => limit.zh(),
            Lang::En => limit.to_string(),
        };
        match length {
            Length::Elapsed { amount, unit } => self.title(&unit.told(*amount)).to_owned(),
            Length::Counted { limit: own, by: None } => limit(own),
            Length::Counted { limit: own, by: Some(by) } => match self.lang {
                Lang::Zh => format!("{}（按《{}》计算）", limit(own), self.instrument(by)),
                Lang::En => format!("{} (counted by 《{}》)", limit(own), self.instrument(by)),
            },
            Length::Deadline { id, promise } => {
                let deadline = self.all.law.as_ref().and_then(|law| law.deadlines.get(id));
                let by_law = deadline.and_then(|deadline| deadline.limit).map(|own| limit(&own));
                let by_law = by_law.unwrap_or_else(|| id.to_string());
                let cited = deadline.and_then(|deadline| deadline.cite.as_ref());
                let cited = cited.map(|cite| format!(" [{}]", cite.words(self.lang))).unwrap_or_default();
                match (promise, self.lang) {
                    (None, _) => format!("{by_law}{cited}"),
                    (Some(promise), Lang::Zh) => format!("承诺的{}（法定{by_law}{cited}）", limit(promise)),
                    (Some(promise), Lang::En) => {
                        format!("the promised {} (by law {by_law}{cited})", limit(promise))
                    }
                }
            }
        }
    }

    fn instrument<'t>(&'t self, id: &'t Id) -> &'t str {
        let law = self.all.law.as_ref().and_then(|law| law.instruments.get(id));
        law.map_or(id.as_str(), |law| law.title.zh.trim_start_matches("中华人民共和国"))
    }

    fn object<'t>(&'t self, id: &'t Id) -> &'t str {
        self.all.objects.get(id).map_or(id.as_str(), |title| self.title(title))
    }

    fn scope(&self) -> String {
        let each = self.object(&self.model.scope.each);
        let of = match &self.model.on {
            Subject::Record => String::new(),
            Subject::Procedure(id) => {
                let title = self.all.procedures.get(id).map_or(id.as_str(), |one| self.title(&one.title));
                self.lang.pick(format!("“{title}”的"), format!(" of “{title}”"))
            }
            Subject::Log(id) => {
                let title = self.all.logs.get(id).map_or(id.as_str(), |one| self.title(&one.title));
                self.lang.pick(format!("《{title}》中的"), format!(" in “{title}”"))
            }
        };
        let over = self.model.scope.over.as_ref().map(|over| self.over(over)).unwrap_or_default();
        match self.lang {
            Lang::Zh => format!("适用于：{of}每一个“{each}”{over}"),
            Lang::En => format!("It holds of each “{each}”{of}{over}"),
        }
    }

    fn over(&self, over: &Over) -> String {
        let object = self.object(&over.object);
        match (over.how_many, self.lang) {
            (HowMany::All, Lang::Zh) => format!("，连同其每一个“{object}”"),
            (HowMany::All, Lang::En) => format!(", with every “{object}” that belongs to it"),
            (HowMany::Between { least, most: None }, Lang::Zh) => format!("，连同其至少{least}个“{object}”"),
            (HowMany::Between { least, most: None }, Lang::En) => {
                format!(", with {least} “{object}” at least that belong to it")
            }
            (HowMany::Between { least, most: Some(most) }, Lang::Zh) => {
                format!("，连同其{least}至{most}个“{object}”")
            }
            (HowMany::Between { least, most: Some(most) }, Lang::En) => {
                format!(", with {least} to {most} “{object}” that belong to it")
            }
        }
    }

    /// How bad a breach is, whose it is to clear, and how.
    fn consequence(&self) -> Vec<String> {
        let severity = self.model.severity.title();
        let mut lines =
            vec![format!("{}{}", self.pick("违反的严重程度：", "A breach is: "), self.title(&severity))];
        if let Some(owner) = &self.model.owner {
            let role = self.all.roles.get(owner).map_or(owner.as_str(), |role| self.title(&role.title));
            lines.push(format!("{}{role}", self.pick("负责处理：", "Cleared by: ")));
        }
        let remedy = self.model.remedy.as_ref();
        lines.extend(
            remedy.map(|remedy| format!("{}{}", self.pick("整改：", "Remedy: "), self.title(remedy))),
        );
        lines
    }

    fn law(&self) -> Vec<String> {
        let quoted = |basis: &Basis| {
            format!("《{}》{}：“{}”", self.instrument(&basis.instrument), basis.article, basis.quote)
        };
        let words = self.model.basis.as_ref().map(|basis| self.title(basis).to_owned());
        self.model.law.iter().map(quoted).chain(words).collect()
    }

    fn origin(&self) -> String {
        let Some(origin) = &self.model.origin else {
            let (pack, place) = (&self.model.pack, &self.model.place);
            return match self.lang {
                Lang::Zh => format!("规则包“{pack}”：{}，第{}行", place.file, place.line),
                Lang::En => format!("written in the pack “{pack}”: {}:{}", place.file, place.line),
            };
        };
        let duty: Title = Duty::title(origin.duty);
        let (procedure, clause) = (&origin.procedure, &origin.clause);
        match self.lang {
            Lang::Zh => format!("由事项“{procedure}”导出：{}（{clause}）", duty.zh),
            Lang::En => format!("derived from the procedure “{procedure}”: {} ({clause})", duty.en),
        }
    }
}

/// What each template says, in both languages: `{a}` and `{b}` are its patterns, `{n}` its count.
fn sentence(template: Template) -> [&'static str; 2] {
    match template {
        Template::Existence(1) => ["须有{a}", "{a} happens"],
        Template::Existence(_) => ["{a}须至少发生{n}次", "{a} happens {n} times at least"],
        Template::Absence(1) => ["不得有{a}", "{a} does not happen"],
        Template::Absence(_) => ["{a}须少于{n}次", "{a} happens fewer than {n} times"],
        Template::Exactly(1) => ["{a}须恰好发生一次", "{a} happens once"],
        Template::Exactly(_) => ["{a}须恰好发生{n}次", "{a} happens {n} times"],
        Template::Init => ["最先发生的须是{a}", "the first thing that happens is {a}"],
        Template::End => ["最后发生的须是{a}", "the last thing that happens is {a}"],
        Template::Choice => ["{a}与{b}须至少有其一", "{a} happens, or {b}, or both"],
        Template::ExclusiveChoice => ["{a}与{b}须有其一，不得都有", "{a} happens, or {b}, and not both"],
        Template::RespondedExistence => {
            ["有{a}的，此前或者此后须有{b}", "where {a} happens, {b} does, before or after"]
        }
        Template::CoExistence => {
            ["{a}与{b}须都有或者都没有", "where {a} or {b} happens, the other does, too"]
        }
        Template::Response => ["{a}之后须有{b}", "after {a} comes {b}"],
        Template::AlternateResponse => {
            ["{a}之后、再次发生之前须有{b}", "after {a} comes {b}, before it happens again"]
        }
        Template::ChainResponse => ["{a}之后须紧接{b}", "right after {a} comes {b}"],
        Template::Precedence => ["{b}之前须有{a}", "before {b} comes {a}"],
        Template::AlternatePrecedence => {
            ["每次{b}之前、上一次之后须有{a}", "before each {b} comes {a}, since it happened last"]
        }
        Template::ChainPrecedence => ["{b}须紧接在{a}之后", "right before {b} comes {a}"],
        Template::Succession => {
            ["{a}之后须有{b}，{b}之前须有{a}", "after {a} comes {b}, and before {b} comes {a}"]
        }
        Template::AlternateSuccession => ["{a}与{b}须交替发生", "{a} and {b} happen by turns"],
        Template::ChainSuccession => ["{a}与{b}须紧接发生", "{a} and {b} happen one right after the other"],
        Template::NotRespondedExistence => ["有{a}的，不得有{b}", "where {a} happens, {b} does not"],
        Template::NotCoExistence => ["{a}与{b}不得都有", "{a} and {b} do not happen both"],
        Template::NotResponse => ["{a}之后不得有{b}", "after {a} comes no {b}"],
        Template::NotPrecedence => ["{b}之前不得有{a}", "before {b} comes no {a}"],
        Template::NotChainResponse => ["{a}之后不得紧接{b}", "right after {a} comes no {b}"],
        Template::NotChainPrecedence => ["{b}不得紧接在{a}之后", "right before {b} comes no {a}"],
        Template::NotSuccession => ["{a}与{b}不得先后发生", "{b} never comes after {a}"],
        Template::NotChainSuccession => ["{a}与{b}不得紧接发生", "{b} never comes right after {a}"],
    }
}
