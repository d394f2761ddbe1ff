use jiff::civil::Date;
use pack::Title;
use pack::days;
use pack::model::FieldKind;
use record::{ObjectRef, Time, Value};

/// Characters of a long answer, and of whatever else is written freely, at most.
pub const LONGEST: usize = 5_000;

/// Reads what a person typed as an answer of `kind`. Blank is no answer, told by the caller; here it is a fault.
///
/// Days are kept as ISO text, money as whole fen, moments as times in China, choices by their ids.
///
/// # Errors
/// What is wrong, in words for the person who typed it.
pub fn read(kind: &FieldKind, text: &str) -> Result<Value, Title> {
    let text = text.trim();
    let wrong = |zh: &str, en: &str| Title::new(zh, en);
    match kind {
        FieldKind::Text | FieldKind::Address => bounded(text, 200).map(Value::from),
        FieldKind::LongText => bounded(text, LONGEST).map(Value::from),
        FieldKind::Integer { min, max } => whole(text, *min, *max).map(Value::Integer),
        FieldKind::Money => fen(text).map(Value::Integer).ok_or_else(|| {
            wrong("请填写金额，如 120 或 99.50", "Enter an amount in yuan, such as 120 or 99.50")
        }),
        FieldKind::Date => text
            .parse::<Date>()
            .ok()
            .filter(|date| (1850..=2150).contains(&date.year()))
            .map(|date| Value::from(date.to_string()))
            .ok_or_else(|| wrong("请填写日期，如 2026-01-31", "Enter a date, such as 2026-01-31")),
        FieldKind::Moment => moment(text).map(Value::Time).ok_or_else(|| {
            wrong("请填写日期和时间，如 2026-01-31 08:30", "Enter a date and time, such as 2026-01-31 08:30")
        }),
        FieldKind::Truth => match text {
            "yes" | "true" => Ok(Value::Boolean(true)),
            "no" | "false" => Ok(Value::Boolean(false)),
            _ => Err(wrong("请选择是或否", "Choose yes or no")),
        },
        FieldKind::Choice(choices) if choices.iter().any(|choice| choice.id.as_str() == text) => {
            Ok(Value::from(text))
        }
        FieldKind::Choices(choices) => {
            let chosen: Vec<&str> = text.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
            let known = |id: &&str| choices.iter().any(|choice| choice.id.as_str() == *id);
            let all_known = !chosen.is_empty() && chosen.iter().all(known);
            let values = || Value::List(chosen.iter().copied().map(Value::from).collect());
            all_known.then(values).ok_or_else(|| wrong("请从选项中选择", "Choose from the list"))
        }
        FieldKind::Choice(_) => Err(wrong("请从选项中选择", "Choose from the list")),
        FieldKind::IdentityNumber => identity_number(&narrow(text)).map(Value::from).ok_or_else(|| {
            wrong(
                "身份号码应为18位且校验码正确，或者15位旧号码",
                "An identity number has 18 characters, the last a check digit; an old one has 15",
            )
        }),
        FieldKind::Phone => number(text, phone, || wrong("请填写电话号码", "Enter a telephone number")),
        FieldKind::Plate => number(text, plate, || {
            wrong("请填写号牌号码，如 冀F12345", "Enter a number plate, such as 冀F12345")
        }),
        FieldKind::Vin => number(text, vin, || {
            wrong("车辆识别代号应为17位，且校验位正确", "A VIN has 17 characters, the ninth a check digit")
        }),
        FieldKind::CreditCode => number(text, credit_code, || {
            wrong(
                "统一社会信用代码应为18位，且校验码正确",
                "A credit code has 18 characters, the last a check digit",
            )
        }),
        FieldKind::File => Err(wrong("请上传文件", "Attach a file")),
        FieldKind::Object(kind) => ObjectRef::parse(text)
            .filter(|object| object.kind.as_str() == kind.as_str())
            .or_else(|| {
                (!text.is_empty() && !text.contains(':')).then(|| ObjectRef::new(kind.as_str(), text))
            })
            .map(|object| Value::from(object.to_string()))
            .ok_or_else(|| wrong("请填写编号", "Enter its number")),
    }
}

