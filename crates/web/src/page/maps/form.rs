use crate::path;
use crate::text::{Lang, Speak as _};
use jiff::civil::Date;
use maud::{Markup, html};
use oversight::map::Beside;
use std::borrow::Cow;

/// What the colour of a map's lines says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tint {
    /// Nothing.
    #[default]
    Plain,
    /// How long.
    Time,
    /// Whether the procedure allows it.
    Fit,
}

impl Tint {
    const ALL: [(&'static str, Self); 3] = [("plain", Self::Plain), ("time", Self::Time), ("fit", Self::Fit)];

    /// The one of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(other, _)| *other == word).map(|(_, tint)| *tint)
    }

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, other)| *other == self).map_or("plain", |(word, _)| word)
    }

    fn words(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Plain => lang.say("maps-colour-plain"),
            Self::Time => lang.say("maps-colour-time"),
            Self::Fit => lang.say("maps-colour-fit"),
        }
    }

    /// The same where there is no procedure to hold cases against.
    #[must_use]
    pub fn without_fit(self) -> Self {
        if self == Self::Fit { Self::Plain } else { self }
    }
}

/// What is asked for, as the form has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    /// The type of the objects that are followed, of a log that has several.
    pub object: Option<String>,
    /// Begun on this day or later.
    pub since: Option<Date>,
    /// Begun on this day or earlier.
    pub until: Option<Date>,
    /// With a step in this office.
    pub office: Option<String>,
    /// That came out so.
    pub outcome: Option<String>,
    /// In which this happened.
    pub with: Option<String>,
    /// In which this did not.
    pub without: Option<String>,
    /// That went this way.
    pub way: Option<String>,
    /// What stands beside lines.
    pub beside: Beside,
    /// What their colour says.
    pub tint: Tint,
    /// How many of them.
    pub edges: usize,
}

/// What can be chosen: keys with what people read.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// Activities.
    pub activities: Vec<(String, String)>,
    /// Offices.
    pub offices: Vec<(String, String)>,
    /// Outcomes.
    pub outcomes: Vec<(String, String)>,
    /// Whether there is a procedure to hold cases against.
    pub fits: bool,
}

/// How many lines can be asked for, and how many come by themselves.
const EDGES: [usize; 3] = [20, 36, 70];

/// An address with a query.
pub fn address(base: &str, pairs: &[(&'static str, String)]) -> String {
    let told: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{name}={}", path::segment(value))).collect();
    if told.is_empty() { base.to_owned() } else { format!("{base}?{}", told.join("&")) }
}

impl Form {
    /// Which cases are asked for, as pairs of a query.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let date = |date: Option<Date>| date.map(|date| date.to_string());
        let all = [
            ("object", self.object.clone()),
            ("since", date(self.since)),
            ("until", date(self.until)),
            ("office", self.office.clone()),
            ("outcome", self.outcome.clone()),
            ("with", self.with.clone()),
            ("without", self.without.clone()),
            ("way", self.way.clone()),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// How the map is drawn, as pairs of a query.
    fn drawn(&self) -> Vec<(&'static str, String)> {
        let beside =
            Beside::ALL.iter().find(|(_, other)| *other == self.beside).map_or("count", |(word, _)| word);
        let mut pairs = Vec::new();
        if self.beside != Beside::Count {
            pairs.push(("beside", beside.to_owned()));
        }
        if self.tint != Tint::Plain {
            pairs.push(("colour", self.tint.word().to_owned()));
        }
        if self.edges != EDGES[1] {
            pairs.push(("edges", self.edges.to_string()));
        }
        pairs
    }

    /// The address of the map as it is asked for.
    pub fn map(&self, base: &str) -> String {
        let mut pairs = self.pairs();
        pairs.extend(self.drawn());
        address(base, &pairs)
    }

    /// The address of the map with those cases alone that went a way; of all ways without one.
    pub fn of_way(&self, base: &str, way: Option<&str>) -> String {
        Self { way: way.map(str::to_owned), ..self.clone() }.map(base)
    }

    /// The address of the cases behind something.
    pub fn cases(&self, base: &str, of: &[(&'static str, &str)]) -> String {
        let mut pairs = self.pairs();
        pairs.extend(of.iter().map(|(name, value)| (*name, (*value).to_owned())));
        address(&format!("{base}/cases"), &pairs)
    }

    /// The form.
    pub fn shown(&self, lang: Lang, base: &str, choices: &Choices) -> Markup {
        let some = |words: &str, name: &str, all: &[(String, String)], chosen: &Option<String>| {
            html! {
                @if !all.is_empty() {
                    div.field {
                        label for={ "map-" (name) } { (words) }
                        select id={ "map-" (name) } name=(name) {
                            option value="" { (lang.say("filter-all")) }
                            @for (value, title) in all {
                                option value=(value) selected[chosen.as_ref() == Some(value)] { (title) }
                            }
                        }
                    }
                }
            }
        };
        let day = |words: &str, name: &str, date: Option<Date>| {
            html! {
                div.field {
                    label for={ "map-" (name) } { (words) }
                    input id={ "map-" (name) } type="date" name=(name) value=[date.map(|date| date.to_string())];
                }
            }
        };
        html! {
            form.mapform role="search" method="get" action=(base) aria-label=(lang.say("filter")) {
                @if let Some(object) = &self.object { input type="hidden" name="object" value=(object); }
                @if let Some(way) = &self.way { input type="hidden" name="way" value=(way); }
                (day(&lang.say("maps-since"), "since", self.since))
                (day(&lang.say("maps-until"), "until", self.until))
                (some(&lang.say("filter-office"), "office", &choices.offices, &self.office))
                (some(&lang.say("maps-outcome"), "outcome", &choices.outcomes, &self.outcome))
                (some(&lang.say("maps-with"), "with", &choices.activities, &self.with))
                (some(&lang.say("maps-without"), "without", &choices.activities, &self.without))
                (self.drawing(lang, choices))
                p.buttons {
                    button.act type="submit" { (lang.say("filter-go")) }
                    a href=(base) { (lang.say("filter-clear")) }
                }
            }
        }
    }

    fn drawing(&self, lang: Lang, choices: &Choices) -> Markup {
        html! {
            div.field {
                label for="map-beside" { (lang.say("maps-beside")) }
                select #map-beside name="beside" {
                    @for (word, beside) in Beside::ALL {
                        option value=(word) selected[beside == self.beside] {
                            (beside_words(lang, beside))
                        }
                    }
                }
            }
            div.field {
                label for="map-colour" { (lang.say("maps-colour")) }
                select #map-colour name="colour" {
                    @for (word, tint) in Tint::ALL {
                        @if tint != Tint::Fit || choices.fits {
                            option value=(word) selected[tint == self.tint] {
                                (tint.words(lang))
                            }
                        }
                    }
                }
            }
            div.field {
                label for="map-edges" { (lang.say("maps-lines")) }
                select #map-edges name="edges" {
                    @for edges in EDGES {
                        option value=(edges) selected[edges == self.edges] { (edges) }
                    }
                }
            }
        }
    }
}

fn beside_words(lang: Lang, beside: Beside) -> Cow<'static, str> {
    match beside {
        Beside::Count => lang.say("maps-beside-count"),
        Beside::Cases => lang.say("maps-beside-cases"),
        Beside::Mean => lang.say("maps-beside-mean"),
        Beside::Median => lang.say("maps-beside-median"),
        Beside::P90 => lang.say("maps-beside-p90"),
        Beside::Longest => lang.say("maps-beside-longest"),
    }
}
