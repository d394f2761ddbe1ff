//! Pay: a month reckoned by hand, ten thousand drawn by chance against a plain reckoning, and everything that can be wrong with a
//! contract or a scan.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::chance::Chance;
use garment::day::Day;
use garment::pay::calendar::{Calendar, Time};
use garment::pay::contract::{Adjustment, Amount, Collective, Contract, Lot, Operation, Person};
use garment::pay::ledger::Account;
use garment::pay::left::Left;
use garment::pay::money::{Fen, divided, rounded};
use garment::pay::reckon::{Month, reckon};
use garment::pay::sample::{self, Wanted};
use garment::pay::scans::{Kind, Scans};
use garment::pay::stamp::Stamp;
use garment::pay::ticket::{NoTicket, Ticket};
use garment::workdays::Workdays;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const CONTRACT: &str = r#"
month = 2026-10-01
minimum_wage = 22
dividend_percent = 40
[calendar]
shift_from = 480
shift_to = 1080
holidays = [2026-10-01, 2026-10-02, 2026-10-03]
rest = [2026-10-05, 2026-10-06, 2026-10-07]
work = [2026-10-10]
[[grade]]
id = "A"
factor = 1.05
[[style]]
id = "shirt"
[[style.operation]]
code = 2
name = "合肩"
rate = 0.0333
[[style.operation]]
code = 1
name = "装领"
rate = 0.2
[[lot]]
style = "shirt"
first = 1
last = 40
pieces = 25
[[person]]
id = "p1"
name = "甲"
grade = "A"
[[person]]
id = "p2"
name = "乙"
absent = 7
[[adjustment]]
person = "p1"
name = "社保"
amount = -3.5
[[adjustment]]
person = "p2"
name = "餐补"
amount = 10
[[revenue]]
name = "sales"
amount = 1000
[[collective]]
id = "c1"
name = "东村"
rent = 100
shares = 1
[[collective]]
id = "c2"
name = "西村"
shares = 2
"#;

fn code(bundle: u32, operation: u8) -> String {
    Ticket { bundle, operation }.to_string()
}

fn scans(contract: &Contract, rows: &[&str]) -> Scans {
    let mut text = "scan,time,ticket,person,pieces,corrects\n".to_owned();
    rows.iter().for_each(|row| writeln!(text, "{row}").unwrap());
    Scans::read(text.as_bytes(), contract, &[]).unwrap()
}

#[test]
fn a_month_is_reckoned_as_by_hand() {
    let contract = Contract::read(CONTRACT).unwrap();
    // 18 days are workdays: 22 from Monday to Friday without the five off, and the 10th.
    assert_eq!(contract.attendance(&contract.people[1]), (18, 11));
    let scans = scans(
        &contract,
        &[
            &format!("a,2026-10-08T09:00:00,{},p1,,", code(1, 1)),
            &format!("b,2026-10-08T19:00,{},p1,,", code(1, 2)),
            &format!("c,2026-10-11 09:00:00,{},p1,10,", code(2, 2)),
            &format!("d,2026-10-01T09:00:00,{},p1,15,", code(2, 2)),
            &format!("e,2026-10-10T09:00:00,{},p2,,", code(3, 1)),
        ],
    );
    assert!(scans.told.is_empty(), "{:?}", scans.told);
    let month = reckon(&contract, &scans);
    let first = &month.slips[0];
    // 25 × 0.2 × 1.05 = 5.25; 25 × 0.0333 × 1.05 × 1.5 = 1.31119; × 2 of 10 = 0.6993; × 3 of 15 = 1.57343.
    let lines: Vec<(usize, Time, u64, i64)> =
        first.lines.iter().map(|line| (line.operation, line.time, line.pieces, line.amount.0)).collect();
    assert_eq!(
        lines,
        [
            (0, Time::Regular, 25, 525),
            (1, Time::Extended, 25, 131),
            (1, Time::Rest, 10, 70),
            (1, Time::Holiday, 15, 157)
        ]
    );
    assert_eq!((first.top_up, first.net), (Fen(2200 - 525), Fen(525 + 131 + 70 + 157 + 1675 - 350)));
    assert_eq!(
        first.lines[2].scans.iter().map(|at| scans.id(&scans.paid[*at as usize])).collect::<Vec<_>>(),
        ["c"]
    );
    // 22 × 11 ÷ 18 = 13.444, a started fen whole; 25 × 0.2 = 5.
    assert_eq!((month.slips[1].top_up, month.slips[1].net), (Fen(1345 - 500), Fen(2345)));
    // Costs: 883 + 1675 + 500 + 845 + 1000 of wages, 10000 of rent.
    let profit = 100_000 - (883 + 1675 + 500 + 845 + 1000) - 10_000;
    assert_eq!((month.shares.profit, month.shares.pool), (Fen(profit), Fen(profit * 40 / 100)));
    let due: Vec<(i64, i64)> = month.shares.due.iter().map(|due| (due.rent.0.0, due.dividend.0.0)).collect();
    let pool = profit * 40 / 100;
    assert_eq!(due, [(10_000, pool / 3), (0, pool - pool / 3)]);
    assert_eq!(month.ledger.balance(&Account::Withheld("社保".into())), Fen(-350));
    check(&contract, &scans, &month);
}

