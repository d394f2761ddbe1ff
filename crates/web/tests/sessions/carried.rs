//! What was typed into a form whose session had ended: it comes back to whoever typed it, to nobody else, and nothing is carried
//! out unseen.

use super::world::call::{Reply, Sent, Shown, form};
use super::world::cases::{PAGE, Stage};
use super::world::{self, PASSWORD, World, alone};
use access::Post;
use access::session::Token;
use record::ObjectRef;

const TYPED: &str = "荷叶七号“理由”\r\n第二行";

/// The values of the hidden fields of the page's form that goes to `path`, as a browser sends them.
fn hidden(page: &str, path: &str) -> Vec<(String, String)> {
    let from = page.split(&format!("action=\"{path}\"")).nth(1).unwrap_or_else(|| panic!("{path}: {page}"));
    let inside = from.split("</form>").next().unwrap();
    let inputs = inside.split("<input type=\"hidden\" name=\"").skip(1);
    let pair = |input: &str| {
        let (name, rest) = input.split_once('"').unwrap();
        let value = rest.strip_prefix(" value=\"").unwrap().split('"').next().unwrap();
        let value =
            value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        (name.to_owned(), value)
    };
    inputs.map(pair).collect()
}

/// What a page of `login` has for the form that goes to `path`, with what is typed into it; and their session.
fn typed(world: &World, login: &str, (page, path): (&str, &str), typed: &[(&str, &str)]) -> (Token, Sent) {
    let token = world.sign_in(login);
    let page = world.get(&Shown::CookieAlone(token.clone()), page).text();
    let typed = typed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    (token, Sent::Form(hidden(&page, path).into_iter().chain(typed).collect()))
}

