use super::super::export::Exported;
use super::super::fault::*;
use super::super::intake::Intake;
use super::super::source::Source;
use super::Survey;
use std::io::Write;
pub(crate) fn read(_: &Source<'_>, _: &mut Intake<'_>) -> Result<(), ImportError> {
    Ok(())
}
pub(crate) fn write(_: Survey, _: &mut dyn Write) -> Result<Exported, ExportError> {
    Ok(Exported::default())
}