/// What holds of every month.
fn check(contract: &Contract, scans: &Scans, month: &Month) {
    assert_eq!(month.ledger.residual(), Fen(0));
    assert!(
        month
            .ledger
            .entries
            .iter()
            .all(|entry| entry.lines.iter().map(|line| line.amount.0).sum::<i64>() == 0)
    );
    let mut named: Vec<u32> = Vec::new();
    for (slip, person) in month.slips.iter().zip(&contract.people) {
        let mut exact = 0u128;
        for line in &slip.lines {
            let of_line = line.scans.iter().map(|at| {
                let scan = &scans.paid[*at as usize];
                let rate = &contract.operations[scan.operation as usize];
                assert_eq!(
                    (scan.operation as usize, contract.calendar.time(scan.at)),
                    (line.operation, line.time)
                );
                assert_eq!(contract.people[scan.person as usize].id, person.id);
                u128::from(scan.pieces)
                    * u128::from(rate.rate)
                    * u128::from(person.factor)
                    * u128::from(line.time.percent())
            });
            let of_line: u128 = of_line.sum();
            let near = line.amount.0 as i128 * 100_000_000 - of_line as i128;
            assert!(near.abs() < 100_000_000, "a line is off by more than a fen");
            exact += of_line;
            named.extend(&line.scans);
        }
        let sum: i64 = slip.lines.iter().map(|line| line.amount.0).sum();
        assert_eq!(sum as u128, (exact + 50_000_000) / 100_000_000);
        let added: i64 = slip.adjustments.iter().map(|at| contract.adjustments[*at].amount.0).sum();
        assert_eq!(slip.net.0, sum + slip.top_up.0 + added);
        assert_eq!(month.ledger.balance(&Account::Person(person.id.clone())), -slip.net);
    }
    named.sort_unstable();
    assert!(named.iter().copied().eq(0..scans.paid.len() as u32), "each paid scan is named once");
    let given: i64 = month.shares.due.iter().map(|due| due.dividend.0.0).sum();
    assert_eq!(given, month.shares.pool.0);
    let made: i64 = month
        .shares
        .made_of
        .iter()
        .map(|number| {
            let lines = &month.ledger.entries[*number as usize - 1].lines;
            -lines.iter().filter(|line| line.account.makes_profit()).map(|line| line.amount.0).sum::<i64>()
        })
        .sum();
    assert_eq!(made, month.shares.profit.0);
    let shares: u128 = contract.collectives.iter().map(|one| u128::from(one.shares)).sum();
    for (due, collective) in month.shares.due.iter().zip(&contract.collectives) {
        let exact = month.shares.pool.0 as i128 * i128::from(collective.shares);
        assert!(shares == 0 || (due.dividend.0.0 as i128 * shares as i128 - exact).abs() < shares as i128);
        let owed = -month.ledger.balance(&Account::Collective(collective.id.clone()));
        assert_eq!(owed, due.rent.0 + due.dividend.0);
    }
}

#[test]
fn nothing_is_left_over_in_ten_thousand_contracts() {
    let mut chance = Chance::new(5);
    let (mut losses, mut topped) = (0, 0);
    for _ in 0..10_000 {
        let contract = drawn(&mut chance);
        let mut rows = Vec::new();
        for scan in 0..chance.below(30) {
            let ticket = code(1 + chance.below(9) as u32, 1 + chance.below(4) as u8);
            let (day, hour) = (1 + chance.below(31), chance.below(24));
            let person = chance.below(contract.people.len() as u64);
            let pieces = 1 + chance.below(9);
            rows.push(format!("{scan},2026-10-{day:02}T{hour:02}:00:00,{ticket},p{person},{pieces},"));
        }
        let scans = scans(&contract, &rows.iter().map(String::as_str).collect::<Vec<_>>());
        let month = reckon(&contract, &scans);
        check(&contract, &scans, &month);
        losses += usize::from(month.shares.profit < Fen(0));
        topped += usize::from(month.slips.iter().any(|slip| slip.top_up > Fen(0)));
    }
    assert!(losses > 500 && topped > 500, "{losses} {topped}");
}

