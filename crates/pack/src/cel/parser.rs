use super::lexer::{self, Token};
use super::literal::Number;
use super::syntax::{BinaryOp, Expr, ExprKind, Fold, FoldExpr, Literal, Word};
use super::{Problem, Span};
use refusals::too_deep;

mod refusals;

/// How many expressions may stand inside one another, and how many operators of one kind (other than `&&` and `||`)
/// in a row. Every later pass recurses over the tree, so this is what bounds the stack.
pub const MAX_DEPTH: u32 = 64;

/// Names that CEL keeps for host languages.
const RESERVED: [&str; 17] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// Reads an expression, by the grammar of CEL's language definition.
///
/// Message literals (`Type{field: 1}`) and the optional syntax (`?.`) are refused, since packs have neither.
pub fn parse(source: &str) -> Result<Expr, Problem> {
    let tokens = lexer::tokens(source)?;
    let mut parser = Parser { tokens, at: 0, nesting: 0 };
    let tree = parser.expression()?;
    match parser.token() {
        Token::End => Ok(tree.expr),
        _ => Err(parser.unexpected("an operator or the end")),
    }
}

/// An expression and how deep it is.
struct Tree {
    expr: Expr,
    depth: u32,
}

struct Parser {
    tokens: Vec<(Token, Span)>,
    at: usize,
    nesting: u32,
}

impl Parser {
    fn expression(&mut self) -> Result<Tree, Problem> {
        self.nesting += 1;
        if self.nesting > MAX_DEPTH {
            return Err(too_deep(self.span()));
        }
        let mut tree = self.binary(1)?;
        let question = self.span();
        if self.take("?") {
            if self.is(".") && self.span().start == question.end {
                return Err(self.optional());
            }
            tree = self.conditional(tree)?;
        }
        self.nesting -= 1;
        Ok(tree)
    }

    /// What follows the question mark after `condition`.
    fn conditional(&mut self, condition: Tree) -> Result<Tree, Problem> {
        let yes = self.binary(1)?;
        self.expect(":", "`:` and what holds otherwise")?;
        let no = self.expression()?;
        let depth = condition.depth.max(yes.depth).max(no.depth);
        let span = condition.expr.span.to(no.expr.span);
        node(ExprKind::If(Box::new([condition.expr, yes.expr, no.expr])), span, depth)
    }

    /// Operands joined by operators that bind at least as tightly as `level`.
    fn binary(&mut self, level: u8) -> Result<Tree, Problem> {
        let mut left = self.unary()?;
        let mut joined = None;
        while let Some((infix, binds)) = self.infix()
            && binds >= level
        {
            self.at += 1;
            let right = self.binary(binds + 1)?;
            left = combined(left, infix, right, joined == Some(infix))?;
            joined = Some(infix);
        }
        Ok(left)
    }

    fn infix(&self) -> Option<(Infix, u8)> {
        let op = match self.token() {
            Token::Sign("&&") => return Some((Infix::And, 2)),
            Token::Sign("||") => return Some((Infix::Or, 1)),
            Token::Sign("==") => BinaryOp::Eq,
            Token::Sign("!=") => BinaryOp::Ne,
            Token::Sign("<") => BinaryOp::Lt,
            Token::Sign("<=") => BinaryOp::Le,
            Token::Sign(">") => BinaryOp::Gt,
            Token::Sign(">=") => BinaryOp::Ge,
            Token::Sign("+") => BinaryOp::Add,
            Token::Sign("-") => BinaryOp::Sub,
            Token::Sign("*") => BinaryOp::Mul,
            Token::Sign("/") => BinaryOp::Div,
            Token::Sign("%") => BinaryOp::Rem,
            Token::Word(word) if word == "in" => BinaryOp::In,
            _ => return None,
        };
        Some((Infix::Op(op), op.level()))
    }

