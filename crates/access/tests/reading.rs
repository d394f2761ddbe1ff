//! Reads of personal data stand on the record, where their subject sees them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::entropy::Seeded;
use access::policy::{Actor, CaseFacts};
use access::reading::{NotReadable, reading};
use access::registry::{self, Stamp};
use access::{Person, PersonId, Policies, Post, Request};
use pack::model::{Definitions, Effect, Policy, Reach};
use pack::{Id, Title};
use record::{ObjectRef, Time};

fn stamp() -> Stamp {
    let time = Time::new(1_780_000_000, 0, Some(480)).unwrap();
    Stamp { id: "e1".into(), time, actor: None }
}

/// Someone with a post asks `action` of everybody's case, where one policy permits everything.
fn check(action: &str, purpose: Option<&str>, subject: Option<&ObjectRef>) -> Result<String, NotReadable> {
    let mut definitions = Definitions::default();
    definitions.purposes.insert("handle-case".into(), Title::new("办理", "Handle"));
    let permit = Policy {
        id: "all".into(),
        title: Title::new("全部", "All"),
        effect: Effect::Permit,
        roles: Vec::new(),
        actions: ["read-personal", "read-case"].map(Id::from).to_vec(),
        reach: Reach::Open,
        when: None,
        purpose: None,
    };
    definitions.policies.insert("all".into(), permit);
    let policies = Policies::check(&definitions).unwrap();
    let id = PersonId::random(&mut Seeded::new(1)).unwrap();
    let post = Post::new("clerk", "lake-station");
    let clerk = Person::fold(id, &[registry::role_granted(stamp(), id, &post)]);
    let actor = Actor::of(&clerk, Some(&post)).unwrap();
    let own = id.object();
    let subject = subject.unwrap_or(&own);
    let case = CaseFacts {
        id: ObjectRef::new("application", "7"),
        procedure: "p".into(),
        category: "c".into(),
        party: Some(subject.clone()),
        office: "lake-station".into(),
        offices: ["lake-station".into()].into(),
        roles: Default::default(),
        handlers: Default::default(),
        channel: None,
        handed_in: true,
        ended: false,
        complained: false,
    };
    let purpose = purpose.map(Id::from);
    let decision = policies.decide(&Request {
        actor: &actor,
        action,
        purpose: purpose.as_ref(),
        case: Some(&case),
        step: None,
        office: None,
        staff: None,
        today: jiff::civil::date(2026, 6, 1),
    });
    let event = reading(&decision, stamp(), subject, &["phone", "name", "phone"])?;
    let seen = |event: record::Event| {
        assert!(event.touched().contains(&subject), "its subject can see it");
        record::encoding::encode(&event)
    };
    Ok(event.map_or("none".into(), seen))
}

#[test]
fn reading_is_an_event_under_a_purpose() {
    let other = ObjectRef::new("person", "0123456789abcdef0123456789abcdef");
    insta::assert_snapshot!(check("read-personal", Some("handle-case"), Some(&other)).unwrap());
    assert_eq!(check("read-personal", None, None).unwrap(), "none", "one's own data");
    assert_eq!(
        check("read-personal", None, Some(&other)),
        Err(NotReadable::NoPurpose),
        "even where a policy permits it"
    );
    assert_eq!(check("read-personal", Some("curiosity"), Some(&other)), Err(NotReadable::Denied));
    assert_eq!(check("read-case", Some("handle-case"), Some(&other)), Err(NotReadable::OtherAction));
    assert_eq!(check("erase", Some("handle-case"), Some(&other)), Err(NotReadable::Denied));
}
