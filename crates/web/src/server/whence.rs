//! From which page something was asked: what was posted cannot be asked for again by its address, so whoever loads the answer
//! anew, changes its language or signs in on the way is led to the page on which its form stands.

use super::OPERATIONS;
use super::asked::Asked;
use super::operation::Operation;
use crate::path;
use axum::http::Method;

/// The address of the page that is shown, without what was just done, which is said once.
pub fn page(asked: &Asked) -> String {
    if !reads(asked) {
        return stands(asked.on, asked);
    }
    let Some((page, query)) = asked.path.split_once('?') else { return asked.path.clone() };
    let rest: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("done=")).collect();
    if rest.is_empty() { page.to_owned() } else { format!("{page}?{}", rest.join("&")) }
}

/// Where the form stands by which a page that is only posted to is asked; none where there is no such page.
pub fn form_of(asked: &Asked) -> Option<String> {
    // Programs are told the method.
    let of_people = reads(asked) && !asked.api;
    let posted = OPERATIONS.iter().filter(|operation| operation.method == "POST");
    let here = posted.filter(|operation| fits(operation.path, bare(asked)));
    // As the router has it, what is named comes before what may be anything.
    let named = |operation: &&Operation| operation.path.split('/').filter(|part| !is_parameter(part)).count();
    here.max_by_key(named).filter(|_| of_people).map(|operation| stands(operation.on, asked))
}

fn reads(asked: &Asked) -> bool {
    matches!(asked.method, Method::GET | Method::HEAD)
}

fn bare(asked: &Asked) -> &str {
    asked.path.split('?').next().unwrap_or_default()
}

fn stands(on: Option<&str>, asked: &Asked) -> String {
    let Some(on) = on else { return nearest(&asked.path) };
    let (page, sent) = on.split_once('?').unwrap_or((on, ""));
    let part = |part: &str| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
        Some(name) => path::segment(asked.param(name)),
        None => part.to_owned(),
    };
    let mut to = page.split('/').map(part).collect::<Vec<_>>().join("/");
    for name in sent.split('&') {
        if let Some(value) = asked.words(name) {
            let with = if to.contains('?') { '&' } else { '?' };
            to = format!("{to}{with}{name}={}", path::segment(value));
        }
    }
    to
}

/// The page at `path` or, where there is none, the nearest above it.
pub fn nearest(path: &str) -> String {
    let mut path = path.split('?').next().unwrap_or_default();
    let pages = || OPERATIONS.iter().filter(|operation| operation.method == "GET");
    loop {
        if pages().any(|page| fits(page.path, path)) {
            return path.to_owned();
        }
        match path.rsplit_once('/') {
            Some((above, _)) if !above.is_empty() => path = above,
            _ => return path::HOME.to_owned(),
        }
    }
}

fn is_parameter(part: &str) -> bool {
    part.starts_with('{')
}

/// Whether `path` is one of a pattern's.
fn fits(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given => {}
            (Some(wanted), Some(given)) if is_parameter(wanted) && !given.is_empty() => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn paths_fit_their_pattern() {
        for (pattern, path, right) in [
            ("/cases/{case}", "/cases/2611-28T5CY4T-B", true),
            ("/cases/{case}", "/cases/", false),
            ("/cases/{case}", "/cases", false),
            ("/cases/{case}", "/cases/a/form", false),
            ("/cases", "/cases", true),
            ("/", "/", true),
        ] {
            assert_eq!(fits(pattern, path), right, "{pattern} {path}");
        }
    }
}
