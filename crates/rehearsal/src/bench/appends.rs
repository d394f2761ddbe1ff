//! Appends to the record beside what the disk allows, by turns, for a disk's rate drifts.

use super::report::{Amount, Bar, Report};
use super::usage::Meter;
use super::{Amounts, Failed, disk::Disk};
use crate::load::event;
use record::Record;
use std::path::Path;
use std::time::{Duration, Instant};

/// How long one turn lasts.
const TURN: Duration = Duration::from_millis(500);

/// What one side did in all its turns.
#[derive(Default)]
struct Sum {
    count: f64,
    wall: f64,
    cpu: f64,
}

impl Sum {
    fn turn(&mut self, work: impl FnOnce() -> Result<u64, Failed>) -> Result<(), Failed> {
        let meter = Meter::own();
        self.count += work()? as f64;
        self.wall += meter.wall();
        self.cpu += meter.cpu();
        Ok(())
    }

    fn rate(&self) -> f64 {
        self.count / self.wall
    }

    fn told(&self, floor: &Self) -> String {
        let each = self.cpu / self.count * 1e6;
        format!("{:.2} x the floor, {each:.0} µs CPU each", self.rate() / floor.rate())
    }
}

/// Measures one client and sixty-four.
pub fn run(dir: &Path, amounts: &Amounts, report: &mut Report) -> Result<(), Failed> {
    report.area("appends", "durable when told so; the floor is taken by turns with them");
    let mut disk = Disk::prepare(dir)?;
    let (alone, many) =
        (Record::create_in(&dir.join("sequential"))?, Record::create_in(&dir.join("clients"))?);
    let [mut bare, mut sqlite, mut one, mut sixty_four] = [(); 4].map(|()| Sum::default());
    for turn in 0..amounts.turns {
        bare.turn(|| disk.bare(TURN))?;
        one.turn(|| clients(&alone, 1, turn))?;
        sqlite.turn(|| disk.sqlite(TURN))?;
        sixty_four.turn(|| clients(&many, 64, turn))?;
    }
    let floor = bare.rate();
    let note = "a 4 KiB block written over and fdatasync";
    report.figure("floor: fsync commits of this disk", Amount(floor, "/s"), Bar::None, note);
    let note = format!("{:.2} x the floor; WAL, synchronous = FULL, one row", sqlite.rate() / floor);
    report.figure("beside it: commits of SQLite alone", Amount(sqlite.rate(), "/s"), Bar::None, &note);
    let bar = |times: f64| Bar::AtLeast(times * floor);
    report.figure(
        "events by 1 client, one after the other",
        Amount(one.rate(), "/s"),
        bar(0.5),
        &one.told(&bare),
    );
    let told = sixty_four.told(&bare);
    report.figure("events by 64 clients", Amount(sixty_four.rate(), "/s"), bar(3.0), &told);
    Ok(())
}

/// Appends by `count` threads for a turn, each waiting for its own before the next: how many events.
fn clients(record: &Record, count: u64, turn: u64) -> Result<u64, Failed> {
    let start = Instant::now();
    let run = |client: u64| -> Result<u64, Failed> {
        let first = turn * 10_000_000_000 + client * 100_000_000;
        let mut done = 0;
        while start.elapsed() < TURN {
            record.append(event(first + done))?;
            done += 1;
        }
        Ok(done)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|client| scope.spawn(move || run(client))).collect();
        let broke = |_| Failed::new("a client broke off");
        threads.into_iter().map(|thread| thread.join().map_err(broke)?).sum()
    })
}
