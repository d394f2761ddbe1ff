//! What is still to be sewn at the end of a month: tickets with pieces that nobody scanned.

use super::contract::Contract;
use super::scans::Scans;
use super::ticket::Ticket;

/// What nobody has scanned, in the order of bundles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Of bundles of which something was scanned: tickets, and how many of their pieces are left.
    pub tickets: Vec<(Ticket, u32)>,
    /// Bundles of which nothing was scanned, in stretches from first to last.
    pub bundles: Vec<(u32, u32)>,
}

impl Left {
    /// What a month's scans leave of a contract's tickets.
    pub fn of(contract: &Contract, scans: &Scans) -> Self {
        let mut left = Self::default();
        for lot in &contract.lots {
            let (from, to) = lot.operations;
            let of_style = contract.operations.get(from..to).unwrap_or_default();
            let own = scans.claimed.get(lot.ticket..).unwrap_or_default();
            for (bundle, claimed) in (lot.first..=lot.last).zip(own.chunks(of_style.len().max(1))) {
                if claimed.iter().all(|pieces| *pieces == 0) {
                    left.whole(bundle);
                    continue;
                }
                let tickets = of_style.iter().zip(claimed).filter(|(_, pieces)| **pieces < lot.pieces);
                let ticket = |(operation, pieces): (&super::contract::Operation, &u32)| {
                    (Ticket { bundle, operation: operation.code }, lot.pieces - pieces)
                };
                left.tickets.extend(tickets.map(ticket));
            }
        }
        left
    }

    fn whole(&mut self, bundle: u32) {
        match self.bundles.last_mut() {
            Some((_, last)) if *last + 1 == bundle => *last = bundle,
            _ => self.bundles.push((bundle, bundle)),
        }
    }
}
