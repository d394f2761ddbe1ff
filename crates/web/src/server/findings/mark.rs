use pack::Id;
use record::{Digest, ObjectId, ObjectRef, Record, StoreError};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The name under which a mark is kept; another version of the program begins anew.
const NAME: &str = concat!("oversight mark 1 ", env!("CARGO_PKG_VERSION"));

/// How far oversight had come when it was kept last. What followed from the entries before it is on the record, but for what it
/// names. It may be lost: then the whole history is gone through.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// The first entry that was not followed.
    pub(super) next: u64,
    /// The models that ran, each with what tells it from one of the same name that says something else.
    pub(super) models: BTreeMap<Id, Digest>,
    /// Types of objects that were still to be gone through.
    pub(super) rounds: VecDeque<Round>,
    /// Objects of which something was still to be said.
    pub(super) unsettled: BTreeSet<ObjectRef>,
}

/// The objects of a type, gone through one after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Round {
    pub(super) kind: String,
    /// The last that was.
    pub(super) after: Option<ObjectId>,
}

impl Mark {
    /// The one that was kept of this record.
    pub(super) fn read(record: &Record) -> Result<Option<Self>, StoreError> {
        let kept = record.cache().get(NAME).and_then(|kept| serde_json::from_slice::<Json>(&kept).ok());
        let Some((mark, last)) = kept.as_ref().and_then(Self::from_json) else { return Ok(None) };
        // After a restore from a backup the record may be another.
        let same = record.digest_before(mark.next)? == last;
        Ok(same.then_some(mark))
    }

    pub(super) fn keep(&self, record: &Record) -> Result<(), StoreError> {
        let last = record.digest_before(self.next)?;
        record.cache().put(NAME, self.to_json(last).to_string().as_bytes());
        Ok(())
    }

    fn to_json(&self, last: Option<Digest>) -> Json {
        let models: BTreeMap<&str, String> =
            self.models.iter().map(|(id, says)| (id.as_str(), says.to_string())).collect();
        let rounds: Vec<Json> = self
            .rounds
            .iter()
            .map(|round| json!([round.kind, round.after.as_ref().map(ObjectId::as_str)]))
            .collect();
        let unsettled: Vec<String> = self.unsettled.iter().map(ToString::to_string).collect();
        json!({
            "next": self.next, "last": last.map(|last| last.to_string()), "models": models, "rounds": rounds,
            "unsettled": unsettled,
        })
    }

    fn from_json(json: &Json) -> Option<(Self, Option<Digest>)> {
        let list = |name: &str| json.get(name)?.as_array().map(|list| list.iter());
        let model =
            |(id, says): (&String, &Json)| Some((Id::from(id.as_str()), Digest::parse(says.as_str()?)?));
        let round = |round: &Json| {
            let after = round.get(1)?;
            let after = if after.is_null() { None } else { Some(ObjectId::from(after.as_str()?)) };
            Some(Round { kind: round.get(0)?.as_str()?.to_owned(), after })
        };
        let mark = Self {
            next: json.get("next")?.as_u64()?,
            models: json.get("models")?.as_object()?.iter().map(model).collect::<Option<_>>()?,
            rounds: list("rounds")?.map(round).collect::<Option<_>>()?,
            unsettled: list("unsettled")?
                .map(|one| ObjectRef::parse(one.as_str()?))
                .collect::<Option<_>>()?,
        };
        let last = json.get("last")?;
        let last = if last.is_null() { None } else { Some(Digest::parse(last.as_str()?)?) };
        Some((mark, last))
    }
}

#[cfg(test)]
mod tests {
    use super::{Mark, Round};
    use record::{Digest, ObjectRef};

    #[test]
    fn a_mark_is_read_as_it_was_kept() {
        let round = |after: Option<&str>| Round { kind: "application".into(), after: after.map(Into::into) };
        let mark = Mark {
            next: 12,
            models: [("one".into(), Digest::of(b"1"))].into(),
            rounds: [round(None), round(Some("2026/1"))].into(),
            unsettled: [ObjectRef::new("incident", "a:b/c")].into(),
        };
        for last in [None, Some(Digest::of(b"line"))] {
            let (kept, tied) = Mark::from_json(&mark.to_json(last)).unwrap();
            assert_eq!((&kept, tied), (&mark, last));
        }
    }
}
