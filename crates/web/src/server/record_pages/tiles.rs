use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;

/// Hashes in a full tile.
const WIDTH: u64 = 256;

/// A tile as its path names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tile {
    /// The level; none: the entries themselves.
    level: Option<u8>,
    index: u64,
    width: u64,
}

/// A tile of the tree, or the entries of one, as C2SP tlog-tiles serves them. A full one never changes.
pub fn tile(asked: &Asked) -> Result<Answer, Oops> {
    let tile = parse(asked.param("path")).ok_or(Oops::Missing)?;
    let record = asked.city.casework.record();
    let bytes = match tile.level {
        Some(level) => record.tile(level, tile.index, tile.width)?,
        None => record.bundle(tile.index, tile.width)?,
    };
    let answer = Answer::bytes("application/octet-stream", bytes.ok_or(Oops::Missing)?);
    Ok(if tile.width == WIDTH { answer.forever() } else { answer })
}

/// Reads what follows `tile/`: `<L>/<N>` or `entries/<N>`, with `.p/<W>` for a part of one. `<N>` is in groups of three
/// digits, all but the last after an `x`: `x001/x234/067`.
fn parse(path: &str) -> Option<Tile> {
    let (path, width) = match path.split_once(".p/") {
        Some((path, width)) => (path, number(width).filter(|width| (1..WIDTH).contains(width))?),
        None => (path, WIDTH),
    };
    let (level, index) = path.split_once('/')?;
    let level = match level {
        "entries" => None,
        level => Some(u8::try_from(number(level)?).ok().filter(|level| *level < 64)?),
    };
    let groups: Vec<&str> = index.split('/').collect();
    let (last, first) = groups.split_last()?;
    let three =
        |digits: &str| (digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit())).then(|| ());
    let mut digits = String::new();
    for group in first {
        let group = group.strip_prefix('x')?;
        three(group)?;
        digits.push_str(group);
    }
    three(last)?;
    digits.push_str(last);
    // One number is written in one way: a leading group of zeros would be a second.
    let needless = !first.is_empty() && digits.starts_with("000");
    let index = digits.parse().ok().filter(|_| !needless)?;
    Some(Tile { level, index, width })
}

/// A number without leading zeros.
fn number(text: &str) -> Option<u64> {
    let plain = text == "0" || (!text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit()));
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::{Tile, WIDTH, parse};
    use proptest::prelude::*;

    fn check(path: &str, read: Option<(Option<u8>, u64, u64)>) {
        let read = read.map(|(level, index, width)| Tile { level, index, width });
        assert_eq!(parse(path), read, "{path}");
    }

    #[test]
    fn paths_are_read_in_one_way_only() {
        check("0/000", Some((Some(0), 0, 256)));
        check("0/x001/x234/067", Some((Some(0), 1_234_067, 256)));
        check("3/255.p/17", Some((Some(3), 255, 17)));
        check("entries/x001/000.p/255", Some((None, 1_000, 255)));
        check("63/000", Some((Some(63), 0, 256)));
        for wrong in [
            "",
            "0",
            "0/",
            "0/0",
            "0/00",
            "0/0000",
            "00/000",
            "64/000",
            "256/000",
            "-1/000",
            "0/x000/001",
            "0/001/002",
            "0/x001",
            "0/x001/x002",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
            "0/000.p/",
            "0/000.p",
            "0/00a",
            "0/+01",
            "entries",
            "entry/000",
            "0/x999/x999/x999/x999/x999/x999/999",
            "0/000/",
            "/000",
        ] {
            check(wrong, None);
        }
    }

    /// The encoding as C2SP tlog-tiles describes it, written separately.
    fn written(level: Option<u8>, index: u64, width: u64) -> String {
        let mut name = format!("{:03}", index % 1000);
        let mut rest = index / 1000;
        while rest > 0 {
            name = format!("x{:03}/{name}", rest % 1000);
            rest /= 1000;
        }
        let level = level.map_or("entries".to_owned(), |level| level.to_string());
        let part = if width == WIDTH { String::new() } else { format!(".p/{width}") };
        format!("{level}/{name}{part}")
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(level in proptest::option::of(0_u8..64), index: u64, width in 1..=WIDTH) {
            prop_assert_eq!(parse(&written(level, index, width)), Some(Tile { level, index, width }));
        }
    }
}
