use super::super::lexer::Token;
use super::super::{Problem, Span};
use super::{MAX_DEPTH, Parser};

impl Parser {
    /// CEL's optional values.
    pub(super) fn optional(&self) -> Problem {
        let mend = "write the plain form: what is not filled in makes a comparison unknown; \
                    ask for it with `has(form.born)`";
        Problem::new(self.span(), "optional values (`?`) are not part of this language", mend)
    }

    /// Anything but what is `wanted`.
    pub(super) fn unexpected(&self, wanted: &str) -> Problem {
        let span = self.span();
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        if let Some((Token::Word(word), span)) = before
            && word == "not"
        {
            return Problem::new(
                *span,
                "`not` does not belong here",
                "write `!`, as in `!form.married` or `!(a in b)`",
            );
        }
        let shown = match self.token() {
            Token::End => {
                return Problem::new(span, "the expression ends too early", format!("write {wanted} here"));
            }
            Token::Sign(sign) => (*sign).to_owned(),
            Token::Word(word) => {
                let next = self.tokens.get(self.at + 1).map(|(token, _)| token);
                let null = matches!(next, Some(Token::Word(next)) if next == "null" || next == "not");
                return worded(word, span, wanted, null);
            }
            Token::Quoted(word) => word.to_string(),
            Token::Number(_) => {
                return Problem::new(
                    span,
                    "a number does not belong here",
                    format!("write {wanted} before it"),
                );
            }
            Token::String(text) => format!("\"{text}\""),
            Token::Bytes(_) => "b\"…\"".to_owned(),
        };
        Problem::new(span, format!("`{shown}` does not belong here"), format!("write {wanted}"))
    }
}

pub(super) fn too_deep(span: Span) -> Problem {
    let what = format!("more than {MAX_DEPTH} expressions stand inside one another");
    Problem::new(span, what, "split the condition in two")
}

/// A word where an operator should stand: mostly an operator of another language.
fn worded(word: &str, span: Span, wanted: &str, null: bool) -> Problem {
    let mend = match word.to_ascii_lowercase().as_str() {
        "and" => "write `&&`".to_owned(),
        "or" => "write `||`".to_owned(),
        "is" if null => {
            "write `has(form.born)` or `!has(form.born)`: what is not filled in is absent, not null"
                .to_owned()
        }
        "is" | "equals" | "eq" => "write `==`".to_owned(),
        "not" => "write `!`, as in `!(a in b)`".to_owned(),
        "mod" => "write `%`".to_owned(),
        "div" => "write `/`".to_owned(),
        "between" => "write `low <= value && value <= high`".to_owned(),
        "like" => "write `text.contains(\"…\")` or `text.matches(\"…\")`".to_owned(),
        "then" => "write `condition ? value : other`".to_owned(),
        "null" => "write `has(form.born)` to ask whether it is filled in".to_owned(),
        _ => format!("write {wanted}"),
    };
    Problem::new(span, format!("`{word}` does not belong here"), mend)
}
