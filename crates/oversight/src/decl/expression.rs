use super::Fault;
use record::Name;

/// A condition of a Declare file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    /// An attribute compared with a constant.
    Compare {
        place: Place,
        sign: Sign,
        value: String,
    },
    /// An attribute compared with another, of the same event or of the other one.
    Beside {
        place: Place,
        sign: Sign,
        other: Place,
    },
    /// An attribute that is one of listed values.
    In {
        place: Place,
        values: Vec<String>,
    },
    /// An attribute that activation and target share, or in which they differ.
    Same {
        attribute: Name,
        equal: bool,
        at: usize,
    },
}

/// An attribute of the activation or of the target.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub target: bool,
    pub attribute: Name,
    /// Where in the line.
    pub at: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// `is`, `=`, `==`
    Equal,
    /// `is not`, `!=`, `<>`
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Expression {
    /// Calls `visit` for each part that speaks of an event, with whether that is the target; for what compares both, of
    /// each.
    pub fn sides(&self, visit: &mut impl FnMut(bool)) {
        match self {
            Self::And(all) | Self::Or(all) => all.iter().for_each(|one| one.sides(visit)),
            Self::Not(one) => one.sides(visit),
            Self::Compare { place, .. } | Self::In { place, .. } => visit(place.target),
            Self::Beside { place, other, .. } => {
                visit(place.target);
                visit(other.target);
            }
            Self::Same { .. } => {
                visit(false);
                visit(true);
            }
        }
    }
}

const CLOSE: [&str; 2] = ["请写“)”", "write `)`"];
const NAMELESS: [&str; 2] = ["缺少属性的名称", "the name of an attribute is missing"];

/// Nested deeper, a condition is refused: reading it must not exhaust the stack.
const DEEPEST: usize = 50;

