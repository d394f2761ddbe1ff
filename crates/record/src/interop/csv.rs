use super::fault::*;
use super::intake::Intake;
use super::*;
use std::io::Write;
/// x
#[derive(Clone, Debug)]
pub struct Mapping;
pub(crate) fn read(_: &Source<'_>, _: &mut Intake<'_>) -> Result<(), ImportError> {
    Ok(())
}
pub(crate) fn write(
    _: &mut dyn Iterator<Item = Result<Event, SinkError>>,
    _: Option<&Mapping>,
    _: &mut dyn Write,
) -> Result<Exported, ExportError> {
    Ok(Exported::default())
}
