use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use pack::Title;
use std::borrow::Cow;
use std::sync::LazyLock;

mod figure;

pub use figure::{
    article, charge, date, elsewhere, kind_of_channel, length, moment, money, offset, points_in_time, size,
    weekday, zone,
};
pub use pack::Lang;

const SOURCES: [(&str, &str); 2] =
    [("zh-CN", include_str!("../../text/zh.ftl")), ("en", include_str!("../../text/en.ftl"))];

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 2]> =
    LazyLock::new(|| SOURCES.map(|(tag, source)| bundle(tag, source)));

/// A resource that does not parse in part is used as far as it does; a test keeps the shipped ones whole.
fn bundle(tag: &str, source: &str) -> FluentBundle<FluentResource> {
    let mut bundle = FluentBundle::new_concurrent(vec![tag.parse().unwrap_or_default()]);
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(resource, _)| resource);
    bundle.add_resource_overriding(resource);
    bundle
}

/// What pages say, in the language of their reader.
pub trait Speak: Sized {
    /// The words for `key`; the key itself where there are none, which a test keeps from happening.
    fn say(self, key: &str) -> Cow<'static, str>;

    /// The words for `key`, with `facts` put in.
    fn tell(self, key: &str, facts: &[(&str, FluentValue<'_>)]) -> String;

    /// What stands between a name and what is said of it.
    fn colon(self) -> &'static str;
}

impl Speak for Lang {
    fn say(self, key: &str) -> Cow<'static, str> {
        words(self, key, None)
    }

    fn tell(self, key: &str, facts: &[(&str, FluentValue<'_>)]) -> String {
        let mut args = FluentArgs::with_capacity(facts.len());
        for (name, value) in facts {
            args.set((*name).to_owned(), value.clone());
        }
        words(self, key, Some(&args)).into_owned()
    }

    fn colon(self) -> &'static str {
        self.pick("：", ": ")
    }
}

fn words(lang: Lang, key: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
    let [zh, en] = &*BUNDLES;
    let bundle = lang.pick(zh, en);
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return Cow::Owned(key.to_owned());
    };
    let mut errors = Vec::new();
    bundle.format_pattern(pattern, args, &mut errors)
}

/// The words for `key` in both languages, with `facts` put in.
pub fn both(key: &str, facts: &[(&str, FluentValue<'_>)]) -> Title {
    Title::new(Lang::Zh.tell(key, facts), Lang::En.tell(key, facts))
}

#[cfg(test)]
mod tests {
    use super::{Lang, SOURCES, Speak as _};
    use fluent_bundle::FluentResource;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn keys(source: &str) -> BTreeSet<&str> {
        let key = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
        source.lines().filter(key).filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
    }

    /// Every literal that stands where a key is expected: after `say(` or `tell(`, or as `Key("…")`.
    fn used(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                used(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                for opening in ["say(\"", "tell(\"", "both(\"", "Key(\""] {
                    for (at, _) in text.match_indices(opening) {
                        let key = text[at + opening.len()..].split('"').next().unwrap();
                        found.insert(key.to_owned());
                    }
                }
            }
        }
    }

    #[test]
    fn words_parse_and_both_languages_have_the_same_keys() {
        for (tag, source) in SOURCES {
            let resource = FluentResource::try_new(source.to_owned());
            assert!(resource.is_ok(), "{tag}: {:?}", resource.err().map(|(_, errors)| errors));
            let written = source.lines().filter(|line| line.contains(" =") && !line.starts_with([' ', '#']));
            assert_eq!(written.count(), keys(source).len(), "{tag}: a key stands twice");
        }
        let [zh, en] = SOURCES.map(|(_, source)| keys(source));
        assert_eq!(zh.symmetric_difference(&en).collect::<Vec<_>>(), Vec::<&&str>::new());
    }

    #[test]
    fn keys_in_code_exist_and_none_is_unused() {
        let mut found = BTreeSet::new();
        used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
        found.remove("…");
        let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
        let known = keys(SOURCES[0].1);
        assert_eq!(found.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new(), "in code only");
        assert_eq!(known.difference(&found).collect::<Vec<_>>(), Vec::<&&str>::new(), "never used");
    }

    /// A fact that a message has in one language and not in the other would be lost in one of them.
    #[test]
    fn both_languages_name_the_same_facts() {
        let facts = |source: &'static str| {
            let mut all = std::collections::BTreeMap::<&str, BTreeSet<&str>>::new();
            let mut key = "";
            for line in source.lines() {
                if let Some((name, _)) = line.split_once(" =").filter(|_| !line.starts_with([' ', '#'])) {
                    key = name;
                }
                for part in line.split('$').skip(1) {
                    let end = part.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(part.len());
                    all.entry(key).or_default().insert(&part[..end]);
                }
            }
            all
        };
        assert_eq!(facts(SOURCES[0].1), facts(SOURCES[1].1));
    }

    #[test]
    fn facts_are_put_in() {
        assert_eq!(Lang::En.tell("found-count", &[("count", 1.into())]), "1 service");
        assert_eq!(Lang::En.tell("found-count", &[("count", 3.into())]), "3 services");
        assert_eq!(Lang::Zh.tell("found-count", &[("count", 3.into())]), "3个事项");
    }
}
