//! Which points of a control chart say that something has changed: the rules of Western Electric (Statistical Quality Control
//! Handbook, 1956) and of Nelson (Journal of Quality Technology 16(4), 1984).

/// Which rules are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// The four of Western Electric.
    WesternElectric,
    /// The eight of Nelson.
    Nelson,
    /// Points beyond the limits alone.
    Limits,
    /// None.
    None,
}

/// A rule that some points break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Break {
    /// The last of the points, from 0: the one at which it shows.
    pub at: usize,
    /// How many points are part of it, that one included.
    pub over: usize,
    /// What they do.
    pub rule: Rule,
}

/// A pattern that chance alone makes seldom. Distances are in standard deviations from the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A point beyond three.
    Beyond,
    /// Two of three on one side beyond two.
    TwoOfThree,
    /// Four of five on one side beyond one.
    FourOfFive,
    /// So many in a row on one side: eight of Western Electric, nine of Nelson.
    OneSide,
    /// Six in a row that rise, or fall.
    Trend,
    /// Fourteen in a row that go up and down by turns.
    Alternating,
    /// Fifteen in a row within one.
    Hugging,
    /// Eight in a row beyond one, on whatever side.
    Avoiding,
}

impl Rule {
    /// What the points do, in English and Chinese.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Beyond => ("a point beyond the limits", "一点超出控制限"),
            Self::TwoOfThree => ("two of three beyond 2σ on one side", "三点中有两点在同侧2σ以外"),
            Self::FourOfFive => ("four of five beyond 1σ on one side", "五点中有四点在同侧1σ以外"),
            Self::OneSide => ("a long run on one side of the centre", "连续多点在中心线同侧"),
            Self::Trend => ("six in a row rising or falling", "连续六点上升或下降"),
            Self::Alternating => ("fourteen in a row going up and down by turns", "连续十四点上下交替"),
            Self::Hugging => ("fifteen in a row within 1σ", "连续十五点在1σ以内"),
            Self::Avoiding => ("eight in a row with none within 1σ", "连续八点均在1σ以外"),
        }
    }
}

/// Every rule that is broken, by the point at which it shows. `distances` are in standard deviations from the centre.
pub fn breaks(distances: &[f64], rules: Rules) -> Vec<Break> {
    let wanted: &[(Rule, usize)] = match rules {
        Rules::None => &[],
        Rules::Limits => &[(Rule::Beyond, 1)],
        Rules::WesternElectric => {
            &[(Rule::Beyond, 1), (Rule::TwoOfThree, 3), (Rule::FourOfFive, 5), (Rule::OneSide, 8)]
        }
        Rules::Nelson => &[
            (Rule::Beyond, 1),
            (Rule::TwoOfThree, 3),
            (Rule::FourOfFive, 5),
            (Rule::OneSide, 9),
            (Rule::Trend, 6),
            (Rule::Alternating, 14),
            (Rule::Hugging, 15),
            (Rule::Avoiding, 8),
        ],
    };
    let mut found = Vec::new();
    for at in 0..distances.len() {
        for (rule, over) in wanted {
            let window = (at + 1).checked_sub(*over).and_then(|from| distances.get(from..=at));
            if window.is_some_and(|window| shows(*rule, window)) {
                found.push(Break { at, over: *over, rule: *rule });
            }
        }
    }
    found
}

/// Whether the last points, exactly as many as the rule looks at, show it at the last of them.
fn shows(rule: Rule, window: &[f64]) -> bool {
    let last = window.last().copied().unwrap_or_default();
    // The point at which it shows is itself one of those beyond.
    let of_one_side = |sigmas: f64, enough: usize| {
        [1.0, -1.0].into_iter().any(|side| {
            last * side > sigmas && window.iter().filter(|point| **point * side > sigmas).count() >= enough
        })
    };
    let steps =
        || window.windows(2).map(|pair| pair.iter().rev().copied().reduce(|b, a| b - a).unwrap_or_default());
    match rule {
        Rule::Beyond => last.abs() > 3.0,
        Rule::TwoOfThree => of_one_side(2.0, 2),
        Rule::FourOfFive => of_one_side(1.0, 4),
        Rule::OneSide => of_one_side(0.0, window.len()),
        Rule::Trend => steps().all(|step| step > 0.0) || steps().all(|step| step < 0.0),
        Rule::Alternating => {
            let steps: Vec<f64> = steps().collect();
            steps.windows(2).all(|pair| pair.iter().product::<f64>() < 0.0)
        }
        Rule::Hugging => window.iter().all(|point| point.abs() < 1.0),
        Rule::Avoiding => window.iter().all(|point| point.abs() > 1.0),
    }
}
