//! Where `check` and the oracle differ, on the smallest log that still shows it.

use crate::oracle::says::Says;
use crate::oracle::{Pattern, Rule, Trace, judge, traces};
use oversight::check::{Asked, Finding, Summary, Until, Way};
use oversight::condition::Language;
use oversight::log::{Log, Traces};
use oversight::model::{self, Lapse, Length, Model, Window};
use record::{Event, Name, Time};
use std::fmt::Write as _;

/// The type of the objects whose traces are looked at.
pub const KIND: &str = "case";
/// The attributes that conditions may speak of, whether an event has them or not.
pub const ATTRIBUTES: [&str; 8] = ["who", "by", "amount", "limit", "paid", "due", "odd", "never"];

/// Nanoseconds.
pub const SECOND: i128 = 1_000_000_000;

/// What is said of a log by one rule.
pub type Told = (Vec<Finding>, Summary);

/// A log as both see it.
pub struct Bench<'e> {
    pub events: &'e [Event],
    pub log: Log,
    traces: Option<Traces>,
    seen: Vec<Trace<'e>>,
}

/// Findings by model, which are to come trace by trace, and within a trace model by model.
struct Heard {
    findings: Vec<Vec<Finding>>,
    latest: (usize, usize),
}

impl Heard {
    fn of(models: &[Model]) -> Self {
        Self { findings: vec![Vec::new(); models.len()], latest: (0, 0) }
    }

    fn hear(&mut self, model: usize, finding: Finding) {
        let Self { findings, latest } = self;
        assert!(*latest <= (finding.trace, model), "{latest:?} before {finding:?} of model {model}");
        *latest = (finding.trace, model);
        findings[model].push(finding);
    }
}

impl<'e> Bench<'e> {
    pub fn new(events: &'e [Event]) -> Self {
        let mut log = Log::new();
        events.iter().for_each(|event| log.push(event).unwrap());
        Self { events, traces: log.traces(KIND), log, seen: traces(events, KIND) }
    }

    pub fn language(&self) -> Language<'_> {
        Language::new(&self.log, &ATTRIBUTES.map(Name::from))
    }

    /// What `check` says of each model, asked together; the same in each way of asking.
    pub fn checked(&self, models: &[Model], until: Until) -> Vec<Told> {
        let Some(traces) = &self.traces else { return vec![Told::default(); models.len()] };
        let asked = Asked { log: &self.log, traces, models, until, pace: None };
        let of = |way: Way, threads: usize| {
            let mut heard = Heard::of(models);
            let summaries =
                asked.check_by(way, threads, Some(&mut |model, finding| heard.hear(model, finding)));
            assert_eq!(summaries, asked.check_by(way, threads, None), "{way:?}");
            heard.findings.into_iter().zip(summaries).collect::<Vec<Told>>()
        };
        let together = of(Way::Together, 2);
        let (later, mut heard) = (asked.find().unwrap(), Heard::of(models));
        later.each(&mut |model, finding| heard.hear(model, finding));
        assert_eq!(later.len(), heard.findings.iter().map(Vec::len).sum::<usize>());
        let later: Vec<Told> = heard.findings.into_iter().zip(later.summaries().to_vec()).collect();
        assert_eq!(later, together, "read later");
        for way in [Way::OneByOne, Way::Cheapest] {
            for (model, (here, there)) in models.iter().zip(of(way, 2).iter().zip(&together)) {
                assert_eq!(here, there, "{way:?}: {}", model.name);
            }
        }
        together
    }

    /// What is told of each model, each breach once.
    pub fn told_once(&self, models: &[Model], until: Until) -> Vec<Vec<Finding>> {
        let Some(traces) = &self.traces else { return vec![Vec::new(); models.len()] };
        let mut heard = Heard::of(models);
        let asked = Asked { log: &self.log, traces, models, until, pace: None };
        asked.each_once(&mut |model, finding| heard.hear(model, finding));
        heard.findings
    }

    pub fn judged(&self, rule: &Rule, until: Until) -> Told {
        let (mut findings, summary) = judge(&self.seen, rule, until);
        findings.sort_by_key(|finding| finding.trace);
        (findings, summary)
    }

    fn differs(&self, rule: &Rule, until: Until) -> bool {
        let Ok(model) = model(rule, &self.language()) else { return false };
        self.checked(&[model], until) != [self.judged(rule, until)]
    }
}

