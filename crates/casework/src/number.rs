use jiff::civil::Date;

/// Digits and letters that nobody mistakes for one another (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A case's number: year and month, then eight characters of which nobody can guess the next, then a check character,
/// so that a number misheard on the telephone is noticed: `2611-7K3M9QXA-R`.
pub fn case_number(began: Date, random: [u8; 5]) -> String {
    let bits = random.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    let character = |place: u32| {
        let digit = (bits >> (5 * place)) & 31;
        ALPHABET.get(digit as usize).copied().map_or('0', char::from)
    };
    let body: String = (0..8).rev().map(character).collect();
    let month = format!("{:02}{:02}", began.year().rem_euclid(100), began.month());
    let check = check_character(&month, &body);
    format!("{month}-{body}-{check}")
}

/// The number as people may have typed it, in its proper form; `None` when its check character is wrong.
pub fn read_case_number(text: &str) -> Option<String> {
    let plain: String = plain(text).collect();
    if plain.len() != 13 || !plain.is_ascii() {
        return None;
    }
    let (month, rest) = plain.split_at(4);
    let (body, check) = rest.split_at(8);
    let known = month.bytes().chain(rest.bytes()).all(|byte| ALPHABET.contains(&byte));
    (known && check == check_character(month, body).to_string()).then(|| format!("{month}-{body}-{check}"))
}

/// Some characters of a case's number that stand next to each other, as people remember or read them out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part(String);

impl Part {
    /// The fewest characters by which a number is looked for.
    pub const LEAST: usize = 4;

    /// A part of a number as people typed it; none where it is too short, or can be part of none.
    pub fn read(text: &str) -> Option<Self> {
        let plain: String = plain(text).collect();
        let right = plain.len() >= Self::LEAST && plain.chars().all(|c| c.is_ascii_alphanumeric());
        right.then_some(Self(plain))
    }

    /// Whether it is a part of `number`.
    pub fn is_of(&self, number: &str) -> bool {
        plain(number).collect::<String>().contains(&self.0)
    }
}

/// A number without what people leave out, and with what they take for one another made one.
fn plain(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        'U' => 'V',
        other => other,
    })
}

/// A weighted sum modulo 31, prime and one less than the alphabet, finds any one character wrong and any two swapped.
fn check_character(month: &str, body: &str) -> char {
    let sum = month.bytes().chain(body.bytes()).zip(1u32..).fold(0, |sum, (byte, weight)| {
        let worth =
            ALPHABET.iter().zip(0u32..).find(|(other, _)| **other == byte).map_or(0, |(_, worth)| worth);
        (sum + worth * weight) % 31
    });
    ALPHABET.get(sum as usize).copied().map_or('0', char::from)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
mod tests {
    use super::{Part, case_number, read_case_number};
    use jiff::civil::date;

    #[test]
    fn a_part_of_a_number_is_enough() {
        let number = "2611-28T5CY4T-B";
        for (typed, right) in [
            ("28t5", true),
            ("cy4t b", true),
            ("11-28T", true),
            ("2611-28T5CY4T-B", true),
            ("28t6", false),
            ("28t", false),
            ("", false),
            ("户口登记", false),
            ("28t5%", false),
        ] {
            assert_eq!(Part::read(typed).is_some_and(|part| part.is_of(number)), right, "{typed}");
        }
        assert!(Part::read("lo1i").unwrap().is_of("2611-1011ABCD-X"), "letters that look like digits");
    }

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let number = case_number(date(2026, 11, 23), [0x12, 0x34, 0x56, 0x78, 0x9a]);
        insta::assert_snapshot!(number, @"2611-28T5CY4T-B");
        let typed = number.to_lowercase().replace('-', " ").replace('0', "o");
        assert_eq!(read_case_number(&typed), Some(number.clone()));
        assert_eq!(read_case_number("2611"), None);
    }

    #[test]
    fn one_wrong_character_or_two_swapped_are_noticed() {
        let number = case_number(date(2026, 1, 1), [7, 77, 177, 9, 250]).replace('-', "");
        let bytes = number.as_bytes();
        for place in 4..12 {
            for other in b"0123456789ABCDEFGHJKMNPQRSTVWXY".iter().filter(|other| **other != bytes[place]) {
                let mut wrong = bytes.to_vec();
                wrong[place] = *other;
                let same_worth = |byte: u8| byte == b'Z' || byte == b'0';
                let told = read_case_number(std::str::from_utf8(&wrong).unwrap()).is_none();
                assert!(told || (same_worth(bytes[place]) && same_worth(*other)));
            }
            let mut swapped = bytes.to_vec();
            swapped.swap(place, place - 1);
            if swapped != bytes {
                assert_eq!(read_case_number(std::str::from_utf8(&swapped).unwrap()), None, "{place}");
            }
        }
    }
}
