use super::super::checked::{Node, NodeKind};
use super::super::fault::{Fault, FaultKind};
use super::super::ops;
use super::super::syntax::BinaryOp;
use super::super::value::ValueRef;
use super::{Run, Step, fault, mismatch};
use std::cmp::Ordering;

impl<'a> Run<'a> {
    /// A comparison or a test for membership.
    pub(super) fn relation(&mut self, op: BinaryOp, parts: &'a [Node; 2], node: &'a Node) -> Step<bool> {
        let [left, right] = parts;
        if let (Some(a), Some(b)) = (self.at_hand(left), self.at_hand(right)) {
            let (Some(a), Some(b)) = (a, b) else { return Ok(None) };
            return self.related(op, a, b, node).map(Some);
        }
        if let (BinaryOp::In, NodeKind::List(items)) = (op, &right.kind) {
            return self.among(left, items, node);
        }
        let (left, right) = (self.value(left)?, self.value(right)?);
        let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
        self.related(op, left.view(), right.view(), node).map(Some)
    }

    /// A constant or a place, which need no work, the place perhaps absent. Most comparisons are of such.
    fn at_hand(&self, node: &'a Node) -> Option<Option<ValueRef<'a>>> {
        match &node.kind {
            NodeKind::Literal(value) => Some(Some(value.view())),
            NodeKind::Place(slot) => Some(self.source.get(*slot)),
            _ => None,
        }
    }

    fn related(
        &mut self,
        op: BinaryOp,
        a: ValueRef<'_>,
        b: ValueRef<'_>,
        node: &Node,
    ) -> Result<bool, Box<Fault>> {
        let order = match op {
            BinaryOp::Eq => return self.equal(a, b, node),
            BinaryOp::Ne => return self.equal(a, b, node).map(|equal| !equal),
            BinaryOp::In => return self.within(a, b, node),
            _ => a.compare(b),
        };
        let Some(order) = order else {
            let (a, b) = (a.kind().name(), b.kind().name());
            return Err(fault(
                node,
                FaultKind::Type,
                format!("`{}` does not compare `{a}` with `{b}`", op.sign()),
            ));
        };
        self.spend(1 + ops::weight(a).min(ops::weight(b)), node)?;
        Ok(match op {
            BinaryOp::Lt => order == Some(Ordering::Less),
            BinaryOp::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            BinaryOp::Gt => order == Some(Ordering::Greater),
            _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        })
    }

    /// Whether a value is among listed ones, without making the list; each of them is evaluated all the same.
    fn among(&mut self, item: &'a Node, items: &'a [Node], node: &Node) -> Step<bool> {
        let item = self.value(item)?;
        let mut found = item.as_ref().map(|_| false);
        for own in items {
            let own = self.value(own)?;
            found = match (&item, own, found) {
                (Some(item), Some(own), Some(found)) => {
                    Some(self.equal(item.view(), own.view(), node)? || found)
                }
                _ => None,
            };
        }
        Ok(found)
    }

    fn equal(&mut self, a: ValueRef<'_>, b: ValueRef<'_>, node: &Node) -> Result<bool, Box<Fault>> {
        let mut work = 0;
        let equal = ops::equal(a, b, &mut work, self.budget);
        self.spend(work, node)?;
        Ok(equal)
    }

    fn within(&mut self, item: ValueRef<'_>, of: ValueRef<'_>, node: &Node) -> Result<bool, Box<Fault>> {
        match of {
            ValueRef::List(items) => {
                for own in items {
                    if self.equal(item, own.view(), node)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            ValueRef::Map(map) => Ok(map.get(item).is_some()),
            other => Err(mismatch(node, other, "a list or a map")),
        }
    }
}