    fn unary(&mut self) -> Result<Tree, Problem> {
        let mut prefixes = Vec::new();
        while matches!(self.token(), Token::Sign("!" | "-")) {
            prefixes.push((self.is("!"), self.span()));
            self.at += 1;
            if prefixes.len() > MAX_DEPTH as usize {
                return Err(too_deep(self.span()));
            }
        }
        let negative = match (prefixes.last(), self.token()) {
            (Some((false, minus)), Token::Number(Number::Int(_) | Number::Double(_))) => Some(*minus),
            _ => None,
        };
        if negative.is_some() {
            prefixes.pop();
        }
        let mut tree = self.member(negative)?;
        for (not, sign) in prefixes.into_iter().rev() {
            let span = sign.to(tree.expr.span);
            let operand = Box::new(tree.expr);
            let kind = if not { ExprKind::Not(operand) } else { ExprKind::Negate(operand) };
            tree = node(kind, span, tree.depth)?;
        }
        Ok(tree)
    }

    /// A primary expression with the selections, indexes and calls after it. `minus` is the sign of a literal.
    fn member(&mut self, minus: Option<Span>) -> Result<Tree, Problem> {
        let mut tree = self.primary(minus)?;
        loop {
            if self.take(".") {
                tree = self.selection(tree)?;
            } else if self.take("[") {
                tree = self.indexed(tree)?;
            } else if self.is("{") && matches!(tree.expr.kind, ExprKind::Name { .. } | ExprKind::Select(..)) {
                let what = "packs have no message types to build";
                return Err(Problem::new(self.span(), what, "write a map, such as `{\"born\": form.born}`"));
            } else {
                return Ok(tree);
            }
        }
    }

    fn indexed(&mut self, target: Tree) -> Result<Tree, Problem> {
        if self.is("?") {
            return Err(self.optional());
        }
        let index = self.expression()?;
        let span = target.expr.span.to(self.span());
        self.expect("]", "`]`")?;
        let depth = target.depth.max(index.depth);
        node(ExprKind::Index(Box::new(target.expr), Box::new(index.expr)), span, depth)
    }

    fn selection(&mut self, target: Tree) -> Result<Tree, Problem> {
        if self.is("?") {
            return Err(self.optional());
        }
        let word = self.selector()?;
        if !self.is("(") {
            let span = target.expr.span.to(word.span);
            return node(ExprKind::Select(Box::new(target.expr), word), span, target.depth);
        }
        let (args, end, depth) = self.arguments()?;
        let depth = depth.max(target.depth);
        let span = target.expr.span.to(end);
        let shape =
            Fold::named(&word.text).filter(|fold| args.len() == 2 || (*fold == Fold::Map && args.len() == 3));
        let Some(fold) = shape else {
            let target = Some(Box::new(target.expr));
            return node(ExprKind::Call { function: word, target, args }, span, depth);
        };
        node(ExprKind::Fold(Box::new(folded(fold, target.expr, args)?)), span, depth)
    }

    fn selector(&mut self) -> Result<Word, Problem> {
        let span = self.span();
        let text = match self.token() {
            Token::Quoted(text) => text.clone(),
            Token::Word(text) if !is_keyword(text) => text.clone(),
            Token::Word(text) => {
                let what = format!("`{text}` is a word of the language and cannot follow a dot");
                return Err(Problem::new(span, what, format!("write it as an index, `[\"{text}\"]`")));
            }
            _ => return Err(self.unexpected("the name of a field or function")),
        };
        self.at += 1;
        Ok(Word { text, span })
    }

