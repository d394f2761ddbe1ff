use crate::text::Lang;
use pack::Id;
use std::fmt::Write;

/// The front page.
pub const HOME: &str = "/";
/// Services found: `?q=`.
pub const FIND: &str = "/find";
/// Signing in, and its form: `?back=`.
pub const SIGN_IN: &str = "/sign-in";
/// Opening an account, and its form.
pub const REGISTER: &str = "/register";
/// Signing out; asked with POST.
pub const SIGN_OUT: &str = "/sign-out";
/// One's own cases.
pub const CASES: &str = "/cases";
/// Checking a receipt.
pub const VERIFY: &str = "/verify";
/// What works without a network: drafts on this device.
pub const OFFLINE: &str = "/offline";
/// A clerk's queue.
pub const DESK: &str = "/desk";
/// Starting a case at the counter.
pub const COUNTER: &str = "/desk/start";
/// Opening an account for an applicant at the counter; asked with POST.
pub const COUNTER_ACCOUNT: &str = "/desk/start/account";
/// Putting right an identity number that was noted on the wrong account; asked with POST.
pub const COUNTER_NUMBER: &str = "/desk/start/number";
/// A supervisor's board.
pub const BOARD: &str = "/board";
/// The health of the record.
pub const RECORD: &str = "/board/record";
/// What oversight found.
pub const FINDINGS: &str = "/board/findings";
/// The models that run over the record.
pub const MODELS: &str = "/board/models";
/// Logs from elsewhere, and the form that brings one.
pub const LOGS: &str = "/board/logs";
/// Maps of procedures.
pub const MAPS: &str = "/board/maps";

/// One's own account.
pub const ACCOUNT: &str = "/account";
/// Setting a new password; asked with POST.
pub const PASSWORD: &str = "/account/password";
/// Ending sessions; asked with POST.
pub const SESSIONS: &str = "/account/sessions";
/// Choosing the post to act in, and its form: `?back=`.
pub const POST: &str = "/account/post";
/// Who has read one's data.
pub const READS: &str = "/account/reads";
/// Everything that the record holds about oneself, as a file.
pub const DATA: &str = "/account/data";
/// Asking to be erased, and its form.
pub const ERASURE: &str = "/account/erasure";
/// Choosing a password with a one-time code; asked with POST.
pub const CHOOSE: &str = "/sign-in/password";
/// Those who work here.
pub const STAFF: &str = "/staff";
/// Taking somebody on, and its form.
pub const TAKE_ON: &str = "/staff/new";
/// Running cases that are not in the current edition.
pub const EDITIONS: &str = "/editions";

/// Choosing the post to act in, and going on to `next`.
pub fn choose_post(next: &str) -> String {
    format!("{POST}?back={}", segment(next))
}

/// Somebody who works here, by the digits of their id.
pub fn staff(person: &str) -> String {
    format!("/staff/people/{}", segment(person))
}

/// Something that is done with them, asked with POST: `grant`, `revoke`, `lock`, `unlock`, `reset`, `hand-over`.
pub fn staff_act(person: &str, act: &str) -> String {
    format!("/staff/people/{}/{act}", segment(person))
}

/// What going over to the current edition changes for a procedure's running cases, and its form.
pub fn edition(procedure: &Id) -> String {
    format!("/editions/{procedure}")
}

/// What it changes for one case, and its form.
pub fn edition_of_case(case: &str) -> String {
    format!("/editions/cases/{}", segment(case))
}

/// `text` as one segment of a path or one value of a query.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Sets the language and goes back.
pub fn language(lang: Lang, back: &str) -> String {
    format!("/language/{}?back={}", lang.tag(), segment(back))
}

/// Signs in and goes on to `next`.
pub fn sign_in(next: &str) -> String {
    format!("{SIGN_IN}?back={}", segment(next))
}

/// A page that leads on to `back`, where that is known and not the home page, to which it leads anyway.
pub fn with_back(page: &str, back: &str) -> String {
    match back {
        "" | HOME => page.to_owned(),
        _ => format!("{page}?back={}", segment(back)),
    }
}

/// The services found for `query`.
pub fn find(query: &str) -> String {
    format!("{FIND}?q={}", segment(query))
}

/// The services of a category.
pub fn category(id: &Id) -> String {
    format!("/categories/{id}")
}

/// A service.
pub fn service(id: &Id) -> String {
    format!("/services/{id}")
}

