//! From scans to wages and shares.

use super::calendar::Time;
use super::contract::{Contract, Person};
use super::dividend::{Shares, shares};
use super::ledger::{Account, Ledger};
use super::money::{Fen, rounded};
use super::scans::Scans;
use std::collections::BTreeMap;

/// A line of a payslip: one operation in one kind of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WageLine {
    /// The place in [`Contract::operations`].
    pub operation: usize,
    /// The kind of time.
    pub time: Time,
    /// Pieces.
    pub pieces: u64,
    /// What they earn.
    pub amount: Fen,
    /// The scans that prove it, as places in [`Scans::paid`].
    pub scans: Vec<u32>,
}

/// What one person is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    /// The place in [`Contract::people`].
    pub person: usize,
    /// Workdays of the month, and those on which they were there.
    pub attendance: (u32, u32),
    /// What they earned piece by piece.
    pub lines: Vec<WageLine>,
    /// What regular work earned less than the minimum wage for their attendance.
    pub top_up: Fen,
    /// Places in [`Contract::adjustments`].
    pub adjustments: Vec<usize>,
    /// What is paid out.
    pub net: Fen,
    /// The entries that say so.
    pub entries: Vec<u32>,
}

/// A month reckoned out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// A slip for everybody, in the order of the contract.
    pub slips: Vec<Slip>,
    /// The collectives' part.
    pub shares: Shares,
    /// Every entry.
    pub ledger: Ledger,
}

/// Parts of a fen in which a scan is reckoned exactly: rate in hundredths, grade in ten-thousandths, time in hundredths.
const PARTS: u128 = 100 * 10_000 * 100;

/// What a person did, by operation and kind of time: pieces, and the scans that say so.
type Done = BTreeMap<(u32, Time), (u64, Vec<u32>)>;

/// Reckons a month out.
pub fn reckon(contract: &Contract, scans: &Scans) -> Month {
    let mut work: Vec<Done> = vec![BTreeMap::new(); contract.people.len()];
    for (place, scan) in (0..).zip(&scans.paid) {
        let time = contract.calendar.time(scan.at);
        if let Some(own) = work.get_mut(scan.person as usize) {
            let (pieces, proof) = own.entry((scan.operation, time)).or_default();
            *pieces += u64::from(scan.pieces);
            proof.push(place);
        }
    }
    let mut ledger = Ledger::default();
    for revenue in &contract.revenues {
        ledger.put(&revenue.name, Account::Customers, Account::Revenue(revenue.name.clone()), revenue.amount);
    }
    for cost in &contract.costs {
        ledger.put(&cost.name, Account::Cost(cost.name.clone()), Account::Suppliers, cost.amount);
    }
    let mut adjustments: Vec<Vec<usize>> = vec![Vec::new(); contract.people.len()];
    for (at, adjustment) in contract.adjustments.iter().enumerate() {
        adjustments.get_mut(adjustment.person).into_iter().for_each(|own| own.push(at));
    }
    let mut slips = Vec::with_capacity(contract.people.len());
    let each = contract.people.iter().zip(work).zip(adjustments).enumerate();
    for (at, ((person, work), adjustments)) in each {
        let lines = lines(contract, person, work);
        let mut slip = Slip {
            person: at,
            attendance: contract.attendance(person),
            lines,
            top_up: Fen(0),
            adjustments,
            net: Fen(0),
            entries: Vec::new(),
        };
        slip.top_up = top_up(contract, &slip);
        enter(contract, person, &mut slip, &mut ledger);
        slips.push(slip);
    }
    let shares = shares(contract, &mut ledger);
    Month { slips, shares, ledger }
}

fn lines(
    contract: &Contract,
    person: &Person,
    work: BTreeMap<(u32, Time), (u64, Vec<u32>)>,
) -> Vec<WageLine> {
    let exact = |((operation, time), (pieces, _)): (&(u32, Time), &(u64, Vec<u32>))| {
        let rate = contract.operations.get(*operation as usize).map_or(0, |operation| operation.rate);
        u128::from(*pieces) * u128::from(rate) * u128::from(person.factor) * u128::from(time.percent())
    };
    let parts: Vec<u128> = work.iter().map(exact).collect();
    let amounts = rounded(&parts, PARTS);
    let line = |(((operation, time), (pieces, scans)), amount)| WageLine {
        operation: operation as usize,
        time,
        pieces,
        amount,
        scans,
    };
    work.into_iter().zip(amounts).map(line).collect()
}

/// Regular work earns the minimum wage at least; overtime and allowances do not count towards it (Provisions on Minimum Wages,
/// Order 21 of 2004, Article 12). Who was not there on all workdays is due the part for those on which they were, a started
/// fen whole.
fn top_up(contract: &Contract, slip: &Slip) -> Fen {
    let (due, there) = slip.attendance;
    let earned: Fen =
        slip.lines.iter().filter(|line| line.time == Time::Regular).map(|line| line.amount).sum();
    if due == 0 {
        return Fen(0);
    }
    let part = i128::from(contract.minimum.0) * i128::from(there);
    let least = (part + i128::from(due) - 1) / i128::from(due);
    Fen((i64::try_from(least).unwrap_or(0) - earned.0).max(0))
}

fn enter(contract: &Contract, person: &Person, slip: &mut Slip, ledger: &mut Ledger) {
    let own = || Account::Person(person.id.clone());
    let sum = |regular: bool| -> Fen {
        slip.lines.iter().filter(|line| (line.time == Time::Regular) == regular).map(|line| line.amount).sum()
    };
    let parts =
        [("piece wage", sum(true)), ("overtime", sum(false)), ("top-up to the minimum wage", slip.top_up)];
    let mut entries = Vec::new();
    for (what, amount) in parts.into_iter().filter(|(_, amount)| *amount != Fen(0)) {
        entries.push(ledger.put(format!("{what} of {}", person.id), Account::Wages, own(), amount));
        slip.net += amount;
    }
    for adjustment in slip.adjustments.iter().filter_map(|at| contract.adjustments.get(*at)) {
        let what = format!("{} of {}", adjustment.name, person.id);
        let amount = adjustment.amount;
        entries.push(match amount >= Fen(0) {
            true => ledger.put(what, Account::Wages, own(), amount),
            false => ledger.put(what, own(), Account::Withheld(adjustment.name.clone()), -amount),
        });
        slip.net += amount;
    }
    slip.entries = entries;
}
