//! Cut plans: what is found holds by a check that knows nothing of the search, and is no worse than what trying everything finds.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use garment::chance::Chance;
use garment::cut::bound::{bound, raised};
use garment::cut::check::check;
use garment::cut::plan::{NoPlan, plan};
use garment::cut::{Colour, Lay, Order, Plan, Spread, read, sample};
use proptest::collection::vec;
use proptest::prelude::*;

/// A clock that gives so many looks.
fn looks(mut left: u32) -> impl FnMut() -> bool {
    move || {
        left = left.saturating_sub(1);
        left > 0
    }
}

fn small(chance: &mut Chance) -> Order {
    let overcut = ["", "overcut = 10\n"][chance.below(2) as usize];
    let mut text = format!(
        "width = 1.5\nends = 0.05\ntable = 6\nplies = {}\ngarments = {}\nlay = 1.5\n{overcut}\
         [[utilisation]]\ngarments = 1\npercent = 75\n[[utilisation]]\ngarments = 3\npercent = 84\n",
        2 + chance.below(4),
        2 + chance.below(2),
    );
    let sizes = 1 + chance.below(2);
    for size in 0..sizes {
        text += &format!("[[size]]\nid = \"{size}\"\narea = {}\n", 1.0 + size as f64 / 10.0);
    }
    for colour in 0..1 + chance.below(2) {
        let wanted: Vec<String> =
            (0..sizes).map(|size| format!("{size} = {}", 1 + chance.below(4))).collect();
        text += &format!("[[colour]]\nid = \"c{colour}\"\nwanted = {{ {} }}\n", wanted.join(", "));
    }
    read::order(&text).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"))
}

/// The least that any plan costs, by trying every lay on what is left: no bound, no order of steps, only the amounts that
/// are known.
fn least(order: &Order, rest: &[Vec<i64>], known: &mut std::collections::HashMap<Vec<Vec<i64>>, i64>) -> i64 {
    let cut = |colour: usize, size: usize| i64::from(order.colours[colour].least[size]) - rest[colour][size];
    let colours = order.colours.len();
    if (0..colours).all(|c| rest[c].iter().all(|left| *left <= 0)) {
        return 0;
    }
    if let Some(cost) = known.get(rest) {
        return *cost;
    }
    let mut best = i64::MAX / 4;
    let all = |count: usize, most: u32| -> Vec<Vec<u32>> {
        (0..count).fold(vec![vec![]], |sets: Vec<Vec<u32>>, _| {
            let longer = |set: &Vec<u32>| {
                (0..=most).map(|next| [set.clone(), vec![next]].concat()).collect::<Vec<_>>()
            };
            sets.iter().flat_map(longer).collect()
        })
    };
    for ratio in all(order.sizes.len(), order.garments) {
        let Some((length, _)) = order.marker(&ratio) else { continue };
        for plies in all(colours, order.plies) {
            let total: u32 = plies.iter().sum();
            let new = |c: usize, s: usize| i64::from(plies[c] * ratio[s]);
            let fits = (0..colours).all(|c| {
                (0..ratio.len()).all(|s| cut(c, s) + new(c, s) <= i64::from(order.colours[c].most[s]))
            });
            let useful = (0..colours).any(|c| (0..ratio.len()).any(|s| new(c, s) > 0 && rest[c][s] > 0));
            if total == 0 || total > order.plies || !fits || !useful {
                continue;
            }
            let left: Vec<Vec<i64>> =
                (0..colours).map(|c| (0..ratio.len()).map(|s| rest[c][s] - new(c, s)).collect()).collect();
            let cost = (length + order.ends) * i64::from(total) + order.lay;
            best = best.min(cost + least(order, &left, known));
        }
    }
    known.insert(rest.to_vec(), best);
    best
}

#[test]
fn small_orders_are_cut_as_well_as_can_be() {
    let mut chance = Chance::new(5);
    let mut worse = 0;
    for _ in 0..40 {
        let order = small(&mut chance);
        let answer = plan(&order, 1, &mut looks(60)).unwrap_or_else(|error| panic!("{error}: {order:?}"));
        let found = check(&order, &answer.plan);
        assert_eq!((found.faults.len(), found.uncovered.len()), (0, 0), "{found:?} {order:?}");
        let rest: Vec<Vec<i64>> = order
            .colours
            .iter()
            .map(|colour| colour.least.iter().map(|count| i64::from(*count)).collect())
            .collect();
        let (total, best) =
            (found.total(&order, &answer.plan), least(&order, &rest, &mut Default::default()));
        let lays_of_best = answer.bound.total(&order);
        assert!(lays_of_best <= best && best <= total, "{lays_of_best} {best} {total} {order:?}");
        worse += usize::from(best < total);
    }
    assert!(worse <= 2, "{worse} of 40 could be cut from less");
}

