//! What collectives are owed: the rent of their contract, and their share of what is left.

use super::contract::Contract;
use super::ledger::{Account, Ledger};
use super::money::{Fen, divided};

/// What one collective is owed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The place in [`Contract::collectives`].
    pub collective: usize,
    /// Its rent, and the entry that says so.
    pub rent: (Fen, Option<u32>),
    /// Its dividend, and the entry that says so.
    pub dividend: (Fen, Option<u32>),
}

/// The profit and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// What was made, which may be a loss.
    pub profit: Fen,
    /// The entries that make it.
    pub made_of: Vec<u32>,
    /// What is given out.
    pub pool: Fen,
    /// To whom.
    pub due: Vec<Due>,
}

/// Enters rents, reckons the profit of all that is on the ledger, and divides the agreed part of it by shares. A loss is
/// not divided.
pub fn shares(contract: &Contract, ledger: &mut Ledger) -> Shares {
    let mut due = Vec::new();
    for (at, collective) in contract.collectives.iter().enumerate() {
        let to = Account::Collective(collective.id.clone());
        let paid = (collective.rent != Fen(0)).then_some(collective.rent);
        let entry =
            paid.map(|rent| ledger.put(format!("rent of {}", collective.name), Account::Rent, to, rent));
        due.push(Due { collective: at, rent: (collective.rent, entry), dividend: (Fen(0), None) });
    }
    let (profit, made_of) = ledger.profit();
    let weights: Vec<u64> = contract.collectives.iter().map(|collective| collective.shares.into()).collect();
    let whole = i128::from(profit.0.max(0)) * i128::from(contract.dividend) / 10_000;
    let pool = if weights.iter().all(|weight| *weight == 0) { 0 } else { i64::try_from(whole).unwrap_or(0) };
    let pool = Fen(pool);
    for (due, amount) in due.iter_mut().zip(divided(pool, &weights)) {
        let Some(collective) = contract.collectives.get(due.collective).filter(|_| amount != Fen(0)) else {
            continue;
        };
        let what = format!("dividend of {}, {} shares", collective.name, collective.shares);
        let to = Account::Collective(collective.id.clone());
        due.dividend = (amount, Some(ledger.put(what, Account::Dividend, to, amount)));
    }
    Shares { profit, made_of, pool, due }
}
