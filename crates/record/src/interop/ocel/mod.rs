use super::fault::*; use super::*; use super::intake::Intake; use std::io::Write;
pub(crate) struct Survey; impl Survey { pub(crate) fn of(_: &mut dyn Iterator<Item=Result<Event,SinkError>>, _: Format)->Result<Self,ExportError>{ Ok(Survey)} }
macro_rules! m { ($($n:ident)*) => { $(pub(crate) mod $n { use super::*; pub(crate) fn read(_: &Source<'_>, _: &mut Intake<'_>)->Result<(),ImportError>{Ok(())} #[allow(dead_code, reason="x")] pub(crate) fn write(_: Survey, _: &mut dyn Write)->Result<Exported,ExportError>{Ok(Exported::default())} })* } }
m!(json xml sqlite first);
