use super::column::Seen;
use super::{EventNumber, Log, Related, TooMany};
use record::EventId;
use record::interop::{self, ImportError, Options, Plain, Report, Source, Taken};

/// Reads a log of any format that the record reads, straight into columns: the same as [`Log::push`] makes of the events
/// that [`interop::read`] gives. `told` hears now and then how many events there are.
///
/// # Errors
/// Those of [`interop::read`]; [`TooMany`] as the cause of its last.
pub fn read(
    source: &Source<'_>,
    options: &Options,
    told: &mut dyn FnMut(u64),
) -> Result<(Log, Report), ImportError> {
    let mut log = Log::new();
    let mut numbers = Numbers::default();
    let mut count: u64 = 0;
    let report = interop::take(source, options, &mut |taken| {
        if count.is_multiple_of(10_000) {
            told(count);
        }
        count += 1;
        match taken {
            Taken::Plain(plain) => numbers.put(&mut log, plain)?,
            Taken::Whole(event) => log.push(&event)?,
        }
        Ok(())
    })?;
    Ok((log, report))
}

/// The log's own numbers for what a reader has numbered.
#[derive(Default)]
struct Numbers {
    names: Vec<Option<u32>>,
    activities: Vec<Option<u32>>,
    /// The case of the event before, by the number of its trace.
    case: Option<(u64, Related)>,
}

impl Numbers {
    fn put(&mut self, log: &mut Log, plain: &Plain<'_>) -> Result<(), TooMany> {
        let number = EventNumber::try_from(log.ids.len()).map_err(|_| TooMany)?;
        let (code, activity) = plain.activity;
        let activity = known(&mut self.activities, code, || log.activities.put(activity.as_str()));
        log.ids.push(EventId::from(plain.id));
        log.activity.push(activity);
        log.time.push(plain.time);
        for (code, name, value) in plain.values() {
            let code = known(&mut self.names, code, || log.names.put(name.as_str()));
            log.put(number, code, Seen::Plain(value));
        }
        if let Some((trace, object)) = plain.case {
            let case = self.case.filter(|(last, _)| *last == trace).map(|(_, case)| case);
            let case = case.unwrap_or_else(|| log.object(object));
            self.case = Some((trace, case));
            log.about.push(case);
        }
        log.ends.push(u32::try_from(log.about.len()).map_err(|_| TooMany)?);
        Ok(())
    }
}

/// The number that stands for another; made when it is first asked for.
#[inline]
fn known(numbers: &mut Vec<Option<u32>>, of: u32, make: impl FnOnce() -> u32) -> u32 {
    if let Some(Some(known)) = numbers.get(of as usize) {
        return *known;
    }
    let made = make();
    numbers.resize(numbers.len().max(of as usize + 1), None);
    numbers.get_mut(of as usize).into_iter().for_each(|number| *number = Some(made));
    made
}