/// The answer of `kind` as it would be typed again: what [`read`] takes. Nothing for what is sealed.
pub fn write(kind: &FieldKind, value: &Value) -> String {
    match value {
        Value::Integer(fen) if *kind == FieldKind::Money => format!("{}.{:02}", fen / 100, fen % 100),
        Value::Text(text) | Value::Id(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Boolean(truth) => if *truth { "yes" } else { "no" }.to_owned(),
        Value::Time(time) => {
            let local = days::local(*time);
            format!("{} {:02}:{:02}", local.date(), local.hour(), local.minute())
        }
        Value::List(items) => items.iter().map(|item| write(kind, item)).collect::<Vec<_>>().join(","),
        Value::File(file) => file.name.to_string(),
        _ => String::new(),
    }
}

/// Whether `value` is an answer to a question of `kind`.
pub fn fits(kind: &FieldKind, value: &Value) -> bool {
    match (kind, value) {
        (FieldKind::File, value) => matches!(value, Value::File(_)),
        (kind, value) => read(kind, &write(kind, value)).as_ref() == Ok(value),
    }
}

/// A whole number within bounds.
fn whole(text: &str, min: Option<i64>, max: Option<i64>) -> Result<i64, Title> {
    let number: i64 = text.parse().map_err(|_| Title::new("请填写整数", "Enter a whole number"))?;
    let low = min.filter(|min| number < *min);
    let high = max.filter(|max| number > *max);
    match (low, high) {
        (Some(min), _) => Err(Title::new(format!("不能小于{min}"), format!("Must be at least {min}"))),
        (_, Some(max)) => Err(Title::new(format!("不能大于{max}"), format!("Must be at most {max}"))),
        _ => Ok(number),
    }
}

/// Yuan with at most two decimals, as whole fen.
fn fen(text: &str) -> Option<i64> {
    let (yuan, cents) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if yuan.is_empty() || yuan.len() > 12 || cents.len() > 2 || !digits(yuan) || !digits(cents) {
        return None;
    }
    let cents: i64 = format!("{cents:0<2}").parse().ok()?;
    yuan.parse::<i64>().ok()?.checked_mul(100)?.checked_add(cents)
}

fn moment(text: &str) -> Option<Time> {
    days::moment(text.replacen(' ', "T", 1).parse().ok()?)
}

/// `text` without the characters that turn the direction of what stands around them, by which a name would be read as another.
pub fn unturned(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !turns(*c)).collect()
}

fn bounded(text: &str, most: usize) -> Result<String, Title> {
    let text = unturned(text);
    if text.is_empty() {
        return Err(Title::new("请填写", "This is needed"));
    }
    if text.chars().count() > most {
        return Err(Title::new(format!("不能超过{most}字"), format!("At most {most} characters")));
    }
    match text.chars().find(|c| c.is_control() && *c != '\n' && *c != '\r' && *c != '\t') {
        Some(_) => Err(Title::new("含有不能使用的字符", "Contains characters that cannot be used")),
        None => Ok(text),
    }
}

fn number(text: &str, valid: fn(&str) -> bool, wrong: impl FnOnce() -> Title) -> Result<Value, Title> {
    let number = narrow(text);
    if valid(&number) { Ok(Value::from(number)) } else { Err(wrong()) }
}

/// Without spaces, in capitals, full-width characters as their narrow ones.
fn narrow(text: &str) -> String {
    let half = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(half).collect::<String>().to_uppercase()
}

/// GB 11643: 17 digits that hold a region, a real date of birth and a sequence; the check character after ISO 7064
/// MOD 11-2. One of 15 digits, as they were given until 1999, becomes what the standard makes of it: the century is
/// put in, which is the nineteenth for the sequences from 996 on, kept for those born before 1900.
fn identity_number(text: &str) -> Option<String> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let body = match text.len() {
        15 if digits(text) => {
            let (region, rest) = text.split_at(6);
            let century = if rest.get(6..).is_some_and(|sequence| sequence >= "996") { "18" } else { "19" };
            format!("{region}{century}{rest}")
        }
        18 => text.get(..17)?.to_owned(),
        _ => return None,
    };
    let born = body.get(6..14).filter(|_| digits(&body))?;
    let part = |from, to| born.get(from..to).and_then(|digits: &str| digits.parse::<i16>().ok());
    Date::new(part(0, 4)?, part(4, 6)? as i8, part(6, 8)? as i8).ok()?;
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let check = "10X98765432".chars().nth((sum % 11) as usize)?;
    let full = format!("{body}{check}");
    (text.len() == 15 || text == full).then_some(full)
}

fn phone(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let digits: String = digits.chars().filter(|c| *c != '-').collect();
    (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// GA 36: a province's character, an issuing letter, then five or six letters or digits without I and O (six on
/// new-energy vehicles), or one of the special endings; an embassy's is 使 and six digits.
fn plate(text: &str) -> bool {
    const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
    const ENDINGS: [&str; 7] = ["学", "警", "港", "澳", "挂", "领", "应急"];
    if let Some(number) = text.strip_prefix('使') {
        return number.len() == 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    }
    let ending = ENDINGS.iter().find(|ending| text.ends_with(**ending));
    let plain = ending.map_or(text, |ending| text.trim_end_matches(ending));
    let characters: Vec<char> = plain.chars().collect();
    let [province, office, rest @ ..] = characters.as_slice() else { return false };
    let serial = |c: &char| (c.is_ascii_uppercase() && !"IO".contains(*c)) || c.is_ascii_digit();
    let long = if ending.is_some() { 4..=4 } else { 5..=6 };
    PROVINCES.contains(*province)
        && office.is_ascii_uppercase()
        && long.contains(&rest.len())
        && rest.iter().all(serial)
}

/// GB 16735 (ISO 3779): 17 characters without I, O and Q; where vehicles are made in China or North America the ninth is
/// the weighted sum of all modulo 11. Makers elsewhere put there what they like.
fn vin(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let worth = |byte: u8| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'H' => Some(u32::from(byte - b'A') + 1),
        b'J'..=b'N' => Some(u32::from(byte - b'J') + 1),
        b'P' => Some(7),
        b'R' => Some(9),
        b'S'..=b'Z' => Some(u32::from(byte - b'S') + 2),
        _ => None,
    };
    let worths: Option<Vec<u32>> = text.bytes().map(worth).collect();
    let Some(worths) = worths.filter(|worths| worths.len() == 17) else { return false };
    let sum: u32 = worths.iter().zip(WEIGHTS).map(|(worth, weight)| worth * weight).sum();
    let check = text.as_bytes().get(8).copied();
    let expected = match sum % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    };
    let bound = text.starts_with(['L', '1', '2', '3', '4', '5']);
    check == Some(expected) || !bound
}

