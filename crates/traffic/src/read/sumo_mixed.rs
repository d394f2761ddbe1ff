//! Kinds and routes of which each vehicle draws one: `vTypeDistribution` and `routeDistribution`.

use super::Fault;
use super::xml::Element;
use crate::ids::RouteId;
use std::collections::HashMap;

/// What may be drawn, by name, with the weight of each.
#[derive(Debug, Default)]
pub(super) struct Mixed {
    pub kinds: HashMap<String, Vec<(u32, f64)>>,
    pub routes: HashMap<String, Vec<(RouteId, f64)>>,
    /// The one that is read: its name and line, whether it is of routes, and what it has so far.
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    /// None where it stands in a vehicle, which draws of it alone.
    name: Option<String>,
    line: usize,
    routes: bool,
    held: Vec<(u32, f64)>,
}

/// The weight of a kind or route among those of which one is drawn.
pub(super) fn weight(element: &Element<'_>) -> Result<f64, Fault> {
    let weight = element.number("probability")?.unwrap_or(1.0);
    if weight < 0.0 {
        return Err(element.fault(format!("`probability` is {weight}; write a weight that is not negative")));
    }
    Ok(weight)
}

/// The one of several at a draw from 0 to 1.
pub(super) fn drawn<T: Copy>(all: &[(T, f64)], draw: f64) -> Option<T> {
    let whole: f64 = all.iter().map(|(_, weight)| weight).sum();
    let mut left = draw * whole;
    for (one, weight) in all {
        left -= weight;
        if left < 0.0 {
            return Some(*one);
        }
    }
    all.last().map(|(one, _)| *one)
}

impl Mixed {
    /// One begins; it may list what is known already.
    pub fn open(
        &mut self,
        element: &Element<'_>,
        within: bool,
        kinds: &HashMap<String, u32>,
        routes: &HashMap<String, RouteId>,
    ) -> Result<(), Fault> {
        let of_routes = element.name == "routeDistribution";
        let name = if within { None } else { Some(element.need("id")?.to_owned()) };
        let key = if of_routes { "routes" } else { "vTypes" };
        let mut weights = element.get("probabilities").unwrap_or_default().split_whitespace();
        let mut held = Vec::new();
        for listed in element.get(key).unwrap_or_default().split_whitespace() {
            let known = match of_routes {
                true => routes.get(listed).map(|route| route.0),
                false => kinds.get(listed).copied(),
            };
            let place = known.ok_or_else(|| {
                element.fault(format!(
                    "`{key}` names `{listed}`, which is not known before this line; add it above"
                ))
            })?;
            let weight = weights.next().map_or(Ok(1.0), |text| {
                let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
                number.ok_or_else(|| {
                    element.fault(format!("`probabilities` holds `{text}`; write numbers from 0 on"))
                })
            })?;
            held.push((place, weight));
        }
        self.open = Some(Open { name, line: element.line, routes: of_routes, held });
        Ok(())
    }

    /// A kind is read: within one it belongs to that.
    pub fn kind(&mut self, element: &Element<'_>, place: u32) -> Result<(), Fault> {
        if let Some(open) = self.open.as_mut().filter(|open| !open.routes) {
            open.held.push((place, weight(element)?));
        }
        Ok(())
    }

    /// A route is read: within one it belongs to that. Says whether it does.
    pub fn route(&mut self, element: &Element<'_>, route: RouteId) -> Result<bool, Fault> {
        let Some(open) = self.open.as_mut().filter(|open| open.routes) else { return Ok(false) };
        open.held.push((route.0, weight(element)?));
        Ok(true)
    }

    /// One is over.
    pub fn close(&mut self, file: &str) -> Result<(), Fault> {
        let Some(Open { name, line, routes, held }) = self.open.take() else { return Ok(()) };
        if held.iter().map(|(_, weight)| weight).sum::<f64>() <= 0.0 {
            let what = if routes { "routes" } else { "kinds" };
            let text = format!("there are no {what} to draw from; add some, with weights above 0");
            return Err(Fault { file: file.to_owned(), line, text });
        }
        let Some(name) = name else { return Ok(()) };
        let twice = if routes {
            let held = held.into_iter().map(|(route, weight)| (RouteId(route), weight));
            self.routes.insert(name.clone(), held.collect()).is_some()
        } else {
            self.kinds.insert(name.clone(), held).is_some()
        };
        if twice {
            let text = format!("a second distribution is called `{name}`; rename one");
            return Err(Fault { file: file.to_owned(), line, text });
        }
        Ok(())
    }
}
