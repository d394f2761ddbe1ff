use super::places::Place;
use super::{event, sound};
use record::*;

/// An event that carries `text`, sealed for `subject`.
pub fn sealed(record: &Record, id: &str, subject: &ObjectRef, text: &str) -> Batch {
    let (value, secret) = record.seal(subject, &Value::from(text)).unwrap();
    let event = event(id).about("applicant", subject.clone()).with("name", value);
    Batch { events: vec![event], expect: vec![], secrets: vec![secret] }
}

pub fn unsealed(record: &Record, id: &str) -> Option<Value> {
    let entry = record.find(&id.into()).unwrap().unwrap();
    match entry.event.attribute("name") {
        Some(Value::Sealed(sealed)) => record.unseal(sealed).unwrap(),
        other => panic!("{other:?}"),
    }
}

pub fn seals(place: &dyn Place) {
    let record = place.open().unwrap();
    let (wang, li) = (ObjectRef::new("person", "wang"), ObjectRef::new("person", "li"));
    record.append(sealed(&record, "1", &wang, "王")).unwrap();
    record.append(sealed(&record, "2", &li, "李")).unwrap();
    record.append(sealed(&record, "3", &wang, "王")).unwrap();
    assert_eq!(unsealed(&record, "1"), Some("王".into()));
    let handed = record.hand_out(&wang, "词").unwrap();
    drop(record);
    let record = place.open().unwrap();
    assert_eq!(unsealed(&record, "2"), Some("李".into()));
    assert_eq!(record.take_back(&wang, &handed).as_deref(), Some("词"), "through a restart");
    let others =
        [record.take_back(&li, &handed), record.take_back(&wang, &handed[4..]), record.take_back(&wang, "")];
    assert_eq!(others, [None, None, None], "for nobody else, and only whole");
    let digest = |id: &str| match record.find(&id.into()).unwrap().unwrap().event.attribute("name") {
        Some(Value::Sealed(sealed)) => sealed.clone(),
        other => panic!("{other:?}"),
    };
    assert_ne!(digest("1").digest, digest("3").digest);
    let swapped = record::SealedRef { subject: li, digest: digest("1").digest };
    assert_eq!(record.unseal(&swapped).unwrap(), None);
    sound(&record);
}

pub fn erases(place: &dyn Place) {
    let record = place.open().unwrap();
    let (wang, li) = (ObjectRef::new("person", "wang"), ObjectRef::new("person", "li"));
    record.append(sealed(&record, "1", &wang, "王")).unwrap();
    record.append(sealed(&record, "2", &li, "李")).unwrap();
    let photo = record.attach("照片.txt", "王的照片".as_bytes(), Some(&wang)).unwrap();
    record
        .append(event("3").about("applicant", wang.clone()).with("photo", Value::File(photo.clone())))
        .unwrap();
    let receipt = record.receipt(&"1".into()).unwrap().unwrap();
    record.cache().put("queue", "王".as_bytes());

    let erased = record.erase(&wang, event("erasure")).unwrap();
    assert_eq!((erased.index, erased.values, erased.files, erased.scrubbed), (3, 1, 1, true));
    assert_eq!(record.cache().get("queue"), None);
    assert_eq!(unsealed(&record, "1"), None);
    assert_eq!(unsealed(&record, "2"), Some("李".into()));
    assert_eq!(record.file(&photo).unwrap(), None);
    record::proof::verify_receipt(&receipt, None, Some(record.verifier())).unwrap();
    let newer = record.receipt(&"1".into()).unwrap().unwrap();
    record::proof::verify_receipt(&newer, None, Some(record.verifier())).unwrap();
    let again = record.erase(&wang, event("erasure")).unwrap();
    assert_eq!((again.index, again.values, again.files), (3, 0, 0));
    sound(&record);

    let old = record.find(&"1".into()).unwrap().unwrap().event.attribute("name").unwrap().clone();
    record.append(event("4").with("name", old).with("photo", Value::File(photo))).unwrap();
    record.append(sealed(&record, "5", &wang, "王二")).unwrap();
    assert_eq!(unsealed(&record, "5"), Some("王二".into()));
    drop(record);
    let record = place.open().unwrap();
    assert_eq!((unsealed(&record, "1"), unsealed(&record, "5")), (None, Some("王二".into())));
    sound(&record);
}

pub fn voids_what_was_sealed_before(place: &dyn Place) {
    let record = place.open().unwrap();
    let wang = ObjectRef::new("person", "wang");
    let late = sealed(&record, "late", &wang, "王");
    let photo = record.attach("a.txt", b"face", Some(&wang)).unwrap();
    record.erase(&wang, event("erasure")).unwrap();
    assert!(matches!(record.append(late.clone()), Err(AppendError::Erased { .. })));
    record.append(sealed(&record, "anew", &wang, "王")).unwrap();
    assert!(matches!(record.append(late), Err(AppendError::Erased { .. })));
    assert_eq!(record.file(&photo).unwrap(), None);
    sound(&record);
}

pub fn keeps_files(place: &dyn Place) {
    let record = place.open().unwrap();
    let pdf = [b"%PDF-1.7\n".to_vec(), vec![7; 3 << 20]].concat();
    let kept = record.attach("判决书.pdf", &pdf, None).unwrap();
    assert_eq!((&*kept.media_type, kept.size, &kept.subject), ("application/pdf", pdf.len() as u64, &None));
    assert_eq!(record.attach("other name.doc", &pdf, None).unwrap().digest, kept.digest);
    let wang = ObjectRef::new("person", "wang");
    let own = record.attach("a.pdf", &pdf, Some(&wang)).unwrap();
    assert_ne!(own.digest, kept.digest);
    record.append(event(1).with("f", Value::File(kept.clone())).with("g", Value::File(own.clone()))).unwrap();
    drop(record);
    let record = place.open().unwrap();
    assert_eq!(record.file(&kept).unwrap().as_deref(), Some(&pdf[..]));
    assert_eq!(record.file(&own).unwrap().as_deref(), Some(&pdf[..]));
    for (name, bytes) in
        [("empty", &b""[..]), ("page", b" <!doctype html>"), ("elf", b"\x7fELF\x02\x01\x01\0\0")]
    {
        assert!(record.attach(name, bytes, None).is_err(), "{name}");
    }
    assert!(record.attach("large", &vec![b'a'; 20_000_001], None).is_err());
    sound(&record);
}
