//! What a service costs, in words: free by law, so much, or an amount that somebody else sets.

use super::service::{View, cited};
use crate::part;
use crate::text::{self, Lang, Speak as _};
use maud::{Markup, html};
use pack::model::{Charge, Fee, Tier};

/// All fees of the service, each with its cases and the articles that they rest on.
pub(super) fn show(lang: Lang, view: &View<'_>) -> Markup {
    let fees: Vec<&Fee> = view.procedure.fees.iter().filter_map(|id| view.definitions.fees.get(id)).collect();
    html! {
        @if fees.is_empty() { span.soft { (lang.say("fee-none")) } }
        @for fee in fees {
            @for tier in &fee.tiers { p { (line(lang, view, fee, tier)) } }
            @if let Some(law) = &fee.law {
                @if let Some(law) = cited(view, law) { (part::quote(lang, &law)) }
            }
            @if let Some(basis) = &fee.basis { p.soft { (lang.of(basis)) } }
        }
    }
}

fn line(lang: Lang, view: &View<'_>, fee: &Fee, tier: &Tier) -> Markup {
    let when = tier.when.as_ref().and_then(|when| view.procedure.conditions.explain(when));
    let law = tier.law.as_ref().and_then(|law| cited(view, law));
    // What is free is free by the law that says so; without one it is the office's own doing.
    let by_law = tier.charge == Charge::Free && (law.is_some() || fee.law.is_some());
    html! {
        (lang.of(&fee.title)) (lang.colon())
        b { (text::charge(lang, &tier.charge)) }
        @if by_law { " " span.soft { (lang.say("fee-by-law")) } }
        @if let Some(when) = when {
            " " span.soft { (lang.tell("fee-when", &[("when", lang.of(&when).into())])) }
        } @else if fee.tiers.len() > 1 {
            " " span.soft { (lang.say("fee-otherwise")) }
        }
        @if let Some(law) = &law { " " (part::quote(lang, law)) }
    }
}
