use pack::model::{
    After, Clock, ClockLimit, Condition, Definitions, Field, FieldKind, Flow, Level, Mark, MaterialUse,
    OfficeRule, Own, Procedure, Step, StepKind, Unit, Watcher,
};
use pack::{Id, Title};

/// What differs between two editions of a procedure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Differences {
    /// Steps.
    pub steps: Vec<Difference>,
    /// Clocks.
    pub clocks: Vec<Difference>,
    /// Questions of the form.
    pub fields: Vec<Difference>,
    /// Papers.
    pub materials: Vec<Difference>,
}

impl Differences {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        let Self { steps, clocks, fields, materials } = self;
        [steps, clocks, fields, materials].iter().all(|all| all.is_empty())
    }
}

/// One thing that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What it is called.
    pub title: Title,
    /// How it differs.
    pub how: How,
}

/// How something differs between two editions.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// It is new.
    Added,
    /// It is there no more.
    Gone,
    /// It is another: in what, before, after.
    Changed(Vec<(Title, Title, Title)>),
}

/// What differs between two editions of one procedure.
pub fn differences(before: (&Procedure, &Definitions), after: (&Procedure, &Definitions)) -> Differences {
    let (old, new) = (before.0, after.0);
    let step = |side: (&Procedure, &Definitions), step: &Step| told_step(step, side.0, side.1);
    let clock = |side: (&Procedure, &Definitions), clock: &Clock| told_clock(clock, &side.0.flow, side.1);
    let field = |side: (&Procedure, &Definitions), field: &Field| told_field(field, side.0);
    let material = |side: (&Procedure, &Definitions), used: &MaterialUse| told_material(used, side.0);
    let called = |side: (&Procedure, &Definitions), used: &MaterialUse| {
        side.1.materials.get(&used.material).map(|material| material.title.clone()).unwrap_or_default()
    };
    Differences {
        steps: compare(
            (before, &old.flow.steps),
            (after, &new.flow.steps),
            |s| &s.id,
            |_, s| s.title.clone(),
            step,
        ),
        clocks: compare(
            (before, &old.flow.clocks),
            (after, &new.flow.clocks),
            |c| &c.id,
            |_, c| c.title.clone(),
            clock,
        ),
        fields: compare(
            (before, &old.form.fields),
            (after, &new.form.fields),
            |f| &f.id,
            |_, f| f.title.clone(),
            field,
        ),
        materials: compare(
            (before, &old.materials),
            (after, &new.materials),
            |m| &m.material,
            called,
            material,
        ),
    }
}

/// What is said of something: each aspect with its value, in words.
type Told = Vec<(Title, Title)>;
type Side<'a> = (&'a Procedure, &'a Definitions);

