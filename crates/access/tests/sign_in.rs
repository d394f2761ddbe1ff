//! Signing in: the same work for every name, rules for passwords, waits after failures.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use access::code::SignInCode;
use access::directory::DirectoryKey;
use access::entropy::{Entropy, Seeded};
use access::password::{self, Argon2id, Hash, HashError, Hasher, MOST_BYTES, Weak};
use access::registry::{self, Stamp};
use access::sign_in::{self, Account, Door, Refused, Welcome};
use access::throttle::{Origin, Pace, Throttle, Wait};
use access::{Directory, Person, PersonId, SignInName};
use proptest::prelude::*;
use record::{Digest, ObjectRef, SealedRef, Time, Value};
use std::cell::Cell;
use std::net::IpAddr;

/// Counts verifications.
struct Counted(Argon2id, Cell<u32>);

impl Hasher for Counted {
    fn hash(&self, password: &str, entropy: &mut dyn Entropy) -> Result<Hash, HashError> {
        self.0.hash(password, entropy)
    }
    fn verify(&self, password: &str, hash: &Hash) -> bool {
        self.1.set(self.1.get() + 1);
        assert!(!self.is_outdated(hash), "every hash costs the same");
        self.0.verify(password, hash)
    }
    fn is_outdated(&self, hash: &Hash) -> bool {
        self.0.is_outdated(hash)
    }
}

const RIGHT: &str = "南湖边的第三棵柳树下";

#[test]
fn known_and_unknown_names_take_the_same_work() {
    let mut entropy = Seeded::new(1);
    let door = Door::new(Counted(Argon2id::CHEAPEST, Cell::new(0)), &mut entropy).unwrap();
    let person = PersonId::random(&mut entropy).unwrap();
    let hash = door.hasher().hash(RIGHT, &mut entropy).unwrap();
    let account = |locked, hash: Option<&Hash>| {
        Some(Account { person, locked, hash: hash.cloned(), code: None, after: Some(7) })
    };
    let check = |account: Option<Account>, password: &str| {
        door.hasher().1.set(0);
        (door.verify(account.as_ref(), password), door.hasher().1.get())
    };
    let welcome = Ok(Welcome { person, outdated: false, after: Some(7) });
    let long = "长".repeat(MOST_BYTES);
    assert_eq!(check(account(false, Some(&hash)), RIGHT), (welcome, 1));
    assert_eq!(check(account(false, Some(&hash)), "wrong password"), (Err(Refused::Wrong), 1));
    assert_eq!(check(None, RIGHT), (Err(Refused::Wrong), 1), "no such name");
    assert_eq!(check(account(false, None), RIGHT), (Err(Refused::Wrong), 1), "no password, or erased");
    assert_eq!(check(account(true, Some(&hash)), RIGHT), (Err(Refused::Locked), 1));
    assert_eq!(check(account(true, Some(&hash)), "wrong password"), (Err(Refused::Wrong), 1));
    assert_eq!(check(account(false, Some(&hash)), &long), (Err(Refused::Wrong), 0));
    assert_eq!(check(None, &long), (Err(Refused::Wrong), 0));
    assert_eq!(check(account(false, Some(&hash)), ""), (Err(Refused::Wrong), 1));
}

/// A code is held against the account's code alone, a password against its password alone: one hash either way.
#[test]
fn a_code_lets_a_password_be_chosen_and_nothing_more() {
    let mut entropy = Seeded::new(3);
    let door = Door::new(Counted(Argon2id::CHEAPEST, Cell::new(0)), &mut entropy).unwrap();
    let person = PersonId::random(&mut entropy).unwrap();
    let [code, other] = [1, 2].map(|seed| SignInCode::random(&mut Seeded::new(seed)).unwrap());
    let hash = |text: &str| Some(door.hasher().hash(text, &mut Seeded::new(4)).unwrap());
    let with_code = |locked, issued: bool| {
        let code = issued.then(|| hash(code.text())).flatten();
        Account { person, locked, hash: hash(RIGHT), code, after: None }
    };
    let check = |account: &Account, typed: &str| {
        door.hasher().1.set(0);
        (door.verify(Some(account), typed), door.hasher().1.get())
    };
    let issued = with_code(false, true);
    assert_eq!(check(&issued, code.text()), (Err(Refused::Choose), 1));
    assert_eq!(check(&issued, &code.text().to_lowercase()), (Err(Refused::Choose), 1));
    assert_eq!(check(&issued, other.text()), (Err(Refused::Wrong), 1));
    assert_eq!(
        check(&issued, RIGHT),
        (Ok(Welcome { person, outdated: false, after: None }), 1),
        "the password still serves"
    );
    assert_eq!(check(&with_code(false, false), code.text()), (Err(Refused::Wrong), 1), "none was issued");
    assert_eq!(check(&with_code(true, true), code.text()), (Err(Refused::Locked), 1));
    assert_eq!(access::password::check(code.text(), &[]), Err(Weak::Code), "no password has its form");
}

