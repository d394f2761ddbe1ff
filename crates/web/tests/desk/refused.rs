//! A form that is refused comes back as it was: what was typed, and what is wrong, at its field. As a browser without scripts
//! sends it.

use super::dice::Dice;
use super::world::World;
use super::world::call::{Reply, Sent, Shown, form};
use super::world::cases::{PAGE, Stage};
use super::{at_work, open, run, typed};
use casework::Command;
use casework::board::SetBy;
use pack::model::{FieldKind, Procedure, Step};
use record::ObjectRef;

/// The body of a form with files, as far as `most` bytes of it arrive.
fn cut(pairs: &[(&str, &str)], files: &[(&str, &str, &[u8])], most: usize) -> Sent {
    let mut body = Vec::new();
    for (field, value) in pairs {
        body.extend(
            format!("--cut\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    for (field, name, bytes) in files {
        let named = format!("form-data; name=\"{field}\"; filename=\"{name}\"");
        body.extend(format!("--cut\r\nContent-Disposition: {named}\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--cut--\r\n");
    body.truncate(most);
    Sent::Raw("multipart/form-data; boundary=cut".into(), body)
}

/// That the page has what was typed, and says all of `told`.
#[track_caller]
fn check(reply: &Reply, status: u16, kept: &[&str], told: &[&str]) {
    let page = reply.text();
    let main = page.split("<main").nth(1).unwrap_or_default();
    assert_eq!(reply.status.as_u16(), status, "{main}");
    for text in kept.iter().chain(told) {
        assert!(main.contains(text), "`{text}` is not on the page: {main}");
    }
}

fn pdf(bytes: usize) -> Vec<u8> {
    [b"%PDF-1.4 ".to_vec(), vec![b' '; bytes - 9]].concat()
}

#[test]
fn a_file_that_is_not_taken_is_told_at_its_field() {
    let world = World::new();
    let party = world.sign_in("party");
    let token = party.form_token();
    let shown = Shown::Browser(party);
    let draft = || format!("/cases/{}/form", world.case(Stage::Draft).id);
    let pairs = [("before", "荷塘村七号"), ("then", "save")];
    let owned = || pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let sent = |files: &[(&str, &str, Vec<u8>)]| {
        let file = |(field, name, bytes): &(&str, &str, Vec<u8>)| {
            (format!("material.{field}"), (*name).to_owned(), bytes.clone())
        };
        Sent::Parts(owned(), files.iter().map(file).collect())
    };
    let typed = ["荷塘村七号"];
    let post = |sent: &Sent| world.call(&shown, "POST", &draft(), sent);
    for (files, told) in [
        (
            vec![("change-proof", "scan.pdf", pdf(20_000_001))],
            "m-change-proof-error\"><span class=\"unseen\">Error: </span>`scan.pdf` has 20.1 MB, and a file may have 20.0 MB",
        ),
        (vec![("change-proof", "film.pdf", pdf(31_500_000))], "`film.pdf` has 31.5 MB"),
        (
            vec![("change-proof", "page.html", b"<html>".to_vec())],
            "`page.html` is of a kind that cannot be attached: use PDF",
        ),
        (vec![("change-proof", "nothing.pdf", Vec::new())], "`nothing.pdf` is empty"),
        // One of several that is wrong keeps none of the others from being taken.
        (
            vec![("identity-card", "one.pdf", pdf(15_000_000)), ("change-proof", "two.pdf", pdf(15_000_000))],
            "m-change-proof-error\"><span class=\"unseen\">Error: </span>files that are sent at once may have 21.0 MB",
        ),
    ] {
        let reply = post(&sent(&files));
        check(&reply, 422, &typed, &[told, "#m-change-proof"]);
        assert_eq!(files.len() == 2, reply.text().contains(">one.pdf</a>"));
    }
    let all = [("token", token.as_str()), pairs[0], pairs[1]];
    let file = [("material.change-proof", "half.pdf", PAGE)];
    let whole = match cut(&all, &file, usize::MAX) {
        Sent::Raw(_, body) => body.len(),
        _ => 0,
    };
    check(
        &post(&cut(&all, &file, whole - 30)),
        422,
        &typed,
        &["`half.pdf` did not arrive whole", "#m-change-proof"],
    );
    let words = whole - PAGE.len() - 120;
    check(&post(&cut(&all, &file, words)), 422, &typed, &["the form did not arrive whole"]);
    // Of a form that broke off before it said whose it is nothing is done.
    assert_eq!(post(&cut(&all, &file, 60)).status, 400);
    // What a script sends by itself is answered with a page that says the same.
    let path = format!("{}/materials/change-proof", draft().trim_end_matches("/form"));
    let alone = world.call(&shown, "POST", &path, &Sent::File("film.pdf".into(), pdf(31_500_000)));
    check(&alone, 413, &[], &["`film.pdf` has 31.5 MB"]);
}

#[test]
fn what_the_party_types_on_the_page_of_a_case_comes_back() {
    let world = World::new();
    let party = Shown::Browser(world.sign_in("party"));
    let over = world.case(Stage::Ended);
    let to = |what: &str| format!("/cases/{}/{what}", over.id);
    let post = |path: &str, pairs: &[(&str, &str)]| world.call(&party, "POST", path, &form(pairs));
    let rated = [("words", "荷叶一号很好")];
    let told = ["id=\"stars-error\"", "Choose one to five stars", "data-focus"];
    check(&post(&to("rate"), &rated), 422, &[">荷叶一号很好</textarea>"], &told);
    check(&post(&to("rate"), &[("stars", "9"), rated[0]]), 422, &[">荷叶一号很好</textarea>"], &told);
    assert_eq!(post(&to("rate"), &[("stars", "4"), rated[0]]).status, 303);
    // What is not possible any more is said, with what was typed for it.
    let again = post(&to("rate"), &[("stars", "4"), ("words", "荷叶二号又来")]);
    check(&again, 409, &[">荷叶二号又来</blockquote>"], &["id=\"overtaken-title\""]);
    let blank = post(&to("complain"), &[("words", "   ")]);
    check(&blank, 422, &[], &["id=\"complain-words-error\"", "<details open"]);
    let running = world.case(Stage::Open);
    let seen = world.view(&running).state.events.to_string();
    world.act(&running, "clerk", &Command::Take { step: "accept".into() });
    let withdraw = [("seen", seen.as_str()), ("reasons", "荷叶三号不办了")];
    let late = post(&format!("/cases/{}/withdraw", running.id), &withdraw);
    check(&late, 409, &[">荷叶三号不办了</textarea>"], &["钱受理"]);
}

#[test]
fn what_a_clerk_types_on_the_page_of_a_case_comes_back() {
    let world = World::new();
    let clerk = Shown::Browser(world.sign_in("clerk"));
    let post = |case: &ObjectRef, what: &str, pairs: &[(&str, &str)]| {
        world.call(&clerk, "POST", &format!("/desk/cases/{}/{what}", case.id), &form(pairs))
    };
    let taken = world.case(Stage::Taken);
    let kept = [">荷叶四号轮休</textarea>"];
    let reasons = ("reasons", "荷叶四号轮休");
    let to = ["id=\"hand-over-accept-to-error\"", "Choose whom to hand it to"];
    check(&post(&taken, "hand-over/accept", &[reasons]), 422, &kept, &to);
    let nobody = world.person("examiner").object().to_string();
    let wrong = ["id=\"hand-over-accept-to-error\"", "does not hold the post"];
    check(&post(&taken, "hand-over/accept", &[("to", &nobody), reasons]), 422, &kept, &wrong);
    let colleague = world.person("colleague").object().to_string();
    let chosen = format!("value=\"{colleague}\" selected");
    let why = ["id=\"hand-over-accept-reasons-error\"", "Say why it is handed over"];
    check(&post(&taken, "hand-over/accept", &[("to", &colleague)]), 422, &[&chosen], &why);
    let undecided = post(&taken, "accept/accept", &[reasons]);
    check(&undecided, 422, &kept, &["id=\"accept-accept-outcome-error\""]);
    let noted = post(&taken, "correct/accept", &[("note.before", "  ")]);
    check(&noted, 422, &[], &["Say what is to be corrected"]);
    // A step that is not open is said to be impossible, with what was typed for it.
    let early = post(&taken, "deliver/deliver", &[("outcome", "delivered"), reasons]);
    check(&early, 422, &["荷叶四号轮休"], &["id=\"overtaken-title\""]);
    let over = world.case(Stage::Ended);
    let supervisor = Shown::Browser(world.sign_in("supervisor-above"));
    let path = format!("/desk/cases/{}/reply/0", over.id);
    let reply = world.call(&supervisor, "POST", &path, &form(&[("words", " ")]));
    check(&reply, 422, &[], &["id=\"reply-0-words-error\"", "Write the answer"]);
}

/// Takes the case on until a step is open that asks for what is wanted.
fn open_step<'a>(
    world: &World,
    procedure: &'a Procedure,
    case: &ObjectRef,
    wanted: impl Fn(&Step) -> bool,
    dice: &mut Dice,
) -> Option<&'a Step> {
    for _ in 0..20 {
        let view = world.view(case);
        let step = view.state.open_steps().find_map(|(id, _)| procedure.flow.step(id.as_str()))?;
        if wanted(step) {
            return Some(step);
        }
        let (answers, outcome) = (dice.answers(&step.form), step.outcomes[0].id.clone());
        let done = Command::Do { step: step.id.clone(), outcome, reasons: Some("so".into()), answers };
        if !run(world, case, &done) {
            return None;
        }
    }
    None
}

/// A paper that a step records, of a kind that is not kept, or too large: told at its field, and nothing is done.
#[test]
fn a_file_of_a_step_is_told_at_its_field() {
    let world = World::new();
    let book = std::sync::Arc::clone(world.city.casework.book());
    let asks = |step: &Step| step.form.fields.iter().any(|field| field.kind == FieldKind::File);
    let mut tried = 0;
    for procedure in
        book.definitions.procedures.values().filter(|one| one.flow.steps.iter().any(asks)).take(6)
    {
        let mut dice = Dice(5);
        let case = open(&world, procedure, &mut dice);
        let Some(step) = open_step(&world, procedure, &case, asks, &mut dice) else { continue };
        let shown = at_work(&world, &case, step);
        for (content, told) in
            [(pdf(20_000_001), "has 20.1 MB"), (b"\x00\x01<html>".to_vec(), "is of a kind")]
        {
            let Sent::Parts(pairs, mut files) = typed(step, &step.outcomes[0].id, &mut dice) else {
                continue;
            };
            let field = files[0].0.clone();
            files[0].2 = content;
            let reply = super::post(&world, &shown, &case, step, &Sent::Parts(pairs, files));
            check(&reply, 422, &[">because</textarea>"], &[told, &format!("id=\"f-{field}-error\"")]);
            tried += 1;
        }
        assert!(world.view(&case).state.open_steps().any(|(id, _)| *id == step.id), "nothing was done");
    }
    assert!(tried > 0, "no procedure of the packs records a paper at its first step");
}

/// The queue goes by the promise where that comes before the law's limit, and says so.
#[test]
fn the_queue_goes_by_what_comes_first() {
    let world = World::new();
    let book = std::sync::Arc::clone(world.city.casework.book());
    let both = |one: &&Procedure| one.limit.is_some() && one.promise.is_some();
    let mut seen = 0;
    for procedure in book.definitions.procedures.values().filter(both).take(4) {
        let mut dice = Dice(7);
        let case = open(&world, procedure, &mut dice);
        let promised = |step: &Step| {
            let view = world.view(&case);
            let Some(state) = view.state.steps.get(&step.id) else { return false };
            let of = |board: &casework::board::Board| {
                let mut tasks = board.queue(&state.office, &step.role).filter(|task| task.case == case);
                tasks.any(|task| task.set_by == Some(SetBy::Promise))
            };
            world.city.casework.board(of).unwrap()
        };
        let Some(step) = open_step(&world, procedure, &case, promised, &mut dice) else { continue };
        let limit = world.city.casework.board(|board| board.due(&case)).unwrap().unwrap();
        let office = world.view(&case).state.steps[&step.id].office.clone();
        let task = world
            .city
            .casework
            .board(|board| board.queue(&office, &step.role).find(|task| task.case == case).cloned());
        let task = task.unwrap().unwrap();
        assert_eq!(task.set_by, Some(SetBy::Promise), "{}", procedure.id);
        assert!(task.due.unwrap() < limit, "{}: {:?} {limit}", procedure.id, task.due);
        let page = world.get(&at_work(&world, &case, step), &format!("/desk?q={}", case.id)).text();
        assert!(page.contains("as promised"), "{page}");
        seen += 1;
    }
    assert!(seen > 0, "no procedure of the packs has both a limit and a promise");
}
