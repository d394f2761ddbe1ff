use super::{Kind, Log, Subject};
use crate::Title;
use crate::cel::{Checked, Choice, Env, Field, Schema, Type};
use crate::model::{Channel, Definitions, FieldKind, Form, Procedure, schema_field};
use record::Activity;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What belongs to every case of the record: its activities, each with what people call it. Those of steps are named by the
/// flows.
pub const ACTIVITIES: [(&str, &str, &str); 22] = [
    ("case started", "立案登记", "the case is begun"),
    ("answers saved", "填写表单", "answers are given"),
    ("material attached", "提交材料", "a paper is handed in"),
    ("material detached", "撤下材料", "a paper is taken back"),
    ("application submitted", "提交申请", "the application is handed in"),
    ("correction requested", "要求补正", "a correction is asked for"),
    ("correction answered", "完成补正", "the correction is answered"),
    ("step taken", "领取环节", "a step is taken up"),
    ("step handed over", "转交环节", "a step is handed over"),
    ("step put back", "退回环节", "a step is put back"),
    ("deadline extended", "延长期限", "the deadline is extended"),
    ("deadline passed", "期限届满", "the deadline passes"),
    ("application withdrawn", "撤回申请", "the application is withdrawn"),
    ("application lapsed", "申请失效", "the application lapses"),
    ("service rated", "评价", "the service is rated"),
    ("complaint made", "投诉", "a complaint is made"),
    ("complaint answered", "答复投诉", "a complaint is answered"),
    ("record corrected", "更正记录", "what was recorded is corrected"),
    ("case migrated", "转入新版本", "the case goes over to another edition"),
    ("personal data erased", "个人信息被删除", "personal data is erased"),
    ("personal data read", "查阅个人信息", "personal data is read"),
    // Put on the record by a till; no procedure does it by itself.
    ("fee taken", "收取费用", "a fee is taken"),
];

/// What models may say of every event of a case, besides what its forms ask.
pub const ATTRIBUTES: [(&str, Type, &str, &str); 17] = [
    ("procedure", Type::String, "事项", "the procedure"),
    ("channel", Type::String, "办理渠道", "the channel"),
    ("step", Type::String, "环节", "the step"),
    ("outcome", Type::String, "结果", "the outcome"),
    ("actor", Type::String, "经办人", "who did it"),
    ("office", Type::String, "经办单位", "the office"),
    ("holder", Type::String, "承办人", "the holder"),
    ("purpose", Type::String, "用途", "the purpose"),
    ("reasons", Type::String, "理由", "the reasons"),
    ("clock", Type::String, "期限", "the deadline"),
    ("material", Type::String, "材料", "the paper"),
    ("ended", Type::String, "结案方式", "how the case ended"),
    ("stars", Type::Int, "评分", "the stars"),
    ("complaint", Type::Int, "投诉编号", "the complaint"),
    ("words", Type::String, "内容", "the words"),
    ("fee", Type::String, "收费项目", "the fee"),
    ("amount", Type::Int, "金额（分）", "the amount in fen"),
];

/// What a model may say: the activities that there are, and what conditions can speak of.
///
/// A condition on one event speaks of `event`, a correlation of `activation` and `target`. Each has the attributes of its
/// event as fields, and its `activity` and `time`. An event of the record has besides what was answered and recorded in its
/// case until then, under the names `form.FIELD` and `STEP.FIELD`; how a step last ended, `STEP.outcome`; and whether it
/// was skipped, `STEP.skipped`.
pub struct Language {
    /// The activities, each with what people call it.
    pub activities: Vec<(Activity, Title)>,
    /// What conditions on one event are checked against.
    pub event: Env,
    /// What correlations are checked against.
    pub pair: Env,
    /// The answers that the record keeps sealed, by the names that an event has for them.
    sealed: BTreeSet<String>,
}

impl Language {
    /// What models on `subject` may say; none where it names what is not there.
    pub fn of(subject: &Subject, all: &Definitions) -> Option<Self> {
        Some(match subject {
            Subject::Log(id) => Self::of_log(all.logs.get(id)?),
            Subject::Procedure(id) => Self::of_record(Some(all.procedures.get(id)?), all),
            Subject::Record => Self::of_record(None, all),
        })
    }

    fn of_log(log: &Log) -> Self {
        let field = |one: &super::Attribute| {
            let ty = match one.kind {
                Kind::Text => Type::String,
                Kind::Integer => Type::Int,
                Kind::Number => Type::Double,
                Kind::Truth => Type::Bool,
                Kind::Moment => Type::Timestamp,
            };
            Field::new(one.name.as_str(), ty).titled(&one.title.zh, &one.title.en).optional()
        };
        Self::new(log.activities.clone(), log.attributes.iter().map(field).collect())
    }

