use super::answer::{Answer, Oops};
use super::asked::Asked;
pub fn verify_page(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn verify(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn health(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn verify_whole(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn entry(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn checkpoint(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn key(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn tile(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn alive(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
pub fn metrics(_: &Asked) -> Result<Answer, Oops> { Err(Oops::Missing) }
