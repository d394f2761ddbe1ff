//! Paper: bundle tickets and payslips as PDF, with the font's glyphs that they use and no others.

pub mod paper;
pub mod slips;
pub mod tickets;
