use super::{Pass, Verification};
use crate::cites::Cites;
use crate::store::{KeyId, NO_KEY, Reader, Row, StoreError, SubjectKey, Table};
use crate::{Digest, ERASED, ObjectRef, encoding};
use std::collections::{HashMap, HashSet};

type Keys = HashMap<ObjectRef, SubjectKey>;

impl Pass<'_> {
    /// What an entry cites must be there, or have been: of what is erased the digest stays.
    pub(super) fn cited(
        &mut self,
        reader: &mut dyn Reader,
        index: u64,
        cited: Cites,
    ) -> Result<(), StoreError> {
        let place = format!("entry {index}");
        for sealed in cited.sealed {
            match reader.secret(&sealed.subject, &sealed.digest) {
                Ok(Some(_)) => {}
                Ok(None) => {
                    let what =
                        format!("its sealed value {} of `{}` is missing", sealed.digest, sealed.subject);
                    self.found.fault(&place, what);
                }
                Err(error) => self.found.note(&place, Err(error))?,
            }
        }
        for file in cited.files {
            let what = format!("its file {} `{}`", file.digest, file.name);
            match self.record.inner().store.files().about(&file.digest) {
                Ok(Some(state)) if state.sealed.as_ref().map(|(whose, _)| whose) == file.subject.as_ref() => {
                }
                Ok(Some(_)) => self.found.fault(&place, format!("{what} is kept as another subject's")),
                Ok(None) => self.found.fault(&place, format!("{what} is missing")),
                Err(error) => self.found.note(&place, Err(error))?,
            }
        }
        Ok(())
    }

    /// What is kept beside the log: erasures, keys, sealed values and files.
    pub(super) fn holdings(&mut self, reader: &mut dyn Reader) -> Result<(), StoreError> {
        let erased = self.erasures(reader)?;
        let keys = self.keys(reader)?;
        self.secrets(reader, &keys, &erased)?;
        self.files(&keys, &erased)
    }

    /// The subjects that were erased, each by an entry that says so.
    fn erasures(&mut self, reader: &mut dyn Reader) -> Result<HashSet<ObjectRef>, StoreError> {
        let mut rows = Vec::new();
        let read = reader.scan(Table::Erasures, &mut |row| {
            if let Row::Erasure(subject, index) = row {
                rows.push((subject, index));
            }
            Ok(())
        });
        self.found.note("table of erasures", read)?;
        let mut erased = HashSet::new();
        for (subject, index) in rows {
            let line =
                reader.lines(index, 1).ok().and_then(|mut lines| lines.pop()).filter(|(at, _)| *at == index);
            let event = line.and_then(|(_, line)| encoding::decode(&line).ok());
            let mut relations = event.iter().flat_map(|event| &event.objects);
            if relations.any(|relation| relation.qualifier.as_str() == ERASED && relation.object == subject) {
                erased.insert(subject);
            } else {
                let what = format!("entry {index} is said to have erased it, and does not say so");
                self.found.fault(format!("subject {subject}"), what);
            }
        }
        Ok(erased)
    }

    fn keys(&mut self, reader: &mut dyn Reader) -> Result<Keys, StoreError> {
        let mut keys = HashMap::new();
        let (record, found) = (self.record, &mut self.found);
        let read = reader.scan(Table::Keys, &mut |row| {
            let Row::Key(key) = row else { return Ok(()) };
            if record.inner().keys.unwrap_key(&key).is_none() {
                found.fault(format!("subject {}", key.subject), "its key does not open under the master key");
            }
            keys.insert(key.subject.clone(), key);
            Ok(())
        });
        self.found.note("table of keys", read)?;
        Ok(keys)
    }

    fn secrets(
        &mut self,
        reader: &mut dyn Reader,
        keys: &Keys,
        erased: &HashSet<ObjectRef>,
    ) -> Result<(), StoreError> {
        let (record, found) = (self.record, &mut self.found);
        let read = reader.scan(Table::Secrets, &mut |row| {
            let Row::Secret(secret) = row else { return Ok(()) };
            found.sealed += u64::from(!secret.bytes.is_empty());
            let place = format!("sealed value {} of {}", secret.digest, secret.subject);
            let key = keys.get(&secret.subject).filter(|key| key.id == secret.key);
            let opens = key.is_some_and(|key| record.opens_secret(&secret, key));
            let erased = erased.contains(&secret.subject).then_some(secret.key);
            found.kept(place, &secret.bytes, secret.digest, opens, erased);
            Ok(())
        });
        self.found.note("table of sealed values", read)
    }

    fn files(&mut self, keys: &Keys, erased: &HashSet<ObjectRef>) -> Result<(), StoreError> {
        let (record, found) = (self.record, &mut self.found);
        let read = record.inner().store.files().scan(&mut |file| {
            // A file may be empty that nobody erased, and no sealed one is.
            found.files += u64::from(file.sealed.is_none() || !file.bytes.is_empty());
            let place = format!("file {}", file.digest);
            let opens = file.sealed.as_ref().is_none_or(|(subject, id)| {
                keys.get(subject).is_some_and(|key| key.id == *id && record.opens(&file, key))
            });
            let sealed = file.sealed.as_ref().filter(|(subject, _)| erased.contains(subject));
            let erased = sealed.map(|(_, key)| *key);
            found.kept(place, &file.bytes, file.digest, opens, erased);
            Ok(())
        });
        self.found.note("table of files", read)
    }
}

impl Verification {
    /// `erased` is the key that is named by what belongs to somebody who was erased.
    fn kept(&mut self, place: String, bytes: &[u8], digest: Digest, opens: bool, erased: Option<KeyId>) {
        if bytes.is_empty() {
            match erased {
                None => self.fault(place, "it is gone, and no entry says that it was erased"),
                Some(NO_KEY) => self.erased += 1,
                Some(_) => self.fault(place, "it was erased, and still names a key"),
            }
        } else if Digest::of(bytes) != digest {
            self.fault(place, "its bytes do not have its digest");
        } else if !opens {
            self.fault(place, "it does not open under its subject's key");
        }
    }
}