#[test]
fn a_try_goes_through_its_three_steps() {
    let mut entropy = Seeded::new(2);
    let door = Door::new(Argon2id::CHEAPEST, &mut entropy).unwrap();
    let person = PersonId::random(&mut entropy).unwrap();
    let hash = door.hasher().hash(RIGHT, &mut entropy).unwrap();
    let mut directory = Directory::new(DirectoryKey::new([1; 32]));
    let stamp = Stamp { id: "e".into(), time: Time::ZERO, actor: None };
    let set = registry::name_set(stamp, person, &SignInName::parse("zhang").unwrap());
    let seal = |subject: &ObjectRef, _: &Value| {
        let digest = Digest::of(b"zhang");
        Ok::<_, ()>(Value::Sealed(SealedRef { subject: subject.clone(), digest }))
    };
    let known = Person::fold(person, &[set.seal(seal).unwrap()]);
    directory.update(&known, |_| Ok::<_, ()>(Some("zhang".into()))).unwrap();
    let mut throttle = Throttle::default();
    let address: IpAddr = "203.0.113.7".parse().unwrap();
    let mut attempt = |name: &str, password: &str, now: i64| {
        let tried = sign_in::begin(&mut throttle, &directory, name, address, now)?;
        let account = tried.person.map(|person| Account {
            person,
            locked: false,
            hash: Some(hash.clone()),
            code: None,
            after: None,
        });
        let result = door.verify(account.as_ref(), password);
        sign_in::finish(&mut throttle, tried, &result);
        result.map(|welcome| welcome.person)
    };
    for round in 0..3 {
        for _ in 0..4 {
            assert_eq!(attempt("zhang", "wrong password", round), Err(Refused::Wrong));
        }
        assert_eq!(attempt(" ZHANG", RIGHT, round), Ok(person), "a right password starts afresh");
    }
    for name in ["zhang", "nobody"] {
        let told: Vec<_> = (0..7).map(|_| attempt(name, "wrong password", 10)).collect();
        let mut wanted = vec![Err(Refused::Wrong); 5];
        wanted.extend([Err(Refused::Wait { seconds: 2 }); 2]);
        assert_eq!(told, wanted, "{name}: waits tell nothing of who exists");
    }
}

#[test]
fn hashes_are_argon2id_at_the_cost_asked_for() {
    let hash = Argon2id::OWASP.hash(RIGHT, &mut Seeded::new(3)).unwrap();
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.as_str());
    assert!(Argon2id::CHEAPEST.verify(RIGHT, &hash), "hashes of another cost still count");
    assert!(Argon2id::CHEAPEST.is_outdated(&hash) && !Argon2id::OWASP.is_outdated(&hash));
    assert!(!Argon2id::OWASP.verify("南湖边的第三棵柳树上", &hash));
    for broken in ["", "$argon2id$", "plain", &hash.as_str()[..60]] {
        assert!(!Argon2id::OWASP.verify(RIGHT, &Hash::kept(broken)), "{broken}");
    }
    // RFC 9106, 5.3, has a secret and associated data; this is the test vector of the reference implementation.
    let reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assert!(Argon2id::OWASP.verify("password", &Hash::kept(reference)));
}

#[test]
fn passwords_are_long_and_not_obvious() {
    let check = |password: &str| match password::check(password, &["zhangsan", "13812345678", "李"]) {
        Ok(()) => format!("{password}: good\n"),
        Err(weak) => format!("{}: {weak}\n", password.chars().take(24).collect::<String>()),
    };
    let all = [
        RIGHT,
        "correct horse battery staple",
        "李家的猫会开冰箱门",
        "李家的猫会开冰箱的门",
        "short",
        "九个字的句子不够长",
        "password123",
        "PassWord-123",
        "床前明月光，疑是地上霜",
        "aaaaaaaaaaaa",
        "abcdefghijkl",
        "9876543210",
        "12345678900",
        "abcabcabcabc",
        "哈哈哈哈哈哈哈哈哈哈哈",
        "woaini520!!",
        "zhangsan-2026",
        "my13812345678",
        &"长".repeat(400),
    ];
    insta::assert_snapshot!(all.map(check).concat());
}

