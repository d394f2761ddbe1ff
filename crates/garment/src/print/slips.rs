//! Payslips: what each person is owed, line by line, one below the other; a slip that does not fit begins a new sheet.

use super::paper::{Align, Font, HEIGHT, NotPrinted, Page, WIDTH, document};
use crate::pay::contract::Contract;
use crate::pay::money::Fen;
use crate::pay::reckon::{Month, Slip};

const MARGIN: f32 = 42.0;
const STEP: f32 = 15.0;

/// A line of a slip: its columns from the left, and the amount.
struct Row {
    columns: [String; 3],
    amount: Fen,
}

/// Prints everybody's payslip.
pub fn slips(contract: &Contract, month: &Month, font: &Font<'_>) -> Result<Vec<u8>, NotPrinted> {
    let mut pages = vec![Page::default()];
    let mut down = MARGIN;
    for slip in &month.slips {
        let rows = rows(contract, slip);
        let height = STEP * (rows.len() as f32 + 5.0);
        if down > MARGIN && down + height > HEIGHT - MARGIN {
            pages.push(Page::default());
            down = MARGIN;
        }
        head(contract, slip, &mut pages, down);
        down += STEP * 2.6;
        for row in rows {
            if down + STEP > HEIGHT - MARGIN {
                pages.push(Page::default());
                down = MARGIN + STEP;
            }
            if let Some(page) = pages.last_mut() {
                for (column, x) in row.columns.into_iter().zip([0.0, 190.0, 330.0]) {
                    page.text([MARGIN + x, down], 9.5, Align::Left, column);
                }
                page.text([WIDTH - MARGIN, down], 9.5, Align::Right, row.amount.to_string());
            }
            down += STEP;
        }
        if let Some(page) = pages.last_mut() {
            page.fill([MARGIN, down - 9.0], [WIDTH - 2.0 * MARGIN, 0.6]);
            page.text([MARGIN, down + 5.0], 11.0, Align::Left, "实发工资（元）");
            page.text([WIDTH - MARGIN, down + 5.0], 11.0, Align::Right, slip.net.to_string());
            page.text(
                [MARGIN, down + 18.0],
                8.0,
                Align::Left,
                "计件明细每行的扫码记录可查；如有不符，请在发放后向车间提出。",
            );
        }
        // Slips are cut apart here.
        down += STEP * 3.4;
    }
    document(font, &pages)
}

fn head(contract: &Contract, slip: &Slip, pages: &mut [Page], down: f32) {
    let (Some(page), Some(person)) = (pages.last_mut(), contract.people.get(slip.person)) else { return };
    let (year, month, _) = contract.month.0.civil();
    page.text([MARGIN, down + 4.0], 13.0, Align::Left, format!("工资条　{year}年{month}月"));
    let grade = if person.grade.is_empty() { String::new() } else { format!("　等级 {}", person.grade) };
    let (due, there) = slip.attendance;
    let words = format!("{}　工号 {}{grade}　应出勤 {due} 天　实出勤 {there} 天", person.name, person.id);
    page.text([WIDTH - MARGIN, down + 4.0], 9.5, Align::Right, words);
    page.fill([MARGIN, down + 11.0], [WIDTH - 2.0 * MARGIN, 0.6]);
}

fn rows(contract: &Contract, slip: &Slip) -> Vec<Row> {
    let mut rows = Vec::new();
    for line in &slip.lines {
        let Some(operation) = contract.operations.get(line.operation) else { continue };
        let rate = format!("{}.{:04}", operation.rate / 10_000, operation.rate % 10_000);
        let columns = [
            format!("{} {}", operation.style, operation.name),
            format!("{} {}%", line.time.words().1, line.time.percent()),
            format!("{} 件 × {rate} 元，{} 次扫码", line.pieces, line.scans.len()),
        ];
        rows.push(Row { columns, amount: line.amount });
    }
    let plain =
        |name: &str, amount: Fen| Row { columns: [name.to_owned(), String::new(), String::new()], amount };
    if slip.top_up > Fen(0) {
        rows.push(plain("补足最低工资", slip.top_up));
    }
    for adjustment in slip.adjustments.iter().filter_map(|at| contract.adjustments.get(*at)) {
        rows.push(plain(&adjustment.name, adjustment.amount));
    }
    rows
}
