//! Small linear programmes: the cheapest mix of columns that covers rows, by the revised simplex method (Dantzig 1963).

/// A column: what it costs, and how much of each row it covers.
pub trait Columns {
    /// How many there are.
    fn count(&self) -> usize;
    /// Its cost.
    fn cost(&self, column: usize) -> f64;
    /// What it covers of the rows, added `times` to `into`.
    fn add(&self, column: usize, times: f64, into: &mut [f64]);
    /// The sum of what it covers, weighed.
    fn weigh(&self, column: usize, weights: &[f64]) -> f64;
}

/// What a row is worth at the best mix (its dual price). They are near enough, not exact: who needs a proof scales them until no
/// column is worth more than it costs.
pub fn prices(columns: &impl Columns, wanted: &[f64]) -> Vec<f64> {
    /// Far more than any column costs, so that nothing stays uncovered that can be covered.
    const MISSING: f64 = 1e9;
    const NEAR: f64 = 1e-9;
    let rows = wanted.len();
    // What is in the basis: a column, or a row's own emergency column.
    let mut basis: Vec<Option<usize>> = vec![None; rows];
    let mut inverse: Vec<Vec<f64>> =
        (0..rows).map(|row| (0..rows).map(|at| if at == row { 1.0 } else { 0.0 }).collect()).collect();
    let mut amounts = wanted.to_vec();
    let mut prices = vec![0.0; rows];
    // Each round brings one column in; far more rounds than rows are a circle of equal steps.
    for _ in 0..200 * (rows + 1) {
        let costs: Vec<f64> = basis.iter().map(|held| held.map_or(MISSING, |at| columns.cost(at))).collect();
        for (at, price) in prices.iter_mut().enumerate() {
            *price = inverse.iter().zip(&costs).map(|(row, cost)| row[at] * cost).sum();
        }
        let best = (0..columns.count())
            .map(|at| (at, columns.weigh(at, &prices) - columns.cost(at)))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        let surplus = (0..rows).min_by(|a, b| prices[*a].total_cmp(&prices[*b]));
        // Covering more than is wanted is free: the column that takes one off a row.
        let (entering, column) = match (best, surplus) {
            (_, Some(row)) if prices[row] < -NEAR => {
                (None, inverse.iter().map(|line| -line[row]).collect::<Vec<f64>>())
            }
            (Some((at, gain)), _) if gain > NEAR * (1.0 + columns.cost(at)) => {
                let mut covers = vec![0.0; rows];
                columns.add(at, 1.0, &mut covers);
                let dot = |line: &Vec<f64>| line.iter().zip(&covers).map(|(a, b)| a * b).sum();
                (Some(at), inverse.iter().map(dot).collect())
            }
            _ => break,
        };
        let leaving = (0..rows)
            .filter(|row| column[*row] > 1e-7)
            .min_by(|a, b| (amounts[*a] / column[*a]).total_cmp(&(amounts[*b] / column[*b])));
        let (Some(leaving), Some(entering)) = (leaving, entering.map(Some).or(Some(None))) else { break };
        // A surplus column is held as one that costs nothing, which no number of a column says.
        basis[leaving] = Some(entering.unwrap_or(usize::MAX));
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
    prices.iter().map(|price| price.clamp(0.0, MISSING)).collect()
}