/// Tries as soon as it may, always wrong: how long it had to wait before each try.
fn waits(pace: Pace, tries: u32) -> String {
    let mut throttle = Throttle::new(pace, Pace { free: 1_000_000, ..pace }, 100);
    let name = DirectoryKey::new([0; 32]).of("zhang");
    let origin = Origin::from("203.0.113.7".parse::<IpAddr>().unwrap());
    let mut now = 1_000;
    let mut waited = |_| {
        let start = now;
        while let Err(Wait(seconds)) = throttle.admit(name, origin, now) {
            now += seconds;
        }
        now - start
    };
    let all: Vec<i64> = (0..tries).map(&mut waited).collect();
    let runs = all.chunk_by(|a, b| a == b).map(|run| format!("{:2} × after {:3} s\n", run.len(), run[0]));
    runs.collect()
}

#[test]
fn failures_slow_down_what_follows() {
    insta::assert_snapshot!(format!(
        "name\n{}\naddress\n{}",
        waits(Pace::NAME, 18),
        waits(Pace::ADDRESS, 60)
    ));
}

#[test]
fn origins_are_addresses_or_networks() {
    let same = |a: &str, b: &str| {
        Origin::from(a.parse::<IpAddr>().unwrap()) == Origin::from(b.parse::<IpAddr>().unwrap())
    };
    assert!(same("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"));
    assert!(!same("2001:db8:1:2::1", "2001:db8:1:3::1"));
    assert!(same("::ffff:203.0.113.7", "203.0.113.7"));
    assert!(!same("203.0.113.7", "203.0.113.8"));
}

#[test]
fn one_right_password_does_not_pay_for_guesses_at_others() {
    let mut throttle = Throttle::new(Pace::NAME, Pace { free: 10, ..Pace::ADDRESS }, 100);
    let key = DirectoryKey::new([0; 32]);
    let origin = Origin::from("203.0.113.7".parse::<IpAddr>().unwrap());
    let guess = |throttle: &mut Throttle, name: &str| throttle.admit(key.of(name), origin, 5).is_ok();
    let mut guessed = 0;
    for other in 0..100 {
        guessed += u32::from(guess(&mut throttle, &format!("victim{other}")));
        if guess(&mut throttle, "own") {
            throttle.succeeded(key.of("own"), origin);
        }
    }
    assert_eq!(guessed, 10);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever guesses, at whatever times and among whatever other names, has no more than a few guesses a day.
    #[test]
    fn guesses_are_few(gaps in prop::collection::vec((0i64..4_000, 0u32..200), 1..2_000)) {
        let mut throttle = Throttle::new(Pace::NAME, Pace { free: u32::MAX, ..Pace::ADDRESS }, 32);
        let key = DirectoryKey::new([0; 32]);
        let origin = Origin::from("203.0.113.7".parse::<IpAddr>().unwrap());
        let (mut now, mut passed) = (0, Vec::new());
        for (gap, other) in gaps {
            now += gap;
            let _ = throttle.admit(key.of(&format!("other{other}")), origin, now);
            if throttle.admit(key.of("victim"), origin, now).is_ok() {
                passed.push(now);
            }
        }
        let free = passed.iter().filter(|time| **time < passed[0] + 86_400).count();
        prop_assert!(free <= 5 + 9 + 96, "{free} guesses in the first day");
    }

    #[test]
    fn a_wait_is_never_longer_than_the_longest(times in prop::collection::vec(-100_000i64..100_000, 1..60)) {
        let mut throttle = Throttle::default();
        let name = DirectoryKey::new([0; 32]).of("zhang");
        let origin = Origin::from("203.0.113.7".parse::<IpAddr>().unwrap());
        for now in times {
            if let Err(Wait(seconds)) = throttle.admit(name, origin, now) {
                prop_assert!((1..=Pace::NAME.longest).contains(&seconds));
            }
        }
    }
}
