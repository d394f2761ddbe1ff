use super::answer::{Answer, Oops};
use super::asked::Asked;
pub fn document(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn services(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn service(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn begin(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn cases(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn case(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn act(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn queue(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