fn compare<T>(
    (before, old): (Side<'_>, &[T]),
    (after, new): (Side<'_>, &[T]),
    id: impl Fn(&T) -> &Id,
    title: impl Fn(Side<'_>, &T) -> Title,
    told: impl Fn(Side<'_>, &T) -> Told,
) -> Vec<Difference> {
    let mut all = Vec::new();
    for one in new {
        let Some(was) = old.iter().find(|other| id(other) == id(one)) else {
            all.push(Difference { title: title(after, one), how: How::Added });
            continue;
        };
        let pairs = told(before, was).into_iter().zip(told(after, one));
        let changed: Vec<_> = pairs
            .filter(|((_, was), (_, is))| was != is)
            .map(|((what, was), (_, is))| (what, was, is))
            .collect();
        if !changed.is_empty() {
            all.push(Difference { title: title(after, one), how: How::Changed(changed) });
        }
    }
    let gone = old.iter().filter(|one| !new.iter().any(|other| id(other) == id(one)));
    all.extend(gone.map(|one| Difference { title: title(before, one), how: How::Gone }));
    all
}

fn say(zh: &str, en: &str) -> Title {
    Title::new(zh, en)
}

fn plain(text: impl ToString) -> Title {
    Title::same(text.to_string())
}

fn joined<'a>(all: impl IntoIterator<Item = &'a Title>) -> Title {
    let all: Vec<&Title> = all.into_iter().collect();
    let join = |part: fn(&Title) -> &str, with: &str| {
        if all.is_empty() {
            "–".to_owned()
        } else {
            all.iter().map(|title| part(title)).collect::<Vec<_>>().join(with)
        }
    };
    Title::new(join(|title| &title.zh, "、"), join(|title| &title.en, ", "))
}

fn yes(truth: bool) -> Title {
    if truth { say("是", "yes") } else { say("否", "no") }
}

fn condition(condition: Option<&Condition>, procedure: &Procedure) -> Title {
    condition.map_or_else(|| say("总是", "always"), |condition| in_words(condition, procedure))
}

fn in_words(condition: &Condition, procedure: &Procedure) -> Title {
    procedure.conditions.explain(condition).unwrap_or_else(|| plain(&condition.source))
}

fn step_named(id: &Id, flow: &Flow) -> Title {
    flow.step(id.as_str()).map_or_else(|| plain(id), |step| step.title.clone())
}

fn told_step(step: &Step, procedure: &Procedure, definitions: &Definitions) -> Told {
    let flow = &procedure.flow;
    let role = definitions.roles.get(&step.role).map_or_else(|| plain(&step.role), |role| role.title.clone());
    let office = match &step.office {
        OfficeRule::Own => say("承办单位", "the case's own"),
        OfficeRule::Parent => say("上级单位", "the one above"),
        OfficeRule::Level(Level::City) => say("市级", "the city's"),
        OfficeRule::Level(Level::County) => say("县级", "the county's"),
        OfficeRule::Level(Level::Station) => say("所级", "the station's"),
        OfficeRule::Named(id) => {
            definitions.offices.get(id).map_or_else(|| plain(id), |office| office.title.clone())
        }
    };
    let after: Vec<Title> = step.after.iter().map(|after| done(after, flow)).collect();
    let kind = match step.kind {
        StepKind::Accept => say("受理", "accept"),
        StepKind::Examine => say("审查", "examine"),
        StepKind::Decide => say("决定", "decide"),
        StepKind::Deliver => say("送达", "deliver"),
        StepKind::Act => say("办理", "act"),
    };
    let separate: Vec<Title> = step.separate.iter().map(|id| step_named(id, flow)).collect();
    let guards: Vec<Title> = step.guards.iter().map(|guard| in_words(&guard.condition, procedure)).collect();
    vec![
        (say("名称", "name"), step.title.clone()),
        (say("性质", "kind"), kind),
        (say("岗位", "role"), role),
        (say("单位", "office"), office),
        (say("前一环节", "comes after"), joined(&after)),
        (say("适用条件", "needed when"), condition(step.when.as_ref(), procedure)),
        (say("办理条件", "may be done when"), joined(&guards)),
        (say("结果", "outcomes"), joined(step.outcomes.iter().map(|outcome| &outcome.title))),
        (say("须由他人办理的环节", "not by whoever did"), joined(&separate)),
        (say("填写内容", "records"), joined(step.form.fields.iter().map(|field| &field.title))),
        (say("可以不办", "may be left out"), yes(step.optional)),
        (
            say("停止计时", "stops the clocks"),
            step.pauses.as_ref().map_or_else(|| yes(false), |_| step.reason().clone()),
        ),
    ]
}

fn told_clock(clock: &Clock, flow: &Flow, definitions: &Definitions) -> Told {
    let limit = match &clock.limit {
        ClockLimit::Own(own) => length(*own),
        ClockLimit::Law(id) => {
            let deadline = definitions.law.as_ref().and_then(|law| law.deadlines.get(id.as_str()));
            plain(
                deadline
                    .and_then(|deadline| deadline.limit)
                    .map_or_else(|| id.to_string(), |limit| limit.to_string()),
            )
        }
        ClockLimit::Procedure => say("无", "none"),
    };
    let binds = match clock.binds {
        Watcher::Office => say("办理单位", "the office"),
        Watcher::Party => say("申请人", "the party"),
    };
    let deems = clock.deems.as_ref().map_or_else(|| plain("–"), |after| at(&Mark::Done(after.clone()), flow));
    vec![
        (say("名称", "name"), clock.title.clone()),
        (say("期限", "limit"), limit),
        (say("承诺", "promise"), clock.promise.map_or_else(|| plain("–"), length)),
        (say("起点", "starts"), at(&clock.from, flow)),
        (say("终点", "stops"), ends(clock, flow)),
        (say("约束", "binds"), binds),
        (say("逾期视为", "silence counts as"), deems),
    ]
}

fn ends(clock: &Clock, flow: &Flow) -> Title {
    let ends: Vec<Title> = clock.to.iter().map(|mark| at(mark, flow)).collect();
    let told = |of: fn(&Title) -> &str, or: &str| ends.iter().map(of).collect::<Vec<_>>().join(or);
    Title::new(told(|end| &end.zh, "或"), told(|end| &end.en, " or "))
}

/// What a clock starts or stops with, in words.
pub fn at(mark: &Mark, flow: &Flow) -> Title {
    match mark {
        Mark::Submitted => say("提交", "handed in"),
        Mark::HandedIn => say("提交或者补齐", "handed in, or what was corrected"),
        Mark::Correction => say("要求补正", "a correction is asked for"),
        Mark::Ended => say("办结", "the end"),
        Mark::Done(after) => done(after, flow),
        Mark::Answer(field) => plain(format!("form.{field}")),
    }
}

/// A step with the outcome that counts, if one does.
fn done(after: &After, flow: &Flow) -> Title {
    let step = flow.step(after.step.as_str());
    let Title { zh, en } = step.map_or_else(|| plain(&after.step), |step| step.title.clone());
    let Some(outcome) = &after.outcome else { return Title { zh, en } };
    let outcome = step
        .and_then(|step| step.outcome(outcome.as_str()))
        .map_or_else(|| plain(outcome), |o| o.title.clone());
    // A step that ends in what it is called says so once: “Accept (Accept)”.
    let with = |step: &str, outcome: &str, told: String| if step == outcome { step.to_owned() } else { told };
    Title::new(
        with(&zh, &outcome.zh, format!("{zh}（{}）", outcome.zh)),
        with(&en, &outcome.en, format!("{en} ({})", outcome.en)),
    )
}

fn length(own: Own) -> Title {
    let word = Unit::ALL.iter().find(|(_, _, unit)| *unit == own.unit);
    let en = word.map_or("", |(one, many, _)| if own.amount == 1 { one } else { many });
    let zh = match own.unit {
        Unit::Minutes => "分钟",
        Unit::Hours => "小时",
        Unit::Workhours => "个工作小时",
        Unit::Days => "日",
        Unit::Workdays => "个工作日",
        Unit::Months => "个月",
        Unit::Years => "年",
    };
    Title::new(format!("{}{zh}", own.amount), format!("{} {en}", own.amount))
}

fn told_field(field: &Field, procedure: &Procedure) -> Told {
    let choices = match &field.kind {
        FieldKind::Choice(all) | FieldKind::Choices(all) => joined(all.iter().map(|choice| &choice.title)),
        FieldKind::Integer { min, max } => {
            let end = |end: &Option<i64>| end.map_or("–".to_owned(), |end| end.to_string());
            plain(format!("{} … {}", end(min), end(max)))
        }
        _ => plain("–"),
    };
    let checks: Vec<Title> = field.checks.iter().map(|check| in_words(&check.must, procedure)).collect();
    vec![
        (say("名称", "name"), field.title.clone()),
        (say("类型", "kind"), kind(&field.kind)),
        (say("选项或范围", "choices or range"), choices),
        (say("必填", "required"), yes(field.required)),
        (say("适用条件", "asked when"), condition(field.when.as_ref(), procedure)),
        (say("检查", "must hold"), joined(&checks)),
        (say("个人信息", "personal"), yes(field.personal)),
    ]
}

fn kind(kind: &FieldKind) -> Title {
    match kind {
        FieldKind::Text => say("文字", "text"),
        FieldKind::LongText => say("长文字", "long text"),
        FieldKind::Integer { .. } => say("整数", "a whole number"),
        FieldKind::Money => say("金额", "an amount of money"),
        FieldKind::Date => say("日期", "a day"),
        FieldKind::Moment => say("时刻", "a moment"),
        FieldKind::Truth => say("是否", "yes or no"),
        FieldKind::Choice(_) => say("单选", "one of some"),
        FieldKind::Choices(_) => say("多选", "any of some"),
        FieldKind::IdentityNumber => say("公民身份号码", "an identity number"),
        FieldKind::Phone => say("电话号码", "a telephone number"),
        FieldKind::Address => say("地址", "an address"),
        FieldKind::Plate => say("号牌号码", "a number plate"),
        FieldKind::Vin => say("车辆识别代号", "a vehicle identification number"),
        FieldKind::CreditCode => say("统一社会信用代码", "a credit code"),
        FieldKind::File => say("文件", "a file"),
        FieldKind::Object(kind) => plain(kind),
    }
}

fn told_material(used: &MaterialUse, procedure: &Procedure) -> Told {
    vec![
        (say("适用条件", "asked when"), condition(used.when.as_ref(), procedure)),
        (say("可以不交", "may be missing"), yes(used.optional)),
    ]
}