fn drawn(chance: &mut Chance) -> Contract {
    let operations: Vec<Operation> = (1..=1 + chance.below(4) as u8)
        .map(|code| Operation { style: "s".into(), code, name: "x".into(), rate: chance.below(9_999) as u32 })
        .collect();
    let lot = Lot {
        style: "s".into(),
        size: None,
        colour: None,
        first: 1,
        last: 9,
        pieces: 20,
        operations: (0, operations.len()),
        ticket: 0,
    };
    let people = 1 + chance.below(4);
    let person = |at: u64, chance: &mut Chance| Person {
        id: format!("p{at}"),
        name: "x".into(),
        factor: 9_000 + chance.below(3_000) as u32,
        grade: String::new(),
        absent: chance.below(25) as u32,
        from: None,
        until: None,
    };
    let amount = |chance: &mut Chance, most| Fen(chance.below(most) as i64);
    let adjustment = |chance: &mut Chance| Adjustment {
        person: chance.below(people) as usize,
        name: "y".into(),
        amount: Fen(chance.below(9_999) as i64 - 5_000),
    };
    let collective = |at: u64, chance: &mut Chance| Collective {
        id: format!("c{at}"),
        name: "z".into(),
        township: String::new(),
        rent: Fen(chance.below(5_000) as i64),
        shares: chance.below(8) as u32,
    };
    Contract {
        month: (Day::new(2026, 10, 1).unwrap(), Day::new(2026, 11, 1).unwrap()),
        minimum: amount(chance, 20_000),
        calendar: Calendar {
            shift: (480, 1080),
            days: Workdays { holidays: [Day::new(2026, 10, 1).unwrap()].into(), ..Workdays::default() },
        },
        lots: vec![lot],
        people: (0..people).map(|at| person(at, chance)).collect(),
        adjustments: (0..chance.below(3)).map(|_| adjustment(chance)).collect(),
        revenues: vec![Amount { name: "r".into(), amount: amount(chance, 200_000) }],
        costs: vec![Amount { name: "k".into(), amount: amount(chance, 50_000) }],
        collectives: (0..chance.below(50)).map(|at| collective(at, chance)).collect(),
        dividend: chance.below(10_001) as u32,
        operations,
    }
}

