//! What must be there before anybody acts, and what may be charged.

use super::conditions::of_event;
use super::events::{Events, both, is, list};
use super::{Clause, Deriving};
use pack::model::{Charge, Fee, Start};
use pack::models::{Duty, Template};
use pack::{Id, Title};

impl Deriving<'_> {
    /// Each paper is there when the application is handed in; at a window papers are shown and not kept.
    pub(super) fn materials(&mut self) {
        if self.procedure.start != Start::Party {
            return;
        }
        for asked in self.procedure.materials.iter().filter(|asked| !asked.optional) {
            let mut needed = "event.channel != \"window\"".to_owned();
            if let Some(when) = &asked.when {
                let Some(when) = of_event(when, self.procedure) else { continue };
                needed = both(&needed, &when);
            }
            let material =
                self.all.materials.get(&asked.material).map(|one| one.title.clone()).unwrap_or_default();
            let title = Title::new(
                format!("提交申请前须有“{}”", material.zh),
                format!("“{}” is there when the application is handed in", material.en),
            );
            let there = Events::of("material attached").but(&is("material", asked.material.as_str()));
            let handed_in = Events::of("application submitted").but(&needed);
            let name = asked.material.as_str();
            let clause = Clause::new(Duty::Material, name, title, Template::Precedence, there).and(handed_in);
            self.put(Clause { law: asked.law.clone(), ..clause });
        }
    }

    /// Nothing is charged but the fees of the procedure, and of each no more and no less than is set.
    pub(super) fn fees(&mut self) {
        if self.procedure.start != Start::Party {
            return;
        }
        let fees: Vec<&Fee> = self.procedure.fees.iter().filter_map(|id| self.all.fees.get(id)).collect();
        let charged: Vec<&Fee> = fees.iter().filter(|fee| !is_free(fee)).copied().collect();
        let free = fees.iter().find(|fee| is_free(fee)).and_then(|fee| fee.law.clone());
        let taken = Events::of("fee taken");
        let (title, other) = if charged.is_empty() {
            (Title::new("不收费", "Nothing is charged"), taken)
        } else {
            let listed = list(charged.iter().map(|fee| fee.id.as_str()));
            let title = Title::new("不收取目录以外的费用", "No fee is charged that is not listed");
            (title, taken.but(&format!("!(event.fee in {listed})")))
        };
        let clause = Clause::new(Duty::Fee, "other", title, Template::Absence(1), other);
        self.put(Clause { law: free, ..clause });
        for fee in charged {
            let Some(amount) = self.amount(fee) else { continue };
            let title = Title::new(
                format!("“{}”按标准收取", fee.title.zh),
                format!("“{}” is charged as it is set", fee.title.en),
            );
            let wrong = both(&is("fee", fee.id.as_str()), &format!("event.amount != {amount}"));
            let wrong = Events::of("fee taken").but(&wrong);
            let name: &Id = &fee.id;
            let clause = Clause::new(Duty::Fee, name.as_str(), title, Template::Absence(1), wrong);
            self.put(Clause { law: fee.law.clone(), ..clause });
        }
    }

    /// The fen to be paid, as an expression; none where somebody else sets an amount.
    fn amount(&self, fee: &Fee) -> Option<String> {
        let mut said = String::new();
        let mut open = 0;
        for tier in &fee.tiers {
            let fen = match tier.charge {
                Charge::Free => 0,
                Charge::Fen(fen) => fen,
                Charge::SetBy(_) => return None,
            };
            match &tier.when {
                None => said.push_str(&fen.to_string()),
                Some(when) => {
                    said.push_str(&format!("({} ? {fen} : ", of_event(when, self.procedure)?));
                    open += 1;
                }
            }
        }
        said.push_str(&")".repeat(open));
        Some(said)
    }
}

fn is_free(fee: &Fee) -> bool {
    fee.tiers.iter().all(|tier| tier.charge == Charge::Free)
}