/// Reads a condition that begins at byte `at` of its line. Names of `known` attributes may hold blanks.
pub(super) fn read(text: &str, at: usize, known: &[Name]) -> Result<Expression, Fault> {
    let mut reader = Reader { text, at: 0, base: at, known, depth: 0 };
    let whole = reader.either()?;
    reader.blanks();
    match reader.rest() {
        "" => Ok(whole),
        rest => {
            let what = [format!("条件之后多出“{rest}”"), format!("`{rest}` follows a whole condition")];
            let mend = ["请用“and”或“or”连接条件", "join conditions with `and` or `or`"];
            Err(reader.fault(what, mend))
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    base: usize,
    known: &'a [Name],
    depth: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn fault<T: AsRef<str>, U: AsRef<str>>(&self, what: [T; 2], mend: [U; 2]) -> Fault {
        Fault::new(self.base + self.at, what, mend)
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// Takes `token` if it comes next.
    fn take(&mut self, token: &str) -> bool {
        self.blanks();
        let taken = self.rest().starts_with(token);
        self.at += if taken { token.len() } else { 0 };
        taken
    }

    /// Takes a word, whatever its capitals, if it comes next as a whole.
    fn word(&mut self, word: &str) -> bool {
        self.blanks();
        let taken = begins_with_word(self.rest(), word);
        self.at += if taken { word.len() } else { 0 };
        taken
    }

    fn either(&mut self) -> Result<Expression, Fault> {
        let mut all = vec![self.both()?];
        while self.word("or") {
            all.push(self.both()?);
        }
        Ok(if all.len() > 1 { Expression::Or(all) } else { all.remove(0) })
    }

    fn both(&mut self) -> Result<Expression, Fault> {
        let mut all = vec![self.one()?];
        while self.word("and") {
            all.push(self.one()?);
        }
        Ok(if all.len() > 1 { Expression::And(all) } else { all.remove(0) })
    }

    fn one(&mut self) -> Result<Expression, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            let mend = ["请分成几条约束", "divide it into several constraints"];
            return Err(self.fault(["条件嵌套太深", "the condition is nested too deep"], mend));
        }
        let one = self.one_within();
        self.depth -= 1;
        one
    }

    fn one_within(&mut self) -> Result<Expression, Fault> {
        if self.word("not") {
            return Ok(Expression::Not(Box::new(self.one()?)));
        }
        if self.take("(") {
            let inner = self.either()?;
            return match self.take(")") {
                true => Ok(inner),
                false => Err(self.fault(["圆括号没有关上", "a parenthesis is not closed"], CLOSE)),
            };
        }
        for (word, equal) in [("same", true), ("different", false)] {
            if self.word(word) {
                self.blanks();
                let at = self.base + self.at;
                if self.rest().is_empty() {
                    let mend = [format!("请写在“{word}”之后"), format!("write it after `{word}`")];
                    return Err(self.fault(NAMELESS, mend));
                }
                return Ok(Expression::Same { attribute: self.attribute()?, equal, at });
            }
        }
        let place = self.place()?;
        if self.word("is") {
            let sign = if self.word("not") { Sign::Unequal } else { Sign::Equal };
            return self.compared(place, sign);
        }
        let not = self.word("not");
        if self.word("in") {
            let within = Expression::In { place, values: self.values()? };
            return Ok(if not { Expression::Not(Box::new(within)) } else { within });
        }
        let sign = self.sign().filter(|_| !not).ok_or_else(|| {
            let mend = [
                "请写 is、is not、in (…)、=、!=、<、<=、> 或 >=",
                "write `is`, `is not`, `in (…)`, `=`, `!=`, `<`, `<=`, `>` or `>=`",
            ];
            self.fault(["缺少比较", "a comparison is missing"], mend)
        })?;
        self.compared(place, sign)
    }

    /// What a place is compared with: another place, or a constant.
    fn compared(&mut self, place: Place, sign: Sign) -> Result<Expression, Fault> {
        self.blanks();
        let before = self.at;
        if let Ok(other) = self.place()
            && self.ends()
        {
            return Ok(Expression::Beside { place, sign, other });
        }
        self.at = before;
        Ok(Expression::Compare { place, sign, value: self.value()? })
    }

    /// Whether a comparison ends here.
    fn ends(&self) -> bool {
        let rest = self.rest().trim_start();
        rest.is_empty()
            || rest.starts_with(')')
            || ["and", "or"].iter().any(|word| begins_with_word(rest, word))
    }

    fn place(&mut self) -> Result<Place, Fault> {
        self.blanks();
        let at = self.base + self.at;
        let target = match self.rest().get(..2) {
            Some("A." | "a.") => false,
            Some("T." | "t.") => true,
            _ => {
                let word = self.rest().split_whitespace().next().unwrap_or("");
                let what = match word {
                    "" => ["缺少条件".to_owned(), "a condition is missing".to_owned()],
                    word => [format!("“{word}”不是属性"), format!("`{word}` is no attribute")],
                };
                let mend = [
                    "激活事件的属性写作“A.名称”，目标事件的写作“T.名称”",
                    "write `A.NAME` for the activation's, `T.NAME` for the target's",
                ];
                return Err(self.fault(what, mend));
            }
        };
        self.at += 2;
        Ok(Place { target, attribute: self.attribute()?, at })
    }

    /// A name: the longest known one, or all up to a blank, a parenthesis or a sign.
    fn attribute(&mut self) -> Result<Name, Fault> {
        let rest = self.rest();
        let ends = |length: usize| {
            rest.get(length..)
                .is_some_and(|after| after.is_empty() || after.starts_with(|c: char| " \t()=<>!".contains(c)))
        };
        let known =
            self.known.iter().map(Name::as_str).filter(|name| rest.starts_with(name) && ends(name.len()));
        let plain = rest.find(|c: char| c.is_whitespace() || "()=<>!".contains(c)).unwrap_or(rest.len());
        let length = known.map(str::len).max().unwrap_or(plain);
        if length == 0 {
            return Err(self.fault(NAMELESS, ["请紧接在点之后写", "write it right after the dot"]));
        }
        self.at += length;
        Ok(rest.get(..length).unwrap_or("").into())
    }

    fn sign(&mut self) -> Option<Sign> {
        let signs = [
            ("<=", Sign::AtMost),
            (">=", Sign::AtLeast),
            ("!=", Sign::Unequal),
            ("<>", Sign::Unequal),
            ("==", Sign::Equal),
            ("=", Sign::Equal),
            ("<", Sign::Less),
            (">", Sign::More),
        ];
        signs.into_iter().find(|(token, _)| self.take(token)).map(|(_, sign)| sign)
    }

    /// A constant: all up to a parenthesis, or to `and` or `or`.
    fn value(&mut self) -> Result<String, Fault> {
        self.blanks();
        let start = self.at;
        while let Some(next) = self.rest().chars().next().filter(|next| !"()".contains(*next)) {
            let boundary =
                self.text.get(..self.at).is_none_or(|before| before.ends_with(char::is_whitespace));
            if boundary && ["and", "or"].iter().any(|word| begins_with_word(self.rest(), word)) {
                break;
            }
            self.at += next.len_utf8();
        }
        let value = self.text.get(start..self.at).unwrap_or("").trim().to_owned();
        if value.is_empty() {
            let mend = ["请写出属性与什么相比", "write what the attribute is compared with"];
            return Err(self.fault(["缺少取值", "a value is missing"], mend));
        }
        Ok(value)
    }

    fn values(&mut self) -> Result<Vec<String>, Fault> {
        if !self.take("(") {
            let mend = ["请写作“in (取值, 取值)”", "write `in (VALUE, VALUE)`"];
            return Err(self.fault(["缺少取值的列表", "the list of values is missing"], mend));
        }
        let close = self.rest().find(')');
        let Some(close) = close else {
            return Err(self.fault(["取值的列表没有关上", "the list of values is not closed"], CLOSE));
        };
        let values: Vec<String> =
            self.rest().get(..close).unwrap_or("").split(',').map(|value| value.trim().to_owned()).collect();
        if values.iter().any(String::is_empty) {
            let mend = ["两个逗号之间请都写上取值", "write a value between each two commas"];
            return Err(self.fault(["列表里缺少取值", "a listed value is missing"], mend));
        }
        self.at += close + 1;
        Ok(values)
    }
}

fn begins_with_word(text: &str, word: &str) -> bool {
    let begins = text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    begins
        && text.get(word.len()..).is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == '(' || c == ')')
        })
}
