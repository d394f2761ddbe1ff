//! HTTP: from a request to a page function's view, and back.
//!
//! Requests are handled by plain functions from [`Asked`] to an [`Answer`], on threads that may wait for the store.
//! Everything that is asked for is decided by the policies before a page is made.

mod account;
mod acting;
mod answer;
mod api;
mod asked;
mod board;
mod bounds;
mod carried;
mod case;
mod city;
mod corrections;
mod counter;
mod desk;
mod device;
mod document;
mod editions;
mod erasure;
mod filling;
mod findings;
mod gate;
mod in_chinese;
mod live;
mod logs;
mod maps;
mod measures;
mod numbered;
mod once;
mod oops;
mod operation;
mod own;
mod people;
mod personal;
mod queue;
mod receipt;
mod receive;
mod record_pages;
mod serve;
mod services;
mod show;
mod staff;
mod told;
mod unkept;
mod walk_in;
mod whence;

pub use bounds::Bounds;
pub use city::{City, Demo, NotRegistered, OpenError, Settings};
pub use findings::idle;
pub use logs::Shelf;
pub use people::{Issued, Newcomer, NotDone, Secret};
pub use serve::serve;
pub use walk_in::{NotOpened, Opened, WalkIn};

use answer::Answer;
use asked::Asked;
use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{DefaultBodyLimit, RawPathParams, Request, State};
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use operation::{Operation, Work, get as page, live as stream, post as form};
use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

