/// The number that a Chinese numeral up to 9999 writes: `一百一十八` → 118, `二十` → 20, `〇` → 0.
/// Arabic digits are read too. `None` for anything else.
pub fn read(text: &str) -> Option<u32> {
    if text.is_empty() {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let mut total: u32 = 0;
    let mut digit: Option<u32> = None;
    for char in text.chars() {
        let unit = match char {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            '零' | '〇' => {
                digit = Some(0);
                continue;
            }
            _ => {
                let value = "一二三四五六七八九".chars().position(|known| known == char)?;
                digit = Some(u32::try_from(value).ok()? + 1);
                continue;
            }
        };
        total = total.checked_add(digit.take().filter(|digit| *digit > 0).unwrap_or(1) * unit)?;
    }
    total.checked_add(digit.unwrap_or(0))
}

/// The Chinese numeral of a number up to 9999, as articles are numbered: 118 → `一百一十八`, 20 → `二十`.
/// Larger numbers come back in Arabic digits.
pub fn write(number: u32) -> String {
    if number == 0 || number > 9999 {
        return number.to_string();
    }
    let mut text = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = number / unit % 10;
        if digit == 0 {
            gap = !text.is_empty();
            continue;
        }
        if gap {
            text.push('零');
            gap = false;
        }
        if !(digit == 1 && unit == 10 && text.is_empty()) {
            text.extend("一二三四五六七八九".chars().nth(digit as usize - 1));
        }
        text.push_str(name);
    }
    text
}

/// The number of an article written `第一百一十八条`, with or without a paragraph after it; `None` for other shapes.
pub fn article(text: &str) -> Option<u32> {
    let (number, _) = text.trim().strip_prefix('第')?.split_once('条')?;
    read(number)
}

#[cfg(test)]
mod tests {
    use super::{article, read, write};

    #[test]
    fn reads_back_every_numeral() {
        for number in 1..=9999 {
            assert_eq!(read(&write(number)), Some(number), "{}", write(number));
        }
    }

    #[test]
    fn writes_as_articles_are_numbered() {
        let wanted =
            [(8, "八"), (10, "十"), (20, "二十"), (35, "三十五"), (101, "一百零一"), (110, "一百一十")];
        for (number, text) in wanted {
            assert_eq!(write(number), text);
        }
        assert_eq!(write(1259), "一千二百五十九");
    }

    #[test]
    fn reads_articles() {
        assert_eq!(article("第一百一十八条"), Some(118));
        assert_eq!(article("第四十二条第二款"), Some(42));
        assert_eq!(article("第42条"), Some(42));
        for text in ["", "第条", "四十二条", "第四二x条"] {
            assert_eq!(article(text), None, "{text}");
        }
    }
}
