//! The code on a bundle ticket: bundle, operation and two check digits, `000123-07-84`.
//!
//! The check digits are those of ISO 7064, MOD 97-10, as in an IBAN: a wrong digit and two that changed places are always found.

use std::fmt;

/// One operation on one bundle: what a worker tears off and scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket {
    /// The bundle, up to 99,999,999.
    pub bundle: u32,
    /// The operation's number in its style, up to 99.
    pub operation: u8,
}

/// Why a code names no ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTicket {
    /// It does not look like one.
    Form,
    /// Its check digits are wrong: a digit was misread or mistyped.
    Check,
}

impl Ticket {
    fn check(self) -> u64 {
        98 - (u64::from(self.bundle) * 100 + u64::from(self.operation)) * 100 % 97
    }

    /// Reads a code.
    pub fn read(text: &[u8]) -> Result<Self, NoTicket> {
        let mut parts = [0u64; 3];
        let mut lengths = [0usize; 3];
        let mut part = 0;
        for byte in text {
            match (byte, parts.get_mut(part), lengths.get_mut(part)) {
                (b'-', _, _) => part += 1,
                (b'0'..=b'9', Some(value), Some(length)) if *length < 8 => {
                    *value = *value * 10 + u64::from(byte - b'0');
                    *length += 1;
                }
                _ => return Err(NoTicket::Form),
            }
        }
        let [bundle, operation, check] = parts;
        if part != 2 || lengths.first().is_none_or(|length| *length < 6) || lengths.get(1..) != Some(&[2, 2])
        {
            return Err(NoTicket::Form);
        }
        let ticket = Self { bundle: bundle as u32, operation: operation as u8 };
        if ticket.check() == check { Ok(ticket) } else { Err(NoTicket::Check) }
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}-{:02}-{:02}", self.bundle, self.operation, self.check())
    }
}
