use super::World;
use access::session::Token;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value as Json;
use tower::ServiceExt as _;

/// How whoever asks shows who they are.
#[derive(Clone, Debug, Default)]
pub enum Shown {
    /// Not at all.
    #[default]
    Nothing,
    /// As a browser does: the cookie, and with a form its token.
    Browser(Token),
    /// The cookie alone, as another site's form would have the browser send it.
    CookieAlone(Token),
    /// As a program does.
    Bearer(Token),
}

/// What is sent.
#[derive(Clone, Debug, Default)]
pub enum Sent {
    #[default]
    Nothing,
    Form(Vec<(String, String)>),
    Json(Json),
    /// One file in a part named `file`, with its name.
    File(String, Vec<u8>),
    /// Bytes, with what they claim to be.
    Raw(String, Vec<u8>),
    /// A form with files: each by its part, its own name and its content.
    Parts(Vec<(String, String)>, Vec<(String, String, Vec<u8>)>),
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Empty for a stream, which has no end.
    pub body: Vec<u8>,
}

impl Reply {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub fn form(pairs: &[(&str, &str)]) -> Sent {
    Sent::Form(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
}

const BOUNDARY: &str = "lotus-lotus-lotus";

fn encoded(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

impl World {
    /// Asks the real router.
    pub fn call(&self, shown: &Shown, method: &str, path: &str, sent: &Sent) -> Reply {
        self.send(request(shown, method, path, sent))
    }

    pub fn get(&self, shown: &Shown, path: &str) -> Reply {
        self.call(shown, "GET", path, &Sent::Nothing)
    }

    pub fn send(&self, request: Request<Body>) -> Reply {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let stream =
                parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
            let body = match stream {
                true => Vec::new(),
                false => axum::body::to_bytes(body, usize::MAX).await.unwrap().to_vec(),
            };
            Reply { status: parts.status, headers: parts.headers, body }
        })
    }
}

/// A request as a browser or a program writes it.
pub fn request(shown: &Shown, method: &str, path: &str, sent: &Sent) -> Request<Body> {
    let mut request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(path);
    request = request.header(header::ACCEPT_LANGUAGE, "en").header(header::HOST, "city.example");
    let cookie = |token: &Token| format!("__Host-lianchi={}", token.text());
    let mut token = None;
    request = match shown {
        Shown::Nothing => request,
        Shown::Bearer(session) => request.header(header::AUTHORIZATION, format!("Bearer {}", session.text())),
        Shown::CookieAlone(session) => request.header(header::COOKIE, cookie(session)),
        Shown::Browser(session) => {
            token = Some(session.form_token());
            let origin = if method == "POST" { "https://city.example" } else { "" };
            let request = request.header(header::COOKIE, cookie(session));
            if origin.is_empty() { request } else { request.header(header::ORIGIN, origin) }
        }
    };
    let token = token.map(|token| ("token".to_owned(), token));
    let (kind, body) = match sent {
        Sent::Nothing if method != "POST" => return request.body(Body::empty()).unwrap(),
        Sent::Nothing => {
            let pairs: Vec<_> = token.into_iter().collect();
            ("application/x-www-form-urlencoded".to_owned(), encoded(&pairs).into_bytes())
        }
        Sent::Form(pairs) => {
            let pairs: Vec<_> = pairs.iter().cloned().chain(token).collect();
            ("application/x-www-form-urlencoded".to_owned(), encoded(&pairs).into_bytes())
        }
        Sent::Json(json) => ("application/json".to_owned(), json.to_string().into_bytes()),
        Sent::File(name, bytes) => {
            let pairs: Vec<_> = token.into_iter().collect();
            (
                format!("multipart/form-data; boundary={BOUNDARY}"),
                parts(&pairs, &[("file", name, bytes.as_slice())]),
            )
        }
        Sent::Raw(kind, bytes) => (kind.clone(), bytes.clone()),
        Sent::Parts(pairs, files) => {
            let pairs: Vec<_> = pairs.iter().cloned().chain(token).collect();
            let files: Vec<_> =
                files.iter().map(|(part, name, bytes)| (part.as_str(), name.as_str(), &bytes[..])).collect();
            (format!("multipart/form-data; boundary={BOUNDARY}"), parts(&pairs, &files))
        }
    };
    let request = if body.is_empty() { request } else { request.header(header::CONTENT_TYPE, kind) };
    request.body(Body::from(body)).unwrap()
}

fn parts(pairs: &[(String, String)], files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, value) in pairs {
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n");
        body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
    }
    for (part, name, bytes) in files {
        let named = format!("Content-Disposition: form-data; name=\"{part}\"; filename=\"{name}\"");
        let head = format!("--{BOUNDARY}\r\n{named}\r\nContent-Type: application/octet-stream\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    body
}