/// Signs in from the page that says that one is signed out.
fn sign_in(world: &World, page: &Reply, login: &str) -> Reply {
    assert_eq!(page.status, 401, "{}", page.text());
    assert!(!page.text().contains("荷叶"), "what goes along is sealed");
    let mut sent = hidden(&page.text(), "/sign-in");
    sent.extend(
        [("login", login), ("password", PASSWORD)].map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let mut request = world::call::request(&Shown::Nothing, "POST", "/sign-in", &Sent::Form(sent));
    if let Some(mark) = mark(page) {
        request.headers_mut().insert("cookie", mark.parse().unwrap());
    }
    world.send(request)
}

/// The cookie by which a browser shows that the form was posted from it.
fn mark(page: &Reply) -> Option<String> {
    let cookie = page.header("set-cookie");
    cookie
        .starts_with("__Host-lianchi-form=")
        .then(|| cookie.split(';').next().unwrap_or_default().to_owned())
}

/// What somebody had sealed for another brings nothing in another browser, nor by an address.
#[test]
fn nobody_is_made_to_send_what_another_typed() {
    let _alone = alone();
    let world = World::new();
    let case = world.case(Stage::Taken);
    let (page, path) = (format!("/desk/cases/{}", case.id), format!("/desk/cases/{}/accept/accept", case.id));
    let words = [("outcome", "accepted"), ("reasons", TYPED)];
    let (token, sent) = typed(&world, "clerk", (&page, &path), &words);
    world.city.sign_out(&token).unwrap();
    let out = world.call(&Shown::Nothing, "POST", &path, &sent);
    let mut posted = hidden(&out.text(), "/sign-in");
    let sealed = posted.iter().find(|(name, _)| name == "carried").unwrap().1.clone();
    posted.extend(
        [("login", "clerk"), ("password", PASSWORD)].map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    let planted = world.call(&Shown::Nothing, "POST", "/sign-in", &Sent::Form(posted));
    assert_eq!((planted.status.as_u16(), planted.text().contains("荷叶")), (303, false));
    let linked = world.get(&Shown::Nothing, &format!("/sign-in?carried={sealed}")).text();
    assert!(!linked.contains("name=\"carried\""), "an address brings a form along: {linked}");
}

/// What is not shown before it is sent again does not come back.
#[test]
fn what_cannot_be_shown_does_not_go_along() {
    let _alone = alone();
    let world = World::new();
    let case = world.case(Stage::Taken);
    let (page, path) = (format!("/desk/cases/{}", case.id), format!("/desk/cases/{}/accept/accept", case.id));
    let words = [("outcome", "accepted"), ("reasons", TYPED), ("other", "person/1")];
    let (token, sent) = typed(&world, "clerk", (&page, &path), &words);
    world.city.sign_out(&token).unwrap();
    let out = world.call(&Shown::Nothing, "POST", &path, &sent);
    assert_eq!((out.status.as_u16(), out.header("location").starts_with("/sign-in")), (303, true));
}

fn session(reply: &Reply) -> Token {
    let cookie = reply.header("set-cookie").strip_prefix("__Host-lianchi=").unwrap();
    Token::parse(cookie.split(';').next().unwrap()).unwrap()
}

fn events(world: &World, case: &ObjectRef) -> u64 {
    world.view(case).state.events
}

/// `login` types into the form at `path` of the page, and their session is over when they send it. It comes back to them alone, and
/// is carried out once they send it again.
fn check(login: &str, stage: Stage, (page, path): (&str, &str), words: &[(&str, &str)], shown: &[&str]) {
    let _alone = alone();
    let world = World::new();
    let case = world.case(stage);
    let (page, path) = (page.replace("{case}", case.id.as_str()), path.replace("{case}", case.id.as_str()));
    let (token, sent) = typed(&world, login, (&page, &path), words);
    world::pass(13 * 3600);
    let before = events(&world, &case);
    let out = world.call(&Shown::CookieAlone(token), "POST", &path, &sent);
    let wrong =
        world.call(&Shown::Nothing, "POST", "/sign-in", &form(&[("login", login), ("password", "no")]));
    assert_eq!(wrong.status, 403);
    // Another person at the same desk sees nothing of it.
    let another = sign_in(&world, &out, "colleague");
    assert_eq!((another.status.as_u16(), another.text().contains("荷叶")), (303, false));
    let back = sign_in(&world, &out, login);
    assert_eq!(back.status, 200, "{}", back.text());
    for words in shown {
        assert!(back.text().contains(words), "`{words}`: {}", back.text());
    }
    assert_eq!(events(&world, &case), before, "nothing is carried out unseen");
    let again = Sent::Form(hidden(&back.text(), &path));
    let Sent::Form(first) = &sent else { panic!("a form") };
    let Sent::Form(second) = &again else { panic!("a form") };
    let own = |all: &[(String, String)]| {
        all.iter().filter(|(name, _)| name != "token").cloned().collect::<Vec<_>>()
    };
    assert_eq!(own(second), own(first), "as it was typed");
    let done = world.call(&Shown::CookieAlone(session(&back)), "POST", &path, &again);
    assert_eq!(done.status, 303, "{}", done.text());
    assert!(events(&world, &case) > before);
}

#[test]
fn a_clerks_decision_comes_back() {
    let words = [("outcome", "accepted"), ("reasons", TYPED)];
    let shown = ["荷叶七号“理由”", "<dt>Reasons</dt>", "<dt>Outcome</dt>"];
    check("clerk", Stage::Taken, ("/desk/cases/{case}", "/desk/cases/{case}/accept/accept"), &words, &shown);
}

#[test]
fn a_partys_form_comes_back() {
    let words = [("before", "荷叶八号"), ("then", "save")];
    check("party", Stage::Draft, ("/cases/{case}/form", "/cases/{case}/form"), &words, &["荷叶八号"]);
}

#[test]
fn a_partys_complaint_comes_back() {
    let words = [("words", TYPED)];
    check("party", Stage::Open, ("/cases/{case}", "/cases/{case}/complain"), &words, &["荷叶七号“理由”"]);
}

#[test]
fn a_file_does_not_go_along_and_is_named() {
    let _alone = alone();
    let world = World::new();
    let path = format!("/cases/{}/form", world.case(Stage::Draft).id);
    let (token, sent) = typed(&world, "party", (&path, &path), &[("before", "荷叶九号"), ("then", "save")]);
    let Sent::Form(pairs) = sent else { panic!("a form") };
    world.city.sign_out(&token).unwrap();
    let file =
        [("material.identity-card".to_owned(), "card.pdf".to_owned(), [PAGE, &[b' '; 3_000_000]].concat())];
    let out = world.call(&Shown::Nothing, "POST", &path, &Sent::Parts(pairs, file.to_vec()));
    assert!(out.text().contains("card.pdf"), "{}", out.text());
    let back = sign_in(&world, &out, "party").text();
    assert!(back.contains("card.pdf") && back.contains("荷叶九号"), "{back}");
}

#[test]
fn a_page_of_an_earlier_session_is_drawn_anew_for_its_own_person() {
    let _alone = alone();
    let world = World::new();
    let case = world.case(Stage::Taken);
    let (page, path) = (format!("/desk/cases/{}", case.id), format!("/desk/cases/{}/accept/accept", case.id));
    let words = [("outcome", "accepted"), ("reasons", TYPED)];
    let (_, sent) = typed(&world, "clerk", (&page, &path), &words);
    let before = events(&world, &case);
    let post = |login: &str, origin: &str| {
        let mut request =
            world::call::request(&Shown::CookieAlone(world.sign_in(login)), "POST", &path, &sent);
        request.headers_mut().insert("origin", origin.parse().unwrap());
        let reply = world.send(request);
        (reply.status.as_u16(), reply.text().contains("荷叶"))
    };
    assert_eq!(post("clerk", "https://city.example"), (409, true));
    assert_eq!(post("clerk", "https://elsewhere.example"), (400, false), "another site has it sent");
    assert_eq!(post("colleague", "https://city.example"), (400, false), "it was drawn for another");
    assert_eq!(events(&world, &case), before);
}

#[test]
fn what_cannot_go_along_is_said() {
    let _alone = alone();
    let world = World::new();
    let path = format!("/cases/{}/form", world.case(Stage::Draft).id);
    let long = "荷".repeat(100_000);
    let (token, sent) = typed(&world, "party", (&path, &path), &[("before", &long), ("then", "save")]);
    world.city.sign_out(&token).unwrap();
    let out = world.call(&Shown::Nothing, "POST", &path, &sent);
    assert!(out.status == 401 && out.text().contains("too long to come along"), "{}", out.text());
    assert!(!out.text().contains("name=\"carried\""));
    // What is old, altered or made up brings nothing.
    let (token, sent) = typed(&world, "party", (&path, &path), &[("before", "荷叶十号"), ("then", "save")]);
    world.city.sign_out(&token).unwrap();
    let out = world.call(&Shown::Nothing, "POST", &path, &sent);
    let sealed = hidden(&out.text(), "/sign-in").into_iter().find(|(name, _)| name == "carried").unwrap().1;
    let flipped = if sealed.ends_with("A=") { "B=" } else { "A=" };
    for carried in [&format!("{}{flipped}", &sealed[..sealed.len() - 2]), "", "荷", &"A".repeat(80)] {
        let pairs = [("login", "party"), ("password", PASSWORD), ("carried", carried)];
        assert_eq!(world.call(&Shown::Nothing, "POST", "/sign-in", &form(&pairs)).status, 303, "{carried}");
    }
    world::pass(25 * 3600);
    assert_eq!(sign_in(&world, &out, "party").status, 303, "a day later");
    // Secrets never go along.
    let token = world.sign_in("party");
    let account = world.get(&Shown::CookieAlone(token.clone()), "/account").text();
    let mut pairs = hidden(&account, "/account/password");
    pairs.push(("old".to_owned(), PASSWORD.to_owned()));
    world.city.sign_out(&token).unwrap();
    let out = world.call(&Shown::Nothing, "POST", "/account/password", &Sent::Form(pairs));
    assert_eq!((out.status.as_u16(), out.header("location")), (303, "/sign-in?back=%2Faccount"));
}

/// What somebody corrects in the record, or hands over, comes back like all else that is typed.
#[test]
fn a_correction_of_the_record_comes_back() {
    let words = [("form.before", "荷叶十一号"), ("reasons", TYPED)];
    let (page, path) = ("/desk/cases/{case}?amend=form.before", "/desk/cases/{case}/amend/form");
    check("clerk", Stage::Entered, (page, path), &words, &["荷叶十一号", "荷叶七号“理由”"]);
}

#[test]
fn a_step_that_is_handed_over_comes_back() {
    let words = [("to", "queue"), ("reasons", TYPED)];
    let shown = ["荷叶七号“理由”", "Back into the queue"];
    let path = "/desk/cases/{case}/hand-over/accept";
    check("clerk", Stage::Taken, ("/desk/cases/{case}", path), &words, &shown);
}

/// Another language is chosen on the page for signing in: what goes along stays, and nobody is sent to open an account.
#[test]
fn another_language_keeps_what_goes_along() {
    let _alone = alone();
    let world = World::new();
    let path = format!("/cases/{}/form", world.case(Stage::Draft).id);
    let (token, sent) = typed(&world, "party", (&path, &path), &[("before", "荷叶九号"), ("then", "save")]);
    world.city.sign_out(&token).unwrap();
    let out = world.call(&Shown::Nothing, "POST", &path, &sent);
    let page = out.text();
    assert!(!page.contains("href=\"/register") && !page.contains("href=\"/language/"), "{page}");
    let mut asked = hidden(&page, "/sign-in");
    assert_eq!(asked.iter().find(|(name, _)| name == "back").map(|(_, back)| back.clone()), Some(path));
    asked.push(("lang".to_owned(), "zh-CN".to_owned()));
    let chinese = world.call(&Shown::Nothing, "POST", "/sign-in", &Sent::Form(asked));
    assert!(chinese.header("set-cookie").starts_with("lang=zh-CN"), "{:?}", chinese.headers);
    let page = chinese.text();
    assert!(page.contains("lang=\"zh-CN\"") && page.contains("您填写的内容会带过来"), "{page}");
    let carried = |page: &str| hidden(page, "/sign-in").into_iter().find(|(name, _)| name == "carried");
    assert_eq!(carried(&page), carried(&out.text()));
}

/// A form that was drawn in one post is not carried out in another: its page says so, keeps what was typed, and leads back.
#[test]
fn a_form_is_carried_out_in_the_post_for_which_it_was_drawn() {
    let _alone = alone();
    let world = World::new();
    let case = world.case(Stage::Open);
    let posts = [Post::new("clerk", "lake-station"), Post::new("clerk", "bridge-station")];
    world.city.register("both", "双岗位", PASSWORD, &posts, world.city.now()).unwrap();
    let token = world.sign_in("both");
    let browser = Shown::CookieAlone(token.clone());
    let person = world.city.person(world.city.find_person("both").unwrap()).unwrap();
    let act_in = |post: &Post| world.city.act_in(&token, &person, Some(post.clone())).unwrap();
    let (page, path) =
        (format!("/desk/cases/{}", case.id), format!("/desk/cases/{}/correct/accept", case.id));
    act_in(&posts[0]);
    let drawn = world.get(&browser, &page).text();
    let mut pairs = hidden(&drawn, &path);
    pairs.push(("note.before".to_owned(), TYPED.to_owned()));
    let sent = Sent::Form(pairs);
    act_in(&posts[1]);
    let before = events(&world, &case);
    let refused = world.call(&browser, "POST", &path, &sent);
    assert_eq!(refused.status, 403, "{}", refused.text());
    for said in ["You act in another post now", "South Lake", "荷叶七号“理由”", "Switch back"] {
        assert!(refused.text().contains(said), "{said}: {}", refused.text());
    }
    assert_eq!(events(&world, &case), before);
    // By a script it is told the same by its status.
    assert_eq!(world.call(&browser, "POST", &path, &sent).status, 403);
    // Back in that post it is looked through, and sent.
    let mut back = hidden(&refused.text(), "/account/post");
    back.push(("post".to_owned(), posts[0].to_string()));
    let cookie = mark(&refused).unwrap();
    let mut request = world::call::request(&browser, "POST", "/account/post", &Sent::Form(back));
    let both = format!("{}; {cookie}", request.headers()["cookie"].to_str().unwrap());
    request.headers_mut().insert("cookie", both.parse().unwrap());
    let again = world.send(request);
    assert!(again.status == 200 && again.text().contains("荷叶七号“理由”"), "{}", again.text());
    assert_eq!(events(&world, &case), before, "nothing is carried out unseen");
    let done = world.call(&browser, "POST", &path, &Sent::Form(hidden(&again.text(), &path)));
    assert!(done.status == 303 && events(&world, &case) > before, "{}", done.text());
    // What is one's own alone is the same in every post.
    act_in(&posts[0]);
    let account = world.get(&browser, "/account").text();
    let pairs = hidden(&account, "/sign-out");
    act_in(&posts[1]);
    let own = world.call(&browser, "POST", "/sign-out", &Sent::Form(pairs));
    assert_eq!(own.status, 303, "{}", own.text());
    // Nor is a form of an earlier session carried on into another post.
    let new = world.sign_in("both");
    world.city.act_in(&new, &person, Some(posts[1].clone())).unwrap();
    let mut request = world::call::request(&Shown::CookieAlone(new), "POST", &path, &sent);
    request.headers_mut().insert("origin", "https://city.example".parse().unwrap());
    let reply = world.send(request);
    assert!(reply.status == 403 && reply.text().contains("Switch back"), "{}", reply.text());
}
