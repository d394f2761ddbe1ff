use crate::server::answer::{Answer, Oops};
use crate::server::asked::Asked;
use record::merkle::parse_tile_path;

/// A tile of the tree, or the entries of one, as C2SP tlog-tiles serves them. Neither ever changes: a partial one is named
/// by its width, and what grows behind it has another name.
pub fn tile(asked: &Asked) -> Result<Answer, Oops> {
    let (level, index, width) = parse_tile_path(asked.param("path")).ok_or(Oops::Missing)?;
    let record = asked.city.casework.record();
    let bytes = match level {
        Some(level) => record.tile(level, index, width)?,
        None => record.bundle(index, width)?,
    };
    Ok(Answer::bytes("application/octet-stream", bytes.ok_or(Oops::Missing)?).forever())
}