#[test]
fn what_does_not_fit_is_told_and_nothing_is_dropped() {
    let contract = Contract::read(CONTRACT).unwrap();
    let (one, two, three) = (code(1, 1), code(2, 1), code(3, 2));
    let rows = [
        format!("a,2026-10-08T09:00:00,{one},p1,20,"),
        format!("b,2026-10-08T09:05:00,{one},p2,5,"),
        format!("c,2026-10-08T09:10:00,{one},p2,5,"),
        format!("a,2026-10-08T09:00:00,{one},p1,20,"),
        format!("a,2026-10-08T09:00:00,{one},p1,19,"),
        format!("d,2026-10-08T10:00:00,{two},p1,,"),
        format!("e,2026-10-09T10:00:00,{two},p2,10,d"),
        format!("f,2026-10-09T11:00:00,{two},p2,12,e"),
        format!("g,2026-10-09T11:00:00,{two},p1,14,"),
        format!("h,2026-10-09T12:00:00,{three},p1,,nothing"),
        format!("i,2026-11-01T00:00:00,{three},p1,,"),
        format!("j,2026-09-30T23:59:59,{three},p1,,"),
        format!("k,2026-10-09T12:00:00,{three},p9,,"),
        format!("l,2026-10-09T12:00:00,{},p1,,", code(41, 1)),
        format!("m,2026-10-09T12:00:00,{},p1,,", code(4, 3)),
        "n,2026-10-09T12:00:00,000004-01-11,p1,,".to_owned(),
        "o,2026-10-09T12:00:00,000004,p1,,".to_owned(),
        format!("p,2026-02-30T12:00:00,{},p1,,", code(4, 1)),
        format!("q,2026-10-09T12:00:00,{},p1,0,", code(4, 1)),
        format!("r,2026-10-09T12:00:00,{},p1,many,", code(4, 1)),
        "s,2026-10-09".to_owned(),
        format!("t,2026-10-09T12:00:00,{},p1,,", code(5, 1)),
        format!("u,2026-10-10T12:00:00,{},p1,0,t", code(5, 1)),
        format!("v,2026-10-10T12:00:00,{},p1,,w", code(6, 1)),
        format!("w,2026-10-10T12:00:00,{},p1,,v", code(6, 1)),
    ];
    let scans = scans(&contract, &rows.iter().map(String::as_str).collect::<Vec<_>>());
    let told: Vec<String> =
        scans.told.iter().map(|told| format!("{} {}: {}", told.line, told.kind.word(), told.what)).collect();
    insta::assert_snapshot!(told.join("\n"));
    let paid: Vec<String> = scans
        .paid
        .iter()
        .map(|scan| {
            format!(
                "{} {} {} {}",
                scans.id(scan),
                scan.at,
                contract.people[scan.person as usize].id,
                scan.pieces
            )
        })
        .collect();
    assert_eq!(
        paid,
        [
            "j 2026-09-30T23:59:59 p1 25",
            "a 2026-10-08T09:00:00 p1 20",
            "b 2026-10-08T09:05:00 p2 5",
            "f 2026-10-08T10:00:00 p2 12",
        ]
    );
    // Each row is paid, told, corrects another, or was taken back.
    let told = scans.told.iter().filter(|told| told.kind != Kind::Late).count();
    assert_eq!((scans.rows, scans.paid.len(), told, scans.corrected), (25, 4, 17, 3));
    let before = [(Ticket { bundle: 1, operation: 1 }, 10)];
    let text = format!("scan,time,ticket,person,pieces,corrects\na,2026-10-08T09:00:00,{one},p1,20,\n");
    let scans = Scans::read(text.as_bytes(), &contract, &before).unwrap();
    assert_eq!((scans.paid.len(), scans.told.len()), (0, 1));
    assert!(Scans::read("a,b\n".as_bytes(), &contract, &[]).is_err());
}

