//! Oversight over a log of fines: reading it into memory, its map and variants, and thousands of models over all its
//! events, whole and as a stream in the order of time.

use super::report::{Amount, Bar, Report};
use super::usage::{Meter, megabytes};
use super::{Amounts, Failed};
use oversight::check::{Asked, Broken, Hearer, Stream, Until, Way};
use oversight::condition::Language;
use oversight::decl;
use oversight::log::{Log, Traces};
use oversight::map::{Cases, Follows, Reading, variants};
use oversight::model::{Model, Pattern, Template};
use oversight::sample::draw;
use record::interop::{self, Options, Source};
use record::{Event, EventId};
use std::collections::HashSet;
use std::path::Path;
use std::time::Instant;

pub(super) const KIND: &str = "case";
/// Events that the stream is given at once: what comes in 20 ms at 50,000 events/s.
const AT_ONCE: usize = 1_000;
pub(super) const SEED: u64 = 20_261_127;

/// Measures all of it on the log.
pub fn run(log: Option<&Path>, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    report.area("oversight", "models over the log of fines, on one thread unless said");
    let Some(path) = log else {
        report.left_out("oversight", "name the log with `--log RTFM.xes.gz`");
        return Ok(());
    };
    let meter = Meter::own();
    let log = read(path)?;
    let note = format!("{} events; {:.0} MB held", log.len(), megabytes("self"));
    report.figure(
        "the log read into memory, all attributes",
        Amount(meter.cpu(), "s CPU"),
        Bar::AtMost(0.6),
        &note,
    );
    let traces = log.traces(KIND).ok_or_else(|| Failed::new("the log has no cases"))?;
    let ms = |work: &mut dyn FnMut()| {
        let best = (0..7).map(|_| {
            let begun = Instant::now();
            work();
            begun.elapsed().as_secs_f64() * 1e3
        });
        best.fold(f64::INFINITY, f64::min)
    };
    let follows = ms(&mut || {
        let cases = Cases::of(&log, &traces, &Reading::default());
        std::hint::black_box(&Follows::of(&cases));
    });
    report.figure("its directly-follows graph", Amount(follows, "ms"), Bar::AtMost(5.0), "best of 7");
    let ways = ms(&mut || {
        let cases = Cases::of(&log, &traces, &Reading::default());
        std::hint::black_box(&variants(&cases));
    });
    report.figure("its variants", Amount(ways, "ms"), Bar::AtMost(10.0), "best of 7");
    let language = Language::new(&log, &[]);
    let drawn = draw(&language, SEED, amounts.models);
    let kept = kept(&log, &traces, draw(&language, SEED, 8 * amounts.models), amounts.models);
    whole(&log, &traces, &drawn, "drawn", report);
    whole(&log, &traces, &kept, "kept", report);
    scale(&log, &traces, &drawn, report);
    ways_of_asking(&log, &traces, &drawn, report);
    let events = events(path)?;
    as_peers_do(&events, report)?;
    let batches = batches(events)?;
    stream(&batches, &drawn, "drawn", Bar::None, report);
    stream(&batches, &kept, "kept", Bar::AtLeast(1e6), report);
    Ok(())
}

/// The models that the log keeps, in nine activations of ten or more: what a supervisor would keep of those drawn, since a
/// model that is mostly broken says nothing of the work.
pub(super) fn kept(log: &Log, traces: &Traces, models: Vec<Model>, most: usize) -> Vec<Model> {
    let summaries = Asked { log, traces, models: &models, until: Until::Closed, pace: None }.check(2, None);
    let kept = models.into_iter().zip(summaries).filter(|(_, summary)| {
        let broken = summary.activations.violated;
        summary.activations.fulfilled > 0 && broken * 9 <= summary.activations.fulfilled
    });
    kept.map(|(model, _)| model).take(most).collect()
}

pub(super) fn read(path: &Path) -> Result<Log, Failed> {
    let options = Options { prefix: Some(String::new()), ..Options::default() };
    Ok(oversight::log::read(&Source::File(path), &options, &mut |_| ())?.0)
}

fn whole(log: &Log, traces: &Traces, models: &[Model], which: &str, report: &mut Report) {
    let asked = Asked { log, traces, models, until: Until::Closed, pace: None };
    let rate = |threads: usize| {
        let begun = Instant::now();
        let summaries = asked.check(threads, None);
        let rate = log.len() as f64 / begun.elapsed().as_secs_f64();
        let broken: u64 = summaries.iter().map(|summary| summary.activations.violated).sum();
        let activated: u64 =
            summaries.iter().map(|one| one.activations.fulfilled + one.activations.violated).sum();
        (rate, format!("{activated} activations, {broken} broken; figures of every model and case"))
    };
    // By turns, since a processor's rate drifts: a turn of one is held against the turn of two right after it.
    let (mut alone, mut gains, mut told) = (Vec::new(), Vec::new(), String::new());
    for _ in 0..TURNS {
        let ((one, note), (two, _)) = (rate(1), rate(2));
        alone.push(one);
        gains.push(two / one);
        told = note;
    }
    report.figure(
        &format!("{} models, {which}, over the whole log", models.len()),
        Amount(median(&mut alone), "events/s"),
        Bar::None,
        &told,
    );
    let gain = median(&mut gains);
    let (least, most) = (gains.first().copied().unwrap_or(gain), gains.last().copied().unwrap_or(gain));
    let note = format!("the median of {TURNS} turns of one and two; {least:.2} to {most:.2}");
    report.figure("  on two threads, beside one", Amount(gain, "x"), Bar::AtLeast(1.7), &note);
}

