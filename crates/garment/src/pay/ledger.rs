//! Double entry: every entry's lines sum to zero, so all of them do.

use super::money::Fen;
use std::fmt;

/// Where money comes from or goes to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Account {
    /// What customers owe or paid.
    Customers,
    /// What suppliers and others are owed or were paid.
    Suppliers,
    /// What was sold.
    Revenue(String),
    /// What was spent besides wages and rent.
    Cost(String),
    /// Wages as what they are a cost of.
    Wages,
    /// Rent as what it is a cost of.
    Rent,
    /// What a person is owed, by their number.
    Person(String),
    /// What was withheld of wages, to be paid on.
    Withheld(String),
    /// What a collective is owed, by its id.
    Collective(String),
    /// The profit given out.
    Dividend,
}

impl Account {
    /// Whether what stands on it makes the profit.
    pub fn makes_profit(&self) -> bool {
        matches!(self, Self::Revenue(_) | Self::Cost(_) | Self::Wages | Self::Rent)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Customers => f.write_str("customers"),
            Self::Suppliers => f.write_str("suppliers"),
            Self::Revenue(name) => write!(f, "revenue: {name}"),
            Self::Cost(name) => write!(f, "cost: {name}"),
            Self::Wages => f.write_str("wages"),
            Self::Rent => f.write_str("rent"),
            Self::Person(id) => write!(f, "person: {id}"),
            Self::Withheld(name) => write!(f, "withheld: {name}"),
            Self::Collective(id) => write!(f, "collective: {id}"),
            Self::Dividend => f.write_str("dividend"),
        }
    }
}

/// A line of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account.
    pub account: Account,
    /// Debit is positive, credit negative.
    pub amount: Fen,
}

/// What happened, on two accounts or more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1.
    pub number: u32,
    /// What it is.
    pub what: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// All entries of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// In the order in which they were made.
    pub entries: Vec<Entry>,
}

impl Ledger {
    /// Puts an amount from one account to another.
    pub fn put(&mut self, what: impl Into<String>, debit: Account, credit: Account, amount: Fen) -> u32 {
        let number = u32::try_from(self.entries.len() + 1).unwrap_or(u32::MAX);
        let lines = vec![Line { account: debit, amount }, Line { account: credit, amount: -amount }];
        self.entries.push(Entry { number, what: what.into(), lines });
        number
    }

    /// What stands on an account.
    pub fn balance(&self, account: &Account) -> Fen {
        let lines = self.entries.iter().flat_map(|entry| &entry.lines);
        lines.filter(|line| line.account == *account).map(|line| line.amount).sum()
    }

    /// What all lines sum to: zero.
    pub fn residual(&self) -> Fen {
        self.entries.iter().flat_map(|entry| &entry.lines).map(|line| line.amount).sum()
    }

    /// The profit, and the numbers of the entries that make it.
    pub fn profit(&self) -> (Fen, Vec<u32>) {
        let mut profit = Fen(0);
        let mut entries = Vec::new();
        for entry in &self.entries {
            let made: Fen =
                entry.lines.iter().filter(|line| line.account.makes_profit()).map(|line| -line.amount).sum();
            if made != Fen(0) {
                profit += made;
                entries.push(entry.number);
            }
        }
        (profit, entries)
    }
}
