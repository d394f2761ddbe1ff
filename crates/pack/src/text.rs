use smol_str::SmolStr;

/// The same words in Chinese and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Title {
    /// 中文。
    pub zh: SmolStr,
    /// English.
    pub en: SmolStr,
}

impl Title {
    /// Both versions.
    pub fn new(zh: impl AsRef<str>, en: impl AsRef<str>) -> Self {
        Self { zh: SmolStr::new(zh), en: SmolStr::new(en) }
    }

    /// A word that is the same in both languages.
    pub fn same(text: impl AsRef<str>) -> Self {
        Self::new(&text, &text)
    }
}

/// The language in which somebody is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// 中文。
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both languages, Chinese first.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The words of `title` in this language.
    pub fn of(self, title: &Title) -> &str {
        self.pick(&title.zh, &title.en)
    }

    /// Of two versions the one in this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The tag by which browsers know it.
    pub fn tag(self) -> &'static str {
        self.pick("zh-CN", "en")
    }

    /// The language of a tag such as `zh`, `zh-CN`, `en-GB`; none for any other.
    pub fn parse(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()? {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The other language.
    #[must_use]
    pub fn other(self) -> Self {
        self.pick(Self::En, Self::Zh)
    }
}
