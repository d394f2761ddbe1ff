use crate::{Event, FileRef, ObjectRef, SealedRef, Value};

/// What an event cites from outside the log, and how much it says itself.
#[derive(Debug, Default)]
pub(crate) struct Cites {
    pub(crate) sealed: Vec<SealedRef>,
    pub(crate) files: Vec<FileRef>,
    /// Bytes of its values, roughly, before anything in them is escaped.
    pub(crate) bytes: usize,
}

/// What a value takes besides its text, about.
const FRAME: usize = 100;

/// Levels of JSON below an event's attribute that readers can follow: `serde_json` stops at 128, three of which the
/// event itself takes.
const MAX_LEVELS: usize = 120;

/// All sealed values and files in an event; `None` when its values nest too deep.
pub(crate) fn cites(event: &Event) -> Option<Cites> {
    let mut cites = Cites { bytes: around(event), ..Cites::default() };
    let attributes = event.attributes.iter().map(|(_, value)| value);
    let mut values = attributes.chain(event.changes.iter().map(|change| &change.value));
    values.all(|value| walk(value, 0, &mut cites)).then_some(cites)
}

/// Bytes of all that is no value.
fn around(event: &Event) -> usize {
    let object = |object: &ObjectRef| FRAME + object.kind.as_str().len() + object.id.as_str().len();
    let objects = event.objects.iter().map(|one| object(&one.object) + one.qualifier.as_str().len());
    let changes = event.changes.iter().map(|one| object(&one.object) + one.name.as_str().len());
    let links =
        event.links.iter().map(|one| object(&one.from) + object(&one.to) + one.qualifier.as_str().len());
    let names = event.attributes.iter().map(|(name, _)| name.as_str().len());
    objects.chain(changes).chain(links).chain(names).sum::<usize>() + event.activity.as_str().len()
}

fn walk(value: &Value, level: usize, cites: &mut Cites) -> bool {
    if level > MAX_LEVELS {
        return false;
    }
    cites.bytes += FRAME;
    match value {
        Value::Text(text) | Value::Id(text) => cites.bytes += text.len(),
        Value::Sealed(sealed) => cites.sealed.push(sealed.clone()),
        Value::File(file) => {
            cites.bytes += file.name.len();
            cites.files.push(file.clone());
        }
        Value::List(items) => return items.iter().all(|item| walk(item, level + 1, cites)),
        Value::Map(items) => {
            cites.bytes += items.iter().map(|(name, _)| name.as_str().len()).sum::<usize>();
            return items.iter().all(|(_, item)| walk(item, level + 3, cites));
        }
        Value::Annotated(inner, notes) => {
            cites.bytes += notes.iter().map(|(name, _)| name.as_str().len()).sum::<usize>();
            return walk(inner, level + 2, cites)
                && notes.iter().all(|(_, note)| walk(note, level + 4, cites));
        }
        _ => {}
    }
    true
}
