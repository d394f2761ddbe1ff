use super::Reading;
use crate::load::Kind;
use crate::model::Id;
use crate::models::{HowMany, Over, Scope, Subject};
use crate::problem::meant;
use crate::reader::{Node, Ref};

impl Reading<'_> {
    /// `of = "order"`, or `of = { each = "order", all = "item", link = "contains" }`. Without: the objects that the cases of
    /// the procedure are, or the log's first.
    pub(super) fn scope(&self, on: &Subject) -> Option<Scope> {
        let Some(member) = self.node.get("of") else { return self.usual_scope(on) };
        if member.is_text() {
            return Some(Scope { each: self.object(on, member.id()?), over: None });
        }
        let node = member.node()?;
        let each =
            node.need("each", "\"order\"").and_then(|each| each.id()).map(|each| self.object(on, each));
        let over = self.over(on, &node);
        node.finish();
        Some(Scope { each: each?, over })
    }

    fn usual_scope(&self, on: &Subject) -> Option<Scope> {
        let each = match on {
            Subject::Log(id) => self.all.logs.get(id)?.objects.first().cloned()?,
            Subject::Procedure(id) => self.all.procedures.get(id)?.object.clone(),
            Subject::Record => {
                let mend = "add `of = \"application\"`, the type of the objects, or `procedure = \"…\"`";
                self.node.report("it does not say of which objects it must hold", mend);
                return None;
            }
        };
        Some(Scope { each, over: None })
    }

    /// A type of object: one that the log declares, or one of the city's.
    fn object(&self, on: &Subject, named: Ref) -> Id {
        let Subject::Log(log) = on else { return self.loader.want(Kind::Object, named) };
        let known = self.all.logs.get(log).filter(|_| self.loader.reads(Kind::Log, log));
        if let Some(log) = known
            && !log.objects.contains(&named.id)
        {
            let names = log.objects.iter().map(Id::as_str);
            let mend = meant(named.id.as_str(), names, "use one of");
            self.node.report_at(&named.place, format!("the log is about no `{}`", named.id), mend);
        }
        named.id
    }

    fn over(&self, on: &Subject, node: &Node<'_>) -> Option<Over> {
        let said = ["all", "any", "count"].map(|name| node.get(name));
        let bounds = ["least", "most"].map(|name| node.get(name));
        let link = node.id("link").map(|link| link.id);
        let through = node.ids("through").into_iter().map(|kind| self.object(on, kind)).collect();
        let [least, most] = bounds.each_ref().map(|bound| bound.as_ref().and_then(|bound| bound.integer()));
        let [least, most] = [least, most].map(|bound| bound.and_then(|bound| u32::try_from(bound).ok()));
        let (how_many, object) = match said {
            [Some(all), None, None] => (HowMany::All, all),
            [None, Some(any), None] => (HowMany::Between { least: 1, most: None }, any),
            [None, None, Some(count)] => (HowMany::Between { least: least.unwrap_or(0), most }, count),
            _ => {
                let mend = "write one of `all = \"item\"`, `any = \"item\"`, `count = \"item\"` with `least` or `most`";
                node.report("it does not say of which objects beside each, or says it twice", mend);
                return None;
            }
        };
        let counts = matches!(how_many, HowMany::Between { .. }) && node.has("count");
        match bounds {
            [None, None] if counts => {
                node.report("`count` counts nothing", "add `least = 2` or `most = 5`, or both");
            }
            [Some(bound), _] | [None, Some(bound)] if !counts => {
                bound.report(
                    "only `count` has bounds",
                    "write `count` for `all` or `any`, or remove the bound",
                );
            }
            [Some(bound), Some(_)] if most.is_some_and(|most| least.is_some_and(|least| least > most)) => {
                bound.report("at least is more than at most", "write the lesser number for `least`");
            }
            _ => {}
        }
        let object = self.object(on, object.id()?);
        Some(Over { how_many, object, link, through })
    }
}