#[test]
fn work_outside_of_someones_days_is_paid_and_told() {
    let days = "name = \"乙\"\nfrom = 2026-10-12\nuntil = 2026-10-20";
    let contract = Contract::read(&CONTRACT.replace("name = \"乙\"", days)).unwrap();
    let rows: Vec<String> = (1..)
        .zip(["2026-10-11", "2026-10-12", "2026-10-20", "2026-10-21", "2026-09-30"])
        .flat_map(|(bundle, day)| {
            ["p1", "p2"].map(|who| format!("{who}{bundle},{day}T09:00:00,{},{who},5,", code(bundle, 1)))
        })
        .collect();
    let scans = scans(&contract, &rows.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(scans.paid.len(), rows.len());
    let told: Vec<String> =
        scans.told.iter().map(|told| format!("{} {}: {}", told.line, told.kind.word(), told.what)).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_nobody_scanned_is_left() {
    let contract = Contract::read(CONTRACT).unwrap();
    let rows = [
        format!("a,2026-10-08T09:00:00,{},p1,20,", code(2, 1)),
        format!("b,2026-10-08T09:00:00,{},p1,,", code(4, 1)),
        format!("c,2026-10-08T09:00:00,{},p1,,", code(4, 2)),
        format!("d,2026-10-08T09:00:00,{},p1,,", code(40, 2)),
        format!("e,2026-10-08T09:00:00,{},p1,,", code(7, 2)),
        format!("f,2026-10-09T09:00:00,{},p1,0,e", code(7, 2)),
    ];
    let scans = scans(&contract, &rows.iter().map(String::as_str).collect::<Vec<_>>());
    let ticket = |bundle, operation, pieces| (Ticket { bundle, operation }, pieces);
    assert_eq!(
        Left::of(&contract, &scans),
        Left {
            tickets: vec![ticket(2, 1, 5), ticket(2, 2, 25), ticket(40, 1, 25)],
            bundles: vec![(1, 1), (3, 3), (5, 39)],
        }
    );
}

#[test]
fn every_mistake_of_a_contract_is_told_at_once() {
    let broken = CONTRACT
        .replace("month = 2026-10-01", "month = 2026-10-02")
        .replace("minimum_wage = 22", "minimum_wage = \"22\"")
        .replace("dividend_percent = 40", "dividend_percent = 140\ndividends = 3")
        .replace("shift_to = 1080", "shift_to = 400")
        .replace("work = [2026-10-10]", "work = [2026-10-12, 2026-10-03]")
        .replace("factor = 1.05", "factor = 1.050001")
        .replace("code = 2", "code = 1")
        .replace("first = 1\n", "first = 50\n")
        .replace("grade = \"A\"\n", "grade = \"B\"\n")
        .replace("absent = 7", "absent = 32\nfrom = 2026-09-01")
        .replace("person = \"p2\"", "person = \"p3\"")
        .replace("id = \"c2\"\nname = \"西村\"", "id = \"c1\"")
        .replace("[[revenue]]\nname = \"sales\"", "[[revenue]]\nname = \"\"");
    let told = |text: &str| -> String {
        let problems = Contract::read(text).unwrap_err();
        problems.iter().map(|problem| format!("{problem}\n")).collect()
    };
    insta::assert_snapshot!(told(&broken));
    let overlapping = format!(
        "{CONTRACT}[[lot]]\nstyle = \"shirt\"\nfirst = 40\nlast = 50\npieces = 1\n[[lot]]\nstyle = \"coat\"\nfirst = 60\nlast = 61\npieces = 1\n"
    );
    insta::assert_snapshot!(told(&format!("{overlapping}[[lot]]\n")));
    // What is no TOML is told alone: what its tables hold is not what was meant.
    assert_eq!(Contract::read(&format!("{overlapping}[[lot]\n")).unwrap_err().len(), 1);
    insta::assert_snapshot!(told(""));
    let gone = CONTRACT.replace("absent = 7", "from = 2026-10-20\nuntil = 2026-10-19");
    insta::assert_snapshot!(told(&gone));
}

#[test]
fn amounts_are_divided_without_a_rest() {
    let fen = |all: Vec<Fen>| all.into_iter().map(|fen| fen.0).collect::<Vec<_>>();
    assert_eq!(fen(divided(Fen(100), &[1, 1, 1])), [34, 33, 33]);
    assert_eq!(fen(divided(Fen(-100), &[1, 1, 4])), [-17, -17, -66]);
    assert_eq!(fen(divided(Fen(5), &[0, 0])), [0, 0]);
    assert_eq!(fen(divided(Fen(i64::MAX), &[u64::MAX, 1])).iter().sum::<i64>(), i64::MAX);
    assert_eq!(fen(rounded(&[49, 49, 2], 100)), [1, 0, 0]);
    assert_eq!(fen(rounded(&[150, 99], 100)), [1, 1]);
    assert_eq!((Fen(-5).to_string(), Fen(123_456).to_string()), ("-0.05".to_owned(), "1234.56".to_owned()));
}

#[test]
fn mistyped_tickets_are_found() {
    for bundle in (0..3_000).chain([123_456, 99_999_999]) {
        let ticket = Ticket { bundle, operation: (bundle % 99 + 1) as u8 };
        let text = ticket.to_string();
        assert_eq!(Ticket::read(text.as_bytes()), Ok(ticket));
        let digits: Vec<usize> =
            text.bytes().enumerate().filter(|(_, byte)| *byte != b'-').map(|(at, _)| at).collect();
        for at in digits {
            let mut wrong = text.clone().into_bytes();
            wrong[at] = if wrong[at] == b'9' { b'0' } else { wrong[at] + 1 };
            assert_eq!(Ticket::read(&wrong), Err(NoTicket::Check), "{text}");
        }
    }
    for text in ["", "1-1-1", "000001-1-11", "000001-01-97-1", "00000101", "000001-01-9７", "999999999-01-11"]
    {
        assert_eq!(Ticket::read(text.as_bytes()), Err(NoTicket::Form), "{text}");
    }
    for text in ["2026-10-05T24:00:00", "2026-10-05", "2026-10-05T10:00:0", "2026-1-05T10:00:00", "２０２６"]
    {
        assert_eq!(Stamp::read(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_sample_month_is_one() {
    let wanted = Wanted { people: 40, scans: 30_000, collectives: 45, seed: 1 };
    let contract = Contract::read(&sample::contract(wanted)).unwrap();
    let mut text = Vec::new();
    sample::scans(wanted, &mut text).unwrap();
    let scans = Scans::read(text.as_slice(), &contract, &[]).unwrap();
    check(&contract, &scans, &reckon(&contract, &scans));
    let kinds: BTreeSet<Kind> = scans.told.iter().map(|told| told.kind).collect();
    assert!(kinds.len() >= 4 && scans.corrected > 0, "{kinds:?}");
    let mut again = Vec::new();
    sample::scans(wanted, &mut again).unwrap();
    assert!(text == again, "the same seed makes the same month");
}