/// Begins a case of a service; asked with POST (`office`, and answers if there are any).
pub fn begin(id: &Id) -> String {
    format!("/services/{id}/begin")
}

/// The service's empty form, which works without a network.
pub fn blank(id: &Id) -> String {
    format!("/services/{id}/form")
}

/// The party's view of a case.
pub fn case(case: &str) -> String {
    format!("/cases/{}", segment(case))
}

/// Something of a case: `form`, `check`, `submit`, `receipt`, `withdraw`, `rate`, `complain`.
pub fn of_case(case: &str, what: &str) -> String {
    format!("/cases/{}/{what}", segment(case))
}

/// The files of a material: POST attaches one.
pub fn material(case: &str, material: &Id) -> String {
    format!("/cases/{}/materials/{material}", segment(case))
}

/// One attached file.
pub fn file(case: &str, material: &Id, digest: &str) -> String {
    format!("/cases/{}/materials/{material}/{digest}", segment(case))
}

/// A licence, certificate or entry that a case gave.
pub fn document(case: &str, credential: &Id) -> String {
    format!("/cases/{}/documents/{credential}", segment(case))
}

/// The same address with the purpose that was stated, where one was.
pub fn under_purpose(path: &str, purpose: Option<&Id>) -> String {
    let with = if path.contains('?') { '&' } else { '?' };
    purpose.map_or_else(
        || path.to_owned(),
        |purpose| format!("{path}{with}purpose={}", segment(purpose.as_str())),
    )
}

/// A case as staff handle it.
pub fn desk_case(case: &str) -> String {
    format!("/desk/cases/{}", segment(case))
}

/// A move of staff, asked with POST: `do/examine`, `correct/accept`, `take/accept`, `extend/decision`, `reply/0`.
pub fn desk_move(case: &str, action: &str, about: &str) -> String {
    format!("/desk/cases/{}/{action}/{}", segment(case), segment(about))
}

/// The case with room for the right answer in place of one that was written down wrongly.
pub fn desk_amend(case: &str, of: &Id, field: &Id) -> String {
    format!("{}?amend={}#moves", desk_case(case), segment(&format!("{of}.{field}")))
}

/// Asks for the personal answers of a case under a purpose; POST.
pub fn desk_personal(case: &str) -> String {
    format!("/desk/cases/{}/personal", segment(case))
}

/// One office on the board.
pub fn board_office(office: &Id) -> String {
    format!("/board/offices/{office}")
}

/// The cases of one procedure in an office and below.
pub fn board_cases(office: &Id, procedure: &Id) -> String {
    format!("/board/offices/{office}/{procedure}")
}

/// A case as a supervisor sees it: its events.
pub fn board_case(case: &str) -> String {
    format!("/board/cases/{}", segment(case))
}

/// An entry of the record.
pub fn entry(index: u64) -> String {
    format!("/board/entries/{index}")
}

/// What a model found in an office, open or not.
pub fn findings_of(model: &Id, office: &Id) -> String {
    format!("{FINDINGS}?model={}&office={}", segment(model.as_str()), segment(office.as_str()))
}

/// A finding with its evidence.
pub fn finding(case: &str) -> String {
    format!("{FINDINGS}/{}", segment(case))
}

/// A model in plain words.
pub fn model(id: &Id) -> String {
    format!("{MODELS}/{}", segment(id.as_str()))
}

/// The map of a procedure.
pub fn map(procedure: &Id) -> String {
    format!("{MAPS}/{}", segment(procedure.as_str()))
}

/// A log from elsewhere.
pub fn log(id: &str) -> String {
    format!("{LOGS}/{}", segment(id))
}

/// What models found in it: those of the packs, or those that were brought along.
pub fn log_findings(id: &str, declared: bool) -> String {
    format!("{}/findings?with={}", log(id), if declared { "declare" } else { "packs" })
}

/// A case of a log, by the type of its object and its number; with a finding, what proves that.
pub fn log_case(id: &str, kind: &str, number: usize, finding: Option<(bool, usize)>) -> String {
    let mut path = format!("{}/cases/{number}?object={}", log(id), segment(kind));
    if let Some((declared, place)) = finding {
        // Writing to a String cannot fail.
        let _ = write!(path, "&with={}&finding={place}", if declared { "declare" } else { "packs" });
    }
    path
}