    fn primary(&mut self, minus: Option<Span>) -> Result<Tree, Problem> {
        match self.token() {
            Token::Word(word) if !matches!(word.as_str(), "true" | "false" | "null") => self.name(false),
            Token::Sign("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")", "`)`")?;
                Ok(inner)
            }
            Token::Sign("[") => self.list(),
            Token::Sign("{") => self.map(),
            Token::Sign(".") => {
                self.at += 1;
                self.name(true)
            }
            _ => self.literal(minus),
        }
    }

    fn literal(&mut self, minus: Option<Span>) -> Result<Tree, Problem> {
        let span = self.span();
        let literal = match self.token() {
            Token::Number(number) => signed(*number, minus, span)?,
            Token::String(text) => Literal::String(text.clone()),
            Token::Bytes(bytes) => Literal::Bytes(bytes.clone()),
            Token::Word(word) if word == "null" => Literal::Null,
            Token::Word(word) => Literal::Bool(word == "true"),
            _ => return Err(self.unexpected("a value, a name or `(`")),
        };
        self.at += 1;
        node(ExprKind::Literal(literal), minus.map_or(span, |minus| minus.to(span)), 0)
    }

    fn name(&mut self, root: bool) -> Result<Tree, Problem> {
        let span = self.span();
        let Token::Word(name) = self.token().clone() else { return Err(self.unexpected("a name")) };
        if is_keyword(&name) {
            return Err(self.unexpected("a value or a name"));
        }
        if RESERVED.contains(&name.as_str()) {
            let mend = match name.as_str() {
                "if" | "else" => "write `condition ? value : other`",
                "for" | "while" | "loop" => "write a macro, such as `list.all(x, x > 0)`",
                _ => "choose another name",
            };
            return Err(Problem::new(span, format!("`{name}` is reserved and cannot be a name"), mend));
        }
        self.at += 1;
        if !self.is("(") {
            return node(ExprKind::Name { name, root }, span, 0);
        }
        let word = span;
        let (args, end, depth) = self.arguments()?;
        let span = word.to(end);
        if name == "has" {
            return presence(args, span, depth);
        }
        let function = Word { text: name, span: word };
        node(ExprKind::Call { function, target: None, args }, span, depth)
    }

    fn arguments(&mut self) -> Result<(Vec<Expr>, Span, u32), Problem> {
        self.expect("(", "`(`")?;
        let (mut args, mut depth) = (Vec::new(), 0);
        while !self.is(")") {
            let arg = self.expression()?;
            depth = depth.max(arg.depth);
            args.push(arg.expr);
            if !self.is(")") {
                self.expect(",", "`,` or `)`")?;
                if self.is(")") {
                    return Err(self.unexpected("another argument"));
                }
            }
        }
        let end = self.span();
        self.at += 1;
        Ok((args, end, depth))
    }

    fn list(&mut self) -> Result<Tree, Problem> {
        let start = self.span();
        self.at += 1;
        let (mut items, mut depth) = (Vec::new(), 0);
        while !self.is("]") {
            if self.is("?") {
                return Err(self.optional());
            }
            let item = self.expression()?;
            depth = depth.max(item.depth);
            items.push(item.expr);
            if !self.is("]") {
                self.expect(",", "`,` or `]`")?;
            }
        }
        let span = start.to(self.span());
        self.at += 1;
        node(ExprKind::List(items), span, depth)
    }

    fn map(&mut self) -> Result<Tree, Problem> {
        let start = self.span();
        self.at += 1;
        let (mut entries, mut depth) = (Vec::new(), 0);
        while !self.is("}") {
            if self.is("?") {
                return Err(self.optional());
            }
            let key = self.expression()?;
            self.expect(":", "`:` and the entry's value")?;
            let value = self.expression()?;
            depth = depth.max(key.depth).max(value.depth);
            entries.push((key.expr, value.expr));
            if !self.is("}") {
                self.expect(",", "`,` or `}`")?;
            }
        }
        let span = start.to(self.span());
        self.at += 1;
        node(ExprKind::Map(entries), span, depth)
    }

    fn token(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn span(&self) -> Span {
        self.tokens.get(self.at).or(self.tokens.last()).map(|(_, span)| *span).unwrap_or_default()
    }

    fn is(&self, sign: &str) -> bool {
        matches!(self.token(), Token::Sign(found) if *found == sign)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str, wanted: &str) -> Result<(), Problem> {
        if self.take(sign) { Ok(()) } else { Err(self.unexpected(wanted)) }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Infix {
    And,
    Or,
    Op(BinaryOp),
}

/// Two operands joined by `infix`; in a row of the same `&&` or `||` the second joins the first's row.
fn combined(left: Tree, infix: Infix, right: Tree, row: bool) -> Result<Tree, Problem> {
    let depth = left.depth.max(right.depth);
    let span = left.expr.span.to(right.expr.span);
    let row_depth = left.depth.max(right.depth + 1);
    let kind = match (infix, left.expr.kind) {
        (Infix::And, ExprKind::And(mut all)) if row => {
            all.push(right.expr);
            return Ok(Tree { expr: Expr { kind: ExprKind::And(all), span }, depth: row_depth });
        }
        (Infix::Or, ExprKind::Or(mut any)) if row => {
            any.push(right.expr);
            return Ok(Tree { expr: Expr { kind: ExprKind::Or(any), span }, depth: row_depth });
        }
        (infix, kind) => {
            let first = Expr { kind, span: left.expr.span };
            match infix {
                Infix::And => ExprKind::And(vec![first, right.expr]),
                Infix::Or => ExprKind::Or(vec![first, right.expr]),
                Infix::Op(op) => ExprKind::Binary(op, Box::new(first), Box::new(right.expr)),
            }
        }
    };
    node(kind, span, depth)
}

fn node(kind: ExprKind, span: Span, children: u32) -> Result<Tree, Problem> {
    if children >= MAX_DEPTH {
        return Err(too_deep(span));
    }
    Ok(Tree { expr: Expr { kind, span }, depth: children + 1 })
}

fn is_keyword(word: &str) -> bool {
    matches!(word, "true" | "false" | "null" | "in")
}

fn signed(number: Number, minus: Option<Span>, span: Span) -> Result<Literal, Problem> {
    const LEAST: u64 = i64::MIN.unsigned_abs();
    match number {
        Number::Uint(value) => Ok(Literal::Uint(value)),
        Number::Double(value) => Ok(Literal::Double(if minus.is_some() { -value } else { value })),
        Number::Int(LEAST) if minus.is_some() => Ok(Literal::Int(i64::MIN)),
        Number::Int(value) => match i64::try_from(value) {
            Ok(value) => Ok(Literal::Int(if minus.is_some() { -value } else { value })),
            Err(_) => {
                let mend = "write it as `18446744073709551615u`, or put an identifier in quotes as text";
                Err(Problem::new(span, format!("`{value}` is too large for a whole number"), mend))
            }
        },
    }
}

/// `has(…)` around its argument, which must be a selection.
fn presence(args: Vec<Expr>, span: Span, depth: u32) -> Result<Tree, Problem> {
    let mend =
        "write one selected field, such as `has(form.born)`; for an id with `-` write `has(form.child_name)`";
    match <[Expr; 1]>::try_from(args) {
        Ok([Expr { kind: ExprKind::Select(of, field), .. }]) => node(ExprKind::Has(of, field), span, depth),
        _ => Err(Problem::new(span, "`has` asks whether a field is filled in", mend)),
    }
}

fn folded(fold: Fold, range: Expr, args: Vec<Expr>) -> Result<FoldExpr, Problem> {
    let mut args = args.into_iter();
    let first = args.next();
    let variable = match first {
        Some(Expr { kind: ExprKind::Name { name, root: false }, span }) => Word { text: name, span },
        other => {
            let span = other.map_or(range.span, |expr| expr.span);
            let what = format!("the first argument of `{}` must be a plain name", fold.name());
            return Err(Problem::new(
                span,
                what,
                format!("write `.{}(x, …)` and use `x` in what follows", fold.name()),
            ));
        }
    };
    let (second, third) = (args.next(), args.next());
    let (filter, transform) = match (fold, third) {
        (Fold::Map, None) => (None, second),
        (_, third) => (second, third),
    };
    Ok(FoldExpr { fold, range, variable, filter, transform })
}
