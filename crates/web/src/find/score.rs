//! How well a query fits a name, from 0 to 1.

use super::spelling::Spelling;

/// Beyond so many letters nobody means one name with a slip in it.
const LONGEST: usize = 60;
/// A name of more characters is a sentence about the service: nobody types it, let alone with a slip.
const SENTENCE: usize = 20;
/// More slips than this make another word.
const SLIPS: usize = 3;

/// The best of the ways in which the query may be meant.
pub(super) fn of(query: &Spelling, name: &Spelling) -> f32 {
    if query.chinese {
        return chinese(query, name);
    }
    let typed: String = query.chars.iter().collect();
    words(&query.words, &name.words).max(if name.chinese { letters(&typed, name) } else { 0.0 })
}

/// Chinese against Chinese: the same text, one within the other, or the share of characters, and of pairs of them,
/// that they have in common, so that 身份证丢了 finds 居民身份证丢失补领. A character that sounds the same counts a little, since
/// people choose the wrong one from a list.
fn chinese(query: &Spelling, name: &Spelling) -> f32 {
    if !name.chinese {
        return 0.0;
    }
    let (q, n) = (&query.chars, &name.chars);
    if q == n {
        return 1.0;
    }
    if let Some(at) = position(n, q) {
        return within(q.len(), n.len(), at == 0);
    }
    if let Some(at) = position(q, n).filter(|_| n.len() >= 2) {
        // The query says more than the name: 我想给孩子上户口.
        return 0.62 + 0.3 * share(n.len(), q.len()) + if at == 0 { 0.02 } else { 0.0 };
    }
    let singles = q.iter().filter(|c| n.contains(c)).count();
    let doubles = q.windows(2).filter(|pair| n.windows(2).any(|other| other == *pair)).count();
    let cover = 0.35 * share(singles, q.len()) + 0.65 * share(doubles, q.len() - 1);
    let back = share(singles, n.len()).min(1.0);
    let by_text = 0.75 * cover + 0.12 * back;
    // Sound is for a wrong character or two; a sentence is not misspelt as a whole.
    if by_text < 0.6 && (2..=8).contains(&q.len()) && n.len() <= SENTENCE {
        by_text.max(letters(&query.pinyin, name) * 0.8)
    } else {
        by_text
    }
}

/// Letters against a Chinese name: its initials, its pinyin from a syllable on, or its pinyin with a slip.
fn letters(typed: &str, name: &Spelling) -> f32 {
    let length = typed.chars().count();
    if length < 2 || length > name.pinyin.len() + SLIPS {
        return 0.0;
    }
    let mut best = 0.0_f32;
    if let Some(fit) = initials(typed, name) {
        best = fit;
    } else if let Some(spread) = subsequence(typed, &name.initials).filter(|_| length >= 3) {
        best = 0.5 * spread;
    } else if let Some(at) =
        typed.find(&name.initials).filter(|_| name.initials.len() >= 3 && are_initials(typed))
    {
        // The query says more than the name: `gqjzz`, an expired 居住证.
        best = 0.55 + 0.3 * share(name.initials.len(), length) + if at == 0 { 0.02 } else { 0.0 };
    }
    if name.pinyin == typed {
        return 0.99;
    }
    let starts = name.syllables.iter().filter_map(|start| name.pinyin.get(*start..));
    let found = starts.enumerate().find(|(_, rest)| rest.starts_with(typed));
    if let Some((at, _)) = found.filter(|_| length >= 3) {
        best = best.max(within(length, name.pinyin.len(), at == 0) - 0.02);
    }
    best.max(slipped(typed, name))
}

/// How well the name has these for initials. Few letters stand for many words: those that begin a name or a word beat those
/// inside, and what is said commonly beats what is not: `hz` is 护照 before it is 汉族.
fn initials(typed: &str, name: &Spelling) -> Option<f32> {
    let length = typed.chars().count();
    let common = |at| 0.04 * name.common(at, length);
    if name.initials == typed {
        return Some(0.93 + common(0));
    }
    let places = name.initials.match_indices(typed);
    let places = places.map(|(byte, _)| name.initials.get(..byte).unwrap_or_default().chars().count());
    let fit = |at| {
        let begins = name.begins(at);
        within(length, name.initials.chars().count(), begins) - if begins { 0.06 } else { 0.12 } + common(at)
    };
    places.map(fit).reduce(f32::max)
}

/// Whether letters can be initials: no syllable begins with these.
fn are_initials(typed: &str) -> bool {
    !typed.contains(['i', 'u', 'v'])
}

/// A slip of one letter in five against the pinyin from each syllable on.
fn slipped(typed: &str, name: &Spelling) -> f32 {
    let length = typed.len();
    let allowed = (length / 5).min(SLIPS);
    if allowed == 0 || length > LONGEST || name.chars.len() > SENTENCE || !typed.is_ascii() {
        return 0.0;
    }
    let mut best = 0.0_f32;
    for (place, start) in name.syllables.iter().enumerate() {
        let rest = name.pinyin.as_bytes().get(*start..).unwrap_or_default();
        let rest = rest.get(..(length + allowed).min(rest.len())).unwrap_or_default();
        if let Some(slips) = prefix_distance(typed.as_bytes(), rest, allowed) {
            let fit = within(length, name.pinyin.len(), place == 0) - 0.1 - 0.05 * slips as f32;
            best = best.max(fit);
        }
    }
    best
}

