use pack::cel::{Expr, ExprKind, FoldExpr};

/// The expression with every part replaced for which `replaced` has something else; what it gives is not looked into.
pub fn rewrite(expr: &Expr, replaced: &mut dyn FnMut(&Expr) -> Option<ExprKind>) -> Expr {
    if let Some(kind) = replaced(expr) {
        return Expr { kind, span: expr.span };
    }
    let mut again = |part: &Expr| rewrite(part, replaced);
    let kind = match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Name { .. } => expr.kind.clone(),
        ExprKind::Select(of, word) => ExprKind::Select(Box::new(again(of)), word.clone()),
        ExprKind::Has(of, word) => ExprKind::Has(Box::new(again(of)), word.clone()),
        ExprKind::Index(of, at) => ExprKind::Index(Box::new(again(of)), Box::new(again(at))),
        ExprKind::Call { function, target, args } => ExprKind::Call {
            function: function.clone(),
            target: target.as_ref().map(|target| Box::new(again(target))),
            args: args.iter().map(again).collect(),
        },
        ExprKind::Fold(fold) => ExprKind::Fold(Box::new(FoldExpr {
            fold: fold.fold,
            range: again(&fold.range),
            variable: fold.variable.clone(),
            filter: fold.filter.as_ref().map(&mut again),
            transform: fold.transform.as_ref().map(again),
        })),
        ExprKind::List(all) => ExprKind::List(all.iter().map(again).collect()),
        ExprKind::Map(all) => {
            ExprKind::Map(all.iter().map(|(key, value)| (again(key), again(value))).collect())
        }
        ExprKind::Not(of) => ExprKind::Not(Box::new(again(of))),
        ExprKind::Negate(of) => ExprKind::Negate(Box::new(again(of))),
        ExprKind::Binary(op, left, right) => {
            ExprKind::Binary(*op, Box::new(again(left)), Box::new(again(right)))
        }
        ExprKind::And(all) => ExprKind::And(all.iter().map(again).collect()),
        ExprKind::Or(all) => ExprKind::Or(all.iter().map(again).collect()),
        ExprKind::If(parts) => ExprKind::If(Box::new(parts.each_ref().map(again))),
    };
    Expr { kind, span: expr.span }
}