    fn of_record(procedure: Option<&Procedure>, all: &Definitions) -> Self {
        let field = |(name, ty, zh, en): &(&str, Type, &str, &str)| {
            let ty = named(name, procedure, all).unwrap_or_else(|| ty.clone());
            Field::new(name, ty).titled(zh, en).optional()
        };
        let mut fields: Vec<Field> = ATTRIBUTES.iter().map(field).collect();
        let own = ACTIVITIES.iter().map(|(name, zh, en)| (Activity::from(*name), Title::new(zh, en)));
        let mut activities: Vec<(Activity, Title)> = own.collect();
        let procedures = procedure.map_or_else(|| all.procedures.values().collect(), |one| vec![one]);
        for procedure in procedures {
            activities.extend(of_steps(procedure));
        }
        activities.sort_by(|(one, _), (other, _)| one.cmp(other));
        activities.dedup_by(|(one, _), (other, _)| one == other);
        if let Some(procedure) = procedure {
            fields.extend(answers("form", &procedure.form));
            for step in &procedure.flow.steps {
                fields.extend(answers(step.id.as_str(), &step.form));
                let said = |name: &str, ty, zh: &str, en: &str| {
                    let title = [format!("“{}”{zh}", step.title.zh), format!("“{}” {en}", step.title.en)];
                    Field::new(format!("{}.{name}", step.id), ty).titled(&title[0], &title[1]).optional()
                };
                fields.push(said("outcome", Type::String, "的结果", "as it ended"));
                fields.push(said("skipped", Type::Bool, "不需要办理", "is skipped"));
            }
        }
        let forms = procedure.into_iter().flat_map(|procedure| {
            let steps = procedure.flow.steps.iter().map(|step| (step.id.as_str(), &step.form));
            std::iter::once(("form", &procedure.form)).chain(steps)
        });
        let sealed = forms.flat_map(|(of, form)| {
            let personal = form.fields.iter().filter(|field| field.personal);
            personal.map(move |field| format!("{of}.{}", field.id))
        });
        Self { sealed: sealed.collect(), ..Self::new(activities, fields) }
    }

    fn new(activities: Vec<(Activity, Title)>, fields: Vec<Field>) -> Self {
        let own = [
            Field::new("activity", Type::String).titled("活动", "the activity"),
            Field::new("time", Type::Timestamp).titled("时间", "the time"),
        ];
        let fields: Vec<Field> = fields.into_iter().chain(own).collect();
        let object = |name: &str| Type::Object(Arc::new(Schema::new(name, fields.clone())));
        // An event's fields say enough: “the amount is at least 36”.
        let event = Env::new().variable("event", object("event"), Title::new("", ""));
        let pair = Env::new()
            .variable("activation", object("activation"), Title::new("触发事件", "the activation"))
            .variable("target", object("target"), Title::new("目标事件", "the target"));
        Self { activities, event, pair, sealed: BTreeSet::new() }
    }

    /// The sealed answers that a condition speaks of, which was checked against [`event`](Self::event) or
    /// [`pair`](Self::pair).
    pub fn sealed_in(&self, checked: &Checked) -> BTreeSet<&str> {
        let places = checked.slots().into_iter().filter_map(|slot| checked.env.place(slot));
        let named = places.filter_map(|place| self.sealed.get(place.path.last()?.as_str()));
        named.map(String::as_str).collect()
    }

    /// What people call an activity.
    pub fn title(&self, activity: &Activity) -> Option<&Title> {
        self.activities.iter().find(|(name, _)| name == activity).map(|(_, title)| title)
    }
}

/// The names that an attribute of the record may have for values, where they are known.
fn named(attribute: &str, procedure: Option<&Procedure>, all: &Definitions) -> Option<Type> {
    let choice = |id: &str, title: &Title| Choice { value: id.into(), title: title.clone() };
    let of_flow = || procedure.map(|procedure| &procedure.flow);
    Some(match attribute {
        "channel" => Type::choice(Channel::ALL.map(|(id, channel)| {
            let (zh, en) = match channel {
                Channel::Window => ("窗口", "the window"),
                Channel::Web => ("网站", "the website"),
                Channel::Phone => ("手机", "a phone"),
                Channel::Kiosk => ("自助终端", "a kiosk"),
            };
            choice(id, &Title::new(zh, en))
        })),
        "office" => {
            Type::choice(all.offices.values().map(|office| choice(office.id.as_str(), &office.title)))
        }
        "fee" => Type::choice(all.fees.values().map(|fee| choice(fee.id.as_str(), &fee.title))),
        "step" => Type::choice(of_flow()?.steps.iter().map(|step| choice(step.id.as_str(), &step.title))),
        "clock" => {
            Type::choice(of_flow()?.clocks.iter().map(|clock| choice(clock.id.as_str(), &clock.title)))
        }
        "material" => {
            let asked = procedure?.materials.iter().filter_map(|asked| all.materials.get(&asked.material));
            Type::choice(asked.map(|material| choice(material.id.as_str(), &material.title)))
        }
        _ => return None,
    })
}

/// The events that the steps of a procedure make: `“Decide”: Grant`.
fn of_steps(procedure: &Procedure) -> impl Iterator<Item = (Activity, Title)> {
    procedure.flow.steps.iter().flat_map(|step| {
        step.outcomes.iter().map(|outcome| {
            let zh = format!("“{}”：{}", step.title.zh, outcome.title.zh);
            let en = format!("“{}”: {}", step.title.en, outcome.title.en);
            (Activity::from(outcome.activity.as_str()), Title::new(zh, en))
        })
    })
}

/// What a form asks, as the record keeps it: days as texts, and of several choices a list.
fn answers<'a>(of: &'a str, form: &'a Form) -> impl Iterator<Item = Field> + 'a {
    form.fields.iter().map(move |field| {
        let known = schema_field(field);
        let ty = if field.kind == FieldKind::Date { Type::String } else { known.ty };
        Field { id: format!("{of}.{}", field.id).into(), ty, ..known }
    })
}
