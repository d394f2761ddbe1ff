//! Bundle tickets: a label for each operation of each bundle, three by eight on a sheet, with its code as a QR code.

use super::paper::{Align, Font, HEIGHT, NotPrinted, Page, WIDTH, document};
use crate::pay::contract::Contract;
use crate::pay::ticket::Ticket;
use qrcodegen::{QrCode, QrCodeEcc};
use std::ops::RangeInclusive;

const COLUMNS: usize = 3;
const ROWS: usize = 8;

/// Prints the tickets of bundles; those that no lot holds are left out, and none at all is an empty document.
pub fn tickets(
    contract: &Contract,
    bundles: RangeInclusive<u32>,
    font: &Font<'_>,
) -> Result<Vec<u8>, NotPrinted> {
    let mut labels = Vec::new();
    for lot in &contract.lots {
        let (from, to) = ((*bundles.start()).max(lot.first), (*bundles.end()).min(lot.last));
        let operations = contract.operations.get(lot.operations.0..lot.operations.1).unwrap_or_default();
        for bundle in from..=to {
            for operation in operations {
                labels.push((Ticket { bundle, operation: operation.code }, lot, operation));
            }
        }
    }
    let (wide, high) = (WIDTH / COLUMNS as f32, HEIGHT / ROWS as f32);
    let mut pages = Vec::new();
    for sheet in labels.chunks(COLUMNS * ROWS) {
        let mut page = Page::default();
        for (at, (ticket, lot, operation)) in sheet.iter().enumerate() {
            let (x, y) = ((at % COLUMNS) as f32 * wide + 12.0, (at / COLUMNS) as f32 * high + 14.0);
            let code = ticket.to_string();
            square(&mut page, [x, y], 62.0, &code)?;
            let mut line =
                |down: f32, size: f32, text: String| page.text([x + 70.0, y + down], size, Align::Left, text);
            line(12.0, 11.0, operation.name.clone());
            let of = [("尺码", &lot.size), ("颜色", &lot.colour)];
            let of = of.into_iter().filter_map(|(name, told)| Some(format!("{name} {}", told.as_ref()?)));
            let of = of.collect::<Vec<_>>().join("　");
            let rest = [
                format!("款式 {}", lot.style),
                of,
                format!("扎号 {:06}", ticket.bundle),
                format!("工序 {:02}　件数 {}", ticket.operation, lot.pieces),
            ];
            for (row, text) in rest.into_iter().filter(|text| !text.is_empty()).enumerate() {
                line(25.0 + 12.0 * row as f32, 8.5, text);
            }
            page.text([x, y + 76.0], 9.0, Align::Left, code);
        }
        pages.push(page);
    }
    document(font, &pages)
}

/// A QR code of the medium correction, which survives a stain of a seventh of it.
fn square(page: &mut Page, [x, y]: [f32; 2], size: f32, text: &str) -> Result<(), NotPrinted> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| NotPrinted::Long(text.to_owned()))?;
    let module = size / code.size() as f32;
    for row in 0..code.size() {
        let mut column = 0;
        while column < code.size() {
            // A run of dark modules in one box, since seams between boxes show as white lines.
            let dark =
                (column..code.size()).take_while(|column| code.get_module(*column, row)).count() as i32;
            if dark > 0 {
                let place = [x + column as f32 * module, y + row as f32 * module];
                page.fill(place, [dark as f32 * module, module]);
            }
            column += dark + 1;
        }
    }
    Ok(())
}
