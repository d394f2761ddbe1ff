use crate::packs;
use crate::say::{Failure, Say, Wrong};
use jiff::civil::{Date, DateTime};
use pack::Lang;
use pack::days::find::{Found, due};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Due {
    /// A deadline's id or number (`DL-012`), or an article (`行政许可法 42`).
    deadline: String,
    /// The day, or day and time, from which it runs: `2026-02-13` or `2026-02-13T09:30`.
    #[arg(long)]
    from: String,
    /// Answer in Chinese.
    #[arg(long)]
    zh: bool,
    /// The folder of packs; the shipped packs if none is named.
    #[arg(long)]
    packs: Option<PathBuf>,
}

pub fn run(options: &Due, say: Say) -> Result<(), Failure> {
    let definitions = match pack::load(&packs::files(options.packs.as_deref())?) {
        Ok(definitions) => definitions,
        Err(problems) => {
            packs::tell(&problems, say);
            return Err(Failure::Finding);
        }
    };
    let law = definitions.law.ok_or_else(|| Wrong("these packs hold no law; add the `law` pack".into()))?;
    let from = moment(&options.from)?;
    let lang = if options.zh { Lang::Zh } else { Lang::En };
    let deadline = match law.find(&options.deadline) {
        Found::One(deadline) => deadline,
        Found::Nothing => {
            let error = format!(
                "nothing in the law pack is called `{}`; give an id, a number such as `DL-012`, \
                                 or an article such as `行政许可法 42`",
                options.deadline
            );
            return Err(Wrong(error).into());
        }
        Found::Many(all) => {
            let lines: Vec<String> = all
                .iter()
                .map(|one| format!("    {}: {} → {}", one.id, one.trigger.zh, one.action.zh))
                .collect();
            let error = format!(
                "`{}` names {} deadlines; choose one:\n{}",
                options.deadline,
                all.len(),
                lines.join("\n")
            );
            return Err(Wrong(error).into());
        }
    };
    let answer = due(&law, deadline, from, &[])?;
    let words = answer.words(lang);
    let end = answer.due.at.end().map(|end| end.to_string());
    say.answer(
        &words.join("\n"),
        &json!({
            "deadline": deadline.id.as_str(),
            "from": from.to_string(),
            "last_day": answer.due.at.last_day().map(|day| day.to_string()),
            "end": end,
            "provisional": answer.due.provisional.as_ref().map(|why| why.years.iter().copied().collect::<Vec<i16>>()),
            "undecided": answer.due.undecided,
            "words": words,
        }),
    );
    Ok(())
}

fn moment(text: &str) -> Result<DateTime, Failure> {
    let day = || text.parse::<Date>().map(|day| day.at(9, 0, 0, 0));
    let told = |_| Wrong(format!("`{text}` is not a day; write `2026-02-13` or `2026-02-13T09:30`"));
    Ok(text.parse::<DateTime>().or_else(|_| day()).map_err(told)?)
}
