//! Paper: bundle tickets, payslips and plotted markers as PDF, with the font's glyphs that they use and no others.

pub mod paper;
pub mod plot;
pub mod slips;
pub mod tickets;