/// How often one and two threads take turns.
const TURNS: usize = 9;

/// The middle one; they are in order then.
fn median(all: &mut [f64]) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Models asked one by one beside all together, and what the choice between the two takes.
fn ways_of_asking(log: &Log, traces: &Traces, models: &[Model], report: &mut Report) {
    for count in [10, 100, 150, 250, 1_000] {
        let Some(models) = models.get(..count) else { continue };
        let asked = Asked { log, traces, models, until: Until::Closed, pace: None };
        let ms = |way: Way| {
            let run = |_| {
                let meter = Meter::own();
                std::hint::black_box(asked.check_by(way, 1, None));
                meter.cpu() * 1e3
            };
            (0..3).map(run).fold(f64::INFINITY, f64::min)
        };
        let (each, all, chosen) = (ms(Way::OneByOne), ms(Way::Together), ms(Way::Cheapest));
        let note =
            format!("one by one {each:.0} ms of CPU, all together {all:.0} ms, as chosen {chosen:.0} ms");
        let what = format!("{count} models, drawn, as chosen beside the better of two ways");
        report.figure(&what, Amount(chosen / each.min(all), "x"), Bar::None, &note);
    }
}

/// The same rate however many models there are of which an event touches none.
fn scale(log: &Log, traces: &Traces, models: &[Model], report: &mut Report) {
    let few: Vec<Model> = models.iter().take(100).cloned().collect();
    let elsewhere = |model: &Model, round: usize| {
        let away = |pattern: &Pattern| Pattern {
            activities: pattern
                .activities
                .iter()
                .map(|one| format!("{one} {round}").as_str().into())
                .collect(),
            condition: pattern.condition.clone(),
        };
        Model { first: away(&model.first), second: away(&model.second), ..model.clone() }
    };
    // One that asks something of every life is touched by every event.
    let choice = |template| matches!(template, Template::Choice | Template::ExclusiveChoice);
    let related = |model: &&Model| model.template.is_binary() && !choice(model.template);
    let others: Vec<&Model> = models.iter().filter(related).collect();
    let many: Vec<Model> = few
        .iter()
        .cloned()
        .chain((0..9_900).filter_map(|at| {
            Some(elsewhere(others.get(at % others.len().max(1))?, at / others.len().max(1)))
        }))
        .collect();
    let rate = |models: &[Model]| {
        let runs = (0..3).map(|_| {
            let begun = Instant::now();
            Asked { log, traces, models, until: Until::Closed, pace: None }.check(1, None);
            log.len() as f64 / begun.elapsed().as_secs_f64()
        });
        runs.fold(0.0, f64::max)
    };
    let (few, many) = (rate(&few), rate(&many));
    let note = format!("{many:.0} events/s beside {few:.0}; 9,900 of them speak of what does not happen");
    report.figure(
        "100 models beside 10,000 of which events touch as many",
        Amount(few / many, "x"),
        Bar::AtMost(1.3),
        &note,
    );
}

/// Counts findings; each written out, or as they are told: many models at once that broke by the same event.
#[derive(Default)]
struct Count {
    each: bool,
    findings: u64,
    told: u64,
    /// Over all that is told, so that nothing of it can be left out.
    sum: u64,
}

impl Hearer for Count {
    fn broken(&mut self, broken: &Broken<'_>) {
        self.told += 1;
        self.findings += broken.count() as u64;
        if self.each {
            let mut sum = 0_u64;
            broken.each(|model, finding| {
                let cited = finding.evidence.iter().chain(&finding.activation).map(|event| u64::from(*event));
                sum = cited.fold(sum.wrapping_add(model as u64), u64::wrapping_add);
            });
            self.sum = self.sum.wrapping_add(sum);
        }
    }

    fn mended(&mut self, broken: &Broken<'_>) {
        self.findings -= broken.count() as u64;
    }

    fn returned(&mut self, _: &str, _: &EventId) {}
}

pub(super) fn events(path: &Path) -> Result<Vec<Event>, Failed> {
    let mut events: Vec<Event> = Vec::new();
    let options = Options { prefix: Some(String::new()), ..Options::default() };
    interop::read(&Source::File(path), &options, &mut |event| {
        if !interop::vocabulary::is_carrier(&event.activity) {
            events.push(event);
        }
        Ok(())
    })?;
    Ok(events)
}

