use super::TODAY;
use casework::answer;
use pack::Id;
use pack::model::{Field, FieldKind, Form};
use record::{Digest, FileRef, Value};

/// How many numbers there are of cases that an answer may name.
pub const OBJECTS: usize = 9;

/// A small generator of its own, so that a walk is the same on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most.max(1)
    }

    /// What somebody might type into the field.
    pub fn text(&mut self, field: &Field) -> String {
        // What is planned is planned for long after all that has to be over by then.
        match (&field.plans, &field.kind) {
            (Some(_), FieldKind::Moment) => "2100-01-05 09:30".into(),
            (Some(_), _) => "2100-01-05".into(),
            (None, kind) => self.of_kind(kind),
        }
    }

    fn of_kind(&mut self, kind: &FieldKind) -> String {
        let day = |dice: &mut Self| {
            // Most days that people write are near; births lie further back.
            let back = if dice.below(2) == 0 { dice.below(800) } else { dice.below(30_000) };
            TODAY.checked_add(jiff::Span::new().days(200 - back as i64)).unwrap()
        };
        match kind {
            FieldKind::Integer { min, max } => {
                let (low, high) = (min.unwrap_or(0), max.unwrap_or(1_000));
                (low + self.below((high - low + 1) as usize) as i64).to_string()
            }
            FieldKind::Money => self.below(10_000).to_string(),
            FieldKind::Date => day(self).to_string(),
            FieldKind::Moment => format!("{} {:02}:00", day(self), self.below(24)),
            FieldKind::Truth => if self.below(2) == 0 { "yes" } else { "no" }.into(),
            FieldKind::Choice(all) | FieldKind::Choices(all) => all[self.below(all.len())].id.to_string(),
            FieldKind::IdentityNumber => "11010519491231002X".into(),
            FieldKind::Phone => "13800000000".into(),
            FieldKind::Plate => format!("冀F1234{}", self.below(10)),
            FieldKind::Vin => ["1M8GDM9AXKP042788", "11111111111111111"][self.below(2)].into(),
            FieldKind::CreditCode => "91350100M000100Y43".into(),
            FieldKind::Object(kind) => format!("{kind}:{}", self.below(OBJECTS)),
            FieldKind::Text | FieldKind::LongText | FieldKind::Address if self.below(2) == 0 => {
                "0123456789abcdef".repeat(4)
            }
            _ => format!("words {}", self.below(99)),
        }
    }

    pub fn value(&mut self, field: &Field) -> Value {
        if field.kind == FieldKind::File {
            let name = format!("{}.pdf", field.id);
            let digest = Digest::of(name.as_bytes());
            return Value::File(FileRef {
                digest,
                name: name.as_str().into(),
                media_type: "application/pdf".into(),
                size: 1,
                subject: None,
            });
        }
        let text = self.text(field);
        answer::read(&field.kind, &text).unwrap_or_else(|why| panic!("{}: {text}: {}", field.id, why.en))
    }

    pub fn answers(&mut self, form: &Form) -> Vec<(Id, Value)> {
        form.fields.iter().map(|field| (field.id.clone(), self.value(field))).collect()
    }
}
