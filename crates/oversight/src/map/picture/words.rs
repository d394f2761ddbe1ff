/// The words of a picture, in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Days, hours, minutes, seconds, as they stand after a figure.
    pub units: [&'static str; 4],
    /// Between two steps and their figures, for those who hear them.
    pub colon: &'static str,
    /// "More often" of the legend.
    pub often: &'static str,
    /// "Longer".
    pub longer: &'static str,
    /// "Allowed", "not allowed", "now and then not allowed", "never happened".
    pub fits: [&'static str; 4],
    /// What the figures beside lines are: how often, in how many cases, mean, median, nine in ten, longest.
    pub beside: [&'static str; 6],
}

impl Words {
    /// English.
    pub const EN: Self = Self {
        units: [" d", " h", " min", " s"],
        colon: ": ",
        often: "wider: more often",
        longer: "longer",
        fits: ["allowed", "not allowed", "sometimes not allowed", "allowed, never happened"],
        beside: ["how often", "cases", "mean time", "median time", "nine in ten within", "longest"],
    };
    /// 中文。
    pub const ZH: Self = Self {
        units: ["天", "小时", "分钟", "秒"],
        colon: "：",
        often: "越粗越多",
        longer: "越久",
        fits: ["符合规定", "不符合规定", "有时不符合", "可以但从未发生"],
        beside: ["次数", "件数", "平均用时", "中位用时", "九成不超过", "最长用时"],
    };

    /// A length of time in its largest fitting unit.
    pub fn span(&self, seconds: f64) -> String {
        let sizes = [86_400.0, 3_600.0, 60.0, 1.0];
        let units = sizes.into_iter().zip(self.units);
        let (size, unit) = units.clone().find(|(size, _)| seconds >= *size).unwrap_or((1.0, self.units[3]));
        let amount = seconds / size;
        if amount < 10.0 && amount.fract() > 0.05 {
            format!("{amount:.1}{unit}")
        } else {
            format!("{amount:.0}{unit}")
        }
    }
}

/// The size of letters.
pub(super) const LETTERS: f64 = 13.0;
/// Longer lines of a name are broken, where it has a blank or is in Chinese.
const WIDEST: f64 = 170.0;

/// How wide a text is, about: letters of Latin scripts by half their size, others by the whole.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|letter| if letter.is_ascii() { 0.6 } else { 1.04 } * LETTERS).sum()
}

/// A name in lines of about the widest width.
pub(super) fn broken(name: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in name.split_inclusive(|letter: char| letter == ' ' || !letter.is_ascii()) {
        let full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && width(line) + width(word.trim_end()) > WIDEST);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
    }
    lines
}

pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // What XML has no place for.
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}
