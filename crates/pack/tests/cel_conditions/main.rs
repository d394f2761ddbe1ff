//! Conditions in CEL: language, messages, oracles and properties.

mod conformance;
mod explaining;
mod generator;
mod hostile;
mod language;
mod messages;
mod oracle;
mod printing;
mod soundness;
mod world;