/// The rule as a model over a log; what is wrong with it where the log's values do not allow what it says.
pub fn model(rule: &Rule, language: &Language<'_>) -> Result<Model, String> {
    let fault = |problems: Vec<pack::cel::Problem>| format!("{problems:?}");
    let pattern = |pattern: &Pattern| {
        let activities = pattern.activities.iter().map(|activity| (*activity).into()).collect();
        let source = pattern.condition.as_ref().map(|condition| condition.cel(["event", "event"]));
        let condition = source.map(|source| language.condition(&source)).transpose().map_err(fault)?;
        Ok::<_, String>(model::Pattern { activities, condition })
    };
    let correlation = rule.correlation.as_ref().map(correlation_text);
    let correlation = correlation.map(|source| language.correlation(&source)).transpose().map_err(fault)?;
    Ok(Model {
        name: rule.template.to_string(),
        template: rule.template,
        first: pattern(&rule.first)?,
        second: pattern(&rule.second)?,
        correlation,
        window: Window { least: rule.least.and_then(length), most: rule.most.and_then(length) },
    })
}

fn correlation_text(correlation: &Says) -> String {
    correlation.cel(["activation", "target"])
}

fn length(nanos: i128) -> Option<Length> {
    let lapse = match u32::try_from(nanos / SECOND) {
        Ok(seconds) if nanos % SECOND == 0 => Some(Lapse::seconds(seconds)),
        _ => Lapse::of(nanos as f64 / SECOND as f64, 1),
    };
    lapse.map(Length::Elapsed)
}

/// The difference as a reader can follow it, on as few events as still show it.
pub fn explain(events: &[Event], rule: &Rule, until: Until) -> String {
    let mut events = events.to_vec();
    if !Bench::new(&events).differs(rule, until) {
        return format!("{}\nonly beside other models\n", described(rule, until));
    }
    let mut chunk = events.len() / 2;
    while chunk > 0 {
        let mut at = 0;
        while at < events.len() {
            let fewer: Vec<Event> =
                events.iter().take(at).chain(events.iter().skip(at + chunk)).cloned().collect();
            match Bench::new(&fewer).differs(rule, until) {
                true => events = fewer,
                false => at += chunk,
            }
        }
        chunk /= 2;
    }
    let bench = Bench::new(&events);
    let mut text = described(rule, until);
    for trace in &bench.seen {
        let shown: Vec<String> = trace.events.iter().map(|(number, event)| shown(*number, event)).collect();
        let _ = write!(text, "\n  {}: {}", trace.object, shown.join(", "));
    }
    let model = model(rule, &bench.language()).unwrap();
    let checked = bench.checked(&[model], until).remove(0);
    let _ = write!(text, "\n  check says:{}", said(&checked));
    let _ = writeln!(text, "\n  the oracle says:{}", said(&bench.judged(rule, until)));
    text
}

fn described(rule: &Rule, until: Until) -> String {
    let pattern = |pattern: &Pattern| {
        let condition = pattern.condition.as_ref().map(|condition| condition.cel(["event", "event"]));
        let condition = condition.map(|text| format!(" when {text}")).unwrap_or_default();
        format!("[{}]{condition}", pattern.activities.join(" "))
    };
    let seconds = |nanos: i128| (nanos as f64 / 1e9).to_string();
    let correlation =
        rule.correlation.as_ref().map(|correlation| format!("\n  both: {}", correlation_text(correlation)));
    format!(
        "{}\n  first {}, second {}{}\n  window {} to {} s, {}",
        rule.template,
        pattern(&rule.first),
        pattern(&rule.second),
        correlation.unwrap_or_default(),
        rule.least.map_or_else(|| "any".to_owned(), seconds),
        rule.most.map_or_else(|| "any".to_owned(), seconds),
        match until {
            Until::Closed => "closed".to_owned(),
            Until::Open(watermark) => format!("open at {}", clock(watermark)),
        }
    )
}

fn shown(number: u32, event: &Event) -> String {
    let attributes: String =
        event.attributes.iter().map(|(name, value)| format!(" {name}={value:?}")).collect();
    format!("{number}:{}@{}{attributes}", event.activity, clock(event.time))
}

/// Seconds after 1970.
fn clock(time: Time) -> String {
    (time.seconds() as f64 + f64::from(time.subsecond_nanos()) / 1e9).to_string()
}

fn said((findings, summary): &Told) -> String {
    let moment = |time: Option<Time>| time.map_or_else(|| "none".to_owned(), clock);
    let lines = findings.iter().map(|finding| {
        format!(
            "\n    trace {} {} activation {:?} evidence {:?} deadline {} at {}",
            finding.trace,
            finding.verdict.word(),
            finding.activation,
            finding.evidence,
            moment(finding.deadline),
            moment(finding.at)
        )
    });
    let lines: String = lines.collect();
    format!("{lines}\n    {:?} {:?}", summary.cases, summary.activations)
}
