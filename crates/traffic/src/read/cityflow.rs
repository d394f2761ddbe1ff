//! CityFlow's road networks and flows.

use super::{Fault, Unsupported};
use crate::demand::Demand;
use crate::ids::LinkId;
use crate::net::Network;
use std::collections::HashMap;

pub(super) fn network(
    file: &str,
    _text: &str,
    _unsupported: &mut Unsupported,
) -> Result<(Network, HashMap<String, LinkId>), Fault> {
    let text = "networks in CityFlow's form are not read yet; convert it to SUMO's `.net.xml`".to_owned();
    Err(Fault { file: file.to_owned(), line: 1, text })
}

pub(super) fn flows(
    _file: &str,
    _text: &str,
    _names: &HashMap<String, LinkId>,
    _all: &mut Demand,
) -> Result<(), Fault> {
    Ok(())
}
