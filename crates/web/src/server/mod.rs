//! HTTP: from a request to a page function's view, and back.
//!
//! Requests are handled by plain functions from [`Asked`] to an [`Answer`](answer::Answer), on threads that may wait for
//! the store. Everything that is asked for is decided by the policies before a page is made.

mod account;
mod answer;
mod api;
mod asked;
mod board;
mod case;
mod city;
mod desk;
mod live;
mod receipt;
mod record_pages;
mod services;
mod show;

pub use city::{City, Demo, NotRegistered, OpenError, Settings};

use answer::{Answer, Oops};
use asked::Asked;
use axum::Router;
use axum::extract::{DefaultBodyLimit, RawPathParams, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// The most that one request may carry: a file of 20 MiB with what is around it.
const MOST_BODY: usize = 21 << 20;

type Page = fn(&Asked) -> Result<Answer, Oops>;

/// Every operation: its method, its path, and what carries it out. The authorization test goes through this table.
const OPERATIONS: &[(&str, &str, Page)] = &[
    ("GET", "/", services::home),
    ("GET", "/find", services::find),
    ("GET", "/categories/{category}", services::category),
    ("GET", "/services/{service}", services::service),
    ("GET", "/services/{service}/form", services::blank),
    ("POST", "/services/{service}/begin", services::begin),
    ("GET", "/offline", services::offline),
    ("GET", "/language/{lang}", services::language),
    ("GET", "/sign-in", account::sign_in_page),
    ("POST", "/sign-in", account::sign_in),
    ("GET", "/register", account::register_page),
    ("POST", "/register", account::register),
    ("POST", "/sign-out", account::sign_out),
    ("GET", "/cases", case::list),
    ("GET", "/cases/{case}", case::follow),
    ("GET", "/cases/{case}/form", case::fill),
    ("POST", "/cases/{case}/form", case::save),
    ("POST", "/cases/{case}/form/part", case::fragment),
    ("POST", "/cases/{case}/materials/{material}", case::attach),
    ("GET", "/cases/{case}/materials/{material}/{digest}", case::file),
    ("GET", "/cases/{case}/check", case::check),
    ("POST", "/cases/{case}/submit", case::submit),
    ("POST", "/cases/{case}/answer", case::answer),
    ("POST", "/cases/{case}/withdraw", case::withdraw),
    ("POST", "/cases/{case}/rate", case::rate),
    ("POST", "/cases/{case}/complain", case::complain),
    ("GET", "/cases/{case}/receipt", receipt::page),
    ("GET", "/cases/{case}/receipt.tlog-proof", receipt::file),
    ("GET", "/verify", record_pages::verify_page),
    ("POST", "/verify", record_pages::verify),
    ("GET", "/desk", desk::queue),
    ("GET", "/desk/start", desk::counter),
    ("POST", "/desk/start", desk::counter_start),
    ("GET", "/desk/cases/{case}", desk::case),
    ("POST", "/desk/cases/{case}/personal", desk::personal),
    ("POST", "/desk/cases/{case}/{action}/{about}", desk::act),
    ("GET", "/board", board::city),
    ("GET", "/board/record", record_pages::health),
    ("POST", "/board/record", record_pages::verify_whole),
    ("GET", "/board/offices/{office}", board::office),
    ("GET", "/board/offices/{office}/{procedure}", board::cases),
    ("GET", "/board/cases/{case}", board::case),
    ("GET", "/board/entries/{entry}", record_pages::entry),
    ("GET", "/api/openapi.json", api::document),
    ("GET", "/api/services", api::services),
    ("GET", "/api/services/{service}", api::service),
    ("POST", "/api/services/{service}/cases", api::begin),
    ("GET", "/api/cases", api::cases),
    ("GET", "/api/cases/{case}", api::case),
    ("POST", "/api/cases/{case}/{action}", api::act),
    ("GET", "/api/queue", api::queue),
    ("GET", "/checkpoint", record_pages::checkpoint),
    ("GET", "/record/key", record_pages::key),
    ("GET", "/tile/{*path}", record_pages::tile),
    ("GET", "/healthz", record_pages::alive),
    ("GET", "/metrics", record_pages::metrics),
    ("GET", "/assets/{*path}", services::asset),
    ("GET", "/sw.js", services::worker),
];

/// The methods and paths of all operations.
pub fn operations() -> impl Iterator<Item = (&'static str, &'static str)> {
    OPERATIONS.iter().map(|(method, path, _)| (*method, *path))
}

/// Everything that the city answers.
pub fn router(city: Arc<City>) -> Router {
    let mut router = Router::new();
    let mut paths: Vec<&str> = operations().map(|(_, path)| path).collect();
    paths.sort_unstable();
    paths.dedup();
    for path in paths {
        let of_path = OPERATIONS.iter().filter(|(_, other, _)| *other == path);
        let methods = of_path.fold(MethodRouter::new(), |methods, (method, _, page)| match *method {
            "POST" => methods.merge(post(handler(*page))),
            _ => methods.merge(get(handler(*page))),
        });
        router = router.route(path, methods);
    }
    router
        .route("/cases/{case}/events", get(live::events))
        .route("/desk/events", get(live::events))
        .route("/desk/cases/{case}/events", get(live::events))
        .fallback(handler(services::missing))
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .with_state(city)
}

fn handler(
    page: Page,
) -> impl Fn(State<Arc<City>>, RawPathParams, Request) -> std::pin::Pin<Box<dyn Future<Output = Response> + Send>>
+ Clone {
    move |State(city), params, request| Box::pin(handle(city, params, request, page))
}

async fn handle(city: Arc<City>, params: RawPathParams, request: Request, page: Page) -> Response {
    let asked = match Asked::read(city, &params, request).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let answered = tokio::task::spawn_blocking(move || {
        let answer = asked.check().and_then(|()| page(&asked));
        answer.unwrap_or_else(|oops| oops.answer(&asked)).finish(&asked)
    });
    answered.await.unwrap_or_else(|_| axum::http::StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Requests that have not ended so long after the city was told to close are broken off.
const GRACE: Duration = Duration::from_secs(10);

/// Serves the city on `listener` until `stop` is done, with its timers. Requests that are under way then are answered.
///
/// # Errors
/// When the network fails.
pub async fn serve(
    city: Arc<City>,
    listener: tokio::net::TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    live::watch(&city);
    let timer = tokio::spawn(live::timer(Arc::clone(&city)));
    let service = router(Arc::clone(&city)).into_make_service_with_connect_info::<std::net::SocketAddr>();
    let (closing, closed) = tokio::sync::oneshot::channel();
    let growth = city.growth.clone();
    let stop = async move {
        stop.await;
        // Those who watch would otherwise keep their connections open for as long as they like.
        let _ = growth.send(None);
        let _ = closing.send(());
    };
    let served = tokio::select! {
        served = axum::serve(listener, service).with_graceful_shutdown(stop) => served,
        () = async { if closed.await.is_ok() { tokio::time::sleep(GRACE).await } } => Ok(()),
    };
    timer.abort();
    city.save();
    served
}