/// GB 32100: 17 characters without I, O, S, V, Z and a check character modulo 31.
fn credit_code(text: &str) -> bool {
    const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    let places: Option<Vec<usize>> = text.chars().map(|c| ALPHABET.find(c)).collect();
    let Some(places) = places.filter(|places| places.len() == 18) else { return false };
    let Some((check, body)) = places.split_last() else { return false };
    let mut weight = 1;
    let mut sum = 0;
    for place in body {
        sum += place * weight;
        weight = weight * 3 % 31;
    }
    *check == (31 - sum % 31) % 31
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use pack::model::FieldKind;

    fn check(kind: FieldKind, text: &str, written: Option<&str>) {
        let value = read(&kind, text).ok();
        assert_eq!(value.as_ref().map(|value| write(&kind, value)).as_deref(), written, "{kind:?} {text}");
        if let Some(value) = value {
            assert_eq!(read(&kind, &write(&kind, &value)).ok(), Some(value), "{kind:?} {text} reads back");
        }
    }

    #[test]
    fn answers_are_read_as_their_kind() {
        check(FieldKind::Money, "99.5", Some("99.50"));
        check(FieldKind::Money, "1,000", None);
        check(FieldKind::Date, "2024-02-29", Some("2024-02-29"));
        check(FieldKind::Date, "2023-02-29", None);
        check(FieldKind::Moment, "2026-01-31 08:30", Some("2026-01-31 08:30"));
        check(FieldKind::Integer { min: Some(1), max: Some(9) }, "10", None);
        check(FieldKind::Truth, "yes", Some("yes"));
        check(FieldKind::Phone, "+86 138-0000-0000", Some("+86138-0000-0000"));
        check(FieldKind::Phone, "12", None);
        check(FieldKind::Text, "a\u{0}b", None);
        check(FieldKind::Text, "迪丽热巴·迪力木拉提", Some("迪丽热巴·迪力木拉提"));
        check(FieldKind::Text, "扎", Some("扎"));
        check(FieldKind::Text, "O'Brien, Siobhán", Some("O'Brien, Siobhán"));
    }

    /// The identity number is the worked example of GB 11643 itself, the VIN that of ISO 3779's 1M8GDM9AXKP042788.
    #[test]
    fn numbers_keep_their_check_digits() {
        check(FieldKind::IdentityNumber, "11010519491231002x", Some("11010519491231002X"));
        check(FieldKind::IdentityNumber, "110105194912310021", None);
        check(FieldKind::IdentityNumber, "110105194913310021", None);
        check(FieldKind::IdentityNumber, "１１０１０５　４９１２３１００２", Some("11010519491231002X"));
        check(FieldKind::IdentityNumber, "110105991231998", Some("110105189912319984"));
        check(FieldKind::IdentityNumber, "110105491331002", None);
        check(FieldKind::IdentityNumber, "11010519491231002", None);
        check(FieldKind::Vin, "1M8GDM9AXKP042788", Some("1M8GDM9AXKP042788"));
        check(FieldKind::Vin, "1M8GDM9A1KP042788", None);
        check(FieldKind::Vin, "LSVAA4182E2184847", Some("LSVAA4182E2184847"));
        check(FieldKind::Vin, "LSVAA4183E2184847", None);
        check(FieldKind::Vin, "WVWZZZ1JZXW000001", Some("WVWZZZ1JZXW000001"));
        check(FieldKind::Vin, "WVWZZZ1JZXW00000Q", None);
        check(FieldKind::Vin, "WVWZZZ1JZXW00000", None);
        check(FieldKind::CreditCode, "91350100M000100Y43", Some("91350100M000100Y43"));
        check(FieldKind::CreditCode, "91350100M000100Y44", None);
        check(FieldKind::Plate, "冀f12345", Some("冀F12345"));
        check(FieldKind::Plate, "冀FD12345", Some("冀FD12345"));
        check(FieldKind::Plate, "冀F1234O", None);
        check(FieldKind::Plate, "冀F12345D", Some("冀F12345D"));
        check(FieldKind::Plate, "冀F1234学", Some("冀F1234学"));
        check(FieldKind::Plate, "冀F12345学", None);
        check(FieldKind::Plate, "粤Z1234港", Some("粤Z1234港"));
        check(FieldKind::Plate, "冀X1234应急", Some("冀X1234应急"));
        check(FieldKind::Plate, "使014578", Some("使014578"));
        check(FieldKind::Plate, "沪A0023领", Some("沪A0023领"));
    }
}
