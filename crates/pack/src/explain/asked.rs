use super::{Section, Speaker};
use crate::Lang;
use crate::model::{Choice, Field, FieldKind, Id, MaterialUse};

impl Speaker<'_> {
    pub(super) fn form(&self) -> Option<Section> {
        let lines = self.fields(&self.procedure.form.fields);
        self.section("填写", "What is asked", lines)
    }

    /// Questions with what may be answered, under the headings of their groups.
    pub(super) fn fields(&self, fields: &[Field]) -> Vec<String> {
        let mut lines = Vec::new();
        for field in fields {
            if let Some(group) = &field.group {
                lines.push(format!("{}{}", self.title(group), self.pick("：", ":")));
            }
            lines.push(format!("- {}", self.field(field)));
            lines.extend(field.when.as_ref().map(|when| self.under("如果", "only if ", &self.when(when))));
            let checks = field.checks.iter();
            lines.extend(checks.map(|check| self.under("要求：", "rule: ", self.title(&check.title))));
            lines.extend(field.plans.as_ref().and_then(|plan| self.planned(&plan.step)));
        }
        lines
    }

    /// That an answer says when a step is to be, and what must be over then.
    fn planned(&self, step: &Id) -> Option<String> {
        let step = self.procedure.flow.step(step.as_str())?;
        let (title, clock) = (self.title(&step.title), self.clock_title(step.not_before.as_ref()?));
        let told = match self.lang {
            Lang::Zh => format!("“{title}”的时间，不得早于“{clock}”届满"),
            Lang::En => format!("it says when “{title}” is to be, not before this is over: {clock}"),
        };
        Some(format!("    {told}"))
    }

    fn under(&self, zh: &str, en: &str, text: &str) -> String {
        format!("    {}{text}", self.pick(zh, en))
    }

    fn field(&self, field: &Field) -> String {
        let mut notes = vec![self.kind(&field.kind)];
        if !field.required {
            notes.push(self.pick("可不填", "may be left blank").to_owned());
        }
        if field.personal {
            notes.push(self.pick("加密保存", "sealed").to_owned());
        }
        let notes = notes.join(self.pick("，", ", "));
        match self.lang {
            Lang::Zh => format!("{}（{notes}）", self.title(&field.title)),
            Lang::En => format!("{} ({notes})", self.title(&field.title)),
        }
    }

    fn kind(&self, kind: &FieldKind) -> String {
        let choices = |all: &[Choice]| {
            let all: Vec<&str> = all.iter().map(|one| self.title(&one.title)).collect();
            all.join(self.pick("／", " / "))
        };
        let (zh, en) = match kind {
            FieldKind::Text => ("一行文字", "a line of text"),
            FieldKind::LongText => ("文字", "text"),
            FieldKind::Integer { min, max } => return self.number(*min, *max),
            FieldKind::Money => ("金额", "an amount in yuan"),
            FieldKind::Date => ("日期", "a date"),
            FieldKind::Moment => ("日期和时间", "a date and time"),
            FieldKind::Truth => ("是／否", "yes / no"),
            FieldKind::Choice(all) => return choices(all),
            FieldKind::Choices(all) => {
                return format!("{}{}", self.pick("可多选：", "any of "), choices(all));
            }
            FieldKind::IdentityNumber => ("公民身份号码", "an identity number"),
            FieldKind::Phone => ("电话号码", "a telephone number"),
            FieldKind::Address => ("地址", "an address"),
            FieldKind::Plate => ("号牌号码", "a number plate"),
            FieldKind::Vin => ("车辆识别代号", "a vehicle identification number"),
            FieldKind::CreditCode => ("统一社会信用代码", "a unified social credit code"),
            FieldKind::File => ("文件", "a file"),
            FieldKind::Object(kind) => {
                let title = self.all.objects.get(kind).map_or(kind.as_str(), |title| self.title(title));
                return format!("{}{title}", self.pick("编号：", "the number of: "));
            }
        };
        self.pick(zh, en).to_owned()
    }

    fn number(&self, min: Option<i64>, max: Option<i64>) -> String {
        match (min, max, self.lang) {
            (Some(min), Some(max), Lang::Zh) => format!("{min}至{max}"),
            (Some(min), Some(max), Lang::En) => format!("{min} to {max}"),
            (Some(min), None, Lang::Zh) => format!("不小于{min}"),
            (Some(min), None, Lang::En) => format!("{min} or more"),
            (None, Some(max), Lang::Zh) => format!("不大于{max}"),
            (None, Some(max), Lang::En) => format!("{max} or less"),
            (None, None, _) => self.pick("整数", "a whole number").to_owned(),
        }
    }

    pub(super) fn materials(&self) -> Option<Section> {
        let lines = self.procedure.materials.iter().flat_map(|asked| self.material(asked)).collect();
        self.section("材料", "What to bring", lines)
    }

    fn material(&self, asked: &MaterialUse) -> Vec<String> {
        let Some(material) = self.all.materials.get(&asked.material) else { return Vec::new() };
        let mut notes = vec![match &asked.law {
            Some(basis) => self.cited(basis),
            None => self.pick("本单位要求", "the office's own wish").to_owned(),
        }];
        if asked.optional {
            notes.push(self.pick("可不提供", "if there is one").to_owned());
        }
        let (title, notes) = (self.title(&material.title), notes.join(self.pick("，", ", ")));
        let mut lines = vec![match self.lang {
            Lang::Zh => format!("- {title}（{notes}）"),
            Lang::En => format!("- {title} ({notes})"),
        }];
        lines.extend(asked.when.as_ref().map(|when| self.under("如果", "only if ", &self.when(when))));
        lines.extend(material.from.as_ref().map(|from| self.under("来自：", "from: ", self.title(from))));
        lines
    }
}