/// Every operation: its method, its path, and what carries it out. The authorization test goes through this table.
static OPERATIONS: &[Operation] = &[
    page("/", services::home),
    page("/find", services::find),
    page("/categories/{category}", services::category),
    page("/services/{service}", services::service),
    page("/services/{service}/form", services::blank),
    form("/services/{service}/begin", services::begin).coming_back(),
    page("/offline", services::offline),
    page("/language/{lang}", services::language),
    page("/face/{face}", services::face),
    page("/sign-in", account::sign_in_page),
    form("/sign-in", account::sign_in).on("/sign-in?back").in_any_post(),
    page("/register", account::register_page),
    form("/register", account::register).on("/register?back").in_any_post(),
    form("/sign-out", account::sign_out).in_any_post(),
    form("/sign-in/password", own::chosen).in_any_post(),
    page("/account", own::page),
    form("/account/password", own::password).in_any_post(),
    form("/account/sessions", own::sessions).in_any_post(),
    page("/account/post", own::posts_page),
    form("/account/post", own::post).on("/account/post?back").in_any_post(),
    page("/account/reads", own::reads),
    page("/account/data", own::data),
    page("/account/erasure", own::erasure_page),
    form("/account/erasure", own::erase).in_any_post(),
    page("/cases", case::list),
    page("/cases/{case}", case::follow),
    stream("/cases/{case}/events", live::own_case),
    page("/cases/{case}/form", filling::fill),
    form("/cases/{case}/form", filling::save).with_files().redrawing().coming_back(),
    form("/cases/{case}/form/part", filling::fragment),
    form("/cases/{case}/materials/{material}", filling::attach).with_files().on("/cases/{case}/form"),
    page("/cases/{case}/materials/{material}/{digest}", filling::file),
    page("/cases/{case}/check", filling::check),
    form("/cases/{case}/submit", case::submit).on("/cases/{case}/check").coming_back(),
    page("/cases/{case}/submitted", case::submitted),
    form("/cases/{case}/answer", case::answer).on("/cases/{case}/check").coming_back(),
    form("/cases/{case}/withdraw", case::withdraw).coming_back(),
    form("/cases/{case}/rate", case::rate).coming_back(),
    form("/cases/{case}/complain", case::complain).coming_back(),
    page("/cases/{case}/receipt", receipt::page),
    page("/cases/{case}/receipt.tlog-proof", receipt::file),
    page("/cases/{case}/documents/{credential}", document::page),
    page("/cases/{case}/documents/{credential}/receipt.tlog-proof", document::file),
    page("/verify", record_pages::verify_page),
    form("/verify", record_pages::verify).in_any_post(),
    page("/desk", queue::show),
    stream("/desk/events", live::desk),
    page("/desk/start", counter::show),
    form("/desk/start", counter::begin).on("/desk/start?service&purpose"),
    form("/desk/start/account", counter::account).on("/desk/start?service&purpose"),
    form("/desk/start/number", counter::number).on("/desk/start?service&purpose"),
    page("/desk/cases/{case}", desk::case),
    stream("/desk/cases/{case}/events", live::desk_case),
    form("/desk/cases/{case}/personal", desk::personal),
    form("/desk/cases/{case}/{action}/{about}", acting::act)
        .with_files()
        .redrawing()
        .on("/desk/cases/{case}?amend")
        .coming_back(),
    page("/board", board::city),
    stream("/board/events", live::board),
    page("/board/record", record_pages::health),
    form("/board/record", record_pages::verify_whole),
    page("/board/offices/{office}", board::office),
    page("/board/offices/{office}/{procedure}", board::cases),
    page("/board/cases/{case}", board::case),
    page("/board/entries/{entry}", record_pages::entry),
    page("/board/findings", findings::board),
    page("/board/findings/{case}", findings::one),
    page("/board/models", findings::models),
    page("/board/models/{model}", findings::model),
    page("/board/maps", maps::list),
    page("/board/maps/{procedure}", maps::show),
    page("/board/maps/{procedure}/map.svg", maps::drawing),
    page("/board/maps/{procedure}/cases", maps::cases),
    page("/board/logs", logs::list),
    form("/board/logs", logs::upload).with_log(),
    page("/board/logs/{log}", logs::one),
    stream("/board/logs/{log}/events", logs::watch),
    form("/board/logs/{log}/delete", logs::delete),
    form("/board/logs/{log}/models", logs::models).with_files(),
    page("/board/logs/{log}/findings", logs::findings),
    page("/board/logs/{log}/cases/{number}", logs::case),
    page("/board/logs/{log}/map", logs::map),
    page("/board/logs/{log}/map/map.svg", logs::drawing),
    page("/board/logs/{log}/map/cases", logs::cases),
    page("/staff", staff::list),
    page("/staff/new", staff::new),
    form("/staff/new", staff::take_on),
    page("/staff/people/{person}", staff::person),
    form("/staff/people/{person}/{act}", staff::act).coming_back(),
    page("/editions", editions::list),
    page("/editions/{procedure}", editions::one),
    form("/editions/{procedure}", editions::carry_out),
    page("/editions/cases/{case}", editions::case),
    form("/editions/cases/{case}", editions::move_case),
    page("/api/openapi.json", api::document),
    form("/api/sign-in", api::sign_in),
    form("/api/sign-out", api::sign_out),
    form("/api/register", api::register),
    page("/api/me", api::me),
    form("/api/me/post", api::act_in),
    page("/api/readings", api::readings),
    page("/api/services", api::services),
    page("/api/services/{service}", api::service),
    form("/api/services/{service}/cases", api::begin),
    form("/api/services/{service}/look-up", api::look_up),
    form("/api/services/{service}/accounts", api::open_account),
    form("/api/services/{service}/numbers", api::correct_number),
    form("/api/services/{service}/codes", api::another_code),
    page("/api/cases", api::cases),
    page("/api/cases/{case}", api::case),
    page("/api/cases/{case}/history", api::history),
    form("/api/cases/{case}/personal", api::personal),
    form("/api/cases/{case}/materials/{material}", api::attach).with_files(),
    page("/api/cases/{case}/materials/{material}/{digest}", api::file),
    page("/api/cases/{case}/receipt", api::receipt),
    page("/api/cases/{case}/documents/{credential}", api::issued),
    page("/api/cases/{case}/migration", api::plan),
    form("/api/cases/{case}/{action}", api::act).with_files(),
    page("/api/queue", api::queue),
    page("/api/board", api::board),
    page("/api/board/{office}", api::board_office),
    page("/api/board/{office}/{procedure}", api::board_cases),
    page("/api/findings", api::findings),
    page("/api/findings/{case}", api::finding),
    page("/api/models", api::models),
    page("/api/models/{model}", api::model),
    page("/api/maps/{procedure}", api::map),
    page("/api/record", api::health),
    form("/api/record/verify", api::verify_whole),
    page("/api/record/checkpoint", api::checkpoint),
    page("/api/record/entries/{entry}", api::entry),
    form("/api/verify", api::verify),
    page("/checkpoint", record_pages::checkpoint),
    page("/record/key", record_pages::key),
    page("/tile/{*path}", record_pages::tile),
    page("/healthz", record_pages::alive),
    page("/metrics", record_pages::metrics),
    page("/assets/{*path}", services::asset),
    page("/sw.js", services::worker),
];

