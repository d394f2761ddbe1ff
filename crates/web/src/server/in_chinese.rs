//! What the floors below say in English alone, because it is about the form of files and of the record, told in both languages.

use oversight::decl;
use pack::Title;
use record::interop::{ImportError, Place, Problem, Refusal};

/// What the floors below say, in the order in which it is looked for: what holds another stands before it.
const WORDS: [(&str, &str); 45] = [
    ("; if all are written so, give their format", "；若全部如此书写，请写明格式"),
    ("has it; mend the format, or the cell", "所写格式的时间；请改正格式，或者这一格"),
    ("a time as the mapping's", "按"),
    ("a time like", "时间，形如"),
    ("the number of cells, where the first row has", "单元格数目，而第一行有"),
    ("the same; a quotation mark within a cell must be doubled", "同样的数目；单元格内的引号须写两遍"),
    ("the event that ends here", "在此结束的事件"),
    ("the types of events", "事件类型"),
    ("the row of event", "事件所在行"),
    ("the row of an event", "事件所在行"),
    ("the reserved name", "保留名称"),
    ("declared attribute", "已声明的属性"),
    ("an attribute of", "属性，属于"),
    ("the attribute", "属性"),
    ("the time of", "时间，属于"),
    ("the type of", "类型，属于"),
    ("the tag's", "标签的"),
    ("an OCEL 1 log", "OCEL 1 日志"),
    ("an OCEL log", "OCEL 日志"),
    ("a date and time", "日期和时间"),
    ("a whole number", "整数"),
    ("an attribute", "属性"),
    ("an object", "对象"),
    ("an array", "数组"),
    ("an event", "事件"),
    ("the column", "列"),
    ("the object", "对象"),
    ("the event", "事件"),
    ("the table", "表"),
    ("the trace", "轨迹"),
    ("the name", "名称"),
    ("the type", "类型"),
    ("the time", "时间"),
    ("the log", "日志"),
    ("the row", "该行"),
    ("a number", "数字"),
    ("a text", "文本"),
    ("a link", "关联"),
    ("attribute", "属性"),
    ("column", "列"),
    ("member", "成员"),
    ("object", "对象"),
    ("event", "事件"),
    ("value", "值"),
    ("text", "文字"),
];

/// `english` in Chinese, with what stands in backticks as it was written; `otherwise` where it says more than is known here.
fn phrase(english: &str, otherwise: &str) -> String {
    let mut said = String::new();
    for (place, part) in english.split('`').enumerate() {
        if place % 2 == 1 {
            said.push_str(&format!("“{part}”"));
            continue;
        }
        let told = WORDS.iter().fold(part.to_owned(), |part, (en, zh)| part.replace(en, zh));
        if told.chars().any(|c| c.is_ascii_lowercase()) {
            return otherwise.to_owned();
        }
        said.push_str(told.trim());
    }
    said
}

/// Where in a log something stands.
pub fn spot(at: &Place) -> Title {
    Title::new(place(at), at.to_string())
}

fn place(place: &Place) -> String {
    match place {
        Place::Line(line) => format!("第{line}行"),
        Place::Element(path) => format!("“{path}”处"),
        Place::Spot { line, column, path } => format!("第{line}行第{column}列（“{path}”）"),
        Place::Row { table, row } => format!("表“{table}”第{row}行"),
        Place::Table(table) => format!("表“{table}”"),
        Place::Log => "整份日志".to_owned(),
    }
}

fn problem(problem: &Problem) -> String {
    let what = |what: &str| phrase(what, "这一项");
    match problem {
        Problem::Missing { what: of, part } => {
            format!("{}缺少{}，请补上", what(of), phrase(part, "必需的内容"))
        }
        Problem::Untimed { what: of } => {
            format!("{}没有时间，请补上，或勾选“没有时间的事件按前一事件的时间收入”", what(of))
        }
        Problem::Type { what: of, text, kind } => {
            format!("{}写作“{text}”，应为{}", what(of), phrase(kind, "另一种类型的值"))
        }
        Problem::Duplicate { what: of, id } => {
            format!("{}“{id}”重复出现，请改名或删去一个", what(of))
        }
        Problem::Dangling { what: of, target, id } => {
            format!("{}所指的{}“{id}”在日志中没有声明，请声明或去掉这一引用", what(of), what(target))
        }
        Problem::Unknown { part, what: of } => {
            format!("{}中不应有{}，请去掉或改写为属性", what(of), phrase(part, "这一部分"))
        }
        Problem::Deep { deepest } => format!("嵌套超过{deepest}层，请减少层次"),
    }
}

/// What is wrong with one part of a log.
fn refusal(refusal: &Refusal) -> Title {
    let zh = format!("{}：{}", place(&refusal.place), problem(&refusal.problem));
    Title::new(zh, refusal.to_string())
}

