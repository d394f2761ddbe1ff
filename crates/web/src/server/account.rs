//! Signing in, opening an account, signing out.

use super::answer::{Answer, Oops};
use super::asked::Asked;
use super::city::NotRegistered;
use crate::layout::Face;
use crate::page::account::{self, View};
use crate::path;
use access::sign_in::Refused;
use axum::http::StatusCode;
use pack::Title;

fn view(asked: &Asked) -> View {
    let demo = asked.city.settings.demo.iter();
    View {
        login: asked.words("login").unwrap_or_default().to_owned(),
        name: asked.words("name").unwrap_or_default().to_owned(),
        back: back(asked).to_owned(),
        faults: Vec::new(),
        demo: demo.map(|one| (one.login.clone(), one.password.clone(), one.title.clone())).collect(),
    }
}

/// Where to go on to: a page of ours, or the front page.
fn back(asked: &Asked) -> &str {
    let ours = |back: &&str| back.starts_with('/') && !back.starts_with("//") && !back.contains('\\');
    asked.field("back").filter(ours).unwrap_or(path::HOME)
}

pub fn sign_in_page(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(account::sign_in(&asked.frame(Face::Resident), &view(asked))))
}

pub fn sign_in(asked: &Asked) -> Result<Answer, Oops> {
    let (login, secret) =
        (asked.field("login").unwrap_or_default(), asked.field("password").unwrap_or_default());
    match asked.city.sign_in(login, secret, asked.address, asked.token.as_ref(), asked.kiosk) {
        Ok(token) => {
            let home = back(asked) == path::HOME;
            let posts = asked.city.resume(&token).and_then(|(_, post)| post);
            let to = match posts {
                Some(post) if home && post.role.as_str() == "supervisor" => path::BOARD,
                Some(_) if home => path::DESK,
                _ => back(asked),
            };
            Ok(Answer::go(to).session(Some(&token)))
        }
        Err(refused) => {
            let status = match refused {
                Refused::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::FORBIDDEN,
            };
            let view = View { faults: vec![("login", refused.title())], ..view(asked) };
            Ok(Answer::page(account::sign_in(&asked.frame(Face::Resident), &view)).status(status))
        }
    }
}

pub fn register_page(asked: &Asked) -> Result<Answer, Oops> {
    Ok(Answer::page(account::register(&asked.frame(Face::Resident), &view(asked))))
}

pub fn register(asked: &Asked) -> Result<Answer, Oops> {
    let (login, secret) =
        (asked.field("login").unwrap_or_default(), asked.field("password").unwrap_or_default());
    let name = asked.words("name");
    let fault = match name {
        None => ("name", Title::new("请填写姓名", "Enter your name")),
        Some(name) => match asked.city.register(login, name, secret, &[], asked.now) {
            Ok(_) => {
                let token =
                    asked.city.sign_in(login, secret, asked.address, asked.token.as_ref(), asked.kiosk);
                return match token {
                    Ok(token) => Ok(Answer::go(back(asked)).session(Some(&token))),
                    Err(_) => Ok(Answer::go(path::SIGN_IN)),
                };
            }
            Err(NotRegistered::Name(error)) => {
                ("login", Title::new("登录名由3到64个字母、数字或汉字组成", error.to_string()))
            }
            Err(NotRegistered::Taken(error)) => {
                ("login", Title::new("这个登录名已被使用，请换一个", error.to_string()))
            }
            Err(NotRegistered::Weak(error)) => {
                ("password", Title::new("密码至少10个字符，且不能太常见", error.to_string()))
            }
            Err(other) => return Err(Oops::Broken(other.to_string())),
        },
    };
    let view = View { faults: vec![fault], ..view(asked) };
    let page = account::register(&asked.frame(Face::Resident), &view);
    Ok(Answer::page(page).status(StatusCode::UNPROCESSABLE_ENTITY))
}

pub fn sign_out(asked: &Asked) -> Result<Answer, Oops> {
    if let Some(token) = &asked.token {
        asked.city.sign_out(token);
    }
    Ok(Answer::go(format!("{}?done=signed-out", path::HOME)).session(None))
}