#[test]
fn plans_of_few_lays_prove_what_no_plan_falls_below() {
    let mut chance = Chance::new(8);
    let mut met = 0;
    for _ in 0..60 {
        let order = small(&mut chance);
        let rest = |colour: &Colour| colour.least.iter().map(|count| i64::from(*count)).collect();
        let rest: Vec<Vec<i64>> = order.colours.iter().map(rest).collect();
        let best = least(&order, &rest, &mut Default::default());
        let (plain, raised) = (bound(&order).total(&order), raised(&order, &mut looks(60)).total(&order));
        assert!(plain <= raised && raised <= best, "{plain} {raised} {best} {order:?}");
        met += usize::from(raised == best);
    }
    assert!(met >= 45, "only {met} of 60 bounds are what the best plan comes to");
}

#[test]
fn made_up_orders_are_cut_by_every_rule_and_the_same_by_the_same_seed() {
    for seed in 1..=4 {
        let order = read::order(&sample::order(seed)).unwrap_or_else(|faults| panic!("{seed}: {faults:?}"));
        // A tenth of each is quick, and as hard to cut exactly.
        let tenth = |counts: &Vec<u32>| counts.iter().map(|count| count.div_ceil(10)).collect::<Vec<u32>>();
        let colours = order.colours.iter().map(|colour| Colour {
            id: colour.id.clone(),
            least: tenth(&colour.least),
            most: tenth(&colour.least),
        });
        let order = Order { colours: colours.collect(), splice: (seed % 2 == 0).then_some(50), ..order };
        let answer = plan(&order, seed, &mut looks(3)).unwrap();
        assert_eq!(plan(&order, seed, &mut looks(3)).unwrap(), answer, "{seed}");
        let found = check(&order, &answer.plan);
        assert_eq!((&found.faults, &found.uncovered), (&vec![], &vec![]), "{seed}");
        assert!(
            answer.bound.cloth <= found.cloth && answer.bound.lays as usize <= answer.plan.lays.len(),
            "{seed}"
        );
        let used: i64 = answer
            .plan
            .spread
            .iter()
            .map(|spread| spread.roll)
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(|roll| order.rolls[roll].length)
            .sum();
        let back: i64 = found.remnants.iter().map(|(_, left)| left).sum();
        assert_eq!(used, found.cloth + found.lost + back, "{seed}: cloth does not vanish");
    }
}