/// What is answered where there is no operation, and where there is one but not by this method.
static MISSING: Operation = page("", services::missing);
static OTHER_METHOD: Operation = page("", services::other_method);

/// The methods and paths of all operations.
pub fn operations() -> impl Iterator<Item = (&'static str, &'static str)> {
    OPERATIONS.iter().map(|operation| (operation.method, operation.path))
}

/// Everything that the city answers.
pub fn router(city: Arc<City>) -> Router {
    let mut router = Router::new();
    let mut paths: Vec<&str> = operations().map(|(_, path)| path).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        let of_path = OPERATIONS.iter().filter(|operation| operation.path == path);
        let methods = of_path.fold(MethodRouter::new(), |methods, operation| match operation.method {
            "POST" => methods.merge(post(handler(operation))),
            _ => methods.merge(get(handler(operation))),
        });
        router = router.route(path, methods);
    }
    router
        .method_not_allowed_fallback(handler(&OTHER_METHOD))
        .fallback(handler(&MISSING))
        // Each operation has its own bound.
        .layer(DefaultBodyLimit::disable())
        .layer(map_response(answer::guard))
        .with_state(city)
}

/// What stands in the places of a path, where that is text.
type Params = Result<RawPathParams, RawPathParamsRejection>;

/// An answer that is being made.
type Answering = std::pin::Pin<Box<dyn Future<Output = Response> + Send>>;

fn handler(operation: &'static Operation) -> impl Fn(State<Arc<City>>, Params, Request) -> Answering + Clone {
    move |State(city), params, request| Box::pin(handle(city, operation, params, request))
}

/// What came of a request.
enum Outcome {
    Answered(Answer),
    Watched(Box<Asked>, live::Watched),
}

async fn handle(
    city: Arc<City>,
    operation: &'static Operation,
    params: Params,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let mut asked = Asked::new(Arc::clone(&city), operation, params.as_ref().ok(), &parts);
    let received = match params {
        Ok(_) => asked.receive(parts, body, operation).await,
        Err(_) => Err(oops::no_text()),
    };
    let begun = Instant::now();
    let outcome = tokio::task::spawn_blocking(move || {
        asked.recognize();
        let ready = received.and_then(|()| asked.check(operation)).and_then(|()| api::admit(&asked));
        let ready = ready.and_then(|()| asked.whole(operation));
        let oops = match (ready, operation.work) {
            (Ok(()), Work::Page(page)) => match page(&asked) {
                Ok(answer) => return Outcome::Answered(carried::signed_in(&mut asked, answer)),
                Err(oops) => oops,
            },
            (Ok(()), Work::Live(watch)) => match live::Watched::new(&asked, watch) {
                Ok(watched) => return Outcome::Watched(Box::new(asked), watched),
                Err(oops) => oops,
            },
            (Err(oops), _) => oops,
        };
        Outcome::Answered(oops.answer(&asked))
    });
    let response = match outcome.await {
        Ok(Outcome::Answered(answer)) => answer.response(),
        Ok(Outcome::Watched(asked, watched)) => live::stream(*asked, watched),
        Err(_) => axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    city.measures.count(operation, response.status().as_u16(), begun.elapsed());
    response
}