/// English words: the share of the query's words that the name has, whole, begun or with a slip, and of the name's
/// that the query has.
fn words(query: &[String], name: &[String]) -> f32 {
    if query.is_empty() || name.is_empty() {
        return 0.0;
    }
    let best =
        |word: &String, others: &[String]| others.iter().map(|other| alike(word, other)).fold(0.0, f32::max);
    let mut found: Vec<f32> = query.iter().map(|word| best(word, name)).collect();
    // Two words may be one: `new born`.
    for (place, pair) in query.windows(2).enumerate() {
        let joined = best(&pair.concat(), name);
        for score in found.iter_mut().skip(place).take(2).filter(|_| joined > 0.8) {
            *score = score.max(joined);
        }
    }
    let there = found.iter().sum::<f32>() / query.len() as f32;
    let back = name.iter().map(|word| best(word, query)).sum::<f32>() / name.len() as f32;
    let first = if alike(&query[0], &name[0]) > 0.8 { 0.02 } else { 0.0 };
    0.78 * there * there + 0.2 * back + first
}

fn alike(typed: &str, word: &str) -> f32 {
    if typed == word {
        return 1.0;
    }
    let length = typed.chars().count();
    if length >= 3 && word.starts_with(typed) {
        return 0.88;
    }
    if length >= 4 && typed.starts_with(word) && word.len() >= 4 {
        return 0.8;
    }
    let slips = distance(typed.as_bytes(), word.as_bytes(), length / 4).filter(|_| length >= 4);
    slips.map_or(0.0, |slips| 0.85 - 0.1 * slips as f32)
}

/// How well a part of `length` out of `whole` fits; a little better at the beginning.
fn within(length: usize, whole: usize, first: bool) -> f32 {
    0.66 + 0.28 * share(length, whole) + if first { 0.04 } else { 0.0 }
}

fn share(part: usize, whole: usize) -> f32 {
    part as f32 / whole.max(1) as f32
}

fn position(whole: &[char], part: &[char]) -> Option<usize> {
    whole.windows(part.len().max(1)).position(|window| window == part)
}

/// Whether the letters of `typed` stand in `text` in order, beginning with its first; how closely, up to 1.
fn subsequence(typed: &str, text: &str) -> Option<f32> {
    if !text.starts_with(typed.chars().next()?) {
        return None;
    }
    let mut rest = text.char_indices();
    let mut last = 0;
    for c in typed.chars() {
        last = rest.find(|(_, other)| *other == c)?.0;
    }
    Some(share(typed.len(), last + 1))
}

/// How many letters must be put in, left out, changed or swapped with their neighbour (optimal string alignment); none
/// where that is more than `most`.
fn distance(a: &[u8], b: &[u8], most: usize) -> Option<usize> {
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    last_row(a, b, most)?.last().copied().filter(|slips| *slips <= most)
}

/// The same from `a` to the nearest beginning of `b`.
fn prefix_distance(a: &[u8], b: &[u8], most: usize) -> Option<usize> {
    last_row(a, b, most)?.into_iter().min().filter(|slips| *slips <= most)
}

/// The last row of the table of distances, where what is beyond `most` is one more than that; none as soon as a whole
/// row is. Only cells so near the diagonal can be within it.
fn last_row(a: &[u8], b: &[u8], most: usize) -> Option<Vec<usize>> {
    let far = most + 1;
    let mut before = vec![far; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).map(|slips| slips.min(far)).collect();
    let mut row = vec![far; b.len() + 1];
    for (i, x) in a.iter().enumerate() {
        row.fill(far);
        row[0] = (i + 1).min(far);
        for (j, y) in b.iter().enumerate().take(i + far).skip(i.saturating_sub(most)) {
            let mut least = (above[j] + usize::from(x != y)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                least = least.min(before[j - 1] + 1);
            }
            row[j + 1] = least.min(far);
        }
        // A swap costs one more than the row before, so it does not come back from beyond `most` either.
        if row.iter().all(|least| *least == far) {
            return None;
        }
        std::mem::swap(&mut before, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    Some(above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same distance, by trying every way.
    fn slow(a: &[u8], b: &[u8]) -> usize {
        match (a, b) {
            ([], rest) | (rest, []) => rest.len(),
            ([x, a_rest @ ..], [y, b_rest @ ..]) => {
                let mut least = slow(a_rest, b_rest) + usize::from(x != y);
                least = least.min(slow(a_rest, b) + 1).min(slow(a, b_rest) + 1);
                if let ([x2, a_rest @ ..], [y2, b_rest @ ..]) = (a_rest, b_rest)
                    && x == y2
                    && x2 == y
                {
                    least = least.min(slow(a_rest, b_rest) + 1);
                }
                least
            }
        }
    }

    proptest! {
        #[test]
        fn distance_agrees_with_trying_everything(a in "[abc]{0,5}", b in "[abc]{0,5}") {
            let right = slow(a.as_bytes(), b.as_bytes());
            for most in 0..6 {
                prop_assert_eq!(distance(a.as_bytes(), b.as_bytes(), most), (right <= most).then_some(right));
            }
        }

        #[test]
        fn a_beginning_is_as_near_as_the_nearest(a in "[abc]{0,4}", b in "[abc]{0,5}") {
            let right = (0..=b.len()).map(|end| slow(a.as_bytes(), &b.as_bytes()[..end])).min();
            prop_assert_eq!(prefix_distance(a.as_bytes(), b.as_bytes(), 9), right);
        }

        #[test]
        fn scores_lie_between_nothing_and_one(a in "[a-c出生登记 ]{0,8}", b in "[a-c出生登记 ]{0,8}") {
            let score = of(&Spelling::new(&a), &Spelling::new(&b));
            prop_assert!((0.0..=1.0).contains(&score), "{a} {b} {score}");
        }
    }
}
