//! A month of a made-up workshop, for trying things out: a contract and as many scans as wanted, some of them wrong as in life.

use super::calendar::Calendar;
use super::stamp::Stamp;
use super::ticket::Ticket;
use crate::chance::Chance;
use crate::day::Day;
use crate::workdays::Workdays;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io;

/// What to make.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// How many people.
    pub people: u32,
    /// How many scans.
    pub scans: u32,
    /// How many collectives.
    pub collectives: u32,
    /// The seed.
    pub seed: u64,
}

/// Operations of a school shirt, with what a piece earns in hundredths of a fen.
const SHIRT: [(&str, u32); 25] = [
    ("粘领衬", 600),
    ("缝领", 1450),
    ("翻领", 480),
    ("压领线", 900),
    ("装领座", 1650),
    ("粘袖口衬", 520),
    ("缝袖口", 1100),
    ("压袖口线", 840),
    ("缝门襟", 1250),
    ("缝里襟", 980),
    ("缝口袋", 1320),
    ("装口袋", 1550),
    ("拼后育克", 1180),
    ("合肩", 960),
    ("装领", 2250),
    ("压领底线", 1240),
    ("绱袖", 1980),
    ("压袖窿线", 1060),
    ("合侧缝", 1720),
    ("装袖口", 1640),
    ("卷下摆", 1080),
    ("锁眼", 920),
    ("钉扣", 860),
    ("剪线头", 740),
    ("整烫", 1380),
];
const PIECES: u32 = 25;

/// The month's calendar: October 2026, with the National Day holidays and the days that make up for them.
fn calendar() -> Calendar {
    let days = |all: &[u32]| all.iter().filter_map(|day| Day::new(2026, 10, *day)).collect::<BTreeSet<Day>>();
    let days = Workdays { holidays: days(&[1, 2, 3]), rest: days(&[5, 6, 7]), work: days(&[10]) };
    Calendar { shift: (480, 1080), days }
}

/// The contract's text.
pub fn contract(wanted: Wanted) -> String {
    let mut chance = Chance::new(wanted.seed);
    let mut out = String::from(
        "month = 2026-10-01\nminimum_wage = 2200\ndividend_percent = 40\n\n[calendar]\n# 08:00 to 18:00, in minutes.\n\
         shift_from = 480\nshift_to = 1080\nholidays = [2026-10-01, 2026-10-02, 2026-10-03]\n\
         rest = [2026-10-05, 2026-10-06, 2026-10-07]\nwork = [2026-10-10]\n\n\
         [[grade]]\nid = \"一级\"\nfactor = 1.05\n\n[[grade]]\nid = \"二级\"\nfactor = 1\n\n[[style]]\nid = \"校服衬衫\"\n",
    );
    for (code, (name, rate)) in (1..).zip(SHIRT) {
        let _ = writeln!(out, "\n[[style.operation]]\ncode = {code}\nname = \"{name}\"\nrate = 0.{rate:04}");
    }
    let _ = writeln!(
        out,
        "\n[[lot]]\nstyle = \"校服衬衫\"\nfirst = 1\nlast = {}\npieces = {PIECES}",
        bundles(wanted)
    );
    for person in 1..=wanted.people {
        let grade = if chance.percent(40) { "一级" } else { "二级" };
        let absent =
            if chance.percent(10) { format!("absent = {}\n", 1 + chance.below(4)) } else { String::new() };
        let _ = writeln!(
            out,
            "\n[[person]]\nid = \"{person:04}\"\nname = \"员工{person:04}\"\ngrade = \"{grade}\"\n{absent}"
        );
        let _ = writeln!(
            out,
            "[[adjustment]]\nperson = \"{person:04}\"\nname = \"社会保险个人部分\"\namount = -386.40"
        );
    }
    let cloth = u64::from(wanted.scans) * 31;
    let _ = writeln!(
        out,
        "\n[[revenue]]\nname = \"校服货款\"\namount = {cloth}.00\n\n[[cost]]\nname = \"面料\"\namount = {}.00",
        cloth / 3
    );
    for village in 1..=wanted.collectives {
        let (rent, shares) = (1000 + chance.below(4000), 1 + chance.below(100));
        let _ = writeln!(
            out,
            "\n[[collective]]\nid = \"c{village:02}\"\nname = \"第{village:02}村集体\"\ntownship = \"第{:02}乡镇\"\n\
             rent = {rent}.00\nshares = {shares}",
            (village - 1) % 11 + 1
        );
    }
    out
}

fn bundles(wanted: Wanted) -> u32 {
    wanted.scans.div_ceil(SHIRT.len() as u32).max(1)
}

/// Writes the scans: each ticket once, in the hands of somebody, at some time of the month; one in a thousand is wrong.
pub fn scans(wanted: Wanted, out: &mut impl io::Write) -> io::Result<()> {
    let mut chance = Chance::new(wanted.seed ^ 0x5CA5);
    let calendar = calendar();
    let first = Day::new(2026, 10, 1).map_or(0, |day| day.0);
    let days: Vec<Day> = (first..first + 31).map(Day).filter(|day| calendar.days.is_workday(*day)).collect();
    out.write_all(b"scan,time,ticket,person,pieces,corrects\n")?;
    for number in 0..wanted.scans {
        let operations = SHIRT.len() as u32;
        let mut ticket =
            Ticket { bundle: 1 + number / operations, operation: (1 + number % operations) as u8 };
        let mut day =
            days.get(number as usize * days.len() / wanted.scans as usize).copied().unwrap_or(Day(first));
        // One scan in twenty is made in the evening, one in fifty on a Sunday.
        let hour = if chance.percent(5) { 18 + chance.below(3) } else { 8 + chance.below(10) };
        if chance.percent(2) {
            day = Day(first + 10);
        }
        let mut person = 1 + chance.below(wanted.people.into());
        let (mut pieces, mut corrects) = (String::new(), String::new());
        match (number > 0).then(|| chance.below(5_000)) {
            // Somebody scans another's ticket, a number that nobody has, last month's work, or takes a scan back.
            Some(0) => ticket = Ticket { bundle: ticket.bundle - u32::from(ticket.bundle > 1), ..ticket },
            Some(1) => person = 9_000 + u64::from(wanted.people),
            Some(2) => day = Day(first - 2),
            Some(3) => day = Day(first + 32),
            Some(4) => (corrects, pieces) = (format!("s{:07}", number - 1), "20".to_owned()),
            _ => {}
        }
        let at = Stamp(i64::from(day.0) * 86_400 + (hour * 3600 + chance.below(3600)).cast_signed());
        writeln!(out, "s{number:07},{at},{ticket},{person:04},{pieces},{corrects}")?;
    }
    Ok(())
}