/// An order of any size: few colours or many, long tables or short ones, with overcut or none.
fn any_order() -> impl Strategy<Value = Order> {
    let wanted = (1..5usize, 1..4usize).prop_flat_map(|(sizes, colours)| {
        vec(vec(0..90u32, sizes).prop_filter("none", |all| all.iter().any(|n| *n > 0)), colours)
    });
    (wanted, 1..30u32, 1..7u32, 0..8u32, 0..4i64, 2..9u32).prop_map(|(wanted, plies, garments, overcut, lay, table)| {
        let mut text = format!(
            "width = 1.5\nends = 0.05\ntable = {table}\nplies = {plies}\ngarments = {garments}\novercut = {overcut}\n\
             lay = {lay}\n[[utilisation]]\ngarments = 1\npercent = 75\n[[utilisation]]\ngarments = 4\npercent = 84\n"
        );
        for size in 0..wanted[0].len() {
            text += &format!("[[size]]\nid = \"{size}\"\narea = {}\n", 0.8 + size as f64 / 10.0);
        }
        for (colour, counts) in wanted.iter().enumerate() {
            let counts: Vec<String> = counts.iter().enumerate().map(|(size, n)| format!("{size} = {n}")).collect();
            text += &format!("[[colour]]\nid = \"c{colour}\"\nwanted = {{ {} }}\n", counts.join(", "));
        }
        read::order(&text).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_plan_of_any_order_holds_and_keeps_to_its_bound(order in any_order(), seed in 0..9u64) {
        let answer = plan(&order, seed, &mut looks(4)).unwrap();
        let found = check(&order, &answer.plan);
        prop_assert_eq!((&found.faults, &found.uncovered), (&Vec::new(), &Vec::new()));
        prop_assert!(answer.bound.total(&order) <= found.total(&order, &answer.plan));
        prop_assert!(answer.bound.cloth <= found.cloth && answer.bound.lays as usize <= answer.plan.lays.len());
    }
}

/// An order of these sizes and colours, the sizes alike.
fn plain(table: &str, plies: u32, garments: u32, wanted: &[Vec<u32>]) -> Order {
    let mut text = format!(
        "width = 1.5\nends = 0.04\ntable = {table}\nplies = {plies}\ngarments = {garments}\nlay = 2\n\
         [[utilisation]]\ngarments = 1\npercent = 78\n[[utilisation]]\ngarments = 8\npercent = 86\n"
    );
    for size in 0..wanted[0].len() {
        text += &format!("[[size]]\nid = \"s{size}\"\narea = {}\n", 1.0 + size as f64 / 20.0);
    }
    for (colour, counts) in wanted.iter().enumerate() {
        let counts: Vec<String> =
            counts.iter().enumerate().map(|(size, n)| format!("s{size} = {n}")).collect();
        text += &format!("[[colour]]\nid = \"c{colour}\"\nwanted = {{ {} }}\n", counts.join(", "));
    }
    read::order(&text).unwrap_or_else(|faults| panic!("{faults:?}\n{text}"))
}

#[test]
fn orders_far_from_the_usual_are_cut_near_what_is_proved() {
    let cases = [
        ("one garment", plain("10", 50, 6, &[vec![1]])),
        ("one size", plain("10", 50, 6, &[vec![731], vec![222]])),
        ("one ply", plain("10", 1, 6, &[vec![20, 31, 22], vec![7, 8, 9]])),
        ("a table for one garment", plain("1.0", 50, 6, &[vec![30, 40], vec![11, 12]])),
        ("twelve sizes", plain("12", 60, 8, &[(0..12).map(|size| 40 + 7 * size).collect()])),
        ("ten thousand garments", plain("10", 80, 8, &[vec![1500, 2100, 2600, 2000, 1200, 600]])),
        ("millions", plain("10", 80, 8, &[vec![900_000, 700_001, 800_007], vec![1_000_000, 3, 999_999]])),
    ];
    for (name, order) in cases {
        let answer = plan(&order, 1, &mut looks(20)).unwrap_or_else(|error| panic!("{name}: {error}"));
        let found = check(&order, &answer.plan);
        assert_eq!((&found.faults, &found.uncovered), (&vec![], &vec![]), "{name}");
        let (total, least) = (found.total(&order, &answer.plan), answer.bound.total(&order));
        assert!(least <= total && total * 100 <= least * 104, "{name}: {total} is far above {least}");
    }
}

/// Three of one size on a roll that is spliced once.
fn spliced() -> (Order, Plan) {
    let text = "width = 1.5\ntable = 4\nplies = 9\ngarments = 2\nsplice = 0.1\nremnant = 0.5\n[[size]]\nid = \"M\"\n\
        [[marker]]\nsizes = { M = 1 }\nlength = 1\n[[colour]]\nid = \"red\"\nwanted = { M = 3 }\n\
        [[roll]]\nid = \"a\"\ncolour = \"red\"\nlength = 1.5\n[[roll]]\nid = \"b\"\ncolour = \"red\"\nlength = 1.9\n";
    let spread = |roll, plies, parts: &[i64]| Spread { roll, lay: 0, plies, parts: parts.to_vec() };
    let lays = vec![Lay { ratio: vec![1], plies: vec![3] }];
    (read::order(text).unwrap(), Plan { lays, spread: vec![spread(0, 1, &[500]), spread(1, 1, &[600])] })
}

#[test]
fn the_check_sees_every_breach() {
    let (order, good) = spliced();
    let found = check(&order, &good);
    assert_eq!(
        (found.faults.len(), found.uncovered.len(), found.cloth, found.lost),
        (0, 0, 3000, 400),
        "{found:?}"
    );
    type Change = (&'static str, fn(&mut Order, &mut Plan));
    let changes: [Change; 11] = [
        ("too few", |_, plan| plan.lays[0].plies[0] = 2),
        ("too many plies", |order, _| order.plies = 2),
        ("unknown marker", |_, plan| plan.lays[0].ratio[0] = 2),
        ("short table", |order, _| order.table = 900),
        ("a roll gives more than it has", |order, _| order.rolls[0].length = 1400),
        ("a part too short", |_, plan| plan.spread[0].parts[0] = 400),
        ("a part that nothing ends", |_, plan| plan.spread[1].parts.clear()),
        ("a narrow roll", |order, _| order.rolls[1].width = 1400),
        ("no splices", |order, _| order.splice = None),
        ("no such roll", |_, plan| plan.spread[1].roll = 7),
        ("a ply short", |_, plan| plan.spread[1].plies = 0),
    ];
    let told: Vec<String> = changes
        .iter()
        .map(|(name, change)| {
            let (mut order, mut plan) = (order.clone(), good.clone());
            change(&mut order, &mut plan);
            let found = check(&order, &plan);
            format!("{name}:\n    {}\n    {:?}", found.faults.join("\n    "), found.uncovered)
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
    let answer = plan(&order, 1, &mut looks(50)).unwrap();
    assert_eq!(check(&order, &answer.plan), found, "what is found splices too");
}

#[test]
fn what_cannot_be_cut_is_told() {
    let (order, _) = spliced();
    let short = Order { rolls: vec![order.rolls[0].clone()], ..order.clone() };
    let why = plan(&short, 1, &mut looks(50)).unwrap_err();
    assert_eq!(why, NoPlan::Cloth { colour: "red".into(), needed: 3000, there: 1500, useless: false });
    let why = plan(&Order { table: 900, ..order.clone() }, 1, &mut looks(50)).unwrap_err();
    assert_eq!(why, NoPlan::Size("M".into()));
    let text = |length: &str| {
        format!(
            "width = 1.5\ntable = 4\nplies = 9\ngarments = 2\n[[size]]\nid = \"M\"\n[[marker]]\nsizes = {{ M = 1 }}\nlength = 1\n\
             [[marker]]\nsizes = {{ M = 2 }}\nlength = 1.9\n[[colour]]\nid = \"red\"\nwanted = {{ M = 2 }}\n\
             [[roll]]\nid = \"a\"\ncolour = \"red\"\nlength = {length}\n\
             [[roll]]\nid = \"b\"\ncolour = \"red\"\nlength = {length}\n"
        )
    };
    let why = plan(&read::order(&text("0.99")).unwrap(), 1, &mut looks(50)).unwrap_err();
    assert_eq!(why, NoPlan::Roll { size: "M".into(), longest: 990 });
    // A metre of each of four rolls, but no two plies: what is too short for any is no cloth.
    let scraps: String = ["c", "d", "e"]
        .map(|id| format!("[[roll]]\nid = \"{id}\"\ncolour = \"red\"\nlength = 0.9\n"))
        .concat();
    let scraps = format!("{}{scraps}", text("1.2").replacen("length = 1.2", "length = 0.8", 1));
    let why = plan(&read::order(&scraps).unwrap(), 1, &mut looks(50)).unwrap_err();
    assert!(matches!(why, NoPlan::Cloth { there: 1200, useless: true, .. }), "{why:?}");
    assert!(why.to_string().contains("shorter than any ply"), "{why}");
    let order_of_short_rolls = read::order(&text("1.2")).unwrap();
    let answer = plan(&order_of_short_rolls, 1, &mut looks(50)).unwrap();
    assert_eq!(
        answer.plan.lays,
        [Lay { ratio: vec![1], plies: vec![2] }],
        "no roll is as long as the cheaper marker"
    );
    // A roll longer than any: no more of it is thought about than is spread.
    let answer = plan(&read::order(&text("4294967296")).unwrap(), 1, &mut looks(50)).unwrap();
    assert_eq!(answer.plan.spread.iter().map(|spread| spread.plies).sum::<u32>(), 1);
    let doubles = Order { measured: [(vec![2], 1900)].into(), rolls: Vec::new(), ..order };
    assert_eq!(plan(&doubles, 1, &mut looks(50)).unwrap_err(), NoPlan::Found);
}

#[test]
fn every_mistake_of_an_order_is_told_at_once() {
    let text = "width = 0\ntable = 12\nplies = 0\novercut = 300\nends = 13\nheight = 3\n\n\
        [[size]]\nid = \"M\"\n\n[[size]]\nid = \"M\"\n\
        area = -1\n\n[[size]]\nid = \"L\"\n\n[[colour]]\nid = \"red\"\nwanted = { M = 3, XL = 4, L = \"many\" }\n\n\
        [[colour]]\nid = \"red\"\nwanted = { M = 1 }\n\n[[colour]]\nid = \"blue\"\nwanted = { M = 0 }\n\n\
        [[roll]]\nid = \"a\"\ncolour = \"green\"\nlength = 5\n\n[[utilisation]]\ngarments = 2\npercent = 140\n\n\
        [[marker]]\nsizes = 4\n";
    let told = |text: &str| {
        let faults = read::order(text).unwrap_err();
        faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told(text));
    insta::assert_snapshot!(told("width = 1.5\n"));
    // A marker that is shorter than its pieces; and what follows from a mistake is not told with it.
    let dense = "width = 1.5\ntable = 12\nplies = 9\ngarments = 2\n[[size]]\nid = \"M\"\narea = 1.1\n\
        [[marker]]\nsizes = { M = 2 }\nlength = 0.2\n[[colour]]\nid = \"red\"\nwanted = { M = -1 }\n\
        [[colour]]\nid = \"blue\"\nwanted = { M = 0 }\n";
    insta::assert_snapshot!(told(dense));
}
