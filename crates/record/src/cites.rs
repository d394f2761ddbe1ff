use crate::{Event, FileRef, SealedRef, Value};

/// What an event cites from outside the log.
#[derive(Debug, Default)]
pub(crate) struct Cites {
    pub(crate) sealed: Vec<SealedRef>,
    pub(crate) files: Vec<FileRef>,
}

/// Levels of JSON below an event's attribute that readers can follow: `serde_json` stops at 128, three of which the
/// event itself takes.
const MAX_LEVELS: usize = 120;

/// All sealed values and files in an event; `None` when its values nest too deep.
pub(crate) fn cites(event: &Event) -> Option<Cites> {
    let mut cites = Cites::default();
    let attributes = event.attributes.iter().map(|(_, value)| value);
    let mut values = attributes.chain(event.changes.iter().map(|change| &change.value));
    values.all(|value| walk(value, 0, &mut cites)).then_some(cites)
}

fn walk(value: &Value, level: usize, cites: &mut Cites) -> bool {
    if level > MAX_LEVELS {
        return false;
    }
    match value {
        Value::Sealed(sealed) => cites.sealed.push(sealed.clone()),
        Value::File(file) => cites.files.push(file.clone()),
        Value::List(items) => return items.iter().all(|item| walk(item, level + 1, cites)),
        Value::Map(items) => return items.iter().all(|(_, item)| walk(item, level + 3, cites)),
        Value::Annotated(inner, notes) => {
            return walk(inner, level + 2, cites)
                && notes.iter().all(|(_, note)| walk(note, level + 4, cites));
        }
        _ => {}
    }
    true
}