/// The ten constraints of `benches/peers/fines.decl`, six with data and windows of 90 days, over the first cases of the log: what
/// `benches/peers/compare.py` has Declare4Py do.
fn as_peers_do(events: &[Event], report: &mut Report) -> Result<(), Failed> {
    const CASES: usize = 10_000;
    const RUNS: u32 = 200;
    /// Constraint events a CPU second, measured by `benches/peers/compare.py`.
    const DECLARE4PY: f64 = 1.09e5;
    let mut known = HashSet::new();
    let mut log = Log::new();
    for event in events {
        let Some(case) = event.objects.first().map(|relation| &relation.object.id) else { continue };
        if known.contains(case) || known.len() < CASES {
            known.insert(case.clone());
            log.push(event).map_err(|why| Failed::new(why.to_string()))?;
        }
    }
    let arranging = Meter::own();
    let traces = log.traces(KIND).ok_or_else(|| Failed::new("the log has no cases"))?;
    traces.spread(&log);
    let arranged = arranging.cpu() * 1e3;
    let told = |problems: Vec<decl::Problem>| Failed::new(format!("fines.decl: {problems:?}"));
    let declared = decl::read(include_str!("../../../../benches/peers/fines.decl")).map_err(told)?;
    let models = declared.models(&Language::new(&log, &declared.attributes)).map_err(told)?;
    let asked = Asked { log: &log, traces: &traces, models: &models, until: Until::Closed, pace: None };
    let timed = |work: &mut dyn FnMut()| {
        let meter = Meter::own();
        (0..RUNS).for_each(|_| work());
        meter.cpu().max(0.01) / f64::from(RUNS)
    };
    let mut told = 0;
    let mut broken: Vec<u64> = Vec::new();
    let found = timed(&mut || {
        let Some(findings) = asked.find() else { return };
        told = findings.len();
        broken = findings.summaries().iter().map(|summary| summary.activations.violated).collect();
    });
    let mut sum = 0_usize;
    let read = timed(&mut || {
        let Some(findings) = asked.find() else { return };
        findings.each(&mut |model, finding| sum = sum.wrapping_add(model + finding.evidence.len()));
    });
    std::hint::black_box(sum);
    let rate = |seconds: f64| (models.len() * log.len()) as f64 / seconds;
    let note = format!(
        "constraint events/s of CPU: conditions, verdicts, figures, and each of {told} findings noted by where it was found, \
         {:.3} ms a run; before it, once, events and values arranged by case and activity in {arranged:.2} ms; 10,000 x what \
         Declare4Py was measured at elsewhere; broken by line: {broken:?}",
        found * 1e3
    );
    let what = format!("{} constraints of Declare over {} cases", models.len(), known.len());
    report.figure(&what, Amount(rate(found), "/s"), Bar::AtLeast(1e4 * DECLARE4PY), &note);
    let note = format!("{:.3} ms a run", read * 1e3);
    report.figure("  the same, each finding written out as well", Amount(rate(read), "/s"), Bar::None, &note);
    Ok(())
}

/// The events in the order of time, so many at once.
fn batches(mut events: Vec<Event>) -> Result<Vec<Log>, Failed> {
    events.sort_by_key(|event| event.time);
    let batch = |events: &[Event]| {
        let mut log = Log::new();
        events.iter().try_for_each(|event| log.push(event)).map(|()| log)
    };
    let batches: Result<_, _> = events.chunks(AT_ONCE).map(batch).collect();
    batches.map_err(|why| Failed::new(why.to_string()))
}

fn stream(batches: &[Log], models: &[Model], which: &str, bar: Bar, report: &mut Report) {
    let number: usize = batches.iter().map(Log::len).sum();
    let run = |each: bool| {
        let mut best = f64::INFINITY;
        let (mut size, mut open, mut slowest, mut count) = (0, 0, 0.0_f64, Count::default());
        for _ in 0..3 {
            let mut stream = Stream::new(KIND, models);
            (count, slowest) = (Count { each, ..Count::default() }, 0.0);
            let begun = Instant::now();
            for batch in batches {
                let taken = Instant::now();
                stream.take(batch, &mut count);
                if let Some(last) = batch.times().last() {
                    stream.advance(*last, &mut count);
                }
                slowest = slowest.max(taken.elapsed().as_secs_f64());
            }
            best = best.min(begun.elapsed().as_secs_f64());
            (size, open) = (stream.size(), stream.open());
        }
        (number as f64 / best, size, open, slowest, count)
    };
    let (rate, size, open, slowest, count) = run(false);
    let note = format!(
        "in batches of {AT_ONCE}, the slowest {:.1} ms; {} findings with their evidence, told {} at once",
        slowest * 1e3,
        count.findings,
        count.findings / count.told.max(1)
    );
    let what = format!("{} models, {which}, the log as a stream", models.len());
    report.figure(&what, Amount(rate, "events/s"), bar, &note);
    let (rate, ..) = run(true);
    report.figure("  the same, each finding written out by itself", Amount(rate, "events/s"), Bar::None, "");
    let note = format!("{open} cases open at the end");
    report.figure("  memory of that state", Amount(size as f64 / 1e6, "MB"), Bar::AtMost(400.0), &note);
}