/// Why a log cannot be taken in: how many problems there are, and the first `most` of them.
pub fn import(error: &ImportError, most: usize) -> (u64, Vec<Title>) {
    let zh = match error {
        ImportError::Refused { first, total } => {
            return (*total, first.iter().take(most).map(refusal).collect());
        }
        ImportError::Unreadable { name, .. } => {
            format!("“{name}”读不到末尾：文件可能被截断或已损坏，请重新取得完整的文件")
        }
        ImportError::Format { name } => {
            format!("“{name}”不是可以识别的日志：请使用 XES、OCEL（JSON、XML、SQLite）或 CSV")
        }
        ImportError::Malformed { place: at, .. } => {
            format!("{}：此处的写法不符合文件格式，无法再往下读；请重新取得或导出完整的文件", place(at))
        }
        ImportError::Columns { format } => {
            let format = format.to_string().to_uppercase();
            format!("只有 CSV 才需要说明各列的含义，这份日志是“{format}”：请将该栏留空")
        }
        ImportError::Options(why) => {
            if why.contains("`--untimed`") {
                let zh = "没有哪一列写明时间：请写上“time=列名”，或勾选“没有时间的事件按前一事件的时间收入”";
                return (1, vec![Title::new(zh, why.clone())]);
            }
            let columns = why.split_once("its columns are ").map(|(_, all)| all.replace('`', ""));
            let columns = columns.map(|all| format!("；文件的列有：{all}")).unwrap_or_default();
            format!(
                "各列的含义与文件不符：请按文件的列名填写，写作“case=列名,activity=列名,time=列名”{columns}"
            )
        }
        ImportError::Sink(_) => "有的事件没有收下，请重试".to_owned(),
    };
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    (1, vec![Title::new(zh, format!("{error}{cause}"))])
}

/// What is wrong with a line of models in the text of Declare.
pub fn declared(problem: &decl::Problem) -> Title {
    let decl::Problem { line, column, what, mend } = problem;
    Title::new(format!("第{line}行第{column}个字符：{}；{}", what.zh, mend.zh), problem.to_string())
}

/// What a verification found wrong with the record.
pub fn fault(fault: &record::Fault) -> Title {
    let (place, what) = (&fault.place, &fault.what);
    let zh = match place.split_once(' ') {
        Some(("entry", number)) => format!("第{number}条"),
        Some(("checkpoint", _)) => {
            let size: String = place.chars().filter(char::is_ascii_digit).collect();
            format!("{size}条时的检查点")
        }
        Some(("object", name)) => format!("对象“{name}”"),
        Some(("subject", name)) => format!("“{name}”的密封内容"),
        Some(("file", name)) => format!("文件“{name}”"),
        _ if place.starts_with("tile") => {
            format!("树块{}", place.trim_start_matches("tile").trim_start_matches('/').trim())
        }
        _ if place == "the checkpoint" => "检查点".to_owned(),
        _ if place == "the store's own form" => "存储文件本身".to_owned(),
        _ => "索引".to_owned(),
    };
    let gone = ["missing", "gone"].iter().any(|word| what.contains(word));
    let said = if gone { "缺失" } else { "与写入时不符" };
    Title::new(format!("{zh}{said}"), fault.to_string())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
mod tests {
    use super::{fault, import, refusal};
    use record::interop::{ImportError, Place, Problem, Refusal};

    fn no_english(zh: &str) {
        let bare: String = zh.split(['“', '”']).step_by(2).collect();
        let known = ["XES", "OCEL", "JSON", "XML", "SQLite", "CSV", "Declare"];
        let bare = known.iter().fold(bare, |bare, word| bare.replace(word, ""));
        assert!(!bare.chars().any(|c| c.is_ascii_alphabetic()), "{zh}");
    }

    #[test]
    fn problems_of_logs_are_told_in_chinese() {
        let what = || "the attribute `amount` of `e1`".to_owned();
        for (problem, wanted) in [
            (
                Problem::Missing { what: "the event".into(), part: "attribute `value`".into() },
                "第7行：事件缺少属性“value”，请补上",
            ),
            (
                Problem::Untimed { what: "the event `e1`".into() },
                "第7行：事件“e1”没有时间，请补上，或勾选“没有时间的事件按前一事件的时间收入”",
            ),
            (
                Problem::Type { what: what(), text: "ten".into(), kind: "a gadget of some kind" },
                "第7行：这一项写作“ten”，应为另一种类型的值",
            ),
            (
                Problem::Type {
                    what: "the time".into(),
                    text: "soon".into(),
                    kind: "a time like `2026-01-31T08:30:00+08:00`; if all are written so, give their format",
                },
                "第7行：时间写作“soon”，应为时间，形如“2026-01-31T08:30:00+08:00”；若全部如此书写，请写明格式",
            ),
            (
                Problem::Type {
                    what: "the time".into(),
                    text: "soon".into(),
                    kind: "a time as the mapping's `format=` has it; mend the format, or the cell",
                },
                "第7行：时间写作“soon”，应为按“format=”所写格式的时间；请改正格式，或者这一格",
            ),
            (
                Problem::Duplicate { what: "event", id: "e1".into() },
                "第7行：事件“e1”重复出现，请改名或删去一个",
            ),
            (Problem::Deep { deepest: 64 }, "第7行：嵌套超过64层，请减少层次"),
        ] {
            let told = refusal(&Refusal { place: Place::Line(7), problem });
            assert_eq!(told.zh, wanted, "{}", told.en);
            no_english(&told.zh);
        }
        let malformed = ImportError::Malformed { place: Place::Line(3), what: "a tag never ends".into() };
        let (total, first) = import(&malformed, 5);
        assert_eq!((total, first.len()), (1, 1));
        no_english(&first.first().unwrap().zh);
    }

    #[test]
    fn faults_of_the_record_are_told_in_chinese() {
        for (place, what, wanted) in [
            ("entry 12", "it is missing", "第12条缺失"),
            ("the checkpoint", "the entries do not give its root: one was altered", "检查点与写入时不符"),
            ("checkpoint of 40 entries", "the entries do not give its root", "40条时的检查点与写入时不符"),
            ("tile 0/3", "it is 5 bytes long", "树块0/3与写入时不符"),
            ("object office:lake", "no entry touches it", "对象“office:lake”与写入时不符"),
            ("the index of ids", "it does not fit the entries", "索引与写入时不符"),
        ] {
            let told = fault(&record::Fault { place: place.into(), what: what.into() });
            assert_eq!(told.zh, wanted);
            no_english(&told.zh);
        }
    }
}
