//! Sessions: how long they last, who ends them, what survives a restart.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::entropy::Seeded;
use access::session::{Kind, Rules, Sessions, Token};
use access::{PersonId, Post};
use proptest::prelude::*;
use record::Digest;

const START: i64 = 1_780_000_000;

/// The sessions as a restart finds them, if `sessions` were kept from the first.
fn restarted(sessions: &mut Sessions, now: i64) -> Sessions {
    let kept = sessions.changes();
    let rows = kept.iter().filter_map(|(name, row)| Some((name, row.as_deref()?)));
    let restored = Sessions::restore(Rules::default(), rows, now);
    sessions.unkept(kept);
    restored
}

fn person(seed: u64) -> PersonId {
    PersonId::random(&mut Seeded::new(seed)).unwrap()
}

/// Uses a session every `step` seconds until it is over; how long it lasted, to the step.
fn lasts(kind: Kind, step: i64) -> i64 {
    let mut sessions = Sessions::new(Rules::default());
    let (token, _) = sessions.open((person(1), None), kind, None, &mut Seeded::new(1), START).unwrap();
    let mut now = START;
    while sessions.resume(&token, now + step).is_some() {
        now += step;
    }
    now - START
}

#[test]
fn sessions_last_as_long_as_their_kind() {
    let mut table = String::new();
    for kind in [Kind::Own, Kind::Desk, Kind::Kiosk] {
        let limits = Rules::default().of(kind);
        table += &format!("{kind:?}\n");
        for step in [1, 60, limits.idle - 1, limits.idle, limits.idle + 1] {
            table += &format!("  used every {step:6} s: lasts {:8} s\n", lasts(kind, step));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_clock_set_back_neither_ends_nor_prolongs() {
    let mut sessions = Sessions::new(Rules::default());
    let (token, _) = sessions.open((person(1), None), Kind::Desk, None, &mut Seeded::new(1), START).unwrap();
    assert!(sessions.resume(&token, START + 1_000).is_some());
    assert!(sessions.resume(&token, START - 1_000_000).is_some());
    assert!(sessions.resume(&token, START + 1_000 + 1_800).is_none());
}

#[test]
fn signing_in_makes_a_new_token_and_ends_the_old() {
    let mut entropy = Seeded::new(1);
    let mut sessions = Sessions::new(Rules::default());
    let (planted, _) = sessions.open((person(1), None), Kind::Own, None, &mut entropy, START).unwrap();
    let (token, closed) =
        sessions.open((person(2), None), Kind::Own, Some(&planted), &mut entropy, START).unwrap();
    assert_ne!(token, planted);
    assert_eq!(closed.iter().map(|c| c.person).collect::<Vec<_>>(), [person(1)]);
    assert!(sessions.resume(&planted, START).is_none());
    assert_eq!(sessions.resume(&token, START).unwrap().person, person(2));
    let text = token.text();
    assert_eq!(text.len(), 64);
    assert_eq!(Token::parse(&text), Some(token));
    assert_eq!(Token::parse(&text[1..]), None);
}

#[test]
fn a_person_has_only_so_many_and_can_end_them_all() {
    let mut entropy = Seeded::new(1);
    let mut sessions = Sessions::new(Rules::default());
    let mut tokens = Vec::new();
    for number in 0..12 {
        tokens
            .push(sessions.open((person(1), None), Kind::Own, None, &mut entropy, START + number).unwrap().0);
        // The first stays in use, and so never gives way.
        assert!(sessions.resume(&tokens[0], START + number).is_some());
    }
    let open = |sessions: &mut Sessions| {
        let alive = |token: &Token| sessions.resume(token, START + 20).is_some();
        tokens.iter().map(alive).collect::<Vec<bool>>()
    };
    let alive = open(&mut sessions);
    assert_eq!(alive.iter().filter(|alive| **alive).count(), 8);
    assert!(alive[0] && !alive[1] && alive[11]);
    let (desk, _) = sessions.open((person(1), None), Kind::Desk, None, &mut entropy, START).unwrap();
    let (other, _) = sessions.open((person(2), None), Kind::Own, None, &mut entropy, START).unwrap();
    assert_eq!(sessions.close_all(person(1), Some(&desk)).len(), 8);
    assert_eq!(open(&mut sessions), [false; 12]);
    assert!(sessions.resume(&desk, START).is_some() && sessions.resume(&other, START).is_some());
    assert_eq!(sessions.of_person(person(1), START).count(), 1);
    assert_eq!(sessions.of_person(person(1), START + 86_400).count(), 0, "none that ran out");
    assert!(sessions.close(&desk).is_some() && sessions.close(&desk).is_none());
}

#[test]
fn a_kiosk_is_wiped_and_nothing_of_it_survives() {
    let mut entropy = Seeded::new(1);
    let mut sessions = Sessions::new(Rules::default());
    let (kiosk, _) = sessions.open((person(1), None), Kind::Kiosk, None, &mut entropy, START).unwrap();
    let (own, _) = sessions.open((person(1), None), Kind::Own, None, &mut entropy, START).unwrap();
    let mut restored = restarted(&mut sessions, START + 1);
    assert!(restored.resume(&kiosk, START + 1).is_none() && restored.resume(&own, START + 1).is_some());
    assert!(sessions.sweep(START + 149).is_empty());
    let swept = sessions.sweep(START + 150);
    assert_eq!(swept.iter().map(|c| (c.session, c.wipe)).collect::<Vec<_>>(), [(kiosk.session(), true)]);
    let (_, closed) = sessions.open((person(1), None), Kind::Kiosk, None, &mut entropy, START + 200).unwrap();
    assert!(closed.is_empty());
    let (_, closed) = sessions.open((person(1), None), Kind::Kiosk, None, &mut entropy, START + 201).unwrap();
    assert!(closed.len() == 1 && closed[0].wipe, "one kiosk at a time");
    assert!(!sessions.close(&own).unwrap().wipe);
}

#[test]
fn form_tokens_belong_to_one_session() {
    let mut entropy = Seeded::new(1);
    let mut sessions = Sessions::new(Rules::default());
    let [a, b] = [1, 2]
        .map(|seed| sessions.open((person(seed), None), Kind::Own, None, &mut entropy, START).unwrap().0);
    assert!(a.is_form_token(&a.form_token()) && !b.is_form_token(&a.form_token()));
    assert_ne!(a.form_token(), a.text());
    assert_ne!(a.form_token(), a.session().to_string());
    for wrong in ["", "0", &a.text(), &a.form_token()[1..], &format!("{}0", a.form_token())] {
        assert!(!a.is_form_token(wrong), "{wrong}");
    }
    assert_eq!(format!("{a:?}"), "Token(…)", "a log shows no token");
}

#[test]
fn posts_are_taken_up_in_open_sessions_only() {
    let mut sessions = Sessions::new(Rules::default());
    let (token, _) = sessions.open((person(1), None), Kind::Desk, None, &mut Seeded::new(1), START).unwrap();
    let post = Some(Post::new("clerk", "lake-station"));
    assert!(sessions.act_in(&token, post.clone(), START + 10));
    assert_eq!(sessions.resume(&token, START + 20).unwrap().post, post);
    let mut restored = restarted(&mut sessions, START + 30);
    assert_eq!(restored.resume(&token, START + 30).unwrap().post, post);
    assert!(!sessions.act_in(&token, None, START + 86_400));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_restart_changes_nothing(opened in prop::collection::vec((0u64..6, any::<bool>(), 0i64..4_000), 0..30)) {
        let mut entropy = Seeded::new(9);
        let mut sessions = Sessions::new(Rules::default());
        let mut tokens = Vec::new();
        for (who, desk, after) in opened {
            let kind = if desk { Kind::Desk } else { Kind::Own };
            tokens.push(sessions.open((person(who), None), kind, None, &mut entropy, START + after).unwrap().0);
        }
        let mut restored = restarted(&mut sessions, START + 4_000);
        for token in &tokens {
            prop_assert_eq!(restored.resume(token, START + 4_000), sessions.resume(token, START + 4_000));
        }
        sessions.sweep(START + 4_000);
        prop_assert_eq!(restored.len(), sessions.len());
    }

    #[test]
    fn a_damaged_row_signs_its_person_out_and_goes(
        at in any::<prop::sample::Index>(),
        bit in 0u8..8,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut sessions = Sessions::new(Rules::default());
        sessions.open((person(1), None), Kind::Own, None, &mut Seeded::new(1), START).unwrap();
        let (name, row) = sessions.changes().remove(0);
        let whole = row.unwrap();
        let restored =
            |name: &Digest, row: &[u8]| Sessions::restore(Rules::default(), [(name, row)], START);
        prop_assert_eq!(restored(&name, &whole).len(), 1);
        let mut flipped = whole.clone();
        flipped[at.index(whole.len())] ^= 1 << bit;
        let mut other = name;
        other.0[at.index(32)] ^= 1 << bit;
        let damaged = [(name, &flipped[..]), (name, &whole[..cut.index(whole.len())]), (other, &whole[..])];
        for (name, row) in &damaged {
            let mut restored = restored(name, row);
            prop_assert!(restored.is_empty());
            prop_assert_eq!(restored.changes(), [(*name, None)]);
        }
    }
}

/// What is written for each use would be written for every page; a kiosk is never written down.
#[test]
fn only_what_changed_is_kept_anew() {
    let mut entropy = Seeded::new(1);
    let mut sessions = Sessions::new(Rules::default());
    // On the full minute.
    let start = START / 60 * 60;
    let (own, _) = sessions.open((person(1), None), Kind::Own, None, &mut entropy, start).unwrap();
    let (kiosk, _) = sessions.open((person(2), None), Kind::Kiosk, None, &mut entropy, start).unwrap();
    let kept = |sessions: &mut Sessions| -> Vec<(bool, bool)> {
        let changes = sessions.changes();
        changes.iter().map(|(name, row)| (*name == own.session(), row.is_some())).collect()
    };
    assert_eq!(kept(&mut sessions), [(true, true)]);
    let used = |sessions: &mut Sessions, after| {
        assert!(
            sessions.resume(&own, start + after).is_some()
                && sessions.resume(&kiosk, start + after).is_some()
        );
    };
    used(&mut sessions, 59);
    assert_eq!(kept(&mut sessions), []);
    used(&mut sessions, 60);
    assert_eq!(kept(&mut sessions), [(true, true)]);
    sessions.close(&kiosk);
    sessions.close(&own);
    let over = sessions.changes();
    assert_eq!(over, [(own.session(), None)]);
    sessions.unkept(over);
    assert_eq!(kept(&mut sessions), [(true, false)], "told until it is kept");
}
