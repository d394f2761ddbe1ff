//! Signing in, opening an account, signing out.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::city::NotRegistered;
use super::{carried, own};
use crate::layout::{Face, Frame};
use crate::page::account::{self, View};
use crate::path;
use crate::text::Lang;
use access::directory::BadName;
use access::session::Token;
use access::sign_in::Refused;
use axum::http::StatusCode;
use pack::Title;

/// Something wrong with what was filled in: the field, and what.
pub type Fault = (&'static str, Title);

pub fn view(asked: &Asked) -> View {
    let demo = asked.city.settings.demo.iter();
    View {
        login: asked.words("login").unwrap_or_default().to_owned(),
        name: asked.words("name").unwrap_or_default().to_owned(),
        back: asked.back().to_owned(),
        faults: Vec::new(),
        carried: carried::along(asked),
        gone: None,
        demo: demo
            .map(|one| (one.group.clone(), one.login.clone(), one.password.clone(), one.title.clone()))
            .collect(),
    }
}

/// The frame of a page for signing in: with what goes along.
pub fn frame(asked: &Asked) -> Frame {
    let back = asked.field("back").map(|_| asked.back().to_owned());
    let carried = carried::along(asked);
    let frame = asked.frame(Face::Resident);
    // Another language is chosen by the same form, which names the page that it leads to.
    let path = back.filter(|_| carried.is_some()).unwrap_or_else(|| frame.path.clone());
    Frame { carried, path, ..frame }
}

pub fn sign_in_page(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(account::sign_in(&frame(asked), &view(asked))))
}

pub fn sign_in(asked: &Asked) -> Result<Answer, Oops> {
    // In another language, with what goes along.
    if let Some(lang) = asked.field("lang").and_then(Lang::parse).filter(|_| carried::along(asked).is_some())
    {
        let view = View { gone: Some(account::Gone::Along(Vec::new())), ..view(asked) };
        let page = account::sign_in(&Frame { lang, ..frame(asked) }, &view);
        return Ok(Answer::page(page).choice("lang", lang.tag()));
    }
    let (login, secret) =
        (asked.field("login").unwrap_or_default(), asked.field("password").unwrap_or_default());
    match asked.city.sign_in(login, secret, asked.address, asked.token.as_ref(), asked.kiosk) {
        Ok(token) => Ok(own::welcome(asked, &token)),
        Err(Refused::Choose) => Ok(own::choose(asked, Vec::new())),
        Err(refused) => {
            let view = View { faults: vec![("login", refused.title())], ..view(asked) };
            let page = Answer::page(account::sign_in(&frame(asked), &view));
            Ok(match refused {
                Refused::Wait { seconds } => page.status(StatusCode::TOO_MANY_REQUESTS).later(seconds),
                _ => page.status(StatusCode::FORBIDDEN),
            })
        }
    }
}

pub fn register_page(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(account::register(&asked.frame(Face::Resident), &view(asked))))
}

/// A person's own name as it was typed.
///
/// # Errors
/// What is wrong with it.
pub fn own_name(typed: &str) -> Result<String, Title> {
    let name = casework::answer::unturned(typed).trim().to_owned();
    if name.is_empty() {
        return Err(Title::new("请填写姓名", "Enter the name"));
    }
    if name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(Title::new("姓名不能超过100字", "A name has at most 100 characters"));
    }
    Ok(name)
}

/// Opens an account and signs in. Sent twice, the second finds the account that the first opened, with the same
/// password, and signs in to it.
pub fn open(asked: &Asked, login: &str, name: &str, secret: &str) -> Result<Result<Token, Fault>, Oops> {
    let sign_in = || asked.city.sign_in(login, secret, asked.address, asked.token.as_ref(), asked.kiosk);
    let name = match own_name(name) {
        Ok(name) => name,
        Err(why) => return Ok(Err(("name", why))),
    };
    asked.city.admit_registration(asked.address).map_err(|seconds| Oops::Wait { seconds })?;
    let fault = match asked.city.register(login, &name, secret, &[], asked.now) {
        Ok(_) => return sign_in().map(Ok).map_err(waiting),
        Err(NotRegistered::Name(error)) => {
            let zh = match error {
                BadName::Length => "登录名为2到64个字符",
                BadName::Blank => "登录名不能含有空格",
                BadName::IdentityNumber => "不能用身份号码作登录名，请换一个",
            };
            ("login", Title::new(zh, error.to_string()))
        }
        Err(NotRegistered::Taken(error)) => match sign_in() {
            Ok(token) => return Ok(Ok(token)),
            Err(refused @ Refused::Wait { .. }) => return Err(waiting(refused)),
            Err(_) => ("login", Title::new("这个登录名已被使用，请换一个", error.to_string())),
        },
        Err(NotRegistered::Weak(error)) => ("password", error.title()),
        Err(NotRegistered::Busy) => return Err(Oops::Busy),
        Err(NotRegistered::Store(error)) => return Err(error.into()),
        Err(NotRegistered::Append(error)) => return Err(error.into()),
        Err(other) => return Err(Oops::Broken(other.to_string())),
    };
    Ok(Err(fault))
}

fn waiting(refused: Refused) -> Oops {
    match refused {
        Refused::Wait { seconds } => Oops::Wait { seconds },
        _ => Oops::forbidden(Some(refused.title())),
    }
}

pub fn register(asked: &Asked) -> Result<Answer, Oops> {
    let field = |name: &str| asked.field(name).unwrap_or_default();
    match open(asked, field("login"), field("name"), field("password"))? {
        Ok(token) => {
            asked.city.note_device(&token, &asked.device);
            Ok(Answer::go(asked.back()).session(Some(&token)))
        }
        Err(fault) => {
            let view = View { faults: vec![fault], ..view(asked) };
            let page = account::register(&asked.frame(Face::Resident), &view);
            Ok(Answer::page(page).status(StatusCode::UNPROCESSABLE_ENTITY))
        }
    }
}

pub fn sign_out(asked: &Asked) -> Result<Answer, Oops> {
    if let Some(token) = &asked.token {
        asked.city.sign_out(token)?;
    }
    let answer = Answer::go(format!("{}?done=signed-out", path::HOME)).session(None);
    Ok(if asked.kiosk { answer.wiped() } else { answer })
}
