//! Small linear programmes: the cheapest mix of columns that covers rows, by the revised simplex method (Dantzig 1963).

/// Columns: what each costs, and how much of each row it covers.
pub struct Columns {
    rows: usize,
    costs: Vec<f64>,
    covers: Vec<f64>,
}

impl Columns {
    /// Columns over so many rows, of which there are none yet.
    pub fn new(rows: usize) -> Self {
        Self { rows, costs: Vec::new(), covers: Vec::new() }
    }

    /// Takes in a column that covers so much of each row.
    pub fn push(&mut self, cost: f64, covers: impl Iterator<Item = f64>) {
        self.costs.push(cost);
        self.covers.extend(covers);
        self.covers.resize(self.costs.len() * self.rows, 0.0);
    }

    /// By how many times the dearest column costs less than it is worth; 1 if none does.
    pub fn over(&self, prices: &[f64]) -> f64 {
        let all = self.covers.chunks(self.rows).zip(&self.costs);
        all.map(|(covers, cost)| dot(covers, prices) / cost.max(1.0)).fold(1.0, f64::max)
    }

    fn covers(&self, column: usize) -> &[f64] {
        &self.covers[column * self.rows..(column + 1) * self.rows]
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The cheapest mix of columns. Its numbers are near enough, not exact.
pub struct Mix {
    /// What a row is worth (its dual price): who needs a proof scales them until no column is worth more than it costs.
    pub prices: Vec<f64>,
    /// How much of which columns; of all others there is none.
    pub amounts: Vec<(usize, f64)>,
}

/// What a place of the basis holds.
#[derive(Clone, Copy)]
enum Held {
    /// A row's own emergency column, which is dear.
    Missing,
    /// What takes one off a row: it costs nothing.
    Surplus,
    Column(usize),
}

/// The cheapest mix that covers what is wanted of each row.
pub fn cheapest(columns: &Columns, wanted: &[f64]) -> Mix {
    /// Far more than any column costs, so that nothing stays uncovered that can be covered.
    const MISSING: f64 = 1e9;
    const NEAR: f64 = 1e-9;
    let rows = wanted.len();
    let mut basis = vec![Held::Missing; rows];
    let mut inverse: Vec<Vec<f64>> =
        (0..rows).map(|row| (0..rows).map(|at| if at == row { 1.0 } else { 0.0 }).collect()).collect();
    let mut amounts = wanted.to_vec();
    let mut prices = vec![0.0; rows];
    // Each round brings one column in; far more rounds than rows are a circle of equal steps.
    for _ in 0..200 * (rows + 1) {
        let cost = |held: &Held| match held {
            Held::Missing => MISSING,
            Held::Surplus => 0.0,
            Held::Column(at) => columns.costs[*at],
        };
        let costs: Vec<f64> = basis.iter().map(cost).collect();
        for (at, price) in prices.iter_mut().enumerate() {
            *price = inverse.iter().zip(&costs).map(|(row, cost)| row[at] * cost).sum();
        }
        let gains = columns.covers.chunks(rows).zip(&columns.costs);
        let gains = gains.map(|(covers, cost)| dot(covers, &prices) - cost).enumerate();
        let best = gains.max_by(|a, b| a.1.total_cmp(&b.1));
        let surplus = (0..rows).min_by(|a, b| prices[*a].total_cmp(&prices[*b]));
        // Covering more than is wanted is free: the column that takes one off a row.
        let (entering, column) = match (best, surplus) {
            (_, Some(row)) if prices[row] < -NEAR => {
                (Held::Surplus, inverse.iter().map(|line| -line[row]).collect::<Vec<f64>>())
            }
            (Some((at, gain)), _) if gain > NEAR * (1.0 + columns.costs[at]) => {
                let covers = columns.covers(at);
                (Held::Column(at), inverse.iter().map(|line| dot(line, covers)).collect())
            }
            _ => break,
        };
        let leaving = (0..rows)
            .filter(|row| column[*row] > 1e-7)
            .min_by(|a, b| (amounts[*a] / column[*a]).total_cmp(&(amounts[*b] / column[*b])));
        let Some(leaving) = leaving else { break };
        basis[leaving] = entering;
        let pivot = column[leaving];
        inverse[leaving].iter_mut().for_each(|value| *value /= pivot);
        amounts[leaving] /= pivot;
        let (line, amount) = (inverse[leaving].clone(), amounts[leaving]);
        for row in (0..rows).filter(|row| *row != leaving) {
            let times = column[row];
            inverse[row].iter_mut().zip(&line).for_each(|(value, by)| *value -= times * by);
            amounts[row] -= times * amount;
        }
    }
    let held = basis.iter().zip(&amounts).filter_map(|(held, amount)| match held {
        Held::Column(at) => Some((*at, *amount)),
        _ => None,
    });
    Mix { amounts: held.collect(), prices: prices.iter().map(|price| price.clamp(0.0, MISSING)).collect() }
}
