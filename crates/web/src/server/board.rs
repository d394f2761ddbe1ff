use super::answer::{Answer, Oops};
use super::asked::Asked;
pub fn city(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn office(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn cases(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn case(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
